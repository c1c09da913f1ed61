"""How long the journal knows patrons by number, and how a number is erased.

Once an operation is settled, its patron's number is needed by nobody but staff who are asked about it soon after. After
``circulation.forget_days`` it is erased from the side table; the chain, which holds only a keyed hash, still verifies.
SQLite overwrites what is deleted (``secure_delete``); the write-ahead log is emptied too, because it may still hold the
row as it was written.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Protocol

from kiosk.circulation.clock import Clock
from kiosk.circulation.journal_file import SETTLED

_DAY_NS = 24 * 3600 * 1_000_000_000

#: When a state was written; of one whose clock could not be believed, when the next one that could was.
_AT_LATEST = """
    CASE states.clock WHEN 'unsynced' THEN COALESCE(
        (SELECT later.wall FROM states AS later WHERE later.clock <> 'unsynced' AND later.n > states.n
         ORDER BY later.n LIMIT 1), states.wall)
    ELSE states.wall END"""


class Forgets(Protocol):
    """The journal, as seen from here."""

    def forget(self, before: datetime) -> int: ...


class Retention:
    """Forgets once a day, and once soon after each start. ``keep`` of ``None`` keeps everything."""

    def __init__(self, journal: Forgets, clock: Clock, keep: timedelta | None) -> None:
        self._journal = journal
        self._clock = clock
        self._keep = keep
        self._last: int | None = None

    def tend(self) -> int:
        """Forget if a day has passed since the last time; answers how many numbers were erased."""
        now = self._clock.monotonic_ns()
        if self._keep is None or (self._last is not None and now - self._last < _DAY_NS):
            return 0
        count = self._journal.forget(self._clock.now() - self._keep)
        self._last = now
        return count


def erase_numbers(db: sqlite3.Connection, before: datetime) -> int:
    """Delete the numbers of operations settled before then, within a transaction; answers how many."""
    until = before.astimezone(UTC).isoformat(timespec="milliseconds")
    db.execute(
        f"""
        DELETE FROM patrons WHERE op IN (
            SELECT patrons.op FROM patrons
            JOIN states ON states.n = (SELECT MAX(n) FROM states AS newer WHERE newer.op = patrons.op)
            WHERE {_AT_LATEST} < ? AND states.state IN ({", ".join("?" * len(SETTLED))})
        )""",
        [until, *SETTLED],
    )
    return int(db.execute("SELECT changes()").fetchone()[0])


def empty_log(db: sqlite3.Connection) -> bool:
    """Write the log back into the file and cut it to nothing; false if a reader keeps it from being cut."""
    return not db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
