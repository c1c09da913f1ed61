"""A recorded sensor: a CSV file of edges (:mod:`devices.door.recordings`), played at its own pace."""

from __future__ import annotations

import threading
from pathlib import Path

from devices.door.recordings import ReplayError, read_edges
from devices.door.sensors.port import Gone, Ready, Report
from devices.link.clock import Clock

__all__ = ["ReplayError", "ReplaySensor", "read_edges"]


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
