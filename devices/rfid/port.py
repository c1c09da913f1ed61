"""A serial port that may vanish: opened by a name that stays, drained, and read without ever blocking for long."""

from __future__ import annotations

import contextlib
import errno
import termios
from collections.abc import Callable
from typing import Final

import serial

from devices.rfid.errors import RfidError
from devices.rfid.settings import ReaderSettings

#: Seconds that one wait on the port takes at most; a deadline can be missed by so much.
TICK: Final = 0.02
_QUIET: Final = 0.05  # seconds without a byte before a freshly opened line counts as drained
_DRAIN: Final = 0.5  # seconds to spend on that at most
# termios.error is no OSError, and a pty whose other end has died raises any of the three.
_BROKEN: Final = (serial.SerialException, OSError, termios.error)


class PortLost(RfidError):
    """The port cannot be opened, or has gone; the sentence says which and what to do."""


class Interrupted(RfidError):
    """Somebody asked the owner of the port to stop."""


class Port:
    """An open port. One thread reads and writes; :meth:`interrupt` may be called from any other."""

    def __init__(self, line: serial.Serial, name: str, clock: Callable[[], float]) -> None:
        self._line = line
        self._name = name
        self._interrupted = False
        self.clock = clock

    @classmethod
    def open(cls, settings: ReaderSettings, clock: Callable[[], float]) -> Port:
        """Open ``settings.port``, a path or a pyserial URL, for nobody else, and throw away what was left in it.

        Raises:
            PortLost: there is no such port, it may not be opened, or somebody else has it.
        """
        try:
            line = serial.serial_for_url(
                settings.port, baudrate=settings.baud, timeout=TICK, write_timeout=1.0, exclusive=True
            )
        except (*_BROKEN, ValueError) as error:
            raise PortLost(_why_not(settings.port, error)) from error
        port = cls(line, settings.port, clock)
        try:
            # An FTDI chip holds bytes back for 16 ms otherwise. A pty, a socket and many chips cannot do this.
            with contextlib.suppress(OSError, ValueError, AttributeError, NotImplementedError):
                line.set_low_latency_mode(True)
            port._drain()
        except RfidError:
            port.close()
            raise
        return port

    def interrupt(self) -> None:
        """End a running wait; it and every later one raise :class:`Interrupted`. For other threads."""
        self._interrupted = True
        with contextlib.suppress(*_BROKEN, AttributeError, TypeError):  # not every kind of port can, and it may be shut
            self._line.cancel_read()

    def write(self, data: bytes) -> None:
        """Send, after throwing away what came unasked.

        Raises:
            PortLost: the port has gone.
            Interrupted: see :meth:`interrupt`.
        """
        self._check()
        try:
            while waiting := self._line.in_waiting:
                self._line.read(waiting)
            self._line.write(data)
        except _BROKEN as error:
            raise PortLost(self._gone()) from error

    def read(self) -> bytes:
        """What has come; after :data:`TICK` without anything, ``b""``.

        Raises:
            PortLost: the port has gone.
            Interrupted: see :meth:`interrupt`.
        """
        self._check()
        try:
            data = bytes(self._line.read(max(1, self._line.in_waiting)))
        except _BROKEN as error:
            raise PortLost(self._gone()) from error
        self._check()
        return data

    def close(self) -> None:
        """Let go of the port, whatever state it is in."""
        with contextlib.suppress(*_BROKEN):
            self._line.close()

    def _drain(self) -> None:
        """A reader may still be answering whoever had the port before."""
        start = last = self.clock()
        while (now := self.clock()) - last < _QUIET and now - start < _DRAIN:
            if self.read():
                last = self.clock()

    def _check(self) -> None:
        if self._interrupted:
            raise Interrupted(f"{self._name}: stopped")

    def _gone(self) -> str:
        return f"{self._name}: the reader's port has gone. Check the cable and the reader's power."


def _why_not(name: str, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == errno.ENOENT:
        return f"{name}: no such port. Plug the reader in, or correct 'port' under [reader]."
    if number in (errno.EACCES, errno.EPERM):
        return f"{name}: no permission. Add this user to the group that owns the port (often 'dialout')."
    if number in (errno.EAGAIN, errno.EBUSY):
        return f"{name}: another program has the port open. Stop that program."
    return f"{name}: cannot be opened ({error})."
