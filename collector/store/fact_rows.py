"""What deriving reads and writes: quarter hours and history in, facts of hours and days out."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from collector.derive.cube import Cell, Sums
from collector.derive.day import Hour, Past, Quarter
from collector.derive.estimate import Estimate, Like
from collector.derive.facts import DayFact, HourFact, Status
from collector.derive.lost import Lost
from collector.store.db import Db
from collector.store.facts import DAY_COLUMNS, HOUR_COLUMNS, day_fact, hour_fact

_DOOR_DAY = "WHERE site = ? AND device = ? AND day = ?"
_HOUR = f"INSERT INTO hour_fact ({HOUR_COLUMNS}, usable) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"


def _cell_sql(table: str, period: str) -> tuple[str, str]:
    """How to add to a cell, and how to take away one that has no hour left."""
    key = f"site, device, {period}, weekday, hour"
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in _SUMS)
    where = f"site = ? AND device = ? AND {period} = ? AND weekday = ? AND hour = ? AND hours = 0 AND missing = 0"
    return (
        f"INSERT INTO {table} VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT ({key}) DO UPDATE SET {added}",
        f"DELETE FROM {table} WHERE {where}",
    )


_SUMS = ("hours", "missing", "visits", "estimated", "open_s", "seen_s")
_MONTH = _cell_sql("week_hour", "month")
_YEAR = _cell_sql("year_hour", "year")


def quarters(db: Db, site: str, device: str, start: int, end: int) -> list[Quarter]:
    """A door's quarter hours that begin in [start, end)."""
    found = db.execute(
        "SELECT quarter, entered, gone, turned_back, ambiguous, est_entered, seen_ms FROM quarter_hour "
        "WHERE site = ? AND device = ? AND quarter >= ? AND quarter < ? ORDER BY quarter",
        (site, device, start, end),
    )
    return [Quarter(*row) for row in found]


def past(db: Db, site: str, device: str, start: int, end: int) -> list[Past]:
    """History of other systems in [start, end): of each span that of the newest import that stands."""
    found = db.execute(
        "SELECT h.begins, h.ends, h.entered, h.gone, h.shared FROM history h JOIN history_batch b ON b.id = h.batch "
        "WHERE h.site = ? AND h.device = ? AND h.begins >= ? AND h.begins < ? AND b.withdrawn_by = '' "
        "ORDER BY h.begins, h.ends, h.batch",
        (site, device, start, end),
    )
    newest = {(row[0], row[1]): Past(row[0], row[1], row[2], row[3], bool(row[4])) for row in found}
    return list(newest.values())


def likes(db: Db, site: str, device: str, days: Sequence[date]) -> dict[int, Sequence[Like]]:
    """Hours of these days that estimates may rest on, by hour of the clock; of an hour that came twice the first."""
    marks = ",".join("?" * len(days))
    found = db.execute(
        f"SELECT hour, day, visits, open_s FROM hour_fact WHERE site = ? AND device = ? AND day IN ({marks}) "
        "AND usable = 1 ORDER BY day, start",
        (site, device, *(day.isoformat() for day in days)),
    )
    by_hour: dict[int, dict[str, Like]] = defaultdict(dict)
    for hour, day, visits, open_s in found:
        by_hour[hour].setdefault(day, Like(date.fromisoformat(day), visits, open_s))
    return {hour: list(of_days.values()) for hour, of_days in by_hour.items()}


def days_in_doubt(db: Db, site: str, device: str, days: Sequence[date], hours: Iterable[int]) -> list[date]:
    """Of these days those with an estimated or missing hour among ``hours``."""
    marks, wanted = ",".join("?" * len(days)), sorted(set(hours))
    found = db.execute(
        f"SELECT DISTINCT day FROM hour_fact WHERE site = ? AND device = ? AND day IN ({marks}) "
        f"AND hour IN ({','.join('?' * len(wanted))}) AND status IN (?, ?)",
        (site, device, *(day.isoformat() for day in days), *wanted, Status.ESTIMATED.value, Status.MISSING.value),
    )
    return [date.fromisoformat(day) for (day,) in found]


def hours(db: Db, site: str, device: str, day: date) -> list[Hour]:
    """A door's hours of a day as they stand."""
    found = db.execute(
        f"SELECT usable, {HOUR_COLUMNS} FROM hour_fact {_DOOR_DAY} ORDER BY start", (site, device, day.isoformat())
    )
    return [Hour(hour_fact(row[1:]), bool(row[0])) for row in found]


def day(db: Db, site: str, device: str, of: date) -> DayFact | None:
    """A door's day as it stands."""
    row = db.execute(f"SELECT {DAY_COLUMNS} FROM day_fact {_DOOR_DAY}", (site, device, of.isoformat())).fetchone()
    return None if row is None else day_fact(row)


def hours_of_doors(db: Db, site: str, devices: Sequence[str], of: date) -> list[HourFact]:
    """The hours of several doors on one day."""
    found = db.execute(
        f"SELECT {HOUR_COLUMNS} FROM hour_fact WHERE site = ? AND device IN ({','.join('?' * len(devices))}) "
        "AND day = ? ORDER BY device, start",
        (site, *devices, of.isoformat()),
    )
    return [hour_fact(row) for row in found]


def days_of_doors(db: Db, site: str, devices: Sequence[str], of: date) -> list[DayFact]:
    """One day of several doors."""
    found = db.execute(
        f"SELECT {DAY_COLUMNS} FROM day_fact WHERE site = ? AND device IN ({','.join('?' * len(devices))}) "
        "AND day = ? ORDER BY device",
        (site, *devices, of.isoformat()),
    )
    return [day_fact(row) for row in found]


def put_hours(db: Db, site: str, device: str, of: date, new: Sequence[Hour]) -> None:
    """These are the hours of the day, and no others."""
    db.execute(f"DELETE FROM hour_fact {_DOOR_DAY}", (site, device, of.isoformat()))
    db.executemany(_HOUR, [hour_row(hour) for hour in new])


def put_day(db: Db, site: str, device: str, of: date, new: DayFact | None) -> None:
    """This is the day; ``None``: there is no such day."""
    db.execute(f"DELETE FROM day_fact {_DOOR_DAY}", (site, device, of.isoformat()))
    if new is not None:
        db.execute(f"INSERT INTO day_fact ({DAY_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", day_row(new))


def put_estimates(db: Db, site: str, device: str, of: date, new: Sequence[Estimate]) -> None:
    """These are the day's estimates, with the days they came from."""
    db.execute(f"DELETE FROM estimate {_DOOR_DAY}", (site, device, of.isoformat()))
    rows = [
        (site, device, of.isoformat(), e.start, e.hour, e.method, e.version, e.counted, e.visits, e.open_s, e.seen_s,
         json.dumps([day.isoformat() for day in e.days]))
        for e in new
    ]  # fmt: skip
    if rows:
        db.executemany("INSERT INTO estimate VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", rows)


def estimates(db: Db, site: str, device: str, of: date) -> list[Estimate]:
    """A day's estimates as they stand."""
    found = db.execute(
        f"SELECT start, hour, method, version, counted, visits, open_s, seen_s, days FROM estimate {_DOOR_DAY} "
        "ORDER BY start",
        (site, device, of.isoformat()),
    )
    return [
        Estimate(start, of, hour, method, version, counted, visits, open_s, seen_s,
                 tuple(date.fromisoformat(day) for day in json.loads(days)))
        for start, hour, method, version, counted, visits, open_s, seen_s, days in found
    ]  # fmt: skip


def add_to_cells(db: Db, change: Mapping[Cell, Sums]) -> None:
    """Add to cells of the cube, and to those of whole years; a cell without any hour left goes."""
    for (add, remove), by_year in ((_MONTH, False), (_YEAR, True)):
        rows = [
            (site, device, (month.replace(month=1) if by_year else month).isoformat(), weekday, hour, *sums)
            for (site, device, month, weekday, hour), sums in change.items()
        ]
        if rows:
            db.executemany(add, rows)
        if shrunk := [row[:5] for row in rows if row[5] + row[6] < 0]:
            db.executemany(remove, shrunk)


def lost(db: Db, site: str, device: str) -> list[Lost]:
    """A door's lost passages, by time. Totals that go backwards, or nowhere, prove nothing."""
    found = db.execute(
        "SELECT after_ms, before_ms, above - below - 1, entered, gone FROM lost WHERE site = ? AND device = ? "
        "AND entered >= 0 AND gone >= 0 AND entered + gone > 0 ORDER BY after_ms, before_ms, epoch, below",
        (site, device),
    )
    return [Lost(*row) for row in found]


def hour_row(hour: Hour) -> tuple[str | int, ...]:
    """The values of a row of ``hour_fact``."""
    f = hour.fact
    return (
        f.site, f.device, f.day.isoformat(), f.hour, f.start, f.raw_in, f.raw_out, f.visits, f.estimated, f.open_s,
        f.seen_s, f.status.value, int(hour.usable),
    )  # fmt: skip


def day_row(f: DayFact) -> tuple[str | int, ...]:
    """The values of a row of ``day_fact``."""
    return (
        f.site, f.device, f.day.isoformat(), f.raw_in, f.raw_out, f.turned_back, f.ambiguous, f.visits, f.estimated,
        f.untimed, f.open_visits, f.open_s, f.seen_s, f.missing_s, f.factor, f.status.value,
    )  # fmt: skip
