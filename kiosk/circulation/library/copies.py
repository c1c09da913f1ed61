"""What the library knows of a copy, for replay and for those it serves: where it stands, and who has it.

Nothing here changes anything, and nothing here tells who has a copy: a member is only ever *confirmed*.
"""

from __future__ import annotations

import sqlite3
from datetime import date

from kiosk.circulation.library import records
from kiosk.circulation.library.records import ItemRow, LoanRow
from kiosk.circulation.probing import Copy, CopyStatus

#: What the status of a copy that is neither lent nor kept means to others; any other one is ``OTHER``.
_STATUSES = {
    "available": CopyStatus.AVAILABLE,
    "repair": CopyStatus.IN_PROCESS,
    "lost": CopyStatus.LOST,
    "missing": CopyStatus.MISSING,
}


def copy(db: sqlite3.Connection, number: str, today: date) -> Copy | None:
    """Where the copy with this number stands; ``None`` if there is none."""
    row = records.item(db, number)
    if row is None:
        return None
    running = records.active_loan(db, row.item.id)
    kept_until = _kept_until(db, row.item.id, today)
    collection, call_number = _shelf(db, row)
    return Copy(
        item=row.item,
        status=_status(row, running, kept_until),
        due=running.due if running is not None else None,
        mark=records.newest_loan(db, row.item.id) if running is not None else "",
        waiting=_waiting(db, row),
        collection=collection,
        call_number=call_number,
        kept_until=kept_until,
    )


def has_on_loan(db: sqlite3.Connection, member: str, number: str) -> bool:
    """Whether this member has this copy now."""
    running = records.active_loan(db, number)
    return running is not None and running.member == member


def _status(row: ItemRow, running: LoanRow | None, kept_until: date | None) -> CopyStatus:
    # A loan that runs comes first, whatever else was noted of the copy: who asks wants to know whether it is out.
    if running is not None:
        return CopyStatus.CHARGED
    if kept_until is not None and row.status == "available":
        return CopyStatus.HOLD_SHELF
    return _STATUSES.get(row.status, CopyStatus.OTHER)


def _kept_until(db: sqlite3.Connection, number: str, today: date) -> date | None:
    ready = db.execute(
        "SELECT ready_until FROM holds WHERE ended = '' AND ready_item = ? AND ready_until >= ?",
        [number, today.isoformat()],
    ).fetchone()
    return date.fromisoformat(ready["ready_until"]) if ready is not None else None


def _waiting(db: sqlite3.Connection, row: ItemRow) -> int:
    query = """SELECT COUNT(*) AS waiting FROM holds
               WHERE ended = '' AND ready_item IS NULL AND (item = ? OR (item IS NULL AND title_id = ?))"""
    return int(db.execute(query, [row.item.id, row.title_id]).fetchone()["waiting"])


def _shelf(db: sqlite3.Connection, row: ItemRow) -> tuple[str, str]:
    found = db.execute(
        """SELECT collections.name AS collection, COALESCE(call_number, '') AS call_number
           FROM titles, collections WHERE titles.id = ? AND collections.code = ?""",
        [row.title_id, row.collection],
    ).fetchone()
    return (found["collection"], found["call_number"]) if found is not None else ("", "")
