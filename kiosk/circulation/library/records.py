"""Rows of the library as typed values: what the rules and the port need, read from the tables."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import date, datetime

from kiosk.circulation.library.rules import LibraryCalendar, LoanRule, Policy, Standing
from kiosk.circulation.port import Item


@dataclass(frozen=True, slots=True)
class Now:
    """One operation's moment: UTC, and the day it is in the library's zone."""

    at: datetime
    today: date

    def stamp(self) -> str:
        return self.at.isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member. Shows neither number nor name when printed."""

    number: str = field(repr=False)
    name: str = field(repr=False)
    type: str
    loan_limit: int
    born: date | None = field(repr=False)
    expires: date | None
    pending: bool
    blocked: bool
    suspended_until: date | None
    pin: str = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A copy with its title."""

    item: Item
    title_id: int
    collection: str
    status: str
    no_loan: bool
    min_age: int
    tag_uid: str

    @property
    def circulates(self) -> bool:
        return self.status == "available" and not self.no_loan


@dataclass(frozen=True, slots=True)
class LoanRow:
    """A running loan."""

    id: int
    item: str
    member: str = field(repr=False)
    due: date
    renewals: int


_ITEM = """
    SELECT items.number, title, author, parts, title_id, collection, status, no_loan, min_age, tag_uid
    FROM items JOIN titles ON titles.id = items.title_id
"""


def policy(db: sqlite3.Connection) -> Policy:
    row = db.execute("SELECT * FROM policy WHERE id = 1").fetchone()
    return Policy(
        block_overdue=bool(row["block_overdue"]),
        fee_block=row["fee_block"],
        shelf_days=row["shelf_days"],
        overdue_blocks_renewal=bool(row["overdue_blocks_renewal"]),
        fee_blocks_renewal=bool(row["fee_blocks_renewal"]),
    )


def calendar(db: sqlite3.Connection) -> LibraryCalendar:
    return LibraryCalendar(
        frozenset(row["weekday"] for row in db.execute("SELECT weekday FROM closed_weekdays")),
        frozenset(date.fromisoformat(row["day"]) for row in db.execute("SELECT day FROM holidays")),
        frozenset(date.fromisoformat(row["day"]) for row in db.execute("SELECT day FROM extra_openings")),
    )


def rule(db: sqlite3.Connection, member_type: str, collection: str) -> LoanRule | None:
    """The rule for exactly this collection type, else the member type's rule for any (``*``)."""
    row = db.execute(
        "SELECT * FROM rules WHERE member_type = ? AND collection IN (?, '*') ORDER BY collection = '*' LIMIT 1",
        [member_type, collection],
    ).fetchone()
    if row is None:
        return None
    return LoanRule(
        days=row["days"],
        working_days=bool(row["working_days"]),
        limit=row["loan_limit"],
        renewals=row["renewals"],
        fee_per_day=row["fee_per_day"],
        suspend=bool(row["suspend"]),
        grace=row["grace"],
    )


def member(db: sqlite3.Connection, number: str) -> MemberRow | None:
    row = db.execute(
        "SELECT members.*, loan_limit FROM members JOIN member_types ON code = type WHERE number = ? AND removed = 0",
        [number],
    ).fetchone()
    if row is None:
        return None
    return MemberRow(
        number=row["number"],
        name=row["name"],
        type=row["type"],
        loan_limit=row["loan_limit"],
        born=_day(row["born"]),
        expires=_day(row["expires"]),
        pending=bool(row["pending"]),
        blocked=bool(row["blocked"]),
        suspended_until=_day(row["suspended_until"]),
        pin=row["pin"],
        language=row["language"],
    )


def standing(db: sqlite3.Connection, who: MemberRow, today: date, collection: str = "") -> Standing:
    """How the member stands today; ``collection`` is the type that is about to be borrowed."""
    row = db.execute(
        """SELECT COUNT(*) AS on_loan,
                  COALESCE(SUM(collection = ?), 0) AS of_kind,
                  COALESCE(SUM(due < ?), 0) AS overdue
           FROM loans JOIN items ON items.number = loans.item
           WHERE member = ? AND returned_at IS NULL""",
        [collection, today.isoformat(), who.number],
    ).fetchone()
    return Standing(
        limit=who.loan_limit,
        on_loan=row["on_loan"],
        on_loan_of_kind=row["of_kind"],
        overdue=row["overdue"],
        owed=owed(db, who.number),
        born=who.born,
        expires=who.expires,
        pending=who.pending,
        blocked=who.blocked,
        suspended_until=who.suspended_until,
    )


def owed(db: sqlite3.Connection, number: str) -> int:
    """Charges minus payments, in whole rupiah."""
    row = db.execute("SELECT COALESCE(SUM(amount), 0) AS owed FROM fees WHERE member = ?", [number]).fetchone()
    return int(row["owed"])


def item(db: sqlite3.Connection, number: str) -> ItemRow | None:
    row = db.execute(_ITEM + " WHERE items.number = ?", [number]).fetchone()
    return None if row is None else _item_row(row)


def active_loan(db: sqlite3.Connection, item_number: str) -> LoanRow | None:
    row = db.execute("SELECT * FROM loans WHERE item = ? AND returned_at IS NULL", [item_number]).fetchone()
    return None if row is None else _loan_row(row)


def newest_loan(db: sqlite3.Connection, item_number: str) -> str:
    """``loan 17`` or ``loan 17 returned``: another text after each loan and each return."""
    row = db.execute(
        "SELECT id, returned_at FROM loans WHERE item = ? ORDER BY id DESC LIMIT 1", [item_number]
    ).fetchone()
    if row is None:
        return ""
    return f"loan {row['id']} returned" if row["returned_at"] else f"loan {row['id']}"


def loans_of(db: sqlite3.Connection, number: str) -> list[LoanRow]:
    """A member's running loans, the most urgent first."""
    rows = db.execute("SELECT * FROM loans WHERE member = ? AND returned_at IS NULL ORDER BY due, id", [number])
    return [_loan_row(row) for row in rows]


def _item_row(row: sqlite3.Row) -> ItemRow:
    return ItemRow(
        item=Item(row["number"], row["title"], row["author"], row["parts"]),
        title_id=row["title_id"],
        collection=row["collection"],
        status=row["status"],
        no_loan=bool(row["no_loan"]),
        min_age=row["min_age"],
        tag_uid=row["tag_uid"],
    )


def _loan_row(row: sqlite3.Row) -> LoanRow:
    return LoanRow(row["id"], row["item"], row["member"], date.fromisoformat(row["due"]), row["renewals"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
