"""A line for every edit: when, who, what, of which door, with every value that was given. Never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collector.errors import EditError
from collector.store.db import Db, Value

Detail = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes an edit, and when (ms of UTC)."""

    who: str
    at: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the audit."""

    id: int
    at: int
    who: str
    what: str
    site: str
    device: str
    detail: Detail


def write(db: Db, author: Author, what: str, site: str, device: str, detail: Detail) -> int:
    """Add a line; answers its number.

    Raises:
        EditError: nobody is named.
    """
    if not author.who.strip():
        raise EditError("an edit needs a name: say who makes it with --who.")
    number = next_id(db, "audit")
    text = json.dumps(detail, ensure_ascii=False, sort_keys=True, default=str)
    db.execute("INSERT INTO audit VALUES (?,?,?,?,?,?,?)", (number, author.at, author.who, what, site, device, text))
    return number


def lines(db: Db, site: str | None = None, first: int | None = None, last: int | None = None) -> Sequence[Line]:
    """Lines of a site (``None``: of all) made in [first, last), oldest first."""
    parts: list[str] = ["1 = 1"]
    values: list[Value] = []
    for part, value in (("site = ?", site), ("at >= ?", first), ("at < ?", last)):
        if value is not None:
            parts, values = [*parts, part], [*values, value]
    found = db.execute(
        f"SELECT id, at, who, what, site, device, detail FROM audit WHERE {' AND '.join(parts)} ORDER BY id", values
    )
    return [
        Line(number, at, who, what, of, device, json.loads(detail))
        for number, at, who, what, of, device, detail in found
    ]


def next_id(db: Db, table: str) -> int:
    """The next number in a table with an ``id``."""
    return int(db.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])
