"""Keyboard layouts: which character a key writes. A wedge sends keys, not characters, and thinks of one layout.

Keys are numbered as in Linux (``linux/input-event-codes.h``). Dead keys write nothing: a scanner has no use for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: The keys of each row, from the left: digits, upper letters, middle letters, lower letters, then the odd ones:
#: left of 1, left of Enter, beside the left Shift, Space.
_DIGITS: Final = tuple(range(2, 14))
_UPPER: Final = tuple(range(16, 28))
_MIDDLE: Final = tuple(range(30, 41))
_LOWER: Final = tuple(range(44, 54))
_ODD: Final = (41, 43, 86, 57)
_ALL: Final = (*_DIGITS, *_UPPER, *_MIDDLE, *_LOWER, *_ODD)

#: The keypad, which no layout changes: a scanner uses it with Num Lock on.
KEYPAD: Final[dict[int, str]] = dict(
    zip((71, 72, 73, 75, 76, 77, 79, 80, 81, 82, 55, 98, 74, 78), "7894561230*/-+", strict=True)
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Key -> character: plain, with Shift, with AltGr. ``point`` is what the keypad's separator writes."""

    plain: dict[int, str]
    shift: dict[int, str]
    altgr: dict[int, str]
    point: str = "."


def _rows(*rows: str) -> dict[int, str]:
    """The rows' characters under their keys; a middle dot stands for a key that writes nothing."""
    return {key: char for key, char in zip(_ALL, "".join(rows), strict=True) if char != "·"}


_US: Final = Layout(
    _rows("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "`\\\\ "),
    _rows("!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"', "ZXCVBNM<>?", "~|| "),
    {},
)
_DE: Final = Layout(
    _rows("1234567890ß·", "qwertzuiopü+", "asdfghjklöä", "yxcvbnm,.-", "·#< "),
    _rows('!"§$%&/()=?·', "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ", "YXCVBNM;:_", "°'> "),
    {3: "²", 4: "³", 8: "{", 9: "[", 10: "]", 11: "}", 12: "\\", 16: "@", 18: "€", 27: "~", 86: "|", 50: "µ"},
    ",",
)
_FR: Final = Layout(
    _rows("&é\"'(-è_çà)=", "azertyuiop·$", "qsdfghjklmù", "wxcvbn,;:!", "²*< "),
    _rows("1234567890°+", "AZERTYUIOP·£", "QSDFGHJKLM%", "WXCVBN?./§", "·µ> "),
    {4: "#", 5: "{", 6: "[", 7: "|", 9: "\\", 11: "@", 12: "]", 13: "}", 18: "€", 27: "¤"},
)

#: The layouts there are, in the words of the settings. Indonesia's keyboards are those of the United States.
LAYOUTS: Final = {"us": _US, "id": _US, "de": _DE, "fr": _FR}
