"""Standing faults of a door: each is reported once when it begins and once when it is over. Pure."""

from __future__ import annotations

from devices.door.edges import Beam, Edge
from devices.door.events import Fault, FaultKind, Rules

_SENSOR_NUMBERS = 2**32


class Standing:
    """Faults that are on, and when those that end by calm alone will be over."""

    def __init__(self) -> None:
        self._on: dict[FaultKind, Beam | None] = {}
        self._until: dict[FaultKind, int] = {}

    def begin(self, kind: FaultKind, t_ms: int, *, until: int | None = None, beam: Beam | None = None) -> list[Fault]:
        """The fault is there; with ``until`` it is over by itself then, unless it begins again before."""
        if until is not None:
            self._until[kind] = until
        if kind in self._on:
            return []
        self._on[kind] = beam
        return [Fault(t_ms, kind, beam=beam)]

    def end(self, kind: FaultKind, t_ms: int) -> list[Fault]:
        """The fault is gone."""
        if kind not in self._on:
            return []
        self._until.pop(kind, None)
        return [Fault(t_ms, kind, over=True, beam=self._on.pop(kind))]

    def advance(self, t_ms: int) -> list[Fault]:
        """Time is ``t_ms`` now."""
        due = sorted((until, kind) for kind, until in self._until.items() if until <= t_ms)
        return [fault for until, kind in due for fault in self.end(kind, until)]

    @property
    def wake_at(self) -> int | None:
        """When :meth:`advance` will have something to say."""
        return min(self._until.values(), default=None)

    @property
    def kinds(self) -> tuple[FaultKind, ...]:
        """What stands now."""
        return tuple(sorted(self._on))


class RawChecks:
    """Checks on edges as the sensor sent them: a dead beam, and numbers that jump."""

    def __init__(self, rules: Rules, standing: Standing) -> None:
        self._rules = rules
        self._standing = standing
        self._since_other = {Beam.A: 0, Beam.B: 0}
        self._state = {Beam.A: False, Beam.B: False}
        self._number: int | None = None
        self._dead: Beam | None = None
        self.jumped = False

    def restart(self) -> None:
        """The sensor was lost and is back: its beams count as clear, its numbers begin anew; a dead beam stays dead."""
        self._state = {Beam.A: False, Beam.B: False}
        self._number = None
        self.jumped = False

    def check(self, edge: Edge) -> list[Fault]:
        """Look at one edge; afterwards ``jumped`` says whether edges before it were lost."""
        moved = self._state[edge.beam] != edge.broken
        self._state[edge.beam] = edge.broken
        return (self._count(edge) if moved else []) + self._follow(edge)

    def _count(self, edge: Edge) -> list[Fault]:
        self._since_other[edge.beam] += 1
        self._since_other[edge.beam.other] = 0
        if self._dead is edge.beam:
            self._dead = None
            return self._standing.end(FaultKind.ONE_BEAM_DEAD, edge.t_ms)
        if self._since_other[edge.beam] <= self._rules.dead_edges:
            return []
        self._dead = edge.beam.other
        return self._standing.begin(FaultKind.ONE_BEAM_DEAD, edge.t_ms, beam=self._dead)

    def _follow(self, edge: Edge) -> list[Fault]:
        last, self._number = self._number, edge.number
        self.jumped = edge.number is not None and last is not None and edge.number != (last + 1) % _SENSOR_NUMBERS
        if not self.jumped:
            return []
        return self._standing.begin(FaultKind.EDGES_LOST, edge.t_ms, until=edge.t_ms + self._rules.calm_ms)
