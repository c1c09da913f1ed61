"""Reading the journal: while the kiosk runs, without its lock, and without changing a byte."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from urllib.parse import quote

from kiosk.circulation import chain
from kiosk.circulation.errors import JournalError
from kiosk.circulation.journal_key import PatronKey, read_key
from kiosk.circulation.journal_tables import ENTRIES, OPS, STATES, VERSION
from kiosk.circulation.moments import SOME_TIME, Stamp
from kiosk.circulation.port import PatronRef

#: States whose operation needs nobody any more. (A refusal of something promised is never the last state.)
SETTLED = ("done", "refused", "resolved")


@dataclass(frozen=True, slots=True)
class Entry:
    """An operation with the state it is in.

    ``patron`` is known until it is forgotten, ``patron_mark`` (the keyed hash) for ever. ``promised`` tells whether a
    patron was told yes without the system; then ``promised_due`` and ``snapshot`` are that promise's. ``fingerprint``
    names the item's loan just before, as the system or, failing that, the promise's extract knew it; of a renewal it is
    the due date before. ``when`` and ``since`` are wall times as they were written, UTC; ``asked`` and ``moved`` are
    the same moments with everything that is known about them.
    """

    seq: int
    op: str
    kind: str
    patron: PatronRef | None
    item: str
    amount: int | None
    fingerprint: str | None
    promised_due: date | None
    when: str
    state: str
    since: str
    due: date | None
    why: str
    who: str = field(default="", repr=False)
    n: int = 0
    patron_mark: str | None = None
    promised: bool = False
    snapshot: str = ""
    asked: Stamp = SOME_TIME
    moved: Stamp = SOME_TIME


@dataclass(frozen=True, slots=True)
class Step:
    """One state of an operation's history."""

    state: str
    when: str
    due: date | None
    promised: bool
    why: str
    who: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class WantedBit:
    """A tag whose security bit is, or may be, wrong: what it shall be, of which item, and after which operation.

    ``item`` is empty where it is not known; ``op`` is ``checkout``, ``checkin`` or ``late``; ``since`` is UTC.
    """

    uid: str
    armed: bool
    item: str
    op: str
    since: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What ties a chain to its journal."""

    id: str
    kiosk: str
    made: str


class JournalReader:
    """A journal that is only read; also while another process writes it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection
        self._lock = threading.RLock()
        self._refuse_other_version()
        identities = self._identities()
        if not identities:
            raise JournalError(f"{path}: this journal has lost its identity; somebody has edited it.")
        self.identity = identities[0]
        self.kiosk = self.identity.kiosk

    @classmethod
    def read(cls, path: Path) -> JournalReader:
        """Open the journal at ``path`` for reading.

        Raises:
            JournalError: there is none, or it is no journal.
        """
        if not path.exists():
            raise JournalError(f"{path}: there is no journal here yet; the kiosk makes it when it starts.")
        db: sqlite3.Connection | None = None
        try:
            db = sqlite3.connect(
                f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
            )
            db.row_factory = sqlite3.Row
            return cls(path, db)
        except (sqlite3.Error, JournalError) as error:
            if db is not None:
                db.close()
            if isinstance(error, JournalError):
                raise
            raise JournalError(f"{path}: this is not a readable journal: {error}.") from error

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # operations

    def state(self, op: str) -> str | None:
        """The operation's state, or ``None`` if it is not in the journal."""
        with self._lock:
            row = self._db.execute("SELECT state FROM states WHERE op = ? ORDER BY n DESC LIMIT 1", [op]).fetchone()
        return None if row is None else str(row["state"])

    def history(self, op: str) -> list[str]:
        """Every state the operation has been in, oldest first."""
        return [step.state for step in self.steps(op)]

    def steps(self, op: str) -> list[Step]:
        """Every state the operation has been in, with what was written beside it, oldest first."""
        with self._lock:
            rows = self._db.execute("SELECT * FROM states WHERE op = ? ORDER BY n", [op]).fetchall()
        return [
            Step(row["state"], row["wall"], _day(row["due"]), bool(row["promised"]), row["why"], row["who"])
            for row in rows
        ]

    def entry(self, op: str) -> Entry | None:
        """One operation by its id, or by its number (``seq``) in digits; ``None`` if it is not here."""
        found = self._entries("WHERE ops.op = ?", [op])
        if not found and op.isascii() and op.isdigit() and len(op) < 19:
            found = self._entries("WHERE ops.seq = ?", [int(op)])
        return found[0] if found else None

    def entries(self, *states: str, limit: int | None = None) -> list[Entry]:
        """The operations in any of ``states`` (none named: all), in their order; with ``limit``, only the newest."""
        chosen = f"WHERE last.state IN ({', '.join('?' * len(states))})" if states else ""
        if states and not set(states) & set(SETTLED):
            chosen += " AND ops.op IN (SELECT op FROM unsettled)"  # far fewer than all
        newest = " ORDER BY ops.seq DESC" + (f" LIMIT {int(limit)}" if limit is not None else "")
        return self._entries(chosen + newest, list(states))[::-1]

    def read_unsettled(self) -> list[Entry]:
        """What still needs the kiosk or staff, in its order."""
        return self._entries("WHERE ops.op IN (SELECT op FROM unsettled) ORDER BY ops.seq", [])

    def done_since(self, moment: datetime, after: int = 0) -> list[Entry]:
        """Operations done at or after ``moment`` (UTC, by the wall clock) and after row ``after``, in their order."""
        done = "SELECT op FROM states WHERE n > ? AND state = 'done' AND wall >= ?"
        wall = moment.isoformat(timespec="milliseconds")
        return self._entries(f"WHERE ops.op IN ({done}) ORDER BY ops.seq", [after, wall])

    def before(self, entry: Entry) -> Entry | None:
        """The operation that last changed where the item is, before this one; ``None`` if none is known."""
        kinds = "ops.kind IN ('checkout', 'checkin', 'renew')"
        found = self._entries(
            f"WHERE ops.item = ? AND ops.seq < ? AND {kinds} AND last.state <> 'refused' ORDER BY ops.seq DESC LIMIT 1",
            [entry.item, entry.seq],
        )
        return found[0] if found else None

    def done_after(self, entry: Entry) -> bool:
        """Whether a later operation on the same item was done."""
        query = "WHERE ops.item = ? AND ops.seq > ? AND last.state = 'done' LIMIT 1"
        return bool(self._entries(query, [entry.item, entry.seq]))

    def believed_around(self, n: int) -> tuple[Stamp | None, Stamp | None]:
        """The nearest moments before and after row ``n`` whose clock could be believed."""
        query = (
            "SELECT boot, mono_ns, wall, clock FROM states WHERE clock <> 'unsynced' AND n {} ? ORDER BY n {} LIMIT 1"
        )
        with self._lock:
            before = self._db.execute(query.format("<", "DESC"), [n]).fetchone()
            after = self._db.execute(query.format(">", "ASC"), [n]).fetchone()
        return (
            _stamp(*before) if before is not None else None,
            _stamp(*after) if after is not None else None,
        )

    def security_list(self) -> list[WantedBit]:
        """Tags whose security bit is still to be set, the oldest wish first."""
        with self._lock:
            rows = self._db.execute("SELECT * FROM security ORDER BY wanted_at, uid").fetchall()
        return [  # a file that the kiosk has not opened since it was updated has no item column yet
            WantedBit(row["uid"], bool(row["armed"]), row["item"] if "item" in row.keys() else "", row["op"],  # noqa: SIM118
                      row["wanted_at"])
            for row in rows
        ]  # fmt: skip

    def security_wanted(self) -> dict[str, bool]:
        """The same, as UID -> whether armed."""
        return {bit.uid: bit.armed for bit in self.security_list()}

    # the chain

    def head(self) -> chain.Head:
        """Where the chain ends."""
        with self._lock:
            row = self._db.execute("SELECT n, hash FROM head").fetchone()
        return chain.Head(row["n"], row["hash"])

    def links(self) -> Iterator[chain.Link]:
        """Every row in the order of the chain, both tables merged, without holding them all."""
        ops = self._db.execute("SELECT * FROM ops ORDER BY n")
        states = self._db.execute("SELECT * FROM states ORDER BY n")
        op, state = ops.fetchone(), states.fetchone()
        while op is not None or state is not None:
            if state is None or (op is not None and op["n"] <= state["n"]):
                yield _link("ops", OPS, op)
                op = ops.fetchone()
            else:
                yield _link("states", STATES, state)
                state = states.fetchone()

    def verify(self) -> list[str]:
        """What is wrong with the journal, one sentence each; empty when every row is as it was written."""
        with self.unchanging():
            try:
                return self._damage() or [
                    *chain.problems(self._start(), self.links(), self.head()),
                    *self._gaps(),
                    *self._unsettled(),
                    *self._numbers(),
                ]
            except (sqlite3.Error, TypeError, UnicodeError) as error:
                return [f"the journal cannot be read through: {error}"]

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """Everything that is read inside is of one moment, whatever the kiosk writes meanwhile."""
        with self._lock:
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("ROLLBACK")

    # inside

    def _entries(self, rest: str, values: list[str | int]) -> list[Entry]:
        with self._lock:
            rows = self._db.execute(ENTRIES + rest, values).fetchall()
        return [_entry(row) for row in rows]

    def _identities(self) -> list[Identity]:
        return [Identity(*map(str, row)) for row in self._db.execute("SELECT id, kiosk, made FROM journal").fetchall()]

    def _refuse_other_version(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            raise JournalError(f"{self.path}: this journal has version {version}; this program knows {VERSION}.")

    def _damage(self) -> list[str]:
        rows = self._db.execute("PRAGMA quick_check(10)").fetchall()
        return [f"the file is damaged: {row[0]}" for row in rows if row[0] != "ok"]

    def _start(self) -> str:
        found = self._identities()
        return chain.genesis(found[0].id, found[0].kiosk, found[0].made) if len(found) == 1 else ""

    def _gaps(self) -> list[str]:
        """The operations' own numbers run from 1 without a gap."""
        row = self._db.execute("SELECT COUNT(*) AS there, COALESCE(MAX(seq), 0) AS last FROM ops").fetchone()
        if row["there"] == row["last"]:
            return []
        return [f"{row['there']} operations are there, but the last one has number {row['last']}"]

    def _unsettled(self) -> list[str]:
        """The list of what still needs somebody is the one that follows from the chain."""
        named = {row["op"] for row in self._db.execute("SELECT op FROM unsettled")}
        newest = self._db.execute(
            "SELECT op, state FROM states WHERE n IN (SELECT MAX(n) FROM states GROUP BY op)"
        ).fetchall()
        wrong = named ^ {row["op"] for row in newest if row["state"] not in SETTLED}
        return [f"the list of operations that are not settled is wrong about {len(wrong)}"] if wrong else []

    def _numbers(self) -> list[str]:
        """The numbers that are still known are those of the chain, as far as the key at hand can tell."""
        key = read_key(self.path)
        rows = self._db.execute(
            "SELECT patrons.op, number, patron, patron_key FROM patrons LEFT JOIN ops ON ops.op = patrons.op"
        ).fetchall()
        return [f"the patron of operation {row['op']} was changed" for row in rows if _other_patron(row, key)]


def _other_patron(row: sqlite3.Row, key: PatronKey | None) -> bool:
    if row["patron"] is None:
        return True  # the chain knows of no patron here
    return key is not None and row["patron_key"] == key.check and row["patron"] != key.mark(row["number"])


def _link(table: str, columns: tuple[str, ...], row: sqlite3.Row) -> chain.Link:
    return chain.Link(row["n"], table, tuple(row[name] for name in columns), row["prev_hash"], row["hash"])


def _entry(row: sqlite3.Row) -> Entry:
    later = bool(row["later"])
    return Entry(
        seq=row["seq"],
        op=row["op"],
        kind=row["kind"],
        patron=PatronRef(row["number"]) if row["number"] is not None else None,
        item=row["item"],
        amount=row["amount"],
        fingerprint=row["fingerprint"] if row["fingerprint"] is not None else row["later_mark"],
        promised_due=_day(row["later_due"] if later else row["promised_due"]),
        when=row["wall"],
        state=row["state"],
        since=row["since"],
        due=_day(row["due"]),
        why=row["why"],
        who=row["who"],
        n=row["n"],
        patron_mark=row["patron_mark"],
        promised=later or bool(row["promised"]),
        snapshot=row["later_snapshot"] if later else row["snapshot"],
        asked=_stamp(row["boot"], row["mono_ns"], row["wall"], row["clock"]),
        moved=_stamp(row["since_boot"], row["since_mono_ns"], row["since"], row["since_clock"]),
    )


def _stamp(boot: str, mono_ns: int, wall: str, clock: str) -> Stamp:
    return Stamp(boot, mono_ns, datetime.fromisoformat(wall), clock)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
