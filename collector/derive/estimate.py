"""Estimates for hours that nobody watched: one rule, written down, the same answer whenever it is worked out. Pure.

The rule, ``like-hours`` version 1. Of every hour with open time, *seen* is the share of that time in which a
working sensor watched:

* **95 % or more**: the hour is counted. Nothing is added.
* **Half or more**: what was counted in open time × open time / seen time (``scaled``).
* **Less than half**: the median of *like hours* (``median``): the same door, the same weekday, the same hour of the
  wall clock, on earlier days within 182 days, that were themselves counted (95 % seen, nothing estimated or
  adjusted), on ordinary days (no holiday, no closure), the newest 12 of them. Each is
  first brought to this hour's open time (visits × open time here / open time there). At least 4 are needed, else
  the hour stays missing. The median of an even number is the mean of the middle two, rounded down to a thousandth. When
  more than the median was counted in the little time seen, that is the number.
* A holiday on which the library is open is like no other day: its hours are scaled or stay missing.
* An hour in which rows were lost whose passages are known from the running totals is never estimated: these
  passages are already in the day's number, without their hour.

Visits are corrected ones (raw × factor of *their* day), so a new factor or a new sensor does not bend the estimate.
Only earlier days are looked at, so an estimate never changes because of what came later, except that a late row may
change an earlier day or make the estimate needless; then it is worked out again. Every estimate is kept with the days
it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

VERSION = 1
#: Like hours needed at least, and used at most.
FEWEST, MOST = 4, 12
#: Days back in which they are looked for; a multiple of 7.
REACH_DAYS = 182

SCALED, MEDIAN = "scaled", "median"


@dataclass(frozen=True, slots=True)
class Like:
    """A counted hour of an earlier day; visits in thousandths."""

    day: date
    visits: int
    open_s: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """How an hour's number came about: ``visits`` (thousandths), the rule's part, and the days looked at, newest first.

    ``seen_s`` of ``open_s`` seconds were seen, with ``counted`` (thousandths).
    """

    start: int
    day: date
    hour: int
    method: str
    version: int
    counted: int
    visits: int
    open_s: int
    seen_s: int
    days: tuple[date, ...] = ()


def whole(open_ms: int, seen_ms: int) -> bool:
    """Whether an hour was watched so well that it counts as seen."""
    return seen_ms * 20 >= open_ms * 19


def half(open_ms: int, seen_ms: int) -> bool:
    """Whether at least half was watched."""
    return seen_ms * 2 >= open_ms


def scaled(counted: int, open_ms: int, seen_ms: int) -> int:
    """What was counted in the seen part, for all of it, to the nearest thousandth."""
    return (counted * open_ms + seen_ms // 2) // seen_ms


def median(likes: Sequence[Like], open_s: int) -> int | None:
    """The median of the newest like hours, for an hour with so many open seconds; ``None`` when they are too few."""
    if len(likes) < FEWEST:
        return None
    values = sorted(like.visits * open_s // like.open_s for like in newest(likes))
    return (values[(len(values) - 1) // 2] + values[len(values) // 2]) // 2


def newest(likes: Sequence[Like]) -> list[Like]:
    """Those that are used, newest first."""
    return sorted(likes, key=lambda like: like.day, reverse=True)[:MOST]


def like_days(day: date) -> list[date]:
    """Earlier days of the same weekday within reach, newest first."""
    return [day - timedelta(days=days) for days in range(7, REACH_DAYS + 1, 7)]


def days_that_look_at(day: date, last: date) -> list[date]:
    """The later days, up to ``last``, whose estimates may rest on this day."""
    return [later for days in range(7, REACH_DAYS + 1, 7) if (later := day + timedelta(days=days)) <= last]
