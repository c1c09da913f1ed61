"""Checkouts per visit: what the kiosks lent, beside who came in through the doors of the same site. Pure.

Only days whose visits are known are compared (counted or estimated, not missing), so that a dead door does not look
like a run on books. A day's checkouts are those done at any kiosk of the site on the local day; refused and unknown
ones are no loans.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from collector.derive.calendar import Calendar
from collector.derive.facts import MILLI, DayFact, Status
from collector.store.port import TransactionCount


@dataclass(frozen=True, slots=True)
class Conversion:
    """Of one period that begins on ``day``: checkouts, visits (thousandths), and the days that were left out."""

    day: date
    checkouts: int
    visits: int
    days: int = 1
    left_out: int = 0

    @property
    def per_visit(self) -> int | None:
        """Checkouts per visit in thousandths; ``None`` without visits."""
        return None if not self.visits else (self.checkouts * MILLI * MILLI + self.visits // 2) // self.visits


def by_day(days: Sequence[DayFact], transactions: Iterable[TransactionCount], calendar: Calendar) -> list[Conversion]:
    """Each day of one site (its facts are those of the whole site)."""
    lent: dict[date, int] = defaultdict(int)
    sites = {day.site for day in days}
    for count in transactions:
        if count.site in sites and count.op == "checkout" and count.result == "done":
            lent[calendar.date_of(count.start)] += count.n
    return [
        Conversion(day.day, 0, 0, 0, 1)
        if day.status is Status.MISSING
        else Conversion(day.day, lent[day.day], day.visits)
        for day in days
    ]


def by_month(days: Iterable[Conversion]) -> list[Conversion]:
    """The same by calendar month."""
    months: dict[date, list[Conversion]] = defaultdict(list)
    for day in days:
        months[day.day.replace(day=1)].append(day)
    return [
        Conversion(
            month,
            sum(day.checkouts for day in of),
            sum(day.visits for day in of),
            sum(day.days for day in of),
            sum(day.left_out for day in of),
        )
        for month, of in sorted(months.items())
    ]
