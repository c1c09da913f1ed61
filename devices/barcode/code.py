"""One barcode as it was read in one picture, and the names of the codes that can be searched."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

Quad = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]

#: Every code that can be searched, in the words of the settings.
FORMATS: Final = ("Code128", "Code39", "Code39Ext", "Codabar", "ITF", "EAN13", "EAN8", "UPCA", "UPCE", "Code93",
                  "Telepen", "TelepenNumeric", "QRCode", "DataMatrix", "Aztec", "PDF417")  # fmt: skip
#: What libraries print: searched unless told otherwise. Few formats means few misreads and little time.
LIBRARY_FORMATS: Final = ("Code128", "Code39", "Codabar", "ITF", "EAN13", "UPCA", "QRCode")
#: Codes of squares, not bars.
MATRIX_FORMATS: Final = frozenset({"QRCode", "DataMatrix", "Aztec", "PDF417"})
#: Those whose error correction makes one look proof enough. A small PDF417 has little of it, and ZXing now and then
#: adds letters to one.
PROVEN_FORMATS: Final = MATRIX_FORMATS - {"PDF417"}


class BarcodeError(Exception):
    """Something about reading codes cannot be done; the message says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code in a picture.

    ``format`` is one of :data:`FORMATS`; ``text`` is its plain content, Codabar without its start and stop letters;
    ``quad`` are its corners in pixels of the picture, in the order of the code's own top left, top right, bottom
    right, bottom left.
    """

    format: str
    text: str
    quad: Quad


def check_formats(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return ``names`` if all can be searched.

    Raises:
        BarcodeError: one cannot, or there is none.
    """
    if not names:
        raise BarcodeError("formats: name at least one code to search, for example Code128")
    for name in names:
        if name not in FORMATS:
            raise BarcodeError(f"formats: {name!r} cannot be searched; choose from {', '.join(FORMATS)}")
    return names


def normal(format_name: str, text: str, wanted: Collection[str]) -> tuple[str, str]:
    """Format and text as people know them, whatever an engine calls them.

    Codabar loses the start and stop letter (A to D) that both engines hand on. A UPC-A code is an EAN-13 that begins
    with 0, and engines answer as they please: it becomes the twelve digits printed below it, if UPCA is wanted. A UPC-E
    code is the eight digits printed below it; ZXing gives the EAN-13 that they are short for.
    """
    if format_name == "Codabar" and len(text) > 1 and text[0] in "ABCDabcd" and text[-1] in "ABCDabcd":
        return format_name, text[1:-1]
    if format_name in ("EAN13", "UPCA") and "UPCA" in wanted and len(text) == 13 and text[0] == "0":
        return "UPCA", text[1:]
    if format_name == "UPCE" and len(text) == 13:
        return format_name, _suppressed(text[1:])
    return format_name, text


def _suppressed(upc: str) -> str:
    """Twelve digits of a UPC-A without the zeros that UPC-E leaves out (GS1 General Specifications, UPC-E)."""
    system, maker, product, check = upc[0], upc[1:6], upc[6:11], upc[11]
    if maker[2] in "012" and maker[3:] == "00":
        kept = maker[:2] + product[2:] + maker[2]
    elif maker[3:] == "00":
        kept = maker[:3] + product[3:] + "3"
    elif maker[4] == "0":
        kept = maker[:4] + product[4] + "4"
    else:
        kept = maker + product[4]
    return system + kept + check


def overlaps(first: Quad, second: Quad) -> bool:
    """Whether the middle of one quad lies within the other: the same print, read twice."""
    return _holds(first, middle(second)) or _holds(second, middle(first))


def middle(quad: Quad) -> tuple[float, float]:
    """The middle of the four corners (px)."""
    return sum(x for x, _ in quad) / 4, sum(y for _, y in quad) / 4


def _holds(quad: Quad, point: tuple[float, float]) -> bool:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = quad
    along = ((x1 + x2 - x0 - x3) / 2, (y1 + y2 - y0 - y3) / 2)
    down = ((x2 + x3 - x0 - x1) / 2, (y2 + y3 - y0 - y1) / 2)
    along, down = _thick(along, down), _thick(down, along)
    area = along[0] * down[1] - along[1] * down[0]
    if area == 0:
        return False
    x, y = point[0] - middle(quad)[0], point[1] - middle(quad)[1]
    across = abs((x * down[1] - y * down[0]) / area)
    downward = abs((y * along[0] - x * along[1]) / area)
    return across <= 0.55 and downward <= 0.55


def _thick(side: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """``side``, or a stand-in when it is short: a code read along one scan line has a quad without height."""
    length, least = math.hypot(*side), 0.3 * math.hypot(*other)
    if length >= least:
        return side
    return (-0.3 * other[1], 0.3 * other[0])
