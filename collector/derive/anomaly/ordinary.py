"""What ordinary weeks let a whole day expect: the band of a chart. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from collector.derive.anomaly.negative_binomial import NegativeBinomial
from collector.derive.anomaly.weeks import Observed, Weeks


@dataclass(slots=True)
class Ordinary:
    """One day: what was counted, and mean and variance of what such a day has. Doors may be added up."""

    counted: int = 0
    mean: float = 0.0
    variance: float = 0.0

    def add(self, other: Ordinary) -> None:
        """Add the same day at another door; chance is each door's own."""
        self.counted += other.counted
        self.mean += other.mean
        self.variance += other.variance

    def band(self, share: float) -> tuple[int, int] | None:
        """From how many to how many in ``share`` of such days; ``None`` where nothing was learnt."""
        return NegativeBinomial(self.mean, self.variance).interval(share) if self.mean > 0 else None


def ordinary_days(observed: Iterable[Observed], weeks: Weeks | None) -> dict[date, Ordinary]:
    """Each day of a door. Without ``weeks`` its counts alone."""
    days: dict[date, Ordinary] = {}
    for each in observed:
        day = days.setdefault(each.day, Ordinary())
        mean = 0.0 if weeks is None else weeks.mean(*each.key)
        day.counted += each.count
        day.mean += mean
        day.variance += mean + (0.0 if weeks is None else weeks.phi * mean**2)
    for day in days.values():
        day.variance += 0.0 if weeks is None else (day.mean * weeks.spread) ** 2
    return days
