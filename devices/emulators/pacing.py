"""Bytes that leave when their time has come: what a real line does to an answer, without a clock of its own."""

from __future__ import annotations

from collections import deque
from typing import Final

#: Seconds of line time that may leave in one handful, at the time of its last byte.
HANDFUL: Final = 0.001


class Pacer:
    """Bytes under way, each handful with the time it leaves.

    No byte leaves sooner than the line allows, and the last one of an answer leaves just then; the others are held
    back for a millisecond at most, where a byte takes less than that.
    """

    def __init__(self) -> None:
        self._out: deque[tuple[float, bytes]] = deque()

    def __bool__(self) -> bool:
        return bool(self._out)

    def add(self, data: bytes, start: float, byte_s: float, *, whole: bool = False) -> float:
        """Let ``data`` go out from ``start`` on, behind what is under way; when its last byte leaves.

        ``whole``: all of it in one piece, as a converter that has saved it up does.
        """
        start = max(start, self.last())
        size = len(data) if whole or not byte_s else max(1, int(HANDFUL / byte_s))
        end = len(data) % size or size
        for at in range(end, len(data) + 1, size):
            self._out.append((start + at * byte_s, data[max(0, at - size) : at]))
        return start + len(data) * byte_s

    def due(self) -> float | None:
        """When the next handful leaves."""
        return self._out[0][0] if self._out else None

    def last(self) -> float:
        """When the last byte under way leaves; 0 if none is."""
        return self._out[-1][0] if self._out else 0.0

    def take(self, now: float) -> bytes:
        """What has to leave by now."""
        ripe = bytearray()
        while self._out and self._out[0][0] <= now:
            ripe += self._out.popleft()[1]
        return bytes(ripe)

    def clear(self) -> None:
        """The line is gone, and what was on it."""
        self._out.clear()
