"""Checkout: yes, no with its reason, and not known."""

from __future__ import annotations

from datetime import date

import pytest
from sip2_kiosks import SARI, refusal_of, sent

from kiosk.circulation.counter import BlocksPatrons, KeepsNotes, TakesHolds
from kiosk.circulation.port import (
    Borrowed,
    Code,
    Item,
    PatronRef,
    Refusal,
    Returned,
    Unknown,
)
from kiosk.circulation.probing import Probing
from kiosk.circulation.sip2.emulator import PRESETS, Copy, Dialect, Member, Wrong
from kiosk.circulation.sip2.emulator.dialect import Lists
from kiosk.circulation.sip2.profile import LoanLists, PinRule, RefusalPattern, load_profile


def test_it_is_what_the_port_the_replay_and_the_counter_ask_for(world) -> None:
    kiosk = world.kiosk()
    assert isinstance(kiosk, Probing)
    assert isinstance(kiosk, TakesHolds)
    assert isinstance(kiosk, BlocksPatrons)
    assert isinstance(kiosk, KeepsNotes)


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
