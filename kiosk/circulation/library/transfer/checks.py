"""What only the library can tell of staged rows: what is there twice, and what refers to nothing."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from kiosk.circulation.library.transfer.fields import Field, Kind
from kiosk.circulation.library.transfer.mapping import Columns
from kiosk.circulation.library.transfer.staging import add_problems, bad_rows, drop_bad, shown

#: More different unknown types than this are a wrong column, and perhaps names of people: none is repeated.
_MANY_TYPES = 20


@dataclass(frozen=True, slots=True)
class Lists:
    """A field whose values are listed in a table of the library."""

    field: str
    table: str
    unit: str


LISTED = {
    "members": Lists("type", "member_types", "member type"),
    "items": Lists("collection", "collections", "collection"),
    "holds": Lists("shelf", "shelves", "shelf"),
}


def check(db: sqlite3.Connection, kind: Kind, columns: Columns, unit: str, *, update: bool, create: bool) -> list[str]:
    """Note every problem; answers the listed values (types, collections) that have to be made first."""
    before = db.execute("SELECT COALESCE(MAX(id), 0) FROM temp.problems").fetchone()[0]
    made = _check(db, kind, columns, unit, update=update, create=create)
    for _, header, field in columns.used:  # problems speak of the file's columns
        if header != field.name:
            db.execute(
                'UPDATE temp.problems SET "column" = ? WHERE "column" = ? AND id > ?', [header, field.name, before]
            )
    return made


def _check(db: sqlite3.Connection, kind: Kind, columns: Columns, unit: str, *, update: bool, create: bool) -> list[str]:
    if kind.key:
        _twice_in_the_file(db, kind, unit)
    made = _listed(db, kind, create=create) if kind.name in LISTED else []
    if kind.updates:
        table = kind.name
        there = f"SELECT line, '' AS value FROM temp.staged WHERE number IN (SELECT number FROM {table})"
        if not update:
            add_problems(db, there, kind.key, f"a new {kind.unit}; this one is in the library already (see --update)")
        else:
            needs = [field.name for field in kind.fields if field.needed and field.name not in columns.names]
            if needs:
                new = there.replace(" IN ", " NOT IN ")
                add_problems(db, new, kind.key, f"a {kind.unit} of the library; a new one needs {', '.join(needs)} too")
    for query, column, expected in _REFERENCES.get(kind.name, ()):
        add_problems(db, query, column, expected)
    return made


def settle(db: sqlite3.Connection, kind: Kind) -> None:
    """Drop the bad rows, then those that referred to one of them, and so on."""
    while True:
        before = bad_rows(db)
        drop_bad(db)
        if kind.name == "items":
            add_problems(db, *_REPLACED_BY)
        if bad_rows(db) == before:
            return


def _twice_in_the_file(db: sqlite3.Connection, kind: Kind, unit: str) -> None:
    db.execute(f"CREATE INDEX temp.staged_key ON staged({kind.key})")
    db.execute(
        f"""INSERT INTO temp.problems (line, "column", value, expected)
            SELECT line, ?, '', 'another number; this one is in ' || ? || ' ' || first || ' already'
            FROM (SELECT line, MIN(line) OVER (PARTITION BY {kind.key} ORDER BY id) AS first,
                         ROW_NUMBER() OVER (PARTITION BY {kind.key} ORDER BY id) AS nth FROM temp.staged)
            WHERE nth > 1""",
        [kind.key, unit],
    )


def _listed(db: sqlite3.Connection, kind: Kind, *, create: bool) -> list[str]:
    """Bring each value to the code it means; note those that mean none, or answer them when they shall be made."""
    lists = LISTED[kind.name]
    field = kind.field(lists.field)
    assert field is not None
    known: dict[str, str] = {}
    for row in db.execute(f"SELECT code, name FROM {lists.table} ORDER BY code"):
        for word in (row["name"], row["code"]):
            known[word.casefold()] = row["code"]
    values = [str(row[0]) for row in db.execute(f"SELECT DISTINCT {lists.field} FROM temp.staged") if row[0]]
    unknown = []
    for value in values:
        code = known.get(value.casefold())
        if code is None:
            unknown.append(value)
        elif code != value:
            db.execute(f"UPDATE temp.staged SET {lists.field} = ? WHERE {lists.field} = ?", [code, value])
    if create or not unknown:
        return _alike(db, lists, sorted(unknown))
    many = len(unknown) > _MANY_TYPES
    there = ", ".join(sorted(set(known.values()))) or "none yet"
    hint = " or --create-types" if kind.name != "holds" else ""
    for value in unknown:
        _note_unknown(db, kind, field, value, f"a known {lists.unit} ({there}){hint}", hidden=many)
    return []


def _alike(db: sqlite3.Connection, lists: Lists, values: list[str]) -> list[str]:
    """*Guru* and *GURU* are one: the first spelling stays."""
    first: dict[str, str] = {}
    for value in values:
        kept = first.setdefault(value.casefold(), value)
        if kept != value:
            db.execute(f"UPDATE temp.staged SET {lists.field} = ? WHERE {lists.field} = ?", [kept, value])
    return list(first.values())


def _note_unknown(db: sqlite3.Connection, kind: Kind, field: Field, value: str, expected: str, *, hidden: bool) -> None:
    """A value that is the member's name as well comes from a wrong column, and is not repeated."""
    repeat = "'…'" if hidden else "?"
    if kind.name == "members" and not hidden:
        repeat = f"CASE WHEN {field.name} = name THEN '…' ELSE ? END"
    add_problems(
        db,
        f"SELECT line, {repeat} AS value FROM temp.staged WHERE {field.name} = ?",
        field.name,
        expected,
        [value] if hidden else [shown(field, value), value],
    )


_NO_ITEM = "SELECT line, {0} AS value FROM temp.staged WHERE {0} IS NOT NULL AND {0} NOT IN (SELECT number FROM items)"
_NO_MEMBER = """SELECT line, '…' AS value FROM temp.staged
                WHERE member NOT IN (SELECT number FROM members WHERE removed = 0)"""

_REPLACED_BY = (
    """SELECT line, replaced_by AS value FROM temp.staged WHERE replaced_by IS NOT NULL
       AND replaced_by NOT IN (SELECT number FROM items) AND replaced_by NOT IN (SELECT number FROM temp.staged)""",
    "replaced_by",
    "an item of the library or of this file",
)

_REFERENCES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "members": (
        (
            "SELECT line, '' AS value FROM temp.staged WHERE number IN (SELECT number FROM members WHERE removed = 1)",
            "number",
            "another number; this one stands for a member who was removed",
        ),
    ),
    "items": (
        (
            """SELECT line, tag_uid AS value FROM temp.staged WHERE tag_uid != '' AND tag_uid IN
                   (SELECT tag_uid FROM temp.staged WHERE tag_uid != '' GROUP BY tag_uid HAVING COUNT(*) > 1)""",
            "tag_uid",
            "a tag of its own; several rows have this one",
        ),
        (
            """SELECT staged.line, staged.tag_uid AS value FROM temp.staged AS staged JOIN items
                   ON items.tag_uid = staged.tag_uid AND items.number != staged.number AND items.tag_uid != ''
               WHERE staged.tag_uid != ''""",
            "tag_uid",
            "a tag of its own; another item of the library has this one",
        ),
        _REPLACED_BY,
    ),
    "loans": (
        (_NO_ITEM.format("item"), "item", "an item of the library"),
        (_NO_MEMBER, "member", "a member of the library"),
        (
            "SELECT line, item AS value FROM temp.staged "
            "WHERE item IN (SELECT item FROM loans WHERE returned_at IS NULL)",
            "item",
            "an item that is not on loan",
        ),
    ),
    "holds": (
        (_NO_ITEM.format("item"), "item", "an item of the library"),
        (_NO_ITEM.format("ready_item"), "ready_item", "an item of the library"),
        (_NO_MEMBER, "member", "a member of the library"),
        (
            """SELECT line, ready_item AS value FROM temp.staged WHERE ready_item IN
                   (SELECT ready_item FROM holds WHERE ended = '' AND ready_item IS NOT NULL
                    UNION ALL
                    SELECT ready_item FROM temp.staged GROUP BY ready_item HAVING COUNT(*) > 1)""",
            "ready_item",
            "an item that is kept for nobody else",
        ),
        (
            """SELECT line, '' AS value FROM temp.staged WHERE (ready_item IS NULL) != (ready_until IS NULL)""",
            "ready_until",
            "a day where there is a ready item, and none where there is none",
        ),
    ),
    "fees": ((_NO_MEMBER, "member", "a member of the library"),),
}
