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

* after ``RECORDED`` nothing has; it may be asked for (``PROBING``), sent, or put aside (``PARKED``);
* after ``SENDING`` it may or may not have happened: it becomes ``UNKNOWN``, and only an answer to a probe leads on;
* ``PARKED`` is an operation that has certainly not reached the system, and waits for it;
* ``DONE`` is written before the patron hears yes, so whoever was promised something is in here.

A *promise* is a yes without the system (offline). It stands on the operation itself, or on the ``UNKNOWN`` or
``PARKED`` row of an operation that was sent and not answered, and is written before the patron hears it. ``REFUSED``
is the end of an operation in which nothing was promised; when something was, it leads on to ``CONFLICT`` in the same
commit: the list that only staff can shorten (``RESOLVED``), or put back (``PARKED``, ``UNKNOWN``).

All rows, of both tables, form one hash chain (``chain.py``). Order is by number alone: the wall clock of a machine
without a battery may be days off, so boot, time since boot and clock quality stand beside it. The chain names a patron
by a keyed hash; the number itself stands beside it and is forgotten in time, and the chain still verifies.

Beside the chain lies the list of *wanted security bits* (``journal_security.py``): tags that were pulled away before
their bit could be set, mended when they are seen again. It is a to-do list, not a record.
"""

from __future__ import annotations

import enum
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

from kiosk.circulation import chain, journal_start
from kiosk.circulation.clock import Clock, SystemClock
from kiosk.circulation.errors import JournalError
from kiosk.circulation.journal_file import SETTLED, Entry
from kiosk.circulation.journal_key import PatronKey, own_key
from kiosk.circulation.journal_security import SecurityJournal
from kiosk.circulation.journal_tables import OPS, STATES
from kiosk.circulation.port import PatronRef
from kiosk.circulation.promises import Promise
from kiosk.circulation.retention import empty_log, erase_numbers
from kiosk.circulation.unsettled import Unsettled


class State(enum.StrEnum):
    """Where an operation stands."""

    RECORDED = "recorded"  # written down; nothing has happened yet
    PROBING = "probing"  # asking the system what it knows; read-only
    SENDING = "sending"  # from now on it may have happened
    UNKNOWN = "unknown"  # no usable answer came
    REFUSED = "refused"  # the system said no
    PARKED = "parked"  # certainly not sent; the system is away
    CONFLICT = "conflict"  # cannot be decided here; staff
    DONE = "done"
    RESOLVED = "resolved"  # settled by staff: who and why


#: state -> the states that may follow it
NEXT: dict[State, frozenset[State]] = {
    State.RECORDED: frozenset({State.PROBING, State.SENDING, State.PARKED}),
    State.PROBING: frozenset({State.SENDING, State.DONE, State.CONFLICT, State.PARKED, State.UNKNOWN}),
    State.SENDING: frozenset({State.DONE, State.REFUSED, State.UNKNOWN, State.PARKED, State.CONFLICT}),
    State.UNKNOWN: frozenset({State.PROBING}),
    State.REFUSED: frozenset({State.CONFLICT}),
    State.PARKED: frozenset({State.PROBING}),
    State.CONFLICT: frozenset({State.RESOLVED, State.PARKED, State.UNKNOWN}),
    State.DONE: frozenset(),
    State.RESOLVED: frozenset(),
}

#: States in which an operation still needs somebody: the kiosk itself, at its start or when the system is back.
OPEN = frozenset({State.RECORDED, State.PROBING, State.SENDING, State.UNKNOWN, State.PARKED})

#: States that may carry a promise which the operation did not have when it was written down.
_PROMISING = frozenset({State.UNKNOWN, State.PARKED})


class Kind(enum.StrEnum):
    """What is asked of the library system."""

    CHECKOUT = "checkout"
    CHECKIN = "checkin"
    RENEW = "renew"
    RENEW_ALL = "renew-all"
    PAY = "pay"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as it is asked for. ``fingerprint`` names the item's loan just before; ``promised`` is set when the
    patron is told yes without the system, by the extract ``snapshot``, with the date ``promised_due``."""

    op: str
    kind: Kind
    patron: PatronRef | None = None
    item: str = ""
    amount: int | None = None  # whole rupiah
    fingerprint: str | None = None
    promised_due: date | None = None
    promised: bool = False
    snapshot: str = ""


class Journal(SecurityJournal):
    """The one writer. Use from any thread."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, lock: IO[str], clock: Clock, patron_key: PatronKey
    ) -> None:
        super().__init__(path, connection)
        self.clock = clock
        self._lock_file = lock
        self._patron_key = patron_key
        self._unsettled_now = Unsettled(self)
        self._log_to_empty = False

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        kiosk: str,
        clock: Clock | None = None,
        connect: journal_start.Connect = sqlite3.connect,
        durability: str = "FULL",
    ) -> Journal:
        """Open the journal at ``path`` for writing, making it first if there is none.

        ``connect`` and ``durability`` (SQLite's ``synchronous``) are for tests that cut the power.

        Raises:
            JournalInUse: another process writes it.
            JournalError: it is another kiosk's, or cannot be used.
        """
        clock = clock or SystemClock()
        lock = journal_start.lock(path)
        try:
            patron_key = own_key(path)
            connection = journal_start.open_file(path, kiosk, clock, connect, durability)
        except BaseException:
            lock.close()
            raise
        try:
            journal = cls(path, connection, lock, clock, patron_key)
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
        return self.clock.now()

    # the chain

    def record(self, operation: Operation, then: State | None = None) -> int:
        """Write the operation down as ``RECORDED``, and ``then`` in the same commit; answers its number (``seq``).

        Raises:
            JournalError: this operation is already here, or ``then`` may not follow.
        """
        with self._writing(operation.op) as db:
            if self.state(operation.op) is not None:
                raise JournalError(f"Operation {operation.op} is already in the journal.")
            seq = int(db.execute("SELECT COALESCE(MAX(seq), 0) + 1 FROM ops").fetchone()[0])
            self._append(db, "ops", (seq, operation.op, self.kiosk, *self._when(), *self._columns(operation)))
            if operation.patron is not None:
                db.execute("INSERT INTO patrons (op, number) VALUES (?, ?)", [operation.op, operation.patron.number])
            recorded = (operation.op, State.RECORDED.value, *self._when(), None, 0, "", None, "", "")
            self._append(db, "states", recorded)
            db.execute("INSERT INTO unsettled (op) VALUES (?)", [operation.op])
            if then is not None:
                self._move(db, operation.op, State.RECORDED, then)
        return seq

    def move(
        self,
        op: str,
        to: State,
        *,
        via: Sequence[State] = (),
        due: date | None = None,
        why: str = "",
        who: str = "",
        promise: Promise | None = None,
        snapshot: str = "",
    ) -> State:
        """Append a state, after those of ``via`` in the same commit; answers the state the operation is in then.

        ``due`` is the date promised, ``why`` a code or a staff member's reason, ``who`` staff. ``promise`` is what the
        patron is told without the system, by the extract ``snapshot``. A refusal of what was promised goes on to
        ``CONFLICT`` at once.

        Raises:
            JournalError: no such operation, the table ``NEXT`` does not allow it, or this state carries no promise.
        """
        if promise is not None and to not in _PROMISING:
            raise JournalError(f"Operation {op} cannot be promised as {to}.")
        with self._writing(op) as db:
            at = self._state_of(op)
            for step in via:
                at = self._move(db, op, at, step)
            at = self._move(db, op, at, to, due, why, who, promise, snapshot)
            if at is State.REFUSED and self._was_promised(db, op):
                at = self._move(db, op, at, State.CONFLICT, due, f"refused:{why}", who)
        return at

    def resolve(self, op: str, *, who: str, why: str) -> None:
        """Staff have settled a conflict.

        Raises:
            JournalError: it is not in conflict, or ``who`` or ``why`` is empty.
        """
        self.move(op, State.RESOLVED, who=_said(who), why=_said(why))

    def redo(self, op: str, *, who: str, why: str) -> State:
        """Staff have mended the cause of a conflict: the operation is to be tried once more, by the same rules.

        Only what a patron was promised is tried again: the patron has the item, or has given it back. What nobody was
        promised is done anew, with the patron there.

        Raises:
            JournalError: it is not in conflict, nobody was promised anything, the item was moved here since, or ``who``
                or ``why`` is empty.
        """
        entry = self.entry(op)
        if entry is None or State(entry.state) is not State.CONFLICT:
            raise JournalError(f"Operation {op} is not in conflict; there is nothing to try again.")
        if not entry.promised or Kind(entry.kind) not in (Kind.CHECKOUT, Kind.CHECKIN):
            raise JournalError(
                f"Operation {op} was promised to nobody and cannot be tried again. "
                "Settle it, and do it anew at the kiosk or in the library system."
            )
        if self.done_after(entry):
            raise JournalError(f"{entry.item} was lent or returned here since. Settle operation {entry.seq} instead.")
        doubtful = State.UNKNOWN.value in self.history(entry.op)
        again = State.UNKNOWN if doubtful else State.PARKED
        return self.move(entry.op, again, who=_said(who), why=_said(why))

    def unsettled(self) -> list[Entry]:
        """What still needs the kiosk or staff, in its order. Quick however long the journal is."""
        with self._lock:
            return self._unsettled_now.entries()

    def waiting(self) -> list[Entry]:
        """What still needs the kiosk, in its order: the states ``OPEN``."""
        return [entry for entry in self.unsettled() if entry.state in OPEN]

    def forget(self, before: datetime) -> int:
        """Erase the numbers of patrons of operations settled before then; answers how many. The hashes stay.

        What was erased is neither in the file afterwards nor in its log, unless somebody reads the journal at this very
        moment: then the log is emptied at the next call.
        """
        with self._writing() as db:
            count = erase_numbers(db, before)
            self._log_to_empty = self._log_to_empty or count > 0
        with self._lock:
            if self._log_to_empty:
                self._log_to_empty = not empty_log(self._db)
        return count

    # inside

    def _state_of(self, op: str) -> State:
        state = self.state(op)
        if state is None:
            raise JournalError(f"There is no operation {op} in the journal.")
        return State(state)

    def _was_promised(self, db: sqlite3.Connection, op: str) -> bool:
        query = (
            "SELECT 1 FROM ops WHERE op = ? AND promised = 1 UNION SELECT 1 FROM states WHERE op = ? AND promised = 1"
        )
        return db.execute(query, [op, op]).fetchone() is not None

    def _move(
        self,
        db: sqlite3.Connection,
        op: str,
        at: State,
        to: State,
        due: date | None = None,
        why: str = "",
        who: str = "",
        promise: Promise | None = None,
        snapshot: str = "",
    ) -> State:
        if to not in NEXT[at]:
            allowed = ", ".join(sorted(NEXT[at])) or "nothing"
            raise JournalError(f"Operation {op} is {at}; {to} cannot follow (only {allowed}).")
        if promise is not None:
            due = promise.due
        promised = (int(promise is not None), snapshot, promise.mark if promise is not None else None)
        self._append(db, "states", (op, to.value, *self._when(), _text(due), *promised, why, who))
        if to.value in SETTLED:
            db.execute("DELETE FROM unsettled WHERE op = ?", [op])
        else:
            db.execute("INSERT OR IGNORE INTO unsettled (op) VALUES (?)", [op])
        return to

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
        wall = self.clock.now().astimezone(UTC).isoformat(timespec="milliseconds")
        return self.clock.boot_id(), self.clock.monotonic_ns(), wall, self.clock.quality()

    def _columns(self, operation: Operation) -> tuple[chain.Value, ...]:
        patron = operation.patron
        return (
            operation.kind.value,
            self._patron_key.mark(patron.number) if patron is not None else None,
            self._patron_key.check if patron is not None else None,
            operation.item,
            operation.amount,
            operation.fingerprint,
            int(operation.promised),
            _text(operation.promised_due),
            operation.snapshot,
        )

    @contextmanager
    def _writing(self, op: str = "") -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                self._unsettled_now.doubt()
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            if op:
                self._unsettled_now.changed(op)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _said(text: str) -> str:
    """Who, or why, as staff said it.

    Raises:
        JournalError: it is empty.
    """
    if not text.strip():
        raise JournalError("A conflict is settled with a name and a reason; one of them is empty.")
    return text.strip()
