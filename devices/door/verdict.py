"""What one passage was: the judgement at its end. Pure.

A :class:`Trace` is everything between the first break and the moment both beams were clear for good. The table:

| quarter steps          | what else                                              | verdict                          |
|------------------------|--------------------------------------------------------|----------------------------------|
| one beam only          |                                                        | turned back                      |
| 0, no overlap          | one pulse of each beam, near and similarly long        | in or out, *fast*                |
| 0, no overlap          | one pulse of each beam otherwise                       | ambiguous                        |
| 0                      | never got through                                      | turned back                      |
| 0                      | got through and came back                              | turned back, *ambiguous*         |
| ±4                     | each beam broken once                                  | in or out, *sure*                |
| ±4                     | hesitated before being through                         | in or out, *low*                 |
| ±4                     | entry beam broken again before the exit beam cleared   | 1 or more in or out, *ambiguous* |
| ±8, ±12 …              | several, too close to end a passage between them       | 2, 3 … in or out, *ambiguous*    |
| anything               | both beams broken in one instant                       | implausible                      |
| anything, edges missing| both beams cleared in one instant                      | ambiguous                        |
| anything, edges missing| first broken and last cleared beam differ              | in or out, *low*                 |
| anything, edges missing| … are the same                                         | turned back, *low*               |

An *in* or *out* whose two beams were broken too quickly or too slowly one after the other is implausible instead.

Two rows say more than the plain rule "4 steps are one, 0 is nobody, else go by the ends". Eight steps are two whole
walks whose pause was just shorter than the door needs to close a passage; by the ends they would be one. And two
pulses of unlike length without an overlap, both inside one passage, are more than nobody and less than somebody.

The entry beam broken again before the exit beam is clear is the case two beams cannot decide: one person wobbled, or
two walk close together. Leading edges of the entry beam are paired first in, first out with those of the exit beam.
A second walker needs about as long from beam to beam, and from coming to going, as the first; someone stepping back
must stop and turn, which takes longer. Whatever comes out is marked *ambiguous*.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from devices.door.edges import Beam, Edge
from devices.door.events import Confidence, Direction, Rules

Verdict = tuple[Direction, Confidence]

#: Edges of one passage, at most: a curtain in the wind is not a person.
MOST_EDGES: Final = 200

_ENTRY = {Direction.IN: Beam.A, Direction.OUT: Beam.B}
_INTO = {Beam.A: Direction.IN, Beam.B: Direction.OUT}


def _per_beam() -> dict[Beam, list[int]]:
    return {Beam.A: [], Beam.B: []}


@dataclass
class Trace:
    """One passage while it lasts: when each beam was broken and cleared (ms), and the sum of quarter steps.

    ``reentries`` counts, for each beam, how often it was broken again while only the other was broken.
    """

    broken: dict[Beam, list[int]] = field(default_factory=_per_beam)
    cleared: dict[Beam, list[int]] = field(default_factory=_per_beam)
    net: int = 0
    peak: int = 0  # furthest from 0 the sum ever was
    edges: int = 0
    jumps: int = 0  # steps that no body can make; edges are missing
    together: bool = False  # both beams were broken in one instant
    reentries: dict[Beam, int] = field(default_factory=lambda: {Beam.A: 0, Beam.B: 0})
    last_clear: int = 0

    def note(self, edge: Edge) -> None:
        """An edge of this passage."""
        self.edges += 1
        if self.edges <= MOST_EDGES:
            (self.broken if edge.broken else self.cleared)[edge.beam].append(edge.t_ms)
        if not edge.broken:
            self.last_clear = edge.t_ms

    def step(self, quarters: int) -> None:
        """Move on by ``quarters``."""
        self.net += quarters
        self.peak = max(self.peak, abs(self.net))

    @property
    def lone(self) -> Beam | None:
        """The beam, if this is one single pulse of one beam."""
        for beam in Beam:
            if self.edges == len(self.broken[beam]) + len(self.cleared[beam]) == 2 and not self.jumps:
                return beam
        return None

    def joined(self, later: Trace) -> Trace:
        """This and the next passage as one."""
        both = Trace(edges=self.edges + later.edges, net=self.net + later.net, jumps=self.jumps + later.jumps)
        for beam in Beam:
            both.broken[beam] = self.broken[beam] + later.broken[beam]
            both.cleared[beam] = self.cleared[beam] + later.cleared[beam]
        both.peak = max(self.peak, later.peak)
        both.last_clear = later.last_clear
        return both


def decide(trace: Trace, rules: Rules) -> list[Verdict]:
    """Judge a finished passage; one verdict a person, at least one in all."""
    if trace.edges > MOST_EDGES or trace.together:
        return [(Direction.IMPLAUSIBLE, Confidence.LOW)]
    if trace.jumps or trace.net % 4:
        return [_by_ends(trace, rules)]
    if not trace.broken[Beam.A] or not trace.broken[Beam.B]:
        return [(Direction.TURNED_BACK, Confidence.SURE)]
    if trace.net:
        return _through(trace, rules)
    if _never_overlapped(trace):
        return [fast(trace, rules) or (Direction.AMBIGUOUS, Confidence.LOW)]
    return [(Direction.TURNED_BACK, Confidence.SURE if trace.peak < 4 else Confidence.AMBIGUOUS)]


def fast(trace: Trace, rules: Rules) -> Verdict | None:
    """The verdict on one pulse of each beam that did not overlap; ``None`` if they do not belong together."""
    if not _never_overlapped(trace):
        return None
    first = Beam.A if trace.broken[Beam.A][0] < trace.broken[Beam.B][0] else Beam.B
    gap = trace.broken[first.other][0] - trace.cleared[first][0]
    widths = [max(1, trace.cleared[beam][0] - trace.broken[beam][0]) for beam in Beam]
    if gap > rules.fast_gap_ms or max(widths) >= rules.fast_ratio * min(widths):
        return None
    return _if_plausible(trace, _INTO[first], Confidence.FAST, rules)


def _never_overlapped(trace: Trace) -> bool:
    pulses = [trace.broken[Beam.A], trace.broken[Beam.B], trace.cleared[Beam.A], trace.cleared[Beam.B]]
    if trace.jumps or any(len(times) != 1 for times in pulses):
        return False
    a0, b0, a1, b1 = (times[0] for times in pulses)
    return a1 <= b0 or b1 <= a0


def _through(trace: Trace, rules: Rules) -> list[Verdict]:
    direction = Direction.IN if trace.net > 0 else Direction.OUT
    entry = _ENTRY[direction]
    laps = abs(trace.net) // 4
    if laps > 1:
        verdict = _if_plausible(trace, direction, Confidence.AMBIGUOUS, rules)
        return [verdict] * laps
    if trace.reentries[entry]:
        verdict = _if_plausible(trace, direction, Confidence.AMBIGUOUS, rules)
        return [verdict] * (_walkers(trace, entry, rules) if verdict[0] is direction else 1)
    clean = len(trace.broken[Beam.A]) == len(trace.broken[Beam.B]) == 1
    return [_if_plausible(trace, direction, Confidence.SURE if clean else Confidence.LOW, rules)]


def _walkers(trace: Trace, entry: Beam, rules: Rules) -> int:
    """How many walked through one after another: as many as the edges pair up alike, else 1."""
    came, reached, gone = trace.broken[entry], trace.broken[entry.other], trace.cleared[entry.other]
    if not len(came) == len(reached) == len(gone):
        return 1
    delays = [b - a for a, b in zip(came, reached, strict=True)]
    transits = [b - a for a, b in zip(came, gone, strict=True)]
    return len(came) if _alike(delays, rules.follow_ratio) and _alike(transits, rules.follow_ratio) else 1


def _alike(times: list[int], ratio: float) -> bool:
    return min(times) > 0 and max(times) <= ratio * min(times)


def _by_ends(trace: Trace, rules: Rules) -> Verdict:
    """Edges are missing, so only the first broken and the last cleared beam can speak."""
    first = _earliest(trace.broken[Beam.A][:1], trace.broken[Beam.B][:1])
    a, b = trace.cleared[Beam.A][-1:], trace.cleared[Beam.B][-1:]
    if a and b and abs(a[0] - b[0]) <= rules.together_ms:
        return (Direction.AMBIGUOUS, Confidence.LOW)
    last = _earliest([-t for t in a], [-t for t in b])
    if first is last:
        return (Direction.TURNED_BACK, Confidence.LOW)
    return _if_plausible(trace, _INTO[first], Confidence.LOW, rules)


def _earliest(a: list[int], b: list[int]) -> Beam:
    return Beam.A if not b or (a and a < b) else Beam.B


def _if_plausible(trace: Trace, direction: Direction, confidence: Confidence, rules: Rules) -> Verdict:
    entry = _ENTRY[direction]
    came, reached = trace.broken[entry], trace.broken[entry.other]
    first = next(t for t in reached if t >= came[0])  # whoever went through broke the entry beam first
    delay = first - max(t for t in came if t <= first)
    return (direction, confidence) if rules.plausible(delay) else (Direction.IMPLAUSIBLE, Confidence.LOW)
