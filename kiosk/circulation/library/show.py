"""One copy or one member as staff look them up: all that is known, and how things stand in plain words."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date

from kiosk.circulation.library import holds, lists, records, rules
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.lists import HoldLine, ItemLine, LoanLine, MemberLine
from kiosk.circulation.library.records import Now
from kiosk.circulation.port import Code, Refusal


@dataclass(frozen=True, slots=True)
class ItemShown:
    """A copy: who has it, who waits for it, and what that means now."""

    line: ItemLine
    state: tuple[str, ...]
    loan: LoanLine | None
    waiting: int


@dataclass(frozen=True, slots=True)
class MemberShown:
    """A member: what they have, what they wait for, what they owe, and whether they may borrow now."""

    line: MemberLine
    state: tuple[str, ...]
    loans: tuple[LoanLine, ...]
    holds: tuple[HoldLine, ...]


def look_up(library: EmbeddedLibrary, number: str) -> ItemShown | MemberShown | None:
    """The copy or member with this number, found by index however large the library is."""
    now = library.now()
    with library.store.reading() as db:
        item = lists.item(db, number)
        if item is not None:
            return _item(db, now, item)
        member = lists.member(db, number)
        return None if member is None else _member(db, now, member)


def _item(db: sqlite3.Connection, now: Now, line: ItemLine) -> ItemShown:
    copy = records.item(db, line.item)
    assert copy is not None  # lists.item found it in the same transaction
    running = records.active_loan(db, line.item)
    loan = _loan(db, line.item, now.today) if running is not None else None
    waiting = holds.waiting_for(db, copy)
    state = [_where(db, line, loan, now.today)]
    if line.no_loan:
        state.append("It is not for loan: to be used in the library.")
    if line.min_age:
        state.append(f"It is lent from {line.min_age} years of age.")
    if waiting:
        state.append(f"{waiting} {'hold waits' if waiting == 1 else 'holds wait'} for it or its title.")
    if line.replaced_by:
        state.append(f"It was replaced by {line.replaced_by}.")
    return ItemShown(line, tuple(state), loan, waiting)


def _where(db: sqlite3.Connection, line: ItemLine, loan: LoanLine | None, today: date) -> str:
    if loan is not None:
        late = f"{-loan.days_left} days overdue" if loan.days_left < 0 else f"{loan.days_left} days left"
        return f"On loan to {loan.member} until {loan.due} ({late}, renewed {loan.renewals} times)."
    kept = db.execute(
        """SELECT member, ready_until, COALESCE(shelves.name, holds.shelf) AS shelf
           FROM holds LEFT JOIN shelves ON shelves.code = holds.shelf
           WHERE ended = '' AND ready_item = ? AND ready_until >= ?""",
        [line.item, today.isoformat()],
    ).fetchone()
    if kept is not None:
        place = f" on '{kept['shelf']}'" if kept["shelf"] else ""
        return f"Kept{place} for {kept['member']} until {kept['ready_until']}."
    return {
        "available": "In the library.",
        "repair": "In repair.",
        "lost": "Lost.",
        "withdrawn": "Withdrawn.",
    }.get(line.status, f"Status: {line.status}.")


def _member(db: sqlite3.Connection, now: Now, line: MemberLine) -> MemberShown:
    who = records.member(db, line.member)
    assert who is not None  # lists.member found it in the same transaction
    standing = records.standing(db, who, now.today)
    block = rules.blocks(standing, records.policy(db), now.today)
    free = max(0, standing.limit - standing.on_loan)
    if block is not None:
        state = [f"May not borrow: {_why(block)}."]
    elif free == 0:
        state = [f"May not borrow more: has all {standing.limit} that the member type allows."]
    else:
        state = [f"May borrow {free} more of {standing.limit}."]
    if standing.owed:
        state.append(f"Owes Rp{standing.owed}.")
    if not line.has_pin:
        state.append("Has no PIN.")
    loans = tuple(loan for each in records.loans_of(db, line.member) if (loan := _loan(db, each.item, now.today)))
    return MemberShown(line, tuple(state), loans, tuple(lists.holds_of(db, line.member)))


def _loan(db: sqlite3.Connection, item: str, today: date) -> LoanLine | None:
    row = db.execute(
        """SELECT item, title, member, name, lent_at, due, renewals
           FROM loans JOIN items ON items.number = item JOIN titles ON titles.id = title_id
                JOIN members ON members.number = member
           WHERE item = ? AND returned_at IS NULL""",
        [item],
    ).fetchone()
    return None if row is None else LoanLine(*[*row, (date.fromisoformat(row["due"]) - today).days])


def _why(block: Refusal) -> str:
    match block.code:
        case Code.EXPIRED:
            return f"the membership ended on {block.until}"
        case Code.PENDING:
            return "the membership is not active yet"
        case Code.BLOCKED:
            return "blocked by staff"
        case Code.SUSPENDED:
            return f"suspended, again from {block.until}"
        case Code.OVERDUE:
            return f"{block.seen} overdue"
        case _:
            return f"owes Rp{block.amount}"
