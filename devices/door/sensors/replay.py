"""A recorded sensor, played at its own pace: edges, distances, frames or totals, as ``door.machine`` says."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from devices.door.recordings import ReplayError, distances, read_edges
from devices.door.sensors.port import Gone, Reading, Ready, Report
from devices.link.clock import Clock

__all__ = ["ReplayError", "ReplaySensor", "read_edges", "recorded"]


def recorded(path: Path, machine: str = "beams", hz: float = 10.0) -> Sequence[Reading]:
    """All readings of a recording for this machine; ``hz`` is the rate of a grid's frames.

    Raises:
        ReplayError: the recording cannot be read.
    """
    match machine:
        case "zones":
            return list(distances(path))
        case "totals":
            from devices.door.totals_file import read_totals

            return read_totals(path)
        case "grid":
            from devices.door.grid.recording import RecordingError, read_grid

            try:
                return read_grid(path, hz, "rows")  # as they are: the machine knows axis and side
            except RecordingError as error:
                raise ReplayError(str(error)) from error
    return read_edges(path)


class ReplaySensor:
    """Plays a recording at its own pace, once; then nothing ever happens again."""

    def __init__(self, path: Path, clock: Clock, machine: str = "beams", hz: float = 10.0) -> None:
        self._readings = recorded(path, machine, hz)
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
            out.append(self._readings[self._next])
            self._next += 1
        return out

    def now_ms(self) -> int | None:
        if self._begun is None or not self._readings:
            return None
        now = self._readings[0].t_ms + self._clock.now().bt - self._begun
        return now if self._next == len(self._readings) else min(now, self._readings[self._next].t_ms)

    def close(self) -> None:
        self._wait.set()

    def _due_in_s(self) -> float | None:
        if self._begun is None or self._next == len(self._readings):
            return None
        due = self._readings[self._next].t_ms - self._readings[0].t_ms
        return (due - (self._clock.now().bt - self._begun)) / 1000
