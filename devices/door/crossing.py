"""Two beams across a door, and who went through: the counting machine.

Everything that decides a count lives here and in :mod:`devices.door.verdict`; the machine knows no sensor, no clock
and no thread. It goes by the sensor's own timestamps (ms) and hears of passing time by :meth:`Crossing.advance`.

Theory of operation. Beam A is on the outside, beam B on the inside, close enough for a body to break both at once.
Their two bits then turn like a quadrature encoder: a person coming in makes 00, 10, 11, 01, 00, which is four quarter
steps forward; going out is four back. Whoever hesitates, or swings an arm, adds steps that are taken back again, so
noise cancels without a filter having to know what noise looks like.

A passage opens with the first break and closes when both beams have been clear for ``close_ms``; then it is judged.
A single pulse of one beam waits a little longer, because a fast and slim walker may clear A before breaking B.
Nothing times out *inside* a passage: who stands still in the door is judged when he leaves. Only a beam that stays
broken for a minute is a fault; the passage then ends without a count, and the machine waits for a clear door.

An unreadable sensor is not an empty door: :meth:`Crossing.freeze` gives up what was open, and counts nothing of it.

Whatever is due is done in the order of time, so it never matters how often the machine is told the time. Faults of the
line (edges lost, one beam dead) go by the edges as they arrive, all else by edges that no later one can undo.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Final

from devices.door.edges import Beam, Bridge, Edge
from devices.door.events import RULES, Confidence, Direction, Event, FaultKind, Glitch, Passage, Rules
from devices.door.faults import RawChecks, Standing
from devices.door.verdict import Trace, decide, fast

#: The four states, (A broken, B broken) …
CLEAR: Final = (False, False)
A_ONLY: Final = (True, False)
BOTH: Final = (True, True)
B_ONLY: Final = (False, True)

#: … and what a change between them is worth in quarter steps inwards. Opposite states cannot follow each other:
#: two edges within ``together_ms`` that would make such a jump are worth nothing, and are a glitch.
QUARTERS: Final = {
    (CLEAR, A_ONLY): +1,
    (A_ONLY, BOTH): +1,
    (BOTH, B_ONLY): +1,
    (B_ONLY, CLEAR): +1,
    (A_ONLY, CLEAR): -1,
    (BOTH, A_ONLY): -1,
    (B_ONLY, BOTH): -1,
    (CLEAR, B_ONLY): -1,
}

_SECOND: Final = 1_000


class Crossing:
    """The machine: feed it edges in order of time, tell it the time, take what it says.

    ``swapped`` says that the sensor's beam A is mounted on the inside.
    """

    def __init__(self, rules: Rules = RULES, *, swapped: bool = False) -> None:
        self.rules = rules
        self._swapped = swapped
        self._standing = Standing()
        self._line = Standing()
        self._raw = RawChecks(rules, self._line)
        self._bridge = Bridge(rules.bridge_ms, rules.debounce_ms)
        self._counted: deque[int] = deque()
        self._blocked = False
        self._forget()

    # -- events in

    def feed(self, edge: Edge) -> list[Event]:
        """Take one edge; return what is certain by now."""
        if self._swapped:
            edge = replace(edge, beam=edge.beam.other)
        said: list[Event] = [*self._line.advance(edge.t_ms), *self._raw.check(edge)]
        self._damaged |= self._raw.jumped
        for sure in self._bridge.feed(edge):
            said += self._time(sure.t_ms)
            said += self._edge(sure)
        return said + self._time(self._safe(edge.t_ms))

    def advance(self, t_ms: int) -> list[Event]:
        """Time is ``t_ms`` on the sensor's clock, and no edge came before that."""
        said: list[Event] = [*self._line.advance(t_ms)]
        for sure in self._bridge.advance(t_ms):
            said += self._time(sure.t_ms)
            said += self._edge(sure)
        return said + self._time(self._safe(t_ms))

    def finish(self, t_ms: int) -> list[Event]:
        """The recording ends at ``t_ms``; judge what had ended by then. A passage still in the beams is not counted."""
        rules = self.rules
        return self.advance(t_ms + rules.bridge_ms + max(rules.close_ms, rules.fast_gap_ms, rules.rearm_ms))

    def freeze(self, t_ms: int) -> list[Event]:
        """The sensor cannot be read: judge what had ended, give up what is open, begin again with clear beams."""
        said = self.advance(t_ms)
        for sure in self._bridge.flush():
            said += self._time(sure.t_ms)
            said += self._edge(sure)
        if self._trace is not None and self._state == CLEAR:
            said += self._close()
        said += self._give_up_waiting()
        if self._trace is not None:
            said.append(Glitch(t_ms))
        if self._blocked:
            said += self._standing.end(FaultKind.BLOCKED, t_ms)
        self._blocked = False
        self._bridge = Bridge(self.rules.bridge_ms, self.rules.debounce_ms)
        self._raw.restart()
        self._forget()
        return said

    def doubt(self) -> None:
        """What the sensor did not see may belong to the passage that is open, or to the one that begins next."""
        self._damaged = True

    @property
    def wake_at(self) -> int | None:
        """The sensor's ms at which :meth:`advance` has something to say; ``None`` while nothing is pending."""
        times = [self._bridge.wake_at, self._line.wake_at, *self._dues()]
        return min((t for t in times if t is not None), default=None)

    @property
    def idle(self) -> bool:
        """Whether nobody is in the beams, as far as edges are certain, and nothing waits for a verdict."""
        return self._state == CLEAR and self._trace is None and self._lone is None and not self._blocked

    @property
    def faults(self) -> tuple[FaultKind, ...]:
        """Faults that stand now."""
        return tuple(sorted((*self._standing.kinds, *self._line.kinds)))

    # -- state

    def _forget(self) -> None:
        self._state = CLEAR
        self._since: dict[Beam, int] = {}  # beam -> broken since
        self._trace: Trace | None = None
        self._lone: Trace | None = None
        self._last: tuple[Edge, int] | None = None  # the edge before, and the steps it was worth
        self._clear_since: int | None = None
        self._damaged = False

    @property
    def _close_at(self) -> int | None:
        if self._clear_since is None:
            return None
        if self._blocked:
            return self._clear_since + self.rules.rearm_ms
        return self._clear_since + self.rules.close_ms if self._trace is not None else None

    @property
    def _lone_until(self) -> int | None:
        waits = self._lone is not None and self._trace is None
        return self._lone.last_clear + self.rules.fast_gap_ms + 1 if waits and self._lone else None

    @property
    def _blocked_at(self) -> int | None:
        return min(self._since.values()) + self.rules.blocked_ms if self._since and not self._blocked else None

    def _safe(self, t_ms: int) -> int:
        """Up to when nothing can be undone: an edge that still waits in the bridge may come before ``t_ms``."""
        waiting = self._bridge.oldest
        return t_ms if waiting is None else min(t_ms, waiting)

    # -- time

    def _dues(self) -> tuple[int | None, ...]:
        """When a blocked beam, a passage's end, a lone pulse and a fault that calm ends are due, in that order."""
        return (self._blocked_at, self._close_at, self._lone_until, self._standing.wake_at)

    def _time(self, t_ms: int) -> list[Event]:
        said: list[Event] = []
        while due := [(at, what) for what, at in enumerate(self._dues()) if at is not None and at <= t_ms]:
            at, what = min(due)
            match what:
                case 0:
                    said += self._block(at)
                case 1:
                    said += self._unblock(at) if self._blocked else self._close()
                case 2:
                    said += self._give_up_waiting()
                case _:
                    said += self._standing.advance(at)
        return said

    def _give_up_waiting(self) -> list[Event]:
        lone, self._lone = self._lone, None
        return self._judge(lone) if lone else []

    def _block(self, t_ms: int) -> list[Event]:
        beam = min(self._since, key=lambda one: self._since[one])
        said = self._give_up_waiting()
        self._blocked = True
        self._trace = None
        return [*said, *self._standing.begin(FaultKind.BLOCKED, t_ms, beam=beam)]

    def _unblock(self, t_ms: int) -> list[Event]:
        self._blocked = False
        self._forget()
        return [*self._standing.end(FaultKind.BLOCKED, t_ms)]

    def _close(self) -> list[Event]:
        trace, lone = self._trace, self._lone
        assert trace is not None
        self._trace = self._last = None
        if lone is None:
            if trace.lone:
                self._lone = trace
                return []
            return self._judge(trace)
        self._lone = None
        both = lone.joined(trace)
        if fast(both, self.rules) is not None:
            return self._judge(both)
        return self._judge(lone) + self._judge(trace)

    # -- edges

    def _edge(self, edge: Edge) -> list[Event]:
        before = self._state
        self._state = (edge.broken, before[1]) if edge.beam is Beam.A else (before[0], edge.broken)
        if edge.broken:
            self._since[edge.beam] = edge.t_ms
        else:
            self._since.pop(edge.beam, None)
        self._clear_since = edge.t_ms if self._state == CLEAR else None
        if self._blocked:
            return []
        said: list[Event] = []
        if self._trace is None:
            said += self._open(edge)
        return said + self._step(edge, before)

    def _open(self, edge: Edge) -> list[Event]:
        lone, self._trace = self._lone, Trace()
        if lone is None or lone.lone is not edge.beam:
            return []
        self._lone = None  # the same beam again: the pulse before was somebody who turned back
        return self._judge(lone)

    def _step(self, edge: Edge, before: tuple[bool, bool]) -> list[Event]:
        trace, worth = self._trace, QUARTERS[before, self._state]
        assert trace is not None
        trace.note(edge)
        if self._damaged:
            self._damaged = False
            trace.jumps += 1
        last, self._last = self._last, (edge, worth)
        if last and last[0].beam is not edge.beam and edge.t_ms - last[0].t_ms <= self.rules.together_ms:
            trace.step(-last[1])
            trace.jumps += 1
            trace.together |= edge.broken and last[0].broken
            self._last = None
            return [Glitch(edge.t_ms)]
        trace.step(worth)
        if edge.broken and self._state == BOTH and self._came_back(trace, edge.beam):
            trace.reentries[edge.beam] += 1
        return []

    @staticmethod
    def _came_back(trace: Trace, beam: Beam) -> bool:
        """Whether ``beam`` was broken and cleared before: the other is still broken by whoever was there first."""
        first, cleared = trace.broken[beam.other], trace.cleared[beam]
        return bool(first and cleared) and first[-1] < cleared[-1]

    def _judge(self, trace: Trace) -> list[Event]:
        t_ms = trace.last_clear
        said: list[Event] = []
        for direction, confidence in decide(trace, self.rules):
            if direction in (Direction.IN, Direction.OUT) and not self._fits(t_ms):
                until = t_ms + self.rules.calm_ms
                said += self._standing.begin(FaultKind.CHATTER, t_ms, until=until)
                said.append(Passage(t_ms, Direction.IMPLAUSIBLE, Confidence.LOW))
            else:
                said.append(Passage(t_ms, direction, confidence))
        return said

    def _fits(self, t_ms: int) -> bool:
        """Whether one more count is possible now; if so it is noted."""
        while self._counted and self._counted[0] <= t_ms - _SECOND:
            self._counted.popleft()
        if len(self._counted) >= self.rules.per_second:
            return False
        self._counted.append(t_ms)
        return True
