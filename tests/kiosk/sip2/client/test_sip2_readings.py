"""Single texts and answers, read: amounts, names, items, refusals and what a return says of its item."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.circulation.names import first_name
from kiosk.circulation.port import Bin, Code, Item, Refusal
from kiosk.circulation.probing import Copy, CopyStatus
from kiosk.circulation.sip2.amounts import read_amount, write_amount
from kiosk.circulation.sip2.outcomes import borrowed, returned
from kiosk.circulation.sip2.profile import HoldLists, Profile, RefusalPattern
from kiosk.circulation.sip2.reading import Days, copy_of, loan_of, shape, split_holds
from kiosk.circulation.sip2.refusals import of_checkout, of_renewal, said, spoken, standing
from kiosk.circulation.sip2.responses import (
    CheckinResponse,
    CheckoutResponse,
    ItemInformationResponse,
    PatronInformationResponse,
)
from kiosk.circulation.sip2.values import PatronFlag

STAMP = "20261123    090000"
DAYS = Days(Profile(), ZoneInfo("Asia/Makassar"))
ITEM = Item("B-1", "Judul")
RETURNED = CheckinResponse(
    ok=True,
    resensitize=True,
    magnetic_media=False,
    alert=False,
    transaction_date=STAMP,
    institution_id="",
    item_identifier="B-1",
    permanent_location="",
    title_identifier="Judul",
)
LENT = CheckoutResponse(
    ok=True,
    renewal_ok=False,
    magnetic_media=None,
    desensitize=True,
    transaction_date=STAMP,
    institution_id="",
    patron_identifier="P-001",
    item_identifier="B-1",
    title_identifier="Judul",
    due_date="",
)
PATRON = PatronInformationResponse(
    transaction_date=STAMP, institution_id="", patron_identifier="P-001", personal_name="Sari"
)
ABOUT = ItemInformationResponse(
    circulation_status="04", transaction_date=STAMP, item_identifier="B-1", title_identifier="Judul"
)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("15000", 15_000),
        ("15000.00", 15_000),
        ("15.000", 15_000),
        ("15,000", 15_000),
        ("1.234.567", 1_234_567),
        ("1,234.50", 1_235),
        ("1.234,49", 1_234),
        ("0.50", 1),
        ("Rp 7.500,-", 7_500),
        ("-200", -200),
        ("0", 0),
        ("", None),
        (None, None),
        ("gratis", None),
        ("9" * 30, None),
    ],
)
def test_amounts_are_read_as_systems_write_them(text: str | None, amount: int | None) -> None:
    assert read_amount(text) == amount


@pytest.mark.parametrize(("like", "text"), [("0.00", "5000.00"), ("0,00", "5000,00"), ("7500", "5000"), (None, "5000")])
def test_amounts_are_written_as_the_system_writes_them(like: str | None, text: str) -> None:
    assert write_amount(5_000, like) == text


@given(st.text(max_size=40))
def test_no_amount_s_text_is_an_error(text: str) -> None:
    read_amount(text)
    write_amount(1, text)


@given(st.integers(0, 10**9), st.sampled_from(["0.00", "0,00", "0", None]))
def test_an_amount_written_is_read_again(amount: int, like: str | None) -> None:
    assert read_amount(write_amount(amount, like)) == amount


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Aminah, Siti", "Siti"),
        ("Siti Aminah, S.Pd.", "Siti"),
        ("Budi Santoso, SE, MM", "Budi"),
        ("Dr. H. Budi, M.Si", "Budi"),
        ("Sari", "Sari"),
        ("Hj.", "Hj."),
        ("", ""),
    ],
)
def test_first_names_in_both_orders_and_without_degrees(name: str, first: str) -> None:
    assert first_name(name) == first


def test_a_text_s_shape_tells_nothing_of_it() -> None:
    assert shape("Jatuh tempo: 7 Des 2026") == "aaaaa aaaaa: 9 aaa 9999"


# items


def test_a_title_is_made_fit_for_a_screen() -> None:
    copy = copy_of(replace(ABOUT, title_identifier="A\x1b[1m&#124;\u202eB  C"), "B-1", DAYS)
    assert isinstance(copy, Copy)
    assert copy.item.title == "A[1m|B C"


@pytest.mark.parametrize(("status", "title"), [("01", ""), ("01", "  "), ("99", "")])
def test_a_copy_without_title_and_status_does_not_exist(status: str, title: str) -> None:
    answer = replace(ABOUT, circulation_status=status, title_identifier=title)
    assert copy_of(answer, "B-1", DAYS) == Refusal(Code.UNKNOWN_ITEM)


def test_a_copy_without_a_title_in_a_known_status_exists() -> None:
    copy = copy_of(replace(ABOUT, title_identifier=""), "B-1", DAYS)
    assert isinstance(copy, Copy)
    assert copy.item == Item("B-1", "B-1")


def test_words_that_mean_unknown_item_mean_it_whatever_the_status() -> None:
    days = Days(Profile(refusals=(RefusalPattern("not found", Code.UNKNOWN_ITEM),)), DAYS.zone)
    answer = replace(ABOUT, screen_message=("Item not found",))
    assert copy_of(answer, "B-1", days) == Refusal(Code.UNKNOWN_ITEM, said="Item not found")


def test_the_recall_date_is_the_fingerprint_where_there_is_no_due_date() -> None:
    copy = copy_of(replace(ABOUT, circulation_status="07", recall_date="20261130"), "B-1", DAYS)
    assert isinstance(copy, Copy)
    assert (copy.mark, copy.due) == ("20261130", None)


def test_a_copy_on_the_shelf_has_no_fingerprint_whatever_date_is_shown() -> None:
    copy = copy_of(replace(ABOUT, circulation_status="03", due_date="20261130"), "B-1", DAYS)
    assert isinstance(copy, Copy)
    assert (copy.mark, copy.due) == ("", None)


def test_what_is_kept_on_the_hold_shelf_is_kept_until_a_day() -> None:
    answer = replace(ABOUT, circulation_status="08", hold_pickup_date="2026-11-30", hold_queue_length="x")
    copy = copy_of(answer, "B-1", DAYS)
    assert isinstance(copy, Copy)
    assert (copy.kept_until, copy.waiting) == (date(2026, 11, 30), None)
    assert of_checkout(Refusal(Code.OTHER), copy, None) == Refusal(Code.HELD, until=date(2026, 11, 30))
    assert of_checkout(Refusal(Code.HELD), copy, None) == Refusal(Code.HELD, until=date(2026, 11, 30))


def test_a_loan_others_wait_for_is_not_offered_for_renewal() -> None:
    today = date(2026, 11, 23)
    free, wanted = Copy(ITEM, CopyStatus.CHARGED), Copy(ITEM, CopyStatus.CHARGED, waiting=2)
    recalled = Copy(ITEM, CopyStatus.RECALLED)
    assert [loan_of("B-1", copy, today).renewable for copy in (free, wanted, recalled)] == [True, False, False]


def test_hold_lists_count_copies_of_the_same_title() -> None:
    assert split_holds(HoldLists.ALL, ["A", "A", "B"], ["A"]) == (["A", "B"], ["A"])


# refusals


@pytest.mark.parametrize(
    ("flag", "code"),
    [
        (PatronFlag.CHECKOUT_DENIED, Code.BLOCKED),
        (PatronFlag.CARD_LOST, Code.BLOCKED),
        (PatronFlag.TOO_MANY_CHARGED, Code.LIMIT),
        (PatronFlag.TOO_MANY_OVERDUE, Code.OVERDUE),
        (PatronFlag.RECALL_OVERDUE, Code.OVERDUE),
        (PatronFlag.EXCESSIVE_FINES, Code.FEES),
        (PatronFlag.EXCESSIVE_FEES, Code.FEES),
        (PatronFlag.TOO_MANY_BILLED, Code.FEES),
        (PatronFlag.TOO_MANY_LOST, Code.BLOCKED),
        (PatronFlag.RECALL_DENIED, Code.BLOCKED),
    ],
)
def test_each_flag_that_blocks_has_its_reason(flag: PatronFlag, code: Code) -> None:
    answer = replace(PATRON, patron_status=frozenset({flag}), fee_amount="7500", charged_items_limit="5")
    refusal = standing(answer, Profile(blocking_flags=tuple(range(14))))
    assert refusal is not None
    assert refusal.code is code
    assert refusal.amount == (7_500 if code is Code.FEES else None)
    assert refusal.limit == (5 if code is Code.LIMIT else None)


def test_recall_denied_is_y_for_everybody_and_stops_nobody() -> None:
    assert standing(replace(PATRON, patron_status=frozenset({PatronFlag.RECALL_DENIED})), Profile()) is None


def test_the_system_s_words_about_a_patron_come_before_its_flags() -> None:
    profile = Profile(refusals=(RefusalPattern("expired|habis", Code.EXPIRED),))
    answer = replace(
        PATRON,
        patron_status=frozenset({PatronFlag.CHECKOUT_DENIED, PatronFlag.EXCESSIVE_FINES}),
        screen_message=("Masa berlaku HABIS",),
    )
    assert standing(answer, profile) == Refusal(Code.EXPIRED, said="Masa berlaku HABIS")


def test_a_fee_that_was_not_acknowledged_is_a_reason() -> None:
    no = replace(LENT, ok=False, screen_message=("Fee applies",))
    assert spoken(no, Profile(), "2500") == Refusal(Code.FEES, amount=2_500, said="Fee applies")
    assert spoken(no, Profile(fee_acknowledged=True), "2500").code is Code.OTHER
    assert spoken(LENT, Profile(), "0.00") == Refusal(Code.OTHER)


def test_an_exact_reason_comes_before_the_words_and_the_flags() -> None:
    profile = Profile(reason_field="ZR", refusals=(RefusalPattern("fee", Code.FEES),))
    fields = {"screen_message": ("Fee applies",), "others": (("ZU", "x"), ("ZR", "suspended until=2026-12-01"))}
    exact = Refusal(Code.SUSPENDED, until=date(2026, 12, 1))
    assert spoken(replace(LENT, ok=False, **fields), profile, "2500") == exact
    assert spoken(replace(LENT, ok=False, **fields), Profile(), "2500").code is Code.FEES
    stopped = replace(PATRON, patron_status=frozenset({PatronFlag.CHECKOUT_DENIED}), **fields)
    assert standing(stopped, profile) == exact
    assert standing(replace(PATRON, **fields), profile) is None  # no flag stops this patron


def test_a_reason_that_is_not_known_leaves_the_words() -> None:
    profile = Profile(reason_field="ZR", refusals=(RefusalPattern("fee", Code.FEES),))
    no = replace(LENT, ok=False, screen_message=("Fee applies",), others=(("ZR", "too-new limit=3"),))
    assert spoken(no, profile).code is Code.FEES


def test_what_was_said_is_one_clean_line() -> None:
    assert said(("Tidak\r\nbisa.", "", "Ke\x1b meja\u200b.")) == "Tidak bisa. Ke meja."
    assert said(("", "\x00")) is None


@pytest.mark.parametrize(
    ("words", "copy", "flags", "code"),
    [
        (Code.HELD, None, (), Code.RENEWAL_HELD),
        (Code.ON_LOAN, None, (), Code.NOT_ON_LOAN),
        (Code.RENEWAL_LIMIT, None, (), Code.RENEWAL_LIMIT),
        (Code.OTHER, Copy(ITEM, CopyStatus.AVAILABLE), (), Code.NOT_ON_LOAN),
        (Code.OTHER, Copy(ITEM, CopyStatus.CHARGED, waiting=1), (), Code.RENEWAL_HELD),
        (Code.OTHER, Copy(ITEM, CopyStatus.RECALLED), (), Code.RENEWAL_HELD),
        (Code.OTHER, Copy(ITEM, CopyStatus.CHARGED), (7,), Code.RENEWAL_LIMIT),
        (Code.OTHER, Copy(ITEM, CopyStatus.CHARGED), (0, 6), Code.OVERDUE),
        (Code.OTHER, Copy(ITEM, CopyStatus.CHARGED), (), Code.OTHER),
        (Code.OTHER, None, (), Code.OTHER),
    ],
)
def test_a_refused_renewal_has_its_reason(words: Code, copy: Copy | None, flags: tuple[int, ...], code: Code) -> None:
    account = replace(PATRON, patron_status=frozenset(PatronFlag(flag) for flag in flags))
    assert of_renewal(Refusal(words), copy, account, Profile()).code is code


def test_a_renewal_of_an_unknown_account_is_refused_in_the_system_s_words() -> None:
    assert of_renewal(Refusal(Code.OTHER, said="Nein"), None, None, Profile()) == Refusal(Code.OTHER, said="Nein")


# the security bit


@pytest.mark.parametrize(
    ("desensitize", "inhibit", "disarm"),
    [(True, None, True), (None, None, True), (False, None, False), (True, "Y", False), (True, "N", True)],
)
def test_the_security_bit_goes_off_unless_the_system_says_otherwise(
    desensitize: bool | None, inhibit: str | None, disarm: bool
) -> None:
    answer = replace(LENT, desensitize=desensitize, security_inhibit=inhibit)
    assert borrowed(answer, "B-1", None).disarm is disarm


@pytest.mark.parametrize("resensitize", [True, False])
def test_the_security_bit_goes_on_when_the_system_says_so(resensitize: bool) -> None:
    assert returned(replace(RETURNED, resensitize=resensitize), "B-1", Profile(), was_on_loan=True).arm is resensitize


# where it goes


@pytest.mark.parametrize(
    ("alert", "kind", "waits", "bin_", "held"),
    [
        (False, None, None, Bin.LEFT, False),
        (True, None, None, Bin.LEFT, False),
        (False, "00", None, Bin.LEFT, False),
        (True, "01", None, Bin.TROLLEY, True),
        (False, "02", None, Bin.TROLLEY, True),
        (True, None, "P-2", Bin.TROLLEY, True),
        (True, "03", None, Bin.STAFF, False),
        (True, "04", "P-2", Bin.STAFF, False),
        (True, "98", None, Bin.STAFF, False),
        (True, "99", None, Bin.LEFT, False),
    ],
)
def test_the_alert_s_type_says_where_an_item_goes(
    alert: bool, kind: str | None, waits: str | None, bin_: Bin, held: bool
) -> None:
    """The flag alone says nothing: Koha raises it for an item that was not on loan, and sends a type without it."""
    answer = replace(RETURNED, alert=alert, alert_type=kind, hold_patron_id=waits)
    done = returned(answer, "B-1", Profile(), was_on_loan=True)
    assert (done.bin, done.held) == (bin_, held)


def test_the_library_s_bins_come_first() -> None:
    answer = replace(RETURNED, alert_type="01", sort_bin=" 3 ")
    assert returned(answer, "B-1", Profile(bins={"3": Bin.RIGHT}), was_on_loan=True).bin is Bin.RIGHT


@pytest.mark.parametrize(
    ("was_on_loan", "patron", "again"),
    [(False, None, True), (False, "", True), (False, "P-1", False), (True, None, False), (None, None, False)],
)
def test_again_is_said_of_what_was_seen_not_to_be_on_loan(was_on_loan, patron: str | None, again: bool) -> None:
    answer = replace(RETURNED, patron_identifier=patron)
    assert returned(answer, "B-1", Profile(), was_on_loan=was_on_loan).again is again


def test_a_fee_for_the_return_is_told() -> None:
    assert returned(replace(RETURNED, others=(("BV", "2.500"),)), "B-1", Profile(), was_on_loan=True).fee == 2_500
