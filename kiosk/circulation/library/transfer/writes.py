"""Staged rows into the library, by SQL, within the caller's transaction.

A title is shared by its copies. Rows of a file belong to one title when they agree in what the file says of it (title,
author, publisher, year, and the file's own title number if it has one). Such a title is

* the one that these very copies have in the library already, if it has no others: then it is corrected in place, and
  whoever waits for it goes on waiting;
* else one of the library that agrees in everything the file says of titles;
* else a new one.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from kiosk.circulation.library.transfer.fields import Kind, Value
from kiosk.circulation.library.transfer.mapping import Columns

_IDENTITY = ("title", "author", "publisher", "year")
_OF_TITLES = (*_IDENTITY, "call_number")


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows are new, and how many of those that were there have changed."""

    added: int
    updated: int = 0


def create_listed(db: sqlite3.Connection, kind: Kind, values: list[str], like: str) -> None:
    """New member types get the limit and the rules of the type ``like``; new collections need nothing."""
    for value in values:
        if kind.name == "items":
            db.execute("INSERT INTO collections (code, name) VALUES (?, ?)", [value, value])
            continue
        db.execute(
            """INSERT INTO member_types (code, name, loan_limit)
               SELECT ?, ?, loan_limit FROM member_types WHERE code = ?""",
            [value, value, like],
        )
        db.execute(
            """INSERT INTO rules (member_type, collection, loan_limit, days, working_days, renewals, fee_per_day,
                                  suspend, grace)
               SELECT ?, collection, loan_limit, days, working_days, renewals, fee_per_day, suspend, grace
               FROM rules WHERE member_type = ?""",
            [value, like],
        )


def write(db: sqlite3.Connection, kind: Kind, columns: Columns, batch: int) -> Written:
    """Everything that is staged."""
    match kind.name:
        case "members":
            return _members(db, columns, batch)
        case "items":
            return _items(db, columns, batch)
        case "loans":
            return _loans(db, batch)
        case "holds":
            return _holds(db, batch)
        case _:
            return _fees(db, batch)


def _members(db: sqlite3.Connection, columns: Columns, batch: int) -> Written:
    mapped = [name for name in _names("members") if name in columns.names and name != "pin"]
    updated = _update(db, "members", mapped)
    if "pin" in columns.names:  # an empty cell leaves the PIN as it is
        db.execute(
            """UPDATE members SET pin = staged.pin FROM temp.staged
               WHERE staged.number = members.number AND staged.pin NOT IN ('', members.pin)"""
        )
    return Written(_insert(db, "members", (*_names("members"), "pin"), batch), updated)


def _items(db: sqlite3.Connection, columns: Columns, batch: int) -> Written:
    db.execute(
        """UPDATE temp.staged SET no_loan = MAX(no_loan, status = 'no-loan'),
                  status = CASE status WHEN 'no-loan' THEN 'available' ELSE status END"""
    )
    copies = [name for name in _names("items") if name in columns.names]
    if "status" in columns.names and "no_loan" not in copies:
        copies.append("no_loan")
    titled = "title" in columns.names
    if titled:
        _titles(db, [name for name in _OF_TITLES if name in columns.names], batch)
    updated = _update(db, "items", copies, also="title_id" if titled else "")
    added = _insert(db, "items", (*_names("items"), "title_id"), batch) if titled else 0
    db.execute(
        """UPDATE holds SET ready_item = NULL, ready_until = NULL WHERE ended = '' AND ready_item IN
               (SELECT number FROM items WHERE status != 'available' OR no_loan)"""
    )
    return Written(added, updated)


def _titles(db: sqlite3.Connection, mapped: list[str], batch: int) -> None:
    """Find or make the title of each staged row, and write its number beside the row."""
    agree = ", ".join(("title_key", *_IDENTITY))
    db.execute(
        f"""CREATE TEMP TABLE item_titles AS
            SELECT id, number, MIN(id) OVER (PARTITION BY {agree}) AS first FROM temp.staged"""
    )
    db.execute("CREATE TEMP TABLE title_groups (first INTEGER PRIMARY KEY, title_id INTEGER, new INTEGER DEFAULT 0)")
    db.execute("INSERT INTO temp.title_groups (first) SELECT DISTINCT first FROM temp.item_titles")
    _titles_of_these_copies(db)
    same = " AND ".join(
        f"titles.{name} = staged.{name}"
        if name in ("title", "author")
        else f"COALESCE(titles.{name}, '') = COALESCE(staged.{name}, '')"
        for name in _IDENTITY
        if name in mapped
    )
    db.execute(
        f"""UPDATE temp.title_groups SET title_id =
                (SELECT MIN(titles.id) FROM temp.staged JOIN titles ON {same} WHERE staged.id = title_groups.first)
            WHERE title_id IS NULL"""
    )
    db.execute(
        """UPDATE temp.title_groups SET new = 1, title_id = (SELECT COALESCE(MAX(id), 0) FROM titles) + nth
           FROM (SELECT first AS of, ROW_NUMBER() OVER (ORDER BY first) AS nth
                 FROM temp.title_groups WHERE title_id IS NULL) WHERE first = of"""
    )
    db.execute(
        f"""INSERT INTO titles (id, {", ".join(_OF_TITLES)}, batch)
            SELECT title_id, {", ".join(_OF_TITLES)}, ? FROM temp.title_groups JOIN temp.staged ON staged.id = first
            WHERE new""",
        [batch],
    )
    db.execute("ALTER TABLE temp.staged ADD COLUMN title_id INTEGER")
    db.execute(
        """UPDATE temp.staged SET title_id = title_groups.title_id
           FROM temp.item_titles JOIN temp.title_groups USING (first) WHERE item_titles.id = staged.id"""
    )
    _correct_titles(db, mapped)


def _titles_of_these_copies(db: sqlite3.Connection) -> None:
    """Titles whose every copy stands in one group, and whose group has copies of no other title."""
    db.execute(
        """UPDATE temp.title_groups SET title_id = theirs FROM (
               SELECT first AS of, MIN(items.title_id) AS theirs, COUNT(*) AS copies
               FROM temp.item_titles JOIN items ON items.number = item_titles.number
               GROUP BY first HAVING COUNT(DISTINCT items.title_id) = 1
           ) WHERE first = of AND copies = (SELECT COUNT(*) FROM items WHERE items.title_id = theirs)"""
    )


def _correct_titles(db: sqlite3.Connection, mapped: list[str]) -> None:
    changes = ", ".join(f"{name} = staged.{name}" for name in mapped)
    differs = " OR ".join(f"COALESCE(titles.{name}, '') != COALESCE(staged.{name}, '')" for name in mapped)
    db.execute(
        f"""UPDATE titles SET {changes} FROM temp.title_groups JOIN temp.staged ON staged.id = first
            WHERE titles.id = title_groups.title_id AND NOT new AND ({differs})
            AND EXISTS (SELECT 1 FROM items WHERE items.title_id = titles.id AND items.number = staged.number)"""
    )


def _loans(db: sqlite3.Connection, batch: int) -> Written:
    done = db.execute(
        """INSERT INTO loans (item, member, lent_at, due, renewals, op, batch)
           SELECT item, member, lent_at, due, renewals, 'import-' || ? || '-' || id, ? FROM temp.staged ORDER BY id""",
        [batch, batch],
    )
    return Written(done.rowcount)


def _holds(db: sqlite3.Connection, batch: int) -> Written:
    done = db.execute(
        """INSERT INTO holds (member, title_id, item, created, ready_item, ready_until, shelf, batch)
           SELECT member, title_id, CASE WHEN this_copy THEN item END, created, ready_item, ready_until, shelf, ?
           FROM temp.staged JOIN items ON items.number = item ORDER BY staged.id""",
        [batch],
    )
    return Written(done.rowcount)


def _fees(db: sqlite3.Connection, batch: int) -> Written:
    done = db.execute(
        """INSERT INTO fees (member, amount, kind, item, at, op, batch)
           SELECT member, amount, kind, item, at, 'import-' || ? || '-' || id, ?
           FROM temp.staged ORDER BY id""",
        [batch, batch],
    )
    return Written(done.rowcount)


def _names(table: str) -> tuple[str, ...]:
    """Fields that are columns of the table itself, the key and the PIN aside."""
    if table == "members":
        return ("name", "type", "born", "expires", "pending", "blocked", "suspended_until", "language")
    return (
        "collection", "status", "no_loan", "parts", "min_age", "tag_uid", "location", "cost", "replaced_by",
    )  # fmt: skip


def _update(db: sqlite3.Connection, table: str, names: list[str], also: str = "") -> int:
    """Bring what the file says into the rows that are there; answers how many changed."""
    names = [*names, also] if also else names
    if not names:
        return 0
    changes = ", ".join(f"{name} = staged.{name}" for name in names)
    differs = " OR ".join(f"{table}.{name} IS NOT staged.{name}" for name in names)
    done = db.execute(
        f"UPDATE {table} SET {changes} FROM temp.staged WHERE staged.number = {table}.number AND ({differs})"
    )
    return done.rowcount


def _insert(db: sqlite3.Connection, table: str, names: tuple[str, ...], batch: Value) -> int:
    chosen = ", ".join(names)
    done = db.execute(
        f"""INSERT INTO {table} (number, {chosen}, batch) SELECT number, {chosen}, ? FROM temp.staged
            WHERE number NOT IN (SELECT number FROM {table}) ORDER BY id""",
        [batch],
    )
    return done.rowcount
