"""What is known of an hour and of a day at one door, and who can be asked for it.

Four things are never mixed: **counted** (a sensor saw it), **estimated** (a written rule filled a hole, or a person
did, with a reason), **missing** (open, and nobody knows) and **closed**. Zero is counted.

Numbers of visits are whole *thousandths*, since a correction factor makes fractions: sums stay exact, in any order, on
any database. :func:`collector.derive.rounding.whole` turns a column of them into whole visits whose sum is the
rounded sum.

A *visit* is a person entering through a perimeter door (ISO 2789). Days and hours are those of the site's own time
zone: a day with 23 or 25 hours has so many hours, and an hour is named by the moment it begins (``start``), since a
clock that is put back makes one hour of the day come twice.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

#: Thousandths in one visit.
MILLI = 1000
#: In place of a door's id: all perimeter doors of the site together.
WHOLE_SITE = ""


class Status(enum.StrEnum):
    """What the number of an hour or day is worth."""

    COUNTED = "counted"
    ESTIMATED = "estimated"
    MISSING = "missing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class HourFact:
    """One hour at one door, or at a whole site.

    ``open_s``: seconds of this hour within opening hours. ``seen_s``: of those, seconds in which a working sensor
    watched (for a site: the mean of its doors). ``raw_*`` is what the sensors counted, corrected by nothing.
    ``visits`` is raw × factor, with adjustments and estimates, in thousandths; ``estimated`` is the part of it that is
    one. The status is ``CLOSED`` when ``open_s`` is 0 (what was counted then still stands in ``raw_*`` and ``visits``),
    ``MISSING`` when less than half of the open time was seen and nothing was estimated, ``ESTIMATED`` when any part is.
    """

    site: str
    device: str
    day: date
    hour: int  # 0 to 23 on the wall clock
    start: int  # ms of UTC
    raw_in: int
    raw_out: int
    visits: int
    estimated: int
    open_s: int
    seen_s: int
    status: Status


@dataclass(frozen=True, slots=True)
class DayFact:
    """One local day at one door, or at a whole site.

    ``visits`` also holds what is known of the day without its hour (``untimed``: rows that never came, daily history
    from other systems). ``open_visits`` is the part inside opening hours, the rest came in closed ones. ``missing_s``
    are open seconds without number; ``factor`` is the correction factor in use, in thousandths.
    """

    site: str
    device: str
    day: date
    raw_in: int
    raw_out: int
    turned_back: int
    ambiguous: int
    visits: int
    estimated: int
    untimed: int
    open_visits: int
    open_s: int
    seen_s: int
    missing_s: int
    factor: int
    status: Status


@dataclass(frozen=True, slots=True)
class WeekHour:
    """Sums over all hours of one month with the same weekday (0: Monday) and hour of the wall clock.

    ``hours`` are those with a number (counted or estimated) that were open, ``missing`` those without. ``visits`` and
    ``estimated`` are of the former, so that a mean is one of like things; what came in closed hours stands in days.
    """

    site: str
    device: str
    month: date  # its first day
    weekday: int
    hour: int
    hours: int
    missing: int
    visits: int
    estimated: int
    open_s: int
    seen_s: int


class DayVisits(NamedTuple):
    """The little that a comparison of many days needs of each. ``day`` is ISO text: dates for tens of thousands of rows
    cost more than reading them. ``complete``: no open time without number."""

    site: str
    device: str
    day: str
    visits: int
    estimated: int
    complete: int


@dataclass(frozen=True, slots=True)
class MonthSum:
    """Sums over the day facts of a month. ``days`` have a fact, of which ``open_days`` were open and ``missing_days``
    are missing."""

    site: str
    device: str
    month: date  # its first day
    days: int
    open_days: int
    missing_days: int
    visits: int
    estimated: int
    open_s: int
    seen_s: int
    missing_s: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Which doors: of one site or (``None``) of all; one door, all perimeter doors together (``""``), or ``None``: each
    door by itself."""

    site: str | None = None
    device: str | None = WHOLE_SITE


class Facts(Protocol):
    """Derived figures of one unchanging moment of the store. Days are local, first and last included."""

    def hours(self, scope: Scope, first: date, last: date) -> Sequence[HourFact]:
        """By start, site and door."""
        ...

    def days(self, scope: Scope, first: date, last: date) -> Sequence[DayFact]:
        """By day, site and door."""
        ...

    def week_hours(self, scope: Scope, first: date, last: date) -> Sequence[WeekHour]:
        """Of the whole months from that of ``first`` to that of ``last``; by month, weekday, hour, site, door."""
        ...

    def profile(self, scope: Scope, first: date, last: date) -> Sequence[WeekHour]:
        """:meth:`week_hours` summed over the months by the database, each with the first month as its month.

        By site (then door), weekday, hour. For long periods, where the cells of every month are too many to read.
        """
        ...

    def day_visits(self, scope: Scope, first: date, last: date) -> Sequence[DayVisits]:
        """:meth:`days` in brief, in no order."""
        ...

    def months(self, scope: Scope, first: date, last: date) -> Sequence[MonthSum]:
        """:meth:`days` summed by month, site and door; in that order. Months may be cut by the period."""
        ...
