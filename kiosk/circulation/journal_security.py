"""The journal's list of tags whose security bit is, or may be, wrong.

Two small tables beside the chain, both by UID. They are a to-do list, not a record.

* ``security`` holds *wishes*: this tag shall be armed, or disarmed, for this item, because of this. A wish is written
  before the reader gets its order and crossed out when the reader has read the value back.
* ``security_asked`` holds *questions*: these tags lie there while the library system is asked about their item. A
  question is written before the operation is, and replaced by a wish in one commit when the answer is yes. Whatever
  comes in between (a kill, no answer), :meth:`SecurityJournal.security_settle` later makes of it what the operations
  in the chain say. So no tag of a book that changed hands is ever forgotten.

A wish says what was owed when it was written. Whether it still is, only the library system can tell: whoever carries
one out later asks first (``kiosk/session/gate.py``).
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager

from kiosk.circulation.journal_file import JournalReader

#: Operations that change which value is right.
_MOVES = ("checkout", "checkin")
#: States in which an operation that nobody was promised is not over.
_OPEN = frozenset({"recorded", "probing", "sending", "unknown", "parked"})

#: Operations on an item after a row of the chain, the newest first; what was refused has changed nothing.
_SINCE = """
    SELECT ops.kind, last.state,
           ops.promised OR EXISTS (SELECT 1 FROM states WHERE states.op = ops.op AND states.promised = 1) AS promised
    FROM ops JOIN states AS last ON last.n = (SELECT MAX(n) FROM states AS newer WHERE newer.op = ops.op)
    WHERE ops.item = ? AND ops.n > ? AND ops.kind IN (?, ?) AND last.state <> 'refused'
    ORDER BY ops.seq DESC LIMIT 1
"""


class SecurityJournal(JournalReader, ABC):
    """The writing side of the list; ``Journal`` gives it its commits and its clock."""

    @abstractmethod
    def _writing(self, op: str = "") -> AbstractContextManager[sqlite3.Connection]:
        """One commit."""

    @abstractmethod
    def _when(self) -> tuple[str, int, str, str]:
        """Boot, nanoseconds since it, wall time, clock quality."""

    def security_ask(self, uids: Sequence[str], item: str, armed: bool) -> None:
        """Remember, durably, that ``item`` with these tags is about to be asked for; ``armed`` is what a yes means.

        An older question about a tag that is still open keeps its beginning, so that nothing since is overlooked.
        """
        if not uids:
            return
        with self._writing() as db:
            after, asked_at = self.head().n, self._when()[2]
            db.executemany(
                "INSERT INTO security_asked (uid, item, armed, after, asked_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (uid) DO UPDATE SET armed = excluded.armed, item = excluded.item, "
                "after = CASE WHEN item = excluded.item THEN after ELSE excluded.after END",
                [(uid, item, int(armed), after, asked_at) for uid in uids],
            )

    def security_want(self, uids: Sequence[str], armed: bool, item: str, op: str) -> None:
        """Remember, durably, that these tags of ``item`` shall be armed or disarmed; ``op`` is the kind of operation.

        A newer wish replaces an older one, and answers the question about the tag.
        """
        with self._writing() as db:
            self._wish(db, uids, armed, item, op)

    def security_unasked(self, uids: Sequence[str]) -> None:
        """The answer was that these tags keep the bit they have."""
        with self._writing() as db:
            db.executemany("DELETE FROM security_asked WHERE uid = ?", [(uid,) for uid in uids])

    def security_done(self, uid: str, armed: bool | None = None) -> None:
        """The tag was set and read back. With ``armed``, a wish for the other value stays."""
        with self._writing() as db:
            db.execute("DELETE FROM security WHERE uid = ? AND armed = COALESCE(?, armed)", [uid, armed])

    def security_settle(self) -> int:
        """Answer the open questions from the operations in the chain; how many wishes came of it.

        A question about an operation whose fate is not known yet stays open. Quick when none is open.
        """
        with self._lock:
            asked = self._db.execute("SELECT uid, item, after FROM security_asked").fetchall()
        wished = 0
        for row in asked:
            values = [row["item"], row["after"], *_MOVES]
            with self._lock:
                newest = self._db.execute(_SINCE, values).fetchone()
            if newest is None:
                self.security_unasked((row["uid"],))  # it never came to an operation, or the answer was no
            elif newest["promised"] or newest["state"] not in _OPEN:
                self.security_want((row["uid"],), newest["kind"] == "checkin", row["item"], newest["kind"])
                wished += 1
        return wished

    def _wish(self, db: sqlite3.Connection, uids: Sequence[str], armed: bool, item: str, op: str) -> None:
        wanted_at = self._when()[2]
        db.executemany(
            "INSERT OR REPLACE INTO security (uid, armed, item, op, wanted_at) VALUES (?, ?, ?, ?, ?)",
            [(uid, int(armed), item, op, wanted_at) for uid in uids],
        )
        db.executemany("DELETE FROM security_asked WHERE uid = ?", [(uid,) for uid in uids])
