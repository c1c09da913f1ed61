"""Holds: who waits for what, which copy is kept on the hold shelf, and until when.

A hold asks for a title (any copy) or for one copy. It *waits* until a copy comes back; then that copy is *ready* and
kept until ``ready_until`` on the hold's pick-up shelf, or on the library's usual one; a copy not fetched by then is
free again and the hold has lapsed. What has been freed goes to its next place when staff check it in once more.

A waiting hold claims a copy that stands free on the shelf as well: the last free copies of a title belong to those
who wait, the oldest hold first.
"""

from __future__ import annotations

import sqlite3
from datetime import date

from kiosk.circulation.library.records import ItemRow, Now
from kiosk.circulation.library.rules import LibraryCalendar, Policy
from kiosk.circulation.port import Hold

_WAITING = "ended = '' AND ready_item IS NULL"


def lapse(db: sqlite3.Connection, today: date) -> None:
    """End the holds whose copy was not fetched in time."""
    db.execute("UPDATE holds SET ended = 'lapsed' WHERE ended = '' AND ready_until < ?", [today.isoformat()])


def kept_for_other(db: sqlite3.Connection, copy: ItemRow, member: str, today: date) -> tuple[bool, date | None]:
    """Whether this copy must stay for somebody else, and until when if that is known."""
    ready = db.execute(
        "SELECT member, ready_until FROM holds WHERE ended = '' AND ready_item = ? AND ready_until >= ?",
        [copy.item.id, today.isoformat()],
    ).fetchone()
    if ready is not None:
        return ready["member"] != member, date.fromisoformat(ready["ready_until"])
    return wanted_by_other(db, copy, member, today), None


def wanted_by_other(db: sqlite3.Connection, copy: ItemRow, member: str, today: date) -> bool:
    """Whether others wait for this copy, or for its title with no other free copy left for them."""
    if _ahead(db, "item = ?", copy.item.id, member) > 0:
        return True
    waiting = _ahead(db, "item IS NULL AND title_id = ?", copy.title_id, member)
    return waiting > 0 and waiting > _free_copies_beside(db, copy, today)


def waiting_for(db: sqlite3.Connection, copy: ItemRow) -> int:
    """How many holds wait for this copy or for any copy of its title."""
    row = db.execute(
        f"SELECT COUNT(*) AS waiting FROM holds WHERE {_WAITING} AND (item = ? OR (item IS NULL AND title_id = ?))",
        [copy.item.id, copy.title_id],
    ).fetchone()
    return int(row["waiting"])


def trap(db: sqlite3.Connection, now: Now, copy: ItemRow, policy: Policy, calendar: LibraryCalendar) -> bool:
    """Keep a copy that has come back for whoever waits longest; whether it is kept."""
    kept = "SELECT 1 FROM holds WHERE ended = '' AND ready_item = ?"
    if db.execute(kept, [copy.item.id]).fetchone() is not None:
        return True
    if not copy.circulates:
        return False
    oldest = db.execute(
        f"SELECT id FROM holds WHERE {_WAITING} AND (item = ? OR (item IS NULL AND title_id = ?)) ORDER BY id LIMIT 1",
        [copy.item.id, copy.title_id],
    ).fetchone()
    if oldest is None:
        return False
    until = calendar.add_open_days(now.today, policy.shelf_days)
    db.execute(
        """UPDATE holds SET ready_item = ?, ready_until = ?,
                  shelf = CASE shelf WHEN '' THEN (SELECT shelf FROM policy WHERE id = 1) ELSE shelf END
           WHERE id = ?""",
        [copy.item.id, until.isoformat(), oldest["id"]],
    )
    return True


def release(db: sqlite3.Connection, item: str) -> None:
    """The copy cannot be kept for anybody (lost, in repair …): whoever it was kept for waits again, no place lost."""
    db.execute("UPDATE holds SET ready_item = NULL, ready_until = NULL WHERE ended = '' AND ready_item = ?", [item])


def fetch(db: sqlite3.Connection, copy: ItemRow, member: str) -> None:
    """The member has borrowed this copy: their hold on it, or on its title, is fulfilled."""
    db.execute(
        """UPDATE holds SET ended = 'fetched' WHERE id = (
               SELECT id FROM holds
               WHERE ended = '' AND member = ? AND (ready_item = ? OR item = ? OR (item IS NULL AND title_id = ?))
               ORDER BY ready_item = ? DESC, id LIMIT 1)""",
        [member, copy.item.id, copy.item.id, copy.title_id, copy.item.id],
    )


def of_member(db: sqlite3.Connection, member: str, today: date) -> tuple[Hold, ...]:
    rows = db.execute(
        """SELECT title, ready_until, COALESCE(shelves.name, '') AS shelf
           FROM holds JOIN titles ON titles.id = title_id LEFT JOIN shelves ON shelves.code = holds.shelf
           WHERE member = ? AND ended = '' AND (ready_until IS NULL OR ready_until >= ?)
           ORDER BY ready_until IS NULL, ready_until, holds.id""",
        [member, today.isoformat()],
    )
    return tuple(
        Hold(row["title"], date.fromisoformat(row["ready_until"]), shelf=row["shelf"])
        if row["ready_until"]
        else Hold(row["title"])
        for row in rows
    )


def _ahead(db: sqlite3.Connection, what: str, value: str | int, member: str) -> int:
    """How many others wait before this member; all of them, if the member does not wait."""
    row = db.execute(
        f"""SELECT COUNT(*) AS ahead FROM holds WHERE {_WAITING} AND {what} AND member != ? AND id < COALESCE(
                (SELECT MIN(id) FROM holds WHERE {_WAITING} AND {what} AND member = ?), 9223372036854775807)""",
        [value, member, value, member],
    ).fetchone()
    return int(row["ahead"])


def _free_copies_beside(db: sqlite3.Connection, copy: ItemRow, today: date) -> int:
    row = db.execute(
        """SELECT COUNT(*) AS free FROM items
           WHERE title_id = ? AND number != ? AND status = 'available' AND no_loan = 0
           AND NOT EXISTS (SELECT 1 FROM loans WHERE item = items.number AND returned_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM holds WHERE ended = '' AND ready_item = items.number AND ready_until >= ?)""",
        [copy.title_id, copy.item.id, today.isoformat()],
    ).fetchone()
    return int(row["free"])
