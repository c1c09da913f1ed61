"""The kiosk's journal: an append-only record of every operation, and of what became of it.

Rules of this file:

* Everything that decides an operation's state lives here, in the table ``NEXT``. Nothing here knows what a library
  system is, who asks it, or what a patron sees.
* Rows are only ever added. A change of state is one more row; the newest row of an operation is its state.
* A row is on the disk (SQLite, WAL, ``synchronous=FULL``) when the call that wrote it returns.
* One process writes, and holds a lock on the file beside the journal while it lives. Others may read meanwhile.

Theory of operation. An operation is written down *before* it has any effect (``RECORDED``), and again before the
first byte goes to the library system (``SENDING``). Whatever stops the kiosk between two rows, the last one tells
what may have happened:

* after ``RECORDED`` nothing has; it may be asked for (``PROBING``) or sent;
* after ``SENDING`` it may or may not have happened: it becomes ``UNKNOWN``, and only an answer to a probe leads on;
* ``DONE`` is written before the patron hears yes, so whoever was promised something is in here.

``REFUSED`` is the end of an operation in which nothing was promised; when something was (an offline loan that the
system refuses later), it leads to ``CONFLICT``, the list that only staff can shorten (``RESOLVED``). ``PARKED`` waits
for a system that is away.

All rows, of both tables, form one hash chain (``chain.py``). Order is by number alone: the wall clock of a machine
without a battery may be days off, so boot, time since boot and clock quality stand beside it.

Beside the chain lies one small table of *wanted security bits*: tags that were pulled away before their bit could be
set, mended when they are seen again. It is a to-do list, not a record.
"""

from __future__ import annotations

import enum
import fcntl
import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO

from kiosk.circulation import chain
from kiosk.circulation.clock import Clock, SystemClock
from kiosk.circulation.errors import JournalError, JournalInUse
from kiosk.circulation.journal_file import OPS, SCHEMA, STATES, JournalReader
from kiosk.circulation.port import PatronRef


class State(enum.StrEnum):
    """Where an operation stands."""

    RECORDED = "recorded"  # written down; nothing has happened yet
    PROBING = "probing"  # asking the system what it knows; read-only
    SENDING = "sending"  # from now on it may have happened
    UNKNOWN = "unknown"  # no usable answer came
    REFUSED = "refused"  # the system said no
    PARKED = "parked"  # the system is away; later
    CONFLICT = "conflict"  # cannot be decided here; staff
    DONE = "done"
    RESOLVED = "resolved"  # settled by staff: who and why


#: state -> the states that may follow it
NEXT: dict[State, frozenset[State]] = {
    State.RECORDED: frozenset({State.PROBING, State.SENDING}),
    State.PROBING: frozenset({State.SENDING, State.DONE, State.CONFLICT, State.PARKED}),
    State.SENDING: frozenset({State.DONE, State.REFUSED, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.PROBING}),
    State.REFUSED: frozenset({State.PROBING, State.CONFLICT}),
    State.PARKED: frozenset({State.PROBING}),
    State.CONFLICT: frozenset({State.RESOLVED}),
    State.DONE: frozenset(),
    State.RESOLVED: frozenset(),
}

#: States in which an operation still needs somebody: the kiosk itself, at its start or when the system is back.
OPEN = frozenset({State.RECORDED, State.PROBING, State.SENDING, State.UNKNOWN, State.PARKED})


class Kind(enum.StrEnum):
    """What is asked of the library system."""

    CHECKOUT = "checkout"
    CHECKIN = "checkin"
    RENEW = "renew"
    RENEW_ALL = "renew-all"
    PAY = "pay"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as it is asked for. ``fingerprint`` names the item's loan just before; ``promised_due`` is set
    when a date was promised without the system (offline)."""

    op: str
    kind: Kind
    patron: PatronRef | None = None
    item: str = ""
    amount: int | None = None  # whole rupiah
    fingerprint: str | None = None
    promised_due: date | None = None


class Journal(JournalReader):
    """The one writer. Use from any thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: IO[str], clock: Clock) -> None:
        super().__init__(path, connection)
        self._lock_file = lock
        self._clock = clock

    @classmethod
    def open(cls, path: Path, *, kiosk: str, clock: Clock | None = None) -> Journal:
        """Open the journal at ``path`` for writing, making it first if there is none.

        Raises:
            JournalInUse: another process writes it.
            JournalError: it is another kiosk's, or cannot be used.
        """
        clock = clock or SystemClock()
        lock = _lock(path)
        try:
            connection = _open(path, kiosk, clock)
        except BaseException:
            lock.close()
            raise
        try:
            journal = cls(path, connection, lock, clock)
            if journal.kiosk != kiosk:
                raise JournalError(
                    f"{path}: this journal belongs to kiosk '{journal.kiosk}', not to '{kiosk}'. Use its own file."
                )
        except BaseException:
            connection.close()
            lock.close()
            raise
        return journal

    def close(self) -> None:
        """Close the file and let another process write."""
        super().close()
        self._lock_file.close()

    def now(self) -> datetime:
        """The journal's own clock: aware, UTC."""
        return self._clock.now()

    # the chain

    def record(self, operation: Operation, then: State | None = None) -> int:
        """Write the operation down as ``RECORDED``, and ``then`` in the same commit; answers its number (``seq``).

        Raises:
            JournalError: this operation is already here, or ``then`` may not follow.
        """
        with self._writing() as db:
            if self.state(operation.op) is not None:
                raise JournalError(f"Operation {operation.op} is already in the journal.")
            seq = int(db.execute("SELECT COALESCE(MAX(seq), 0) + 1 FROM ops").fetchone()[0])
            self._append(db, "ops", (seq, operation.op, self.kiosk, *self._when(), *_columns(operation)))
            self._append(db, "states", (operation.op, State.RECORDED.value, *self._when(), None, "", ""))
            if then is not None:
                self._move(db, operation.op, State.RECORDED, then)
        return seq

    def move(self, op: str, to: State, *, due: date | None = None, why: str = "", who: str = "") -> None:
        """Append a state. ``due`` is the date promised, ``why`` a code or a staff member's reason, ``who`` staff.

        Raises:
            JournalError: no such operation, or the table ``NEXT`` does not allow it.
        """
        with self._writing() as db:
            state = self.state(op)
            if state is None:
                raise JournalError(f"There is no operation {op} in the journal.")
            self._move(db, op, State(state), to, due, why, who)

    def resolve(self, op: str, *, who: str, why: str) -> None:
        """Staff have settled a conflict.

        Raises:
            JournalError: it is not in conflict, or ``who`` or ``why`` is empty.
        """
        if not who.strip() or not why.strip():
            raise JournalError("A conflict is resolved with a name and a reason; one of them is empty.")
        self.move(op, State.RESOLVED, who=who.strip(), why=why.strip())

    # wanted security bits

    def security_want(self, uid: str, armed: bool, op: str) -> None:
        """Remember, durably, that the tag ``uid`` shall be armed or disarmed; a newer wish replaces an older one."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO security (uid, armed, op, wanted_at) VALUES (?, ?, ?, ?)",
                [uid, int(armed), op, self._when()[2]],
            )

    def security_done(self, uid: str, armed: bool | None = None) -> None:
        """The tag was set and read back. With ``armed``, a wish for the other value stays."""
        with self._writing() as db:
            db.execute("DELETE FROM security WHERE uid = ? AND armed = COALESCE(?, armed)", [uid, armed])

    # inside

    def _move(
        self,
        db: sqlite3.Connection,
        op: str,
        at: State,
        to: State,
        due: date | None = None,
        why: str = "",
        who: str = "",
    ) -> None:
        if to not in NEXT[at]:
            allowed = ", ".join(sorted(NEXT[at])) or "nothing"
            raise JournalError(f"Operation {op} is {at}; {to} cannot follow (only {allowed}).")
        self._append(db, "states", (op, to.value, *self._when(), due.isoformat() if due else None, why, who))

    def _append(self, db: sqlite3.Connection, table: str, said: tuple[chain.Value, ...]) -> None:
        head = self.head()
        n, prev = head.n + 1, head.hash
        mark = chain.digest(n, table, said, prev)
        columns = OPS if table == "ops" else STATES
        places = ", ".join("?" * (len(columns) + 3))
        db.execute(
            f"INSERT INTO {table} (n, {', '.join(columns)}, prev_hash, hash) VALUES ({places})", [n, *said, prev, mark]
        )
        db.execute("UPDATE head SET n = ?, hash = ?", [n, mark])

    def _when(self) -> tuple[str, int, str, str]:
        """Boot, nanoseconds since it, wall time, clock quality."""
        wall = self._clock.now().isoformat(timespec="milliseconds")
        return self._clock.boot_id(), self._clock.monotonic_ns(), wall, self._clock.quality()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


def _columns(operation: Operation) -> tuple[chain.Value, ...]:
    return (
        operation.kind.value,
        operation.patron.number if operation.patron is not None else None,
        operation.item,
        operation.amount,
        operation.fingerprint,
        operation.promised_due.isoformat() if operation.promised_due is not None else None,
    )


def _lock(path: Path) -> IO[str]:
    """Take the writer's lock: a file beside the journal, holding the writer's process number for people to read."""
    name = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = name.open("a+", encoding="ascii")
    except OSError as error:
        raise JournalError(f"{path}: the journal cannot be written here: {error.strerror or error}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        writer = lock.read(20).strip()
        lock.close()
        raise JournalInUse(
            f"{path}: the journal is in use by the running kiosk (process {writer or 'unknown'}). "
            "Stop the kiosk first, or use a command that only reads."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _open(path: Path, kiosk: str, clock: Clock) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise JournalError(f"{path}: the journal cannot be opened: {error}.") from error
    try:
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        _make(db, kiosk, clock)
    except sqlite3.Error as error:
        db.close()
        raise JournalError(f"{path}: this is not a usable journal: {error}.") from error
    return db


def _make(db: sqlite3.Connection, kiosk: str, clock: Clock) -> None:
    db.execute("BEGIN IMMEDIATE")
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'journal'").fetchone() is None:
        identity = (str(uuid.uuid4()), kiosk, clock.now().isoformat(timespec="milliseconds"))
        for statement in SCHEMA:
            db.execute(statement)
        db.execute("INSERT INTO journal (id, kiosk, made) VALUES (?, ?, ?)", identity)
        db.execute("INSERT INTO head (n, hash) VALUES (0, ?)", [chain.genesis(*identity)])
    db.execute("COMMIT")
