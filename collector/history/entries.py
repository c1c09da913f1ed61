"""From rows to counts with a beginning and an end, in the site's own time. Pure.

A day without times is a whole day; a time is the beginning of its hour (or of the file's own step, when that is
shorter); an end of its own wins. Running totals are told apart by never going down, and become counts between two
readings in :mod:`collector.history.running`.
"""

from __future__ import annotations

import enum
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise

from collector.history.cells import Word, number
from collector.history.errors import HistoryError
from collector.history.findings import Finding, Kind
from collector.history.layout import Layout, Role, cell, clock, dates, door, values, way
from collector.history.moments import Moment, Order
from collector.history.order import Undecided, settle
from collector.history.sheet import Cell, Line


class Shape(enum.StrEnum):
    """What one row of the file tells."""

    DAILY = "daily"
    HOURLY = "hourly"
    INTERVAL = "interval"
    RUNNING = "running"  # totals that only grow


@dataclass(frozen=True, slots=True)
class Entry:
    """So many people between two local moments (without zone; ``offset`` minutes east of UTC where the file says so).

    ``into`` is what came in, or what passed at all where the file does not say which way; ``out`` is ``None`` where it
    is not told.
    """

    door: str
    start: datetime
    end: datetime
    into: int
    out: int | None
    line: int
    offset: int | None = None
    way: str = ""  # of files with a row for each direction
    reading: bool = False  # of a running total, taken at the moment ``end``


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: readable entries in the order of the file, its shape, and what was noticed."""

    shape: Shape
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    closed: frozenset[tuple[str, datetime]] = frozenset()


_SUMS = frozenset(("total", "totals", "sum", "jumlah", "subtotal", "average", "mean", "rata-rata", "grand"))
_HOUR = 60
#: In running totals most steps go up, and few go down, however short the file. A roll-over, a new beginning, a mistake
#: go down by more than half; a step down that is smaller is no running total's, but for a slip here and there.
_RISING = 0.5
_FALLING = 0.1
_FALLS = 2
_SLIPPING = 0.02
_LEAST_ROWS = 5
#: Running totals are large beside what is added to them; fewer rows than the least may be totals from here on.
_LARGE = 10
_HIGH = 1000


def read_entries(lines: Sequence[Line], layout: Layout, order: Order | None, shape: Shape | None) -> Read:
    """Read all rows below the heading.

    Raises:
        HistoryError: which of two numbers is the day cannot be decided, or no row can be read.
    """
    body = lines[layout.header :]
    findings: list[Finding] = []
    rows, body = _sums_left_out(body, layout, findings)
    starts = _settled(rows, body, order, findings)
    ends = _ends(body, layout, starts, order)
    step = _step([start for start in starts if start is not None])
    if Role.END not in layout.roles and _name_ends(starts):
        findings.append(Finding(Kind.HOUR_ENDS, "24:00", n=len(starts)))
        starts = [start and replace(start, minute=max(0, (start.minute or 0) - step)) for start in starts]
    entries: list[Entry] = []
    closed: set[tuple[str, datetime]] = set()
    for line, start, end in zip(body, starts, ends, strict=True):
        if start is None:
            first = str(cell(line, layout.roles[Role.START]))[:40]
            findings.append(Finding(Kind.DATE_UNREADABLE, first, (line.number,)))
            continue
        known = len(entries), len(findings)
        for begin, until, cells in _spans(line, layout, start, end, step):
            entry = _entry(door(line, layout), begin, until, cells, line.number, start.offset, findings, closed)
            if entry is not None:
                entries.append(replace(entry, way=way(line, layout)))
        if (len(entries), len(findings)) == known:
            findings.append(Finding(Kind.NO_NUMBER, start.day.isoformat(), (line.number,), door(line, layout)))
    if not entries:
        raise HistoryError("no row of the file could be read as a day with a number of people.")
    found = shape or _shape(entries, layout, starts, ends)
    if found is Shape.RUNNING:
        moments = {
            line.number
            for line, start, end in zip(body, starts, ends, strict=True)
            if start is not None and start.minute is not None and start.until is None and end is None
        }
        entries = [replace(e, end=e.start, reading=True) if e.line in moments else e for e in entries]
    return Read(found, tuple(entries), tuple(findings), frozenset(closed))


def _name_ends(starts: Sequence[Moment | None]) -> bool:
    """Whether times are those at which their hours end: there is a 24:00, and no 00:00."""
    told = {start.minute for start in starts if start is not None and start.until is None}
    return 24 * _HOUR in told and 0 not in told and None not in told


def _sums_left_out(
    body: Sequence[Line], layout: Layout, findings: list[Finding]
) -> tuple[list[tuple[Moment, ...]], list[Line]]:
    """Rows such as "Total 12,345" at the end of a month are no days."""
    kept: list[Line] = []
    for line in body:
        first = str(cell(line, layout.roles[Role.START]) or "").strip().lower()
        if first.split(" ")[0].strip(":") in _SUMS or (not first and _says_sum(line)):
            findings.append(Finding(Kind.SUM_ROW, first or "sum", (line.number,)))
        else:
            kept.append(line)
    return dates(kept, layout), kept


def _says_sum(line: Line) -> bool:
    return any(isinstance(each, str) and each.strip().lower().strip(":") in _SUMS for each in line.cells)


def _settled(
    rows: list[tuple[Moment, ...]], body: Sequence[Line], order: Order | None, findings: list[Finding]
) -> list[Moment | None]:
    try:
        settled = settle(rows, order)
    except Undecided as undecided:
        at = undecided.at
        one, other = rows[at]
        raise HistoryError(
            f"line {body[at].number}: this date may be {one.day} or {other.day}, and nothing in the file tells which. "
            "Say it with --dates dmy (day first) or --dates mdy (month first)."
        ) from None
    open_ones = tuple(line.number for line, readings in zip(body, rows, strict=True) if len(readings) > 1)
    if open_ones and order is None:
        orders = sorted({each.order.value for each in settled if each is not None and each.order})
        findings.append(Finding(Kind.DATES_BY_COMPANY, " and ".join(orders), open_ones, n=len(open_ones)))
    return settled


def _ends(
    body: Sequence[Line], layout: Layout, starts: list[Moment | None], order: Order | None
) -> list[Moment | None]:
    if Role.END not in layout.roles:
        return [None] * len(body)
    readings = dates(body, layout, Role.END)
    ends: list[Moment | None] = []
    for line, start, options in zip(body, starts, readings, strict=True):
        if start is None:
            ends.append(None)
        elif options:  # the reading that lies nearest after the start
            allowed = [each for each in options if order is None or each.order in (None, order)] or list(options)
            ends.append(min(allowed, key=partial(_far_from, start.day)))
        else:
            ends.append(_end_time(start, cell(line, layout.roles[Role.END])))
    return ends


def _far_from(start: date, end: Moment) -> tuple[bool, timedelta]:
    return end.day < start, abs(end.day - start)


def _end_time(start: Moment, told: Cell) -> Moment | None:
    times = clock(told)
    return None if times is None else replace(start, minute=times[0], until=None)


def _step(starts: Sequence[Moment]) -> int:
    """Minutes between two rows of one day, as most of them have it; an hour where there is no telling."""
    steps = [
        after.minute - before.minute
        for before, after in pairwise(starts)
        if before.day == after.day and before.minute is not None and after.minute is not None
    ]
    forward = [step for step in steps if step > 0]
    return min(_HOUR, statistics.mode(forward)) if forward else _HOUR


def _spans(
    line: Line, layout: Layout, start: Moment, end: Moment | None, step: int
) -> Iterator[tuple[datetime, datetime, list[tuple[Role, Cell]]]]:
    midnight = datetime.combine(start.day, datetime.min.time())
    if layout.wide:
        for column, minute, last in layout.hours:
            first = midnight + timedelta(minutes=minute)
            yield first, midnight + timedelta(minutes=last or minute + _HOUR), [(Role.COUNT, cell(line, column))]
        return
    counted = list(values(line, layout))
    begin = midnight + timedelta(minutes=start.minute or 0)
    if end is not None:
        # An end without a time is a day that belongs to the row.
        length = timedelta(days=1) if end.minute is None else timedelta(minutes=end.minute)
        until = datetime.combine(end.day, datetime.min.time()) + length
        if until <= begin and end.minute is not None and end.day == start.day:
            until += timedelta(days=1)
    elif start.until is not None:
        until = midnight + timedelta(minutes=start.until)
    elif start.minute is None:
        until = midnight + timedelta(days=1)
    else:
        until = begin + timedelta(minutes=step)
    yield begin, until, counted


def _entry(
    where: str, begin: datetime, until: datetime, cells: list[tuple[Role, Cell]], line: int, offset: int | None,
    findings: list[Finding], closed: set[tuple[str, datetime]],
) -> Entry | None:  # fmt: skip
    numbers: dict[Role, int] = {}
    words: list[Word] = []
    for role, told in cells:
        value = number(told) if isinstance(told, str | int | float) or told is None else Word.TEXT
        if isinstance(value, int):
            numbers[role] = value
            continue
        words.append(value)
        if value is Word.TEXT:
            findings.append(Finding(Kind.TEXT, str(told)[:40], (line,), where))
        elif value is Word.UNKNOWN:
            findings.append(Finding(Kind.UNKNOWN, str(told)[:40], (line,), where))
    if Word.CLOSED in words:
        findings.append(Finding(Kind.CLOSED, f"{begin:%Y-%m-%d}", (line,), where))
        closed.add((where, begin))
    into = numbers.get(Role.INTO, numbers.get(Role.COUNT))
    if into is not None and until <= begin:
        findings.append(Finding(Kind.ENDS_EARLY, f"{begin:%Y-%m-%d %H:%M}", (line,), where))
        return None
    if into is None:
        return None
    return Entry(where, begin, until, into, numbers.get(Role.OUT), line, offset)


def _shape(
    entries: Sequence[Entry], layout: Layout, starts: Sequence[Moment | None], ends: Sequence[Moment | None]
) -> Shape:
    if not layout.wide and _runs(entries):
        return Shape.RUNNING
    if any(end is not None for end in ends) or any(start is not None and start.until for start in starts):
        return Shape.INTERVAL
    timed = layout.wide or any(start is not None and start.minute is not None for start in starts)
    return Shape.HOURLY if timed else Shape.DAILY


def _runs(entries: Sequence[Entry]) -> bool:
    """Whether the numbers only grow, door by door: a counter that nobody sets back."""
    rising = falling = slipping = steps = 0
    added: list[int] = []
    for name in {entry.door for entry in entries}:
        mine = sorted((entry for entry in entries if entry.door == name), key=lambda entry: (entry.start, entry.line))
        for before, after in pairwise(mine):
            steps += 1
            rising += after.into > before.into
            falling += after.into < before.into
            slipping += before.into > after.into > before.into // 2
            added.append(abs(after.into - before.into))
    if falling > max(_FALLS, _FALLING * steps) or slipping > _SLIPPING * steps or rising < _RISING * steps:
        return False
    if not steps or max(entry.into for entry in entries) <= _LARGE * statistics.median(added):
        return False
    if steps + 1 >= _LEAST_ROWS:
        return True
    if min(entry.into for entry in entries) < _HIGH or falling:
        return False
    raise HistoryError(
        f"{steps + 1} rows that grow little are too few to tell counts from running totals. "
        "Say which they are with --kind daily (or hourly) or --kind running."
    )
