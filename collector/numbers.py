"""Which row numbers of one ledger are still missing, and how far it may be acknowledged.

A device numbers its rows 1, 2, 3 … within an epoch. The numbers that have arrived are kept as the highest one and the
holes below it, so the work of a new row depends on the number of holes, not of rows. The result depends only on the
*set* of numbers that arrived and on the highest floor, never on their order.

The **mark** is the highest number below which nothing is missing. The **floor** is the number up to which the device
may no longer have its rows (an earlier ``ack`` allowed it to forget them, or it says so in ``health.oldest``): holes at
or below the floor can never be filled. They stay on the list as lost, and hold the mark back no longer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hole:
    """Row numbers ``first`` to ``last``, both missing, and all between."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """Rows in it."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one epoch that have arrived. ``holes`` are in ascending order and lie at or below ``top``."""

    top: int = 0
    holes: tuple[Hole, ...] = ()
    floor: int = 0

    @property
    def mark(self) -> int:
        """Everything up to here is kept, or can never come."""
        for hole in self.holes:
            if hole.last > self.floor:
                return max(hole.first - 1, self.floor)
        return self.top

    @property
    def lost(self) -> tuple[Hole, ...]:
        """Holes that can never be filled; one that reaches above the floor is cut there."""
        return tuple(Hole(h.first, min(h.last, self.floor)) for h in self.holes if h.first <= self.floor)

    @property
    def awaited(self) -> tuple[Hole, ...]:
        """Holes that the device can still fill."""
        return tuple(Hole(max(h.first, self.floor + 1), h.last) for h in self.holes if h.last > self.floor)

    def has(self, seq: int) -> bool:
        """Whether the row with this number has arrived."""
        if not 1 <= seq <= self.top:
            return False
        at = bisect_right(self.holes, seq, key=lambda hole: hole.first) - 1
        return at < 0 or self.holes[at].last < seq

    def with_rows(self, seqs: Iterable[int]) -> Numbers:
        """These numbers, after more rows arrived (in any order, with repeats)."""
        top, holes = self.top, list(self.holes)
        arrived = sorted(set(seqs))
        if arrived and arrived[0] == top + 1 and arrived[-1] - top == len(arrived):  # the usual case: simply the next
            return Numbers(arrived[-1], self.holes, self.floor)
        for seq in arrived:
            if seq > top:
                if seq > top + 1:
                    holes.append(Hole(top + 1, seq - 1))
                top = seq
            else:
                _fill(holes, seq)
        return Numbers(top, tuple(holes), self.floor)

    def with_floor(self, floor: int) -> Numbers:
        """These numbers, after learning that nothing up to ``floor`` will be sent again.

        A lower floor than the known one changes nothing.
        """
        if floor <= self.floor:
            return self
        if floor <= self.top:
            return Numbers(self.top, self.holes, floor)
        return Numbers(floor, _joined(self.holes, Hole(self.top + 1, floor)), floor)


def _joined(holes: tuple[Hole, ...], new: Hole) -> tuple[Hole, ...]:
    if holes and holes[-1].last + 1 == new.first:
        return (*holes[:-1], Hole(holes[-1].first, new.last))
    return (*holes, new)


def _fill(holes: list[Hole], seq: int) -> None:
    at = bisect_right(holes, seq, key=lambda hole: hole.first) - 1
    if at < 0 or holes[at].last < seq:
        return
    hole = holes[at]
    left = [Hole(hole.first, seq - 1)] if hole.first < seq else []
    right = [Hole(seq + 1, hole.last)] if seq < hole.last else []
    holes[at : at + 1] = left + right
