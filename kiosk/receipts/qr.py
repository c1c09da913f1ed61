"""The receipt's QR code, as modules to be drawn (ISO/IEC 18004, error correction M)."""

from __future__ import annotations

from typing import Final

import numpy as np
import zxingcpp

QUIET: Final = 2
"""Light modules that must surround the code; the screen's field around it is white."""

_BYTES: Final = (
    14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711, 779, 857, 911,
    997, 1059, 1125, 1190, 1264, 1370, 1452, 1538, 1628, 1722, 1809, 1911, 1989, 2099, 2213, 2331,
)  # fmt: skip
"""Bytes that versions 1 to 40 hold at level M (ISO/IEC 18004, table 7)."""

_DECLARED: Final = 2
"""Bytes to keep free for the mark that says UTF-8."""


class QrError(Exception):
    """The text is too long for a QR code."""


def matrix(text: str) -> list[list[bool]]:
    """The modules of the smallest code that holds ``text``: rows from the top, ``True`` is dark; no quiet zone.

    Raises:
        QrError: it is longer than any code holds.
    """
    try:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    except ValueError as error:
        raise QrError(f"A text of {len(text.encode())} bytes does not fit a QR code; shorten it.") from error
    pixels = np.asarray(code.to_image(scale=1, add_quiet_zones=False))
    return [[bool(dark) for dark in row] for row in pixels == 0]


def room(side_mm: float, module_mm: float = 0.6) -> int:
    """How many bytes of UTF-8 a code may hold in a white square of this side, with modules no smaller than that.

    0 when not even the smallest code fits.
    """
    modules = int(side_mm / module_mm + 1e-9) - 2 * QUIET
    version = min((modules - 17) // 4, len(_BYTES))
    return _BYTES[version - 1] - _DECLARED if version >= 1 else 0
