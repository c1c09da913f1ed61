"""An I2C bus in software, with the methods of ``busio.I2C``: the real libraries of the sensors talk to it."""

from __future__ import annotations

import errno
import os
import threading
from typing import Protocol

Buffer = bytes | bytearray | memoryview


class Chip(Protocol):
    """What hangs on the bus: it takes bytes written to it, and gives bytes."""

    address: int

    def write(self, data: bytes) -> None: ...

    def read(self, size: int) -> bytes: ...


class BusEmulator:
    """The bus. ``refused`` of the next transactions are not acknowledged; a chip taken off is not either."""

    def __init__(self, *chips: Chip) -> None:
        self.chips = list(chips)
        self.refused = 0
        self.missing: OSError | None = None  # raised instead of opening the bus
        self.transactions = 0
        self.opened = 0
        self._lock = threading.Lock()

    def open(self, number: int) -> BusEmulator:
        """As the opening of ``/dev/i2c-N``."""
        del number
        if self.missing is not None:
            raise self.missing
        self.opened += 1
        return self

    def close(self) -> None:
        self.opened -= 1

    def try_lock(self) -> bool:
        return self._lock.acquire(blocking=False)

    def unlock(self) -> None:
        self._lock.release()

    def writeto(self, address: int, buffer: Buffer, *, start: int = 0, end: int | None = None) -> None:
        self._chip(address).write(bytes(buffer[start:end]))

    def readfrom_into(
        self, address: int, buffer: bytearray | memoryview, *, start: int = 0, end: int | None = None
    ) -> None:
        stop = len(buffer) if end is None else end
        buffer[start:stop] = self._chip(address).read(stop - start)

    def writeto_then_readfrom(
        self, address: int, buffer_out: Buffer, buffer_in: bytearray | memoryview, *, out_start: int = 0,
        out_end: int | None = None, in_start: int = 0, in_end: int | None = None,
    ) -> None:  # fmt: skip
        self.writeto(address, buffer_out, start=out_start, end=out_end)
        self.readfrom_into(address, buffer_in, start=in_start, end=in_end)

    def _chip(self, address: int) -> Chip:
        self.transactions += 1
        if self.refused > 0:
            self.refused -= 1
            raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
        found = next((chip for chip in self.chips if chip.address == address), None)
        if found is None:
            raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
        return found
