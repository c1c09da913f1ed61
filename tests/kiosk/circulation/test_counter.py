"""Holds and blocked cards by an operation of a terminal."""

from __future__ import annotations

import uuid

from kiosk.circulation.counter import BlocksPatrons, Done, Held, KeepsNotes, TakesHolds
from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import Code, Patron, PatronRef, Refused

SARI, ANI, BUDI = PatronRef(sample.SARI), PatronRef(sample.ANI), PatronRef("A0003")


def op() -> str:
    return str(uuid.uuid4())


def code(outcome: object) -> Code:
    assert isinstance(outcome, Refused)
    return outcome.refusal.code


def test_what_it_offers(library: EmbeddedLibrary) -> None:
    assert isinstance(library, TakesHolds)
    assert isinstance(library, BlocksPatrons)
    assert not isinstance(library, KeepsNotes)


def test_one_waits_behind_the_other(library: EmbeddedLibrary) -> None:
    item = sample.ON_LOAN_ITEMS[0]
    first, second = library.hold(op(), SARI, item), library.hold(op(), BUDI, item)
    assert isinstance(first, Held)
    assert isinstance(second, Held)
    assert (first.queue, second.queue) == (1, 2)
    patron = library.patron(SARI, None)
    assert isinstance(patron, Patron)
    assert [hold.title for hold in patron.holds] == [first.item.title]


def test_who_waits_already_keeps_the_place(library: EmbeddedLibrary) -> None:
    item = sample.ON_LOAN_ITEMS[0]
    library.hold(op(), SARI, item)
    library.hold(op(), BUDI, item)
    again = library.hold(op(), SARI, item)
    assert isinstance(again, Held)
    assert again.queue == 1


def test_the_same_operation_waits_once(library: EmbeddedLibrary) -> None:
    one = op()
    first = library.hold(one, SARI, sample.ON_LOAN_ITEMS[0])
    library.cancel_hold(op(), SARI, sample.ON_LOAN_ITEMS[0])
    assert library.hold(one, SARI, sample.ON_LOAN_ITEMS[0]) == first
    assert code(library.cancel_hold(op(), SARI, sample.ON_LOAN_ITEMS[0])) is Code.OTHER


def test_a_copy_that_is_kept_now_is_said_so(library: EmbeddedLibrary) -> None:
    held = library.hold(op(), PatronRef(sample.HOLD_READY), sample.HELD_ITEM)
    assert isinstance(held, Held)
    assert held.ready
    assert held.ready_until is not None


def test_who_may_not_wait(library: EmbeddedLibrary) -> None:
    item = sample.ON_LOAN_ITEMS[0]
    for ref, what, why in (
        (PatronRef("X"), item, Code.NO_MATCH),
        (SARI, "B99999", Code.UNKNOWN_ITEM),
        (PatronRef(sample.BLOCKED), item, Code.BLOCKED),
        (SARI, sample.REFERENCE_ITEM, Code.NOT_FOR_LOAN),
        (PatronRef(sample.CHILD), sample.ADULT_ITEM, Code.AGE),
        (PatronRef(sample.AT_LIMIT), item, Code.OTHER),  # has it on loan
    ):
        assert code(library.hold(op(), ref, what)) is why


def test_cancelled_is_cancelled(library: EmbeddedLibrary) -> None:
    library.hold(op(), SARI, sample.ON_LOAN_ITEMS[0])
    assert isinstance(library.cancel_hold(op(), SARI, sample.ON_LOAN_ITEMS[0]), Done)
    patron = library.patron(SARI, None)
    assert isinstance(patron, Patron)
    assert patron.holds == ()
    assert code(library.cancel_hold(op(), SARI, "B99999")) is Code.UNKNOWN_ITEM


def test_a_blocked_card_borrows_nothing_until_enabled(library: EmbeddedLibrary) -> None:
    assert library.block_patron(op(), SARI, "found on the floor") == Done()
    assert code(library.checkout(op(), SARI, sample.LAYAR_TERKEMBANG)) is Code.BLOCKED
    assert library.enable_patron(op(), SARI) == Done()
    assert not isinstance(library.checkout(op(), SARI, sample.LAYAR_TERKEMBANG), Refused)


def test_an_unknown_card_is_neither_blocked_nor_enabled(library: EmbeddedLibrary) -> None:
    assert code(library.block_patron(op(), PatronRef("X"))) is Code.NO_MATCH
    assert code(library.enable_patron(op(), PatronRef("X"))) is Code.NO_MATCH
