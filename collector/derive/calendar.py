"""A library's calendar: which moments of a local day are open. Pure; the site's time zone is applied here.

Rules:

* A local day runs from its first moment to that of the next. When the clock is changed it has 23, 25 or (Lord Howe)
  23½ hours; an hour is a stretch of time in which the wall clock's hour and its distance from UTC stay the same, so a
  clock put back makes one hour come twice.
* Opening hours are those of the newest rule that is valid on the day. A span past midnight belongs, behind midnight,
  to the next calendar day. A library for which no rule is valid is open around the clock: nothing that its
  doors count or miss is hidden behind hours that nobody entered.
* A special day replaces the rule of its date, with what would have run past midnight: closed, or other hours.
* A closing time that the wall clock shows twice is the second, an opening time the first; one that it jumps over
  is the moment of the jump.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from collector.derive.weekly import DAY_MINUTES, Span, Week

QUARTER_MS = 900_000
_HOUR_MS = 3_600_000
_MINUTE = timedelta(minutes=1)
_ALL_DAY: tuple[Span, ...] = ((0, DAY_MINUTES),)


class Kind(enum.StrEnum):
    """Why a day is special. Only days of ``HOURS`` are like other days when something must be estimated."""

    HOLIDAY = "holiday"
    CLOSURE = "closure"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Special:
    """A day with hours of its own; none: closed. ``name`` is what it is called, ``why`` its reason."""

    day: date
    kind: Kind
    name: str
    why: str = ""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Weekly hours, valid from a day until the next rule."""

    valid_from: date
    week: Week


@dataclass(frozen=True, slots=True)
class LocalHour:
    """An hour of the wall clock in [start, end), ms of UTC."""

    hour: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LocalDay:
    """One calendar day of a library, in ms of UTC. ``open`` are spans [begin, end) in order."""

    day: date
    start: int
    end: int
    hours: tuple[LocalHour, ...]
    open: tuple[tuple[int, int], ...]
    special: Special | None = None

    def open_ms(self, start: int, end: int) -> int:
        """How much of [start, end) is open."""
        return sum(max(0, min(end, last) - max(start, first)) for first, last in self.open)

    @property
    def ordinary(self) -> bool:
        """Whether other days of the same weekday may be compared with it."""
        return self.special is None or self.special.kind is Kind.HOURS


class Calendar:
    """One library's days."""

    def __init__(self, zone: ZoneInfo, rules: Sequence[Rule] = (), specials: Mapping[date, Special] | None = None):
        """``rules`` in any order; of two that are valid from one day the later in the sequence holds."""
        self.zone = zone
        self._rules = sorted(rules, key=lambda rule: rule.valid_from)
        self._specials = dict(specials or {})
        self._days: dict[date, LocalDay] = {}

    def date_of(self, ms: int) -> date:
        """The local day in which a moment lies."""
        return datetime.fromtimestamp(ms / 1000, UTC).astimezone(self.zone).date()

    def bounds(self, day: date) -> tuple[int, int]:
        """The day's first moment and that of the next, ms of UTC."""
        return _midnight(self.zone, day), _midnight(self.zone, day + timedelta(days=1))

    def day(self, day: date) -> LocalDay:
        """All about one day; worked out once."""
        if day not in self._days:
            self._days[day] = self._day(day)
        return self._days[day]

    def _day(self, day: date) -> LocalDay:
        start, end = self.bounds(day)
        found = [*self._at(day - timedelta(days=1), start, end), *self._at(day, start, end)]
        return LocalDay(day, start, end, _hours(self.zone, start, end), _joined(found), self._specials.get(day))

    def spans(self, day: date) -> tuple[Span, ...]:
        """The day's own spans on the wall clock, with what of them lies behind midnight."""
        special = self._specials.get(day)
        if special is not None:
            return special.spans
        valid = [rule for rule in self._rules if rule.valid_from <= day]
        return valid[-1].week[day.weekday()] if valid else _ALL_DAY

    def _at(self, day: date, start: int, end: int) -> list[tuple[int, int]]:
        """The spans of ``day`` as far as they lie in [start, end)."""
        moments = [
            (_moment(self.zone, day, begin, first=True), _moment(self.zone, day, until, first=False))
            for begin, until in self.spans(day)
        ]
        clipped = [(max(start, begin), min(end, until)) for begin, until in moments]
        return [(begin, until) for begin, until in clipped if begin < until]


@lru_cache(4096)
def _midnight(zone: ZoneInfo, day: date) -> int:
    return _ms(datetime.combine(day, time(), zone))


@lru_cache(4096)
def _moment(zone: ZoneInfo, day: date, minutes: int, *, first: bool) -> int:
    """When the wall clock shows so many minutes after midnight of ``day``."""
    wall = datetime.combine(day, time()) + minutes * _MINUTE
    shown = wall.replace(tzinfo=zone, fold=0 if first else 1)
    utc = shown.astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) == wall:
        return _ms(shown)
    # The clock jumps over this time. One reading lies before the jump, one after it: search between them.
    before, after = sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    while after - before > _MINUTE:
        middle = before + ((after - before) / 2 // _MINUTE) * _MINUTE
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return _ms(after)


@lru_cache(4096)
def _hours(zone: ZoneInfo, start: int, end: int) -> tuple[LocalHour, ...]:
    first = datetime.fromtimestamp(start / 1000, UTC).astimezone(zone)
    last = datetime.fromtimestamp((end - 1) / 1000, UTC).astimezone(zone)
    if first.utcoffset() == last.utcoffset() and end - start == 24 * _HOUR_MS:
        return tuple(LocalHour(i, start + i * _HOUR_MS, start + (i + 1) * _HOUR_MS) for i in range(24))
    hours: list[LocalHour] = []
    offset = None
    for quarter in range(start, end, QUARTER_MS):
        at = datetime.fromtimestamp(quarter / 1000, UTC).astimezone(zone)
        if hours and (hours[-1].hour, offset) == (at.hour, at.utcoffset()):
            hours[-1] = LocalHour(at.hour, hours[-1].start, quarter + QUARTER_MS)
        else:
            hours.append(LocalHour(at.hour, quarter, quarter + QUARTER_MS))
        offset = at.utcoffset()
    return tuple(hours)


def _joined(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """In order, with those that touch or overlap made one."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
