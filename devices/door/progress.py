"""How far a long reading has come, on one line of a terminal that vanishes at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TextIO

_FIRST_S: Final = 1.0
_EVERY_S: Final = 0.2


class Progress:
    """Told of bytes read, says how many of ``total``; nothing for what takes less than a second.

    ``now`` is a clock of seconds; ``out`` is written to only if it is a terminal.
    """

    def __init__(self, what: str, total: int, out: TextIO, now: Callable[[], float]) -> None:
        self._what = what
        self._total = max(1, total)
        self._out = out
        self._now = now
        self._on = out.isatty()
        self._done = 0
        self._next = now() + _FIRST_S
        self._said = False

    def read(self, more: int) -> None:
        """So many more bytes were read."""
        self._done += more
        if not self._on or self._now() < self._next:
            return
        self._next = self._now() + _EVERY_S
        self._said = True
        share = min(99, 100 * self._done // self._total)
        self._out.write(f"\r\x1b[K{self._what}: {share} %")
        self._out.flush()

    def end(self) -> None:
        """Take the line away."""
        if self._said:
            self._out.write("\r\x1b[K")
            self._out.flush()
