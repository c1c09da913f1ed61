"""What staff take out of the library. Raises ``LibraryError`` with a sentence when it cannot be done."""

from __future__ import annotations

import secrets
import sqlite3

from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library import holds, pins, records
from kiosk.circulation.library.changes import changing, known_item
from kiosk.circulation.library.library import EmbeddedLibrary

_REMOVABLE = {
    "holiday": ("holidays", ("day",)),
    "opening": ("extra_openings", ("day",)),
    "rule": ("rules", ("member_type", "collection")),
    "shelf": ("shelves", ("code",)),
    "type": ("member_types", ("code",)),
    "collection": ("collections", ("code",)),
}


def remove_member(library: EmbeddedLibrary, number: str) -> bool:
    """Erase a member; answers whether anything of their history stays, without them.

    Past loans and fees keep their place under a made-up number, so that figures stay right and a loan's number is
    never given twice; nothing leads from it to the person. Running loans and debts must be settled first.
    """
    with library.store.writing() as db:
        who = records.member(db, number)
        if who is None:
            raise LibraryError("There is no member with this number.")
        if records.loans_of(db, number):
            raise LibraryError("This member has something on loan. It must come back, or be set to lost, first.")
        if records.owed(db, number):
            raise LibraryError("This member owes something. It must be paid or waived first.")
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("DELETE FROM holds WHERE member = ?", [number])
        pins.forget_tries(db, number)
        has_past = (
            "SELECT EXISTS (SELECT 1 FROM loans WHERE member = ?1) OR EXISTS (SELECT 1 FROM fees WHERE member = ?1)"
        )
        past = bool(db.execute(has_past, [number]).fetchone()[0])
        if past:
            _keep_the_past(db, number, who.type)
        db.execute("DELETE FROM members WHERE number = ?", [number])
        return past


def remove_item(library: EmbeddedLibrary, number: str) -> None:
    """Take a copy out of the catalogue that was never lent; others are withdrawn instead."""
    with library.store.writing() as db:
        title = known_item(db, number)["title_id"]
        used = db.execute(
            """SELECT EXISTS (SELECT 1 FROM loans WHERE item = ?1) OR EXISTS (SELECT 1 FROM fees WHERE item = ?1)
                   OR EXISTS (SELECT 1 FROM items WHERE replaced_by = ?1)""",
            [number],
        ).fetchone()[0]
        if used:
            raise LibraryError(f"Item {number} has a history. Set it to withdrawn instead: --status withdrawn.")
        holds.release(db, number)
        awaited = db.execute(
            """SELECT EXISTS (SELECT 1 FROM holds WHERE item = ?1) OR (
                   EXISTS (SELECT 1 FROM holds WHERE title_id = ?2)
                   AND NOT EXISTS (SELECT 1 FROM items WHERE title_id = ?2 AND number != ?1))""",
            [number, title],
        ).fetchone()[0]
        if awaited:
            raise LibraryError(f"Somebody waits or waited for item {number}. Set it to withdrawn instead.")
        db.execute("DELETE FROM items WHERE number = ?", [number])
        db.execute("DELETE FROM titles WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM items WHERE title_id = ?1)", [title])


def cancel_hold(library: EmbeddedLibrary, hold: int) -> str:
    """End a hold; answers the copy that was kept for it, which now has to be checked in again, or nothing."""
    with library.store.writing() as db:
        found = db.execute("SELECT ready_item FROM holds WHERE id = ? AND ended = ''", [hold]).fetchone()
        if found is None:
            raise LibraryError(f"There is no running hold {hold}. 'pustaka library list holds' shows them.")
        db.execute("UPDATE holds SET ended = 'cancelled' WHERE id = ?", [hold])
        return found["ready_item"] or ""


def remove(library: EmbeddedLibrary, what: str, *key: str) -> None:
    """Remove a holiday, opening, rule, shelf, type or collection by its key."""
    table, columns = _REMOVABLE[what]
    where = " AND ".join(f"{column} = ?" for column in columns)
    with changing(library, "") as db:
        if what == "shelf" and db.execute("SELECT 1 FROM holds WHERE shelf = ? AND ended = ''", [key[0]]).fetchone():
            raise LibraryError("Holds lie or are wanted there; they must be fetched or cancelled first.")
        if db.execute(f"DELETE FROM {table} WHERE {where}", key).rowcount == 0:
            raise LibraryError(f"Not removed: there is no such {what}.")
        if what == "shelf":
            db.execute("UPDATE policy SET shelf = '' WHERE shelf = ?", [key[0]])


def _keep_the_past(db: sqlite3.Connection, number: str, member_type: str) -> None:
    """Loans and fees go over to a made-up member of the same type."""
    stand_in = f"removed-{secrets.token_hex(8)}"
    db.execute(
        "INSERT INTO members (number, name, type, blocked, removed) VALUES (?, '', ?, 1, 1)", [stand_in, member_type]
    )
    for table in ("loans", "fees"):
        db.execute(f"UPDATE {table} SET member = ? WHERE member = ?", [stand_in, number])
