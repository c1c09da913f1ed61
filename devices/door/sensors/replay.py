"""A recorded sensor: a CSV file ``t_ms,beam,state``, one edge a line, in order of time.

Empty lines, lines that begin with ``#`` and a heading ``t_ms,beam,state`` are skipped.
"""

from __future__ import annotations

import threading
from pathlib import Path

from devices.door.edges import Edge, EdgeError, parse_edge
from devices.door.sensors.port import Gone, Ready, Report
from devices.link.clock import Clock


class ReplayError(ValueError):
    """The recording cannot be read; the message names file, line and what was expected."""


def read_edges(path: Path) -> list[Edge]:
    """All edges of a recording.

    Raises:
        ReplayError: no such file, not text, a line that is no edge, or time that goes back.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ReplayError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ReplayError(f"{path}: not a text file: {error}") from error
    edges: list[Edge] = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#") or (not edges and text.replace(" ", "").lower().startswith("t_ms,")):
            continue
        try:
            edge = parse_edge(text)
        except EdgeError as error:
            raise ReplayError(f"{path}, line {number}: {error}") from error
        if edges and edge.t_ms < edges[-1].t_ms:
            raise ReplayError(
                f"{path}, line {number}: expected a time of {edges[-1].t_ms} ms or later, got {edge.t_ms}; "
                "the lines must be in order of time"
            )
        edges.append(edge)
    return edges


class ReplaySensor:
    """Plays a recording at its own pace, once; then nothing ever happens again."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._edges = read_edges(path)
        self._clock = clock
        self._next = 0
        self._begun: int | None = None
        self._wait = threading.Event()

    def read(self, timeout_s: float) -> list[Report]:
        if self._begun is None:
            self._begun = self._clock.now().bt
            return [Ready()]
        ahead = self._due_in_s()
        self._wait.wait(timeout_s if ahead is None else max(0.0, min(timeout_s, ahead)))
        if self._wait.is_set():
            return [Gone("The recording was closed.")]
        out: list[Report] = []
        while (ahead := self._due_in_s()) is not None and ahead <= 0:
            out.append(self._edges[self._next])
            self._next += 1
        return out

    def now_ms(self) -> int | None:
        if self._begun is None or not self._edges:
            return None
        now = self._edges[0].t_ms + self._clock.now().bt - self._begun
        return now if self._next == len(self._edges) else min(now, self._edges[self._next].t_ms)

    def close(self) -> None:
        self._wait.set()

    def _due_in_s(self) -> float | None:
        if self._begun is None or self._next == len(self._edges):
            return None
        due = self._edges[self._next].t_ms - self._edges[0].t_ms
        return (due - (self._clock.now().bt - self._begun)) / 1000
