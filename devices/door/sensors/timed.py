"""A sensor that must be asked: one thing at a time, each when its time has come."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import Final

from devices.door.sensors.port import Report
from devices.link.clock import Clock

#: After a failure it is tried again so much later.
RETRY_MS: Final = 1_000


class Timed(ABC):
    """Waits in :meth:`read` until ``self._due`` (the clock's ms) and takes one turn; :meth:`close` ends the wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due = clock.now().bt
        self._told = False  # that it is lost
        self._closed = threading.Event()

    @abstractmethod
    def _turn(self) -> list[Report]:
        """Ask the sensor, and set when it is to be asked next."""

    @abstractmethod
    def _shut(self) -> None:
        """Let go of what is open, if anything is."""

    def read(self, timeout_s: float) -> list[Report]:
        wait_s = (self._due - self._clock.now().bt) / 1000
        if wait_s > 0:
            self._closed.wait(min(wait_s, timeout_s))
        if self._closed.is_set() or self._clock.now().bt < self._due:
            return []
        return self._turn()

    def now_ms(self) -> int | None:
        return self._clock.now().bt

    def close(self) -> None:
        self._closed.set()
        self._shut()
