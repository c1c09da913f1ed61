"""Checkout, return, renewal and payment: yes, no with its reason, and not known."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kiosk.circulation.counter import BlocksPatrons, Done, Held, KeepsNotes, TakesHolds
from kiosk.circulation.errors import SystemAway
from kiosk.circulation.port import (
    Bin,
    Borrowed,
    Code,
    Item,
    PatronRef,
    Refusal,
    Refused,
    Renewed,
    Returned,
    Secret,
    Unknown,
)
from kiosk.circulation.probing import CopyStatus, Happened, Probing
from kiosk.circulation.sip2.emulator import PRESETS, Copy, Dialect, Fault, Member, Wrong
from kiosk.circulation.sip2.emulator.dialect import ALL_MESSAGES, FeePaid, Lists, NoBlock
from kiosk.circulation.sip2.profile import LoanLists, PinRule, RefusalPattern, load_profile

SARI, BUDI, PIN = PatronRef("P-001"), PatronRef("P-002"), Secret("1234")
YESTERDAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def refusal_of(answer: object) -> Refusal:
    assert isinstance(answer, Refused)
    return answer.refusal


def sent(world, code: str) -> list[bytes]:
    """The requests of one kind, as they went out."""
    return [data for data in world.sent if data.startswith(code.encode())]


@pytest.fixture
def seen(world, monkeypatch: pytest.MonkeyPatch):
    """A world that keeps the bytes of every request."""
    world.sent = []
    make = world.wire

    def wire():
        made = make()
        send = made.send
        made.send = lambda data, seconds: (world.sent.append(data), send(data, seconds))[1]
        return made

    monkeypatch.setattr(world, "wire", wire)
    return world


def test_it_is_what_the_port_the_replay_and_the_counter_ask_for(world) -> None:
    kiosk = world.kiosk()
    assert isinstance(kiosk, Probing)
    assert isinstance(kiosk, TakesHolds)
    assert isinstance(kiosk, BlocksPatrons)
    assert isinstance(kiosk, KeepsNotes)


# checkout


def test_a_checkout_lends_until_a_date(world) -> None:
    answer = world.kiosk().checkout("op", SARI, "B-1")
    assert answer == Borrowed(Item("B-1", "Judul 1"), date(2026, 12, 7))
    assert world.kinds() == [("checkout", "B-1")]


@pytest.mark.parametrize(
    ("due_format", "formats"),
    [("sip", ()), ("iso", ()), ("%Y-%m-%d %H:%M", ()), ("%d/%m/%Y", ("%d/%m/%Y",)), ("%d %B %Y", ("%d %B %Y",))],
)
def test_due_dates_are_read_in_every_form(make_world, due_format: str, formats: tuple[str, ...]) -> None:
    answer = make_world(due_format=due_format).kiosk(due_formats=formats).checkout("op", SARI, "B-1")
    assert (answer.due, answer.due_known) == (date(2026, 12, 7), True)


def test_a_due_date_that_cannot_be_read_is_not_guessed(make_world, caplog: pytest.LogCaptureFixture) -> None:
    answer = make_world(due_format="%d/%m/%Y").kiosk().checkout("op", SARI, "B-1")
    assert isinstance(answer, Borrowed)
    assert not answer.due_known
    assert "'99/99/9999'" in caplog.text
    assert "due_formats" in caplog.text


def test_a_due_date_that_is_left_out_is_asked_for(make_world) -> None:
    world = make_world(due_format="none")
    answer = world.kiosk().checkout("op", SARI, "B-1")
    assert isinstance(answer, Borrowed)
    assert not answer.due_known
    assert world.ils.received[-1] == "17"


@pytest.mark.parametrize("renews", [True, False])
def test_the_patron_s_own_item_is_borrowed_again_and_not_renewed(make_world, arrive, renews: bool) -> None:
    world = make_world(honours_renewal_policy=not renews)
    world.ils.staff_checkout("P-001", "B-1", due=date(2026, 12, 1))
    kiosk = world.kiosk()
    arrive(kiosk)
    answer = kiosk.checkout("op", SARI, "B-1")
    assert answer == Borrowed(Item("B-1", "Judul 1"), date(2026, 12, 1), again=True)
    assert [kind for kind, _ in world.kinds()] == ["checkout"]


def test_an_item_scanned_twice_in_one_visit_is_lent_once(world, arrive) -> None:
    kiosk = world.kiosk()
    arrive(kiosk)
    first, second = kiosk.checkout("op-1", SARI, "B-1"), kiosk.checkout("op-2", SARI, "B-1")
    assert (first.again, second.again, second.due) == (False, True, first.due)
    assert world.kinds() == [("checkout", "B-1")]


def test_so_it_is_where_lists_hold_titles(make_world, arrive) -> None:
    world = make_world(lists=Lists.TITLES)
    kiosk = world.kiosk(loan_lists=LoanLists.TITLES)
    arrive(kiosk)
    kiosk.checkout("op-1", SARI, "B-1")
    assert kiosk.checkout("op-2", SARI, "B-1").again
    assert world.kinds() == [("checkout", "B-1")]
    world.ils.staff_checkin("B-1")
    assert not kiosk.checkout("op-3", SARI, "B-1").again


def test_an_item_that_was_brought_back_meanwhile_is_lent_anew(world, arrive) -> None:
    kiosk = world.kiosk()
    arrive(kiosk)
    kiosk.checkout("op-1", SARI, "B-1")
    world.ils.staff_checkin("B-1")
    assert not kiosk.checkout("op-2", SARI, "B-1").again
    kiosk.checkin("op-3", "B-1")
    assert not kiosk.checkout("op-4", SARI, "B-1").again


def test_a_library_that_wants_rescans_to_renew_gets_that(make_world, arrive) -> None:
    world = make_world()
    kiosk = world.kiosk(renewal_policy=True)
    arrive(kiosk)
    kiosk.checkout("op-1", SARI, "B-1")
    answer = kiosk.checkout("op-2", SARI, "B-1")
    assert (answer.again, answer.due) == (True, date(2026, 12, 21))


def test_a_refused_checkout_of_the_own_item_is_no_refusal(make_world) -> None:
    """The kiosk does not know that it is theirs; the server refuses to renew; the lists tell."""
    world = make_world(honours_renewal_policy=True)
    world.ils.staff_checkout("P-001", "B-1", due=date(2026, 12, 1))
    assert world.kiosk().checkout("op", SARI, "B-1") == Borrowed(Item("B-1", "Judul 1"), date(2026, 12, 1), again=True)


def test_an_item_lent_to_somebody_else_is_refused(world) -> None:
    world.ils.staff_checkout("P-002", "B-1")
    refusal = refusal_of(world.kiosk().checkout("op", SARI, "B-1"))
    assert (refusal.code, refusal.said) == (Code.ON_LOAN, "Item is on loan to another patron")


@pytest.mark.parametrize(
    ("copy", "code"),
    [
        (Copy("B-1", "Judul", status="08"), Code.HELD),
        (Copy("B-1", "Judul", status="12"), Code.UNAVAILABLE),
        (Copy("B-1", "Judul", status="13"), Code.UNAVAILABLE),
        (Copy("B-1", "Judul", status="10"), Code.UNAVAILABLE),
        (Copy("B-1", "Judul", status="02"), Code.UNAVAILABLE),
        (Copy("B-1", "Judul", status="06"), Code.UNAVAILABLE),
        (Copy("B-1", "Judul", status="11"), Code.UNAVAILABLE),
        (Copy("B-1", "Judul", status="01"), Code.OTHER),
    ],
)
def test_the_copy_s_status_explains_a_refusal(make_world, copy: Copy, code: Code) -> None:
    refusal = refusal_of(make_world(items=[copy]).kiosk().checkout("op", SARI, "B-1"))
    assert (refusal.code, refusal.said) == (code, "Item is not for loan")


@pytest.mark.parametrize(
    ("member", "code"),
    [(Member("P-001", blocked=True), Code.BLOCKED), (Member("P-001", card_lost=True), Code.BLOCKED)],
)
def test_the_patron_s_flags_explain_a_refusal(make_world, member: Member, code: Code) -> None:
    assert refusal_of(make_world(members=[member]).kiosk().checkout("op", SARI, "B-1")).code is code


def test_what_the_profile_knows_of_the_system_s_words_explains_first(make_world) -> None:
    world = make_world(members=[Member("P-001", limit=0)], words={"limit": "Terlalu banyak \x1b[1mpinjaman"})
    kiosk = world.kiosk(refusals=(RefusalPattern("banyak .*pinjaman", Code.LIMIT),))
    refusal = refusal_of(kiosk.checkout("op", SARI, "B-1"))
    assert refusal.code is Code.LIMIT
    assert "\x1b" not in (refusal.said or "")
    assert "17" not in world.ils.received


def test_a_refusal_that_nothing_explains_is_in_the_system_s_own_words(make_world) -> None:
    world = make_world(members=[Member("P-001", limit=0)])
    refusal = refusal_of(world.kiosk().checkout("op", SARI, "B-1"))
    assert refusal == Refusal(Code.OTHER, said="Too many items on loan")


def test_an_unknown_item_is_refused(world) -> None:
    assert refusal_of(world.kiosk().checkout("op", SARI, "B-99")).code is Code.UNKNOWN_ITEM


@pytest.mark.parametrize("wrong", [Wrong.DEAF, Wrong.DROP_BEFORE, Wrong.GARBAGE])
def test_a_no_stands_even_if_its_reason_cannot_be_asked_for(world, wrong: Wrong) -> None:
    world.ils.staff_checkout("P-002", "B-1")
    world.ils.faults.add(wrong, "17", "63", times=9)
    assert refusal_of(world.kiosk().checkout("op", SARI, "B-1")).code is Code.OTHER


@pytest.mark.parametrize("item", ["", "B|1", "B\r1", "B-1\r", "B\x001", "9" * 65, "B\t1", "→" * 30])
def test_an_item_that_must_not_be_sent_is_unknown(world, item: str) -> None:
    kiosk = world.kiosk()
    for answer in (
        kiosk.checkout("op", SARI, item),
        kiosk.checkin("op", item),
        kiosk.renew("op", SARI, item),
        kiosk.hold("op", SARI, item),
        kiosk.update_item("op", item, "x"),
        kiosk.undo_checkout("op", SARI, item),
    ):
        assert refusal_of(answer).code is Code.UNKNOWN_ITEM
    assert kiosk.item(item) == kiosk.copy(item) == Refusal(Code.UNKNOWN_ITEM)
    assert world.ils.received == []


def test_a_card_that_must_not_be_sent_borrows_nothing(world) -> None:
    kiosk, ref = world.kiosk(), PatronRef("P|1")
    for answer in (
        kiosk.checkout("op", ref, "B-1"),
        kiosk.renew("op", ref, "B-1"),
        kiosk.pay("op", ref, 1),
        kiosk.hold("op", ref, "B-1"),
        kiosk.block_patron("op", ref),
        kiosk.enable_patron("op", ref),
        *kiosk.renew_all("op", ref),
    ):
        assert refusal_of(answer).code is Code.NO_MATCH
    assert world.ils.received == []


# what goes out with it


def test_required_fields_always_go_out(seen) -> None:
    """Some servers drop a terminal that leaves AC, AP or the no-block date out."""
    kiosk = seen.kiosk()
    kiosk.checkout("op", SARI, "B-1")
    kiosk.checkin("op", "B-1")
    kiosk.renew("op", SARI, "B-1")
    for code in ("11", "09", "29"):
        (data,) = sent(seen, code)
        assert b"AC|" in data
        assert b"    0900" in data.split(b"AO")[0][-18:] or code == "09"
    assert b"|AP" in sent(seen, "09")[0] or b"AP|" in sent(seen, "09")[0]


def test_the_terminal_password_goes_out_or_not(seen) -> None:
    kiosk = seen.kiosk(terminal_password=False)
    kiosk.item("B-1")
    assert b"AC" not in sent(seen, "17")[0]


def test_dates_go_out_in_the_profile_s_zone(seen) -> None:
    seen.kiosk().item("B-1")
    seen.kiosk(zone="Z").item("B-1")
    local, utc = sent(seen, "17")
    assert local.startswith(b"1720261123    090000")
    assert utc.startswith(b"1720261123   Z010000")


def test_a_checkout_asks_for_no_renewal_unless_the_library_wants_it(seen) -> None:
    seen.kiosk().checkout("op", SARI, "B-1")
    seen.kiosk(renewal_policy=True).checkout("op", SARI, "B-2")
    assert [data[2:4] for data in sent(seen, "11")] == [b"NN", b"YN"]


def test_fees_are_acknowledged_only_where_the_profile_says_so(seen) -> None:
    seen.kiosk().checkout("op", SARI, "B-1")
    seen.kiosk(fee_acknowledged=True).checkout("op", SARI, "B-2")
    assert [b"BOY|" in data for data in sent(seen, "11")] == [False, True]


def test_the_pin_goes_with_operations_only_where_the_profile_says_so(seen) -> None:
    for wanted in (False, True):
        kiosk = seen.kiosk(pin_with_operations=wanted)
        kiosk.patron(SARI, PIN)
        kiosk.checkout("op", SARI, f"B-{wanted + 1}")
        assert (b"AD1234|" in sent(seen, "11")[-1]) is wanted


def test_the_operation_s_id_goes_out_in_the_server_s_own_field(seen) -> None:
    kiosk = seen.kiosk(operation_field="ZU")
    kiosk.checkout("op-1", SARI, "B-1")
    kiosk.renew("op-2", SARI, "B-1")
    kiosk.checkin("op-3", "B-1")
    assert [effect.op for effect in seen.ils.effects] == ["op-1", "op-2", "op-3"]
    seen.kiosk().checkout("op-4", SARI, "B-1")
    assert b"ZU" not in sent(seen, "11")[-1]


def test_what_happened_before_goes_out_with_its_own_date(seen) -> None:
    kiosk = seen.kiosk(no_block=True)
    kiosk.checkout("op", SARI, "B-1", Happened(YESTERDAY, due=date(2026, 12, 3), forced=True))
    assert sent(seen, "11")[0].startswith(b"11NY20261122    11000020261203    235959")
    kiosk.checkin("op", "B-1", Happened(YESTERDAY, forced=True))
    assert sent(seen, "09")[0].startswith(b"09Y20261122    11000020261122    110000")
    kiosk.renew("op", SARI, "B-1", Happened(YESTERDAY))
    assert sent(seen, "29")[0].startswith(b"29NN20261122    110000")


@pytest.mark.parametrize(("tried", "forced"), [(False, True), (True, False), (False, False)])
def test_no_block_goes_out_only_where_it_was_tried_out_and_is_wanted(seen, tried: bool, forced: bool) -> None:
    kiosk = seen.kiosk(no_block=tried)
    kiosk.checkout("op", SARI, "B-1", Happened(YESTERDAY, due=date(2026, 12, 3), forced=forced))
    assert sent(seen, "11")[0][:4] == b"11NN"
    kiosk.checkout("op", SARI, "B-2")
    assert sent(seen, "11")[1][:4] == b"11NN"


def test_a_server_that_dies_of_no_block_leaves_it_unknown(make_world) -> None:
    world = make_world(no_block=NoBlock.KILLS)
    happened = Happened(YESTERDAY, due=date(2026, 12, 3), forced=True)
    assert world.kiosk(no_block=True).checkout("op", SARI, "B-1", happened) == Unknown("closed")


def test_a_replayed_checkout_of_the_own_item_is_left_to_replay(world, arrive) -> None:
    """Replay has looked already, and decides."""
    kiosk = world.kiosk()
    arrive(kiosk)
    kiosk.checkout("op-1", SARI, "B-1")
    received = len(world.ils.received)
    kiosk.checkout("op-2", SARI, "B-1", Happened(YESTERDAY))
    assert world.ils.received[received:] == ["11"]


# return


def test_a_return_ends_the_loan_and_arms_the_item(world) -> None:
    world.ils.staff_checkout("P-002", "B-1")
    assert world.kiosk().checkin("op", "B-1") == Returned(Item("B-1", "Judul 1"))
    assert world.ils.loan("B-1") is None


def test_an_item_that_was_not_on_loan_only_goes_to_its_place(make_world) -> None:
    for ok in (True, False):
        world = make_world(shelved_checkin_ok=ok)
        assert world.kiosk().checkin("op", "B-1") == Returned(Item("B-1", "Judul 1"), again=True)


def test_without_looking_first_nobody_says_again(world) -> None:
    kiosk = world.kiosk(item_before_checkin=False)
    assert kiosk.checkin("op", "B-1") == Returned(Item("B-1", "Judul 1"))
    assert "17" not in world.ils.received


def test_a_held_item_goes_to_the_trolley(world) -> None:
    world.ils.staff_checkout("P-001", "B-1")
    world.ils.holdings.items["B-1"].holds.append("P-002")
    answer = world.kiosk().checkin("op", "B-1")
    assert (answer.held, answer.bin) == (True, Bin.TROLLEY)


def test_sort_bins_are_the_profile_s(make_world) -> None:
    world = make_world(items=[Copy("B-1", bin="02"), Copy("B-2", bin="77")])
    kiosk = world.kiosk(bins={"02": Bin.RIGHT})
    assert kiosk.checkin("op", "B-1").bin is Bin.RIGHT
    assert kiosk.checkin("op", "B-2").bin is Bin.LEFT


def test_an_item_on_the_hold_shelf_whose_return_is_refused_goes_to_the_trolley(make_world) -> None:
    world = make_world(items=[Copy("B-1", "Judul", holds=["P-002"])], shelved_checkin_ok=False)
    assert world.kiosk().checkin("op", "B-1") == Returned(Item("B-1", "Judul"), Bin.TROLLEY, held=True, again=True)


def test_an_unknown_item_is_not_taken(world) -> None:
    assert refusal_of(world.kiosk().checkin("op", "B-99")).code is Code.UNKNOWN_ITEM


def test_a_lost_item_whose_return_is_refused_is_refused(make_world) -> None:
    world = make_world(items=[Copy("B-1", "Judul", status="12")], shelved_checkin_ok=False)
    assert refusal_of(world.kiosk().checkin("op", "B-1")) == Refusal(Code.OTHER, said="Item is not checked out")


def test_a_refused_return_has_the_code_of_its_words(make_world) -> None:
    world = make_world(shelved_checkin_ok=False)
    kiosk = world.kiosk(refusals=(RefusalPattern("not checked out", Code.WRONG_USE),))
    assert refusal_of(kiosk.checkin("op", "B-1")).code is Code.WRONG_USE


def test_a_return_is_sent_even_if_nobody_could_look_first(world) -> None:
    world.ils.staff_checkout("P-002", "B-1")
    world.ils.faults.add(Wrong.DROP_BEFORE, "17", times=2)
    assert isinstance(world.kiosk().checkin("op", "B-1"), Returned)


# undo


def test_a_checkout_is_undone_by_a_return(world) -> None:
    kiosk = world.kiosk()
    kiosk.checkout("op-1", SARI, "B-1")
    assert isinstance(kiosk.undo_checkout("op-2", SARI, "B-1"), Returned)
    assert world.kinds() == [("checkout", "B-1"), ("checkin", "B-1")]


def test_a_checkout_is_undone_with_bi_where_the_server_knows_that(seen, arrive) -> None:
    kiosk = seen.kiosk(cancel=True)
    arrive(kiosk)
    kiosk.checkout("op-1", SARI, "B-1")
    answer = kiosk.undo_checkout("op-2", SARI, "B-1")
    assert b"BIY|" in sent(seen, "11")[1]
    assert isinstance(answer, Returned)
    assert refusal_of(kiosk.undo_checkout("op-3", SARI, "B-99")).code is Code.OTHER
    seen.ils.faults.add(Wrong.DROP_AFTER, "11")
    assert isinstance(kiosk.undo_checkout("op-4", SARI, "B-2"), Unknown)


# renewal


def test_a_renewal_prolongs_the_loan(world) -> None:
    world.ils.staff_checkout("P-001", "B-1", due=date(2026, 12, 1))
    assert world.kiosk().renew("op", SARI, "B-1") == Renewed(Item("B-1", "Judul 1"), date(2026, 12, 15))


def test_a_renewal_by_checkout_lends_nothing_anew(make_world) -> None:
    world = make_world(supported=ALL_MESSAGES - {"29", "65"})
    world.ils.staff_checkout("P-001", "B-1", due=date(2026, 12, 1))
    kiosk = world.kiosk(renew_with_checkout=True)
    assert kiosk.renew("op", SARI, "B-1") == Renewed(Item("B-1", "Judul 1"), date(2026, 12, 15))
    assert refusal_of(kiosk.renew("op", SARI, "B-2")).code is Code.NOT_ON_LOAN
    assert [kind for kind, _ in world.kinds()] == ["checkout", "renew"]


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda ils: None, Code.NOT_ON_LOAN),
        (lambda ils: ils.staff_checkout("P-002", "B-1"), Code.NOT_ON_LOAN),
        (
            lambda ils: (ils.staff_checkout("P-001", "B-1"), ils.holdings.items["B-1"].holds.append("P-002")),
            Code.RENEWAL_HELD,
        ),
        (lambda ils: [ils.staff_checkout("P-001", "B-1"), *[ils.staff_renew("B-1") for _ in range(3)]], Code.OTHER),
    ],
)
def test_a_refused_renewal_is_explained(make_world, prepare, code: Code) -> None:
    world = make_world(words={"held": "No", "not-on-loan": "No", "renewals": "No"})
    prepare(world.ils)
    refusal = refusal_of(world.kiosk().renew("op", SARI, "B-1"))
    assert (refusal.code, refusal.said) == (code, "No")


def test_the_profile_s_words_explain_a_renewal_first(world) -> None:
    world.ils.staff_checkout("P-001", "B-1")
    for _ in range(3):
        world.ils.staff_renew("B-1")
    kiosk = world.kiosk(refusals=(RefusalPattern("renewal limit", Code.RENEWAL_LIMIT),))
    assert refusal_of(kiosk.renew("op", SARI, "B-1")).code is Code.RENEWAL_LIMIT


def test_an_unknown_item_is_not_renewed(world) -> None:
    assert refusal_of(world.kiosk().renew("op", SARI, "B-99")).code is Code.UNKNOWN_ITEM


@pytest.mark.parametrize("supported", [ALL_MESSAGES, ALL_MESSAGES - {"65"}])
def test_all_loans_are_renewed_at_once_or_one_by_one(make_world, supported: frozenset[str]) -> None:
    world = make_world(supported=supported)
    for n in (1, 2, 3):
        world.ils.staff_checkout("P-001", f"B-{n}", due=date(2026, 12, 1))
    world.ils.holdings.items["B-2"].holds.append("P-002")
    answer = world.kiosk().renew_all("op", SARI)
    outcomes = {each.item.id: each for each in answer}
    assert outcomes["B-1"] == Renewed(Item("B-1", "Judul 1"), date(2026, 12, 15))
    assert outcomes["B-3"] == Renewed(Item("B-3", "Judul 3"), date(2026, 12, 15))
    assert isinstance(outcomes["B-2"], Refused)
    assert world.ils.received.count("29") == (0 if "65" in supported else 3)


def test_one_by_one_a_line_that_dies_leaves_the_whole_unknown(make_world) -> None:
    world = make_world(supported=ALL_MESSAGES - {"65"})
    for n in (1, 2, 3):
        world.ils.staff_checkout("P-001", f"B-{n}", due=date(2026, 12, 1))
    kiosk = world.kiosk()
    kiosk.status()
    world.ils.faults.add(Wrong.DROP_AFTER, "29")
    assert kiosk.renew_all("op", SARI) == Unknown("closed")
    assert [kind for kind, _ in world.kinds()].count("renew") == 1


def test_one_by_one_those_for_which_no_time_is_left_are_said_so(make_world) -> None:
    world = make_world(supported=ALL_MESSAGES - {"65"})
    for n in (1, 2, 3):
        world.ils.staff_checkout("P-001", f"B-{n}", due=date(2026, 12, 1))
    world.ils.faults.add(Wrong.LATE, "29", seconds=1.2, times=2)
    first, second, third = world.kiosk().renew_all("op", SARI)
    assert isinstance(first, Renewed)
    assert isinstance(second, Renewed)
    assert refusal_of(third).code is Code.OFFLINE
    assert [kind for kind, _ in world.kinds()].count("renew") == 2


def test_one_by_one_a_system_that_is_away_is_away(make_world) -> None:
    world = make_world(supported=ALL_MESSAGES - {"65"})
    world.ils.staff_checkout("P-001", "B-1", due=date(2026, 12, 1))
    world.ils.faults.add(Wrong.LATE, "63", seconds=2.3)
    with pytest.raises(SystemAway):
        world.kiosk().renew_all("op", SARI)


def test_each_renewal_of_many_has_an_operation_s_id_of_its_own(make_world) -> None:
    world = make_world(supported=ALL_MESSAGES - {"65"})
    for n in (1, 2):
        world.ils.staff_checkout("P-001", f"B-{n}", due=date(2026, 12, 1))
    kiosk = world.kiosk(operation_field="ZU")
    kiosk.renew_all("op", SARI)
    kiosk.renew_all("op", SARI)
    ops = [effect.op for effect in world.ils.effects if effect.kind == "renew"]
    assert ops[:2] == ops[2:]
    assert len(set(ops)) == 2


def test_a_value_of_ours_that_must_not_be_sent_is_refused(seen) -> None:
    kiosk = seen.kiosk(operation_field="ZU")
    assert refusal_of(kiosk.checkout("op|AAx", SARI, "B-1")).code is Code.OTHER
    assert refusal_of(kiosk.renew_all("op|AAx", SARI)[0]).code is Code.OTHER
    assert sent(seen, "11") == sent(seen, "65") == []


def test_a_payment_that_the_system_does_not_accept_is_refused(make_world) -> None:
    world = make_world(members=[Member("P-001", fines=15_000)])
    kiosk = world.kiosk()
    kiosk.fees(SARI)

    def paid_meanwhile(code: str) -> Fault:
        if code == "37":
            world.ils.holdings.members["P-001"].fines = 0
        return Fault(Wrong.NOTHING)

    world.ils.plan = paid_meanwhile
    assert refusal_of(kiosk.pay("op", SARI, 5_000)).said == "Amount exceeds what is owed"


def test_a_look_right_before_a_return_is_not_repeated(world) -> None:
    kiosk = world.kiosk()
    kiosk.copy("B-1")
    assert kiosk.checkin("op", "B-1").again
    assert world.ils.received.count("17") == 1
    kiosk.copy("B-1")
    world.time.wait(5)
    kiosk.checkin("op", "B-1")
    assert world.ils.received.count("17") == 3


def test_one_by_one_needs_numbers(make_world) -> None:
    world = make_world(supported=ALL_MESSAGES - {"65"}, lists=Lists.TITLES)
    (answer,) = world.kiosk(loan_lists=LoanLists.TITLES).renew_all("op", SARI)
    assert refusal_of(answer).code is Code.OTHER


def test_renewing_all_without_an_answer_is_unknown(world) -> None:
    world.ils.faults.add(Wrong.DROP_AFTER, "65")
    assert world.kiosk().renew_all("op", SARI) == Unknown("closed")


# money


def test_a_payment_answers_what_is_left(make_world) -> None:
    world = make_world(members=[Member("P-001", fines=15_000)])
    kiosk = world.kiosk()
    assert kiosk.pay("op", SARI, 5_000) == 10_000
    assert world.ils.holdings.members["P-001"].fines == 10_000


@pytest.mark.parametrize("amount", [0, -5, 15_001])
def test_nothing_and_too_much_are_not_paid(make_world, amount: int) -> None:
    world = make_world(members=[Member("P-001", fines=15_000)])
    assert refusal_of(world.kiosk().pay("op", SARI, amount)) == Refusal(Code.FEES, amount=15_000)
    assert "37" not in world.ils.received


def test_a_payment_that_kills_the_server_is_unknown(make_world) -> None:
    world = make_world(members=[Member("P-001", fines=15_000)], fee_paid=FeePaid.KILLS)
    assert world.kiosk().pay("op", SARI, 5_000) == Unknown("closed")


def test_without_knowing_what_is_owed_nothing_is_sent(make_world) -> None:
    world = make_world(members=[Member("P-001", fines=15_000)])
    world.ils.faults.add(Wrong.DROP_BEFORE, "63", times=2)
    with pytest.raises(SystemAway):
        world.kiosk().pay("op", SARI, 5_000)
    assert refusal_of(world.kiosk(currency="USD").pay("op", SARI, 5_000)).code is Code.OTHER
    assert refusal_of(world.kiosk().pay("op", PatronRef("P-999"), 5_000)).code is Code.NO_MATCH
    assert "37" not in world.ils.received


def test_a_booked_payment_is_booked_though_nobody_can_say_what_is_left(make_world) -> None:
    world = make_world(members=[Member("P-001", fines=15_000)])
    kiosk = world.kiosk()
    kiosk.fees(SARI)
    world.ils.plan = lambda code: Fault(
        Wrong.DROP_BEFORE if code == "63" and world.ils.received.count("37") else Wrong.NOTHING
    )
    assert kiosk.pay("op", SARI, 5_000) == 10_000


# probes


def test_a_copy_is_told_with_the_fingerprint_of_its_loan(world) -> None:
    kiosk = world.kiosk()
    free = kiosk.copy("B-1")
    assert (free.status, free.mark, free.due, free.waiting) == (CopyStatus.AVAILABLE, "", None, 0)
    world.ils.staff_checkout("P-001", "B-1", due=date(2026, 12, 1))
    lent = kiosk.copy("B-1")
    assert (lent.status, lent.mark, lent.due) == (CopyStatus.CHARGED, "20261201    235900", date(2026, 12, 1))
    world.ils.staff_renew("B-1")
    assert kiosk.copy("B-1").mark != lent.mark
    assert (lent.location, lent.item) == ("Rak 2", Item("B-1", "Judul 1"))


def test_a_server_that_tells_no_due_date_gives_no_fingerprint(make_world) -> None:
    world = make_world(item_due=False)
    world.ils.staff_checkout("P-001", "B-1")
    copy = world.kiosk().copy("B-1")
    assert (copy.status, copy.mark) == (CopyStatus.CHARGED, "")


# the counter


def test_holds_blocks_and_notes(world) -> None:
    kiosk = world.kiosk()
    assert kiosk.hold("op", SARI, "B-1") == Held(Item("B-1", "B-1"), queue=1, ready=True)
    assert isinstance(kiosk.hold("op", SARI, "B-1"), Refused)
    assert isinstance(kiosk.cancel_hold("op", SARI, "B-1"), Done)
    assert isinstance(kiosk.cancel_hold("op", SARI, "B-1"), Refused)
    assert kiosk.block_patron("op", SARI, "kartu | rusak") == Done()
    assert world.ils.holdings.members["P-001"].blocked
    assert kiosk.enable_patron("op", SARI) == Done()
    assert kiosk.update_item("op", "B-1", "halaman 3 sobek") == Done(Item("B-1", "Judul 1"))
    assert world.ils.holdings.items["B-1"].properties == "halaman 3 sobek"
    assert isinstance(kiosk.update_item("op", "B-99", "x"), Refused)
    stranger = PatronRef("P-999")
    assert refusal_of(kiosk.block_patron("op", stranger)).code is Code.NO_MATCH
    assert refusal_of(kiosk.enable_patron("op", stranger)).code is Code.NO_MATCH


def test_a_card_that_stays_blocked_was_not_enabled(make_world) -> None:
    world = make_world(members=[Member("P-001", card_lost=True)])
    assert isinstance(world.kiosk().enable_patron("op", SARI), Refused)


def test_a_message_the_server_does_not_know_is_not_tried_on_it(make_world) -> None:
    world = make_world(supported=ALL_MESSAGES - {"15", "01", "25", "19"})
    kiosk = world.kiosk()
    for answer in (
        kiosk.hold("op", SARI, "B-1"),
        kiosk.cancel_hold("op", SARI, "B-1"),
        kiosk.block_patron("op", SARI),
        kiosk.enable_patron("op", SARI),
        kiosk.update_item("op", "B-1", "x"),
    ):
        assert refusal_of(answer).code is Code.OTHER
    assert world.ils.received == ["93", "99"]


# whole visits in every dialect


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_a_visit_goes_well_in_every_dialect(make_world, preset: Dialect) -> None:
    name = {"evergreen_service": "evergreen"}.get(preset.name, preset.name)
    world = make_world(preset)
    kiosk = world.kiosk(load_profile(name), pin=PinRule.NONE)
    assert kiosk.status().online
    kiosk.patron(SARI, None)
    lent = kiosk.checkout("op-1", SARI, "B-1")
    assert (lent.due, lent.due_known) == (date(2026, 12, 7), True)
    assert kiosk.renew("op-2", SARI, "B-1").due == date(2026, 12, 21)
    assert isinstance(kiosk.checkin("op-3", "B-1"), Returned)
    kiosk.end_visit(SARI)
    assert [kind for kind, _ in world.kinds()] == ["checkout", "renew", "checkin"]
    assert kiosk.client.tally.doubts == 0
