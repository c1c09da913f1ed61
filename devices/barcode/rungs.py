"""The ways to look at one grey picture: as it is, laid flat, turned, enlarged …, each a small function.

A *rung* takes a grey picture (``uint8``, height x width) and gives the codes it found, with quads in that picture's
pixels. ZXing only sweeps rows and columns, so a label turned by more than about 15 degrees is lost to it however
sharp it is; noise and defocus are the next losses. :func:`strips` repairs all three where the picture is striped and
costs less than a look at the whole picture; the rest are for what it cannot lay hold of.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final, cast

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from devices.barcode import engine, retail, strip, stripes
from devices.barcode.code import MATRIX_FORMATS, Code, Quad, normal, overlaps
from devices.barcode.stripes import Gray, Region

Rung = Callable[[Gray], list[Code]]

#: Smoothing that removes sensor noise and leaves bars of two pixels.
SOFT_SIGMA: Final = 0.8
#: Rows that ZXing gets of a strip: it wants to see a text more than once.
_ROWS: Final = 16
#: Squares of a live picture are looked for at this size (px, long side) at most.
_SQUARES_SIDE: Final = 1280
#: The code of stacked bars. ZXing wants it within a few degrees of upright or lying, and a strip cannot hold it: so
#: pictures are turned by the directions of what is striped, as its first and last bars are; where too little of it
#: is, by these (degrees). By so many at most, which differ by more than this (degrees).
STACKED: Final = "PDF417"
_STACKED_BLIND: Final = (30.0, 60.0)
_STACKED_TURNS: Final = 2
_STACKED_APART: Final = 3.0
#: Share of a region that the codes read in it must take up for the search in it to end, and from which height on, in
#: lengths, it may hold two of them.
_ACCOUNTED: Final = 0.5
_TALL: Final = 0.5
#: How far around a pixel its light is taken from (px).
_AROUND: Final = 41
#: Regions to which numbers are fitted: it takes several times as long as reading one.
_FITTED: Final = 2


def scan(gray: Gray, formats: Sequence[str]) -> list[Code]:
    """What ZXing reads in ``gray`` as it is: rows, columns, a smaller copy, and dark-mode QR."""
    return engine.read(gray, tuple(formats), everything=True)


def quick(gray: Gray, formats: Sequence[str]) -> list[Code]:
    """The cheapest look: bars along the rows, squares in any direction."""
    bars, squares = split(formats)
    found = engine.read(gray, bars, everything=False) if bars else []
    return found + (engine.read(gray, squares, everything=True) if squares else [])


def squares(gray: Gray, formats: Sequence[str]) -> list[Code]:
    """Only the search for squares, in a picture without the sensor's noise: that is what costs ZXing its time."""
    _, wanted = split(formats)
    if not wanted:
        return []
    factor = max(gray.shape) / _SQUARES_SIDE
    if factor <= 1:
        return engine.read(soften(gray), wanted, everything=True)
    small = _gray(cv2.resize(gray, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA))
    return scaled(engine.read(small, wanted, everything=True), factor)


def split(formats: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes of bars, and those of squares."""
    bars = tuple(name for name in formats if name not in MATRIX_FORMATS)
    return bars, tuple(name for name in formats if name in MATRIX_FORMATS)


# --- striped regions laid flat ------------------------------------------------------------------------------------


def strips(
    gray: Gray, formats: Sequence[str], regions: Sequence[Region] | None = None, *, ways: int | None = None
) -> list[Code]:
    """Every striped region laid flat and read; ``regions`` saves the search when it was made before, and fewer ``ways``
    of looking save time where something was read already."""
    bars, _ = split(formats)
    if not bars:
        return []
    found: list[Code] = []
    for region in stripes.find(gray) if regions is None else regions:
        found += _laid_flat(gray, region, bars, ways)
    return found


def _laid_flat(gray: Gray, region: Region, bars: tuple[str, ...], ways: int | None) -> list[Code]:
    """What one region says; one that is tall and was read only in part may be two labels, one above the other."""
    codes, share = flat(strip.lift(gray, region), bars, ways)
    if not codes or share > _ACCOUNTED or region.height < _TALL * region.length:
        return codes
    for half in region.halves:
        codes += [code for code in flat(strip.lift(gray, half), bars, ways)[0] if not _known(code, codes)]
    return codes


def _known(code: Code, codes: Sequence[Code]) -> bool:
    return any((code.format, code.text) == (other.format, other.text) for other in codes)


def flat(laid: strip.Strip, bars: tuple[str, ...], ways: int | None = None) -> tuple[list[Code], float]:
    """What one strip says, and the share of it in which that was read.

    Several codes may lie in one line, so ways of looking are tried until what was read accounts for the length.
    """
    found: list[Code] = []
    for rows in itertools.islice(_ways(laid.picture), ways):
        codes = engine.read(np.repeat(rows, _ROWS // len(rows), axis=0), bars, everything=False)
        found += [code for code in codes if not _known(code, found)]
        if sum(_span(code.quad)[0] for code in found) > _ACCOUNTED:
            break
    share = sum(length * rows for length, rows in (_span(code.quad) for code in found))
    return [engine.mapped(code, laid.back @ np.diag((1.0, strip.ROWS / _ROWS, 1.0))) for code in found], share


def _span(quad: Quad) -> tuple[float, float]:
    """The shares of a region's length and of its rows in which a code was read."""
    (x0, y0), (x1, _), _, (_, y3) = quad
    return abs(x1 - x0) / (strip.LAST - strip.FIRST), (abs(y3 - y0) + 1) / _ROWS


def _ways(picture: Gray) -> Iterator[Gray]:
    """The rows of a strip, prepared in the order of what each read that those before had not.

    Chosen on rendered video (seeds other than the benchmark's) and on the photographs of ``docs/benchmarks.md``, all of
    them together: four bands for most, two for noise and for Codabar, whose narrow bars fade first, eight for bent and
    tilted labels. The last is for a phone in dark mode.
    """
    even = strip.stretched(strip.bands(picture, 4))
    yield strip.sharpened(even, 5.0, 1.0)
    calm = strip.stretched(strip.bands(picture, 2))
    yield strip.sharpened(calm, 4.0, 1.0)
    eight = strip.bands(picture, 8)
    yield strip.sharpened(eight, 3.0, 3.0)
    yield equalise(eight)
    yield strip.sharpened(calm, 6.0, 2.0)
    yield _negative(even)


def fitted(gray: Gray, formats: Sequence[str], regions: Sequence[Region] | None = None) -> list[Code]:
    """Retail codes too blurred for any engine: whole numbers drawn, blurred and laid over the likeliest regions."""
    wanted = [layout.format for layout in (retail.EAN13, retail.EAN8) if _answers(layout.format, formats)]
    if not wanted:
        return []
    found = []
    for region in (stripes.find(gray) if regions is None else regions)[:_FITTED]:
        laid = strip.lift(gray, region)
        fit = retail.tell(strip.darkness(laid.picture), strip.FIRST, strip.LAST, wanted)
        if fit is not None:
            found.append(_from_fit(fit, laid, formats))
    return found


def _answers(format_name: str, formats: Sequence[str]) -> bool:
    return format_name in formats or (format_name == "EAN13" and "UPCA" in formats)


def _from_fit(fit: retail.Fit, laid: strip.Strip, formats: Sequence[str]) -> Code:
    low, high = 0.2 * strip.ROWS, 0.8 * strip.ROWS
    corners = ((fit.first, low), (fit.last, low), (fit.last, high), (fit.first, high))
    quad = cast(Quad, tuple((round(x), round(y)) for x, y in corners))
    return engine.mapped(Code(*normal(fit.format, fit.text, formats), quad), laid.back)


# --- the whole picture, changed -----------------------------------------------------------------------------------


def soften(gray: Gray) -> Gray:
    """Without sensor noise."""
    return _gray(cv2.GaussianBlur(gray, (0, 0), SOFT_SIGMA))


def equalise(gray: Gray) -> Gray:
    """With local contrast raised (CLAHE): brings back bars that defocus or dim light has flattened."""
    tiles = (8, 8) if gray.shape[0] > 32 else (2, 2)
    return _gray(cv2.createCLAHE(clipLimit=2.0, tileGridSize=tiles).apply(gray))


def soft(gray: Gray, formats: Sequence[str]) -> list[Code]:
    """After smoothing; for noise and dim light."""
    return scan(soften(gray), formats)


def clahe(gray: Gray, formats: Sequence[str]) -> list[Code]:
    """After local contrast; for defocus."""
    return scan(equalise(gray), formats)


def inverted(gray: Gray, formats: Sequence[str]) -> list[Code]:
    """In negative; for a bar code on a phone in dark mode, which ZXing never inverts by itself."""
    return scan(_negative(gray), formats)


def enlarged(gray: Gray, formats: Sequence[str]) -> list[Code]:
    """Squares, twice as large and with local contrast; for small and dim ones. Bars gain nothing beyond a strip."""
    return _twice(equalise(gray), formats)


def flattened(gray: Gray, formats: Sequence[str]) -> list[Code]:
    """Squares, twice as large and divided by the light around; for glare and shadows."""
    around = cv2.blur(gray, (_AROUND, _AROUND))
    return _twice(_gray(cv2.divide(gray, around, scale=128)), formats)


def parted(gray: Gray, formats: Sequence[str]) -> list[Code]:
    """Squares, twice as large, black and white parted at one level for the whole picture; where the level that ZXing
    chooses place by place follows a blurred code's own pattern."""
    return _twice(gray, formats, zxingcpp.Binarizer.GlobalHistogram)


def _twice(
    gray: Gray, formats: Sequence[str], binarizer: zxingcpp.Binarizer = zxingcpp.Binarizer.LocalAverage
) -> list[Code]:
    _, squares = split(formats)
    if not squares:
        return []
    large = _gray(cv2.resize(gray, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
    half = np.array([(0.5, 0, 0), (0, 0.5, 0), (0, 0, 1)])
    return [engine.mapped(code, half) for code in engine.read(large, squares, everything=True, binarizer=binarizer)]


def stacked(gray: Gray) -> list[Code]:
    """PDF417 at any angle, dark on light and light on dark.

    With few codewords for correction ZXing sometimes adds letters; of two texts at one place neither is told.
    """
    soft, found = soften(gray), list[Code]()
    for degrees in (*_directions(stripes.find(soft)), *_STACKED_BLIND)[:_STACKED_TURNS]:
        found += [code for code in turned(soft, (STACKED,), degrees) if not _known(code, found)]
    return [code for code in found if not any(code != other and overlaps(code.quad, other.quad) for other in found)]


def _directions(regions: Sequence[Region]) -> list[float]:
    """The directions (degrees) of ``regions``, each once; half a turn is the same direction."""
    found: list[float] = []
    for degrees in (math.degrees(region.angle) for region in regions):
        if all(abs((degrees - known + 90) % 180 - 90) > _STACKED_APART for known in found):
            found.append(degrees)
    return found


def turned(gray: Gray, formats: Sequence[str], degrees: float) -> list[Code]:
    """After turning the whole picture, nothing cut off, and if need be in negative."""
    height, width = gray.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = round(width * cos + height * sin), round(width * sin + height * cos)
    matrix[:, 2] += ((wide - width) / 2, (high - height) / 2)
    picture = _gray(cv2.warpAffine(gray, matrix, (wide, high), borderMode=cv2.BORDER_REPLICATE))
    back = np.vstack((cv2.invertAffineTransform(matrix), (0, 0, 1)))
    found = scan(picture, formats)
    return [engine.mapped(code, back) for code in found or scan(_negative(picture), formats)]


def _negative(gray: Gray) -> Gray:
    return _gray(cv2.bitwise_not(gray))


def to_gray(frame: NDArray[np.uint8]) -> Gray:
    """A grey picture of a grey, BGR or BGRA one.

    Raises:
        ValueError: the array is not a picture of bytes.
    """
    if frame.dtype != np.uint8 or frame.ndim not in (2, 3) or 0 in frame.shape:
        raise ValueError(f"a picture is a uint8 array of rows and columns, not {frame.dtype} of shape {frame.shape}")
    if frame.ndim == 2:
        return np.ascontiguousarray(frame)
    if frame.shape[2] == 1:
        return np.ascontiguousarray(frame[:, :, 0])
    return _gray(cv2.cvtColor(frame, cv2.COLOR_BGRA2GRAY if frame.shape[2] == 4 else cv2.COLOR_BGR2GRAY))


def scaled(codes: Sequence[Code], factor: float) -> list[Code]:
    """The same codes in a picture ``factor`` times as large."""
    return [engine.mapped(code, np.diag((factor, factor, 1.0))) for code in codes]


def _gray(picture: object) -> Gray:
    """OpenCV's stubs promise any array; every call here keeps bytes in, bytes out."""
    return cast(Gray, picture)
