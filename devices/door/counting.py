"""What every counting machine has in common, whatever its sensor sees: beams, distances, frames, foreign totals.

A machine is pure: readings in, events out, on the sensor's own timestamps (ms). It knows no sensor, clock or thread.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

from devices.door.events import Event, FaultKind

Reading = TypeVar("Reading", contravariant=True)


class Machine(Protocol[Reading]):
    """Feed it readings in order of time, tell it the time, take what it says."""

    def feed(self, reading: Reading, /) -> list[Event]:
        """Take one reading; return what is certain by now."""
        ...

    def advance(self, t_ms: int) -> list[Event]:
        """Time is ``t_ms`` on the sensor's clock, and no reading came before that."""
        ...

    def finish(self, t_ms: int) -> list[Event]:
        """The recording ends at ``t_ms``; judge what had ended by then."""
        ...

    def freeze(self, t_ms: int) -> list[Event]:
        """The sensor cannot be read: judge what had ended, give up what is open, begin again."""
        ...

    @property
    def wake_at(self) -> int | None:
        """The sensor's ms at which :meth:`advance` has something to say; ``None`` while nothing is pending."""
        ...

    @property
    def faults(self) -> tuple[FaultKind, ...]:
        """Faults that stand now."""
        ...
