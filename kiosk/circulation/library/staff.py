"""What staff do with the library: set it up, add to it, look at it. Used by ``pustaka library``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library import defaults, pins
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import Secret

STATUSES = ("available", "repair", "lost", "withdrawn")


@dataclass(frozen=True, slots=True)
class LoanLine:
    """A running loan, as staff see it."""

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
    """A copy, as staff see it. ``on_loan_until`` is empty while it is not on loan."""

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


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member, as staff see it."""

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


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A running hold, as staff see it. ``ready_item`` and ``ready_until`` are empty while it waits."""

    member: str
    name: str
    title: str
    created: str
    ready_item: str
    ready_until: str


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
                """INSERT INTO items (number, title_id, collection, no_loan, parts, min_age, tag_uid)
                   VALUES (?, ?, ?, ?, ?, ?, ?)""",
                [item.number, title, item.collection, int(item.no_loan), item.parts, item.min_age, item.tag_uid],
            )

    def add_holiday(self, day: date, name: str) -> None:
        with self._adding(f"a holiday on {day}", "the day") as db:
            db.execute("INSERT INTO holidays (day, name) VALUES (?, ?)", [day.isoformat(), name])

    def add_hold(self, member: str, item: str, *, this_copy: bool = False) -> None:
        """A hold on the item's title, or with ``this_copy`` on this very copy."""
        with self._adding("this hold", "the member") as db:
            title = db.execute("SELECT title_id FROM items WHERE number = ?", [item]).fetchone()
            if title is None:
                raise LibraryError(f"There is no item {item} in the library.")
            created = self._library.now().stamp()
            db.execute(
                "INSERT INTO holds (member, title_id, item, created) VALUES (?, ?, ?, ?)",
                [member, title["title_id"], item if this_copy else None, created],
            )

    def unlock(self, member: str) -> None:
        """Forget a card's wrong PIN tries."""
        with self._store.writing() as db:
            pins.forget_tries(db, member)

    def loans(self) -> list[LoanLine]:
        """Running loans, the most urgent first."""
        today = self._library.now().today
        with self._store.reading() as db:
            rows = db.execute(
                """SELECT item, title, member, name, lent_at AS lent, due, renewals
                   FROM loans JOIN items ON items.number = item JOIN titles ON titles.id = title_id
                        JOIN members ON members.number = member
                   WHERE returned_at IS NULL ORDER BY due, item"""
            ).fetchall()
        return [
            LoanLine(
                item=row["item"],
                title=row["title"],
                member=row["member"],
                name=row["name"],
                lent=row["lent"],
                due=row["due"],
                renewals=row["renewals"],
                days_left=(date.fromisoformat(row["due"]) - today).days,
            )
            for row in rows
        ]

    def items(self) -> list[ItemLine]:
        with self._store.reading() as db:
            rows = db.execute(
                """SELECT number, title, author, COALESCE(call_number, '') AS call_number, collection, status, no_loan,
                          parts, min_age, tag_uid, COALESCE(due, '') AS due
                   FROM items JOIN titles ON titles.id = title_id
                        LEFT JOIN loans ON loans.item = number AND returned_at IS NULL
                   ORDER BY number"""
            ).fetchall()
        return [
            ItemLine(
                item=row["number"],
                title=row["title"],
                author=row["author"],
                call_number=row["call_number"],
                collection=row["collection"],
                status=row["status"],
                no_loan=bool(row["no_loan"]),
                parts=row["parts"],
                min_age=row["min_age"],
                tag_uid=row["tag_uid"],
                on_loan_until=row["due"],
            )
            for row in rows
        ]

    def members(self) -> list[MemberLine]:
        with self._store.reading() as db:
            rows = db.execute(
                """SELECT members.*,
                          (SELECT COUNT(*) FROM loans WHERE member = number AND returned_at IS NULL) AS on_loan
                   FROM members ORDER BY number"""
            ).fetchall()
        return [
            MemberLine(
                member=row["number"],
                name=row["name"],
                type=row["type"],
                born=row["born"] or "",
                expires=row["expires"] or "",
                pending=bool(row["pending"]),
                blocked=bool(row["blocked"]),
                suspended_until=row["suspended_until"] or "",
                has_pin=bool(row["pin"]),
                language=row["language"],
                on_loan=row["on_loan"],
            )
            for row in rows
        ]

    def holds(self) -> list[HoldLine]:
        """Running holds, the oldest first."""
        with self._store.reading() as db:
            rows = db.execute(
                """SELECT member, name, title, created, COALESCE(ready_item, ''), COALESCE(ready_until, '')
                   FROM holds JOIN titles ON titles.id = title_id JOIN members ON members.number = member
                   WHERE ended = '' ORDER BY holds.id"""
            ).fetchall()
        return [HoldLine(*row) for row in rows]

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
