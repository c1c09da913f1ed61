"""Which characters the typeface holds, and the nearest it can show of any text.

Catalogues hold transliterated Arabic (``Iḥyā’ ʿUlūm``), ideographs, emoji, control characters. A screen must never
show an empty box, nor let a character turn the line around.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_RANGES: Final = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0xB4), (0xB6, 0x107), (0x10A, 0x113), (0x116, 0x11B), (0x11E, 0x123),
    (0x126, 0x127), (0x12A, 0x12B), (0x12E, 0x133), (0x136, 0x137), (0x139, 0x13E), (0x141, 0x148), (0x150, 0x155),
    (0x158, 0x15B), (0x15E, 0x165), (0x16A, 0x16B), (0x16E, 0x17E), (0x218, 0x21B), (0x1E80, 0x1E85),
    (0x1EF2, 0x1EF3), (0x2013, 0x2014), (0x2018, 0x201A), (0x201C, 0x201E),
)  # fmt: skip
_SINGLE: Final = frozenset("\u0192\u1e9e\u2020\u2022\u2026\u2039\u203a\u2044\u20ac\u20b9\u2113\u2122\u2212")
_NEAREST: Final = {
    "\u02bb": "‘", "\u02bc": "’", "\u02bd": "‘", "\u02be": "’", "\u02bf": "‘", "\u2010": "-", "\u2011": "-",
    "\u2012": "–", "\u2015": "—", "\u2032": "'", "\u2033": '"', "\u00b5": "u",
}  # fmt: skip


def holds(character: str) -> bool:
    """Whether every weight of the typeface has a glyph of its own for this character."""
    code = ord(character)
    return character in _SINGLE or any(first <= code <= last for first, last in _RANGES)


def readable(text: str) -> str:
    """``text`` on one line and in characters of the typeface; accents and signs that it lacks are dropped."""
    shown: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        if character.isspace():
            shown.append(" ")
        elif holds(character):
            shown.append(character)
        elif character in _NEAREST:
            shown.append(_NEAREST[character])
        else:
            plain = unicodedata.normalize("NFKD", character)
            shown.extend(each for each in plain if holds(each) and not unicodedata.combining(each))
    return " ".join("".join(shown).split())
