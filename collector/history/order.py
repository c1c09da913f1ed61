"""Which number is the day, in a whole column of dates, some of which can be read two ways. Pure.

Nothing is decided by taste. In this order:

1. what the person says (``--dates dmy``);
2. the column's own company: a file goes through time in small steps, so of all ways to read the column the one with the
   least wandering is taken (found for the whole column at once, so that formats may be mixed);
3. among ways that wander alike, the order that other dates of the column prove (a 13th or later day).

A date that is still open after this is refused: :class:`Undecided` says which, and how to say it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from collector.history.moments import Moment, Order

#: Going back in time is this much less likely than going forward by the same number of days.
_BACK: Final = 3.0
#: A day of a column that proves an order speaks that much for the same order elsewhere.
_PROVEN: Final = 0.5
_SAME: Final = 1e-9


class Undecided(ValueError):
    """A date can be read two ways and nothing decides it; ``at`` is its place in the column."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


def settle(column: Sequence[tuple[Moment, ...]], wanted: Order | None) -> list[Moment | None]:
    """One reading for each date of the column; ``None`` where there was none at all.

    Raises:
        Undecided: see above.
    """
    places = [i for i, readings in enumerate(column) if readings]
    if wanted is not None:
        return [_wanted(readings, wanted) for readings in column]
    shown = [readings[0].shows for readings in column if readings and readings[0].shows]
    favour = {order: _PROVEN * (shown.count(order) > shown.count(other)) for order, other in _EACH}
    ways = [_least_wandering([column[i] for i in places], favour, last=last) for last in (False, True)]
    settled: list[Moment | None] = [None] * len(column)
    for at, i in enumerate(places):
        one, other = ways[0][at], ways[1][at]
        if one.day != other.day:
            raise Undecided(i)
        settled[i] = one
    return settled


_EACH: Final = ((Order.DAY_FIRST, Order.MONTH_FIRST), (Order.MONTH_FIRST, Order.DAY_FIRST))


def _wanted(readings: tuple[Moment, ...], wanted: Order) -> Moment | None:
    return next((each for each in readings if each.order in (None, wanted)), None)


def _least_wandering(column: list[tuple[Moment, ...]], favour: dict[Order, float], *, last: bool) -> list[Moment]:
    """The cheapest way through the readings (Viterbi's); among equals the first, or with ``last`` the last.

    When both give the same way, there is only one.
    """
    costs: list[list[float]] = []
    came_from: list[list[int]] = []
    for at, readings in enumerate(column):
        costs.append([])
        came_from.append([])
        for reading in readings:
            own = -favour[reading.order] if reading.order else 0.0
            if at == 0:
                best, chosen = 0.0, 0
            else:
                options = [costs[at - 1][k] + _step(before, reading) for k, before in enumerate(column[at - 1])]
                best = min(options)
                alike = [k for k, cost in enumerate(options) if cost <= best + _SAME]
                chosen = alike[-1 if last else 0]
            costs[at].append(best + own)
            came_from[at].append(chosen)
    if not column:
        return []
    best = min(costs[-1])
    alike = [k for k, cost in enumerate(costs[-1]) if cost <= best + _SAME]
    chosen = alike[-1 if last else 0]
    way: list[Moment] = []
    for at in range(len(column) - 1, -1, -1):
        way.append(column[at][chosen])
        chosen = came_from[at][chosen]
    return way[::-1]


def _step(before: Moment, after: Moment) -> float:
    days = (after.day - before.day).days
    return math.log1p(abs(days)) * (_BACK if days < 0 else 1.0)
