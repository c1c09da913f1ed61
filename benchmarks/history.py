"""Years of facts for many doors, made quickly: what reports read, through the real tables and rules.

Hours of doors are drawn (a weekly shape, a season, noise; a few hours estimated, a few days nobody watched); their
days, the site as a whole and the cube follow by the same functions as in a living desk.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.derive import cube, whole_site
from collector.derive.day import Hour, status_of
from collector.derive.facts import MILLI, DayFact, HourFact, Status
from collector.store import fact_rows, sites
from collector.store.audit import Author
from collector.store.facts import DAY_COLUMNS, HOUR_COLUMNS
from collector.store.sites import DoorEntry, Role, Site
from collector.store.sqlite import SqliteStore

ZONE = ZoneInfo("Asia/Makassar")
OPENS, CLOSES = 8, 16
HOUR_MS, QUARTER_MS = 3_600_000, 900_000
#: Visits an hour by hour of the day, and the share of each weekday.
_HOURS = (6, 11, 15, 12, 9, 14, 17, 10)
_WEEKDAYS = (1.1, 1.0, 1.05, 1.0, 0.8, 1.3, 0.9)
_HOUR_SQL = f"INSERT INTO hour_fact ({HOUR_COLUMNS}, usable) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
_DAY_SQL = f"INSERT INTO day_fact ({DAY_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"


@dataclass(frozen=True)
class Plan:
    """How much: ``sites`` × ``doors``, ``days`` up to ``last``. ``quarters``: with the quarter hours below them."""

    sites: int = 50
    doors: int = 2
    days: int = 1826
    last: date = date(2026, 10, 31)
    quarters: bool = False
    seed: int = 7


def build(path: Path, plan: Plan = Plan()) -> None:
    """Make a store and fill it."""
    SqliteStore(path).close()
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    draw = random.Random(plan.seed)
    for number in range(plan.sites):
        db.execute("BEGIN")
        _site(db, f"site-{number + 1:03}", plan, draw)
        db.execute("COMMIT")
    db.execute("DELETE FROM dirty")
    db.execute("DELETE FROM dirty_day")
    db.execute("ANALYZE")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def _site(db: sqlite3.Connection, name: str, plan: Plan, draw: random.Random) -> None:
    author = Author("benchmark", 0)
    first = plan.last - timedelta(days=plan.days - 1)
    sites.set_site(db, Site(name, name, ZONE.key), author)
    sites.set_hours(db, name, sites.ALWAYS, f"mon-sun {OPENS:02}:00-{CLOSES:02}:00", author)
    devices = [f"pintu-{name[-3:]}-{i + 1}" for i in range(plan.doors)]
    for device in devices:
        sites.set_door(db, DoorEntry(name, device, device, Role.PERIMETER, first), author)
    size = 0.5 + draw.random()
    cells: dict[cube.Cell, list[int]] = {}
    hour_rows, day_rows, quarter_rows = [], [], []
    for offset in range(plan.days):
        day = first + timedelta(days=offset)
        start = int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp() * 1000)
        days, hours = [], []
        for device in devices:
            found = list(_hours(name, device, day, start, size, draw))
            hours += found
            days.append(_day(found))
            if plan.quarters:
                quarter_rows += [row for hour in found if hour.seen_s for row in _quarters(hour)]
        days.append(whole_site.day(days))
        hours += whole_site.hours(hours, len(devices))
        hour_rows += [fact_rows.hour_row(Hour(hour, hour.device != "" and _usable(hour))) for hour in hours]
        day_rows += [fact_rows.day_row(one) for one in days]
        for hour in hours:
            slot = cells.setdefault(cube.cell(hour), [0] * 6)
            for i, value in enumerate(cube.sums(hour)):
                slot[i] += value
    db.executemany(_HOUR_SQL, hour_rows)
    db.executemany(_DAY_SQL, day_rows)
    db.executemany(
        "INSERT INTO quarter_hour (site, device, quarter, rows, entered, gone, seen_ms) VALUES (?,?,?,?,?,?,?)",
        quarter_rows,
    )
    fact_rows.add_to_cells(db, {where: (s[0], s[1], s[2], s[3], s[4], s[5]) for where, s in cells.items()})
    until = int(datetime(plan.last.year, plan.last.month, plan.last.day, tzinfo=ZONE).timestamp() * 1000) + 24 * HOUR_MS
    db.execute("INSERT INTO derived_until VALUES (?, ?)", (name, until))


def _hours(
    name: str, device: str, day: date, start: int, size: float, draw: random.Random
) -> Iterator[HourFact]:  # fmt: skip
    silent = draw.random() < 0.004
    season = 1.0 + 0.2 * (day.month in (1, 2, 8, 9)) - 0.3 * (day.month == 7)
    for i, mean in enumerate(_HOURS):
        hour = OPENS + i
        expected = mean * size * season * _WEEKDAYS[day.weekday()]
        into = max(0, round(draw.gauss(expected, expected**0.5 * 1.5)))
        out = max(0, into + draw.randint(-2, 2))
        status = Status.MISSING if silent else Status.ESTIMATED if draw.random() < 0.01 else Status.COUNTED
        seen = 3600 if status is Status.COUNTED else 0
        raw = (into, out) if seen else (0, 0)
        visits = 0 if status is Status.MISSING else into * MILLI
        estimated = visits if status is Status.ESTIMATED else 0
        yield HourFact(name, device, day, hour, start + hour * HOUR_MS, *raw, visits, estimated, 3600, seen, status)


def _usable(hour: HourFact) -> bool:
    return hour.status is Status.COUNTED


def _quarters(hour: HourFact) -> Iterator[tuple[str | int, ...]]:
    for i in range(4):
        into = hour.raw_in // 4 + (i < hour.raw_in % 4)
        out = hour.raw_out // 4 + (i < hour.raw_out % 4)
        yield hour.site, hour.device, hour.start + i * QUARTER_MS, 15, into, out, QUARTER_MS


def _day(hours: list[HourFact]) -> DayFact:
    visits, estimated = sum(hour.visits for hour in hours), sum(hour.estimated for hour in hours)
    open_s, missing_s = sum(hour.open_s for hour in hours), sum(whole_site.missing_s(hour) for hour in hours)
    one = hours[0]
    return DayFact(
        one.site, one.device, one.day, sum(h.raw_in for h in hours), sum(h.raw_out for h in hours), 3, 1, visits,
        estimated, 0, visits, open_s, sum(h.seen_s for h in hours), missing_s, MILLI,
        status_of(open_s, missing_s, bool(estimated)),
    )  # fmt: skip
