"""One door's local day, from its quarter hours. Pure: the same inputs give the same facts, whenever they are asked.

Rules, beside those in :mod:`.estimate`, :mod:`.adjust`, :mod:`.lost`, :mod:`.factors`:

* A *visit* is a person coming in: raw in × the factor of the day.
* A quarter hour is open when any part of it is. Watched time is laid evenly over a quarter that is open in part.
* **An hour** is *closed* without open time, else *counted*, *estimated* or *missing* by the rule of
  :mod:`.estimate`. One that a person adjusted is estimated, and so is one with passages whose time is an estimate (of
  a device that did not know it).
* **An hour that is not over yet** is only as open as it was watched: nothing of it is missing, nothing estimated.
* **History** from another system stands where our own sensor watched less than half of the open time, for an hour or
  for a day: it replaces our count of that hour; of a day it is the day's number, and our hours keep theirs. Its figures
  are counted ones and take no factor: it was measured on another counter.
* **A day** is *closed* without open time; *missing* when more than half of its open time has no number; *estimated*
  when any part of it is; else *counted*. ``missing_s`` says what a counted or estimated day still lacks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from collector.derive import adjust, estimate
from collector.derive.adjust import Adjustment
from collector.derive.calendar import QUARTER_MS, LocalDay, LocalHour
from collector.derive.estimate import Estimate, Like
from collector.derive.facts import MILLI, DayFact, HourFact, Status
from collector.derive.lost import Lost, Untimed


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter hour of a door: passages, those with estimated time, and ms in which the sensor watched."""

    start: int
    into: int
    out: int
    turned_back: int = 0
    ambiguous: int = 0
    est_into: int = 0
    seen_ms: int = QUARTER_MS


@dataclass(frozen=True, slots=True)
class Past:
    """A figure of another system for [start, end): an hour or a whole day.

    ``shared``: a part of a figure for longer (two days without a reading); the sum is known, the part is an estimate.
    """

    start: int
    end: int
    into: int
    out: int
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a day's facts rest on. ``horizon``: hours that end later are not over. ``past``: at most one a span."""

    site: str
    device: str
    day: LocalDay
    quarters: Sequence[Quarter]
    factor: int = MILLI
    horizon: int = 1 << 62
    lost: Sequence[Lost] = ()
    untimed: Untimed = field(default_factory=Untimed)
    past: Sequence[Past] = ()
    adjustments: Sequence[Adjustment] = ()


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour's fact, and whether it may serve as a like hour for estimates of later days."""

    fact: HourFact
    usable: bool


@dataclass(frozen=True, slots=True)
class Derived:
    """What follows."""

    day: DayFact
    hours: tuple[Hour, ...]
    estimates: tuple[Estimate, ...]


@dataclass(slots=True)
class _Hour:
    """An hour while it is worked out; visits in thousandths, times in ms."""

    at: LocalHour
    open_ms: int
    raw_in: int = 0
    raw_out: int = 0
    turned_back: int = 0
    ambiguous: int = 0
    seen_ms: int = 0
    in_open: int = 0  # counted in open quarter hours
    in_closed: int = 0
    misplaced: int = 0  # of these, whose time is an estimate
    visits: int = 0
    counted: int = 0
    guessed: bool = False
    has_number: bool = True
    known_ms: int = 0  # unseen open time whose passages are in the day's number
    judged: bool = True
    own: bool = True  # counted by our own sensor
    data: bool = False


def derive(given: Inputs, likes: Callable[[], dict[int, Sequence[Like]]]) -> Derived:
    """The facts of a day. ``likes`` gives the like hours by hour of the clock; it is asked when one is needed."""
    by_hour: dict[int, list[Quarter]] = {}
    starts = [at.start for at in given.day.hours]
    for quarter in given.quarters:
        by_hour.setdefault(bisect_right(starts, quarter.start) - 1, []).append(quarter)
    hours = [_counted(given, at, by_hour.get(i, ())) for i, at in enumerate(given.day.hours)]
    estimates: list[Estimate] = []
    for hour in hours:
        if (made := _judge(given, hour, likes)) is not None:
            estimates.append(made)
        _adjust_hour(given, hour)
    day = _day(given, hours)
    facts = tuple(_hour(given, hour) for hour in hours if hour.open_ms or hour.data or hour.visits)
    return Derived(day, facts, tuple(estimates))


def _counted(given: Inputs, at: LocalHour, quarters: Sequence[Quarter]) -> _Hour:
    hour = _Hour(at, given.day.open_ms(at.start, at.end), judged=at.end <= given.horizon)
    for quarter in quarters:
        hour.data |= bool(quarter.into or quarter.out)
        hour.raw_in += quarter.into
        hour.raw_out += quarter.out
        hour.turned_back += quarter.turned_back
        hour.ambiguous += quarter.ambiguous
        if adjust.excluded(given.adjustments, quarter.start, quarter.start + QUARTER_MS):
            continue
        open_ms = given.day.open_ms(quarter.start, quarter.start + QUARTER_MS)
        hour.seen_ms += open_ms * min(quarter.seen_ms, QUARTER_MS) // QUARTER_MS
        hour.misplaced += quarter.est_into * given.factor
        if open_ms:
            hour.in_open += quarter.into * given.factor
        else:
            hour.in_closed += quarter.into * given.factor
    if not hour.judged:
        hour.open_ms = min(hour.open_ms, hour.seen_ms)
    return hour


def _judge(given: Inputs, hour: _Hour, likes: Callable[[], dict[int, Sequence[Like]]]) -> Estimate | None:
    """Give the hour its number, by rule; answers the estimate, if it is one."""
    hour.visits = hour.counted = hour.in_open + hour.in_closed
    if hour.misplaced:
        hour.counted, hour.guessed = hour.visits - hour.misplaced, True
    past = next((p for p in given.past if (p.start, p.end) == (hour.at.start, hour.at.end)), None)
    if past is not None and (hour.seen_ms * 2 < hour.open_ms or (not hour.open_ms and not hour.data)):
        _take_past(hour, past)
        return None
    if estimate.whole(hour.open_ms, hour.seen_ms):
        return None
    over = [lost for lost in given.lost if lost.overlaps(hour.at.start, hour.at.end)]
    if over:
        hour.has_number = False
        hour.known_ms = hour.open_ms - hour.seen_ms if all(lost.watched for lost in over) else 0
        return None
    return _estimate(given, hour, likes)


def _take_past(hour: _Hour, past: Past) -> None:
    hour.raw_in, hour.raw_out, hour.own = past.into, past.out, False
    hour.seen_ms, hour.data, hour.guessed = hour.open_ms, True, past.shared
    hour.visits = past.into * MILLI
    hour.counted = 0 if past.shared else hour.visits
    hour.in_open, hour.in_closed = (hour.visits, 0) if hour.open_ms else (0, hour.visits)


def _estimate(given: Inputs, hour: _Hour, likes: Callable[[], dict[int, Sequence[Like]]]) -> Estimate | None:
    open_s, days = hour.open_ms // 1000, tuple[date, ...]()
    if estimate.half(hour.open_ms, hour.seen_ms):
        method, number = estimate.SCALED, estimate.scaled(hour.in_open, hour.open_ms, hour.seen_ms)
    else:
        found = likes().get(hour.at.hour, ()) if given.day.ordinary else ()
        typical = estimate.median(found, open_s)
        if typical is None:
            hour.has_number = False
            return None
        method, number = estimate.MEDIAN, max(typical, hour.in_open)
        days = tuple(like.day for like in estimate.newest(found))
    hour.visits, hour.guessed = number + hour.in_closed, True
    return Estimate(
        hour.at.start, given.day.day, hour.at.hour, method, estimate.VERSION, hour.in_open, number, open_s,
        hour.seen_ms // 1000, days,
    )  # fmt: skip


def _adjust_hour(given: Inputs, hour: _Hour) -> None:
    visits, touched, numbered = adjust.change_hour(given.adjustments, hour.at.start, hour.at.end, hour.visits)
    if touched:
        hour.visits, hour.guessed = visits, True
        hour.counted = min(hour.counted, visits)
        hour.has_number |= numbered


def _hour(given: Inputs, hour: _Hour) -> Hour:
    status = _hour_status(hour)
    fact = HourFact(
        given.site, given.device, given.day.day, hour.at.hour, hour.at.start, hour.raw_in, hour.raw_out, hour.visits,
        max(0, hour.visits - hour.counted), hour.open_ms // 1000, hour.seen_ms // 1000, status,
    )  # fmt: skip
    return Hour(fact, status is Status.COUNTED and hour.judged and hour.own and given.day.ordinary)


def _hour_status(hour: _Hour) -> Status:
    if not hour.open_ms:
        return Status.CLOSED
    if not hour.has_number:
        return Status.MISSING
    return Status.ESTIMATED if hour.guessed else Status.COUNTED


@dataclass(slots=True)
class _Untimed:
    """What is known of the day without its hour, and how much of it was counted; thousandths."""

    visits: int
    counted: int


def _day(given: Inputs, hours: list[_Hour]) -> DayFact:
    """Sum the hours, add what has no hour. Lowers hours when the whole day was set to less."""
    open_ms = sum(hour.open_ms for hour in hours)
    seen = sum(hour.seen_ms + hour.known_ms for hour in hours)
    missing = sum(hour.open_ms - hour.seen_ms - hour.known_ms for hour in hours if not hour.has_number)
    raw_in = sum(hour.raw_in for hour in hours) + given.untimed.into
    raw_out = sum(hour.raw_out for hour in hours) + given.untimed.out
    untimed = _Untimed(given.untimed.into * given.factor, (given.untimed.into - given.untimed.guessed) * given.factor)
    past = next((p for p in given.past if (p.start, p.end) == (given.day.start, given.day.end)), None)
    if past is not None and (seen * 2 < open_ms or (not open_ms and not raw_in and not raw_out)):
        rest = max(0, past.into * MILLI - sum(hour.visits for hour in hours))
        untimed = _Untimed(rest, 0 if past.shared else rest)
        raw_in, raw_out = max(raw_in, past.into), max(raw_out, past.out)
        seen, missing = open_ms, 0
    adjusted, is_set = _adjust_day(given, hours, untimed)
    visits = sum(hour.visits for hour in hours) + untimed.visits
    counted = sum(min(hour.counted, hour.visits) for hour in hours) + untimed.counted
    closed = sum(min(hour.in_closed, hour.visits) if hour.open_ms else hour.visits for hour in hours)
    guessed = adjusted or visits > counted or any(hour.guessed for hour in hours)
    missing_s = 0 if is_set else missing // 1000
    return DayFact(
        given.site, given.device, given.day.day, raw_in, raw_out,
        sum(hour.turned_back for hour in hours), sum(hour.ambiguous for hour in hours), visits, visits - counted,
        untimed.visits, visits - closed if open_ms else 0, open_ms // 1000, seen // 1000, missing_s, given.factor,
        status_of(open_ms // 1000, missing_s, guessed),
    )  # fmt: skip


def _adjust_day(given: Inputs, hours: list[_Hour], untimed: _Untimed) -> tuple[bool, bool]:
    """Apply what a person said of the whole day; answers whether he did, and whether he set its number."""
    by_hour, rest, touched, is_set = adjust.change_day(
        given.adjustments, given.day.start, given.day.end, [hour.visits for hour in hours], untimed.visits
    )
    untimed.visits, untimed.counted = rest, min(rest, untimed.counted)
    for hour, visits in zip(hours, by_hour, strict=True):
        if visits != hour.visits:
            hour.visits, hour.guessed = visits, True
    return touched, is_set


def status_of(open_s: int, missing_s: int, guessed: bool) -> Status:
    """A day's status by the rule above; ``guessed``: a part was estimated or adjusted, even if by nothing."""
    if not open_s:
        return Status.CLOSED
    if missing_s * 2 > open_s:
        return Status.MISSING
    return Status.ESTIMATED if guessed else Status.COUNTED
