"""Facts held as lists, and a library of two sites whose year is made by rule: the same for every test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from collector.derive.facts import (
    MILLI,
    WHOLE_SITE,
    DayFact,
    DayVisits,
    HourFact,
    MonthSum,
    Scope,
    Status,
    WeekHour,
)

ZONE = ZoneInfo("Asia/Makassar")
HOUR_S = 3600


@dataclass
class FactsInMemory:
    """:class:`collector.derive.facts.Facts`: filters of two lists, and the cube summed from the hours."""

    hour_facts: list[HourFact] = field(default_factory=list)
    day_facts: list[DayFact] = field(default_factory=list)

    def hours(self, scope: Scope, first: date, last: date) -> Sequence[HourFact]:
        found = [f for f in self.hour_facts if first <= f.day <= last and _in(scope, f.site, f.device)]
        return sorted(found, key=lambda f: (f.start, f.site, f.device))

    def days(self, scope: Scope, first: date, last: date) -> Sequence[DayFact]:
        found = [f for f in self.day_facts if first <= f.day <= last and _in(scope, f.site, f.device)]
        return sorted(found, key=lambda f: (f.day, f.site, f.device))

    def week_hours(self, scope: Scope, first: date, last: date) -> Sequence[WeekHour]:
        sums: dict[tuple[date, int, int, str, str], list[int]] = {}
        low, high = first.replace(day=1), (last.replace(day=28) + timedelta(days=4)).replace(day=1)
        for f in self.hour_facts:
            if low <= f.day < high and _in(scope, f.site, f.device):
                slot = sums.setdefault((f.day.replace(day=1), f.day.weekday(), f.hour, f.site, f.device), [0] * 6)
                missing = f.status is Status.MISSING
                for at, n in enumerate(
                    (f.open_s > 0 and not missing, missing, f.visits, f.estimated, f.open_s, f.seen_s)
                ):
                    slot[at] += int(n)
        return [
            WeekHour(site, device, month, weekday, hour, *slot)
            for (month, weekday, hour, site, device), slot in sorted(sums.items())
        ]

    def profile(self, scope: Scope, first: date, last: date) -> Sequence[WeekHour]:
        sums: dict[tuple[str, int, int, str], list[int]] = {}
        for cell in self.week_hours(scope, first, last):
            slot = sums.setdefault((cell.site, cell.weekday, cell.hour, cell.device), [0] * 6)
            for at, n in enumerate((cell.hours, cell.missing, cell.visits, cell.estimated, cell.open_s, cell.seen_s)):
                slot[at] += n
        month = first.replace(day=1)
        return [WeekHour(site, door, month, day, hour, *slot) for (site, day, hour, door), slot in sorted(sums.items())]

    def day_visits(self, scope: Scope, first: date, last: date) -> Sequence[DayVisits]:
        return [
            DayVisits(
                f.site, f.device, f.day.isoformat(), f.visits, f.estimated,
                int(not f.missing_s and f.status is not Status.MISSING),
            )
            for f in self.days(scope, first, last)
        ]  # fmt: skip

    def months(self, scope: Scope, first: date, last: date) -> Sequence[MonthSum]:
        sums: dict[tuple[date, str, str], list[int]] = {}
        for f in self.days(scope, first, last):
            slot = sums.setdefault((f.day.replace(day=1), f.site, f.device), [0] * 8)
            missing = f.status is Status.MISSING
            for at, n in enumerate((1, f.open_s > 0, missing, f.visits, f.estimated, f.open_s, f.seen_s, f.missing_s)):
                slot[at] += int(n)
        return [MonthSum(site, door, month, *slot) for (month, site, door), slot in sorted(sums.items())]


def _in(scope: Scope, site: str, device: str) -> bool:
    if scope.site is not None and site != scope.site:
        return False
    return device != WHOLE_SITE if scope.device is None else device == scope.device


def start_of(day: date, hour: int) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=ZONE).timestamp()) * 1000


#: Visits an open hour at the main door, 08 to 16, before the weekday's share.
SHAPE = (20, 36, 45, 40, 26, 32, 41, 45, 27)
WEEKDAYS = (100, 98, 110, 101, 76, 115)
DOORS = {("kota", "pintu-utama"): 100, ("kota", "pintu-anak"): 30, ("palaran", "pintu-depan"): 18}
FACTORS = {("kota", "pintu-utama"): 1040}


def hour_of(site: str, device: str, day: date, hour: int) -> HourFact:
    """What the rule says of an hour: closed on Sundays, Saturday afternoons and outside 08 to 17."""
    opening = (day.weekday() < 5 and 8 <= hour < 17) or (day.weekday() == 5 and 8 <= hour < 14)
    raw = 0
    if opening:
        bump = 7 * ((day.toordinal() * 13 + hour * 5) % 11) - 35
        growth = 94 if day.year == 2025 else 100
        raw = SHAPE[hour - 8] * WEEKDAYS[day.weekday()] * DOORS[site, device] * growth * (1000 + bump) // 1_000_000_000
    factor = FACTORS.get((site, device), MILLI)
    open_s = HOUR_S if opening else 0
    return HourFact(
        site, device, day, hour, start_of(day, hour), raw, raw * 93 // 100, raw * factor, 0, open_s, open_s,
        Status.COUNTED if opening else Status.CLOSED,
    )  # fmt: skip


def missing(fact: HourFact) -> HourFact:
    return replace(fact, raw_in=0, raw_out=0, visits=0, seen_s=0, status=Status.MISSING) if fact.open_s else fact


def estimated(fact: HourFact) -> HourFact:
    if not fact.open_s:
        return fact
    return replace(fact, raw_in=0, raw_out=0, estimated=fact.visits, seen_s=0, status=Status.ESTIMATED)


def zero(fact: HourFact) -> HourFact:
    return replace(fact, raw_in=0, raw_out=0, visits=0)


def closed(fact: HourFact) -> HourFact:
    return replace(fact, raw_in=0, raw_out=0, visits=0, open_s=0, seen_s=0, status=Status.CLOSED)


#: What happened, by door and day.
EVENTS = {
    ("palaran", "pintu-depan"): {date(2026, 10, d): missing for d in (20, 21, 22, 23)} | {date(2026, 10, 12): zero},
    ("kota", "pintu-anak"): {date(2026, 10, 8): missing, date(2026, 11, 5): estimated},
    ("kota", "pintu-utama"): {date(2026, 10, 24): estimated},
}
HOLIDAYS = {date(2026, 8, 17): "Hari Kemerdekaan", date(2025, 8, 17): "Hari Kemerdekaan"} | {
    start + timedelta(days=n): "Idulfitri" for start in (date(2026, 3, 20), date(2025, 3, 31)) for n in range(2)
}


def library(first: date = date(2025, 1, 1), last: date = date(2026, 11, 18), *, events: bool = True) -> FactsInMemory:
    """The library's facts: hours 06 to 18 of each door, its days, and the sites as one."""
    facts = FactsInMemory()
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        for site in ("kota", "palaran"):
            by_door = {}
            for door in (door for door in DOORS if door[0] == site):
                hours = [hour_of(*door, day, hour) for hour in range(6, 19)]
                change = closed if day in HOLIDAYS else EVENTS.get(door, {}).get(day) if events else None
                if change:
                    hours = [change(hour) for hour in hours]
                by_door[door] = hours
                facts.hour_facts += hours
                facts.day_facts.append(day_of(hours, FACTORS.get(door, MILLI)))
            together = [site_hour(list(hours)) for hours in zip(*by_door.values(), strict=True)]
            facts.hour_facts += together
            facts.day_facts.append(day_of(together, MILLI))
    return facts


def site_hour(hours: list[HourFact]) -> HourFact:
    first, doors = hours[0], len(hours)
    status = Status.CLOSED
    if first.open_s:
        status = Status.COUNTED
        if any(h.status is Status.ESTIMATED for h in hours):
            status = Status.ESTIMATED
        if all(h.status is Status.MISSING for h in hours):
            status = Status.MISSING
    return HourFact(
        first.site, WHOLE_SITE, first.day, first.hour, first.start, sum(h.raw_in for h in hours),
        sum(h.raw_out for h in hours), sum(h.visits for h in hours), sum(h.estimated for h in hours), first.open_s,
        sum(h.seen_s for h in hours) // doors, status,
    )  # fmt: skip


def day_of(hours: list[HourFact], factor: int) -> DayFact:
    first = hours[0]
    open_s = sum(h.open_s for h in hours)
    seen_s = sum(h.seen_s for h in hours)
    guessed = sum(h.open_s - h.seen_s for h in hours if h.status is Status.ESTIMATED)
    missing_s = open_s - seen_s - guessed
    guess = sum(h.estimated for h in hours)
    status = Status.CLOSED if not open_s else Status.ESTIMATED if guess else Status.COUNTED
    if open_s and missing_s == open_s:
        status = Status.MISSING
    visits = sum(h.visits for h in hours)
    return DayFact(
        first.site, first.device, first.day, sum(h.raw_in for h in hours), sum(h.raw_out for h in hours), 2, 1, visits,
        guess, 0, sum(h.visits for h in hours if h.open_s), open_s, seen_s, missing_s, factor, status,
    )  # fmt: skip
