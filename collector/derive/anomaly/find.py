"""Hours and days that do not fit ordinary weeks, each with what was expected. Pure.

For each day every run of up to :data:`LONGEST` neighbouring slots is looked at, since an event fills several hours and
each alone may be hardly remarkable. A run's sum is compared with the negative binomial law of its mean and variance;
the day's effect is taken from the day's *other* hours, so that a great event cannot pass for a busy day. The least
likely run is told first and then no longer has a say. A day that as a whole is busy or quiet beyond the spread of days
is told once.

What was found is left out and the weeks are learnt again, until nothing changes: history need not be clean.
"""

from __future__ import annotations

import enum
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from collector.derive.anomaly.negative_binomial import NegativeBinomial
from collector.derive.anomaly.weeks import LOWEST, SPREADS, Observed, Weeks, day_effect, fit

#: Slots in a run, at most.
LONGEST: Final = 8
#: Told when as unlikely as this or less, as a power of ten; on a real door (docs/counting.md) that is
#: two lines in five days, half of them of events that somebody had written down.
HOURS_LEVEL: Final = 3.5
DAY_LEVEL: Final = 3.5
#: A difference of fewer people than this is not worth a line, however unlikely.
LEAST_PEOPLE: Final = 8
_SHARE: Final = 0.95
_ROUNDS: Final = 4
#: Runs nearer to their mean than so many standard deviations need no exact look.
_WORTH: Final = 2.5


class Kind(enum.StrEnum):
    """What is out of the ordinary."""

    MORE = "more"
    FEWER = "fewer"
    BUSY_DAY = "busy_day"
    QUIET_DAY = "quiet_day"


@dataclass(frozen=True, slots=True)
class Anomaly:
    """On ``day``, in the slots ``first`` to ``last`` (both included), ``counted`` came; on such a day ``low`` to
    ``high`` were to be expected in 95 of 100 cases. ``level``: how unlikely, as a power of ten (4: one in ten
    thousand)."""

    day: date
    first: int
    last: int
    kind: Kind
    counted: int
    expected: float
    low: int
    high: int
    level: float


def find(observed: Sequence[Observed]) -> tuple[Anomaly, ...]:
    """Everything out of the ordinary in a history, by day and slot; nothing when it is too short to know what is."""
    left_out: set[tuple[date, int]] = set()
    found: tuple[Anomaly, ...] = ()
    for _ in range(_ROUNDS):
        weeks = fit(observed, left_out)
        if weeks is None:
            return ()
        found = judge(observed, weeks)
        again = {(each.day, slot) for each in found for slot in range(each.first, each.last + 1)}
        if again == left_out:
            break
        left_out = again
    return found


def judge(observed: Sequence[Observed], weeks: Weeks) -> tuple[Anomaly, ...]:
    """What of ``observed`` does not fit ``weeks``."""
    days: dict[date, list[Observed]] = defaultdict(list)
    for each in observed:
        days[each.day].append(each)
    return tuple(
        anomaly for day in sorted(days) for anomaly in _Day(sorted(days[day], key=lambda each: each.slot), weeks).told()
    )


class _Day:
    """One day's slots beside what ordinary weeks say of them."""

    def __init__(self, slots: list[Observed], weeks: Weeks) -> None:
        self._slots = slots
        self._spread = weeks.spread
        self._means = [weeks.mean(*each.key) for each in slots]
        self._noises = [mean + weeks.phi * mean**2 for mean in self._means]
        self._open = set(range(len(slots)))  # not yet part of anything told

    def told(self) -> list[Anomaly]:
        """A day that is out of the ordinary as a whole, with what stands out even of such a day; or else its runs."""
        usual = self._spread
        self._spread = SPREADS[1]  # the day may be as busy or quiet as it likes
        found = self._runs()
        whole = self._whole(usual)
        if not whole:
            self._spread, self._open = usual, set(range(len(self._slots)))
            found = self._runs()
        return sorted([*found, *whole], key=lambda each: (each.first, each.last))

    def _runs(self) -> list[Anomaly]:
        """Runs, the least likely first, each judged by the hours still unsuspicious; neighbours of a kind are one."""
        runs: list[tuple[int, int, NegativeBinomial]] = []
        while (best := self._best()) is not None:
            (first, last), law = best
            self._open -= set(range(first, last + 1))
            runs.append((first, last, law))
        joined: list[tuple[int, int, NegativeBinomial]] = []
        for first, last, law in sorted(runs, key=lambda run: run[0]):
            if joined and self._goes_on(joined[-1], (first, last, law)):
                begun, _, before = joined.pop()
                law = NegativeBinomial(before.mean + law.mean, before.variance + law.variance)
                first = begun
            joined.append((first, last, law))
        return [
            self._anomaly(first, last, self._counted(first, last), law, (Kind.MORE, Kind.FEWER))
            for first, last, law in joined
        ]

    def _goes_on(self, one: tuple[int, int, NegativeBinomial], other: tuple[int, int, NegativeBinomial]) -> bool:
        """Whether one run follows the other without a gap, to the same side of what was expected."""
        neighbours = other[0] == one[1] + 1 and self._slots[other[0]].slot == self._slots[one[1]].slot + 1
        more = [self._counted(first, last) > law.mean for first, last, law in (one, other)]
        return neighbours and more[0] == more[1]

    def _counted(self, first: int, last: int) -> int:
        return sum(each.count for each in self._slots[first : last + 1])

    def _best(self) -> tuple[tuple[int, int], NegativeBinomial] | None:
        best: tuple[float, tuple[int, int], NegativeBinomial] | None = None
        for first, last, counted, law in self._remarkable():
            level = _level(counted, law)
            if level >= HOURS_LEVEL and (best is None or level > best[0]):
                best = (level, (first, last), law)
        return None if best is None else best[1:]

    def _remarkable(self) -> Iterator[tuple[int, int, int, NegativeBinomial]]:
        """Runs of open slots that lie far enough from their mean to be worth an exact look."""
        slots, means, noises = self._slots, self._means, self._noises
        half = sum(means) / 2
        all_counted = sum(slots[i].count for i in self._open)
        all_mean = sum(means[i] for i in self._open)
        all_noise = sum(noises[i] for i in self._open)
        for first in range(len(slots)):
            counted, mean, noise = 0, 0.0, 0.0
            for last in range(first, min(first + LONGEST, len(slots))):
                if last not in self._open or slots[last].slot != slots[first].slot + last - first:
                    break  # a run reaches across no gap and into nothing that is told already
                counted += slots[last].count
                mean += means[last]
                noise += noises[last]
                if mean > half:
                    break  # most of a day is a day, not an event in it
                others = (all_counted - counted, all_mean - mean, all_noise - noise)
                expected, variance = self._expected(mean, noise, *others)
                if abs(counted - expected) >= max(LEAST_PEOPLE, _WORTH * math.sqrt(variance)):
                    yield first, last, counted, NegativeBinomial(expected, variance)

    def _expected(
        self, mean: float, noise: float, other_counted: float, other_mean: float, other_noise: float
    ) -> tuple[float, float]:
        """Mean and variance of a run, given the day's other hours: they tell how busy the day is, more or less."""
        spread = self._spread
        effect = day_effect(other_counted, other_mean, other_noise, spread)
        known = other_noise / other_mean**2 if other_mean > LOWEST else math.inf
        unsure = spread**2 * known / (spread**2 + known) if math.isfinite(known) else spread**2
        expected = mean * effect
        return expected, expected + (noise - mean) * effect**2 + unsure * mean**2

    def _whole(self, spread: float) -> list[Anomaly]:
        """The day as a whole, without the slots that are told already, beside the ``spread`` of days."""
        rest = sorted(self._open)
        mean = sum(self._means[i] for i in rest)
        if mean < LEAST_PEOPLE:
            return []
        law = NegativeBinomial(mean, sum(self._noises[i] for i in rest) + (mean * spread) ** 2)
        counted = sum(self._slots[i].count for i in rest)
        if abs(counted - mean) < LEAST_PEOPLE or _level(counted, law) < DAY_LEVEL:
            return []
        return [self._anomaly(rest[0], rest[-1], counted, law, (Kind.BUSY_DAY, Kind.QUIET_DAY))]

    def _anomaly(self, first: int, last: int, counted: int, law: NegativeBinomial, kinds: tuple[Kind, Kind]) -> Anomaly:
        slots = self._slots
        kind = kinds[0] if counted > law.mean else kinds[1]
        return Anomaly(
            slots[0].day, slots[first].slot, slots[last].slot, kind, counted, law.mean, *law.interval(_SHARE),
            _level(counted, law),
        )  # fmt: skip


def _level(counted: int, law: NegativeBinomial) -> float:
    logarithm = law.at_least(counted) if counted > law.mean else law.at_most(counted)
    return -logarithm / math.log(10)
