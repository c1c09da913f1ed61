"""Writing an extract: members and items in, one signed file out, in one step."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.circulation.errors import OfflineError
from kiosk.circulation.offline import seal
from kiosk.circulation.offline.extract import BLOCK_BYTES, SCHEMA, About, ItemRecord, MemberRecord, Terms
from kiosk.circulation.offline.keys import CardKey


@dataclass(frozen=True, slots=True)
class Identity:
    """What the maker decides of an extract: when it is made, its number, where it comes from, what may be in it."""

    made: datetime  # aware
    sequence: int
    source: str
    names: bool = False
    fees: bool = False


def next_sequence(made: datetime, last: int) -> int:
    """The number of an extract: the second it was made, and more than the last one's, whatever the clock does."""
    return max(int(made.timestamp()), last + 1)


def write(
    place: Path,
    identity: Identity,
    terms: Terms,
    members: Iterable[MemberRecord],
    items: Iterable[ItemRecord],
    blocked: Iterable[bytes],
    cards: CardKey,
    private: Ed25519PrivateKey,
) -> About:
    """Write, sign and put in place. ``blocked`` are card hashes that are blocked beside the members who are.

    Raises:
        OfflineError: it cannot be written, or a card or an item comes twice.
    """
    temporary = place.with_name(f".{place.name}.{os.getpid()}.making")
    try:
        with contextlib.closing(_new(temporary)) as db:
            about = _fill(db, identity, terms, members, items, blocked, cards)
        seal.seal(temporary, private)
        seal.move_into_place(temporary, place)
    except sqlite3.IntegrityError as error:
        what = "an item" if "items" in str(error) else "a member"
        raise OfflineError(f"{place}: not made: {what} comes twice with the same number.") from error
    except (OSError, sqlite3.Error) as error:
        raise OfflineError(f"{place}: the extract cannot be written here: {error}.") from error
    finally:
        for name in (temporary, temporary.with_name(temporary.name + "-journal")):
            with contextlib.suppress(OSError):
                name.unlink(missing_ok=True)
    return about


def _new(path: Path) -> sqlite3.Connection:
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=OFF")  # a half-made file is thrown away
    db.execute("PRAGMA synchronous=OFF")  # the seal brings it to the disk
    for statement in SCHEMA:
        db.execute(statement)
    return db


def _fill(
    db: sqlite3.Connection,
    identity: Identity,
    terms: Terms,
    members: Iterable[MemberRecord],
    items: Iterable[ItemRecord],
    blocked: Iterable[bytes],
    cards: CardKey,
) -> About:
    made, marks, counts = identity.made.astimezone(UTC), set(blocked), _Counts()
    db.execute("BEGIN")
    db.executemany(
        f"INSERT INTO members VALUES ({', '.join('?' * 12)})",
        (_member(record) for record in counts.members_in(members, marks)),
    )
    db.executemany(
        f"INSERT INTO items VALUES ({', '.join('?' * 13)})", (_item(record) for record in counts.items_in(items))
    )
    hashes = sorted({mark[:BLOCK_BYTES] for mark in marks})
    about = About(
        snapshot=f"{made:%Y%m%dT%H%M%SZ}-{os.urandom(4).hex()}",
        sequence=identity.sequence,
        made=made,
        source=identity.source,
        members=counts.members,
        items=counts.items,
        on_loan=counts.on_loan,
        blocked=len(hashes),
        card_check=cards.check(),
        names=identity.names,
        fees=identity.fees,
        pins=counts.pins,
        terms=terms,
    )
    db.execute("INSERT INTO blocked VALUES (?)", [b"".join(hashes)])
    db.execute("INSERT INTO about VALUES (?)", [msgspec.json.encode(about).decode()])
    db.execute("COMMIT")
    return about


class _Counts:
    """Counts what passes by on its way into the file."""

    def __init__(self) -> None:
        self.members = self.items = self.on_loan = 0
        self.pins = False

    def members_in(self, records: Iterable[MemberRecord], marks: set[bytes]) -> Iterator[MemberRecord]:
        for record in records:
            self.members += 1
            self.pins |= record.pin
            if record.blocked:
                marks.add(record.card)
            yield record

    def items_in(self, records: Iterable[ItemRecord]) -> Iterator[ItemRecord]:
        for record in records:
            self.items += 1
            self.on_loan += record.due is not None
            yield record


def _member(record: MemberRecord) -> tuple[object, ...]:
    loans = msgspec.msgpack.encode([(loan.pair, loan.due, loan.collection) for loan in record.loans])
    return (
        record.card,
        record.type,
        record.limit,
        record.first_name,
        record.expires.isoformat() if record.expires else None,
        record.suspended_until.isoformat() if record.suspended_until else None,
        int(record.pending),
        int(record.blocked),
        int(record.pin),
        record.age,
        record.owed,
        loans if record.loans else None,
    )


def _item(record: ItemRecord) -> tuple[object, ...]:
    item, keep = record.item, record.keep
    return (
        item.id,
        item.title,
        item.author,
        item.parts,
        record.collection,
        int(record.available),
        int(record.no_loan),
        record.min_age,
        record.due.isoformat() if record.due else None,
        record.mark,
        int(keep is not None),
        keep.until.isoformat() if keep is not None and keep.until else None,
        msgspec.msgpack.encode(sorted(keep.pairs)) if keep is not None else None,
    )
