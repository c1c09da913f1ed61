"""Checkouts per visit: what the kiosks lent, beside who came in through the doors of the same site. Pure.

Only days are compared on which both sides are known, so that a dead door does not look like a run on books, nor a kiosk
that was switched off like a library without readers:

* the visits of every open hour are known, counted or estimated;
* a kiosk of the site sent something on that day, whatever it was. A day without any operation is left out. Where some
  sites have kiosks, those without are no part of it.

A day's checkouts are those done at any kiosk of the site on the local day; refused and unknown ones are no loans.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
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
    """Each day of each site (its facts are those of the whole site). A closed day without visits is neither compared
    nor left out."""
    lent: dict[tuple[str, date], int] = {}
    for count in transactions:
        key = (count.site, calendar.date_of(count.start))
        lent[key] = lent.get(key, 0) + (count.n if count.op == "checkout" and count.result == "done" else 0)
    sites = {site for site, _ in lent} & {day.site for day in days}
    found = []
    for day in days:
        if sites and day.site not in sites:
            continue
        checkouts = lent.get((day.site, day.day))
        if day.status is Status.CLOSED and not day.visits and not checkouts:
            found.append(Conversion(day.day, 0, 0, 0))
        elif day.status is Status.MISSING or day.missing_s or checkouts is None:
            found.append(Conversion(day.day, 0, 0, 0, 1))
        else:
            found.append(Conversion(day.day, checkouts, day.visits))
    return found


def by_month(days: Iterable[Conversion]) -> list[Conversion]:
    """The same by calendar month."""
    return grouped(days, lambda day: day.replace(day=1))


def grouped(days: Iterable[Conversion], first: Callable[[date], date]) -> list[Conversion]:
    """The same in periods; ``first`` tells the first day of that in which a day lies."""
    periods: dict[date, list[Conversion]] = defaultdict(list)
    for day in days:
        periods[first(day.day)].append(day)
    return [together(of, period) for period, of in sorted(periods.items())]


def together(days: Sequence[Conversion], period: date) -> Conversion:
    """Their sum, of a period that begins on ``period``."""
    return Conversion(
        period, sum(day.checkouts for day in days), sum(day.visits for day in days), sum(day.days for day in days),
        sum(day.left_out for day in days),
    )  # fmt: skip
