"""Sums of facts, and the shares and rates that follow from them. Pure; whole numbers throughout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collector.derive.facts import DayFact, HourFact, MonthSum, Status
from collector.reports.charts.model import Sort
from collector.reports.model import Mark


@dataclass(slots=True)
class Figures:
    """Sums over hours or days. Visits in thousandths, times in seconds."""

    raw_in: int = 0
    raw_out: int = 0
    turned_back: int = 0
    ambiguous: int = 0
    corrected: int = 0  # raw × factor
    visits: int = 0
    estimated: int = 0
    untimed: int = 0
    open_visits: int = 0
    open_s: int = 0
    seen_s: int = 0
    missing_s: int = 0
    facts: int = 0
    open_days: int = 0
    missing_facts: int = 0

    def add_day(self, fact: DayFact) -> None:
        """Add a day at a door."""
        self.raw_in += fact.raw_in
        self.raw_out += fact.raw_out
        self.turned_back += fact.turned_back
        self.ambiguous += fact.ambiguous
        self.corrected += fact.raw_in * fact.factor
        self.visits += fact.visits
        self.estimated += fact.estimated
        self.untimed += fact.untimed
        self.open_visits += fact.open_visits
        self.open_s += fact.open_s
        self.seen_s += fact.seen_s
        self.missing_s += fact.missing_s
        self.facts += 1
        self.open_days += fact.open_s > 0
        self.missing_facts += fact.status is Status.MISSING

    def add_hour(self, fact: HourFact, factor: int) -> None:
        """Add an hour at a door, corrected by ``factor`` (thousandths)."""
        self.raw_in += fact.raw_in
        self.raw_out += fact.raw_out
        self.corrected += fact.raw_in * factor
        self.visits += fact.visits
        self.estimated += fact.estimated
        self.open_visits += fact.visits if fact.open_s else 0
        self.open_s += fact.open_s
        self.seen_s += fact.seen_s
        self.missing_s += fact.open_s - fact.seen_s if fact.status is Status.MISSING else 0
        self.facts += 1
        self.missing_facts += fact.status is Status.MISSING

    def add_month(self, sums: MonthSum) -> None:
        """Add a month whose days were summed already. What it does not hold (passages, closed hours) stays as it is."""
        self.visits += sums.visits
        self.estimated += sums.estimated
        self.open_s += sums.open_s
        self.seen_s += sums.seen_s
        self.missing_s += sums.missing_s
        self.facts += sums.days
        self.open_days += sums.open_days
        self.missing_facts += sums.missing_days

    def add(self, other: Figures) -> None:
        """Add a sum to this one."""
        for name in Figures.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def mark(self) -> Mark:
        """What the sum is worth."""
        if self.facts and self.missing_facts == self.facts and not self.visits:
            return Mark.MISSING
        if self.missing_s:
            return Mark.LOWER
        if self.open_s == 0 and not self.visits:
            return Mark.CLOSED if self.facts else Mark.MISSING
        return Mark.ESTIMATED if self.estimated else Mark.NONE

    @property
    def sort(self) -> Sort:
        """The same for a chart."""
        mark = self.mark
        if mark is Mark.MISSING:
            return Sort.MISSING
        if mark is Mark.CLOSED:
            return Sort.CLOSED
        return Sort.ESTIMATED if self.estimated else Sort.COUNTED

    @property
    def shares(self) -> tuple[int, int, int] | None:
        """Counted, estimated, missing: tenths of a per cent of the open time, 1000 together; ``None``: never open."""
        if not self.open_s:
            return None
        missing = min(self.missing_s, self.open_s)
        counted = min(self.seen_s, self.open_s - missing)
        parts = shares((counted, self.open_s - missing - counted, missing))
        return parts[0], parts[1], parts[2]

    @property
    def per_open_hour(self) -> int | None:
        """Visits an open hour, in tenths; with hours missing a lower bound, with all of them missing ``None``."""
        if not self.open_s or (self.missing_s >= self.open_s and not self.open_visits):
            return None
        return ratio(self.open_visits * 36, self.open_s)

    @property
    def closed_visits(self) -> int:
        """Visits outside opening hours; those without an hour are in neither."""
        return self.visits - self.open_visits - self.untimed

    @property
    def imbalance(self) -> int | None:
        """How far ins and outs differ, in tenths of a per cent of the larger; ``None`` without passages."""
        larger = max(self.raw_in, self.raw_out)
        return None if not larger else ratio(abs(self.raw_in - self.raw_out) * 1000, larger)


def total(facts: Iterable[DayFact]) -> Figures:
    """The sum of days."""
    figures = Figures()
    for fact in facts:
        figures.add_day(fact)
    return figures


def ratio(part: int, whole: int) -> int:
    """``part / whole`` to the nearest whole number, halves away from zero. ``whole`` is positive."""
    rounded = (2 * abs(part) + whole) // (2 * whole)
    return rounded if part >= 0 else -rounded


def shares(parts: Sequence[int], of: int = 1000) -> list[int]:
    """Parts as whole numbers that sum to ``of``, by largest remainder. All zero: all zero."""
    everything = sum(parts)
    if not everything:
        return [0] * len(parts)
    floors = [part * of // everything for part in parts]
    order = sorted(range(len(parts)), key=lambda i: (-(parts[i] * of % everything), i))
    for i in order[: of - sum(floors)]:
        floors[i] += 1
    return floors


def change(now: int, before: int) -> int | None:
    """The change from ``before`` in tenths of a per cent; ``None`` from nothing."""
    return None if before <= 0 else ratio((now - before) * 1000, before)
