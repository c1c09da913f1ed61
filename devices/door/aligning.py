"""Who was counted: persons a human saw at a door paired one to one with what a counter says, in time. Pure.

A pair is at most ``tolerance_ms`` apart and in the same order on both sides. Of all such pairings the one with the
highest sum is taken (dynamic programming over the possible pairs): 2 for the same direction, 1.5 for the other one,
each less the share of the tolerance between the two. So a wrong direction is found as one, rather than as somebody
missed and somebody else invented.

People who pass each other are tapped in either order. Two pairs that both say "wrong direction" are therefore crossed
when that makes both right and a human's reaction explains it (``REACTION_MS``).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final, Protocol

from devices.door.events import Direction

#: Two people who pass within this may be tapped in either order.
REACTION_MS: Final = 1_000
#: The clocks of tally and counter may differ by this much, at most.
OFFSET_MS: Final = 30_000
#: Fewer persons than this say nothing about two clocks.
_OFFSET_SAMPLE: Final = 20


class Crossed(Protocol):
    """Somebody went through at a time, in a direction."""

    @property
    def t_ms(self) -> int: ...

    @property
    def direction(self) -> Direction: ...


@dataclass(frozen=True)
class Pairing:
    """Pairs as (person, count), by their places in the two lists; who has no partner; what has none."""

    pairs: list[tuple[int, int]]
    missed: list[int]
    false: list[int]


def pair(persons: Sequence[Crossed], counts: Sequence[Crossed], tolerance_ms: int, offset_ms: int = 0) -> Pairing:
    """Pair both lists, each in order of time. ``offset_ms`` is how far the counter's clock is ahead."""
    times = [count.t_ms - offset_ms for count in counts]
    best = _Best(len(counts))
    for number, person in enumerate(persons):
        first = bisect_left(times, person.t_ms - tolerance_ms)
        last = bisect_right(times, person.t_ms + tolerance_ms)
        links = []
        for place in range(first, last):
            apart = abs(times[place] - person.t_ms) / max(1, tolerance_ms)
            gain = (2.0 if counts[place].direction is person.direction else 1.5) - apart
            before = best.upto(place)
            links.append((place, _Link(number, place, gain + (before.gain if before else 0.0), before)))
        for place, link in links:
            best.put(place, link)
    pairs = []
    end = best.upto(len(counts))
    while end is not None:
        pairs.append((end.person, end.count))
        end = end.before
    pairs = _cross(pairs[::-1], persons, counts, times)
    paired, used = {p for p, _ in pairs}, {c for _, c in pairs}
    return Pairing(
        pairs,
        [number for number in range(len(persons)) if number not in paired],
        [number for number in range(len(counts)) if number not in used],
    )


@dataclass
class _Link:
    person: int
    count: int
    gain: float
    before: _Link | None


@dataclass
class _Best:
    """The best chain that ends before a place: a Fenwick tree of maxima."""

    size: int
    tree: list[_Link | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tree = [None] * (self.size + 1)

    def upto(self, place: int) -> _Link | None:
        best: _Link | None = None
        while place > 0:
            link = self.tree[place]
            if link is not None and (best is None or link.gain > best.gain):
                best = link
            place -= place & -place
        return best

    def put(self, place: int, link: _Link) -> None:
        place += 1
        while place <= self.size:
            known = self.tree[place]
            if known is None or link.gain > known.gain:
                self.tree[place] = link
            place += place & -place


def _cross(
    pairs: list[tuple[int, int]], persons: Sequence[Crossed], counts: Sequence[Crossed], times: Sequence[int]
) -> list[tuple[int, int]]:
    """Cross neighbouring pairs of people who passed each other."""
    out = list(pairs)
    number = 0
    while number + 1 < len(out):
        (p, c), (q, d) = out[number], out[number + 1]
        wrong = all(persons[i].direction is not counts[j].direction for i, j in ((p, c), (q, d)))
        right = persons[p].direction is counts[d].direction and persons[q].direction is counts[c].direction
        near = max(abs(persons[p].t_ms - times[d]), abs(persons[q].t_ms - times[c])) <= REACTION_MS
        if wrong and right and near:
            out[number], out[number + 1] = (p, d), (q, c)
            number += 1
        number += 1
    return out


def offset(persons: Sequence[Crossed], counts: Sequence[Crossed], window_ms: int = 2_000) -> int:
    """How far the counter's clock is ahead of the tally's (ms): where most of their differences crowd together."""
    if len(persons) < _OFFSET_SAMPLE or not counts:
        return 0
    times = [count.t_ms for count in counts]
    differences: list[int] = []
    for person in persons:
        first = bisect_left(times, person.t_ms - OFFSET_MS)
        last = bisect_right(times, person.t_ms + OFFSET_MS)
        differences += [times[place] - person.t_ms for place in range(first, last)]
    differences.sort()
    crowd: list[int] = []
    start = 0
    for end, difference in enumerate(differences):
        while difference - differences[start] > window_ms:
            start += 1
        if end + 1 - start > len(crowd):
            crowd = differences[start : end + 1]
    return round(median(crowd)) if crowd else 0
