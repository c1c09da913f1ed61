"""Undoing an import: what it added goes, as long as nobody has used or changed it since.

A row knows the batch that brought it until anything changes it (a trigger sees to that, whoever makes the change). What
is left of a batch and has no loans, holds or fees is as it came, and may go.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library.library import EmbeddedLibrary

_UNUSED_ITEM = """
    NOT EXISTS (SELECT 1 FROM loans WHERE loans.item = items.number)
    AND NOT EXISTS (SELECT 1 FROM fees WHERE fees.item = items.number)
    AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.item = items.number)
    AND (NOT EXISTS (SELECT 1 FROM holds WHERE holds.title_id = items.title_id AND ended = '')
         OR EXISTS (SELECT 1 FROM items AS other WHERE other.title_id = items.title_id
                    AND other.batch IS NOT items.batch))
    AND NOT EXISTS (SELECT 1 FROM items AS lost WHERE lost.replaced_by = items.number AND lost.batch IS NOT items.batch)
"""
_UNUSED_MEMBER = """
    NOT EXISTS (SELECT 1 FROM loans WHERE loans.member = members.number)
    AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.member = members.number)
    AND NOT EXISTS (SELECT 1 FROM fees WHERE fees.member = members.number)
"""


@dataclass(frozen=True, slots=True)
class Undone:
    """How many rows of the batch went, and how many stay because they were used, changed or removed since."""

    batch: int
    kind: str
    removed: int
    kept: int


def undo(library: EmbeddedLibrary, batch: int) -> Undone:
    """Take back an import.

    Raises:
        LibraryError: there is no such import, or it was undone before.
    """
    moment = library.now().stamp()
    with library.store.writing() as db:
        found = db.execute("SELECT kind, added, undone_at FROM imports WHERE id = ?", [batch]).fetchone()
        if found is None:
            raise LibraryError(f"There is no import {batch}. 'pustaka library list imports' shows them all.")
        if found["undone_at"] is not None:
            raise LibraryError(f"Import {batch} was undone already.")
        db.execute("PRAGMA defer_foreign_keys = ON")
        removed = _remove(db, found["kind"], batch, moment)
        db.execute("UPDATE imports SET undone_at = ? WHERE id = ?", [moment, batch])
    return Undone(batch, found["kind"], removed, found["added"] - removed)


def _remove(db: sqlite3.Connection, kind: str, batch: int, moment: str) -> int:
    match kind:
        case "members":
            return db.execute(f"DELETE FROM members WHERE batch = ? AND {_UNUSED_MEMBER}", [batch]).rowcount
        case "items":
            gone = db.execute(f"DELETE FROM items WHERE batch = ? AND {_UNUSED_ITEM}", [batch]).rowcount
            db.execute(
                """DELETE FROM titles WHERE batch = ? AND NOT EXISTS (SELECT 1 FROM items WHERE title_id = titles.id)
                   AND NOT EXISTS (SELECT 1 FROM holds WHERE title_id = titles.id)""",
                [batch],
            )
            return gone
        case "loans":
            # A loan's number names it in journals, so it is ended and never given to another one.
            return db.execute(
                "UPDATE loans SET returned_at = ?, ended = 'undone' WHERE batch = ? AND returned_at IS NULL",
                [moment, batch],
            ).rowcount
        case "fees":
            # A charge against which something was booked since (a payment, a waiver) has been used.
            return db.execute(
                """DELETE FROM fees WHERE batch = ?1 AND NOT EXISTS (
                       SELECT 1 FROM fees AS later
                       WHERE later.member = fees.member AND later.id > fees.id AND later.batch IS NOT ?1)""",
                [batch],
            ).rowcount
        case _:
            return db.execute("DELETE FROM holds WHERE batch = ?", [batch]).rowcount
