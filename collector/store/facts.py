"""Reading facts of hours and days: :class:`collector.derive.facts.Facts` over either database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from collector.derive.facts import (
    WHOLE_SITE,
    DayFact,
    DayVisits,
    HourFact,
    MonthSum,
    Scope,
    Status,
    WeekHour,
)
from collector.store.db import Db, Value

HOUR_COLUMNS = "site, device, day, hour, start, raw_in, raw_out, visits, estimated, open_s, seen_s, status"
DAY_COLUMNS = (
    "site, device, day, raw_in, raw_out, turned_back, ambiguous, visits, estimated, untimed, open_visits, open_s, "
    "seen_s, missing_s, factor, status"
)
WEEK_COLUMNS = "site, device, month, weekday, hour, hours, missing, visits, estimated, open_s, seen_s"
_PROFILE = "device, weekday, hour, hours, missing, visits, estimated, open_s, seen_s"
_STATUS = {status.value: status for status in Status}


class SqlFacts:
    """Facts inside one read transaction."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def hours(self, scope: Scope, first: date, last: date) -> Sequence[HourFact]:
        """See :class:`collector.derive.facts.Facts`."""
        found = self._select("hour_fact", HOUR_COLUMNS, "day", scope, first, last, "start, site, device")
        dates = _Dates()
        return [hour_fact(row, dates[row[2]]) for row in found]

    def days(self, scope: Scope, first: date, last: date) -> Sequence[DayFact]:
        """See :class:`collector.derive.facts.Facts`."""
        found = self._select("day_fact", DAY_COLUMNS, "day", scope, first, last, "day, site, device")
        dates = _Dates()
        return [day_fact(row, dates[row[2]]) for row in found]

    def week_hours(self, scope: Scope, first: date, last: date) -> Sequence[WeekHour]:
        """See :class:`collector.derive.facts.Facts`."""
        months = first.replace(day=1), last.replace(day=1)
        found = self._select("week_hour", WEEK_COLUMNS, "month", scope, *months, "month, weekday, hour, site, device")
        dates = _Dates()
        return [WeekHour(row[0], row[1], dates[row[2]], *row[3:]) for row in found]

    def profile(self, scope: Scope, first: date, last: date) -> Sequence[WeekHour]:
        """See :class:`collector.derive.facts.Facts`.

        Whole years are taken from cells of years. Site by site: small sorts are much cheaper than one of all cells. A
        single month is read as it stands.
        """
        month = first.replace(day=1)
        if month == last.replace(day=1):
            order = "site, device, weekday, hour"
            alone = self._select("week_hour", f"site, {_PROFILE}", "month", scope, month, month, order)
            return [WeekHour(row[0], row[1], month, *row[2:]) for row in alone]
        names = (
            [scope.site] if scope.site is not None else [row[0] for row in self._db.execute("SELECT site FROM site")]
        )
        found: list[WeekHour] = []
        for name in sorted(names):
            parts, values = [], list[Value]()
            for table, period, begin, end in _pieces(month, last.replace(day=1)):
                where, more = _where(period, Scope(name, scope.device), begin, end)
                parts.append(f"SELECT {_PROFILE} FROM {table} WHERE {where}")
                values += more
            cells = self._db.execute(
                "SELECT device, weekday, hour, sum(hours), sum(missing), sum(visits), sum(estimated), sum(open_s), "
                f"sum(seen_s) FROM ({' UNION ALL '.join(parts)}) AS cells GROUP BY device, weekday, hour "
                "ORDER BY device, weekday, hour",
                values,
            )
            found += [WeekHour(name, row[0], month, row[1], row[2], *map(int, row[3:])) for row in cells]
        return found

    def day_visits(self, scope: Scope, first: date, last: date) -> Sequence[DayVisits]:
        """See :class:`collector.derive.facts.Facts`."""
        where, values = _where("day", scope, first, last)
        found = self._db.execute(
            "SELECT site, device, day, visits, estimated, "
            f"CASE WHEN missing_s = 0 AND status <> 'missing' THEN 1 ELSE 0 END FROM day_fact WHERE {where}",
            values,
        )
        return list(map(DayVisits._make, found))

    def months(self, scope: Scope, first: date, last: date) -> Sequence[MonthSum]:
        """See :class:`collector.derive.facts.Facts`."""
        found: list[MonthSum] = []
        for month, begin, end in _months(first, last):  # each is a run of the index; one query of all would be a sort
            where, values = _where("day", scope, begin, end)
            sums = self._db.execute(
                "SELECT site, device, count(*), sum(CASE WHEN open_s > 0 THEN 1 ELSE 0 END), "
                "sum(CASE WHEN status = 'missing' THEN 1 ELSE 0 END), sum(visits), sum(estimated), sum(open_s), "
                f"sum(seen_s), sum(missing_s) FROM day_fact WHERE {where} GROUP BY site, device ORDER BY site, device",
                values,
            )
            found += [MonthSum(row[0], row[1], month, *map(int, row[2:])) for row in sums]
        return found

    def _select(
        self, table: str, columns: str, day: str, scope: Scope, first: date, last: date, order: str
    ) -> Iterator[Any]:
        where, values = _where(day, scope, first, last)
        return iter(self._db.execute(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {order}", values))


def hour_fact(row: Sequence[Any], of_day: date | None = None) -> HourFact:
    """A row of :data:`HOUR_COLUMNS`; ``of_day`` where its day was read already."""
    site, device, day, *figures, status = row
    values = [site, device, of_day or date.fromisoformat(day), *figures, _STATUS[status]]
    return HourFact(*values)


def day_fact(row: Sequence[Any], of_day: date | None = None) -> DayFact:
    """A row of :data:`DAY_COLUMNS`; ``of_day`` where its day was read already."""
    site, device, day, *figures, status = row
    values = [site, device, of_day or date.fromisoformat(day), *figures, _STATUS[status]]
    return DayFact(*values)


class _Dates(dict[str, date]):
    """Dates by their text, each made once."""

    def __missing__(self, text: str) -> date:
        self[text] = made = date.fromisoformat(text)
        return made


def _where(day: str, scope: Scope, first: date, last: date) -> tuple[str, list[Value]]:
    parts, values = [f"{day} >= ?", f"{day} <= ?"], [first.isoformat(), last.isoformat()]
    if scope.site is not None:
        parts, values = [*parts, "site = ?"], [*values, scope.site]
    if scope.device is not None:
        parts, values = [*parts, "device = ?"], [*values, scope.device]
    else:
        parts, values = [*parts, "device <> ?"], [*values, WHOLE_SITE]
    return " AND ".join(parts), list[Value](values)


def _pieces(first: date, last: date) -> list[tuple[str, str, date, date]]:
    """A run of months as whole years and the months before and after: table, column, first, last."""
    begin = first if first.month == 1 else date(first.year + 1, 1, 1)
    end = last if last.month == 12 else date(last.year - 1, 12, 1)
    if begin > end:
        return [("week_hour", "month", first, last)]
    pieces = [("year_hour", "year", begin, end.replace(month=1))]
    if first < begin:
        pieces.append(("week_hour", "month", first, date(first.year, 12, 1)))
    if end < last:
        pieces.append(("week_hour", "month", date(last.year, 1, 1), last))
    return pieces


def _months(first: date, last: date) -> Iterator[tuple[date, date, date]]:
    """Each calendar month with those of its days that lie in the period: month, first day, last day."""
    month = first.replace(day=1)
    while month <= last:
        after = (month + timedelta(days=31)).replace(day=1)
        yield month, max(first, month), min(last, after - timedelta(days=1))
        month = after
