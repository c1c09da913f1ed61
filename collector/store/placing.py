"""When a row happened, and in which quarter hour it counts. Pure.

A device without a clock battery writes rows before it knows the time. They carry the boot clock, and once the device
learns the time it writes an anchor; every row of that boot is then placed exactly, whenever it arrives. A row
that no anchor reaches is placed at its arrival, the only bound there is, and marked as an estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from devices.contract import Anchor, Clock, Stamped

QUARTER_MS = 900_000
#: Clocks whose own times nothing else can change.
TRUSTED = frozenset({Clock.SYNCED, Clock.RTC})
#: No device of this project existed before 2020; an earlier time is a clock that was never set.
_EARLIEST = 1_577_836_800_000
#: A time this far after the arrival (ms) is a clock that is wrong.
_AHEAD = 3_600_000


@dataclass(frozen=True, slots=True)
class Place:
    """From ``start`` to ``end`` in ms of UTC."""

    start: int
    end: int
    estimated: bool

    @property
    def quarter(self) -> int:
        """Start of the quarter hour in which the row counts: the one it began in."""
        return self.start - self.start % QUARTER_MS


def place(row: Stamped, received: int, anchors: Sequence[Anchor]) -> Place:
    """Place a row, given the anchors of its boot.

    Trusted times of its own come first, then the nearest anchor, then its own estimate, then its arrival.
    """
    own = own_times(row, received)
    if own is not None and row.clk in TRUSTED:
        return Place(*own, estimated=False)
    usable = [anchor for anchor in anchors if _EARLIEST <= anchor.utc <= received + _AHEAD]
    if usable:
        nearest = min(usable, key=lambda a: (abs(a.bt - row.bt0), a.bt, a.utc))
        shift = nearest.utc - nearest.bt
        start = row.bt0 + shift
        return Place(start, max(start, row.bt1 + shift), estimated=False)
    if own is not None:
        return Place(*own, estimated=True)
    return Place(received, received, estimated=True)


def own_times(row: Stamped, received: int) -> tuple[int, int] | None:
    """The row's own times, if they can be."""
    end = row.t1 if row.t1 is not None else row.t0
    start = row.t0 if row.t0 is not None else row.t1
    if start is None or end is None or not _EARLIEST <= start <= end <= received + _AHEAD:
        return None
    return start, end
