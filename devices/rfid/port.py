"""A serial port or TCP connection that may vanish: opened by a name that stays, drained, and waited on by event.

One thread reads and writes. It never sleeps for a fixed time: it waits for bytes, for a deadline, or for somebody
else's word (:meth:`Port.interrupt`), whichever comes first.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import termios
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from devices.ports import candidates
from devices.rfid.errors import RfidError
from devices.rfid.tcp_line import TCP, TcpLine

if TYPE_CHECKING:
    import serial

_QUIET: Final = 0.05  # seconds without a byte before a freshly opened line counts as drained
_DRAIN: Final = 0.5  # seconds to spend on that at most
_PIECE: Final = 4096
# What pyserial raises is an OSError; termios.error is none, and a pty whose other end has died raises either.
_BROKEN: Final = (OSError, termios.error)


class PortLost(RfidError):
    """The port cannot be opened, or has gone; the sentence says which and what to do."""


class Interrupted(RfidError):
    """Somebody asked the owner of the port to stop."""


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How bytes go over the line. ``parity``: N, E or O; on a TCP connection neither matters."""

    baud: int
    parity: str = "N"

    @property
    def byte_s(self) -> float:
        """Seconds that a byte takes: start bit, eight of data, parity if any, stop bit."""
        return (10 if self.parity == "N" else 11) / self.baud


class Line(Protocol):
    """What carries the bytes."""

    def fileno(self) -> int: ...
    def read(self, size: int, /) -> bytes: ...
    def write(self, data: bytes, /) -> object: ...
    def close(self) -> None: ...


class Port:
    """An open port. One thread reads and writes; :meth:`interrupt` may be called from any other.

    ``byte_s`` is the time a byte takes on the line, 0 where nobody can know (TCP, USB ports that are no UART).
    """

    def __init__(self, line: Line, name: str, clock: Callable[[], float], byte_s: float) -> None:
        self._line = line
        self._name = name
        self._interrupted = False
        self._closed = False
        self._closing = threading.Lock()
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        self._ears = [self._woken, line.fileno()]
        self.clock = clock
        self.byte_s = byte_s

    @classmethod
    def open(
        cls, name: str, settings: LineSettings, clock: Callable[[], float], wrap: Callable[[Line], Line] | None = None
    ) -> Port:
        """Open a path, a pattern or ``socket://HOST:PORT``, for nobody else, and throw away what was left in it.

        ``wrap`` may put something around the line, to listen to it.

        Raises:
            PortLost: there is no such port, it may not be opened, or somebody else has it.
        """
        byte_s = 0.0
        try:
            if name.startswith(TCP):
                line: Line = TcpLine(name)
            else:
                found = next(iter(candidates(name)), name)
                line = _open_serial(found, settings)
                byte_s = 0.0 if "ttyACM" in os.path.realpath(found) else settings.byte_s
        except (*_BROKEN, ValueError) as error:
            raise PortLost(_why_not(name, error)) from error
        port = cls(wrap(line) if wrap else line, name, clock, byte_s)
        try:
            port._drain()
        except RfidError:
            port.close()
            raise
        return port

    def interrupt(self) -> None:
        """End a running wait; it and every later one raise :class:`Interrupted`. For other threads."""
        self._interrupted = True
        with self._closing, contextlib.suppress(BlockingIOError):  # full: it is awake
            if not self._closed:
                os.write(self._wake, b"\0")

    def write(self, data: bytes) -> bytes:
        """Send, after taking what came unasked; that is the answer.

        Raises:
            PortLost: the port has gone.
            Interrupted: see :meth:`interrupt`.
        """
        self._check()
        stale = self._take() if _until(self._ears, 0) else b""
        self._check()
        try:
            self._line.write(data)
        except _BROKEN as error:
            raise PortLost(self._gone()) from error
        return stale

    def read(self, seconds: float, missing: int = 1) -> bytes:
        """What has come; ``b""`` if nothing does for ``seconds``.

        ``missing`` is how many bytes are surely still to come. Where the line's speed is known, nobody is woken for
        each of them: the time that the line needs for all but the last is spent waiting for nothing else.

        Raises:
            PortLost: the port has gone.
            Interrupted: see :meth:`interrupt`.
        """
        self._check()
        if missing > 1 and self.byte_s:
            needed = min((missing - 1) * self.byte_s, seconds)
            _until(self._ears[:1], needed)
            self._check()
            seconds -= needed
        if not _until(self._ears, seconds):
            return b""
        self._check()
        return self._take()

    def rest(self, seconds: float) -> None:
        """Let the line be for so long.

        Raises:
            Interrupted: see :meth:`interrupt`.
        """
        if seconds > 0:
            _until(self._ears[:1], seconds)
        self._check()

    def close(self) -> None:
        """Let go of the port, whatever state it is in."""
        with contextlib.suppress(*_BROKEN):
            self._line.close()
        with self._closing:  # a descriptor that is closed may be somebody else's a moment later
            if not self._closed:
                self._closed = True
                os.close(self._woken)
                os.close(self._wake)

    def _take(self) -> bytes:
        try:
            return bytes(self._line.read(_PIECE))
        except _BROKEN as error:
            raise PortLost(self._gone()) from error

    def _drain(self) -> None:
        """A reader may still be answering whoever had the port before."""
        end = self.clock() + _DRAIN
        while self.clock() < end and self.read(_QUIET):
            pass

    def _check(self) -> None:
        if self._interrupted:
            raise Interrupted(f"{self._name}: stopped")

    def _gone(self) -> str:
        return f"{self._name}: the reader's port has gone. Check the cable and the reader's power."


def _until(ears: list[int], seconds: float) -> bool:
    """Wait for bytes on any of these descriptors; whether some came.

    A reader's pauses are a few milliseconds, and poll knows no part of one: it would add half of one to each exchange.
    """
    return bool(select.select(ears, [], [], max(0.0, seconds))[0])


def _open_serial(name: str, settings: LineSettings) -> serial.Serial:
    line = _opened(name, settings.baud, settings.parity)
    # An FTDI chip holds bytes back for 16 ms otherwise. A pty and many chips cannot do this.
    with contextlib.suppress(OSError, ValueError, AttributeError, NotImplementedError):
        line.set_low_latency_mode(True)
    return line


def _opened(name: str, baud: int, parity: str) -> serial.Serial:
    import serial  # when a port is opened, not for everybody who reads the kiosk's file

    try:
        return serial.Serial(name, baud, parity=parity, timeout=0, write_timeout=1.0, exclusive=True)
    except termios.error as error:
        if parity == "N" or error.args[0] != errno.EINVAL:
            raise
    # A pty has no parity to set. The system refuses it only where nothing else is left to be set: the second time.
    return _opened(name, baud, "N")


def _why_not(name: str, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == errno.ENOENT:
        return f"{name}: no such port. Plug the reader in, or correct 'port' under [reader]."
    if number in (errno.EACCES, errno.EPERM):
        return f"{name}: no permission. Add this user to the group that owns the port (often 'dialout')."
    if number in (errno.EAGAIN, errno.EBUSY):
        return f"{name}: another program has the port open. Stop that program."
    return f"{name}: cannot be opened ({error})."
