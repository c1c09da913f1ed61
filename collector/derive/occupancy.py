"""How many people were in the library, worked out from who came in and went out. Pure; never fed back into visits.

No door balances: over weeks its ins and outs differ by several percent, so a plain running difference drifts away.
Rules:

* The day begins empty, and ends empty: occupancy is set to 0 when the library closes, or at the quietest quarter hour
  after that (fewest passages, the earliest of several) when people still leave then.
* The day's outs are scaled to its ins, since both count the same people. What this takes is the **imbalance**, a
  number for the door's quality: (out - in) / in.
* Never below 0.
* The band: half of what the scaling moves so far (counts missed on one side), plus the ambiguous passages so far,
  each of which may be one person more or less. It is exact in neither direction and says so.

A day without outs (a counter that knows no direction) has no occupancy. A day that is not over cannot be scaled to its
own ins, since people are still inside: it is scaled as the days before were, and has no imbalance yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: The imbalance from which a door's direction is in doubt, in thousandths.
SUSPICIOUS = 150


@dataclass(frozen=True, slots=True)
class Flow:
    """Passages of all perimeter doors in a stretch of time from ``start`` (ms of UTC)."""

    start: int
    into: int
    out: int
    ambiguous: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """People inside at the end of the stretch that begins at ``start``: likely, at least, at most."""

    start: int
    inside: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Occupancy:
    """A day. ``imbalance`` in thousandths of the ins, ``None`` without ins or before the day is over; ``emptied``: when
    it was set to 0."""

    levels: tuple[Level, ...]
    imbalance: int | None
    emptied: int | None
    peak: Level | None

    @property
    def doubtful(self) -> bool:
        """Whether ins and outs differ so much that a door should be looked at."""
        return self.imbalance is not None and abs(self.imbalance) > SUSPICIOUS


def occupancy(flows: Sequence[Flow], closes: int | None, usual: tuple[int, int] | None = None) -> Occupancy:
    """From the stretches of one day, in order. ``closes``: when the library closes, ``None`` if it never opened.

    ``usual``: ins and outs of whole days before, for a day that is not over.
    """
    into, out = usual or (sum(flow.into for flow in flows), sum(flow.out for flow in flows))
    imbalance = (out - into) * 1000 // into if into and not usual else None
    if not into or not out:
        return Occupancy((), imbalance, None, None)
    emptied = _quietest(flows, closes)
    levels: list[Level] = []
    ins = outs = doubt = 0
    for flow in flows:
        if emptied is not None and flow.start >= emptied:
            levels.append(Level(flow.start, 0, 0, 0))
            continue
        ins, outs, doubt = ins + flow.into, outs + flow.out, doubt + flow.ambiguous
        scaled = (outs * into + out // 2) // out
        inside = max(0, ins - scaled)
        band = (abs(outs - scaled) + 1) // 2 + doubt
        levels.append(Level(flow.start, inside, max(0, inside - band), inside + band))
    peak = max(levels, key=lambda level: (level.inside, -level.start), default=None)
    return Occupancy(tuple(levels), imbalance, emptied, peak)


def _quietest(flows: Sequence[Flow], closes: int | None) -> int | None:
    """The start of the stretch from which on nobody is inside."""
    after = [flow for flow in flows if closes is not None and flow.start >= closes]
    return min(after, key=lambda flow: (flow.into + flow.out, flow.start)).start if after else None
