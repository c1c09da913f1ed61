"""When a row happened, and in which quarter hour it counts. Pure.

A device without a clock battery writes rows before it knows the time. They carry the boot clock, and once the device
learns the time it writes an anchor; every row of that boot is then placed exactly, whenever it arrives.

A boot that never learned the time lies between two others of the same ledger: after the last known time before it and
before the first known time after it. Several such boots in a row share the time between, in the order of their numbers,
each as long as its boot clock says, with equal pauses; no row may have happened after it arrived. Rows placed so are
estimates, and marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from devices.contract import Anchor, Clock, Stamped

QUARTER_MS = 900_000
#: Clocks whose own times nothing else can change.
TRUSTED = frozenset({Clock.SYNCED, Clock.RTC})
#: No device of this project existed before 2020. Devices themselves refuse a clock from before their software.
EARLIEST_MS = 1_577_836_800_000
#: A time this far after the arrival (ms) is a clock that is wrong.
AHEAD_MS = 3_600_000


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


def place(row: Stamped, received: int, anchors: Sequence[Anchor], began: int | None = None) -> Place:
    """Place a row, given the anchors of its boot, and when that boot is thought to have begun (ms of UTC).

    Trusted times of its own come first, then the nearest anchor, then its own estimate, then its place in its boot. Its
    arrival is the last resort.
    """
    own = own_times(row, received)
    if own is not None and row.clk in TRUSTED:
        return Place(*own, estimated=False)
    usable = [anchor for anchor in anchors if believable(anchor.utc, received)]
    if usable:
        nearest = min(usable, key=lambda a: (abs(a.bt - row.bt0), a.bt, a.utc))
        shift = nearest.utc - nearest.bt
        start = row.bt0 + shift
        return Place(start, max(start, row.bt1 + shift), estimated=False)
    if own is not None:
        return Place(*own, estimated=True)
    if began is not None:
        return Place(began + row.bt0, began + max(row.bt0, row.bt1), estimated=True)
    return Place(received, received, estimated=True)


def believable(utc: int, received: int) -> bool:
    """Whether this can be the time: not from before there were devices, not after the arrival."""
    return EARLIEST_MS <= utc <= received + AHEAD_MS


def own_times(row: Stamped, received: int) -> tuple[int, int] | None:
    """The row's own times, if they can be."""
    end = row.t1 if row.t1 is not None else row.t0
    start = row.t0 if row.t0 is not None else row.t1
    if start is None or end is None or not EARLIEST_MS <= start <= end <= received + AHEAD_MS:
        return None
    return start, end


@dataclass(frozen=True, slots=True)
class Boot:
    """A boot that never learned the time.

    ``length``: its highest boot-clock time (ms). ``latest``: it began then at the latest, since no row may have
    happened after it arrived.
    """

    length: int
    latest: int


def spread(after: int | None, before: int | None, boots: Sequence[Boot]) -> list[int]:
    """When each of these boots may have begun, in their order, between two known moments (``None``: there is none).

    The moments are bounds as far as they can be: a boot that does not fit between them ends before the second one.
    """
    latest: list[int] = []
    end = before
    for boot in reversed(boots):
        began = boot.latest if end is None else min(boot.latest, end - boot.length)
        latest.insert(0, began)
        end = began
    if after is None:
        return latest
    pauses = len(boots) + (before is not None)
    earliest, free = after, max(0, latest[-1] - after - sum(boot.length for boot in boots[:-1])) if boots else 0
    found: list[int] = []
    for number, (boot, last) in enumerate(zip(boots, latest, strict=True), 1):
        found.append(min(last, max(earliest + free * number // pauses, after)))
        earliest += boot.length
    return found
