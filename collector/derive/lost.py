"""Passages in rows that never came: how many is known from the running totals, when only between two moments. Pure.

They belong to the days between these moments. When that is one day they are its *untimed* passages, counted like
others; when they are several, each gets whole passages in proportion to its open time in between (all its time, when
nothing was open), and that part is an estimate. Rows tell of at most 15 minutes each: when the lost rows
could have covered the time between, the sensor watched it; when they could not, somebody had switched it off for a
part of it, and the open time in between stays missing, beside the known passages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from collector.derive.adjust import share
from collector.derive.calendar import Calendar

#: What one row can cover, at most: a heartbeat's quarter hour, and a little for the rows' own edges.
ROW_MS = 900_000
SLACK_MS = 60_000


@dataclass(frozen=True, slots=True)
class Lost:
    """``rows`` that never came between two moments (ms of UTC), and what they held."""

    after: int
    before: int
    rows: int
    into: int
    out: int

    @property
    def watched(self) -> bool:
        """Whether the lost rows could cover the time between."""
        return self.before - self.after <= self.rows * ROW_MS + SLACK_MS

    def overlaps(self, start: int, end: int) -> bool:
        """Whether a part of [start, end) lies in between."""
        return self.after < end and start < self.before


@dataclass(frozen=True, slots=True)
class Untimed:
    """A day's passages without hour; ``guessed``: of the ``into``, those whose day is an estimate."""

    into: int = 0
    out: int = 0
    guessed: int = 0


def on_day(lost: Sequence[Lost], calendar: Calendar, day: date) -> Untimed:
    """What of the lost passages belongs to a day."""
    into = out = guessed = 0
    for hole in lost:
        days = days_of(hole, calendar)
        if day not in days:
            continue
        weights = _weights(hole, calendar, days)
        place = days.index(day)
        part = share(hole.into, weights)[place]
        into, out = into + part, out + share(hole.out, weights)[place]
        guessed += part if len(days) > 1 else 0
    return Untimed(into, out, guessed)


def days_of(hole: Lost, calendar: Calendar) -> list[date]:
    """The days in which the time between lies."""
    first = calendar.date_of(hole.after)
    last = calendar.date_of(max(hole.after, hole.before - 1))
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def _weights(hole: Lost, calendar: Calendar, days: Sequence[date]) -> list[int]:
    if len(days) == 1:
        return [1]
    spans = [(max(hole.after, start), min(hole.before, end)) for start, end in map(calendar.bounds, days)]
    opened = [calendar.day(day).open_ms(*span) for day, span in zip(days, spans, strict=True)]
    return opened if any(opened) else [end - start for start, end in spans]
