"""Lost and replaced copies, and the money that goes with them."""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass

from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library import holds, records
from kiosk.circulation.library.changes import known_item
from kiosk.circulation.library.library import EmbeddedLibrary


@dataclass(frozen=True, slots=True)
class Lost:
    """What a loss led to: whether somebody had the copy, and what they were charged in whole rupiah."""

    was_on_loan: bool
    charged: int


def lose(library: EmbeddedLibrary, number: str, charge: int | None = None) -> Lost:
    """A copy is lost: its loan ends without lateness, and whoever had it is charged what it costs.

    ``charge`` is whole rupiah; ``None``: the copy's own cost, or the library's replacement fee.
    """
    with library.store.writing() as db:
        now = library.now()
        row = known_item(db, number)
        db.execute("UPDATE items SET status = 'lost' WHERE number = ?", [number])
        holds.release(db, number)
        running = records.active_loan(db, number)
        if running is None:
            return Lost(was_on_loan=False, charged=0)
        db.execute("UPDATE loans SET returned_at = ?, ended = 'lost' WHERE id = ?", [now.stamp(), running.id])
        usual = db.execute("SELECT replacement_fee FROM policy WHERE id = 1").fetchone()["replacement_fee"]
        cost = row["cost"] if row["cost"] is not None else int(usual)
        amount = cost if charge is None else charge
        if amount:
            _book(db, running.member, amount, "replacement", number, now.stamp())
        return Lost(was_on_loan=True, charged=amount)


def replace(library: EmbeddedLibrary, number: str, by: str) -> int:
    """A lost or worn copy was replaced by another: it is withdrawn, and what was charged for it is waived.

    Answers what was waived, in whole rupiah. Raises ``LibraryError`` while it is on loan.
    """
    with library.store.writing() as db:
        known_item(db, number)
        known_item(db, by)
        if number == by:
            raise LibraryError("A copy cannot replace itself.")
        if records.active_loan(db, number) is not None:
            raise LibraryError(f"Item {number} is on loan. Set it to lost first: --status lost.")
        db.execute("UPDATE items SET status = 'withdrawn', replaced_by = ? WHERE number = ?", [by, number])
        holds.release(db, number)
        waived = 0
        owing = db.execute(
            """SELECT member, SUM(amount) AS amount FROM fees WHERE item = ? AND kind IN ('replacement', 'waived')
               GROUP BY member HAVING SUM(amount) > 0""",
            [number],
        ).fetchall()
        for row in owing:
            amount = min(row["amount"], max(0, records.owed(db, row["member"])))  # what was paid stays paid
            if amount:
                _book(db, row["member"], -amount, "waived", number, library.now().stamp())
                waived += amount
        return waived


def fee(library: EmbeddedLibrary, member: str, amount: int, kind: str, item: str = "") -> int:
    """Book a charge, or with a negative amount a payment or waiver; answers what is owed now, in whole rupiah."""
    with library.store.writing() as db:
        if records.member(db, member) is None:
            raise LibraryError("There is no member with this number.")
        if item:
            known_item(db, item)
        owed = records.owed(db, member)
        if amount == 0 or owed + amount < 0:
            raise LibraryError(f"Not booked: Rp{owed} is owed, so between Rp1 and Rp{owed} can be paid or waived.")
        _book(db, member, amount, kind, item, library.now().stamp())
        return owed + amount


def _book(db: sqlite3.Connection, member: str, amount: int, kind: str, item: str, stamp: str) -> None:
    op = f"staff-{secrets.token_hex(8)}"
    db.execute(
        "INSERT INTO fees (member, amount, kind, item, at, op) VALUES (?, ?, ?, ?, ?, ?)",
        [member, amount, kind, item or None, stamp, op],
    )
