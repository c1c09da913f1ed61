"""How long a question may still take. One deadline is made for each and handed down through everything it needs."""

from __future__ import annotations

from collections.abc import Callable

_SECOND = 1_000_000_000


class Deadline:
    """The end of one question, by a clock that counts nanoseconds and never goes backwards."""

    def __init__(self, now_ns: Callable[[], int], seconds: float) -> None:
        self._now_ns = now_ns
        self._end = now_ns() + int(seconds * _SECOND)

    def left(self) -> float:
        """Seconds until the end; 0 when it is over."""
        return max(0.0, (self._end - self._now_ns()) / _SECOND)

    def part(self, share: float) -> Deadline:
        """A nearer deadline, after ``share`` (0 to 1) of what is left."""
        return Deadline(self._now_ns, self.left() * share)
