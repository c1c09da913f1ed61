"""The journal's tables, and reading them: while the kiosk runs, without its lock, and without changing a byte."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import quote

from kiosk.circulation import chain
from kiosk.circulation.errors import JournalError
from kiosk.circulation.port import PatronRef

#: The chained columns, in the order in which they are hashed. Never reorder: old rows would no longer verify.
_WHEN = ("boot", "mono_ns", "wall", "clock")
OPS = ("seq", "op", "kiosk", *_WHEN, "kind", "patron", "item", "amount", "fingerprint", "promised_due")
STATES = ("op", "state", *_WHEN, "due", "why", "who")

_CHAINED = "n INTEGER PRIMARY KEY, {said}, prev_hash TEXT NOT NULL, hash TEXT NOT NULL"
_WHEN_COLUMNS = "boot TEXT NOT NULL, mono_ns INTEGER NOT NULL, wall TEXT NOT NULL, clock TEXT NOT NULL"
_OPS_COLUMNS = (
    f"seq INTEGER NOT NULL UNIQUE, op TEXT NOT NULL UNIQUE, kiosk TEXT NOT NULL, {_WHEN_COLUMNS}, kind TEXT NOT NULL, "
    "patron TEXT, item TEXT NOT NULL, amount INTEGER, fingerprint TEXT, promised_due TEXT"
)
_STATES_COLUMNS = (
    f"op TEXT NOT NULL REFERENCES ops(op), state TEXT NOT NULL, {_WHEN_COLUMNS}, due TEXT, "
    "why TEXT NOT NULL, who TEXT NOT NULL"
)


def _append_only(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


#: The version of these tables, kept in the file. The hashes depend on the columns: a change needs a new file.
VERSION = 1

SCHEMA = (
    f"PRAGMA user_version = {VERSION}",
    "CREATE TABLE journal (id TEXT NOT NULL, kiosk TEXT NOT NULL, made TEXT NOT NULL) STRICT",
    "CREATE TABLE head (n INTEGER NOT NULL, hash TEXT NOT NULL) STRICT",
    f"CREATE TABLE ops ({_CHAINED.format(said=_OPS_COLUMNS)}) STRICT",
    f"CREATE TABLE states ({_CHAINED.format(said=_STATES_COLUMNS)}) STRICT",
    "CREATE INDEX states_of_op ON states(op, n)",
    "CREATE TABLE security (uid TEXT PRIMARY KEY, armed INTEGER NOT NULL, op TEXT NOT NULL, wanted_at TEXT NOT NULL)"
    " STRICT",
    *_append_only("ops"),
    *_append_only("states"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An operation with the state it is in. ``when`` and ``since`` are wall times as they were written, UTC."""

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


_ENTRIES = """
    SELECT seq, ops.op, kind, patron, item, amount, fingerprint, promised_due, ops.wall AS "when",
           state, states.wall AS since, due, why, who
    FROM ops JOIN states ON states.op = ops.op
    WHERE states.n = (SELECT MAX(n) FROM states AS newer WHERE newer.op = ops.op)
"""


class JournalReader:
    """A journal that is only read; also while another process writes it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection
        self._lock = threading.RLock()
        self._refuse_other_version()
        identity = connection.execute("SELECT kiosk FROM journal").fetchone()
        if identity is None:
            raise JournalError(f"{path}: this journal has lost its identity; somebody has edited it.")
        self.kiosk = str(identity["kiosk"])

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

    def state(self, op: str) -> str | None:
        """The operation's state, or ``None`` if it is not in the journal."""
        with self._lock:
            row = self._db.execute("SELECT state FROM states WHERE op = ? ORDER BY n DESC LIMIT 1", [op]).fetchone()
        return None if row is None else str(row["state"])

    def history(self, op: str) -> list[str]:
        """Every state the operation has been in, oldest first."""
        with self._lock:
            rows = self._db.execute("SELECT state FROM states WHERE op = ? ORDER BY n", [op])
            return [str(row["state"]) for row in rows]

    def entries(self, *states: str, limit: int | None = None) -> list[Entry]:
        """The operations in any of ``states`` (none named: all), in their order; with ``limit``, only the newest."""
        marks = ", ".join("?" * len(states))
        chosen = f" AND state IN ({marks})" if states else ""
        newest = " ORDER BY seq DESC" + (f" LIMIT {int(limit)}" if limit is not None else "")
        with self._lock:
            rows = self._db.execute(_ENTRIES + chosen + newest, list(states)).fetchall()
        return [_entry(row) for row in reversed(rows)]

    def security_wanted(self) -> dict[str, bool]:
        """Tags whose security bit is still to be set: UID -> whether armed."""
        with self._lock:
            return {row["uid"]: bool(row["armed"]) for row in self._db.execute("SELECT uid, armed FROM security")}

    def head(self) -> chain.Head:
        """Where the chain ends."""
        with self._lock:
            row = self._db.execute("SELECT n, hash FROM head").fetchone()
        return chain.Head(row["n"], row["hash"])

    def verify(self) -> list[str]:
        """What is wrong with the journal, one sentence each; empty when every row is as it was written."""
        with self._lock:
            self._db.execute("BEGIN")
            try:
                return self._damage() or chain.problems(self._start(), self._links(), self.head()) + self._gaps()
            except (sqlite3.Error, TypeError, UnicodeDecodeError) as error:
                return [f"the journal cannot be read through: {error}"]
            finally:
                self._db.execute("ROLLBACK")

    def _refuse_other_version(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            raise JournalError(f"{self.path}: this journal has version {version}; this program knows {VERSION}.")

    def _damage(self) -> list[str]:
        rows = self._db.execute("PRAGMA quick_check(10)").fetchall()
        return [f"the file is damaged: {row[0]}" for row in rows if row[0] != "ok"]

    def _start(self) -> str:
        rows = self._db.execute("SELECT id, kiosk, made FROM journal").fetchall()
        return chain.genesis(*rows[0]) if len(rows) == 1 else ""

    def _links(self) -> Iterator[chain.Link]:
        """Both tables' rows in the order of the chain, merged without holding them all."""
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

    def _gaps(self) -> list[str]:
        """The operations' own numbers run from 1 without a gap."""
        row = self._db.execute("SELECT COUNT(*) AS there, COALESCE(MAX(seq), 0) AS last FROM ops").fetchone()
        if row["there"] == row["last"]:
            return []
        return [f"{row['there']} operations are there, but the last one has number {row['last']}"]


def _link(table: str, columns: tuple[str, ...], row: sqlite3.Row) -> chain.Link:
    return chain.Link(row["n"], table, tuple(row[name] for name in columns), row["prev_hash"], row["hash"])


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        seq=row["seq"],
        op=row["op"],
        kind=row["kind"],
        patron=PatronRef(row["patron"]) if row["patron"] is not None else None,
        item=row["item"],
        amount=row["amount"],
        fingerprint=row["fingerprint"],
        promised_due=_day(row["promised_due"]),
        when=row["when"],
        state=row["state"],
        since=row["since"],
        due=_day(row["due"]),
        why=row["why"],
        who=row["who"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
