"""Copies handed in that were not on loan, and what they tell of a loan that the library hears of only later.

A book lent offline in the morning and handed in at another desk at noon is *not on loan* there. When the loan is
replayed in the evening it must not put the book back on the patron's account: it began in the morning and ended at
noon. The same holds when the book was lent to somebody else meanwhile: then it ended there at the latest.
"""

from __future__ import annotations

import sqlite3

from kiosk.circulation.library import holds, records, rules
from kiosk.circulation.library.records import ItemRow, MemberRow, Now
from kiosk.circulation.port import Borrowed
from kiosk.circulation.probing import Happened

#: More than a busy library hands in while any kiosk may still be offline.
_KEPT = 100_000


def note(db: sqlite3.Connection, item: str, now: Now) -> None:
    """The copy was handed in though it was not on loan."""
    db.execute("INSERT INTO hand_ins (item, at) VALUES (?, ?)", [item, now.stamp()])


def ended(db: sqlite3.Connection, item: str, now: Now) -> str | None:
    """When a loan that began ``now``, in the past, was over: the next hand-in or the next loan; ``None``: it runs."""
    row = db.execute(
        """SELECT MIN(at) AS at FROM (
               SELECT at FROM hand_ins WHERE item = ? AND at > ?
               UNION ALL SELECT lent_at FROM loans WHERE item = ? AND lent_at > ?)""",
        [item, now.stamp(), item, now.stamp()],
    ).fetchone()
    return None if row["at"] is None else str(row["at"])


def lend_and_end(
    db: sqlite3.Connection, now: Now, op: str, who: MemberRow, copy: ItemRow, happened: Happened | None, at: str
) -> Borrowed:
    """Write down a loan that is over already. It cannot be refused any more, and is late for nobody."""
    rule = records.rule(db, who.type, copy.collection)
    due = rules.due_date(now.today, rule, records.calendar(db), who.expires) if rule is not None else now.today
    if happened is not None and happened.due is not None:
        due = max(due, happened.due)
    db.execute(
        "INSERT INTO loans (item, member, lent_at, due, renewals, returned_at, op) VALUES (?, ?, ?, ?, 0, ?, ?)",
        [copy.item.id, who.number, now.stamp(), due.isoformat(), at, op],
    )
    holds.fetch(db, copy, who.number)
    return Borrowed(copy.item, due)


def trim(db: sqlite3.Connection) -> None:
    """Keep the newest. By count, not by date: a clock that jumps must forget nothing that can still be replayed."""
    db.execute("DELETE FROM hand_ins WHERE id <= (SELECT MAX(id) FROM hand_ins) - ?", [_KEPT])
