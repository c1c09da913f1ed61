"""The devices scanners hang on: found by a name that stays, opened for us alone, and read without blocking."""

from __future__ import annotations

import contextlib
import errno
import os
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from devices.ports import candidates
from devices.scanner.errors import ScannerBusy, ScannerLost
from devices.scanner.settings import ScannerKind, ScannerSettings

#: ``linux/input.h``: EVIOCGVERSION reads the driver's version, EVIOCGRAB keeps the events from everybody else.
_EVIOCGVERSION: Final = 0x80044501
_EVIOCGRAB: Final = 0x40044590
#: Where udev puts the names that stay.
BY_ID: Final = {ScannerKind.SERIAL: Path("/dev/serial/by-id"), ScannerKind.WEDGE: Path("/dev/input/by-id")}
_CHUNK: Final = 4096

Opener = Callable[[ScannerSettings, str], "Line"]


class Line(Protocol):
    """An open scanner."""

    def fileno(self) -> int:
        """To wait for bytes on."""

    def read(self) -> bytes:
        """What has come, at most a few thousand bytes; only when there is something.

        Raises:
            ScannerLost: it has gone.
        """

    def close(self) -> None:
        """Let go of it, whatever state it is in."""


class DeviceLine:
    """A device read through its descriptor; ``close`` lets go of whatever owns that."""

    def __init__(self, fd: int, name: str, close: Callable[[], None]) -> None:
        self._fd = fd
        self._name = name
        self.close = close

    def fileno(self) -> int:
        """See :class:`Line`."""
        return self._fd

    def read(self) -> bytes:
        """See :class:`Line`."""
        try:
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:  # ENODEV from an input device, EIO from a line that hung up
            raise ScannerLost(_gone(self._name)) from error
        if not data:
            raise ScannerLost(_gone(self._name))
        return data


def open_line(settings: ScannerSettings) -> tuple[str, Line]:
    """Open the scanner's device; also its name now, for ``port`` may be a pattern. The first that can be had is taken.

    Raises:
        ScannerLost: there is none, or none may be opened.
    """
    return open_first(settings, open_wedge if settings.kind is ScannerKind.WEDGE else open_serial)


def open_first(settings: ScannerSettings, opener: Opener) -> tuple[str, Line]:
    """As :func:`open_line`, with another way to open a device."""
    names = candidates(settings.port)
    problem = ScannerLost(
        f"{settings.port}: no such device. Plug the scanner in, or correct 'port' under [[scanners]]."
    )
    for name in names:
        try:
            return name, opener(settings, name)
        except ScannerLost as lost:
            problem = lost
    raise problem


def plugged_in(kind: ScannerKind, folder: Path) -> list[str]:
    """What could be scanners of this kind, by the names in ``folder`` (see :data:`BY_ID`); keyboards are among them."""
    pattern = "*-event-kbd" if kind is ScannerKind.WEDGE else "*"
    return sorted(str(path) for path in folder.glob(pattern)) if folder.is_dir() else []


def open_serial(settings: ScannerSettings, name: str) -> Line:
    """Open a serial scanner. What it sent while nobody listened is thrown away: whoever scanned that has gone.

    Raises:
        ScannerLost: it cannot be opened.
    """
    try:
        import serial
    except ImportError as error:
        raise ScannerLost(
            f"{name}: the Python package 'pyserial' is missing; install pustaka-mandiri[kiosk]."
        ) from error
    try:
        port = serial.Serial(name, settings.baud, timeout=0, exclusive=True)
    except (serial.SerialException, OSError, termios.error, ValueError) as error:
        raise _why_not(name, error, "dialout") from error

    def close() -> None:
        with contextlib.suppress(serial.SerialException, OSError, termios.error):
            port.close()

    try:
        port.reset_input_buffer()
    except (serial.SerialException, OSError, termios.error) as error:
        close()
        raise ScannerLost(_gone(name)) from error
    return DeviceLine(port.fileno(), name, close)


def open_wedge(settings: ScannerSettings, name: str) -> Line:
    """Open a keyboard and keep its keys for us alone: no window, no console gets them.

    Raises:
        ScannerLost: it cannot be opened, is no keyboard, or somebody else has grabbed it.
    """
    del settings
    import fcntl

    try:
        fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _why_not(name, error, "input") from error
    try:
        fcntl.ioctl(fd, _EVIOCGVERSION, bytes(4))
    except OSError as error:
        os.close(fd)
        raise ScannerLost(
            f"{name}: not an input device. A wedge is below /dev/input/by-id and ends with -event-kbd."
        ) from error
    try:
        fcntl.ioctl(fd, _EVIOCGRAB, 1)
    except OSError as error:
        os.close(fd)
        raise ScannerBusy(f"{name}: another program has grabbed this keyboard.") from error
    return DeviceLine(fd, name, lambda: _close(fd))


def _close(fd: int) -> None:
    with contextlib.suppress(OSError):
        os.close(fd)


def _gone(name: str) -> str:
    return f"{name}: the scanner has gone. Check its cable."


def _why_not(name: str, error: Exception, group: str) -> ScannerLost:
    number = getattr(error, "errno", None)
    if number in (errno.ENOENT, errno.ENXIO, errno.ENODEV):
        return ScannerLost(f"{name}: no such device. Plug the scanner in, or correct 'port' under [[scanners]].")
    if number in (errno.EACCES, errno.EPERM):
        return ScannerLost(f"{name}: no permission. Add this user to the group that owns it (often '{group}').")
    if number in (errno.EAGAIN, errno.EBUSY):
        return ScannerBusy(f"{name}: another program has the scanner open.")
    if number in (errno.EISDIR, errno.ENOTTY) or isinstance(error.__context__, termios.error):
        return ScannerLost(f"{name}: not a serial port. Name the scanner's own device.")
    return ScannerLost(f"{name}: cannot be opened ({error}).")
