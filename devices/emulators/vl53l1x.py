"""A VL53L1X as its registers show it: the ones that Adafruit's library and the door's driver touch.

Registers have 16-bit numbers, high byte first, and count up by themselves. Ranging is continuous: a range is of the
region that was set when it *began*, and the next one begins when the interrupt is cleared. That is why the first range
after a change of region is of the old one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_ADDRESS: Final = 0x0001
_POLARITY: Final = 0x0030
_READY: Final = 0x0031
_CENTRE: Final = 0x007F
_CLEAR: Final = 0x0086
_START: Final = 0x0087
_STATUS: Final = 0x0089
_DISTANCE: Final = 0x0096
_MODEL: Final = 0x010F
#: Numbers of ST's Ultra Lite Driver -> what the register says.
_RAW: Final = {5: 3, 2: 4, 4: 5, 1: 6, 7: 7, 3: 8, 0: 9, 9: 12, 13: 13, 10: 18, 6: 19, 11: 22, 12: 23}

Scene = Callable[[int, int], tuple[int, int]]
"""(centre of the region, ms) -> (distance in mm, status)."""


class Vl53l1x:
    """The chip. ``scene`` says what it sees; ``range_ms`` is how long a range takes on ``now_ms``'s clock."""

    def __init__(self, scene: Scene, now_ms: Callable[[], int], *, range_ms: int = 0, address: int = 0x29) -> None:
        self.address = address
        self.scene = scene
        self.stuck = False  # it answers, and no range is ever ready
        self._now = now_ms
        self._range_ms = range_ms
        self._registers = bytearray(0x0200)
        self._registers[_MODEL : _MODEL + 3] = b"\xea\xcc\x10"
        self._index = 0
        self._began: int | None = None
        self._region = 0
        self._ready = False

    def write(self, data: bytes) -> None:
        if len(data) < 2:  # a probe
            return
        self._index = int.from_bytes(data[:2], "big")
        for offset, byte in enumerate(data[2:]):
            self._set(self._index + offset, byte)

    def read(self, size: int) -> bytes:
        self._look()
        first, self._index = self._index, self._index + size
        return bytes(self._registers[first : first + size])

    def reset(self) -> None:
        """As by a pulse at XSHUT: back to the address it was made with, not ranging."""
        self.address, self._began, self._ready = 0x29, None, False

    def _set(self, register: int, byte: int) -> None:
        self._registers[register] = byte
        if register == _ADDRESS:
            self.address = byte & 0x7F
        elif register == _START:
            self._began = self._now() if byte & 0x40 else None
            self._region, self._ready = self._registers[_CENTRE], False
        elif register == _CLEAR and byte & 1 and self._began is not None and self._ready:
            self._began, self._region, self._ready = self._now(), self._registers[_CENTRE], False

    def _look(self) -> None:
        """Finish the range that is due."""
        now = self._now()
        if self._began is not None and not self._ready and not self.stuck and now - self._began >= self._range_ms:
            distance, status = self.scene(self._region, now)
            self._registers[_STATUS] = _RAW.get(status, 0)
            self._registers[_DISTANCE : _DISTANCE + 2] = distance.to_bytes(2, "big")
            self._ready = True
        active_high = not self._registers[_POLARITY] & 0x10
        self._registers[_READY] = int(self._ready == active_high)
