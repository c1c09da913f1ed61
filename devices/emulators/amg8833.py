"""An AMG8833 as its registers show it: 8-bit numbers; 64 cells of 12 bits from 0x80, low byte first, 0.25 °C a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

_CELLS: Final = 0x80

Picture = Sequence[Sequence[float]]


class Amg8833:
    """The chip. ``scene`` gives the temperatures of 8 × 8 cells in °C at the time of the clock ``now_ms``."""

    def __init__(self, scene: Callable[[int], Picture], now_ms: Callable[[], int], *, address: int = 0x69) -> None:
        self.address = address
        self.scene = scene
        self.frozen = False  # it answers, and measures no more
        self._now = now_ms
        self._registers = bytearray(0x100)
        self._index = 0

    def write(self, data: bytes) -> None:
        if not data:  # a probe
            return
        self._index = data[0]
        self._registers[self._index : self._index + len(data) - 1] = data[1:]

    def read(self, size: int) -> bytes:
        if self._index == _CELLS and not self.frozen:
            self._measure()
        return bytes(self._registers[self._index : self._index + size])

    @property
    def slow(self) -> bool:
        """Whether it was told to measure once a second."""
        return bool(self._registers[0x02] & 1)

    def _measure(self) -> None:
        for number, degrees in enumerate(cell for row in self.scene(self._now()) for cell in row):
            self._registers[_CELLS + 2 * number : _CELLS + 2 * number + 2] = (round(degrees * 4) & 0xFFF).to_bytes(
                2, "little"
            )
