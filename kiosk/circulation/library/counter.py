"""The embedded library's counter: holds, and cards blocked by a terminal (``kiosk.circulation.counter``)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from typing import cast

from kiosk.circulation.counter import CounterOutcome, Done, Held, HoldOutcome
from kiosk.circulation.library import holds, records, rules
from kiosk.circulation.library.answers import Answer
from kiosk.circulation.library.records import ItemRow, Now
from kiosk.circulation.port import Code, PatronRef, Refusal, Refused

Work = Callable[[sqlite3.Connection, Now], list[Answer]]


class Counter:
    """Part of ``EmbeddedLibrary``: each operation is one transaction with its answer, as the others are."""

    def hold(self, op: str, ref: PatronRef, item_id: str) -> HoldOutcome:
        number, item_id = ref.number.strip(), item_id.strip()
        body = ("hold", number, item_id)
        return cast(HoldOutcome, self._once(op, body, lambda db, now: [place(db, now, number, item_id)])[0])

    def cancel_hold(self, op: str, ref: PatronRef, item_id: str) -> CounterOutcome:
        number, item_id = ref.number.strip(), item_id.strip()
        body = ("cancel-hold", number, item_id)
        return cast(CounterOutcome, self._once(op, body, lambda db, now: [cancel(db, number, item_id)])[0])

    def block_patron(self, op: str, ref: PatronRef, why: str = "") -> CounterOutcome:
        """``why`` is not kept: this library has no notes about people."""
        number = ref.number.strip()
        body = ("block", number)
        return cast(CounterOutcome, self._once(op, body, lambda db, now: [set_blocked(db, number, True)])[0])

    def enable_patron(self, op: str, ref: PatronRef) -> CounterOutcome:
        number = ref.number.strip()
        body = ("enable", number)
        return cast(CounterOutcome, self._once(op, body, lambda db, now: [set_blocked(db, number, False)])[0])

    def _once(self, op: str, body: tuple[str | int, ...], work: Work) -> list[Answer]:
        raise NotImplementedError


def place(db: sqlite3.Connection, now: Now, number: str, item_id: str) -> Held | Refused:
    """Let the member wait for the copy's title; who cannot borrow it cannot wait for it either."""
    copy = records.item(db, item_id)
    if copy is None:
        return Refused(Refusal(Code.UNKNOWN_ITEM))
    who = records.member(db, number)
    if who is None:
        return Refused(Refusal(Code.NO_MATCH), copy.item)
    holds.lapse(db, now.today)
    kept = _held(db, copy, number)
    if kept is not None:
        return kept
    if _lent_to(db, copy, number):
        return Refused(Refusal(Code.OTHER), copy.item)
    member = records.standing(db, who, now.today, copy.collection)
    no = rules.blocks(member, records.policy(db), now.today)
    if no is None and (copy.no_loan or records.rule(db, who.type, copy.collection) is None):
        no = Refusal(Code.NOT_FOR_LOAN)
    if no is None and copy.min_age and (who.born is None or rules.age(who.born, now.today) < copy.min_age):
        no = Refusal(Code.AGE, limit=copy.min_age)
    if no is not None:
        return Refused(no, copy.item)
    db.execute("INSERT INTO holds (member, title_id, created) VALUES (?, ?, ?)", [number, copy.title_id, now.stamp()])
    placed = _held(db, copy, number)
    assert placed is not None  # it was just written
    return placed


def cancel(db: sqlite3.Connection, number: str, item_id: str) -> Done | Refused:
    """End the member's hold on the copy or its title. A copy kept for them is free from the next return on."""
    copy = records.item(db, item_id)
    if copy is None:
        return Refused(Refusal(Code.UNKNOWN_ITEM))
    found = db.execute(_THEIRS, [number, copy.title_id, copy.item.id]).fetchone()
    if found is None:
        return Refused(Refusal(Code.OTHER), copy.item)
    db.execute("UPDATE holds SET ended = 'cancelled' WHERE id = ?", [found["id"]])
    return Done(copy.item)


def set_blocked(db: sqlite3.Connection, number: str, blocked: bool) -> Done | Refused:
    """Block the member, or take that back."""
    if records.member(db, number) is None:
        return Refused(Refusal(Code.NO_MATCH))
    db.execute("UPDATE members SET blocked = ? WHERE number = ?", [int(blocked), number])
    return Done()


_THEIRS = """SELECT id, ready_until FROM holds
             WHERE ended = '' AND member = ? AND title_id = ? AND (item IS NULL OR item = ?)
             ORDER BY ready_item IS NULL, id LIMIT 1"""


def _held(db: sqlite3.Connection, copy: ItemRow, number: str) -> Held | None:
    found = db.execute(_THEIRS, [number, copy.title_id, copy.item.id]).fetchone()
    if found is None:
        return None
    if found["ready_until"]:
        return Held(copy.item, ready=True, ready_until=date.fromisoformat(found["ready_until"]))
    ahead = db.execute(
        "SELECT COUNT(*) AS ahead FROM holds WHERE ended = '' AND ready_item IS NULL AND title_id = ? AND id < ?",
        [copy.title_id, found["id"]],
    ).fetchone()
    return Held(copy.item, queue=int(ahead["ahead"]) + 1)


def _lent_to(db: sqlite3.Connection, copy: ItemRow, number: str) -> bool:
    query = """SELECT 1 FROM loans JOIN items ON items.number = item
               WHERE title_id = ? AND member = ? AND returned_at IS NULL"""
    return db.execute(query, [copy.title_id, number]).fetchone() is not None
