"""The tables of what the desk knows: sites and their calendar, adjustments, factors, history, facts, publications.

Written in the SQL that SQLite and PostgreSQL share. Three sorts:

* **Entered** by people, and only ever added to or marked as withdrawn: site, door, opening, special, adjustment,
  factor, history, publication, and ``audit``, a line for each edit.
* **Derived**, and rebuilt from the others and from ``quarter_hour`` and ``lost`` at any time: hour_fact, day_fact,
  week_hour and the same by whole years, estimate, derived_until.
* **Marks** of what must be derived again: ``dirty`` (quarter hours, written where rows arrive) and ``dirty_day``.

Days are ISO text, times ms of UTC, visits and factors thousandths.
"""

from __future__ import annotations

from collections.abc import Iterator

from collector.store.db import Db

_ENTERED = (
    """CREATE TABLE site (site TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, zone TEXT NOT NULL,
    week_start BIGINT NOT NULL)""",
    """CREATE TABLE door (site TEXT NOT NULL, device TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
    from_day TEXT, until_day TEXT, first_day TEXT, last_day TEXT, PRIMARY KEY (site, device))""",
    """CREATE TABLE opening (site TEXT NOT NULL, valid_from TEXT NOT NULL, weekly TEXT NOT NULL,
    PRIMARY KEY (site, valid_from))""",
    """CREATE TABLE special (site TEXT NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    why TEXT NOT NULL, spans TEXT NOT NULL, PRIMARY KEY (site, day))""",
    """CREATE TABLE adjustment (id BIGINT NOT NULL PRIMARY KEY, site TEXT NOT NULL, device TEXT NOT NULL,
    method TEXT NOT NULL, begins BIGINT NOT NULL, ends BIGINT NOT NULL, value BIGINT NOT NULL, why TEXT NOT NULL,
    who TEXT NOT NULL, at BIGINT NOT NULL, approved_by TEXT NOT NULL, approved_at BIGINT,
    withdrawn_by TEXT NOT NULL, withdrawn_at BIGINT, withdrawn_why TEXT NOT NULL)""",
    "CREATE INDEX adjustment_door ON adjustment (site, device)",
    """CREATE TABLE factor (id BIGINT NOT NULL PRIMARY KEY, site TEXT NOT NULL, device TEXT NOT NULL,
    valid_from TEXT NOT NULL, factor BIGINT NOT NULL, low BIGINT NOT NULL, high BIGINT NOT NULL,
    sample BIGINT NOT NULL, method TEXT NOT NULL, digest TEXT NOT NULL, who TEXT NOT NULL, at BIGINT NOT NULL,
    why TEXT NOT NULL, withdrawn_by TEXT NOT NULL, withdrawn_at BIGINT, withdrawn_why TEXT NOT NULL)""",
    "CREATE INDEX factor_door ON factor (site, device)",
    """CREATE TABLE history_batch (id BIGINT NOT NULL PRIMARY KEY, site TEXT NOT NULL, source TEXT NOT NULL,
    digest TEXT NOT NULL, who TEXT NOT NULL, at BIGINT NOT NULL, why TEXT NOT NULL,
    withdrawn_by TEXT NOT NULL, withdrawn_at BIGINT, withdrawn_why TEXT NOT NULL)""",
    """CREATE TABLE publication (site TEXT NOT NULL, month TEXT NOT NULL, revision BIGINT NOT NULL, body TEXT NOT NULL,
    digest TEXT NOT NULL, who TEXT NOT NULL, at BIGINT NOT NULL, reasons TEXT NOT NULL,
    PRIMARY KEY (site, month, revision))""",
    """CREATE TABLE audit (id BIGINT NOT NULL PRIMARY KEY, at BIGINT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL,
    site TEXT NOT NULL, device TEXT NOT NULL, detail TEXT NOT NULL)""",
    "CREATE INDEX audit_site ON audit (site, id)",
)

#: In SQLite these are kept in the order of their key and nowhere else.
_BY_KEY = (
    """CREATE TABLE history (site TEXT NOT NULL, device TEXT NOT NULL, begins BIGINT NOT NULL, ends BIGINT NOT NULL,
    batch BIGINT NOT NULL, entered BIGINT NOT NULL, gone BIGINT NOT NULL, shared BIGINT NOT NULL,
    PRIMARY KEY (site, device, begins, ends, batch))""",
    """CREATE TABLE hour_fact (site TEXT NOT NULL, device TEXT NOT NULL, day TEXT NOT NULL, start BIGINT NOT NULL,
    hour BIGINT NOT NULL, raw_in BIGINT NOT NULL, raw_out BIGINT NOT NULL, visits BIGINT NOT NULL,
    estimated BIGINT NOT NULL, open_s BIGINT NOT NULL, seen_s BIGINT NOT NULL, status TEXT NOT NULL,
    usable BIGINT NOT NULL, PRIMARY KEY (site, device, day, start))""",
    """CREATE TABLE day_fact (site TEXT NOT NULL, device TEXT NOT NULL, day TEXT NOT NULL, raw_in BIGINT NOT NULL,
    raw_out BIGINT NOT NULL, turned_back BIGINT NOT NULL, ambiguous BIGINT NOT NULL, visits BIGINT NOT NULL,
    estimated BIGINT NOT NULL, untimed BIGINT NOT NULL, open_visits BIGINT NOT NULL, open_s BIGINT NOT NULL,
    seen_s BIGINT NOT NULL, missing_s BIGINT NOT NULL, factor BIGINT NOT NULL, status TEXT NOT NULL,
    PRIMARY KEY (site, device, day))""",
    """CREATE TABLE week_hour (site TEXT NOT NULL, device TEXT NOT NULL, month TEXT NOT NULL, weekday BIGINT NOT NULL,
    hour BIGINT NOT NULL, hours BIGINT NOT NULL, missing BIGINT NOT NULL, visits BIGINT NOT NULL,
    estimated BIGINT NOT NULL, open_s BIGINT NOT NULL, seen_s BIGINT NOT NULL,
    PRIMARY KEY (site, device, month, weekday, hour))""",
    """CREATE TABLE year_hour (site TEXT NOT NULL, device TEXT NOT NULL, year TEXT NOT NULL, weekday BIGINT NOT NULL,
    hour BIGINT NOT NULL, hours BIGINT NOT NULL, missing BIGINT NOT NULL, visits BIGINT NOT NULL,
    estimated BIGINT NOT NULL, open_s BIGINT NOT NULL, seen_s BIGINT NOT NULL,
    PRIMARY KEY (site, device, year, weekday, hour))""",
    """CREATE TABLE estimate (site TEXT NOT NULL, device TEXT NOT NULL, day TEXT NOT NULL, start BIGINT NOT NULL,
    hour BIGINT NOT NULL, method TEXT NOT NULL, version BIGINT NOT NULL, counted BIGINT NOT NULL,
    visits BIGINT NOT NULL, open_s BIGINT NOT NULL, seen_s BIGINT NOT NULL, days TEXT NOT NULL,
    PRIMARY KEY (site, device, day, start))""",
    "CREATE TABLE derived_until (site TEXT NOT NULL PRIMARY KEY, until BIGINT NOT NULL)",
    """CREATE TABLE dirty_day (site TEXT NOT NULL, device TEXT NOT NULL, day TEXT NOT NULL,
    PRIMARY KEY (site, device, day))""",
)

#: The same figures of every site at once: a day, or a run of months.
_INDEXES = (
    "CREATE INDEX day_fact_day ON day_fact (day, site, device)",
    """CREATE INDEX day_fact_totals ON day_fact (device, day, visits, estimated, open_visits, open_s, seen_s, missing_s,
    status)""",
    "CREATE INDEX hour_fact_day ON hour_fact (day, site, device)",
    "CREATE INDEX week_hour_month ON week_hour (month, site, device)",
)

#: One row; whoever derives changes it first, so that of several collectors on one store one derives at a time.
_TURN = (
    "CREATE TABLE derive_turn (id BIGINT NOT NULL PRIMARY KEY, turns BIGINT NOT NULL)",
    "INSERT INTO derive_turn VALUES (1, 0)",
)


def statements(by_key: str = "") -> Iterator[str]:
    """Every statement, in order. ``by_key`` is put behind tables that are looked up by their key alone.

    That is `` WITHOUT ROWID`` for SQLite.
    """
    yield from _ENTERED
    yield from (statement + by_key for statement in _BY_KEY)
    yield from _INDEXES
    yield from _TURN


def create(db: Db, by_key: str = "") -> None:
    """Make the tables in a store that lacks them."""
    for statement in statements(by_key):
        db.execute(statement)
