"""When a code counts as read: seen twice, told once.

Rules, with times in seconds handed in by the caller:

* the same number in two frames within 1 s, or in one frame when the reading is sure by itself;
* two different numbers at one place in the picture cannot both be right: neither is told until one was seen in two
  frames more than the other within the last second. Once a code has been away for 0.4 s, whatever lies at its place
  is another code and waits for nothing;
* told once, then silent until it has been out of view for 1.5 s; each code for itself, so the next book never waits.
  The same number printed in two ways, as bars and as QR, is one code.

In measurements of noisy live video no wrong text came twice; single wrong texts did. What is of no use here may lead
to a hint: see :mod:`devices.barcode.hints`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from devices.barcode.accept import USABLE, Reading
from devices.barcode.code import Quad, overlaps
from devices.barcode.events import Kind
from devices.barcode.hints import Hints

#: So many frames must agree within so long a time (s).
AGREEING: Final = 2
AGREE_S: Final = 1.0
#: A code is out of view when it has not been read for this long (s).
GONE_S: Final = 1.5
#: A hand needs longer than this (s) to lay another book at the place of the last.
SWAP_S: Final = 0.4
#: So many frames more than a rival's make a text the right one.
LEAD: Final = 2
#: So many codes are remembered; of more, those seen longest ago are forgotten.
MOST: Final = 64
#: So many sights of one code are remembered: a second of a fast camera.
_SIGHTS: Final = 64

Key = tuple[Kind, str]


@dataclass(slots=True)
class _Track:
    """One number in view. ``first`` is when this appearance began; ``sights`` are its frames of late."""

    first: float
    quad: Quad
    sights: deque[float] = field(default_factory=lambda: deque(maxlen=_SIGHTS))
    last: float = 0.0
    told: bool = False

    def votes(self, now: float) -> int:
        return sum(now - at <= AGREE_S for at in self.sights)


class Confirmer:
    """Remembers what is in view. Times handed in must not go back."""

    def __init__(self) -> None:
        self._tracks: dict[Key, _Track] = {}
        self._hints = Hints()

    def see(self, now: float, readings: Sequence[Reading]) -> list[Reading]:
        """Take one frame's readings; give those that count from now on: usable ones to act on, others to hint at."""
        self._forget(now)
        usable = {_key(reading): reading for reading in readings if reading.kind in USABLE}
        useless = [reading for reading in readings if reading.kind in (Kind.ISBN, Kind.UNKNOWN)]
        for key, reading in usable.items():
            self._note(now, key, reading.code.quad)
        told = [reading for key, reading in usable.items() if self._counts(now, key, reading)]
        for reading in told:
            self._tracks[_key(reading)].told = True
        return [*told, *self._hints.see(now, useless, useful=bool(usable))]

    def still(self, now: float) -> None:
        """Nothing moved since the last frame: what was in view still is, unread or not."""
        self._forget(now)
        for track in self._tracks.values():
            if track.told:
                track.last = now
        self._hints.still(now)

    @property
    def pending(self) -> bool:
        """Whether a usable code was seen and wants another frame."""
        return any(not track.told for track in self._tracks.values())

    def was_told(self, reading: Reading) -> bool:
        """Whether this number is in view and was told already."""
        track = self._tracks.get(_key(reading))
        return track is not None and track.told

    def _note(self, now: float, key: Key, quad: Quad) -> None:
        track = self._tracks.get(key)
        if track is None or (not track.told and now - track.last > AGREE_S):
            track = self._tracks[key] = _Track(now, quad)
        track.quad, track.last = quad, now
        track.sights.append(now)

    def _counts(self, now: float, key: Key, reading: Reading) -> bool:
        track = self._tracks[key]
        if track.told:
            return False
        votes = track.votes(now)
        if any(votes - rival.votes(now) < LEAD for rival in self._rivals(key, track)):
            return False
        return reading.sure or votes >= AGREEING

    def _rivals(self, key: Key, track: _Track) -> list[_Track]:
        """Other numbers that were read at the same place so lately that it must be the same print."""
        return [
            rival
            for other, rival in self._tracks.items()
            if other != key and track.first - rival.last < SWAP_S and overlaps(rival.quad, track.quad)
        ]

    def _forget(self, now: float) -> None:
        kept = [(key, track) for key, track in self._tracks.items() if now - track.last < GONE_S]
        kept.sort(key=lambda each: each[1].last)
        self._tracks = dict(kept[-MOST:])


def _key(reading: Reading) -> Key:
    return reading.kind, reading.text
