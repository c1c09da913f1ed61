"""When a code of no use is worth a word: a patron who shows a book's ISBN is helped, a sticker on the desk is not.

Rules, with times in seconds handed in by the caller:

* only when the code has been in view for 0.8 s and was read twice, and no usable code was read meanwhile: a label that
  is being turned towards the camera needs no advice;
* once while it stays in view, and one hint at a time: the next one not before 4 s have passed;
* the same text again after it was away: not before 5 s after its last hint, then 10, 20, 40 … So a patron who tries
  again is answered again, and what lies in the camera's sight all day is soon left alone. After a minute out of sight
  everything is forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from devices.barcode.accept import Reading
from devices.barcode.events import Kind

#: In view for so long (s) without a usable code.
HINT_S: Final = 0.8
#: Two frames must agree within this time (s); a longer absence begins anew.
AGREE_S: Final = 1.0
#: A code is out of view when it has not been read for this long (s).
GONE_S: Final = 1.5
#: Between two hints of any kind (s): as long as the first stands on the screen.
APART_S: Final = 4.0
#: Between the first two hints about the same text (s); each time twice as long.
AGAIN_S: Final = 5.0
#: A text out of sight for so long (s) is a new one.
FORGET_S: Final = 60.0
#: So many texts are remembered; of more, those seen longest ago are forgotten.
MOST: Final = 64


@dataclass(slots=True)
class _Sight:
    """One useless text. ``first`` is when this appearance began, ``quiet`` until when it is not worth a word."""

    first: float
    last: float
    told: bool = False
    hints: int = 0
    quiet: float = float("-inf")


class Hints:
    """Remembers useless codes. Times handed in must not go back."""

    def __init__(self) -> None:
        self._sights: dict[tuple[Kind, str], _Sight] = {}
        self._useful = self._hinted = float("-inf")

    def see(self, now: float, readings: Sequence[Reading], *, useful: bool) -> list[Reading]:
        """Take one frame's useless codes; give the one to hint at, if any. ``useful``: it held a usable code, too."""
        self._forget(now)
        if useful:
            self._useful = now
        unique = {(reading.kind, reading.text): reading for reading in readings}
        told = [reading for key, reading in unique.items() if self._counts(now, key)]
        for reading in told[:1]:
            self._hinted = now
            sight = self._sights[reading.kind, reading.text]
            sight.told, sight.quiet = True, now + AGAIN_S * 2**sight.hints
            sight.hints += 1
        return told[:1]

    def still(self, now: float) -> None:
        """Nothing moved since the last frame: what was in view still is."""
        self._forget(now)
        for sight in self._sights.values():
            if now - sight.last < GONE_S:
                sight.last = now

    def _counts(self, now: float, key: tuple[Kind, str]) -> bool:
        sight = self._sights.get(key)
        if sight is None:
            self._sights[key] = _Sight(now, now)
            return False
        away, sight.last = now - sight.last, now
        if away >= (GONE_S if sight.told else AGREE_S):
            sight.first, sight.told = now, False
            return False
        if sight.told or now - max(sight.first, self._useful) < HINT_S:
            return False
        return now >= sight.quiet and now - self._hinted >= APART_S

    def _forget(self, now: float) -> None:
        kept = [(key, sight) for key, sight in self._sights.items() if now - sight.last < FORGET_S]
        kept.sort(key=lambda each: each[1].last)
        self._sights = dict(kept[-MOST:])
