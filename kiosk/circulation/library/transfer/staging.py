"""Rows between the file and the library: a temporary table of what could be read, another of what could not.

Both live in SQLite's temporary database, on this connection alone: reading a file changes nothing and keeps no kiosk
waiting, and memory does not grow with the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kiosk.circulation.library.transfer.fields import Field, Kind, Shown, Value
from kiosk.circulation.library.transfer.mapping import Columns
from kiosk.circulation.library.transfer.source import Broken, Source
from kiosk.circulation.library.transfer.values import BadValue

#: Rows between two calls of ``progress``, and in one ``executemany``.
_BATCH = 1000
_LONGEST_SHOWN = 40

_Problem = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row of the file is not imported. ``value`` is shortened, and left out where it may be about a person."""

    line: int
    column: str
    value: str
    expected: str


def shown(field: Field, cell: str) -> str:
    """As much of a bad value as a report may repeat."""
    if field.shown is Shown.NEVER or (field.shown is Shown.WITH_DIGITS and not any(map(str.isdecimal, cell))):
        return "…"
    return cell if len(cell) <= _LONGEST_SHOWN else cell[: _LONGEST_SHOWN - 1] + "…"


def prepare(db: sqlite3.Connection, kind: Kind) -> None:
    """Empty temporary tables for this kind."""
    drop(db)
    names = ", ".join(f'"{field.name}"' for field in kind.fields)
    db.execute(f"CREATE TEMP TABLE staged (id INTEGER PRIMARY KEY, line INTEGER NOT NULL, {names})")
    db.execute(
        """CREATE TEMP TABLE problems (id INTEGER PRIMARY KEY, line INTEGER NOT NULL, "column" TEXT NOT NULL,
                                       value TEXT NOT NULL, expected TEXT NOT NULL)"""
    )


def drop(db: sqlite3.Connection) -> None:
    """Remove what an import left in the temporary database."""
    for name in ("staged", "problems", "item_titles", "title_groups"):
        db.execute(f"DROP TABLE IF EXISTS temp.{name}")


def stage(
    db: sqlite3.Connection, kind: Kind, columns: Columns, source: Source, progress: Callable[[], None]
) -> tuple[int, int]:
    """Read the whole file; answers how many rows there were and how many of them are broken.

    Raises:
        ImportRefused: the file cannot be read to its end.
    """
    read = _Reading(kind, columns)
    marks = ", ".join("?" * (len(kind.fields) + 1))
    names = ", ".join(f'"{field.name}"' for field in kind.fields)
    insert = f"INSERT INTO temp.staged (line, {names}) VALUES ({marks})"
    report = 'INSERT INTO temp.problems (line, "column", value, expected) VALUES (?, ?, ?, ?)'
    good: list[list[Value]] = []
    for place, cells in source.rows():
        read.rows += 1
        row = read.row(place, cells)
        if row is not None:
            good.append(row)
        if read.rows % _BATCH == 0:
            db.executemany(insert, good)
            db.executemany(report, read.problems)
            good.clear()
            read.problems.clear()
            progress()
    db.executemany(insert, good)
    db.executemany(report, read.problems)
    progress()
    return read.rows, read.broken


def add_problems(db: sqlite3.Connection, query: str, column: str, expected: str, values: Sequence[Value] = ()) -> None:
    """Note a problem for each row of ``query`` (line, value)."""
    db.execute(
        f'INSERT INTO temp.problems (line, "column", value, expected) SELECT line, ?, value, ? FROM ({query})',
        [column, expected, *values],
    )


def problems(db: sqlite3.Connection, limit: int = -1) -> Iterator[Problem]:
    """All problems, or the first so many, in the order of the file."""
    found = db.execute('SELECT line, "column", value, expected FROM temp.problems ORDER BY line, id LIMIT ?', [limit])
    return (Problem(*row) for row in found)


def bad_rows(db: sqlite3.Connection) -> int:
    """How many rows of the file have a problem."""
    return int(db.execute("SELECT COUNT(DISTINCT line) FROM temp.problems").fetchone()[0])


def drop_bad(db: sqlite3.Connection) -> None:
    """Keep the good rows only."""
    db.execute("DELETE FROM temp.staged WHERE line IN (SELECT line FROM temp.problems)")


class _Reading:
    """Rows of text to rows of values, problems aside."""

    def __init__(self, kind: Kind, columns: Columns) -> None:
        at = {field.name: number for number, field in enumerate(kind.fields, start=1)}
        self._cells = [(index, at[field.name], name, field) for index, name, field in columns.used]
        self._blank: list[Value] = [0, *(field.default for field in kind.fields)]
        for name, value in columns.given.items():
            self._blank[at[name]] = value
        self.rows = 0
        self.broken = 0
        self.problems: list[_Problem] = []

    def row(self, place: int, cells: Sequence[str] | Broken) -> list[Value] | None:
        """The values of a row, or ``None`` when something is wrong with it."""
        if isinstance(cells, Broken):
            self.problems.append((place, "", "", cells.expected))
            self.broken += 1
            return None
        before = len(self.problems)
        values = self._blank.copy()
        values[0] = place
        for index, at, name, field in self._cells:
            cell = cells[index]
            if cell:
                try:
                    values[at] = field.parse(cell)
                except BadValue as error:
                    self.problems.append((place, name, shown(field, cell), str(error)))
            elif field.needed:
                self.problems.append((place, name, "", "not empty"))
        if len(self.problems) == before:
            return values
        self.broken += 1
        return None
