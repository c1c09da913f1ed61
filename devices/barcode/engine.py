"""ZXing, called our way: our names of codes, plain texts, nothing that is only a part of a code.

Every look at a picture ends here (:mod:`devices.barcode.rungs` prepares the pictures).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from devices.barcode.code import Code, Quad, normal
from devices.barcode.stripes import Gray

#: Digits of the shortest ITF that is believed.
_LEAST_ITF: Final = 6
#: ZXing's names for what is called otherwise here. Its "Code39" also means pharmacists' Code 32, and it takes one in a
#: few library numbers of six characters for such; its "Telepen" takes numeric codes for letters.
_NAMES: Final = {"Code39": "Code39Std", "Telepen": "TelepenAlpha"}
_OURS: Final = {theirs: ours for ours, theirs in _NAMES.items()}

_cache: dict[tuple[str, ...], zxingcpp.BarcodeFormats] = {}


def read(
    gray: Gray,
    formats: tuple[str, ...],
    *,
    everything: bool,
    binarizer: zxingcpp.Binarizer = zxingcpp.Binarizer.LocalAverage,
) -> list[Code]:
    """The codes of ``formats`` in ``gray``: along its rows, or with ``everything`` also along its columns, in a smaller
    copy and, for squares, light on dark. ``binarizer`` parts black and white, place by place unless told otherwise.
    """
    found = zxingcpp.read_barcodes(
        gray,
        formats=_wanted(formats),
        try_rotate=everything,
        try_downscale=everything,
        try_invert=everything,
        binarizer=binarizer,
        # The default writes brackets into GS1 texts.
        text_mode=zxingcpp.TextMode.Plain,
    )
    return [_code(barcode, formats) for barcode in found if _whole(barcode)]


def _whole(barcode: zxingcpp.Barcode) -> bool:
    """ITF has neither check digit nor a start that cannot be inside: a part of a longer code reads as a shorter one."""
    least = _LEAST_ITF if barcode.format == zxingcpp.BarcodeFormat.ITF else 1
    return len(barcode.text) >= least


def _wanted(formats: tuple[str, ...]) -> zxingcpp.BarcodeFormats:
    if formats not in _cache:
        names = [zxingcpp.BarcodeFormat[_NAMES.get(name, name)] for name in formats]
        _cache[formats] = zxingcpp.BarcodeFormats(names)
    return _cache[formats]


def _code(barcode: zxingcpp.Barcode, formats: Sequence[str]) -> Code:
    at = barcode.position
    quad = tuple((p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left))
    name, text = normal(_OURS.get(barcode.format.name, barcode.format.name), barcode.text, formats)
    return Code(name, text, cast(Quad, quad))


def mapped(code: Code, matrix: NDArray[np.float64]) -> Code:
    """``code`` with its corners moved by a 3 x 3 matrix, such as the one from a changed picture back to the whole."""
    corners = np.hstack((np.array(code.quad, dtype=np.float64), np.ones((4, 1)))) @ matrix.T
    return Code(code.format, code.text, _quad(corners[:, :2] / corners[:, 2:]))


def _quad(corners: NDArray[np.float64]) -> Quad:
    return cast(Quad, tuple((round(float(x)), round(float(y))) for x, y in corners))
