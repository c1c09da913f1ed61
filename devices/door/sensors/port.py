"""What the counter needs of a sensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from devices.door.edges import Edge
from devices.door.readings import Distance, Frame, Total


@dataclass(frozen=True)
class Ready:
    """The sensor can be read (again); its beams count as clear until their next edge."""


@dataclass(frozen=True)
class Gone:
    """The sensor cannot be read; ``why`` is a sentence for people."""

    why: str


@dataclass(frozen=True)
class Garbled:
    """The sensor sent something that is no reading, or nothing when it was asked."""

    why: str


Reading = Edge | Distance | Frame | Total
Report = Reading | Ready | Gone | Garbled


class Sensor(Protocol):
    """Something at a door. Times of its readings are ms of one clock that never goes back while the program runs."""

    def read(self, timeout_s: float) -> list[Report]:
        """What happened since the last call; waits up to ``timeout_s`` for something to happen. Never raises for a
        lost sensor: that is a :class:`Gone`, and the sensor goes on trying."""

    def now_ms(self) -> int | None:
        """The sensor's clock now, never ahead of a reading still to be read; ``None`` before the first reading."""

    def close(self) -> None:
        """Let go of the port. Another thread may call it; a waiting :meth:`read` then ends."""
