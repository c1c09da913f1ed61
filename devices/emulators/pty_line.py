"""A serial line made of a pty, under a stable name for its far end."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import tty
from pathlib import Path

from devices.emulators.line import LineError


class PtyLine:
    """See :class:`devices.emulators.line.Line`. The far end is opened by name, as any serial port."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._master = -1
        self._target = ""
        self._held = -1
        self.opened = False
        self.come_back()

    @property
    def port(self) -> str:
        return str(self._link)

    @property
    def fd(self) -> int:
        """The near end; while the far end is closed it reports a hang-up all the time."""
        return self._master

    @property
    def fds(self) -> list[int]:
        return [self._master] if self.opened else []

    def look(self) -> bool:
        if self._master < 0:
            return False
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        hung_up = any(events & select.POLLHUP for _, events in poll.poll(0))
        before, self.opened = self.opened, not hung_up
        return self.opened and not before

    def read(self, fd: int) -> bytes:
        try:
            return os.read(fd, 4096)
        except OSError:  # EIO: the far end was closed
            return b""

    def write(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self._master, data)

    def hang_up(self) -> None:
        if self._master < 0:
            return
        # The system hands the number of a pty that is free to whoever asks next. This one stays taken until there is
        # another, so that what comes back is not by chance what went.
        with contextlib.suppress(OSError):
            self._held = os.open(self._target, os.O_RDWR | os.O_NOCTTY)
        self._drop_name()
        os.close(self._master)
        self._master = -1
        self.opened = False

    def come_back(self, name: str = "") -> None:
        if self._master >= 0:
            raise LineError(f"{self.port}: is there already; 'hang up' first")
        if "/" in name:
            raise LineError(f"{name}: give the port's new name without a folder; it stays in {self._link.parent}")
        if name:
            self._link = self._link.with_name(name + self._link.suffix)
        self._master, far = pty.openpty()
        tty.setraw(far)  # the line discipline stays raw when the far end is opened next
        self._target = os.ttyname(far)
        os.close(far)
        os.set_blocking(self._master, False)
        if self._held >= 0:
            os.close(self._held)
            self._held = -1
        _relink(self._link, self._target)

    def close(self) -> None:
        self.hang_up()
        if self._held >= 0:
            os.close(self._held)
            self._held = -1

    def _drop_name(self) -> None:
        """Take the name away if it is still ours."""
        if self._link.is_symlink() and str(self._link.readlink()) == self._target:
            self._link.unlink()


def _relink(link: Path, target: str) -> None:
    temporary = link.with_name(f"{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)
