"""Ordinary weeks: what a door counts in each slot of the week, how much days differ, and how much chance is left. Pure.

The model: in slot *s* of the week (weekday and hour) on day *d* a door counts a negative binomial number with mean
``level[s] · busy[d]`` and variance ``mean + phi · mean²``. ``busy`` is the day's own effect, around 1: rain, exams,
fasting month. It has a spread, ``spread``, and is estimated from the day's other hours, drawn towards 1 where the day
says little.

History is dirty: there were readings, school visits, broken doors and holidays in it. So levels begin from the middle
half of the weeks, which the rest cannot move, and whoever finds something out of the ordinary fits again without it
(``left_out``).
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Final

#: A slot's level is drawn towards that of the same time on other days as if that had been seen in so many weeks.
BORROWED_WEEKS: Final = 0.5
#: Below this the level is so low that one person is no news; it keeps divisions sane.
LOWEST: Final = 0.02
#: Bounds of the spread of days and of ``phi``: no real door lies outside, a fit to three days may.
SPREADS: Final = (0.02, 0.5)
PHIS: Final = (0.0, 1.0)
#: From fewer days with anything in them nothing is concluded.
LEAST_DAYS: Final = 14
_ROUNDS: Final = 4
#: The wildest twentieth of all hours does not speak for the others; of a normal variable the squares of the rest
#: sum to this share of all.
_CALM: Final = 0.95
_CALM_SQUARES: Final = 0.76
#: Days on which fewer people are expected say nothing of how days differ.
_SAYS_SOMETHING: Final = 10
#: The wildest tenth of the days does not speak for the others; a normal variable's other squares have this share of
#: its variance as their mean.
_CALM_DAYS: Final = 0.9
_CALM_DAYS_SQUARES: Final = 0.62


@dataclass(frozen=True, slots=True)
class Observed:
    """What was counted in one slot: of local ``day``, the ``slot``-th of that day (an hour, or any fixed width)."""

    day: date
    slot: int
    count: int

    @property
    def key(self) -> tuple[int, int]:
        """Slot of the week."""
        return self.day.weekday(), self.slot


@dataclass(frozen=True, slots=True)
class Weeks:
    """A fitted model. ``days`` is how many days it learnt from."""

    level: dict[tuple[int, int], float]
    busy: dict[date, float]
    spread: float
    phi: float
    days: int

    def mean(self, weekday: int, slot: int) -> float:
        """Expected on an ordinary day; a slot never seen has the lowest level there is."""
        return self.level.get((weekday, slot), LOWEST)


def fit(observed: Sequence[Observed], left_out: Set[tuple[date, int]] = frozenset()) -> Weeks | None:
    """Learn ordinary weeks from history, without the (day, slot) pairs ``left_out``.

    ``None`` when the history is too short to say what is ordinary (:data:`LEAST_DAYS`).
    """
    kept = [each for each in observed if (each.day, each.slot) not in left_out]
    days = {each.day for each in kept}
    if len({each.day for each in kept if each.count}) < LEAST_DAYS:
        return None
    level = _first_levels(kept)
    spread, phi = 0.2, 0.1
    busy: dict[date, float] = {}
    for _ in range(_ROUNDS):
        busy = _busy(kept, level, spread, phi)
        level = _levels(kept, busy)
        spread = _spread(kept, level, phi)
        phi = _phi(kept, level, busy)
    return Weeks(level, busy, spread, phi, len(days))


def day_effect(counted: float, expected: float, noise: float, spread: float) -> float:
    """A day's effect from its sum and what an ordinary day would have had, drawn towards 1.

    ``noise`` is the variance of the sum by chance alone. The day's own word weighs as much as chance leaves it: with
    ``spread``² as the variance of days, the best linear estimate.
    """
    if expected <= 0:
        return 1.0
    trust = spread**2 / (spread**2 + noise / expected**2)
    return max(0.1, 1 + trust * (counted / expected - 1))


def _first_levels(kept: Sequence[Observed]) -> dict[tuple[int, int], float]:
    by_slot: dict[tuple[int, int], list[int]] = defaultdict(list)
    for each in kept:
        by_slot[each.key].append(each.count)
    # In a slot where one or two people come, the median is 0 or 1, whatever the mean: the middle half says more.
    return {key: max(LOWEST, _middle(counts)) for key, counts in by_slot.items()}


def _middle(counts: list[int]) -> float:
    ordered = sorted(counts)
    cut = len(ordered) // 4
    return statistics.fmean(ordered[cut : len(ordered) - cut])


def _by_day(
    kept: Sequence[Observed], level: dict[tuple[int, int], float], phi: float
) -> dict[date, tuple[float, float, float]]:
    """Of each day: counted, expected of an ordinary day, variance of the sum by chance alone."""
    sums: dict[date, tuple[float, float, float]] = {}
    for each in kept:
        mean = level[each.key]
        counted, expected, noise = sums.get(each.day, (0.0, 0.0, 0.0))
        sums[each.day] = (counted + each.count, expected + mean, noise + mean + phi * mean**2)
    return sums


def _busy(
    kept: Sequence[Observed], level: dict[tuple[int, int], float], spread: float, phi: float
) -> dict[date, float]:
    return {day: day_effect(*sums, spread) for day, sums in _by_day(kept, level, phi).items()}


def _levels(kept: Sequence[Observed], busy: dict[date, float]) -> dict[tuple[int, int], float]:
    counted: dict[tuple[int, int], float] = defaultdict(float)
    weight: dict[tuple[int, int], float] = defaultdict(float)
    working: dict[tuple[bool, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for each in kept:
        counted[each.key] += each.count
        weight[each.key] += busy[each.day]
        alike = working[each.key[0] >= 5, each.slot]
        alike[0] += each.count
        alike[1] += busy[each.day]
    levels = {}
    for key, total in counted.items():
        alike = working[key[0] >= 5, key[1]]
        borrowed = BORROWED_WEEKS * alike[0] / alike[1]
        levels[key] = max(LOWEST, (total + borrowed) / (weight[key] + BORROWED_WEEKS))
    return levels


def _spread(kept: Sequence[Observed], level: dict[tuple[int, int], float], phi: float) -> float:
    """How much days differ beyond chance: their squared distances from 1, less what chance makes of them."""
    days = _by_day(kept, level, phi).values()
    squares = sorted(((c / e - 1) ** 2, noise / e**2, e) for c, e, noise in days if e >= _SAYS_SOMETHING)
    if not squares:
        return SPREADS[0]
    calm = squares[: max(1, round(len(squares) * _CALM_DAYS))]
    people = sum(expected for *_, expected in calm)  # a full day says more than one on which hardly anybody is expected
    variance = sum(expected * (square / _CALM_DAYS_SQUARES - noise) for square, noise, expected in calm) / people
    return min(SPREADS[1], max(SPREADS[0], math.sqrt(max(0.0, variance))))


def _phi(kept: Sequence[Observed], level: dict[tuple[int, int], float], busy: dict[date, float]) -> float:
    """What makes hours differ beyond Poisson's law, from all but the wildest twentieth of them."""
    hours: list[tuple[float, float, float]] = []
    for each in kept:
        mean = level[each.key] * busy[each.day]
        if mean >= 1:
            square = (each.count - mean) ** 2
            hours.append((square / (mean + 0.1 * mean**2), square, mean))
    if not hours:
        return PHIS[0]
    hours.sort()
    calm = hours[: max(1, round(len(hours) * _CALM))]
    learnt = len(kept) / max(1, len(kept) - len(level))  # a level that was fitted lies nearer than the true one
    over = sum(square * learnt / _CALM_SQUARES - mean for _, square, mean in calm)
    squares = sum(mean**2 for _, _, mean in calm)
    return min(PHIS[1], max(PHIS[0], over / squares))
