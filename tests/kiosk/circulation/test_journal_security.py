"""The journal's list of wrong bits: questions before operations, wishes after them, and older files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kiosk.circulation.journal import Journal, Kind, Operation, State
from kiosk.circulation.journal_file import JournalReader, WantedBit
from kiosk.circulation.port import Item, PatronRef
from kiosk.circulation.promises import Promise

A, B = "E004010000000001", "E004010000000002"
SARI = PatronRef("A0001")
PROMISE = Promise(Item("B1", "a book"))
VIA = {State.CONFLICT: (State.UNKNOWN, State.PROBING), State.RESOLVED: (State.UNKNOWN, State.PROBING, State.CONFLICT)}


def operation(kind: Kind, op: str = "op-1", item: str = "B1") -> Operation:
    return Operation(op, kind, SARI if kind is Kind.CHECKOUT else None, item)


def reach(journal: Journal, op: str, state: State) -> None:
    if state is State.RESOLVED:
        journal.move(op, State.CONFLICT, via=VIA[State.CONFLICT])
        journal.resolve(op, who="Rina", why="found it")
    else:
        journal.move(op, state, via=VIA.get(state, ()))


@pytest.mark.parametrize("kind", [Kind.CHECKOUT, Kind.CHECKIN])
@pytest.mark.parametrize("state", [State.DONE, State.CONFLICT, State.RESOLVED])
def test_what_happened_or_may_have_is_wished_for_both_tags(journal: Journal, kind: Kind, state: State) -> None:
    journal.security_ask([A, B], "B1", kind is Kind.CHECKIN)
    journal.record(operation(kind), then=State.SENDING)
    reach(journal, "op-1", state)
    assert journal.security_settle() == 2
    assert journal.security_wanted() == {A: kind is Kind.CHECKIN, B: kind is Kind.CHECKIN}
    assert [(bit.item, bit.op) for bit in journal.security_list()] == [("B1", kind.value)] * 2
    assert journal.security_settle() == 0


@pytest.mark.parametrize("kind", [Kind.CHECKOUT, Kind.CHECKIN])
def test_a_refusal_and_an_operation_that_never_came_leave_nothing(journal: Journal, kind: Kind) -> None:
    journal.security_ask([A], "B1", True)
    assert journal.security_settle() == 0
    journal.security_ask([A], "B1", True)
    journal.record(operation(kind), then=State.SENDING)
    journal.move("op-1", State.REFUSED, why="held")
    assert journal.security_settle() == 0
    assert journal.security_wanted() == {}


def test_a_question_stays_open_as_long_as_nobody_knows_and_through_a_restart(journal: Journal, clock: Any) -> None:
    journal.security_ask([A], "B1", False)
    journal.record(operation(Kind.CHECKOUT), then=State.SENDING)
    journal.move("op-1", State.UNKNOWN)
    assert journal.security_settle() == 0
    journal.close()
    again = Journal.open(journal.path, kiosk="kiosk-1", clock=clock)
    assert again.security_settle() == 0
    again.move("op-1", State.DONE, via=(State.PROBING,))
    assert again.security_settle() == 1
    assert again.security_wanted() == {A: False}
    again.close()


def test_a_promise_is_a_yes_whatever_becomes_of_it(journal: Journal) -> None:
    journal.security_ask([A], "B1", True)
    journal.record(operation(Kind.CHECKIN), then=State.SENDING)
    journal.move("op-1", State.UNKNOWN, promise=PROMISE)
    assert journal.security_settle() == 1
    assert journal.security_wanted() == {A: True}


def test_what_was_done_before_the_question_does_not_answer_it(journal: Journal) -> None:
    journal.record(operation(Kind.CHECKOUT), then=State.SENDING)
    journal.move("op-1", State.DONE)
    journal.security_ask([A], "B1", True)
    assert journal.security_settle() == 0
    assert journal.security_wanted() == {}


def test_a_second_question_about_a_tag_does_not_hide_what_came_of_the_first(journal: Journal) -> None:
    """No answer, and the patron tries again: the second try never came to an operation of its own."""
    journal.security_ask([A], "B1", False)
    journal.record(operation(Kind.CHECKOUT), then=State.SENDING)
    journal.move("op-1", State.UNKNOWN)
    journal.security_ask([A], "B1", False)
    journal.move("op-1", State.DONE, via=(State.PROBING,))
    assert journal.security_settle() == 1
    assert journal.security_wanted() == {A: False}


def test_a_wish_answers_the_question(journal: Journal) -> None:
    journal.security_ask([A], "B1", False)
    journal.record(operation(Kind.CHECKOUT), then=State.SENDING)
    journal.move("op-1", State.DONE)
    journal.security_want([A], False, "B1", "checkout")
    journal.security_done(A)
    assert journal.security_settle() == 0
    assert journal.security_wanted() == {}


def older(path: Path) -> None:
    """A journal as it was before its list knew items and questions."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DROP TABLE security_asked")
        db.execute("DROP TABLE security")
        db.execute(
            "CREATE TABLE security (uid TEXT PRIMARY KEY, armed INTEGER NOT NULL, op TEXT NOT NULL, "
            "wanted_at TEXT NOT NULL) STRICT"
        )
        for uid, op in ((A, "checkout B00 130"), (B, "late")):
            db.execute("INSERT INTO security VALUES (?, 0, ?, '2026-11-01T00:00:00.000+00:00')", [uid, op])


def test_an_older_list_is_taken_over_with_its_items(journal: Journal, clock: Any) -> None:
    journal.close()
    older(journal.path)
    since = "2026-11-01T00:00:00.000+00:00"
    reader = JournalReader.read(journal.path)  # staff look before the kiosk has been started
    assert reader.security_list() == [
        WantedBit(A, False, "", "checkout B00 130", since),
        WantedBit(B, False, "", "late", since),
    ]
    reader.close()
    for _ in range(2):
        again = Journal.open(journal.path, kiosk="kiosk-1", clock=clock)
        assert again.security_list() == [
            WantedBit(A, False, "B00 130", "checkout", since),
            WantedBit(B, False, "", "late", since),
        ]
        assert again.verify() == []
        again.security_ask([A], "B1", True)
        again.close()
