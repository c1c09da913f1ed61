"""From quarter hours in UTC to the library's own days and hours. Pure; the site's time zone is applied here and nowhere
else, so a day with 23 or 25 hours is one.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from collector.store.port import LostPassages, QuarterHour, TransactionCount


class By(enum.StrEnum):
    """Width of a bucket."""

    QUARTER = "quarter"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Door:
    """A door: its site and device id."""

    site: str
    device: str


@dataclass(slots=True)
class Passages:
    """Counted passages. ``estimated_*`` is the part of ``into``/``out`` whose time is an estimate, ``untimed_*`` the
    part that is known only from the totals around rows that never came."""

    into: int = 0
    out: int = 0
    turned_back: int = 0
    estimated_in: int = 0
    estimated_out: int = 0
    untimed_in: int = 0
    untimed_out: int = 0

    def add(self, quarter: QuarterHour) -> None:
        """Add a quarter hour."""
        self.into += quarter.into
        self.out += quarter.out
        self.turned_back += quarter.turned_back
        self.estimated_in += quarter.est_into
        self.estimated_out += quarter.est_out

    def add_lost(self, lost: LostPassages) -> None:
        """Add what lost rows are known to have held."""
        self.into += lost.into
        self.out += lost.out
        self.untimed_in += lost.into
        self.untimed_out += lost.out


@dataclass(frozen=True, slots=True)
class Visits:
    """A period's passages: by door, altogether, and by bucket and door (buckets are aware local times)."""

    total: Passages
    doors: dict[Door, Passages]
    buckets: dict[datetime, dict[Door, Passages]]


def span(first: date, last: date, zone: ZoneInfo) -> tuple[int, int]:
    """The days from ``first`` to ``last``, both included, as [start, end) in ms of UTC."""
    start = datetime.combine(first, time(), zone)
    end = datetime.combine(last + timedelta(days=1), time(), zone)
    return _ms(start), _ms(end)


def local(ms: int, zone: ZoneInfo) -> datetime:
    """A moment on the wall clock of the site."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)


def bucket(start: int, zone: ZoneInfo, by: By) -> datetime:
    """The local bucket in which the quarter hour from ``start`` (ms) lies."""
    at = local(start, zone)
    if by is By.DAY:
        at = at.replace(hour=0, minute=0, fold=0)
    elif by is By.HOUR:
        at = at.replace(minute=0)
    # With its offset written out, the hour that a clock change repeats is two buckets, as it was two hours.
    return at.astimezone(timezone(at.utcoffset() or timedelta()))


def visits(quarters: Iterable[QuarterHour], lost: Iterable[LostPassages], zone: ZoneInfo, by: By) -> Visits:
    """Sum passages. What lost rows held belongs to the period and its doors, but to no bucket."""
    result = Visits(Passages(), {}, {})
    for quarter in quarters:
        door = Door(quarter.site, quarter.device)
        slot = result.buckets.setdefault(bucket(quarter.start, zone, by), {})
        for sums in (result.total, result.doors.setdefault(door, Passages()), slot.setdefault(door, Passages())):
            sums.add(quarter)
    for missing in lost:
        door = Door(missing.site, missing.device)
        for sums in (result.total, result.doors.setdefault(door, Passages())):
            sums.add_lost(missing)
    return result


@dataclass(slots=True)
class Operations:
    """Kiosk operations by (op, result), and refusals by code."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)

    def add(self, count: TransactionCount) -> None:
        """Add one quarter hour's operations of a sort."""
        key = (count.op, count.result)
        self.counts[key] = self.counts.get(key, 0) + count.n
        if count.result == "refused" and count.code:
            self.refusals[count.code] = self.refusals.get(count.code, 0) + count.n

    def done(self, op: str) -> int:
        """How many of this operation were done."""
        return self.counts.get((op, "done"), 0)


@dataclass(frozen=True, slots=True)
class Loans:
    """A period's kiosk operations: altogether, by kiosk, and by bucket and kiosk."""

    total: Operations
    kiosks: dict[Door, Operations]
    buckets: dict[datetime, dict[Door, Operations]]


def loans(transactions: Iterable[TransactionCount], zone: ZoneInfo, by: By) -> Loans:
    """Sum kiosk operations."""
    result = Loans(Operations(), {}, {})
    for count in transactions:
        kiosk = Door(count.site, count.device)
        slot = result.buckets.setdefault(bucket(count.start, zone, by), {})
        for sums in (result.total, result.kiosks.setdefault(kiosk, Operations()), slot.setdefault(kiosk, Operations())):
            sums.add(count)
    return result


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
