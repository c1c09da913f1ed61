"""Edges of the two light beams of a door, as sensors report them, and the filter for gaps of an arm or a bag. Pure."""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass


class EdgeError(ValueError):
    """A line is not ``t_ms,beam,state``; the message says what was expected."""


class Beam(enum.Enum):
    """The two beams; A is on the outside of the door."""

    A = "A"
    B = "B"

    @property
    def other(self) -> Beam:
        """The other beam."""
        return Beam.B if self is Beam.A else Beam.A


@dataclass(frozen=True)
class Edge:
    """A beam was broken or became clear at ``t_ms`` on the sensor's own clock.

    ``number`` counts the sensor's edges, where it does; a jump in it means that edges were lost on the way.
    """

    t_ms: int
    beam: Beam
    broken: bool
    number: int | None = None


def parse_edge(line: str) -> Edge:
    """Read ``t_ms,beam,state[,number]``: ms, ``A`` or ``B``, and 1 for broken or 0 for clear.

    Raises:
        EdgeError: anything else.
    """
    fields = [field.strip() for field in line.split(",")]
    if len(fields) not in (3, 4):
        raise EdgeError(f"expected 't_ms,beam,state', got {line.strip()[:60]!r}")
    if not _is_number(fields[0]):
        raise EdgeError(f"expected milliseconds as a whole number before the first comma, got {fields[0][:20]!r}")
    if fields[1].upper() not in ("A", "B"):
        raise EdgeError(f"expected beam A or B, got {fields[1][:20]!r}")
    if fields[2] not in ("0", "1"):
        raise EdgeError(f"expected state 1 (broken) or 0 (clear), got {fields[2][:20]!r}")
    if len(fields) == 4 and not _is_number(fields[3]):
        raise EdgeError(f"expected the edge's number after the third comma, got {fields[3][:20]!r}")
    number = int(fields[3]) if len(fields) == 4 else None
    return Edge(int(fields[0]), Beam(fields[1].upper()), fields[2] == "1", number)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 15


class Bridge:
    """Hides clears shorter than ``bridge_ms`` and breaks shorter than ``debounce_ms``, keeping the order of time.

    An edge is let out once nothing can undo it any more: with the next edge of its beam, or when time has passed.
    Edges behind one that still waits wait too, so a clear delays what follows by at most ``bridge_ms``.
    """

    def __init__(self, bridge_ms: int, debounce_ms: int) -> None:
        self._hold = {False: bridge_ms, True: debounce_ms}
        self._queue: deque[Edge] = deque()
        self._state = {Beam.A: False, Beam.B: False}

    def feed(self, edge: Edge) -> list[Edge]:
        """Take an edge in; return those that are certain now. A repeated state is no edge and is dropped."""
        out = self.advance(edge.t_ms)
        if self._state[edge.beam] == edge.broken:
            return out
        self._state[edge.beam] = edge.broken
        before = next((old for old in reversed(self._queue) if old.beam is edge.beam), None)
        if before is not None and edge.t_ms - before.t_ms < self._hold[before.broken]:
            self._queue.remove(before)
        else:
            self._queue.append(edge)
        return out + self.advance(edge.t_ms)

    def advance(self, t_ms: int) -> list[Edge]:
        """Time is ``t_ms`` now; return the edges that became certain."""
        out: list[Edge] = []
        while self._queue and t_ms - self._queue[0].t_ms >= self._hold[self._queue[0].broken]:
            out.append(self._queue.popleft())
        return out

    def flush(self) -> list[Edge]:
        """Let out what waits: nothing will come any more that could undo it."""
        out = list(self._queue)
        self._queue.clear()
        return out

    @property
    def wake_at(self) -> int | None:
        """When :meth:`advance` will have something to say; ``None`` when nothing waits."""
        return self._queue[0].t_ms + self._hold[self._queue[0].broken] if self._queue else None

    @property
    def oldest(self) -> int | None:
        """Time of the oldest edge that still waits."""
        return self._queue[0].t_ms if self._queue else None
