"""Signs that a door's counter is not well, from what it counted: rules of the field, each with its bound. Pure.

The device itself reports what it can see of itself (a blocked beam, a dead one, chatter, a shifted baseline). These
rules see what only days show: nobody in hours that are never empty, one direction only, in and out that drift apart,
people at night. The bounds are those of the field (docs/counting.md).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from collector.derive.anomaly.weeks import Weeks
from collector.derive.facts import HourFact, Status

#: Nobody for longer than this many open hours, and than five times the usual gap between two people, is suspicious.
DEAD_HOURS: Final = 3
DEAD_GAPS: Final = 5
#: In and out of seven days may differ by this share of the larger one; below so many passages nothing is concluded.
DRIFT: Final = 0.15
DRIFT_DAYS: Final = 7
LEAST_PASSAGES: Final = 100
#: One way only, with at least so many passages in it on one day.
ONE_WAY: Final = 20
#: People in the closed hours of one day, at most.
AT_NIGHT: Final = 5


class Suspicion(enum.StrEnum):
    """What may be wrong."""

    DEAD = "dead"  # nobody in hours that are never empty
    ONE_WAY = "one_way"  # people come in and never go out, or the other way
    DRIFT = "drift"  # in and out differ by too much over a week
    NIGHT = "night"  # passages while the library is closed


@dataclass(frozen=True, slots=True)
class Suspected:
    """At a door, from ``first`` to ``last`` (local days). ``hours`` are the open hours without anybody (``DEAD``), and
    ``expected`` who should have come in them; ``into`` and ``out`` are what was counted in the time told of."""

    site: str
    device: str
    kind: Suspicion
    first: date
    last: date
    into: int
    out: int
    hours: int = 0
    from_hour: int = 0
    expected: float = 0.0

    @property
    def apart(self) -> float:
        """By what share of the larger one in and out differ."""
        return abs(self.into - self.out) / max(self.into, self.out, 1)


def suspect(hours: Sequence[HourFact], weeks: Weeks | None, *, both_ways: bool = True) -> tuple[Suspected, ...]:
    """What is suspicious in one door's hours (in order of time), given its ordinary weeks, if they are known.

    ``both_ways`` is false for a counter that never told of anybody going out: then in and out cannot be compared.
    """
    found: list[Suspected] = []
    if weeks is not None:
        found += _dead(hours, weeks)
    days = [list(of_day) for _, of_day in groupby(hours, key=lambda hour: hour.day)]
    if both_ways:
        found += _one_way(days)
        found += _drift(days)
    found += _night(days)
    return tuple(sorted(found, key=lambda each: (each.first, each.kind)))


def _dead(hours: Sequence[HourFact], weeks: Weeks) -> Iterator[Suspected]:
    """Runs of open, watched hours without a single passage; a night between two of them does not end a run."""
    run: list[HourFact] = []
    expected = 0.0
    for hour in [*(hour for hour in hours if hour.status is not Status.CLOSED), None]:
        if hour is not None and _empty(hour):
            run.append(hour)
            expected += weeks.mean(hour.day.weekday(), hour.hour)
            continue
        if len(run) > DEAD_HOURS and expected > DEAD_GAPS:
            first = run[0]
            yield Suspected(
                first.site, first.device, Suspicion.DEAD, first.day, run[-1].day, 0, 0, len(run), first.hour, expected
            )
        run, expected = [], 0.0


def _empty(hour: HourFact) -> bool:
    watched = hour.seen_s * 2 >= hour.open_s
    return watched and hour.raw_in == hour.raw_out == 0


def _one_way(days: Sequence[list[HourFact]]) -> Iterator[Suspected]:
    for day in days:
        into, out = _sums(day)
        if min(into, out) == 0 and max(into, out) > ONE_WAY:
            yield _of_days(Suspicion.ONE_WAY, [day], into, out)


def _drift(days: Sequence[list[HourFact]]) -> Iterator[Suspected]:
    """The newest seven days; earlier ones had their turn."""
    if not days:
        return
    week = [day for day in days if day[0].day > days[-1][0].day - timedelta(days=DRIFT_DAYS)]
    into, out = (sum(sums) for sums in zip(*(_sums(day) for day in week), strict=True))
    told = _of_days(Suspicion.DRIFT, week, into, out)
    if max(into, out) >= LEAST_PASSAGES and min(into, out) > 0 and told.apart > DRIFT:
        yield told


def _night(days: Sequence[list[HourFact]]) -> Iterator[Suspected]:
    for day in days:
        closed = [hour for hour in day if hour.status is Status.CLOSED]
        into, out = _sums(closed)
        if into + out > AT_NIGHT:
            yield _of_days(Suspicion.NIGHT, [closed], into, out)


def _sums(hours: Sequence[HourFact]) -> tuple[int, int]:
    return sum(hour.raw_in for hour in hours), sum(hour.raw_out for hour in hours)


def _of_days(kind: Suspicion, days: Sequence[list[HourFact]], into: int, out: int) -> Suspected:
    first = days[0][0]
    return Suspected(first.site, first.device, kind, first.day, days[-1][-1].day, into, out)
