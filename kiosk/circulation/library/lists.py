"""The library's lists as staff see them. Each takes what to search for and how many rows at most."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class LoanLine:
    """A running loan."""

    item: str
    title: str
    member: str
    name: str
    lent: str  # UTC
    due: str
    renewals: int
    days_left: int


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A copy. ``on_loan_until`` is empty while it is not on loan; ``cost`` is its own, in whole rupiah, if any."""

    item: str
    title: str
    author: str
    call_number: str
    collection: str
    status: str
    no_loan: bool
    parts: int
    min_age: int
    tag_uid: str
    on_loan_until: str
    location: str = ""
    cost: int | None = None
    replaced_by: str = ""


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member."""

    member: str
    name: str
    type: str
    born: str
    expires: str
    pending: bool
    blocked: bool
    suspended_until: str
    has_pin: bool
    language: str
    on_loan: int
    owes: int = 0  # whole rupiah


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A running hold. ``ready_item`` and ``ready_until`` are empty while it waits; ``item``: only this copy will do."""

    member: str
    name: str
    title: str
    created: str
    ready_item: str
    ready_until: str
    shelf: str = ""
    item: str = ""
    hold: int = 0  # its number, for 'remove hold'


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A charge (above 0) or a payment or waiver (below 0), whole rupiah."""

    member: str
    amount: int
    kind: str
    item: str
    at: str


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day on which the library is shut, or open although it would be shut."""

    day: str
    name: str
    open: bool


@dataclass(frozen=True, slots=True)
class RuleLine:
    """How one member type borrows one collection (``*``: any other). ``limit`` counts that collection alone."""

    member_type: str
    collection: str
    limit: int | None
    days: int
    working_days: bool
    renewals: int
    fee_per_day: int
    suspend: bool
    grace: int


@dataclass(frozen=True, slots=True)
class NameLine:
    """A member type, collection or shelf. ``limit``: how much a member of the type may have; ``usual``: the shelf."""

    code: str
    name: str
    limit: int | None = None
    usual: bool = False


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An import and what it did."""

    number: int
    kind: str
    at: str
    added: int
    updated: int
    undone: str


#: All rows.
ALL = -1


def loans(db: sqlite3.Connection, today: date, search: str = "", limit: int = ALL) -> list[LoanLine]:
    """Running loans, the most urgent first."""
    rows = db.execute(
        """SELECT item, title, member, name, lent_at AS lent, due, renewals
           FROM loans JOIN items ON items.number = item JOIN titles ON titles.id = title_id
                JOIN members ON members.number = member
           WHERE returned_at IS NULL AND (item || ' ' || title || ' ' || member || ' ' || name) LIKE ? ESCAPE '\\'
           ORDER BY due, item LIMIT ?""",
        [_like(search), limit],
    )
    return [LoanLine(*[*row, (date.fromisoformat(row["due"]) - today).days]) for row in rows]


_ITEMS = """
    SELECT number, title, author, COALESCE(call_number, ''), collection, status, no_loan, parts, min_age, tag_uid,
           COALESCE(due, ''), location, cost, COALESCE(replaced_by, '')
    FROM items JOIN titles ON titles.id = title_id LEFT JOIN loans ON loans.item = number AND returned_at IS NULL
"""


def items(db: sqlite3.Connection, search: str = "", limit: int = ALL) -> list[ItemLine]:
    rows = db.execute(
        f"""{_ITEMS} WHERE (number || ' ' || title || ' ' || author || ' ' || COALESCE(call_number, '')) LIKE ?
            ESCAPE '\\' ORDER BY number LIMIT ?""",
        [_like(search), limit],
    )
    return [_item(row) for row in rows]


def item(db: sqlite3.Connection, number: str) -> ItemLine | None:
    row = db.execute(f"{_ITEMS} WHERE number = ?", [number]).fetchone()
    return None if row is None else _item(row)


_MEMBERS = """
    SELECT number, name, type, COALESCE(born, ''), COALESCE(expires, ''), pending, blocked,
           COALESCE(suspended_until, ''), pin != '', language,
           (SELECT COUNT(*) FROM loans WHERE member = number AND returned_at IS NULL),
           (SELECT COALESCE(SUM(amount), 0) FROM fees WHERE member = number)
    FROM members WHERE removed = 0
"""


def members(db: sqlite3.Connection, search: str = "", limit: int = ALL) -> list[MemberLine]:
    rows = db.execute(
        f"{_MEMBERS} AND (number || ' ' || name) LIKE ? ESCAPE '\\' ORDER BY number LIMIT ?", [_like(search), limit]
    )
    return [_member(row) for row in rows]


def member(db: sqlite3.Connection, number: str) -> MemberLine | None:
    row = db.execute(f"{_MEMBERS} AND number = ?", [number]).fetchone()
    return None if row is None else _member(row)


_HOLDS = """
    SELECT member, members.name, title, created, COALESCE(ready_item, ''), COALESCE(ready_until, ''),
           COALESCE(shelves.name, holds.shelf), COALESCE(holds.item, ''), holds.id
    FROM holds JOIN titles ON titles.id = title_id JOIN members ON members.number = member
         LEFT JOIN shelves ON shelves.code = holds.shelf
"""


def holds(db: sqlite3.Connection, search: str = "", limit: int = ALL) -> list[HoldLine]:
    """Running holds, the oldest first."""
    rows = db.execute(
        f"""{_HOLDS} WHERE ended = '' AND (member || ' ' || members.name || ' ' || title || ' '
                           || COALESCE(ready_item, '')) LIKE ? ESCAPE '\\' ORDER BY holds.id LIMIT ?""",
        [_like(search), limit],
    )
    return [HoldLine(*row) for row in rows]


def holds_of(db: sqlite3.Connection, member: str) -> list[HoldLine]:
    """A member's running holds, the oldest first."""
    rows = db.execute(f"{_HOLDS} WHERE ended = '' AND holds.member = ? ORDER BY holds.id", [member])
    return [HoldLine(*row) for row in rows]


def fees(db: sqlite3.Connection, search: str = "", limit: int = ALL) -> list[FeeLine]:
    """Charges and payments, the newest first."""
    rows = db.execute(
        """SELECT member, amount, kind, COALESCE(item, ''), at FROM fees JOIN members ON number = member
           WHERE removed = 0 AND (member || ' ' || name || ' ' || kind || ' ' || COALESCE(item, '')) LIKE ? ESCAPE '\\'
           ORDER BY fees.id DESC LIMIT ?""",
        [_like(search), limit],
    )
    return [FeeLine(*row) for row in rows]


def holidays(db: sqlite3.Connection, search: str = "", limit: int = ALL) -> list[DayLine]:
    """Dated closures and extra openings, in order."""
    rows = db.execute(
        """SELECT day, COALESCE(name, '') AS name, 0 FROM holidays WHERE (day || ' ' || COALESCE(name, '')) LIKE ?1
               ESCAPE '\\'
           UNION ALL
           SELECT day, COALESCE(name, ''), 1 FROM extra_openings WHERE (day || ' ' || COALESCE(name, '')) LIKE ?1
               ESCAPE '\\'
           ORDER BY 1, 3 LIMIT ?2""",
        [_like(search), limit],
    )
    return [DayLine(row[0], row[1], bool(row[2])) for row in rows]


def rules(db: sqlite3.Connection, search: str = "", limit: int = ALL) -> list[RuleLine]:
    rows = db.execute(
        """SELECT member_type, collection, loan_limit, days, working_days, renewals, fee_per_day, suspend, grace
           FROM rules WHERE (member_type || ' ' || collection) LIKE ? ESCAPE '\\'
           ORDER BY member_type, collection = '*', collection LIMIT ?""",
        [_like(search), limit],
    )
    return [
        RuleLine(row[0], row[1], row[2], row[3], bool(row[4]), row[5], row[6], bool(row[7]), row[8]) for row in rows
    ]


def types(db: sqlite3.Connection, search: str = "", limit: int = ALL) -> list[NameLine]:
    """Member types."""
    return _names(db, "SELECT code, name, loan_limit, 0 FROM member_types", search, limit)


def collections(db: sqlite3.Connection, search: str = "", limit: int = ALL) -> list[NameLine]:
    return _names(db, "SELECT code, name, NULL, 0 FROM collections", search, limit)


def shelves(db: sqlite3.Connection, search: str = "", limit: int = ALL) -> list[NameLine]:
    """Hold shelves."""
    return _names(
        db, "SELECT code, name, NULL, code = (SELECT shelf FROM policy WHERE id = 1) FROM shelves", search, limit
    )


def imports(db: sqlite3.Connection, limit: int = ALL) -> list[ImportLine]:
    """The newest first."""
    rows = db.execute(
        "SELECT id, kind, at, added, updated, COALESCE(undone_at, '') FROM imports ORDER BY id DESC LIMIT ?", [limit]
    )
    return [ImportLine(*row) for row in rows]


def _names(db: sqlite3.Connection, query: str, search: str, limit: int) -> list[NameLine]:
    rows = db.execute(
        f"{query} WHERE (code || ' ' || name) LIKE ? ESCAPE '\\' ORDER BY code LIMIT ?", [_like(search), limit]
    )
    return [NameLine(row[0], row[1], row[2], bool(row[3])) for row in rows]


def _item(row: sqlite3.Row) -> ItemLine:
    values = list(row)
    values[6] = bool(values[6])
    return ItemLine(*values)


def _member(row: sqlite3.Row) -> MemberLine:
    values = list(row)
    for at in (5, 6, 8):
        values[at] = bool(values[at])
    return MemberLine(*values)


def _like(search: str) -> str:
    """Anywhere in the text; what the user wrote stands for itself."""
    plain = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"
