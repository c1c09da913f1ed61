"""The ways to look at one grey picture: as it is, softened, turned, enlarged …, each a small function.

A *rung* takes a grey picture (``uint8``, height x width) and gives the codes it found, with quads in that picture's
pixels. ZXing only sweeps rows and columns, so a label turned by more than about 15 degrees is lost to it however
sharp it is; noise and defocus are the next losses. Each rung repairs one of these and costs its own time, in
milliseconds of a 720p picture on a desktop processor: plain 2-5, soft 3-6, clahe 5-8, regions 6-10, turned 6-12,
enlarged 20-30. On small sharp pictures softening *loses* codes: it is a second try, never the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, cast

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from devices.barcode.code import Code, Quad, normal

Gray = NDArray[np.uint8]
Rung = Callable[[Gray], list[Code]]

#: Smoothing that removes sensor noise and leaves bars of two pixels.
SOFT_SIGMA: Final = 0.8
#: Width to which a striped region is brought (px): over 4 px a module for the longest code in use.
_REGION_WIDTH: Final = 900
#: The region search looks at no more than this many pixels along the long side.
_SEARCH_SIDE: Final = 1280
#: At most this many regions are tried in one picture: print and grids look striped, too.
_REGIONS: Final = 6


def scan(gray: Gray, formats: Sequence[str]) -> list[Code]:
    """What ZXing reads in ``gray`` as it is: rows, columns, a smaller copy, and dark-mode QR."""
    found = zxingcpp.read_barcodes(
        gray,
        formats=_wanted(tuple(formats)),
        # The default writes brackets into GS1 texts.
        text_mode=zxingcpp.TextMode.Plain,
    )
    return [_code(barcode, formats) for barcode in found if barcode.text]


_cache: dict[tuple[str, ...], zxingcpp.BarcodeFormats] = {}


def _wanted(formats: tuple[str, ...]) -> zxingcpp.BarcodeFormats:
    if formats not in _cache:
        _cache[formats] = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat[name] for name in formats])
    return _cache[formats]


def _code(barcode: zxingcpp.Barcode, formats: Sequence[str]) -> Code:
    at = barcode.position
    quad = tuple((p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left))
    name, text = normal(barcode.format.name, barcode.text, formats)
    return Code(name, text, cast(Quad, quad))


def soften(gray: Gray) -> Gray:
    """Without sensor noise."""
    return _gray(cv2.GaussianBlur(gray, (0, 0), SOFT_SIGMA))


def equalise(gray: Gray) -> Gray:
    """With local contrast raised (CLAHE): brings back bars that defocus or dim light has flattened."""
    return _gray(cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(gray))


def soft(gray: Gray, formats: Sequence[str]) -> list[Code]:
    """After smoothing; for noise and dim light."""
    return scan(soften(gray), formats)


def clahe(gray: Gray, formats: Sequence[str]) -> list[Code]:
    """After local contrast; for defocus."""
    return scan(equalise(gray), formats)


def inverted(gray: Gray, formats: Sequence[str]) -> list[Code]:
    """In negative; for a bar code on a phone in dark mode, which ZXing never inverts by itself."""
    return scan(_gray(255 - gray), formats)


def enlarged(gray: Gray, formats: Sequence[str]) -> list[Code]:
    """Twice as large, with local contrast; for small codes."""
    large = _gray(cv2.resize(gray, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
    half = np.array([(0.5, 0, 0), (0, 0.5, 0), (0, 0, 1)])
    return [_mapped(code, half) for code in scan(equalise(large), formats)]


def turned(gray: Gray, formats: Sequence[str], degrees: float) -> list[Code]:
    """After turning the whole picture, nothing cut off; with rows and columns that covers two directions."""
    height, width = gray.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = round(width * cos + height * sin), round(width * sin + height * cos)
    matrix[:, 2] += ((wide - width) / 2, (high - height) / 2)
    picture = _gray(cv2.warpAffine(gray, matrix, (wide, high), borderMode=cv2.BORDER_REPLICATE))
    back = np.vstack((cv2.invertAffineTransform(matrix), (0, 0, 1)))
    return [_mapped(code, back) for code in scan(picture, formats)]


def find_regions(gray: Gray) -> list[Quad]:
    """Where the picture is striped as bar codes are. Only OpenCV's search is used: its own decoder invents texts."""
    scale = min(1.0, _SEARCH_SIDE / max(gray.shape))
    small = gray if scale == 1 else cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if min(small.shape) < 40:  # OpenCV's search divides by the size of a shrunken copy
        return []
    done, points = cv2.barcode.BarcodeDetector().detect(small)
    if not done or points is None:
        return []
    return [_quad(np.asarray(region, dtype=np.float64) / scale) for region in points]


def regions(gray: Gray, formats: Sequence[str], found: Sequence[Quad] | None = None) -> list[Code]:
    """Every striped region, turned upright and enlarged; ``found`` saves the search when it was made before."""
    codes = []
    for region in (find_regions(gray) if found is None else found)[:_REGIONS]:
        picture, back = _upright(gray, region)
        codes += [_mapped(code, back) for code in scan(picture, formats)]
    return codes


def _upright(gray: Gray, region: Quad) -> tuple[Gray, NDArray[np.float64]]:
    """The region as a wide upright picture with room for quiet zones, and the matrix back."""
    (cx, cy), sides, angle = cv2.minAreaRect(np.array(region, dtype=np.float32))
    width, height = sides
    # minAreaRect does not know which side runs across the bars. The detector's own order does not help for square
    # regions; ZXing reads columns too, so only a region's long side has to become the wide one.
    if width < height:
        width, height, angle = height, width, angle + 90
    scale = max(1.0, _REGION_WIDTH / max(width, 1.0))
    out_w, out_h = round(1.3 * width * scale), round(1.2 * max(height, 8.0) * scale)
    cos, sin = np.cos(np.deg2rad(angle)) * scale, np.sin(np.deg2rad(angle)) * scale
    matrix = np.array([(cos, sin, out_w / 2 - cos * cx - sin * cy), (-sin, cos, out_h / 2 + sin * cx - cos * cy)])
    picture = cv2.warpAffine(gray, matrix, (out_w, out_h), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return _gray(picture), np.vstack((cv2.invertAffineTransform(matrix), (0, 0, 1)))


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
    return [_mapped(code, np.diag((factor, factor, 1.0))) for code in codes]


def _mapped(code: Code, matrix: NDArray[np.float64]) -> Code:
    corners = np.hstack((np.array(code.quad, dtype=np.float64), np.ones((4, 1)))) @ matrix.T
    return Code(code.format, code.text, _quad(corners[:, :2]))


def _quad(corners: NDArray[np.float64]) -> Quad:
    return cast(Quad, tuple((round(float(x)), round(float(y))) for x, y in corners))


def _gray(picture: object) -> Gray:
    """OpenCV's stubs promise any array; every call here keeps bytes in, bytes out."""
    return cast(Gray, picture)
