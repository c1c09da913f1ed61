"""AIM symbology identifiers: ``]``, a letter for the symbology and a modifier, before the text (ISO/IEC 15424)."""

from __future__ import annotations

import re
from typing import Final

_IDENTIFIER: Final = re.compile(r"\]([A-Za-z])([0-9A-Za-z])")
_FORMATS: Final = {
    "A": "Code39", "B": "Telepen", "C": "Code128", "E": "EAN13", "F": "Codabar", "G": "Code93", "I": "ITF",
    "L": "PDF417", "Q": "QRCode", "d": "DataMatrix", "z": "Aztec",
}  # fmt: skip
#: Digits of an EAN-13; the two or five of an add-on symbol follow them under ``]E3``.
_EAN13: Final = 13


def split(text: str) -> tuple[str, str]:
    """The format that the identifier names, and the text behind it.

    A symbology that cannot be searched here is named by its identifier, which no rule knows; without an identifier
    the format is empty.
    """
    found = _IDENTIFIER.match(text)
    if found is None:
        return "", text
    rest = text[found.end() :]
    if found[1] != "E":
        return _FORMATS.get(found[1], found[0]), rest
    match found[2]:
        case "0":
            return ("UPCA" if len(rest) == 12 else "EAN13"), rest
        case "3":
            return "EAN13", rest[:_EAN13]
        case "4":
            return "EAN8", rest
    return found[0], rest  # an add-on symbol alone
