"""How fast scans may come. Nobody scans faster; what does is a defect, a prank or somebody leaning on a keyboard."""

from __future__ import annotations

from typing import Final

#: Scans a second, and how many at once. A quick hand makes three, a presentation scanner not more than eight.
PER_SECOND: Final = 10.0
AT_ONCE: Final = 10


class Limiter:
    """A bucket of :data:`AT_ONCE` scans that fills with :data:`PER_SECOND`. Refused ones take nothing out of it, so
    the first scan after a flood counts. Times handed in (s) must not go back."""

    def __init__(self) -> None:
        self._left = float(AT_ONCE)
        self._last = 0.0

    def allows(self, now: float) -> bool:
        """Whether one more counts."""
        self._left = min(float(AT_ONCE), self._left + max(0.0, now - self._last) * PER_SECOND)
        self._last = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
