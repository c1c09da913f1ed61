"""Hours of the week: whole months come from the cube, the days at the edges from their hours. Pure.

So the cost of a heat map over years is that of its months (168 sums each), not that of its hours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from collector.derive.facts import Facts, HourFact, Scope, Status, WeekHour
from collector.reports.ask import month_of
from collector.reports.figures import ratio


@dataclass(slots=True)
class Slot:
    """Sums over one hour of the week at one place."""

    hours: int = 0
    missing: int = 0
    visits: int = 0
    estimated: int = 0

    def mean(self) -> int | None:
        """Visits in this hour of an open day, in thousandths; ``None``: never open, or never with a number."""
        return None if not self.hours else ratio(self.visits, self.hours)


#: (site, weekday, hour) → sums. Several sites: the mean of all is the sum of their means.
Slots = dict[tuple[str, int, int], Slot]


def slots(facts: Facts, scope: Scope, first: date, last: date) -> Slots:
    """All hours of the week from ``first`` to ``last``."""
    found: Slots = {}
    begin = first if first.day == 1 else month_of(first)[1] + timedelta(days=1)
    end = last if last == month_of(last)[1] else last.replace(day=1) - timedelta(days=1)
    if begin > end:
        _add_hours(found, facts.hours(scope, first, last))
        return found
    _add_cube(found, facts.profile(scope, begin, end))
    if first < begin:
        _add_hours(found, facts.hours(scope, first, begin - timedelta(days=1)))
    if end < last:
        _add_hours(found, facts.hours(scope, end + timedelta(days=1), last))
    return found


def _add_cube(found: Slots, cube: Iterable[WeekHour]) -> None:
    for sums in cube:
        key = (sums.site, sums.weekday, sums.hour)
        slot = found.get(key)
        if slot is None:
            slot = found[key] = Slot()
        slot.hours += sums.hours
        slot.missing += sums.missing
        slot.visits += sums.visits
        slot.estimated += sums.estimated


def _add_hours(found: Slots, hours: Iterable[HourFact]) -> None:
    for fact in hours:
        slot = found.setdefault((fact.site, fact.day.weekday(), fact.hour), Slot())
        if fact.status is Status.MISSING:
            slot.missing += 1
        elif fact.open_s:
            slot.hours += 1
        slot.visits += fact.visits
        slot.estimated += fact.estimated
