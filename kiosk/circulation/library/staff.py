"""What staff do with the library: set it up, add to it, look at it. Used by ``pustaka library``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library import defaults, lists, pins
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.lists import HoldLine, ItemLine, LoanLine, MemberLine
from kiosk.circulation.port import Secret

__all__ = [
    "STATUSES", "HoldLine", "ItemLine", "LoanLine", "MemberLine", "NewItem", "NewMember", "NewRule", "StaffRoom",
]  # fmt: skip

STATUSES = ("available", "repair", "lost", "withdrawn")


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member to be added."""

    number: str
    name: str
    type: str = "umum"
    born: date | None = None
    expires: date | None = None
    pin: Secret | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class NewItem:
    """A copy to be added. Its title is found by title and author, or made."""

    number: str
    title: str
    author: str = ""
    collection: str = "umum"
    call_number: str = ""
    no_loan: bool = False
    parts: int = 1
    min_age: int = 0
    tag_uid: str = ""
    location: str = ""
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class NewRule:
    """How a member type borrows a collection (``*``: any other)."""

    member_type: str
    collection: str = "*"
    days: int = 7
    working_days: bool = True
    limit: int | None = None
    renewals: int = 1
    fee_per_day: int = 0
    suspend: bool = False
    grace: int = 0


class StaffRoom:
    """Changes and lists for staff. Raises ``LibraryError`` when something is already there or refers to nothing."""

    def __init__(self, library: EmbeddedLibrary) -> None:
        self._library = library
        self._store = library.store

    def set_up(self) -> None:
        """Write the default policy where there is none yet."""
        with self._store.writing() as db:
            defaults.set_up(db, self._library.now().today.year)

    def is_empty(self) -> bool:
        """Whether the library has neither members nor copies."""
        with self._store.reading() as db:
            query = "SELECT EXISTS (SELECT 1 FROM members) OR EXISTS (SELECT 1 FROM items) AS any_"
            return not db.execute(query).fetchone()["any_"]

    def add_member(self, member: NewMember) -> None:
        pin = pins.hash_pin(member.pin) if member.pin is not None and member.pin.text else ""
        with self._adding("a member with this number", "the member type") as db:
            db.execute(
                "INSERT INTO members (number, name, type, born, expires, pin, language) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    member.number,
                    member.name,
                    member.type,
                    member.born.isoformat() if member.born else None,
                    member.expires.isoformat() if member.expires else None,
                    pin,
                    member.language,
                ],
            )

    def add_item(self, item: NewItem) -> None:
        with self._adding(f"an item {item.number}", f"the collection '{item.collection}'") as db:
            found = db.execute(
                "SELECT id FROM titles WHERE title = ? AND author = ?", [item.title, item.author]
            ).fetchone()
            if found is not None:
                title = int(found["id"])
            else:
                made = db.execute(
                    "INSERT INTO titles (title, author, call_number) VALUES (?, ?, ?)",
                    [item.title, item.author, item.call_number],
                )
                title = int(made.lastrowid or 0)
            db.execute(
                """INSERT INTO items (number, title_id, collection, no_loan, parts, min_age, tag_uid, location, cost)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                [
                    item.number,
                    title,
                    item.collection,
                    int(item.no_loan),
                    item.parts,
                    item.min_age,
                    item.tag_uid,
                    item.location,
                    item.cost,
                ],
            )

    def add_holiday(self, day: date, name: str) -> None:
        with self._adding(f"a holiday on {day}", "the day") as db:
            db.execute("INSERT INTO holidays (day, name) VALUES (?, ?)", [day.isoformat(), name])

    def add_opening(self, day: date, name: str) -> None:
        """A day on which the library is open although it would be shut."""
        with self._adding(f"an extra opening on {day}", "the day") as db:
            db.execute("INSERT INTO extra_openings (day, name) VALUES (?, ?)", [day.isoformat(), name])

    def add_hold(self, member: str, item: str, *, this_copy: bool = False, shelf: str = "") -> None:
        """A hold on the item's title, or with ``this_copy`` on this very copy, to be fetched from ``shelf``."""
        with self._adding("this hold", "the member") as db:
            title = db.execute("SELECT title_id FROM items WHERE number = ?", [item]).fetchone()
            if title is None:
                raise LibraryError(f"There is no item {item} in the library.")
            if shelf and db.execute("SELECT 1 FROM shelves WHERE code = ?", [shelf]).fetchone() is None:
                raise LibraryError(f"There is no hold shelf '{shelf}'. 'pustaka library list shelves' shows them.")
            created = self._library.now().stamp()
            db.execute(
                "INSERT INTO holds (member, title_id, item, created, shelf) VALUES (?, ?, ?, ?, ?)",
                [member, title["title_id"], item if this_copy else None, created, shelf],
            )

    def add_shelf(self, code: str, name: str, *, usual: bool = False) -> None:
        """A shelf for ready holds; the first one, or a ``usual`` one, is where holds lie that name none."""
        with self._adding(f"a shelf '{code}'", "the shelf") as db:
            db.execute("INSERT INTO shelves (code, name) VALUES (?, ?)", [code, name])
            db.execute("UPDATE policy SET shelf = ? WHERE id = 1 AND (shelf = '' OR ?)", [code, usual])

    def add_type(self, code: str, name: str, limit: int) -> None:
        """A member type; it borrows nothing before it has a rule."""
        with self._adding(f"a member type '{code}'", "the type") as db:
            db.execute("INSERT INTO member_types (code, name, loan_limit) VALUES (?, ?, ?)", [code, name, limit])

    def add_collection(self, code: str, name: str) -> None:
        """A collection type; the rules for any other (``*``) apply until it has its own."""
        if code == "*":
            raise LibraryError("'*' stands for any collection and cannot be the code of one.")
        with self._adding(f"a collection '{code}'", "the collection") as db:
            db.execute("INSERT INTO collections (code, name) VALUES (?, ?)", [code, name])

    def add_rule(self, rule: NewRule) -> None:
        with self._adding(f"a rule for '{rule.member_type}' and '{rule.collection}'", "the member type") as db:
            known = db.execute("SELECT 1 FROM collections WHERE code = ?", [rule.collection]).fetchone()
            if known is None and rule.collection != "*":
                raise LibraryError(f"Not added: the collection '{rule.collection}' is not in the library.")
            db.execute(
                """INSERT INTO rules (member_type, collection, loan_limit, days, working_days, renewals, fee_per_day,
                                      suspend, grace) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                [
                    rule.member_type,
                    rule.collection,
                    rule.limit,
                    rule.days,
                    int(rule.working_days),
                    rule.renewals,
                    rule.fee_per_day,
                    int(rule.suspend),
                    rule.grace,
                ],
            )

    def unlock(self, member: str) -> None:
        """Forget a card's wrong PIN tries."""
        with self._store.writing() as db:
            pins.forget_tries(db, member)

    def loans(self, search: str = "", limit: int = lists.ALL) -> list[LoanLine]:
        """Running loans, the most urgent first."""
        today = self._library.now().today
        with self._store.reading() as db:
            return lists.loans(db, today, search, limit)

    def items(self, search: str = "", limit: int = lists.ALL) -> list[ItemLine]:
        with self._store.reading() as db:
            return lists.items(db, search, limit)

    def members(self, search: str = "", limit: int = lists.ALL) -> list[MemberLine]:
        with self._store.reading() as db:
            return lists.members(db, search, limit)

    def holds(self, search: str = "", limit: int = lists.ALL) -> list[HoldLine]:
        """Running holds, the oldest first."""
        with self._store.reading() as db:
            return lists.holds(db, search, limit)

    def count(self) -> tuple[int, int]:
        """How many items and members there are."""
        with self._store.reading() as db:
            row = db.execute(
                "SELECT (SELECT COUNT(*) FROM items), (SELECT COUNT(*) FROM members WHERE removed = 0)"
            ).fetchone()
        return row[0], row[1]

    @contextmanager
    def _adding(self, what: str, needs: str) -> Iterator[sqlite3.Connection]:
        """A write whose broken constraints become sentences: ``what`` is there already, or ``needs`` is not."""
        try:
            with self._store.writing() as db:
                yield db
        except sqlite3.IntegrityError as error:
            if "FOREIGN KEY" in str(error):
                raise LibraryError(f"Not added: {needs} is not in the library.") from error
            raise LibraryError(f"Not added: there is already {what}.") from error
