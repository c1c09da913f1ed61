"""Codes of a few bits each, most significant bit first, packed into bytes."""

from __future__ import annotations

from collections.abc import Iterable


class Bits:
    """Takes codes from the front of ``data``."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self.left = len(data) * 8

    def take(self, width: int) -> int | None:
        """The next code of ``width`` bits; ``None`` when fewer are left."""
        if self.left < width:
            return None
        self.left -= width
        return (self._value >> self.left) & ((1 << width) - 1)

    def rest(self) -> int:
        """The value of the bits that are left, without taking them."""
        return self._value & ((1 << self.left) - 1)


def pack(codes: Iterable[tuple[int, int]], fill: int) -> bytes:
    """``(code, width)`` pairs as bytes; the last byte is filled with the first bits of the byte ``fill``."""
    value = used = 0
    for code, width in codes:
        value, used = value << width | code, used + width
    spare = -used % 8
    return (value << spare | fill >> (8 - spare)).to_bytes((used + spare) // 8, "big")
