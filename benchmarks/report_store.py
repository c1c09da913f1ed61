"""Years of facts for many doors, put straight into the collector's own tables; and the same counts as people keep them.

The figures follow from a rule, so that anything read from either side can be checked against the other: a door's hour
``h`` (08 to 16, Monday to Saturday) on day number ``d`` has ``5 + (d * 7 + h * 11 + door * 3) % 40`` visits.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from collector.store.sqlite import SqliteStore

FIRST = date(2021, 12, 1)
DOORS_A_SITE = 2

_DOORS = """CREATE TEMP TABLE a_door AS
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :doors)
SELECT i, printf('site-%03d', i / :a_site) AS site, printf('door-%d', i % :a_site) AS device FROM n"""
_DAYS = """CREATE TEMP TABLE a_day AS
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :days),
d AS (SELECT i, date(:first, '+' || i || ' days') AS day FROM n)
SELECT i, day, CAST(strftime('%w', day) AS INTEGER) AS w FROM d"""
_HOURS = """CREATE TEMP TABLE an_hour AS
WITH RECURSIVE n(h) AS (SELECT 8 UNION ALL SELECT h + 1 FROM n WHERE h < 16) SELECT h FROM n"""
#: Local time is that of Makassar: eight hours before it, it is UTC.
_START = "(CAST(strftime('%s', a_day.day) AS INTEGER) + (h - 8) * 3600) * 1000"
_VISITS = "(5 + (a_day.i * 7 + h * 11 + a_door.i * 3) % 40)"
_FROM = "FROM a_door CROSS JOIN a_day CROSS JOIN an_hour WHERE w > 0 ORDER BY site, device, a_day.i, h"


def derived(path: Path, doors: int, days: int) -> None:
    """A collector's store with its facts of hours and days, and the cube."""
    SqliteStore(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        _calendar(db, doors, days)
        db.execute("BEGIN")
        db.execute(
            "INSERT INTO site (site, name, zone, week_start) SELECT DISTINCT site, site, 'Asia/Makassar', 0 FROM a_door"
        )
        db.execute("INSERT INTO door (site, device, name, role) SELECT site, device, device, 'perimeter' FROM a_door")
        columns = "site, device, day, start, hour, raw_in, raw_out, visits, estimated, open_s, seen_s, status, usable"
        db.execute(
            f"INSERT INTO hour_fact ({columns}) SELECT site, device, a_day.day, {_START}, h, {_VISITS}, {_VISITS}, "
            f"{_VISITS} * 1000, 0, 3600, 3600, 'counted', 1 {_FROM}"
        )
        sums = "sum(raw_in), sum(raw_out), sum(visits), 0, max(open_s), max(seen_s), 'counted', 1"
        db.execute(
            f"INSERT INTO hour_fact ({columns}) SELECT site, '', day, start, hour, {sums} FROM hour_fact "
            "GROUP BY site, day, start"
        )
        db.execute(
            "INSERT INTO day_fact (site, device, day, raw_in, raw_out, turned_back, ambiguous, visits, estimated, "
            "untimed, open_visits, open_s, seen_s, missing_s, factor, status) SELECT site, device, day, sum(raw_in), "
            "sum(raw_out), 0, 0, sum(visits), 0, 0, sum(visits), sum(open_s), sum(seen_s), 0, 1000, 'counted' "
            "FROM hour_fact "
            "GROUP BY site, device, day"
        )
        db.execute(
            "INSERT INTO week_hour (site, device, month, weekday, hour, hours, missing, visits, estimated, open_s, "
            "seen_s) SELECT site, device, substr(day, 1, 8) || '01', (CAST(strftime('%w', day) AS INTEGER) + 6) % 7, "
            "hour, count(*), 0, sum(visits), 0, sum(open_s), sum(seen_s) FROM hour_fact GROUP BY 1, 2, 3, 4, 5"
        )
        db.execute(
            "INSERT INTO year_hour (site, device, year, weekday, hour, hours, missing, visits, estimated, open_s, "
            "seen_s) "
            "SELECT site, device, substr(month, 1, 4) || '-01-01', weekday, hour, sum(hours), sum(missing), "
            "sum(visits), sum(estimated), sum(open_s), sum(seen_s) FROM week_hour GROUP BY 1, 2, 3, 4, 5"
        )
        db.execute("COMMIT")
        db.execute("ANALYZE")


def counts(path: Path, doors: int, days: int) -> None:
    """One table of counts, an hour a row in local time, with the index one would think of."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        _calendar(db, doors, days)
        db.execute("BEGIN")
        db.execute("CREATE TABLE count (site TEXT, door TEXT, at TEXT, visits INTEGER)")
        db.execute(f"INSERT INTO count SELECT site, device, a_day.day || printf(' %02d:00', h), {_VISITS} {_FROM}")
        db.execute("CREATE INDEX count_at ON count (site, at)")
        db.execute("COMMIT")
        db.execute("ANALYZE")


def _calendar(db: sqlite3.Connection, doors: int, days: int) -> None:
    db.execute(_DOORS, {"doors": doors, "a_site": DOORS_A_SITE})
    db.execute(_DAYS, {"days": days, "first": FIRST.isoformat()})
    db.execute(_HOURS)
