"""Making an extract of the embedded library, read as it is and without changing a byte.

An extract of another library system is made the same way, of a library of its exports (``files.py``).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.circulation.errors import OfflineError
from kiosk.circulation.library import pins, records, rules
from kiosk.circulation.library.schema import MIGRATIONS, STEPS
from kiosk.circulation.names import first_name
from kiosk.circulation.offline.extract import (
    About,
    ItemRecord,
    Keep,
    MemberLoan,
    MemberRecord,
    RuleLine,
    Terms,
)
from kiosk.circulation.offline.keys import CardKey
from kiosk.circulation.offline.writer import Identity, write
from kiosk.circulation.port import Item

T = TypeVar("T")

_MEMBERS = """
    SELECT number, members.name, type, loan_limit, born, expires, pending, blocked, suspended_until, pin != '' AS pin
    FROM members JOIN member_types ON code = type WHERE removed = 0 ORDER BY number
"""
_ITEMS = """
    SELECT items.number, title, author, parts, title_id, collection, status, no_loan, min_age, loans.due
    FROM items JOIN titles ON titles.id = title_id
         LEFT JOIN loans ON loans.item = items.number AND returned_at IS NULL
    ORDER BY items.number
"""
_LOANS = """
    SELECT member, item, due, collection FROM loans JOIN items ON items.number = item WHERE returned_at IS NULL
"""
_HOLDS = "SELECT member, title_id, item, ready_item, ready_until FROM holds WHERE ended = ''"
_OWED = "SELECT member, SUM(amount) AS owed FROM fees GROUP BY member HAVING owed != 0"


@dataclass(frozen=True, slots=True)
class Making:
    """What goes with the library into an extract."""

    identity: Identity
    today: date  # in the library's zone
    cards: CardKey
    private: Ed25519PrivateKey
    blocked: frozenset[str] = frozenset()  # numbers of cards that are blocked beside those of blocked members


def make(library: Path, place: Path, making: Making) -> About:
    """Write the extract of the library at ``library`` to ``place``. Kiosks may use the library meanwhile.

    Raises:
        OfflineError: the library cannot be read, or the extract not be written.
    """
    with _reading(library) as db:
        maker = _Maker(db, making)
        return write(
            place,
            making.identity,
            maker.terms,
            _readable(library, maker.members()),
            _readable(library, maker.items()),
            (making.cards.card(number) for number in making.blocked if number.strip()),
            making.cards,
            making.private,
        )


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """One consistent state of the library."""
    if not path.exists():
        raise OfflineError(f"{path}: there is no library here. Make one with 'pustaka library init'.")
    try:
        with contextlib.closing(
            sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True, isolation_level=None)
        ) as db:
            db.row_factory = sqlite3.Row
            db.execute("BEGIN")
            _refuse_other_version(path, db)
            yield db
    except sqlite3.Error as error:
        raise OfflineError(f"{path}: this library cannot be read: {error}.") from error


def _readable(path: Path, rows: Iterator[T]) -> Iterator[T]:
    """What goes wrong while these are read is the library's fault, not the extract's."""
    try:
        yield from rows
    except sqlite3.Error as error:
        raise OfflineError(f"{path}: this library cannot be read: {error}.") from error


def _refuse_other_version(path: Path, db: sqlite3.Connection) -> None:
    there = {
        row[0] for row in db.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", [MIGRATIONS.name])
    }
    if there != STEPS:
        raise OfflineError(
            f"{path}: this library has the tables of another version. Bring it up to date with 'pustaka library init'."
        )


class _Maker:
    """Reads the library's tables as an extract's records."""

    def __init__(self, db: sqlite3.Connection, making: Making) -> None:
        self._db = db
        self._identity = making.identity
        self._cards = making.cards
        self._own_marks = making.identity.source == "library"  # elsewhere the numbers of loans mean nothing
        self._today = making.today
        self._oldest = int(db.execute("SELECT COALESCE(MAX(min_age), 0) FROM items").fetchone()[0])
        self._pins = pins.are_required(db)
        self.terms = self._terms()

    def members(self) -> Iterator[MemberRecord]:
        """Every member who was not removed."""
        loans = self._loans()
        owed = {row["member"]: int(row["owed"]) for row in self._db.execute(_OWED)} if self._identity.fees else {}
        for row in self._db.execute(_MEMBERS):
            number = row["number"]
            yield MemberRecord(
                card=self._cards.card(number),
                type=row["type"],
                limit=row["loan_limit"],
                first_name=first_name(row["name"]) if self._identity.names else "",
                expires=_day(row["expires"]),
                suspended_until=self._running(_day(row["suspended_until"])),
                pending=bool(row["pending"]),
                blocked=bool(row["blocked"]),
                pin=self._pins or bool(row["pin"]),
                age=self._age(_day(row["born"])),
                owed=max(0, owed.get(number, 0)),
                loans=tuple(loans.get(number, ())),
            )

    def items(self) -> Iterator[ItemRecord]:
        """Every copy."""
        titles, copies = self._keeps()
        for row in self._db.execute(_ITEMS):
            number, due = row["number"], _day(row["due"])
            yield ItemRecord(
                item=Item(number, row["title"], row["author"], row["parts"]),
                collection=row["collection"],
                available=row["status"] == "available",
                no_loan=bool(row["no_loan"]),
                min_age=row["min_age"],
                due=due,
                mark=records.newest_loan(self._db, number) if due is not None and self._own_marks else "",
                keep=self._keep(number, titles.get(row["title_id"], frozenset()), copies.get(number)),
            )

    def _loans(self) -> Mapping[str, list[MemberLoan]]:
        loans: defaultdict[str, list[MemberLoan]] = defaultdict(list)
        for row in self._db.execute(_LOANS):
            due = date.fromisoformat(row["due"])
            loans[row["member"]].append(
                MemberLoan(self._cards.pair(row["member"], row["item"]), due, row["collection"])
            )
        return loans

    def _keeps(self) -> tuple[dict[int, frozenset[str]], dict[str, tuple[frozenset[str], date | None]]]:
        """Who waits for a title, and for which copies somebody waits alone: until when, where that is known.

        Which of a title's copies will be the one cannot be foreseen without a network, so all of them are kept.
        """
        titles: defaultdict[int, set[str]] = defaultdict(set)
        copies: dict[str, tuple[frozenset[str], date | None]] = {}
        for row in self._db.execute(_HOLDS):
            copy = row["ready_item"] or row["item"]
            if copy is None:
                titles[row["title_id"]].add(row["member"])
                continue
            others, _ = copies.get(copy, (frozenset(), None))
            copies[copy] = (others | {row["member"]}, _day(row["ready_until"]))
        return {title: frozenset(waiting) for title, waiting in titles.items()}, copies

    def _keep(
        self, number: str, of_title: frozenset[str], of_copy: tuple[frozenset[str], date | None] | None
    ) -> Keep | None:
        if not of_title and of_copy is None:
            return None
        members, until = of_copy or (frozenset(), None)
        if of_title or len(members) > 1:
            until = None  # when one does not fetch it in time, it is the next one's
        return Keep(until, frozenset(self._cards.pair(member, number) for member in members | of_title))

    def _terms(self) -> Terms:
        policy = records.policy(self._db)
        if not self._identity.fees:
            policy = replace(policy, fee_block=None)
        lines = []
        for row in self._db.execute("SELECT member_type, collection FROM rules ORDER BY member_type, collection"):
            rule = records.rule(self._db, row["member_type"], row["collection"])
            assert rule is not None  # it has just been read
            lines.append(RuleLine(member_type=row["member_type"], collection=row["collection"], rule=rule))
        return Terms(calendar=records.calendar(self._db), policy=policy, rules=tuple(lines))

    def _age(self, born: date | None) -> int | None:
        """Years, as far as any item asks for them; nobody's birthday is in an extract."""
        return None if born is None or not self._oldest else min(rules.age(born, self._today), self._oldest)

    def _running(self, until: date | None) -> date | None:
        return until if until is not None and until > self._today else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
