"""All perimeter doors of a site together, from the facts of each. Pure.

Rules: sums of the doors; open time is the site's; seen and missing time are the mean of its doors, so a dead one of two
doors is half the coverage. A site's hour is *missing* when more than half of its doors' open time has no number,
*estimated* when any door's is; its day likewise. The factor of the site is that of its doors, weighted by raw counts.
Staff and internal doors take no part: they are kept, each by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from collector.derive.day import status_of
from collector.derive.facts import WHOLE_SITE, DayFact, HourFact, Status


def day(doors: Sequence[DayFact]) -> DayFact:
    """One day of at least one door."""
    open_s = max(door.open_s for door in doors)
    missing_s = sum(door.missing_s for door in doors) // len(doors)
    guessed = any(door.status is Status.ESTIMATED or door.estimated for door in doors)
    first = doors[0]
    return DayFact(
        first.site, WHOLE_SITE, first.day, sum(d.raw_in for d in doors), sum(d.raw_out for d in doors),
        sum(d.turned_back for d in doors), sum(d.ambiguous for d in doors), sum(d.visits for d in doors),
        sum(d.estimated for d in doors), sum(d.untimed for d in doors), sum(d.open_visits for d in doors), open_s,
        sum(d.seen_s for d in doors) // len(doors), missing_s, _factor(doors), status_of(open_s, missing_s, guessed),
    )  # fmt: skip


def hours(of_doors: Iterable[HourFact], doors: int) -> list[HourFact]:
    """The hours of one day; ``doors``: how many were in use. A door without a fact for an hour had nothing in it."""
    by_start: dict[int, list[HourFact]] = defaultdict(list)
    for fact in of_doors:
        by_start[fact.start].append(fact)
    return [_hour(by_start[start], doors) for start in sorted(by_start)]


def missing_s(fact: HourFact) -> int:
    """Open seconds of a door's hour without a number."""
    return fact.open_s - fact.seen_s if fact.status is Status.MISSING else 0


def _hour(facts: Sequence[HourFact], doors: int) -> HourFact:
    open_s = max(fact.open_s for fact in facts)
    first = facts[0]
    return HourFact(
        first.site, WHOLE_SITE, first.day, first.hour, first.start, sum(f.raw_in for f in facts),
        sum(f.raw_out for f in facts), sum(f.visits for f in facts), sum(f.estimated for f in facts), open_s,
        sum(f.seen_s for f in facts) // doors, _status(facts, open_s),
    )  # fmt: skip


def _status(facts: Sequence[HourFact], open_s: int) -> Status:
    if not open_s:
        return Status.CLOSED
    if 2 * sum(missing_s(fact) for fact in facts) > sum(fact.open_s for fact in facts):
        return Status.MISSING
    guessed = any(fact.status is Status.ESTIMATED or fact.estimated for fact in facts)
    return Status.ESTIMATED if guessed else Status.COUNTED


def _factor(doors: Sequence[DayFact]) -> int:
    raw = sum(door.raw_in for door in doors)
    if not raw:
        return sum(door.factor for door in doors) // len(doors)
    return (sum(door.raw_in * door.factor for door in doors) + raw // 2) // raw
