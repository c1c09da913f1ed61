"""A Linux I2C bus as the CircuitPython libraries want it (the methods of ``busio.I2C``), without guessing the board.

``busio.I2C`` itself takes pins of a board it must recognise; a bus number is what a Linux computer really has.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol

Buffer = bytes | bytearray | memoryview


class Bus(Protocol):
    """The part of ``busio.I2C`` that the libraries use. A device that does not answer is an :class:`OSError`."""

    def try_lock(self) -> bool: ...

    def unlock(self) -> None: ...

    def writeto(self, address: int, buffer: Buffer, *, start: int = 0, end: int | None = None) -> None: ...

    def readfrom_into(
        self, address: int, buffer: bytearray | memoryview, *, start: int = 0, end: int | None = None
    ) -> None: ...

    def writeto_then_readfrom(
        self, address: int, buffer_out: Buffer, buffer_in: bytearray | memoryview, *, out_start: int = 0,
        out_end: int | None = None, in_start: int = 0, in_end: int | None = None,
    ) -> None: ...  # fmt: skip

    def close(self) -> None: ...


class LinuxBus:
    """``/dev/i2c-N`` by Adafruit's PureIO.

    Raises:
        OSError: no such bus, or no permission; :func:`said` makes a sentence of it.
    """

    def __init__(self, number: int) -> None:
        from Adafruit_PureIO import smbus

        self._bus: Any = smbus.SMBus(number)
        self._lock = threading.Lock()

    def try_lock(self) -> bool:
        return self._lock.acquire(blocking=False)

    def unlock(self) -> None:
        self._lock.release()

    def writeto(self, address: int, buffer: Buffer, *, start: int = 0, end: int | None = None) -> None:
        self._bus.write_bytes(address, bytes(buffer[start:end]))

    def readfrom_into(
        self, address: int, buffer: bytearray | memoryview, *, start: int = 0, end: int | None = None
    ) -> None:
        stop = len(buffer) if end is None else end
        buffer[start:stop] = self._bus.read_bytes(address, stop - start)

    def writeto_then_readfrom(
        self, address: int, buffer_out: Buffer, buffer_in: bytearray | memoryview, *, out_start: int = 0,
        out_end: int | None = None, in_start: int = 0, in_end: int | None = None,
    ) -> None:  # fmt: skip
        # With a stop between the two: all sensors here allow it, and nobody else is on the bus.
        self.writeto(address, buffer_out, start=out_start, end=out_end)
        self.readfrom_into(address, buffer_in, start=in_start, end=in_end)

    def close(self) -> None:
        self._bus.close()


class Patience:
    """A bus that stops answering after a while, so that a library that waits for its sensor without end gives up."""

    def __init__(self, bus: Bus, now_ms: Callable[[], int]) -> None:
        self._bus = bus
        self._now = now_ms
        self._until = 0

    def for_ms(self, ms: int) -> None:
        """From now on it answers this long."""
        self._until = self._now() + ms

    def try_lock(self) -> bool:
        return self._bus.try_lock()

    def unlock(self) -> None:
        self._bus.unlock()

    def writeto(self, address: int, buffer: Buffer, *, start: int = 0, end: int | None = None) -> None:
        self._check()
        self._bus.writeto(address, buffer, start=start, end=end)

    def readfrom_into(
        self, address: int, buffer: bytearray | memoryview, *, start: int = 0, end: int | None = None
    ) -> None:
        self._check()
        self._bus.readfrom_into(address, buffer, start=start, end=end)

    def writeto_then_readfrom(
        self, address: int, buffer_out: Buffer, buffer_in: bytearray | memoryview, *, out_start: int = 0,
        out_end: int | None = None, in_start: int = 0, in_end: int | None = None,
    ) -> None:  # fmt: skip
        self._check()
        self._bus.writeto_then_readfrom(
            address, buffer_out, buffer_in, out_start=out_start, out_end=out_end, in_start=in_start, in_end=in_end
        )

    def close(self) -> None:
        self._bus.close()

    def _check(self) -> None:
        if self._now() > self._until:
            raise TimeoutError("the sensor answers, but is never ready")


def said(error: Exception, bus: int, address: int) -> str:
    """Why a sensor at the bus cannot be used, and what to do, as a sentence."""
    where = f"The sensor at I2C bus {bus}, address 0x{address:02x},"
    if isinstance(error, FileNotFoundError):
        return f"There is no I2C bus {bus}. Is I2C switched on (raspi-config, Interface Options)?"
    if isinstance(error, PermissionError):
        return f"I2C bus {bus} may not be opened. Put whoever runs the door into its group: usermod -aG i2c NAME"
    if isinstance(error, ImportError):
        return f"{where} cannot be used for want of a Python package: {error}. pip install 'pustaka-mandiri[door]'"
    if isinstance(error, TimeoutError):
        return f"{where} hangs: {error}. Switch its power off and on."
    return f"{where} does not answer ({error}). Are its four wires in place, short, and the address right?"
