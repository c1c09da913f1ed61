"""When a code counts as read: seen twice, told once.

Rules, with times in seconds handed in by the caller:

* the same (format, text) in two frames within 1 s, or in one frame when the reading is sure by itself;
* told once, then silent until it has been out of view for 1.5 s; each code for itself, so the next book never waits;
* a code of no use leads to a hint when it has been in view for 0.8 s and no usable code was seen meanwhile.

In measurements of noisy live video no wrong text came twice; single wrong texts did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from devices.barcode.accept import USABLE, Reading
from devices.barcode.code import Code

#: Two frames must agree within this time (s).
AGREE_S: Final = 1.0
#: A code is out of view when it has not been read for this long (s).
GONE_S: Final = 1.5
#: A useless code leads to a hint after this time (s) without a usable one.
HINT_S: Final = 0.8


@dataclass(slots=True)
class _Track:
    first: float
    last: float
    usable: bool
    told: bool = False


Key = tuple[str, str]


class Confirmer:
    """Remembers what is in view. Times handed in must not go back."""

    def __init__(self) -> None:
        self._tracks: dict[Key, _Track] = {}
        self._useful = float("-inf")

    def see(self, now: float, readings: Sequence[Reading]) -> list[Reading]:
        """Take one frame's readings; give those that count from now on: usable ones to act on, others to hint at."""
        self._forget(now)
        unique = {(reading.code.format, reading.code.text): reading for reading in readings}
        if any(reading.kind in USABLE for reading in unique.values()):
            self._useful = now
        return [reading for key, reading in unique.items() if self._counts(now, key, reading)]

    def still(self, now: float) -> None:
        """Nothing moved since the last frame: what was in view still is, unread or not."""
        self._forget(now)
        for track in self._tracks.values():
            if track.told:
                track.last = now

    @property
    def pending(self) -> bool:
        """Whether a usable code was seen and wants a second frame."""
        return any(track.usable and not track.told for track in self._tracks.values())

    def was_told(self, code: Code) -> bool:
        """Whether ``code`` is in view and was told already."""
        track = self._tracks.get((code.format, code.text))
        return track is not None and track.told

    def _counts(self, now: float, key: Key, reading: Reading) -> bool:
        track = self._tracks.get(key)
        if track is None or (not track.told and now - track.last > AGREE_S):
            again = False
            track = self._tracks[key] = _Track(now, now, reading.kind in USABLE)
        else:
            again = True
            track.last = now
        if track.told:
            return False
        if reading.kind in USABLE:
            track.told = again or reading.sure
        else:
            track.told = again and now - max(track.first, self._useful) >= HINT_S
        return track.told

    def _forget(self, now: float) -> None:
        self._tracks = {key: track for key, track in self._tracks.items() if now - track.last < GONE_S}
