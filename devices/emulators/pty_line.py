"""A serial line made of a pty: a stable name for its far end, and bytes that leave at the speed of the real line."""

from __future__ import annotations

import os
import pty
import select
import tty
from collections import deque
from pathlib import Path


class PtyLine:
    """The near end. The far end is opened by name, as any serial port, and may come and go."""

    def __init__(self, link: Path) -> None:
        self._master, far = pty.openpty()
        tty.setraw(far)  # the line discipline stays raw when the far end is opened next
        self._target = os.ttyname(far)
        os.close(far)
        os.set_blocking(self._master, False)
        self._link = link
        self._out: deque[tuple[float, int]] = deque()
        self.opened = False
        _relink(link, self._target)

    @property
    def fd(self) -> int:
        """To wait for bytes on; only while the far end is open, for it reports a hang-up all the time otherwise."""
        return self._master

    @property
    def sending(self) -> bool:
        """Whether bytes are still waiting to leave."""
        return bool(self._out)

    def look(self) -> bool:
        """See whether the far end is open; ``True`` if it has just been opened. Bytes under way are lost."""
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        hung_up = any(events & select.POLLHUP for _, events in poll.poll(0))
        before, self.opened = self.opened, not hung_up
        if hung_up:
            self._out.clear()
        return self.opened and not before

    def read(self) -> bytes:
        """What the host has sent."""
        try:
            return os.read(self._master, 4096)
        except (BlockingIOError, OSError):  # EIO: the far end was closed
            return b""

    def send(self, data: bytes, start: float, byte_s: float) -> float:
        """Let ``data`` leave from ``start`` on, one byte every ``byte_s`` seconds; when the last one has left."""
        if self._out:
            start = max(start, self._out[-1][0])
        for at, byte in enumerate(data, 1):
            self._out.append((start + at * byte_s, byte))
        return self._out[-1][0] if self._out else start

    def due(self) -> float | None:
        """When the next byte leaves."""
        return self._out[0][0] if self._out else None

    def last(self) -> float:
        """When the last byte under way leaves; 0 if none is."""
        return self._out[-1][0] if self._out else 0.0

    def release(self, now: float) -> None:
        """Let go of the bytes whose time has come."""
        ripe = bytearray()
        while self._out and self._out[0][0] <= now:
            ripe.append(self._out.popleft()[1])
        if ripe:
            try:
                os.write(self._master, ripe)
            except (BlockingIOError, OSError):
                return  # nobody reads: as on a real line, the bytes are gone

    def close(self) -> None:
        """Hang up, and take the name away if it is still ours."""
        os.close(self._master)
        if self._link.is_symlink() and str(self._link.readlink()) == self._target:
            self._link.unlink()


def _relink(link: Path, target: str) -> None:
    temporary = link.with_name(f"{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)
