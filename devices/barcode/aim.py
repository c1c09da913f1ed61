"""Is a camera well mounted? Measures of one frame, and the one thing to do next. Pure.

What counts at a label is how many pixels its narrowest bar covers and how far defocus spreads an edge, in bars. From
measurements of the readers in use: with 2.2 pixels a bar every linear code in focus is read, below about 1.5 none; a
blur (sigma) of 0.4 bars is repaired by raising contrast, beyond 0.5 the bars are gone.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from devices.barcode.code import MATRIX_FORMATS, Code, Quad, overlaps
from devices.barcode.stripes import Gray

#: Pixels a bar: everything is read; better have some more, since hands tilt and shake.
ENOUGH_PX: Final = 2.2
GOOD_PX: Final = 2.8
#: Blur (sigma) in bars up to which codes are read at once.
SHARP_BARS: Final = 0.42
#: A code wider than this share of the picture leaves no room for a hand's aim.
_TOO_WIDE: Final = 0.75
#: The brightest twentieth of the frame is darker than this: paper is grey (grey levels).
_DARK: Final = 90
#: Above this a pixel holds no drawing any more (grey levels), and more than this share of them is glare.
_CLIPPED: Final = 250
_GLARE: Final = 0.12
#: As much of that is too much even while codes are still read.
_WASHED_OUT: Final = 0.4
#: Blur (sigma, px) of an unread region beyond which its bars cannot be told apart.
_MERGED_PX: Final = 1.7
#: What the squares of pixels and their interpolation add to every edge (sigma, px).
_PIXEL_BLUR: Final = 0.58
#: Edges among the strongest of a profile: this quantile of slopes is one and not noise.
_EDGE: Final = 0.97


class Advice(enum.Enum):
    """The one thing to do next; of several the first."""

    NOTHING_SEEN = "hold a label where patrons will hold theirs"
    MORE_LIGHT = "more light"
    GLARE = "too bright: glare"
    FOCUS = "turn the focus ring"
    CLOSER = "move the camera closer"
    AWAY = "move the camera away"
    STEADY = "hold the label flat and still"
    GOOD = "good"


ADVICE_ID: Final = {
    Advice.NOTHING_SEEN: "pegang label di tempat pengunjung akan memegangnya",
    Advice.MORE_LIGHT: "tambah cahaya",
    Advice.GLARE: "terlalu terang: silau",
    Advice.FOCUS: "putar cincin fokus",
    Advice.CLOSER: "dekatkan kamera",
    Advice.AWAY: "jauhkan kamera",
    Advice.STEADY: "pegang label rata dan diam",
    Advice.GOOD: "baik",
}


@dataclass(frozen=True, slots=True)
class Light:
    """Mean grey level, the level of the brightest parts (paper), and the share of pixels that are blown out."""

    mean: float
    paper: float
    clipped: float


@dataclass(frozen=True, slots=True)
class Measures:
    """One frame. ``code`` is what was read, ``quad`` it or an unread striped region; ``bar_px`` pixels a narrow bar.

    ``blur_px`` is the sigma of an edge (px); both are ``None`` when nothing is there to measure. ``size`` of the frame.
    """

    size: tuple[int, int]
    light: Light
    code: Code | None = None
    quad: Quad | None = None
    bar_px: float | None = None
    blur_px: float | None = None


def measure(gray: Gray, codes: list[Code], regions: list[Quad]) -> Measures:
    """The measures of a frame in which ``codes`` were read and ``regions`` are striped."""
    size, code = (gray.shape[1], gray.shape[0]), codes[0] if codes else None
    if code is None:
        # Wood and print are striped, too, but have no edges of a label's contrast.
        quad = max((region for region in regions if blur(gray, region) is not None), key=_width, default=None)
        bar = None if quad is None else striped_pixels_per_bar(gray, quad)
    else:
        # Engines tell the row that they read, often slantwise across the bars; the region lies along them.
        quad = next((region for region in regions if overlaps(region, code.quad)), code.quad)
        bar = pixels_per_bar(code)
        if bar is not None and code.format not in MATRIX_FORMATS:
            bar *= _slant(code.quad, quad)
    return Measures(size, light(gray), code, quad, bar, None if quad is None else blur(gray, quad))


def _slant(read: Quad, region: Quad) -> float:
    """By what a row across a slanted code is longer than the code: the cosine of the angle between the two."""
    first, second = _along(np.array(read, dtype=np.float64)), _along(np.array(region, dtype=np.float64))
    return abs(float(first @ second)) / max(_length(first) * _length(second), 1e-9)


def _along(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """The longer of the two directions of a quad."""
    along: NDArray[np.float64] = corners[1] - corners[0]
    down: NDArray[np.float64] = corners[3] - corners[0]
    return along if _length(along) >= _length(down) else down


def advise(measures: Measures) -> Advice:
    """What to do next."""
    if measures.light.paper < _DARK:
        return Advice.MORE_LIGHT
    if measures.light.clipped > (_GLARE if measures.code is None else _WASHED_OUT):
        return Advice.GLARE
    if measures.quad is None:
        return Advice.NOTHING_SEEN
    if _blurred(measures):
        return Advice.FOCUS
    if measures.bar_px is not None and measures.bar_px < ENOUGH_PX:
        return Advice.CLOSER
    if _width(measures.quad) > _TOO_WIDE * measures.size[0]:
        return Advice.AWAY
    if measures.code is None:
        return Advice.STEADY
    if measures.bar_px is not None and measures.bar_px < GOOD_PX:
        return Advice.CLOSER
    return Advice.GOOD


def _blurred(measures: Measures) -> bool:
    if measures.blur_px is None:
        return False
    if measures.code is None and measures.blur_px > _MERGED_PX:
        return True  # narrow bars have run together: what looks like a bar here is several
    # Less than a pixel is as sharp as a picture can be: with too few pixels a bar, focus is not what is wrong.
    return measures.bar_px is not None and measures.blur_px > max(1.0, SHARP_BARS * measures.bar_px)


def light(gray: Gray) -> Light:
    """How bright a frame is."""
    small = gray[::4, ::4]
    return Light(float(small.mean()), float(np.quantile(small, 0.95)), float((small >= _CLIPPED).mean()))


def pixels_per_bar(code: Code) -> float | None:
    """Width of the code's narrowest bar or module (px), from its corners and how many bars its text takes."""
    modules = _modules(code.format, code.text)
    return None if modules is None else _width(code.quad) / modules


@lru_cache(maxsize=64)
def _modules(name: str, text: str) -> int | None:
    """Narrow bars across a code of this text, without its quiet zones; ``None`` when it cannot be drawn."""
    wanted = f"A{text}A" if name == "Codabar" else text
    try:
        barcode = zxingcpp.create_barcode(wanted, zxingcpp.BarcodeFormat[name])
        drawn = np.array(zxingcpp.write_barcode_to_image(barcode, scale=1))
    except (ValueError, KeyError):
        return None
    columns = np.flatnonzero((drawn < 128).any(axis=0))
    return int(columns[-1] - columns[0] + 1) if columns.size else None


def striped_pixels_per_bar(gray: Gray, quad: Quad) -> float | None:
    """The same for a region that was not read, from the runs of dark and light across it; the wider the blur the less
    sure, and ``None`` when it has no stripes. A lower quartile of the runs is a narrow bar in every linear code."""
    profile = _profile(gray, quad)
    low, high = np.quantile(profile, (0.05, 0.95))
    if not _printed(low, high):
        return None
    crossings = np.flatnonzero(np.diff(profile > (low + high) / 2))
    if crossings.size < 12:
        return None
    return float(np.quantile(np.diff(crossings), 0.25)) * _width(quad) / (profile.size - 1)


def blur(gray: Gray, quad: Quad) -> float | None:
    """Sigma (px) of the blur of the edges across ``quad``; ``None`` when there are none.

    A step of the height C, blurred by a Gaussian, is steepest in its middle: C / (sigma * sqrt(2 pi)).
    """
    profile = _profile(gray, quad)
    low, high = np.quantile(profile, (0.05, 0.95))
    slope = float(np.quantile(np.abs(np.diff(profile)), _EDGE)) * (profile.size - 1) / max(_width(quad), 1.0)
    if not _printed(low, high) or slope <= 0:
        return None
    sigma = float(high - low) / (slope * math.sqrt(2 * math.pi))
    return math.sqrt(max(sigma**2 - _PIXEL_BLUR**2, 0.01))


def _printed(low: float, high: float) -> bool:
    """Whether two grey levels differ as ink and paper do, even blurred ones; the grain of wood does not."""
    return high - low >= max(20.0, 0.25 * high)


def _profile(gray: Gray, quad: Quad) -> NDArray[np.float64]:
    """Grey levels along the code's own direction, each the median of lines through its middle half; finer than px."""
    corners = np.array(quad, dtype=np.float32)
    if _length(corners[1] - corners[0]) < _length(corners[3] - corners[0]):
        corners = np.roll(
            corners, 1, axis=0
        )  # a region's corners may begin at any of them; bars stand across the long side
    wide = max(32, round(3 * _length(corners[1] - corners[0])))
    target = np.array([(0, 0), (wide, 0), (wide, 16), (0, 16)], dtype=np.float32)
    upright = cv2.warpPerspective(
        gray, cv2.getPerspectiveTransform(corners, target), (wide, 16), flags=cv2.INTER_LINEAR
    )
    return np.asarray(np.median(upright[4:12], axis=0), dtype=np.float64)


def _width(quad: Quad) -> float:
    """Along the code: the mean of its upper and lower edge, or of its longer sides where the order is not known."""
    corners = np.array(quad, dtype=np.float64)
    along = (_length(corners[1] - corners[0]) + _length(corners[2] - corners[3])) / 2
    down = (_length(corners[3] - corners[0]) + _length(corners[2] - corners[1])) / 2
    return max(along, down)


def _length(vector: NDArray[np.floating]) -> float:
    return float(np.hypot(*vector))
