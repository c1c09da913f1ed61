"""The small live picture for the screen, made only when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from devices.barcode.code import Quad

if TYPE_CHECKING:
    from devices.barcode.shot import Pixels, Shot

#: Width of the preview (px).
WIDTH: Final = 400


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A small copy of the newest frame.

    ``pixels`` is RGB ``uint8`` (height, width, 3), first row on top. ``number`` grows with every new frame: the same
    number means the same picture. ``quad`` are the corners of the last usable code in pixels of this preview, seen
    ``quad_age`` seconds ago; both ``None`` when there was none.
    """

    number: int
    pixels: NDArray[np.uint8]
    quad: Quad | None
    quad_age: float | None


def make_preview(number: int, frame: Pixels | Shot, seen: tuple[Quad, float] | None, now: float) -> Preview:
    """A preview of ``frame`` (BGR, grey or as it came) with the code that was ``seen`` and when.

    Raises:
        BarcodeError: the frame came damaged.
    """
    import cv2  # here, so that a screen may import this module before OpenCV is needed

    from devices.barcode.shot import as_shot

    shot = as_shot(frame)
    width, height = shot.size
    factor = WIDTH / width
    small = cv2.resize(shot.colour(WIDTH), (WIDTH, round(height * factor)), interpolation=cv2.INTER_AREA)
    pixels = cv2.cvtColor(small, cv2.COLOR_GRAY2RGB if small.ndim == 2 else cv2.COLOR_BGR2RGB)
    if seen is None:
        return Preview(number, np.asarray(pixels, dtype=np.uint8), None, None)
    corners, at = seen
    a, b, c, d = ((round(x * factor), round(y * factor)) for x, y in corners)
    return Preview(number, np.asarray(pixels, dtype=np.uint8), (a, b, c, d), now - at)
