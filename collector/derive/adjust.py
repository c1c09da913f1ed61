"""Adjustments: what a person knows better than the sensor, for a stated reason. Pure; raw counts are never edited.

Each has a method, a span, a reason, who entered it and who approved it. It has an effect only when somebody else
approved it and nobody withdrew it. They are applied in this order, and within a method by their number:

1. ``exclude`` (whole quarter hours): what was counted there is no visit, and nobody was watching (a school's
   parade, a repair). The holes are estimated like any others.
2. ``scale`` (whole hours): the visits of these hours × a factor.
3. ``add`` (one hour, or one whole day): so many visits more, or fewer; never below nothing. A day's have no hour.
4. ``set`` (one hour, or one whole day): so many visits, whatever was counted. A day's number is first what its hours
   have; what is more has no hour; when it is less, every hour gives in proportion.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collector.derive.facts import MILLI


class Method(enum.StrEnum):
    """How an adjustment changes a figure."""

    EXCLUDE = "exclude"
    SCALE = "scale"
    ADD = "add"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One adjustment of a door in [start, end), ms of UTC. ``value``: thousandths (of visits, or a factor)."""

    id: int
    site: str
    device: str
    method: Method
    start: int
    end: int
    value: int
    why: str
    who: str
    at: int
    approved_by: str = ""
    approved_at: int | None = None
    withdrawn_by: str = ""
    withdrawn_at: int | None = None
    withdrawn_why: str = ""

    @property
    def effective(self) -> bool:
        """Whether it changes anything."""
        return bool(self.approved_by) and not self.withdrawn_by

    def covers(self, start: int, end: int) -> bool:
        """Whether all of [start, end) lies in it."""
        return self.start <= start and end <= self.end


def effective(adjustments: Iterable[Adjustment], start: int, end: int) -> list[Adjustment]:
    """Those with an effect in [start, end), in the order of their numbers."""
    found = [a for a in adjustments if a.effective and a.start < end and start < a.end]
    return sorted(found, key=lambda a: a.id)


def excluded(adjustments: Iterable[Adjustment], start: int, end: int) -> bool:
    """Whether this quarter hour is excluded."""
    return any(a.method is Method.EXCLUDE and a.covers(start, end) for a in adjustments)


def change_hour(adjustments: Sequence[Adjustment], start: int, end: int, visits: int) -> tuple[int, bool, bool]:
    """An hour's visits after scaling, adding and setting; whether a person changed them, and whether he gave a number.

    Those that cover more than the hour by adding or setting are of the day.
    """
    touched = numbered = False
    for adjustment in adjustments:
        if adjustment.method is Method.SCALE and adjustment.covers(start, end):
            visits, touched = _times(visits, adjustment.value), True
    for method in (Method.ADD, Method.SET):
        for adjustment in adjustments:
            if adjustment.method is method and (adjustment.start, adjustment.end) == (start, end):
                visits = max(0, visits + adjustment.value if method is Method.ADD else adjustment.value)
                touched = numbered = True
    return visits, touched, numbered


def change_day(
    adjustments: Sequence[Adjustment], start: int, end: int, hours: Sequence[int], untimed: int
) -> tuple[list[int], int, bool, bool]:
    """A day's hours and what has no hour, after adding and setting; whether it was changed, and whether it was set."""
    changed, touched, is_set = list(hours), False, False
    for method in (Method.ADD, Method.SET):
        for adjustment in adjustments:
            if adjustment.method is not method or (adjustment.start, adjustment.end) != (start, end):
                continue
            old = sum(changed) + untimed
            total = max(0, old + adjustment.value if method is Method.ADD else adjustment.value)
            changed, untimed = _reach(changed, total)
            touched, is_set = True, is_set or method is Method.SET
    return changed, untimed, touched, is_set


def share(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` in parts in proportion to ``weights``: whole, exact in sum, the largest remainders first."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def _reach(hours: list[int], total: int) -> tuple[list[int], int]:
    timed = sum(hours)
    return (hours, total - timed) if total >= timed else (share(total, hours), 0)


def _times(value: int, factor: int) -> int:
    """A product of thousandths, to the nearest."""
    return (value * factor + MILLI // 2) // MILLI
