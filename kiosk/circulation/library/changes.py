"""What staff change. Raises ``LibraryError`` with a sentence when it cannot be done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager

from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library import holds, pins, records
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import Secret

Value = str | int | None
_MEMBER = frozenset({"name", "type", "born", "expires", "pending", "blocked", "suspended_until", "language"})
_ITEM = frozenset({"collection", "status", "no_loan", "parts", "min_age", "tag_uid", "location", "cost"})
_TITLE = frozenset({"title", "author", "publisher", "year", "call_number"})
_RULE = frozenset({"loan_limit", "days", "working_days", "renewals", "fee_per_day", "suspend", "grace"})
_POLICY = frozenset(
    {
        "pins",
        "block_overdue",
        "overdue_blocks_renewal",
        "fee_block",
        "fee_blocks_renewal",
        "shelf_days",
        "shelf",
        "replacement_fee",
        "keep_days",
    }
)


def change_member(library: EmbeddedLibrary, number: str, changes: Mapping[str, Value]) -> None:
    """``changes``: columns of members to their new values."""
    with changing(library, "the member type") as db:
        _update(db, "members", _MEMBER, changes, "number = ? AND removed = 0", [number], "no such member")


def change_item(library: EmbeddedLibrary, number: str, changes: Mapping[str, Value]) -> None:
    """``changes``: columns of items or titles. Whoever a copy was kept for waits again if it may not be lent now."""
    of_title = {name: value for name, value in changes.items() if name in _TITLE}
    of_item = {name: value for name, value in changes.items() if name not in _TITLE}
    with changing(library, "the collection") as db:
        known_item(db, number)
        if of_item:
            _update(db, "items", _ITEM, of_item, "number = ?", [number], "")
        if of_title:
            mine = "id = (SELECT title_id FROM items WHERE number = ?)"
            _update(db, "titles", _TITLE, of_title, mine, [number], "")
        copy = records.item(db, number)
        if copy is not None and not copy.circulates:
            holds.release(db, number)


def change_pin(library: EmbeddedLibrary, number: str, pin: Secret | None) -> None:
    """Give the member this PIN, or none; wrong tries are forgotten."""
    stored = pins.hash_pin(pin) if pin is not None else ""
    with changing(library, "") as db:
        _update(db, "members", {"pin"}, {"pin": stored}, "number = ? AND removed = 0", [number], "no such member")
        pins.forget_tries(db, number)


def change_rule(library: EmbeddedLibrary, member_type: str, collection: str, changes: Mapping[str, Value]) -> None:
    with changing(library, "") as db:
        where, missing = "member_type = ? AND collection = ?", "no rule for exactly this type and collection"
        _update(db, "rules", _RULE, changes, where, [member_type, collection], missing)


def change_limit(library: EmbeddedLibrary, code: str, limit: int) -> None:
    """How many copies a member of this type may have."""
    with changing(library, "") as db:
        _update(db, "member_types", {"loan_limit"}, {"loan_limit": limit}, "code = ?", [code], "no such type")


def change_policy(library: EmbeddedLibrary, changes: Mapping[str, Value]) -> None:
    with changing(library, "the shelf") as db:
        shelf = changes.get("shelf")
        if shelf and db.execute("SELECT 1 FROM shelves WHERE code = ?", [shelf]).fetchone() is None:
            raise LibraryError(f"There is no hold shelf '{shelf}'. 'pustaka library list shelves' shows them.")
        _update(db, "policy", _POLICY, changes, "id = ?", [1], "")


def closed_weekdays(library: EmbeddedLibrary, weekdays: frozenset[int]) -> None:
    """The days of the week on which the library is shut; Monday is 0.

    Raises:
        LibraryError: it would never be open.
    """
    if len(weekdays) >= 7:
        raise LibraryError("A library that is shut on every day of the week would never expect anything back.")
    with library.store.writing() as db:
        db.execute("DELETE FROM closed_weekdays")
        db.executemany("INSERT INTO closed_weekdays (weekday) VALUES (?)", [[day] for day in sorted(weekdays)])


@contextmanager
def changing(library: EmbeddedLibrary, needs: str) -> Iterator[sqlite3.Connection]:
    """A write whose broken references become a sentence: ``needs`` is not there, or what goes is still in use."""
    try:
        with library.store.writing() as db:
            yield db
    except sqlite3.IntegrityError as error:
        why = f"{needs} is not in the library" if needs else "it is still in use"
        raise LibraryError(f"Not changed: {why}.") from error


def known_item(db: sqlite3.Connection, number: str) -> sqlite3.Row:
    """The item's row.

    Raises:
        LibraryError: there is none.
    """
    row: sqlite3.Row | None = db.execute("SELECT * FROM items WHERE number = ?", [number]).fetchone()
    if row is None:
        raise LibraryError(f"There is no item {number} in the library.")
    return row


def _update(
    db: sqlite3.Connection,
    table: str,
    allowed: Set[str],
    changes: Mapping[str, Value],
    where: str,
    key: Sequence[Value],
    missing: str,
) -> None:
    if not changes:
        raise LibraryError("Nothing to change was named.")
    if unknown := sorted(changes.keys() - allowed):
        raise LibraryError(f"There is no '{unknown[0]}' to change.")
    sets = ", ".join(f"{name} = ?" for name in changes)
    if db.execute(f"UPDATE {table} SET {sets} WHERE {where}", [*changes.values(), *key]).rowcount == 0:
        raise LibraryError(f"Not changed: there is {missing}.")
