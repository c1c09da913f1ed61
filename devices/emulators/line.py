"""What an emulated reader needs of its line, whatever carries it."""

from __future__ import annotations

from typing import Protocol

from devices.rfid.errors import RfidError


class LineError(RfidError):
    """The line cannot be offered, or cannot do what it was told; the sentence says why."""


class Line(Protocol):
    """The near end of a line whose far end comes and goes."""

    opened: bool

    @property
    def port(self) -> str:
        """What the far end opens, as for ``port`` under ``[reader]``."""
        ...

    @property
    def fds(self) -> list[int]:
        """Descriptors to wait on; their word is for :meth:`read`."""
        ...

    def look(self) -> bool:
        """See whether the far end is open; ``True`` if it has just been opened."""
        ...

    def read(self, fd: int) -> bytes:
        """What the host has sent."""
        ...

    def write(self, data: bytes) -> None:
        """Send. If nobody takes it, it is lost, as on a real line."""
        ...

    def hang_up(self) -> None:
        """Go, as when the plug is pulled: the far end notices at once, and the port's name leads nowhere."""
        ...

    def come_back(self, name: str = "") -> None:
        """Be there again after :meth:`hang_up`, under the same name or another.

        Raises:
            LineError: there can be no such name.
        """
        ...

    def close(self) -> None:
        """Hang up for good, and clear away the name."""
        ...
