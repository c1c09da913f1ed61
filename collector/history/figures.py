"""From counts of any length to what the desk keeps of other systems: whole local hours and whole local days. Pure.

* Rows inside one hour are added up; an hour that they cover only in part is left out, since a part is not the hour.
* A day with a row longer than an hour is taken as one sum for the day. A row that reaches into two days (a counter
  that is read in the evening) is of that in whose noon it lies, else of that with its own middle.
* A row of several days (a week's sum, days without a reading) is shared out, an equal part to each day whose noon lies
  in it; the parts add up to the sum, and are marked as shared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from collector.derive.calendar import Calendar, LocalDay, LocalHour
from collector.history.findings import Finding, Kind
from collector.history.quality import Taken


@dataclass(frozen=True, slots=True)
class Figure:
    """People in [``begins``, ``ends``) (ms of UTC), a local hour or day. ``shared``: a part of a longer sum."""

    door: str
    begins: int
    ends: int
    entered: int
    gone: int
    shared: bool = False


#: An hour is covered when no more than this (ms) of it is not: some systems end their rows at 08:59:59.
_SLACK = 60_000


def figures(taken: Iterable[Taken], calendar: Calendar) -> tuple[list[Figure], list[Finding]]:
    """Figures by door and time, and what could not be kept as it was."""
    found: list[Figure] = []
    findings: list[Finding] = []
    by_day: dict[tuple[str, date], list[Taken]] = defaultdict(list)
    shared: dict[tuple[str, date], Figure] = {}
    for each in taken:
        days = _days(each, calendar)
        if len(days) > 1:
            shared |= {(each.door, day): part for day, part in zip(days, _shared(each, days, calendar), strict=True)}
        else:
            by_day[each.door, days[0]].append(each)
    found += [part for key, part in shared.items() if key not in by_day]
    for (door, day), rows in sorted(by_day.items()):
        local, part = calendar.day(day), shared.get((door, day))
        if part is None and all(_hour(each, local) is not None for each in rows):
            hours, said = _hours(door, rows, local)
            found += hours
            findings += said
            continue
        if len(rows) > 1 or abs(rows[0].start - local.start) > _SLACK or abs(rows[0].end - local.end) > _SLACK:
            lines = tuple(each.line for each in rows)
            findings.append(Finding(Kind.DAY_SUM, day.isoformat(), lines, door))
        into, out = sum(each.into for each in rows), sum(each.out or 0 for each in rows)
        if part is not None:
            into, out = into + part.entered, out + part.gone
        found.append(Figure(door, local.start, local.end, into, out, shared=part is not None))
    return sorted(found, key=lambda figure: (figure.door, figure.begins)), findings


def _hour(each: Taken, day: LocalDay) -> LocalHour | None:
    """The hour in which the row lies wholly."""
    return next((hour for hour in day.hours if hour.start <= each.start and each.end <= hour.end), None)


def _hours(door: str, rows: list[Taken], day: LocalDay) -> tuple[list[Figure], list[Finding]]:
    inside: dict[LocalHour, list[Taken]] = defaultdict(list)
    for each in rows:
        hour = _hour(each, day)
        assert hour is not None
        inside[hour].append(each)
    found: list[Figure] = []
    findings: list[Finding] = []
    for hour, parts in sorted(inside.items(), key=lambda item: item[0].start):
        covered = sum(each.end - each.start for each in parts)
        if hour.end - hour.start - covered > _SLACK:
            what = f"{day.day} {hour.hour:02d}:00"
            findings.append(Finding(Kind.PART_OF_HOUR, what, tuple(each.line for each in parts), door))
            continue
        into, out = sum(each.into for each in parts), sum(each.out or 0 for each in parts)
        found.append(Figure(door, hour.start, hour.end, into, out))
    return found, findings


def _days(each: Taken, calendar: Calendar) -> list[date]:
    """The days that a row is of. No two rows that do not overlap have the same noon."""
    first, last = calendar.date_of(each.start), calendar.date_of(each.end - 1)
    if first == last:
        return [first]
    days = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    noons = [day for day in days if each.start <= sum(calendar.bounds(day)) // 2 < each.end]
    return noons or [calendar.date_of((each.start + each.end) // 2)]


def _shared(each: Taken, days: Sequence[date], calendar: Calendar) -> list[Figure]:
    bounds = [calendar.bounds(day) for day in days]
    return [
        Figure(each.door, *of, into, out, shared=True)
        for of, into, out in zip(bounds, _equal(each.into, len(days)), _equal(each.out or 0, len(days)), strict=True)
    ]


def _equal(whole: int, parts: int) -> list[int]:
    """Equal parts that add up; the first days get what does not divide."""
    share, rest = divmod(whole, parts)
    return [share + (n < rest) for n in range(parts)]
