"""A striped region laid flat: bars upright, every row a scan across the whole code, and what that makes possible.

All rows of a strip say the same thing, so averaging some of them removes noise without touching the bars, and
sharpening along the rows alone undoes part of a defocus. Both are out of reach in the whole picture, where nobody
knows yet which way the bars run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.barcode.stripes import Gray, Region

#: Width and rows of a strip (px), and how much longer than its region it is: room for quiet zones.
WIDTH: Final = 900
ROWS: Final = 64
LONGER: Final = 1.3
#: Where the region's own ends lie in a strip (px).
FIRST: Final = WIDTH * (0.5 - 0.5 / LONGER)
LAST: Final = WIDTH - FIRST
#: The part of the region's height that is used: its ends are print and label edges.
_CORE: Final = 0.8
#: How far stretching looks (px of a strip), and the least share of the strip's usual contrast that it assumes.
_WINDOW: Final = 91
_SHARE: Final = 0.25
#: Of so many columns one is asked what contrast is usual.
_SAMPLED: Final = 15


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """``picture``: :data:`ROWS` x :data:`WIDTH`; ``back``: 3 x 3 matrix from its pixels to the whole picture's."""

    picture: Gray
    back: NDArray[np.float64]


def lift(gray: Gray, region: Region) -> Strip:
    """``region`` of ``gray`` laid flat, its bars upright as exactly as they can be seen to lean."""
    back = _rectangle(region)
    rough = cv2.warpAffine(
        gray, back[:2] @ np.diag((2.0, 2.0, 1.0)), (WIDTH // 2, ROWS // 2), flags=_BACKWARD, borderMode=_BORDER
    )
    back = back @ _upright(*_lean(np.asarray(rough, dtype=np.uint8)))
    picture = cv2.warpPerspective(gray, back, (WIDTH, ROWS), flags=_BACKWARD, borderMode=_BORDER)
    return Strip(np.asarray(picture, dtype=np.uint8), back)


_BACKWARD: Final = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
_BORDER: Final = cv2.BORDER_REPLICATE


def _rectangle(region: Region) -> NDArray[np.float64]:
    """From a strip's pixels to the picture's, by the region's rectangle alone."""
    cos, sin = math.cos(region.angle), math.sin(region.angle)
    across, down = region.length * LONGER / WIDTH, region.height * _CORE / ROWS
    return np.array(
        (
            (cos * across, -sin * down, region.x - cos * across * WIDTH / 2 + sin * down * ROWS / 2),
            (sin * across, cos * down, region.y - sin * across * WIDTH / 2 - cos * down * ROWS / 2),
            (0.0, 0.0, 1.0),
        )
    )


def _lean(strip: Gray) -> tuple[float, float]:
    """How far bars lean (columns a row) at the left and the right end: they fan out when the label is tilted.

    Least squares over all pixels: along a bar the brightness does not change, so slope times the gradient across
    is minus the gradient down.
    """
    across, down = cv2.spatialGradient(strip)
    middle = slice(strip.shape[1] // 10, -(strip.shape[1] // 10))  # beyond it the quiet zones, and what is beside
    x, y = across[1:-1, middle].astype(np.float32), down[1:-1, middle].astype(np.float32)
    weight, product = (x * x).sum(axis=0), -(x * y).sum(axis=0)
    at = np.linspace(-0.8, 0.8, len(weight), dtype=np.float32)  # -1 and 1 are the ends of the strip
    s0, s1, s2 = float(weight.sum()), float((weight * at).sum()), float((weight * at * at).sum())
    t0, t1 = float(product.sum()), float((product * at).sum())
    determinant = s0 * s2 - s1 * s1
    if s0 <= 0 or determinant <= 1e-6 * s0 * s0:
        return 0.0, 0.0
    level, fan = (t0 * s2 - t1 * s1) / determinant, (t1 * s0 - t0 * s1) / determinant
    return level - fan, level + fan


def _upright(left: float, right: float) -> NDArray[np.float64]:
    """From an upright strip's pixels to those of one whose bars lean by so much at its ends."""
    half = ROWS / 2
    flat = [(0, 0), (WIDTH, 0), (WIDTH, ROWS), (0, ROWS)]
    leaning = [(-left * half, 0), (WIDTH - right * half, 0), (WIDTH + right * half, ROWS), (left * half, ROWS)]
    to_leaning = cv2.getPerspectiveTransform(np.array(flat, np.float32), np.array(leaning, np.float32))
    return np.asarray(to_leaning, dtype=np.float64)


def darkness(strip: Gray) -> NDArray[np.float32]:
    """One row, the mean of all but the outermost: 0 is white."""
    edge = ROWS // 8
    return np.asarray(255.0 - strip[edge:-edge].mean(axis=0, dtype=np.float32), dtype=np.float32)


def bands(strip: Gray, count: int) -> Gray:
    """``count`` rows, each the mean of its neighbours: bars stay, noise goes. Few for noise, many for a bent label."""
    return np.asarray(cv2.resize(strip, (strip.shape[1], count), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def sharpened(rows: Gray, blur: float, amount: float) -> Gray:
    """With part of a defocus undone, along the rows alone: ``amount`` times what a blur (sigma, px) takes away."""
    soft = cv2.GaussianBlur(rows, (0, 0), blur, sigmaY=0.01)
    return np.asarray(cv2.addWeighted(rows, 1 + amount, soft, -amount, 0.0), dtype=np.uint8)


def stretched(rows: Gray) -> Gray:
    """With black and white where the darkest and the lightest nearby are: light falls off, glare lies over a part.

    Where there is little contrast beside the rest of the strip, as in a quiet zone, it is left little.
    """
    window = np.ones((1, _WINDOW), dtype=np.uint8)
    low = cv2.blur(cv2.erode(rows, window), (_WINDOW, 1)).astype(np.float32)
    high = cv2.blur(cv2.dilate(rows, window), (_WINDOW, 1)).astype(np.float32)
    contrast = high - low
    some = np.sort(contrast[:, ::_SAMPLED], axis=None)  # contrast changes slowly: few columns say what is usual
    least = max(_SHARE * float(some[len(some) * 4 // 5]), 1.0)
    return np.asarray(np.clip(255 - (high - rows) * (255 / np.maximum(contrast, least)), 0, 255).astype(np.uint8))
