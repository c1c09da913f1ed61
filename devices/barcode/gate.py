"""Is anything moving? Decides from a thumbnail whether a frame is worth decoding.

A still desk costs one thumbnail a frame. The gate opens wide on change and stays open for two seconds, since a
shown label needs time to come into focus; while a scene stands still it lets one frame a second through, in case
focus or light has mended what could not be read.
"""

from __future__ import annotations

import enum
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

#: Size of the thumbnail (px).
_SIZE: Final = (160, 90)
#: A thumbnail's pixel changed when it differs by this many grey levels; averaging has taken the sensor's noise away.
_STEP: Final = 8
#: This many changed pixels are movement: a label's corner, not an insect.
_PIXELS: Final = 12
#: Decode everything for this long after a change (s).
OPEN_S: Final = 2.0
#: While still, look once in this time (s).
GLANCE_S: Final = 1.0


class Look(enum.Enum):
    """What to do with a frame."""

    #: Something changed just now: begin afresh.
    CHANGED = "changed"
    DECODE = "decode"
    SKIP = "skip"


class Gate:
    """Compares each frame with the last one that had changed. Times are seconds, handed in."""

    def __init__(self) -> None:
        self._reference: NDArray[np.uint8] | None = None
        self._changed = self._looked = float("-inf")

    def look(self, now: float, frame: NDArray[np.uint8]) -> Look:
        """What to do with ``frame`` (grey or BGR)."""
        thumbnail = _thumbnail(frame)
        moved = self._reference is None or _moved(self._reference, thumbnail)
        if moved:
            # Only a changed frame becomes the reference, so a slow drift adds up and is noticed.
            self._reference = thumbnail
            opened = now - self._changed > OPEN_S
            self._changed = self._looked = now
            return Look.CHANGED if opened else Look.DECODE
        if now - self._changed <= OPEN_S or now - self._looked >= GLANCE_S:
            self._looked = now
            return Look.DECODE
        return Look.SKIP


def _thumbnail(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    # Every second pixel is enough to average over, and half the reading of memory is most of the cost.
    sparse = np.ascontiguousarray(frame[::2, ::2, 1] if frame.ndim == 3 else frame[::2, ::2])
    return np.asarray(cv2.resize(sparse, _SIZE, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _moved(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> bool:
    return int(np.count_nonzero(cv2.absdiff(before, after) > _STEP)) >= _PIXELS
