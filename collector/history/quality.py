"""What is wrong with a history, before anything of it is believed: duplicates, holes, jumps, clock changes. Pure.

Missing is not zero: a day without a row is a day nobody knows about, unless the file never has that day of the week.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

from collector.history.entries import Entry, Shape
from collector.history.findings import Finding, Kind
from collector.history.running import MOST_A_SECOND

#: More than this many times what is usual in the same slot of the week, and than so many people, is a jump.
JUMP_TIMES = 6
JUMP_LEAST = 50
#: So many hours in a row with nobody, where at least so many people are usual in each, are suspicious.
ZERO_HOURS = 3
ZERO_USUAL = 3
ZERO_DAY_USUAL = 10
#: A weekday that so few of its dates have a row for is one on which the library is closed.
_SELDOM = 0.15
_WEEKS = 3  # … if there are as many of them
#: Daily counts that are so far apart (days) may be the sums of weeks or months.
_FAR_DAYS = 6
_TOLD = 12
#: From so long on an entry is one of whole days.
_DAYLIKE = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Taken:
    """An entry with its moments in UTC (ms): what goes into the store."""

    door: str
    start: int
    end: int
    into: int
    out: int | None
    line: int


def distinct(entries: Iterable[Entry]) -> tuple[list[Entry], list[Finding]]:
    """One entry for each door and time. Equal rows are one; of rows that differ none is believed."""
    groups: dict[tuple[str, datetime, int, datetime], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[_key(entry)].append(entry)
    kept: list[Entry] = []
    findings: list[Finding] = []
    for (door, start, _, _), alike in groups.items():
        lines = tuple(entry.line for entry in alike)
        if len({(entry.into, entry.out) for entry in alike}) > 1:
            numbers = ", ".join(str(entry.into) for entry in alike)
            findings.append(Finding(Kind.DUPLICATE_DIFFERS, f"{_name(start)}: {numbers}", lines, door))
            continue
        if len(alike) > 1:
            findings.append(Finding(Kind.DUPLICATE, _name(start), lines, door, len(alike) - 1))
        kept.append(alike[0])
    return kept, findings


def _key(entry: Entry) -> tuple[str, datetime, int, datetime]:
    """The fold by itself: moments that differ in nothing else count as equal."""
    return entry.door, entry.start, entry.start.fold, entry.end


def unfolded(entries: Sequence[Entry], zone: ZoneInfo) -> list[Entry]:
    """The second row of an hour that the clock showed twice is its second time, not a duplicate."""
    seen: set[tuple[str, datetime]] = set()
    result: list[Entry] = []
    for entry in entries:
        key = (entry.door, entry.start)
        again = key in seen and _short(entry) and _twice(entry, zone)
        seen.add(key)
        if again:
            second = entry.start.replace(fold=1)
            entry = replace(entry, start=second, end=second if entry.reading else entry.end)
        result.append(entry)
    return result


def order(entries: Sequence[Entry]) -> list[Finding]:
    """Rows that go back in time, where the file goes forward otherwise (or the other way round)."""
    back: list[int] = []
    last: dict[str, datetime] = {}
    for entry in entries:
        if entry.door in last and entry.start < last[entry.door]:
            back.append(entry.line)
        last[entry.door] = entry.start
    if not back or len(back) * 2 > len(entries):  # newest first is an order too
        return []
    return [Finding(Kind.OUT_OF_ORDER, "rows", tuple(back[:_TOLD]), n=len(back))]


def place(entries: Iterable[Entry], zone: ZoneInfo, now: int) -> tuple[list[Taken], list[Finding]]:
    """Entries in UTC. Times that the clock change skipped are left out.

    ``now`` is ms of UTC: what ends later is in the future.
    """
    taken: list[Taken] = []
    findings: list[Finding] = []
    for entry in entries:
        start = _utc(entry.start, entry, zone)
        length = entry.end - entry.start
        wall = entry.reading or not _short(entry)  # an hour's row is as long as it says, whatever the clock does
        end = _utc(entry.end, entry, zone) if wall else start + length // timedelta(milliseconds=1)
        if entry.offset is None and _short(entry) and _skipped(entry.start, zone):
            findings.append(Finding(Kind.SKIPPED_HOUR, _name(entry.start), (entry.line,), entry.door))
            continue
        if _short(entry) and _twice(entry, zone):
            findings.append(Finding(Kind.REPEATED_HOUR, _name(entry.start), (entry.line,), entry.door))
        if end > now:
            findings.append(Finding(Kind.FUTURE, _name(entry.start), (entry.line,), entry.door))
            continue
        if entry.into > MOST_A_SECOND * (end - start) / 1000:
            what = f"{_name(entry.start)}: {entry.into}"
            findings.append(Finding(Kind.IMPOSSIBLE, what, (entry.line,), entry.door))
            continue
        taken.append(Taken(entry.door, start, end, entry.into, entry.out, entry.line))
    return taken, findings


def apart(taken: Iterable[Taken]) -> tuple[list[Taken], list[Finding]]:
    """Entries of one door that do not overlap; a later row that reaches into an earlier one is left out."""
    kept: list[Taken] = []
    findings: list[Finding] = []
    until: dict[str, int] = {}
    for each in sorted(taken, key=lambda t: (t.door, t.start, t.end)):
        if each.start < until.get(each.door, each.start):
            when = datetime.fromtimestamp(each.start / 1000, UTC)
            findings.append(Finding(Kind.OVERLAP, f"{when:%Y-%m-%d %H:%M} UTC", (each.line,), each.door))
            continue
        until[each.door] = each.end
        kept.append(each)
    return kept, findings


def holes(entries: Sequence[Entry], shape: Shape, closed: frozenset[tuple[str, datetime]]) -> list[Finding]:
    """Days and hours without a row, door by door."""
    return [finding for door, mine in _doors(entries) for finding in _holes(door, mine, shape, closed)]


def _holes(door: str, entries: list[Entry], shape: Shape, closed: frozenset[tuple[str, datetime]]) -> Iterator[Finding]:
    days = {entry.start.date() + timedelta(days=n) for entry in entries for n in range(max(1, _days(entry)))}
    shut = {at.date() for where, at in closed if where == door}
    first, last = min(days), max(days)
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    of_weekday = [[day for day in every if day.weekday() == n] for n in range(7)]
    never = {
        n
        for n, dates in enumerate(of_weekday)
        if len(dates) >= _WEEKS and sum(day in days for day in dates) <= _SELDOM * len(dates)
    }
    missing = [day for day in every if day not in days and day not in shut and day.weekday() not in never]
    if missing:
        yield Finding(Kind.MISSING_DAYS, _told(missing), (), door, len(missing))
    steps = [(after.start - before.start).days for before, after in pairwise(entries)]
    if shape is Shape.DAILY and len(steps) >= _WEEKS and (step := statistics.mode(steps)) >= _FAR_DAYS:
        yield Finding(Kind.FAR_APART, f"{step} days", (), door, len(entries))
    if shape is Shape.HOURLY:
        usual = _usual_hours(entries)
        present = {(entry.start.date(), entry.start.hour) for entry in entries}
        gone = [
            datetime.combine(day, datetime.min.time()).replace(hour=hour)
            for day in sorted(days - shut)
            for hour in sorted(usual[day.weekday()])
            if (day, hour) not in present
        ]
        if gone:
            yield Finding(Kind.MISSING_HOURS, _told(gone), (), door, len(gone))


def _usual_hours(entries: list[Entry]) -> list[set[int]]:
    """For each weekday the hours that at least half of its days have."""
    counts: list[dict[int, set[date]]] = [defaultdict(set) for _ in range(7)]
    days: list[set[date]] = [set() for _ in range(7)]
    for entry in entries:
        day = entry.start.date()
        counts[day.weekday()][entry.start.hour].add(day)
        days[day.weekday()].add(day)
    return [{h for h, on in counts[n].items() if len(on) * 2 >= len(days[n])} for n in range(7)]


def unusual(entries: Sequence[Entry], *, leave_out: bool = False) -> tuple[list[Entry], list[Finding]]:
    """Jumps, and runs of zeros where people usually come, door by door. ``leave_out``: jumps are not kept."""
    findings: list[Finding] = []
    jumps: set[tuple[str, datetime, int, datetime]] = set()
    for door, mine in _doors(entries):
        slots: dict[tuple[int, int, timedelta], list[int]] = defaultdict(list)
        for entry in mine:
            slots[_slot(entry)].append(entry.into)
        usual = {slot: statistics.median(numbers) for slot, numbers in slots.items() if len(numbers) >= 3}
        for entry in mine:
            expected = usual.get(_slot(entry))
            if expected is not None and entry.into > max(JUMP_LEAST, JUMP_TIMES * expected):
                what = f"{_name(entry.start)}: {entry.into}, usually {expected:.0f}"
                findings.append(Finding(Kind.JUMP_LEFT_OUT if leave_out else Kind.JUMP, what, (entry.line,), door))
                jumps.add(_key(entry))
        findings += _zero_runs(door, mine, usual)
    return [entry for entry in entries if not (leave_out and _key(entry) in jumps)], findings


def _zero_runs(door: str, entries: list[Entry], usual: dict[tuple[int, int, timedelta], float]) -> Iterator[Finding]:
    run: list[Entry] = []
    for entry in [*entries, None]:
        long = entry is not None and not _short(entry)
        expected = usual.get(_slot(entry), 0) if entry is not None else 0
        if entry is not None and entry.into == 0 and expected >= (ZERO_DAY_USUAL if long else ZERO_USUAL):
            run.append(entry)
            continue
        if entry is not None and entry.into == 0:
            continue  # an hour in which nobody is usual neither begins nor ends a run
        if run and (len(run) >= ZERO_HOURS or not _short(run[0])):
            what = f"{_name(run[0].start)} to {_name(run[-1].end)}"
            yield Finding(Kind.ZERO_RUN, what, (run[0].line, run[-1].line), door, len(run))
        run = []


def _slot(entry: Entry) -> tuple[int, int, timedelta]:
    return entry.start.weekday(), entry.start.hour * 60 + entry.start.minute, entry.end - entry.start


def _doors(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    doors: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda each: (each.start, each.line)):
        doors[entry.door].append(entry)
    return sorted(doors.items())


def _days(entry: Entry) -> int:
    return (entry.end - entry.start + timedelta(hours=12)) // timedelta(days=1)


def _utc(local: datetime, entry: Entry, zone: ZoneInfo) -> int:
    where = zone if entry.offset is None else timezone(timedelta(minutes=entry.offset))
    return int(local.replace(tzinfo=where).timestamp() * 1000)


def _skipped(local: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock never showed this time."""
    there = local.replace(tzinfo=zone)
    return there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local


def _twice(entry: Entry, zone: ZoneInfo) -> bool:
    """Whether the clock showed the entry's beginning two times."""
    if entry.offset is not None or _skipped(entry.start.replace(fold=0), zone):
        return False
    first, second = (entry.start.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first != second


def _short(entry: Entry) -> bool:
    """Whether it is a part of a day: such an entry has its length in hours; a day is as long as it is."""
    return entry.end - entry.start < _DAYLIKE


def _told(moments: Sequence[date]) -> str:
    """The first few, by name."""
    names = [_name(each) for each in moments[:_TOLD]]
    more = len(moments) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def _name(when: date) -> str:
    if isinstance(when, datetime):
        return f"{when:%Y-%m-%d}" if when.time() == datetime.min.time() else f"{when:%Y-%m-%d %H:%M}"
    return when.isoformat()
