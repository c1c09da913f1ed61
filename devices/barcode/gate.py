"""Is anything moving? Decides from a thumbnail whether a frame is worth decoding.

A still desk costs one thumbnail a frame. The gate opens wide on change and stays open for two seconds, since a
shown label needs time to come into focus; while a scene stands still it lets a frame through now and then, in case
focus or light has mended what could not be read.

What is *not* movement: the sensor's noise, which is measured and may be any; and light that comes and goes, whether
slowly over the day or in the bands that lamps draw across a picture, since each row is brought to the brightness it
had before it is compared. What is always movement: anything compared with the picture that was last still, so that a
label pushed in by a millimetre a second adds up as one that is thrown down.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.barcode.shot import Pixels, Shot, as_shot

#: Size of the thumbnail (px).
_SIZE: Final = (160, 90)
#: Differences are averaged over this many pixels each way: noise is not alike in neighbours, a label is.
_POOL: Final = (3, 3)
#: A thumbnail's pixel changed when it differs by this many grey levels, or by so many times the noise.
_STEP: Final = 6.0
_NOISES: Final = 4.5
#: However noisy: a white label on any desk differs by more.
_LARGEST_STEP: Final = 30.0
#: This many changed pixels are movement: a label's corner, not an insect.
_PIXELS: Final = 12
#: How fast the measured noise follows (share of a frame).
_FOLLOW: Final = 0.2
#: The whole picture turned brighter or darker by this factor, and stayed so: something may cover all of it.
_JUMP: Final = 1.25
#: How fast two brightnesses follow, of which the slow one is what the scene is used to.
_QUICK, _SLOW = 0.3, 0.02
#: Added to both brightnesses so that a black row is no division by nothing (grey levels).
_DARK: Final = 4.0
#: Decode everything for this long after a change (s).
OPEN_S: Final = 2.0
#: While still, look once in this time (s); and so seldom when nothing has changed for a while.
GLANCE_S: Final = 1.0
LONG_STILL_S: Final = 10.0
SELDOM_S: Final = 4.0

#: Pause between looks (s) at a scene that stands still, and that has done so for a while: a hand that comes is in the
#: picture for longer than this before it holds a label still.
_PAUSE_S: Final = 0.1
_LONG_PAUSE_S: Final = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class _Thumbnail:
    """Grey levels and the mean of each row, both ``float32``."""

    pixels: NDArray[np.float32]
    rows: NDArray[np.float32]


class Look(enum.Enum):
    """What to do with a frame."""

    #: Something changed just now: begin afresh.
    CHANGED = "changed"
    DECODE = "decode"
    SKIP = "skip"


class Gate:
    """Compares each frame with the last one that had changed. Times are seconds, handed in."""

    def __init__(self) -> None:
        self._reference: _Thumbnail | None = None
        self._last: _Thumbnail | None = None
        self._noise: float | None = None
        self._quick = self._slow = 0.0
        self._changed = self._looked = float("-inf")
        #: The next look is early enough after this time (s).
        self.pause = 0.0

    def look(self, now: float, frame: Pixels | Shot) -> Look:
        """What to do with ``frame`` (grey, BGR or as it came). ``pause`` then says how long to look away.

        Raises:
            BarcodeError: the frame came damaged.
        """
        thumbnail = _thumbnail(as_shot(frame))
        moved = self._moved(thumbnail)
        self._last = thumbnail
        if moved:
            # Only a changed frame becomes the reference, so slow movement adds up and is noticed.
            self._reference = thumbnail
            opened = now - self._changed > OPEN_S
            self._changed = self._looked = now
            self.pause = 0.0
            return Look.CHANGED if opened else Look.DECODE
        since = now - self._changed
        self.pause = 0.0 if since <= OPEN_S else _PAUSE_S if since <= LONG_STILL_S else _LONG_PAUSE_S
        if since <= OPEN_S or now - self._looked >= (GLANCE_S if since <= LONG_STILL_S else SELDOM_S):
            self._looked = now
            return Look.DECODE
        return Look.SKIP

    def _moved(self, thumbnail: _Thumbnail) -> bool:
        if self._reference is None or self._last is None:
            self._quick = self._slow = float(thumbnail.rows.mean()) + _DARK
            return True
        if self._brightness_jumped(thumbnail):
            return True
        noise = float(np.median(_difference(self._last, thumbnail)[::2, ::2])) * 1.4826
        self._noise = noise if self._noise is None else self._noise + (noise - self._noise) * _FOLLOW
        step = min(max(_STEP, _NOISES * self._noise), _LARGEST_STEP)
        return int(np.count_nonzero(_difference(self._reference, thumbnail) > step)) >= _PIXELS

    def _brightness_jumped(self, thumbnail: _Thumbnail) -> bool:
        """Only what stays counts: lamps that flicker make single frames brighter."""
        now = float(thumbnail.rows.mean()) + _DARK
        self._quick += (now - self._quick) * _QUICK
        self._slow += (now - self._slow) * _SLOW
        if 1 / _JUMP < self._quick / self._slow < _JUMP:
            return False
        self._slow = self._quick
        return True


def _thumbnail(shot: Shot) -> _Thumbnail:
    small = shot.thumbnail()
    if small.shape != _SIZE[::-1]:
        small = np.asarray(cv2.resize(small, _SIZE, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    pixels = small.astype(np.float32)
    return _Thumbnail(pixels, pixels.mean(axis=1))


def _difference(before: _Thumbnail, after: _Thumbnail) -> NDArray[np.float32]:
    """By how much each place changed (grey levels), its row's change of light taken out."""
    gain = (after.rows + _DARK) / (before.rows + _DARK)
    signed = cv2.blur(after.pixels - before.pixels * gain[:, None], _POOL)
    return np.abs(np.asarray(signed, dtype=np.float32))
