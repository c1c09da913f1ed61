"""What is asked of a report: which doors, which days, and how they are grouped. Pure."""

from __future__ import annotations

import calendar
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from collector.derive.facts import WHOLE_SITE, Scope


class Every(enum.StrEnum):
    """Width of a bucket."""

    QUARTER = "quarter"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Ask:
    """Days ``first`` to ``last``, both included, of one site or (``None``) all; of one door or (``None``) all."""

    first: date
    last: date
    zone: str
    today: date
    site: str | None = None
    door: str | None = None

    @property
    def together(self) -> Scope:
        """The site's perimeter doors as one, or the door that was asked for."""
        return Scope(self.site, WHOLE_SITE if self.door is None else self.door)

    @property
    def apart(self) -> Scope:
        """Each door by itself."""
        return Scope(self.site, self.door)

    def days(self) -> Iterator[date]:
        """Every day of the period."""
        for at in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=at)


def month_of(day: date) -> tuple[date, date]:
    """First and last day of its month."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def bucket(day: date, every: Every) -> date:
    """The first day of the bucket in which a day lies; weeks begin on Monday (ISO 8601)."""
    match every:
        case Every.WEEK:
            return day - timedelta(days=day.weekday())
        case Every.MONTH:
            return day.replace(day=1)
        case Every.YEAR:
            return day.replace(month=1, day=1)
        case _:
            return day


def name(start: date, every: Every) -> str:
    """A bucket's name for programs: 2026-11-12, 2026-W46, 2026-11, 2026."""
    match every:
        case Every.WEEK:
            year, week, _ = start.isocalendar()
            return f"{year}-W{week:02d}"
        case Every.MONTH:
            return f"{start:%Y-%m}"
        case Every.YEAR:
            return f"{start:%Y}"
        case _:
            return start.isoformat()


def year_before(day: date) -> date:
    """The same weekday a year ago: 52 weeks back."""
    return day - timedelta(days=364)
