"""Scanner or fingers? The judge of keys that come through a window, where both look the same. Pure.

A text is a scanner's when no two of its keys are more than :data:`BETWEEN_S` apart, all of it took at most
:data:`WHOLE_S`, it has :data:`LEAST` characters and its terminator came as fast. That alone lets a fast typist pass
(jQuery-Scanner-Detection issue 15), so it must also begin with the scanner's prefix, or have come at a mean of
:data:`MEAN_S` a key: a hand can roll over three keys at that speed, not over a number and Enter; and a key held down
repeats more slowly.

All of this believes the times of keys. A program that was busy for a while sees many at once, so whoever feeds this
calls :meth:`Pace.stalled` then, and what is under way is not believed.
"""

from __future__ import annotations

from typing import Final

BETWEEN_S: Final = 0.100
WHOLE_S: Final = 1.5
LEAST: Final = 4
MEAN_S: Final = 0.030


class Pace:
    """Watches one window's keys. ``most`` is the number of characters beyond which there is no text."""

    def __init__(self, prefix: str, most: int) -> None:
        self._prefix = prefix
        self._most = most
        self._text = ""
        self._first = self._last = float("-inf")
        self._spoilt = False

    @property
    def held(self) -> int:
        """Characters kept for later."""
        return len(self._text)

    def key(self, now: float, character: str) -> None:
        """A key that writes ``character`` went down at ``now`` (s)."""
        self._pause(now)
        if not self._text:
            self._first = now
        self._last = now
        self._text += character
        if len(self._text) > self._most:
            self.spoil(now)

    def end(self, now: float) -> str | None:
        """A terminator came: the text before it, if a scanner wrote it."""
        self._pause(now)
        text, spoilt, took = self._text, self._spoilt, now - self._first
        self._text, self._spoilt = "", False
        if spoilt or len(text) < LEAST or took > WHOLE_S:
            return None
        if self._prefix and text.startswith(self._prefix):
            return text
        return text if not self._prefix and took <= MEAN_S * len(text) else None

    def spoil(self, now: float) -> None:
        """A key that belongs to no text, or one held down: nothing counts until there was a pause or a terminator."""
        self._text, self._spoilt, self._last = "", True, now

    def stalled(self, now: float) -> None:
        """The program was busy: when the keys that come now went down is not known."""
        self.spoil(now)

    def _pause(self, now: float) -> None:
        if now - self._last > BETWEEN_S:
            self._text, self._spoilt = "", False
