"""Who walks where: blobs of one frame after another joined into walkers. Pure.

Each walker is expected where his speed takes him, and the pairing of walkers and blobs that fits best altogether is
taken (:mod:`devices.door.grid.matching`). Two people may melt into one blob for a while, one behind the other or
passing one another: a walker who is not found, but is expected inside a blob that somebody else was found in, shares
it; both keep their speed, and the blob says where the two are on average. When they come apart again the pairing
knows them by where each was going.

A blob that appears out of another walker's side, rather than from the edge, is somebody who was hidden in it so far:
he has come from where that walker came from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from devices.door.grid.blobs import Blob
from devices.door.grid.matching import pair
from devices.door.grid.rules import GridRules

#: How much of the distance between expectation and finding is believed.
_TRUST = 0.75
_TRUST_SPEED = 0.45


@dataclass(eq=False)
class Walker:
    """One person in view. ``along`` and ``across`` in cells; along grows inwards. Speeds in cells a second."""

    along: float
    across: float
    t_ms: int
    mass: float
    born_ms: int
    first: float  # where along he was seen first
    side: int = 0  # -1 outside, +1 inside: where he certainly was last; 0 in the middle
    from_side: int = 0  # the side before that
    crossed_ms: int | None = None
    counted: int = 0
    speed_along: float = 0.0
    speed_across: float = 0.0
    found: int = 1
    seen_ms: int = 0  # when he was last found, alone or in a shared blob
    alone_ms: int = 0  # … alone
    low: float = 0.0  # how far out and in he ever was
    high: float = 0.0
    hidden: Walker | None = None  # whose blob he came out of
    split: bool = False  # … and that he did
    clear: float = 0.0  # how clearly he was ever seen, and how thick
    thick: int = 0
    moved: bool = field(default=False)  # in this frame

    def expected(self, t_ms: int) -> tuple[float, float]:
        """Where he should be at ``t_ms``."""
        seconds = (t_ms - self.t_ms) / 1_000
        return self.along + self.speed_along * seconds, self.across + self.speed_across * seconds


@dataclass(frozen=True)
class Spot:
    """A blob in the walkers' directions: along and across."""

    along: float
    across: float
    mass: float
    clear: float
    thick: int
    cells: frozenset[tuple[int, int]]


def turned(blob: Blob, *, rows: bool, size: int, reverse: bool) -> Spot:
    """``blob`` as seen along the way in; ``size`` is the number of cells along it."""
    last = size - 1
    along, across = (blob.row, blob.column) if rows else (blob.column, blob.row)
    cells = blob.cells if rows else tuple((c, r) for r, c in blob.cells)
    if reverse:
        along, cells = last - along, tuple((last - a, b) for a, b in cells)
    return Spot(along, across, blob.mass, blob.clear, blob.thick, frozenset(cells))


class Tracker:
    """Walkers in view; ``length`` and ``width`` of the view in cells, ``scale`` to an 8×8 grid."""

    def __init__(self, rules: GridRules, length: int, width: int) -> None:
        self._rules = rules
        self._length = length
        self._width = width
        self.scale = min(length, width) / 8
        self.walkers: list[Walker] = []

    def step(self, t_ms: int, spots: Sequence[Spot]) -> list[Walker]:
        """One frame; who has left the view since."""
        for walker in self.walkers:
            walker.moved = False
        owner = self._owners(spots, t_ms)
        lost = [walker for walker in self.walkers if walker not in owner.values()]
        shared = self._share(lost, owner, spots, t_ms)
        known = list(self.walkers)
        for number, spot in enumerate(spots):
            group = shared.get(number, [])
            if group:
                self._together([owner[number], *group], spot, t_ms)
            elif number in owner:
                self._alone(owner[number], spot, t_ms)
        for number, spot in enumerate(spots):
            if number not in owner:
                self.walkers.append(self._new(spot, t_ms, known))
        left = [walker for walker in self.walkers if self._left(walker, t_ms)]
        self.walkers = [walker for walker in self.walkers if walker not in left]
        return left

    # -- one frame

    def _owners(self, spots: Sequence[Spot], t_ms: int) -> dict[int, Walker]:
        """Who is in which blob: first as expected, then whoever is left over, as far as legs can carry.

        At the edge of the view half a body is seen, and seems to stand still; the next frame finds it in full stride.
        """
        owner: dict[int, Walker] = {}
        for leap in (False, True):
            walkers = [walker for walker in self.walkers if walker not in owner.values()]
            free = [number for number in range(len(spots)) if number not in owner]
            costs = [[self._cost(walker, spots[number], t_ms, leap=leap) for number in free] for walker in walkers]
            owner.update({free[column]: walkers[row] for row, column in pair(costs)})
        return owner

    def _cost(self, walker: Walker, spot: Spot, t_ms: int, *, leap: bool) -> float:
        """Distance from the expectation in gates; 1 and more is out of reach."""
        seconds = (t_ms - walker.t_ms) / 1_000
        along, across = walker.expected(t_ms)
        speed = math.hypot(walker.speed_along, walker.speed_across)
        if leap:
            gate = 1.0 + self._rules.fastest * min(seconds, 0.25)
            if 1.3 * self.scale < spot.along < self._length - 1 - 1.3 * self.scale:
                gate = max(gate, self._rules.leap)  # nobody drops from the ceiling: frames are missing
            if spot.mass < walker.mass / 4:
                return 1.0
        elif walker.found == 1:
            gate = self._rules.gate + self._rules.fastest * 0.6 * min(seconds, 0.25)
        else:
            gate = self._rules.gate + 0.35 * (speed / self.scale) * seconds + 1.5 * max(0.0, seconds - 0.1)
        reach = math.hypot(spot.along - along, spot.across - across) / (gate * max(self.scale, 0.6))
        other = abs(math.log(max(spot.mass, 1e-6) / max(walker.mass, 1e-6)))
        newborn = 0.3 if walker.split and walker.found < 3 else 0.0
        return reach * reach + 0.04 * min(other, 3.0) + newborn

    def _share(
        self, lost: list[Walker], owner: dict[int, Walker], spots: Sequence[Spot], t_ms: int
    ) -> dict[int, list[Walker]]:
        """Who of the ``lost`` is in a blob that somebody else was found in."""
        shared: dict[int, list[Walker]] = {}
        for walker in lost:
            if not self._proven(walker) or t_ms - walker.alone_ms > self._rules.shared_ms:
                continue
            along, across = walker.expected(t_ms)
            inside = [
                (math.hypot(spots[number].along - along, spots[number].across - across), number)
                for number in owner
                if self._within(along, across, spots[number]) and self._room(walker, owner[number], spots[number])
            ]
            if inside:
                shared.setdefault(min(inside)[1], []).append(walker)
        return shared

    def _proven(self, walker: Walker) -> bool:
        """Whether he was seen alone for long enough to be believed in where he is not seen alone any more."""
        return walker.found >= (6 if walker.split else 4)

    def _room(self, walker: Walker, owner: Walker, spot: Spot) -> bool:
        """Whether a blob is large enough for two, and he is large enough to be one of them."""
        enough = spot.mass >= self._rules.both * (walker.mass + owner.mass)
        return enough and walker.mass >= self._rules.part * spot.mass

    def _within(self, along: float, across: float, spot: Spot) -> bool:
        if (round(along), round(across)) in spot.cells:
            return True
        return math.hypot(spot.along - along, spot.across - across) <= 1.8 * self.scale

    def _alone(self, walker: Walker, spot: Spot, t_ms: int) -> None:
        seconds = max(0.02, (t_ms - walker.t_ms) / 1_000)
        along, across = walker.expected(t_ms)
        off_along, off_across = spot.along - along, spot.across - across
        trust = 1.0 if walker.found == 1 else _TRUST_SPEED
        walker.speed_along += trust * off_along / seconds
        walker.speed_across += trust * off_across / seconds
        walker.along = along + _TRUST * off_along
        walker.across = across + _TRUST * off_across
        walker.mass += 0.3 * (spot.mass - walker.mass)
        walker.found += 1
        walker.alone_ms = t_ms
        self._look(walker, spot)
        self._seen(walker, t_ms)

    @staticmethod
    def _look(walker: Walker, spot: Spot) -> None:
        walker.clear, walker.thick = max(walker.clear, spot.clear), max(walker.thick, spot.thick)

    def _together(self, group: list[Walker], spot: Spot, t_ms: int) -> None:
        """All of ``group`` are in one blob: on average they are where it is."""
        expected = [walker.expected(t_ms) for walker in group]
        off_along = spot.along - sum(along for along, _ in expected) / len(group)
        off_across = spot.across - sum(across for _, across in expected) / len(group)
        reach = 2.2 * self.scale
        for walker, (along, across) in zip(group, expected, strict=True):
            walker.along = max(spot.along - reach, min(spot.along + reach, along + 0.6 * off_along))
            walker.across = max(spot.across - reach, min(spot.across + reach, across + 0.6 * off_across))
            self._seen(walker, t_ms)

    def _seen(self, walker: Walker, t_ms: int) -> None:
        walker.along = max(-1.0, min(float(self._length), walker.along))
        walker.t_ms = walker.seen_ms = t_ms
        walker.low, walker.high = min(walker.low, walker.along), max(walker.high, walker.along)
        walker.moved = True

    def _new(self, spot: Spot, t_ms: int, known: list[Walker]) -> Walker:
        walker = Walker(spot.along, spot.across, t_ms, spot.mass, t_ms, spot.along)
        walker.seen_ms = walker.alone_ms = t_ms
        walker.low = walker.high = spot.along
        self._look(walker, spot)
        near = [
            (math.hypot(other.along - spot.along, other.across - spot.across), number)
            for number, other in enumerate(known)
            if other.seen_ms == t_ms and other.found >= 3
        ]
        if near and min(near)[0] <= 3.6 * self.scale:
            walker.hidden, walker.split = known[min(near)[1]], True
        return walker

    def _left(self, walker: Walker, t_ms: int) -> bool:
        along, across = walker.expected(t_ms)
        edge = 0.6 * self.scale
        outside = not (edge <= along <= self._length - 1 - edge and edge <= across <= self._width - 1 - edge)
        return t_ms - walker.seen_ms > (self._rules.gone_ms if outside else self._rules.lost_ms)
