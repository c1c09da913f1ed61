"""Which column is what, in a file nobody has described: by its heading, and by what stands in it. Pure.

Recognised: one row a day, hour or interval (date; date and time; start and end), counts of one or both directions or
running totals, several doors below each other; and one row a day with a column for each hour.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from collector.history.cells import Word, number
from collector.history.errors import HistoryError
from collector.history.moments import Moment, from_number, read, read_time
from collector.history.sheet import Cell, Line


class Role(enum.StrEnum):
    """What a column holds."""

    START = "start"  # a date, with or without time
    TIME = "time"
    END = "end"
    INTO = "in"
    OUT = "out"
    COUNT = "count"  # one number, which way is not said
    DOOR = "door"
    WAY = "direction"  # which way a row's one number went


#: Words of headings, English and Indonesian; a heading of several words counts by the first that is known.
_WORDS: Final[dict[str, Role]] = {
    word: role
    for role, words in (
        (Role.START, "date dates day datetime timestamp tanggal tgl hari start begin begins from mulai dari "
                     "awal period"),
        (Role.TIME, "time hour hours jam pukul hr waktu slot"),
        (Role.END, "end ends until finish to sampai selesai akhir"),
        (Role.INTO, "in ins enter enters entered entries entry entrances inbound incoming masuk fw"),
        (Role.OUT, "out outs exit exits exited outbound outgoing keluar bw"),
        (Role.COUNT, "count counts total visits visit visitors visitor jumlah pengunjung kunjungan gate traffic value "
                     "reading readings people patrons n number angka counter meter footfall"),
        (Role.WAY, "direction flow way arah"),
        (Role.DOOR, "door gate_name sensor pintu location lokasi device zone branch entrance site cabang"),
    )
    for word in words.split()
}  # fmt: skip
#: Of the cells that hold anything, so many must read as dates (times, numbers) for a column to be one.
_MOSTLY: Final = 0.6
_LOOK_AT: Final = 200
#: Rows below one with a date that are looked at for more of them.
_BELOW: Final = 8
#: A header of so many times makes a table with a column for each hour.
_WIDE: Final = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """``roles``: column number of each role; ``hours``: column number and (minute, end) of each hour's column."""

    header: int  # lines before the data
    roles: dict[Role, int]
    hours: tuple[tuple[int, int, int | None], ...] = ()
    names: tuple[str, ...] = field(default=())

    @property
    def wide(self) -> bool:
        """Whether each hour has a column."""
        return bool(self.hours)


def recognise(lines: Sequence[Line], named: dict[Role, str]) -> Layout:
    """Find the columns; ``named`` are those the person named by their headings.

    Raises:
        HistoryError: no column of dates, none of numbers, or several that could be it.
    """
    if not lines:
        raise HistoryError("the file is empty: no rows of visits in it.")
    header = _header(lines)
    names = tuple(_text(cell) for cell in lines[header - 1].cells) if header else ()
    body = lines[header : header + _LOOK_AT]
    width = max(len(line.cells) for line in body) if body else 0
    roles = _named(named, names)
    hours = _hours(names)
    if len(hours) >= _WIDE:
        taken = {column for column, *_ in hours}
    else:
        hours, taken = (), set()
    twice: dict[Role, list[int]] = {}
    for column, name in enumerate(names[:width]):
        role = _role(name)
        if role and column not in taken and column not in roles.values() and _fits(role, body, column):
            twice.setdefault(role, []).append(column)
            roles.setdefault(_better(role, roles), column)
    _refuse_twice(roles, {role: columns for role, columns in twice.items() if role not in named}, names)
    return _complete(Layout(header, roles, hours, names), body, width)


def _refuse_twice(roles: dict[Role, int], twice: dict[Role, list[int]], names: tuple[str, ...]) -> None:
    """People of a second column must not vanish because the first had the same heading."""
    options = {Role.INTO: "--in", Role.OUT: "--out", Role.COUNT: "--in"}
    for role, option in options.items():
        columns = twice.get(role, [])
        if len(columns) > 1 and not (role is Role.COUNT and Role.INTO in roles):
            listed = ", ".join(f"{names[column]!r} (column {column + 1})" for column in columns)
            raise HistoryError(
                f"several columns could be the people counted: {listed}. Say which one with {option}, by heading or "
                "number; the columns of other doors are taken in one after the other, with --door."
            )


def dates(lines: Sequence[Line], layout: Layout, role: Role = Role.START) -> list[tuple[Moment, ...]]:
    """What each line's date may mean, its own column of times included."""
    column = layout.roles[role]
    times = layout.roles.get(Role.TIME) if role is Role.START else None
    found = []
    for line in lines:
        readings = moments(_cell(line, column))
        if times is not None and readings:
            readings = _at(readings, _cell(line, times))
        found.append(readings)
    return found


def moments(cell: Cell) -> tuple[Moment, ...]:
    """What one cell may mean as a moment."""
    if isinstance(cell, datetime):
        minute = cell.hour * 60 + cell.minute
        return (Moment(cell.date(), minute or None),)
    if isinstance(cell, date):
        return (Moment(cell),)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return from_number(float(cell)) or read(str(int(cell)))
    return read(cell) if isinstance(cell, str) else ()


def _at(readings: tuple[Moment, ...], cell: Cell) -> tuple[Moment, ...]:
    times = clock(cell)
    if times is None:
        return () if _text(cell) else readings
    minute, until, offset = times
    return tuple(Moment(each.day, minute, until, offset, each.order, each.shows) for each in readings)


def clock(cell: Cell) -> tuple[int, int | None, int | None] | None:
    """What one cell says as a time of day: see :func:`collector.history.moments.read_time`."""
    if isinstance(cell, datetime | time):
        return cell.hour * 60 + cell.minute, None, None
    if isinstance(cell, float) and 0 <= cell < 1:
        return round(cell * 1440), None, None
    return read_time(_text(cell)) if cell is not None else None


def _header(lines: Sequence[Line]) -> int:
    """How many lines stand before the data: up to the first that has a date with more of them below it."""
    dated = [
        (at, [column for column, cell in enumerate(line.cells) if moments(cell)]) for at, line in enumerate(lines[:30])
    ]
    dated = [(at, columns) for at, columns in dated if columns]
    for at, columns in dated:
        below = lines[at + 1 : at + 1 + _BELOW]
        if any(sum(bool(moments(_cell(line, column))) for line in below) * 2 > len(below) for column in columns):
            return at
    if dated:  # a single row, or days that are mostly unreadable
        return dated[0][0]
    raise HistoryError(
        "no column of dates was found in the first 30 rows. Is this a file of visits? Name the column with --date."
    )


def _named(named: dict[Role, str], names: tuple[str, ...]) -> dict[Role, int]:
    roles = {}
    lower = [name.lower() for name in names]
    for role, name in named.items():
        if name.lower() not in lower and name.isdecimal() and int(name) > 0:
            roles[role] = int(name) - 1
            continue
        if name.lower() not in lower:
            raise HistoryError(
                f"no column is called {name!r}; the columns are {', '.join(map(repr, names)) or 'unnamed'}."
            )
        roles[role] = lower.index(name.lower())
    return roles


def _hours(names: tuple[str, ...]) -> tuple[tuple[int, int, int | None], ...]:
    found = []
    for column, name in enumerate(names):
        times = read_time(name) if name else None
        if times is not None:
            found.append((column, times[0], times[1]))
    return tuple(found)


def _role(name: str) -> Role | None:
    words = [word for word in re.split(r"[^a-z]+", name.lower()) if word]
    known = [_WORDS[word] for word in words if word in _WORDS]
    for role in (Role.INTO, Role.OUT):  # "Gate count in" counts people in
        if role in known:
            return role
    return known[0] if known else None


def _better(role: Role, roles: dict[Role, int]) -> Role:
    """A second column of dates is the end, where the first one is the start."""
    return Role.END if role is Role.START and Role.START in roles else role


def _fits(role: Role, body: Sequence[Line], column: int) -> bool:
    if role in (Role.DOOR, Role.WAY):
        return True
    cells = [_cell(line, column) for line in body]
    told = [cell for cell in cells if _text(cell)]
    if not told:
        return False
    looks = {Role.START: _is_date, Role.END: _is_end, Role.TIME: _is_time}.get(role, _is_number)
    return sum(map(looks, told)) >= _MOSTLY * len(told)


def _is_date(cell: Cell) -> bool:
    return bool(moments(cell))


def _is_end(cell: Cell) -> bool:
    return bool(moments(cell)) or clock(cell) is not None


def _is_time(cell: Cell) -> bool:
    return clock(cell) is not None


def _is_number(cell: Cell) -> bool:
    return not isinstance(cell, date | time) and number(cell) is not Word.TEXT


def _complete(layout: Layout, body: Sequence[Line], width: int) -> Layout:
    """Fill in what headings did not tell, from what stands in the columns."""
    roles = dict(layout.roles)
    free = [column for column in range(width) if column not in roles.values()]
    free = [column for column in free if column not in {hour for hour, *_ in layout.hours}]
    if Role.START not in roles:
        column = next((each for each in free if _fits(Role.START, body, each)), None)
        if column is None:
            raise HistoryError("no column of dates was found. Name it with --date.")
        roles[Role.START] = column
        free.remove(column)
    if not layout.names and Role.TIME not in roles:
        column = next((each for each in free if _all_times(body, each)), None)
        if column is not None:
            roles[Role.TIME] = column
            free.remove(column)
    if not layout.wide and not roles.keys() & {Role.INTO, Role.OUT, Role.COUNT}:
        numbers = [c for c in free if _fits(Role.COUNT, body, c) and any(_counts(_cell(line, c)) for line in body)]
        if not numbers:
            raise HistoryError("no column of numbers was found. Name it with --in.")
        if len(numbers) > 1:
            names = ", ".join(repr(layout.names[c]) if c < len(layout.names) else f"number {c + 1}" for c in numbers)
            raise HistoryError(f"several columns hold numbers ({names}). Say which one counts people with --in.")
        roles[Role.COUNT] = numbers[0]
    return Layout(layout.header, roles, layout.hours, layout.names)


def _all_times(body: Sequence[Line], column: int) -> bool:
    """Whether each cell is written as a time; "8" may be one, but is a number as well."""
    cells = [_cell(line, column) for line in body]
    return all(isinstance(c, time) or (isinstance(c, str) and ":" in c and clock(c) is not None) for c in cells)


def _counts(cell: Cell) -> bool:
    return isinstance(cell, str | int | float) and isinstance(number(cell), int)


def _cell(line: Line, column: int) -> Cell:
    return line.cells[column] if column < len(line.cells) else None


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()


def values(line: Line, layout: Layout) -> Iterator[tuple[Role, Cell]]:
    """The line's cells that count people, by role."""
    for role in (Role.INTO, Role.OUT, Role.COUNT):
        if role in layout.roles:
            yield role, _cell(line, layout.roles[role])


def door(line: Line, layout: Layout) -> str:
    """The line's door as it is written, or nothing."""
    return _text(_cell(line, layout.roles[Role.DOOR])) if Role.DOOR in layout.roles else ""


def way(line: Line, layout: Layout) -> str:
    """Which way the line's number went, as it is written, or nothing."""
    return _text(_cell(line, layout.roles[Role.WAY])) if Role.WAY in layout.roles else ""


def cell(line: Line, column: int) -> Cell:
    """The line's cell in a column; ``None`` where the line ends before."""
    return _cell(line, column)
