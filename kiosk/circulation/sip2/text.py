"""Texts of a library system, made fit for a screen, a printer or a log; and our texts, made fit for a SIP2 field.

What came over a wire may hold anything: escape sequences for a printer, characters that turn the reading direction
of everything behind them, line ends that forge lines of a log. And a server cannot write ``|``: many write
``&#124;`` instead.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from kiosk.circulation.sip2.codec import LONGEST

#: C0, DEL, C1, lone surrogates; what steers the reading direction (Unicode Standard Annex 9); and what shows nothing.
_REMOVED: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
#: Blanks of every kind, line ends among them.
_BLANKS: Final = re.compile(r"\s+")
_BAR: Final = "&#124;"
_CUT: Final = "…"
LONGEST_SHOWN: Final = 200


def clean(text: str, longest: int = LONGEST_SHOWN) -> str:
    """A system's text for people: one line, nothing invisible that acts, at most ``longest`` characters.

    ``&#124;`` becomes the bar that was meant. A text that was cut ends in an ellipsis. Cleaning twice changes nothing.
    """
    shown = _BLANKS.sub(" ", _REMOVED.sub("", text)).strip().replace(_BAR, "|")
    if len(shown) <= longest:
        return shown
    kept = longest - len(_CUT)
    while kept > 0 and unicodedata.combining(shown[kept]):
        kept -= 1  # not between a letter and its accent
    return shown[:kept].rstrip() + _CUT if kept >= 0 else ""


def for_field(text: str, encoding: str = "utf-8", longest: int = LONGEST) -> str:
    """A text of ours, such as a title, as ``codec.encode`` accepts it: one line, the bar as ``&#124;``, characters that
    the encoding lacks without their accents or as ``?``, cut to ``longest`` bytes. Never for numbers: they are right
    or refused.
    """
    line = _BLANKS.sub(" ", _REMOVED.sub("", text)).strip()
    kept: list[str] = []
    room = longest
    for letter in unicodedata.normalize("NFC", line):
        written = _fit(letter, encoding).replace("|", _BAR)
        room -= len(written.encode(encoding))
        if room < 0:
            break
        kept.append(written)
    return "".join(kept).rstrip()


def _fit(letter: str, encoding: str) -> str:
    for candidate in (letter, unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode("ascii")):
        if candidate and _carries(candidate, encoding):
            return candidate
    return "?"


def _carries(text: str, encoding: str) -> bool:
    try:
        written = text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return text.isascii() or (written.decode(encoding, "replace") == text and b"|" not in written)
