"""The offline extract: what a kiosk may know of members and items while the library system is away.

A read-only SQLite file with a signature at its end (``seal.py``). It opens at once however large it is, because nothing
is loaded but what is asked for; the signature is checked once, when it is opened.

It holds as little as lending needs, and nothing by which its finder learns who is a member:

* a member is a keyed hash of the card number (``keys.CardKey``), the member type, the last valid day, whether blocked,
  pending or suspended, whether there is a PIN, the due dates of what they have, and the age in years only up to the
  highest age limit of any item. A first name or a debt is in it only where the library has asked for that;
* who has which item is in it as keyed hashes of card and item together: with the card in hand one can ask whether
  *this* item is on loan to *this* patron, and nothing else.
"""

from __future__ import annotations

import os
import sqlite3
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.circulation.errors import OfflineError
from kiosk.circulation.library.rules import LibraryCalendar, LoanRule, Policy
from kiosk.circulation.offline import seal
from kiosk.circulation.offline.keys import CardKey
from kiosk.circulation.port import Item

FORMAT = 1
#: ``collection`` of a rule that holds for any collection without a rule of its own.
ANY = "*"
#: Length of one hash in the set of blocked cards: 100,000 cards are 0.8 MB, a chance hit 5e-15 a question.
BLOCK_BYTES = 8


class RuleLine(msgspec.Struct, frozen=True, kw_only=True):
    """How one member type borrows one collection."""

    member_type: str
    collection: str
    rule: LoanRule


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the due date and the refusals depend on, as the embedded library has it."""

    calendar: LibraryCalendar = LibraryCalendar()
    policy: Policy = Policy()
    rules: tuple[RuleLine, ...] = ()

    def rule(self, member_type: str, collection: str) -> LoanRule | None:
        """The rule for exactly this collection, else the member type's rule for any."""
        found = {line.collection: line.rule for line in self.rules if line.member_type == member_type}
        return found.get(collection, found.get(ANY))


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What an extract says of itself. ``sequence`` grows with each one made; ``snapshot`` names it in the journal."""

    format: int = FORMAT
    snapshot: str
    sequence: int
    made: datetime  # aware, UTC
    source: str
    members: int
    items: int
    on_loan: int
    blocked: int
    card_check: str
    names: bool = False  # whether first names are in it
    fees: bool = False  # whether debts are in it, and block
    pins: bool = False  # whether any member has a PIN
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True)
class MemberLoan:
    """One thing a member has: the hash of card and item, the collection, the day it is due."""

    pair: bytes = field(repr=False)
    due: date
    collection: str


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A member. ``age`` is capped (see the module's text), ``None`` if it is not known."""

    card: bytes = field(repr=False)
    type: str
    limit: int
    first_name: str = field(default="", repr=False)
    expires: date | None = None
    suspended_until: date | None = None
    pending: bool = False
    blocked: bool = False
    pin: bool = False
    age: int | None = field(default=None, repr=False)
    owed: int = 0
    loans: tuple[MemberLoan, ...] = ()


@dataclass(frozen=True, slots=True)
class Keep:
    """A copy is kept for others: ``pairs`` are the hashes of this item with the cards that may have it."""

    until: date | None
    pairs: frozenset[bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """A copy. ``due`` is set while it is on loan, ``mark`` then tells its loans apart (``probing.Copy.mark``)."""

    item: Item
    collection: str
    available: bool = True  # not lost, in repair or withdrawn
    no_loan: bool = False
    min_age: int = 0
    due: date | None = None
    mark: str = ""
    keep: Keep | None = None


SCHEMA = (
    "CREATE TABLE about (text TEXT NOT NULL) STRICT",
    "CREATE TABLE blocked (hashes BLOB NOT NULL) STRICT",
    """CREATE TABLE members (card BLOB PRIMARY KEY, type TEXT NOT NULL, loan_limit INTEGER NOT NULL,
        first_name TEXT NOT NULL, expires TEXT, suspended_until TEXT, pending INTEGER NOT NULL,
        blocked INTEGER NOT NULL, pin INTEGER NOT NULL, age INTEGER, owed INTEGER NOT NULL,
        loans BLOB) STRICT, WITHOUT ROWID""",
    """CREATE TABLE items (number TEXT PRIMARY KEY, title TEXT NOT NULL, author TEXT NOT NULL, parts INTEGER NOT NULL,
        collection TEXT NOT NULL, available INTEGER NOT NULL, no_loan INTEGER NOT NULL, min_age INTEGER NOT NULL,
        due TEXT, mark TEXT NOT NULL, kept INTEGER NOT NULL, kept_until TEXT, kept_for BLOB) STRICT, WITHOUT ROWID""",
)

_Loans = list[tuple[bytes, date, str]]


class Extract:
    """An opened extract whose signature holds. It stays the same whatever happens to the file's name."""

    def __init__(self, path: Path, db: sqlite3.Connection, cards: CardKey, inode: int) -> None:
        self.path = path
        self.cards = cards
        self.inode = inode
        self._db = db
        self.about = msgspec.json.decode(db.execute("SELECT text FROM about").fetchone()[0], type=About)
        self._blocked = bytes(db.execute("SELECT hashes FROM blocked").fetchone()[0])

    @classmethod
    def open(cls, path: Path, public: Ed25519PublicKey, cards: CardKey) -> Extract:
        """Verify the file and open it.

        Raises:
            OfflineError: it is missing, damaged, signed or hashed with other keys, or of another version.
        """
        try:
            with path.open("rb") as file:
                seal.verify(file, path, public)
                inode = os.fstat(file.fileno()).st_ino
                db = sqlite3.connect(
                    f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True, check_same_thread=False
                )
                if path.stat().st_ino != inode:
                    raise OfflineError(f"{path}: this extract was replaced while it was opened. Try again.")
        except FileNotFoundError:
            raise OfflineError(
                f"{path}: there is no offline extract here. Bring one with 'pustaka offline install'."
            ) from None
        except (OSError, sqlite3.Error) as error:
            raise OfflineError(f"{path}: this extract cannot be read: {error}.") from error
        try:
            found = cls(path, db, cards, inode)
        except (sqlite3.Error, msgspec.DecodeError, TypeError) as error:
            db.close()
            raise OfflineError(f"{path}: this extract is of another version than this program knows.") from error
        problem = found._problem()
        if problem:
            db.close()
            raise OfflineError(f"{path}: {problem}")
        return found

    def close(self) -> None:
        """Release the file. What is not closed is released with the last reference."""
        self._db.close()

    def member(self, number: str) -> MemberRecord | None:
        """The member with this card number."""
        row = self._ask("SELECT * FROM members WHERE card = ?", self.cards.card(number))
        if row is None:
            return None
        loans = msgspec.msgpack.decode(row[11], type=_Loans) if row[11] else []
        return MemberRecord(
            card=row[0],
            type=row[1],
            limit=row[2],
            first_name=row[3],
            expires=_day(row[4]),
            suspended_until=_day(row[5]),
            pending=bool(row[6]),
            blocked=bool(row[7]),
            pin=bool(row[8]),
            age=row[9],
            owed=row[10],
            loans=tuple(MemberLoan(*loan) for loan in loans),
        )

    def item(self, number: str) -> ItemRecord | None:
        """The copy with this number."""
        row = self._ask("SELECT * FROM items WHERE number = ?", number.strip())
        if row is None:
            return None
        keep = Keep(_day(row[11]), frozenset(msgspec.msgpack.decode(row[12], type=list[bytes]))) if row[10] else None
        return ItemRecord(
            item=Item(row[0], row[1], row[2], row[3]),
            collection=row[4],
            available=bool(row[5]),
            no_loan=bool(row[6]),
            min_age=row[7],
            due=_day(row[8]),
            mark=row[9],
            keep=keep,
        )

    def is_blocked(self, number: str) -> bool:
        """Whether the card is in the set of blocked ones, be it a member's or a lost one."""
        mark = self.cards.card(number)[:BLOCK_BYTES]
        count = len(self._blocked) // BLOCK_BYTES
        place = bisect_left(range(count), mark, key=self._block)
        return place < count and self._block(place) == mark

    def _block(self, place: int) -> bytes:
        return self._blocked[place * BLOCK_BYTES : (place + 1) * BLOCK_BYTES]

    def _ask(self, query: str, key: str | bytes) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = self._db.execute(query, [key]).fetchone()
        except sqlite3.Error as error:
            raise OfflineError(f"{self.path}: this extract cannot be read any more: {error}.") from error
        return row

    def _problem(self) -> str:
        about = self.about
        if about.format != FORMAT:
            return f"this extract has format {about.format}; this program knows {FORMAT}. Update the older of the two."
        if about.card_check != self.cards.check():
            return "this extract was made with another card key than the kiosk has. Give both the same file."
        return ""


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None
