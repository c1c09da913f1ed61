"""The cube month × weekday × hour: what each hour adds to its cell. Pure.

Cells are kept by difference: a changed hour takes its old contribution away and adds its new one, so that a late row
costs a cell and not a month. Visits are those of open hours with a number, so that a cell's mean is one of like
things; what came in closed hours stands in the facts of hours and days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from collector.derive.facts import HourFact, Status

#: site, door, month (its first day), weekday, hour.
Cell = tuple[str, str, date, int, int]
#: hours, missing, visits, estimated, open_s, seen_s; as in :class:`collector.derive.facts.WeekHour`.
Sums = tuple[int, int, int, int, int, int]


def cell(fact: HourFact) -> Cell:
    """Where an hour belongs."""
    return fact.site, fact.device, fact.day.replace(day=1), fact.day.weekday(), fact.hour


def sums(fact: HourFact) -> Sums:
    """What it adds; nothing but zeros for a closed hour."""
    if fact.status is Status.CLOSED:
        return 0, 0, 0, 0, 0, 0
    if fact.status is Status.MISSING:
        return 0, 1, 0, 0, fact.open_s, fact.seen_s
    return 1, 0, fact.visits, fact.estimated, fact.open_s, fact.seen_s


def change(old: Iterable[HourFact], new: Iterable[HourFact]) -> dict[Cell, Sums]:
    """What to add to each cell when ``old`` hours become ``new`` ones; cells that stay are left out."""
    cells: dict[Cell, list[int]] = defaultdict(lambda: [0] * 6)
    for sign, facts in ((-1, old), (1, new)):
        for fact in facts:
            slot = cells[cell(fact)]
            for i, value in enumerate(sums(fact)):
                slot[i] += sign * value
    return {where: (s[0], s[1], s[2], s[3], s[4], s[5]) for where, s in cells.items() if any(s)}
