"""What terminals hear of the sample library: every message, and what an account may not hear."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import pytest

from kiosk.circulation.counter import Done
from kiosk.circulation.errors import SystemAway
from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import Borrowed, Code, Item, PatronRef, Refusal, Refused, SystemStatus, Unknown
from kiosk.circulation.probing import Copy, CopyStatus
from kiosk.circulation.sip2.messages import (
    AcsStatus,
    BlockPatron,
    Checkin,
    CheckinResponse,
    Checkout,
    CheckoutResponse,
    EndPatronSession,
    EndSessionResponse,
    FeePaid,
    FeePaidResponse,
    Hold,
    HoldResponse,
    ItemInformation,
    ItemInformationResponse,
    ItemStatusUpdate,
    ItemStatusUpdateResponse,
    PatronEnable,
    PatronEnableResponse,
    PatronInformation,
    PatronInformationResponse,
    PatronStatusRequest,
    PatronStatusResponse,
    Renew,
    RenewAll,
    RenewAllResponse,
    RenewResponse,
    Request,
)
from kiosk.circulation.sip2.server.accounts import Account, May, Names, PatronPin
from kiosk.circulation.sip2.server.answering import Answering
from kiosk.circulation.sip2.server.turn import Terms
from kiosk.circulation.sip2.server.visit import Visit
from kiosk.circulation.sip2.values import PatronFlag, Summary

T = TypeVar("T")
Clock = Any
MakeAccount = Callable[..., Account]
NOW = "20261123    090000"
FREE, DUE = sample.LAYAR_TERKEMBANG, "20261201    235900"


class Desk:
    """Asks as one account, one connection after the other."""

    def __init__(self, system: Any, clock: Clock, account: Account) -> None:
        from zoneinfo import ZoneInfo

        self.answering = Answering(system, Terms(ZoneInfo("Asia/Makassar"), "SMD", "Perpustakaan Kota"), clock)
        self.account, self.visit = account, Visit()

    def ask(self, request: Request, what: type[T], op: str = "") -> T:
        answer = self.answering.answer(request, self.account, self.visit, op or str(uuid.uuid4()))
        assert isinstance(answer, what)
        return answer

    def checkout(self, patron: str, item: str, **more: Any) -> CheckoutResponse:
        op = more.pop("op", "")
        return self.ask(checkout(patron, item, **more), CheckoutResponse, op)

    def checkin(self, item: str, **more: Any) -> CheckinResponse:
        values: dict[str, Any] = {"no_block": False, "transaction_date": NOW, "return_date": NOW, **more}
        request = Checkin(current_location="", institution_id="", item_identifier=item, terminal_password="", **values)
        return self.ask(request, CheckinResponse)

    def renew(self, patron: str, item: str | None, **more: Any) -> RenewResponse:
        values: dict[str, Any] = {"no_block": False, "transaction_date": NOW, "nb_due_date": "", **more}
        request = Renew(
            third_party_allowed=False, institution_id="", patron_identifier=patron, item_identifier=item, **values
        )
        return self.ask(request, RenewResponse)

    def status_of(self, patron: str, pin: str = "") -> PatronStatusResponse:
        request = PatronStatusRequest(
            transaction_date=NOW, institution_id="", patron_identifier=patron, terminal_password="", patron_password=pin
        )
        return self.ask(request, PatronStatusResponse)

    def patron(self, patron: str, pin: str | None = None, *summary: Summary, **more: Any) -> PatronInformationResponse:
        request = PatronInformation(
            transaction_date=NOW,
            summary=frozenset(summary),
            institution_id="",
            patron_identifier=patron,
            patron_password=pin,
            **more,
        )
        return self.ask(request, PatronInformationResponse)

    def item(self, item: str) -> ItemInformationResponse:
        request = ItemInformation(transaction_date=NOW, institution_id="", item_identifier=item)
        return self.ask(request, ItemInformationResponse)

    def pay(self, patron: str, amount: str, currency: str = "IDR") -> FeePaidResponse:
        request = FeePaid(
            transaction_date=NOW,
            fee_type="04",
            payment_type="00",
            currency_type=currency,
            fee_amount=amount,
            institution_id="",
            patron_identifier=patron,
            transaction_id="T1",
        )
        return self.ask(request, FeePaidResponse)

    def hold(self, patron: str, item: str | None, mode: str = "+", **more: Any) -> HoldResponse:
        request = Hold(
            hold_mode=mode,
            transaction_date=NOW,
            institution_id="",
            patron_identifier=patron,
            item_identifier=item,
            **more,
        )
        return self.ask(request, HoldResponse)


def checkout(patron: str, item: str, **more: Any) -> Checkout:
    values: dict[str, Any] = {
        "sc_renewal_policy": False,
        "no_block": False,
        "transaction_date": NOW,
        "nb_due_date": "",
        **more,
    }
    return Checkout(institution_id="", patron_identifier=patron, item_identifier=item, terminal_password="", **values)


@pytest.fixture
def desk(library: EmbeddedLibrary, clock: Clock, make_account: MakeAccount) -> Desk:
    return Desk(library, clock, make_account())


@pytest.fixture
def other(library: EmbeddedLibrary, clock: Clock, make_account: MakeAccount) -> Callable[..., Desk]:
    """A desk with another account, or on another system."""
    return lambda system=None, **values: Desk(system or library, clock, make_account(**values))


def sql(library: EmbeddedLibrary, statement: str, *values: object) -> None:
    with library.store.writing() as db:
        db.execute(statement, values)


# patrons


def test_a_patron_without_a_pin_is_told_at_once(desk: Desk) -> None:
    answer = desk.patron(sample.SARI)
    assert (answer.valid_patron, answer.valid_patron_password) == ("Y", "Y")
    assert (answer.personal_name, answer.charged_items_limit, answer.fee_amount) == ("Sari", "0005", "0")
    assert answer.patron_status == frozenset()


def test_without_the_pin_nothing_is_told_but_that_there_is_a_patron(desk: Desk) -> None:
    desk.checkout(sample.ANI, FREE)
    for answer in (desk.patron(sample.ANI, None, Summary.CHARGED), desk.patron(sample.ANI, "", Summary.CHARGED)):
        assert (answer.valid_patron, answer.valid_patron_password) == ("Y", "N")
        assert (answer.personal_name, answer.charged_items, answer.fee_amount) == ("", (), None)
        assert answer.charged_items_count is None
        assert answer.screen_message == ("Please enter your PIN.",)


def test_with_the_right_pin_everything(desk: Desk) -> None:
    desk.checkout(sample.ANI, FREE)
    answer = desk.patron(sample.ANI, sample.ANI_PIN, Summary.CHARGED)
    assert (answer.valid_patron, answer.valid_patron_password, answer.personal_name) == ("Y", "Y", "Ani")
    assert answer.charged_items == (FREE,)
    assert answer.charged_items_count == 1


def test_a_wrong_pin_and_an_unknown_card_are_the_same_answer(desk: Desk) -> None:
    wrong, unknown = desk.patron(sample.ANI, "0000"), desk.patron("X0000", "0000")
    for answer in (wrong, unknown):
        assert (answer.valid_patron, answer.valid_patron_password, answer.personal_name) == ("N", "N", "")
        assert PatronFlag.CHECKOUT_DENIED in answer.patron_status
    assert wrong.screen_message == unknown.screen_message


def test_a_locked_card_says_until_when(desk: Desk) -> None:
    for _ in range(3):
        desk.patron(sample.ANI, "0000")
    answer = desk.patron(sample.ANI, sample.ANI_PIN)
    assert (answer.valid_patron, answer.valid_patron_password) == ("N", "N")
    assert "09:01" in answer.screen_message[0]


def test_24_says_the_same_as_64(desk: Desk) -> None:
    for number, pin in ((sample.SARI, ""), (sample.ANI, ""), (sample.ANI, sample.ANI_PIN), ("X", "")):
        short, long = desk.status_of(number, pin), desk.patron(number, pin)
        for name in (
            "patron_status",
            "valid_patron",
            "valid_patron_password",
            "personal_name",
            "fee_amount",
            "language",
        ):
            assert getattr(short, name) == getattr(long, name), name


def test_flags_say_what_is_in_the_way(desk: Desk) -> None:
    loans = {PatronFlag.CHECKOUT_DENIED, PatronFlag.RENEWAL_DENIED, PatronFlag.HOLD_DENIED}
    for number in (sample.BLOCKED, sample.EXPIRED, sample.PENDING, sample.SUSPENDED):
        answer = desk.patron(number)
        assert answer.patron_status == loans, number
        assert answer.screen_message
    overdue = desk.patron(sample.OVERDUE).patron_status
    assert overdue == {PatronFlag.CHECKOUT_DENIED, PatronFlag.HOLD_DENIED, PatronFlag.TOO_MANY_OVERDUE}
    # At the limit nothing is wrong with the patron: the next loan is refused with the reason.
    assert desk.patron(sample.AT_LIMIT).patron_status == {PatronFlag.TOO_MANY_CHARGED}


def test_debts_are_said_in_flags_and_money(desk: Desk, library: EmbeddedLibrary) -> None:
    sql(library, "UPDATE policy SET fee_block = 0")
    sql(
        library,
        "INSERT INTO fees (member, amount, kind, at, op) VALUES (?, 5000, 'late', '2026-11-01', 'x')",
        sample.SARI,
    )
    answer = desk.patron(sample.SARI, None, Summary.FINES)
    assert PatronFlag.EXCESSIVE_FINES in answer.patron_status
    assert (answer.currency_type, answer.fee_amount) == ("IDR", "5000")
    assert (answer.fine_items_count, answer.fine_items) == (1, ("IDR 5000",))


def test_six_lists_and_their_counts(desk: Desk) -> None:
    overdue = desk.patron(sample.OVERDUE, None, Summary.OVERDUE)
    assert (overdue.overdue_items, overdue.overdue_items_count) == ((sample.OVERDUE_ITEM,), 1)
    ready = desk.patron(sample.HOLD_READY, None, Summary.HOLDS)
    assert (ready.hold_items, ready.hold_items_count) == (("Siti Nurbaya",), 1)
    waiting = desk.patron(sample.HOLD_WAITING, None, Summary.UNAVAILABLE_HOLDS)
    assert len(waiting.unavailable_hold_items) == waiting.unavailable_holds_count == 1
    recalls = desk.patron(sample.SARI, None, Summary.RECALLS)
    assert (recalls.recall_items, recalls.recall_items_count) == ((), 0)


def test_counts_are_there_whatever_list_is_asked_for(desk: Desk) -> None:
    counts = {desk.patron(sample.AT_LIMIT, None, *wanted).charged_items_count for wanted in ((), *zip(Summary))}
    assert counts == {3}


def test_one_list_at_a_time(desk: Desk) -> None:
    answer = desk.patron(sample.OVERDUE, None, Summary.OVERDUE, Summary.CHARGED)
    assert (answer.overdue_items, answer.charged_items) == ((sample.OVERDUE_ITEM,), ())


@pytest.mark.parametrize(
    ("first", "last", "places"),
    [
        (None, None, [0, 1, 2]),
        ("1", "2", [0, 1]),
        ("2", "2", [1]),
        ("2", None, [1, 2]),
        ("3", "99", [2]),
        ("4", "9", []),
        ("3", "2", []),
        ("0", "1", [0]),
        ("", "", [0, 1, 2]),
        ("x", "-1", [0, 1, 2]),
        ("0001", "0001", [0]),
        ("9999999999", None, [0, 1, 2]),
    ],
)
def test_pages_count_from_one(desk: Desk, first: str | None, last: str | None, places: list[int]) -> None:
    whole = desk.patron(sample.AT_LIMIT, None, Summary.CHARGED).charged_items
    assert len(whole) == 3
    answer = desk.patron(sample.AT_LIMIT, None, Summary.CHARGED, start_item=first, end_item=last)
    assert answer.charged_items == tuple(whole[place] for place in places)
    assert answer.charged_items_count == 3


def test_an_account_may_be_told_no_names(other: Callable[..., Desk]) -> None:
    assert other(names=Names.NONE).patron(sample.SARI).personal_name == ""


def test_the_sentences_are_in_the_accounts_language(other: Callable[..., Desk]) -> None:
    english = other(language="en").status_of(sample.BLOCKED).screen_message
    indonesian = other(language="id").status_of(sample.BLOCKED).screen_message
    assert english != indonesian
    assert "borrow" in english[0]


def test_the_pin_is_tried_once_for_the_lists_of_one_moment(desk: Desk, clock: Clock) -> None:
    desk.patron(sample.ANI, sample.ANI_PIN)
    desk.checkout(sample.ANI, FREE)
    assert desk.patron(sample.ANI, sample.ANI_PIN).charged_items_count == 1  # an operation came between
    assert desk.patron(sample.ANI, "0000").valid_patron == "N"
    clock.move(seconds=3)
    assert desk.patron(sample.ANI, sample.ANI_PIN).valid_patron == "Y"


def test_the_end_of_a_session(desk: Desk) -> None:
    desk.patron(sample.ANI, sample.ANI_PIN)
    request = EndPatronSession(transaction_date=NOW, institution_id="", patron_identifier=sample.ANI)
    assert desk.ask(request, EndSessionResponse).end_session
    assert not desk.visit.present(sample.ANI, 0.0)


# lending


def test_a_loan(desk: Desk, library: EmbeddedLibrary) -> None:
    answer = desk.checkout(sample.SARI, FREE)
    assert (answer.ok, answer.renewal_ok, answer.desensitize, answer.due_date) == (True, False, True, DUE)
    assert (answer.title_identifier, answer.transaction_date) == ("Layar Terkembang", NOW)
    assert library.has_on_loan(PatronRef(sample.SARI), FREE)


def test_a_refused_loan_says_why(desk: Desk) -> None:
    answer = desk.checkout(sample.BLOCKED, FREE)
    assert (answer.ok, answer.desensitize, answer.due_date) == (False, False, "")
    assert answer.screen_message == ("You cannot borrow for now. Please ask staff.",)
    assert desk.checkout(sample.SARI, "B99999").title_identifier == ""


def test_the_same_loan_again_is_a_yes_that_changes_nothing(desk: Desk) -> None:
    desk.checkout(sample.SARI, FREE)
    again = desk.checkout(sample.SARI, FREE)
    assert (again.ok, again.renewal_ok, again.due_date) == (True, True, DUE)
    assert again.screen_message == ("You already have this item.",)


def test_the_same_loan_again_is_extended_where_the_terminal_wants_that(desk: Desk, clock: Clock) -> None:
    desk.checkout(sample.SARI, FREE)
    clock.move(days=2)
    again = desk.checkout(sample.SARI, FREE, sc_renewal_policy=True, op="one")
    assert (again.ok, again.renewal_ok, again.due_date[:8]) == (True, True, "20261203")
    clock.move(days=2)
    once_more = desk.checkout(sample.SARI, FREE, sc_renewal_policy=True, op="one")
    assert once_more == replace(again, transaction_date="20261127    090000")
    refused = desk.checkout(sample.SARI, FREE, sc_renewal_policy=True)
    assert (refused.ok, refused.renewal_ok) == (False, True)


def test_undoing_is_never_taken_for_lending(desk: Desk, library: EmbeddedLibrary) -> None:
    assert not desk.checkout(sample.SARI, FREE, cancel="Y").ok
    assert not library.has_on_loan(PatronRef(sample.SARI), FREE)
    desk.checkout(sample.SARI, FREE)
    assert not desk.checkin(FREE, cancel="Y").ok
    assert library.has_on_loan(PatronRef(sample.SARI), FREE)


def test_a_pin_that_is_sent_is_looked_at(desk: Desk) -> None:
    assert not desk.checkout(sample.ANI, FREE, patron_password="0000").ok
    assert desk.checkout(sample.ANI, FREE, patron_password=sample.ANI_PIN).ok
    assert not desk.renew(sample.ANI, FREE, patron_password="0000").ok


def test_a_terminal_is_believed_unless_its_account_says_not(other: Callable[..., Desk]) -> None:
    assert other().checkout(sample.ANI, FREE).ok
    strict = other(patron_pin=PatronPin.REQUIRED)
    assert not strict.checkout(sample.ANI, sample.SALAH_ASUHAN).ok
    assert strict.checkout(sample.SARI, sample.SALAH_ASUHAN).ok  # has no PIN
    strict.patron(sample.ANI, sample.ANI_PIN)
    assert strict.checkout(sample.ANI, sample.HIKAYAT_BANJAR).ok


def test_who_was_seen_is_not_believed_for_ever(other: Callable[..., Desk], clock: Clock) -> None:
    strict = other(patron_pin=PatronPin.REQUIRED)
    strict.patron(sample.ANI, sample.ANI_PIN)
    clock.move(hours=1)
    assert not strict.checkout(sample.ANI, FREE).ok


def test_a_return(desk: Desk) -> None:
    answer = desk.checkin(sample.ON_LOAN_ITEMS[0])
    assert (answer.ok, answer.resensitize, answer.alert, answer.sort_bin) == (True, True, False, "left")
    assert answer.patron_identifier is None
    assert (answer.collection_code, answer.title_identifier) == ("Koleksi umum", "Bumi Manusia")


def test_a_return_that_somebody_waits_for(desk: Desk) -> None:
    answer = desk.checkin(sample.AWAITED_ITEM)
    assert (answer.ok, answer.alert, answer.alert_type, answer.sort_bin) == (True, True, "01", "trolley")
    assert answer.hold_patron_id is answer.hold_patron_name is None


def test_a_return_for_staff(desk: Desk) -> None:
    answer = desk.checkin(sample.REFERENCE_ITEM)
    assert (answer.ok, answer.alert, answer.alert_type, answer.sort_bin) == (True, True, "99", "staff")
    unknown = desk.checkin("B99999")
    assert (unknown.ok, unknown.resensitize, unknown.alert, unknown.sort_bin) == (False, False, True, "staff")


def test_sorters_have_their_own_names_for_bins(other: Callable[..., Desk]) -> None:
    desk = other(bins={"left": "1", "trolley": "7"})
    assert desk.checkin(FREE).sort_bin == "1"
    assert desk.checkin(sample.AWAITED_ITEM).sort_bin == "7"
    assert desk.checkin(sample.REFERENCE_ITEM).sort_bin == "staff"


def test_what_was_not_on_loan_is_said(desk: Desk) -> None:
    answer = desk.checkin(FREE)
    assert answer.ok
    assert answer.screen_message == ("This item was not recorded as on loan.",)


def test_a_late_fee_is_said(desk: Desk, library: EmbeddedLibrary) -> None:
    sql(library, "UPDATE rules SET fee_per_day = 500, suspend = 0")
    assert "Rp" in desk.checkin(sample.OVERDUE_ITEM).screen_message[0]


def test_renewals(desk: Desk, clock: Clock) -> None:
    desk.checkout(sample.SARI, FREE)
    clock.move(days=2)
    answer = desk.renew(sample.SARI, FREE)
    assert (answer.ok, answer.renewal_ok, answer.desensitize, answer.due_date[:8]) == (True, True, False, "20261203")
    refused = desk.renew(sample.SARI, FREE, transaction_date="20261125    090001")
    assert (refused.ok, refused.renewal_ok, refused.title_identifier) == (False, False, "Layar Terkembang")
    assert not desk.renew(sample.SARI, None, title_identifier="Layar Terkembang").ok


def test_renew_all(desk: Desk, clock: Clock) -> None:
    desk.checkout(sample.SARI, FREE)
    desk.checkout(sample.SARI, sample.SALAH_ASUHAN)
    desk.renew(sample.SARI, FREE)
    clock.move(days=1)
    request = RenewAll(transaction_date=NOW, institution_id="", patron_identifier=sample.SARI)
    answer = desk.ask(request, RenewAllResponse)
    assert answer.ok
    assert {*answer.renewed_items, *answer.unrenewed_items} == {FREE, sample.SALAH_ASUHAN}
    assert (answer.renewed_count, answer.unrenewed_count) == (len(answer.renewed_items), len(answer.unrenewed_items))


def test_renew_all_of_nobody(desk: Desk) -> None:
    for number, ok in (("X", False), (sample.SARI, True)):
        request = RenewAll(transaction_date=NOW, institution_id="", patron_identifier=number)
        answer = desk.ask(request, RenewAllResponse)
        assert (answer.ok, answer.renewed_count, answer.unrenewed_count) == (ok, 0, 0)


def test_due_dates_as_the_account_wants_them(other: Callable[..., Desk]) -> None:
    assert other(due_format="%d-%m-%Y").checkout(sample.SARI, FREE).due_date == "01-12-2026"


# what happened before

THURSDAY = "20261119    100000"


def test_the_past_is_believed_of_accounts_that_may_replay(other: Callable[..., Desk]) -> None:
    assert (
        other(may=(May.CHECKOUT, May.REPLAY)).checkout(sample.SARI, FREE, transaction_date=THURSDAY).due_date[:8]
        == "20261127"
    )


def test_the_past_of_other_accounts_is_a_wrong_clock(other: Callable[..., Desk]) -> None:
    assert other(may=(May.CHECKOUT,)).checkout(sample.SARI, FREE, transaction_date=THURSDAY).due_date == DUE


def test_no_block_is_honoured_where_it_is_permitted(other: Callable[..., Desk]) -> None:
    promised = {"no_block": True, "transaction_date": THURSDAY, "nb_due_date": "20261203    235900"}
    assert not other(may=(May.CHECKOUT, May.REPLAY)).checkout(sample.BLOCKED, FREE, **promised).ok
    answer = other(may=(May.CHECKOUT, May.FORCE)).checkout(sample.BLOCKED, FREE, **promised)
    assert (answer.ok, answer.due_date[:8]) == (True, "20261203")


def test_a_forced_return_counts_when_it_happened(other: Callable[..., Desk], library: EmbeddedLibrary) -> None:
    desk = other(may=(May.CHECKIN, May.FORCE))
    assert desk.checkin(sample.OVERDUE_ITEM, no_block=True, return_date=THURSDAY).ok
    with library.store.reading() as db:
        row = db.execute("SELECT returned_at FROM loans WHERE item = ?", [sample.OVERDUE_ITEM]).fetchone()
    assert row["returned_at"].startswith("2026-11-19T02:00")


def test_a_late_return_of_a_copy_lent_again_closes_nothing(
    other: Callable[..., Desk], library: EmbeddedLibrary
) -> None:
    other().checkout(sample.SARI, FREE)
    answer = other(may=(May.CHECKIN, May.FORCE)).checkin(FREE, no_block=True, return_date=THURSDAY)
    assert (answer.ok, answer.alert) == (False, True)
    assert library.has_on_loan(PatronRef(sample.SARI), FREE)


def test_a_forced_renewal(other: Callable[..., Desk]) -> None:
    desk = other(may=tuple(May))
    desk.checkout(sample.SARI, FREE)
    answer = desk.renew(sample.SARI, FREE, no_block=True, nb_due_date="20261224    235900")
    assert answer.due_date[:8] == "20261224"


# items, money, holds, cards


def test_items(desk: Desk) -> None:
    free = desk.item(FREE)
    assert (free.circulation_status, free.title_identifier, free.due_date) == ("03", "Layar Terkembang", None)
    lent = desk.item(sample.ON_LOAN_ITEMS[0])
    assert (lent.circulation_status, lent.due_date) == ("04", "20261130    235900")
    kept = desk.item(sample.HELD_ITEM)
    assert (kept.circulation_status, kept.hold_pickup_date) == ("08", "20261126    235900")
    unknown = desk.item("B99999")
    assert (unknown.circulation_status, unknown.title_identifier, unknown.item_identifier) == ("01", "", "B99999")


def test_payments(desk: Desk, library: EmbeddedLibrary) -> None:
    sql(
        library,
        "INSERT INTO fees (member, amount, kind, at, op) VALUES (?, 5000, 'late', '2026-11-01', 'x')",
        sample.SARI,
    )
    for amount, currency in (
        ("0", "IDR"),
        ("5.000", "IDR"),
        ("-1", "IDR"),
        ("1000", "USD"),
        ("x", "IDR"),
        ("1000.50", "IDR"),
    ):
        assert not desk.pay(sample.SARI, amount, currency).payment_accepted
    more = desk.pay(sample.SARI, "6000")
    assert (more.payment_accepted, more.screen_message) == (False, ("You owe Rp5.000.",))
    assert desk.pay(sample.SARI, "2000.00").payment_accepted
    assert desk.pay(sample.SARI, "3000").transaction_id == "T1"
    assert desk.patron(sample.SARI).fee_amount == "0"


def test_holds(desk: Desk) -> None:
    placed = desk.hold(sample.SARI, sample.ON_LOAN_ITEMS[0])
    assert (placed.ok, placed.available, placed.queue_position) == (True, False, "001")
    assert desk.patron(sample.SARI).unavailable_holds_count == 1
    ready = desk.hold(sample.HOLD_READY, sample.HELD_ITEM)
    assert (ready.ok, ready.available, ready.expiration_date) == (True, True, "20261126    235900")
    assert desk.hold(sample.SARI, sample.ON_LOAN_ITEMS[0], "-").ok
    assert not desk.hold(sample.SARI, sample.ON_LOAN_ITEMS[0], "-").ok
    assert not desk.hold(sample.SARI, sample.ON_LOAN_ITEMS[0], "*").ok
    assert not desk.hold(sample.SARI, sample.ON_LOAN_ITEMS[0], hold_type="3").ok
    assert not desk.hold(sample.SARI, None, title_identifier="Bumi Manusia").ok


def test_a_card_is_blocked_and_enabled(desk: Desk) -> None:
    block = BlockPatron(
        card_retained=True,
        transaction_date=NOW,
        institution_id="",
        blocked_card_message="found",
        patron_identifier=sample.SARI,
        terminal_password="",
    )
    answer = desk.ask(block, PatronStatusResponse)
    assert (answer.valid_patron, answer.personal_name, len(answer.patron_status)) == ("Y", "", 4)
    assert not desk.checkout(sample.SARI, FREE).ok
    enable = PatronEnable(transaction_date=NOW, institution_id="", patron_identifier=sample.SARI)
    enabled = desk.ask(enable, PatronEnableResponse)
    assert (enabled.valid_patron, enabled.patron_status) == ("Y", frozenset())
    assert desk.checkout(sample.SARI, FREE).ok


def test_a_wrong_pin_enables_nothing(desk: Desk, library: EmbeddedLibrary) -> None:
    sql(library, "UPDATE members SET blocked = 1 WHERE number = ?", sample.ANI)
    enable = PatronEnable(transaction_date=NOW, institution_id="", patron_identifier=sample.ANI, patron_password="0")
    assert desk.ask(enable, PatronEnableResponse).valid_patron == "N"
    assert not desk.checkout(sample.ANI, FREE).ok


def test_notes_about_items_are_not_kept_and_not_promised(desk: Desk) -> None:
    note = ItemStatusUpdate(transaction_date=NOW, institution_id="", item_identifier=FREE, item_properties="x")
    assert not desk.ask(note, ItemStatusUpdateResponse).item_properties_ok


# what accounts may


def test_a_gate_sees_items_and_nothing_else(other: Callable[..., Desk], library: EmbeddedLibrary) -> None:
    gate = other(may=(May.ITEM,))
    assert gate.item(FREE).circulation_status == "03"
    patron = gate.patron(sample.SARI)
    assert (patron.valid_patron, patron.personal_name, patron.charged_items_count) == ("N", "", 0)
    assert gate.status_of(sample.SARI).personal_name == ""
    assert not gate.checkout(sample.SARI, FREE).ok
    assert not gate.checkin(sample.ON_LOAN_ITEMS[0]).ok
    assert not gate.renew(sample.SARI, FREE).ok
    assert not gate.pay(sample.SARI, "1").payment_accepted
    assert not gate.hold(sample.SARI, FREE).ok
    for request in (
        RenewAll(transaction_date=NOW, institution_id="", patron_identifier=sample.SARI),
        PatronEnable(transaction_date=NOW, institution_id="", patron_identifier=sample.BLOCKED),
        BlockPatron(
            card_retained=False,
            transaction_date=NOW,
            institution_id="",
            blocked_card_message="",
            patron_identifier=sample.SARI,
            terminal_password="",
        ),
    ):
        gate.answering.answer(request, gate.account, gate.visit, str(uuid.uuid4()))
    member = library.patron(PatronRef(sample.SARI), None)
    assert not isinstance(member, Refusal)
    assert member.blocked is None
    assert other(may=(May.CHECKOUT,)).item(FREE).title_identifier == ""


def status(desk: Desk, account: Account | None) -> AcsStatus:
    answer = desk.answering.status(account)
    assert isinstance(answer, AcsStatus)
    return answer


def test_98_tells_what_this_account_may_and_this_library_can(desk: Desk, make_account: MakeAccount) -> None:
    everything = status(desk, make_account(location="Pintu utara", may=tuple(May)))
    assert everything.supported_messages == "YYYYYYYYYYYNYYYY"  # no notes about items
    assert everything.online_status
    assert everything.checkin_ok
    assert everything.checkout_ok
    assert everything.offline_ok
    assert (everything.library_name, everything.terminal_location) == ("Perpustakaan Kota", "Pintu utara")
    assert (everything.timeout_period, everything.retries_allowed, everything.institution_id) == (50, 3, "SMD")
    gate = status(desk, make_account(may=(May.ITEM,)))
    assert gate.supported_messages == "NNNNYYYNNNYNNNNN"
    assert not any([gate.checkin_ok, gate.checkout_ok, gate.acs_renewal_policy, gate.offline_ok])


def test_98_before_a_login_offers_nothing(desk: Desk) -> None:
    answer = status(desk, None)
    assert answer.supported_messages == "NNNNYYYNNNNNNNNN"
    assert not answer.checkout_ok


class Bare:
    """A system that has nothing but the port, and is away."""

    def checkout(self, op: str, ref: PatronRef, item_id: str) -> Unknown:
        return Unknown("timeout")

    def checkin(self, op: str, item_id: str) -> Unknown:
        return Unknown("timeout")

    def renew(self, op: str, ref: PatronRef, item_id: str) -> Unknown:
        return Unknown("timeout")

    def renew_all(self, op: str, ref: PatronRef) -> Unknown:
        return Unknown("timeout")

    def pay(self, op: str, ref: PatronRef, amount: int) -> Unknown:
        return Unknown("timeout")

    def item(self, item_id: str) -> Item | Refusal:
        return Item(item_id, "A title")

    def status(self) -> SystemStatus:
        raise SystemAway("The library system is away.")


def test_98_of_a_system_that_is_away(other: Callable[..., Desk]) -> None:
    desk = other(Bare())
    answer = status(desk, desk.account)
    assert not answer.online_status
    assert not answer.offline_ok
    assert answer.supported_messages == "YYYNYYYYYYYNNNYY"  # neither holds nor blocked cards


def test_what_a_system_names_as_missing_is_not_offered(other: Callable[..., Desk]) -> None:
    class Few(Bare):
        def status(self) -> SystemStatus:
            return SystemStatus(online=True, capabilities=frozenset({"renew"}))

    desk = other(Few())
    assert status(desk, desk.account).supported_messages == "YYYNYYYYYNYNNNYN"


def test_of_what_is_not_known_nothing_is_said(other: Callable[..., Desk]) -> None:
    desk = other(Bare())
    for request in (
        checkout(sample.SARI, FREE),
        Checkin(
            no_block=False,
            transaction_date=NOW,
            return_date=NOW,
            current_location="",
            institution_id="",
            item_identifier=FREE,
            terminal_password="",
        ),
        Renew(
            third_party_allowed=False,
            no_block=False,
            transaction_date=NOW,
            nb_due_date="",
            institution_id="",
            patron_identifier=sample.SARI,
            item_identifier=FREE,
        ),
        RenewAll(transaction_date=NOW, institution_id="", patron_identifier=sample.SARI),
        FeePaid(
            transaction_date=NOW,
            fee_type="01",
            payment_type="00",
            currency_type="IDR",
            fee_amount="1",
            institution_id="",
            patron_identifier=sample.SARI,
        ),
    ):
        assert desk.answering.answer(request, desk.account, desk.visit, "op") is None


class Doubtful(Bare):
    """A system that tells of copies, takes holds, blocks cards and keeps notes, if it answers at all."""

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome

    def copy(self, item_id: str) -> Any:
        return self.outcome

    def has_on_loan(self, ref: PatronRef, item_id: str) -> Any:
        return self.outcome

    def quiet_seconds(self) -> float:
        return 30.0

    def hold(self, op: str, ref: PatronRef, item_id: str) -> Any:
        return self.outcome

    def cancel_hold(self, op: str, ref: PatronRef, item_id: str) -> Any:
        return self.outcome

    def block_patron(self, op: str, ref: PatronRef, why: str = "") -> Any:
        return self.outcome

    def enable_patron(self, op: str, ref: PatronRef) -> Any:
        return self.outcome

    def update_item(self, op: str, item_id: str, properties: str) -> Any:
        return self.outcome


def counter_requests() -> list[Request]:
    who = {"transaction_date": NOW, "institution_id": "", "patron_identifier": sample.SARI}
    return [
        Hold(hold_mode="+", item_identifier=FREE, **who),
        Hold(hold_mode="-", item_identifier=FREE, **who),
        BlockPatron(card_retained=False, blocked_card_message="", terminal_password="", **who),
        PatronEnable(**who),
        ItemStatusUpdate(transaction_date=NOW, institution_id="", item_identifier=FREE, item_properties="x"),
        ItemInformation(transaction_date=NOW, institution_id="", item_identifier=FREE),
    ]


def test_doubt_at_the_counter_is_not_answered_either(other: Callable[..., Desk]) -> None:
    desk = other(Doubtful(Unknown("timeout")))
    for request in counter_requests():
        assert desk.answering.answer(request, desk.account, desk.visit, "op") is None


def test_a_no_at_the_counter_is_said(other: Callable[..., Desk]) -> None:
    desk = other(Doubtful(Refused(Refusal(Code.NO_MATCH))))
    *requests, _item = counter_requests()
    for request in requests:
        answer: Any = desk.answering.answer(request, desk.account, desk.visit, "op")
        assert answer.screen_message == ("Card or PIN does not match. Please try again.",)


def test_a_system_that_keeps_notes(other: Callable[..., Desk]) -> None:
    desk = other(Doubtful(Done(Item(FREE, "A title"))))
    note = ItemStatusUpdate(transaction_date=NOW, institution_id="", item_identifier=FREE, item_properties="x")
    answer = desk.ask(note, ItemStatusUpdateResponse)
    assert (answer.item_properties_ok, answer.title_identifier) == (True, "A title")
    assert status(desk, desk.account).supported_messages[11] == "Y"


def test_a_loan_whose_date_is_not_known(other: Callable[..., Desk]) -> None:
    class Dateless(Bare):
        def checkout(self, op: str, ref: PatronRef, item_id: str) -> Any:
            return Borrowed(Item(item_id, "A title"), date.max, disarm=False, due_known=False)

    answer = other(Dateless()).checkout(sample.SARI, FREE)
    assert (answer.ok, answer.due_date, answer.desensitize, answer.security_inhibit) == (True, "", False, "Y")


def test_what_borrowing_costs_is_said(other: Callable[..., Desk]) -> None:
    answer = other(Doubtful(Copy(Item(FREE, "A title"), CopyStatus.AVAILABLE, fee=2000))).item(FREE)
    assert (answer.fee_type, answer.currency_type, answer.fee_amount) == ("06", "IDR", "2000")


def test_a_forced_operation_without_a_readable_date_happens_now(other: Callable[..., Desk]) -> None:
    desk = other(may=tuple(May))
    assert desk.checkout(sample.BLOCKED, FREE, no_block=True, transaction_date="").due_date == DUE


def test_the_past_may_be_told_in_utc(other: Callable[..., Desk], library: EmbeddedLibrary) -> None:
    other(may=tuple(May)).checkout(sample.SARI, FREE, transaction_date="20261119   Z200000")
    with library.store.reading() as db:
        row = db.execute("SELECT lent_at FROM loans WHERE item = ?", [FREE]).fetchone()
    assert row["lent_at"].startswith("2026-11-19T20:00")


def test_a_system_without_copies_still_knows_titles(other: Callable[..., Desk]) -> None:
    answer = other(Bare()).item("B1")
    assert (answer.circulation_status, answer.title_identifier) == ("01", "A title")


def test_the_institution_is_the_accounts_or_the_terminals_or_the_librarys(other: Callable[..., Desk]) -> None:
    def said(desk: Desk, asked: str) -> str:
        request = EndPatronSession(transaction_date=NOW, institution_id=asked, patron_identifier="x")
        return desk.ask(request, EndSessionResponse).institution_id

    assert said(other(institution="BR1"), "BR2") == "BR1"
    assert said(other(), "BR2") == "BR2"
    assert said(other(), "") == "SMD"
