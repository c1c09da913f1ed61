"""How long answers to operations are kept.

An operation that is asked again gets its first answer (see ``library.py``), so an answer must outlive everything that
may still be asked again: a kiosk's journal keeps an operation open for ``open_days`` (7 by default), the answers stay
for ``keep_days`` (90 by default) *days on which the library was used*.

Days of use, not a date in the past: the clock of a machine without a battery may stand in another year after a power
cut. Counted this way, a clock that jumps ahead by ten years and back adds two days to the count and forgets nothing.
"""

from __future__ import annotations

import sqlite3

from kiosk.circulation.library import hand_ins, pins
from kiosk.circulation.library.records import Now

#: At most so many answers go in one operation, so that no patron waits for the cleaning. The next day takes the rest.
_AT_ONCE = 20_000


def tidy(db: sqlite3.Connection, now: Now) -> None:
    """On the first operation of a day: forget the answers and PIN tries that have had their time."""
    first = db.execute(
        "INSERT OR IGNORE INTO answer_days (day, upto) SELECT ?, COALESCE(MAX(rowid), 0) FROM answers",
        [now.today.isoformat()],
    )
    if first.rowcount != 1:
        return
    pins.trim(db, now.at)
    hand_ins.trim(db)
    mark = db.execute(
        """SELECT upto FROM answer_days ORDER BY id DESC
           LIMIT 1 OFFSET (SELECT keep_days FROM policy WHERE id = 1)"""
    ).fetchone()
    if mark is not None:
        db.execute(
            # The newest one stays in any case: its number is what keeps the next ones counting upwards.
            """DELETE FROM answers WHERE rowid IN (
                   SELECT rowid FROM answers WHERE rowid <= ? AND rowid < (SELECT MAX(rowid) FROM answers)
                   ORDER BY rowid LIMIT ?)""",
            [mark["upto"], _AT_ONCE],
        )
