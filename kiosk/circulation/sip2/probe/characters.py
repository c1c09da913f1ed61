"""Which encoding some bytes are in: UTF-8 can be told, the others are weighed by what makes words.

A wrong single-byte encoding turns letters into box lines, signs, or capitals inside small words; the right one does
not. With too little to go by nothing is claimed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kiosk.circulation.sip2.probe.finding import Confidence, Finding, unknown

_SINGLE_BYTE = ("latin-1", "cp850", "cp1252")
_ALIKE = {"latin-1", "cp1252"}
#: Accents that fit, from which on a single-byte encoding is certain if no other one fits at all.
_ENOUGH = 4
_ACCENTED = re.compile(rb"[^\x00-\x7f]+")
_NAMES = {"latin-1": "Latin-1", "cp850": "code page 850", "cp1252": "Windows-1252"}


def guess_encoding(texts: Sequence[bytes]) -> Finding:
    """The encoding of what a server sent."""
    accented = [text for text in texts if not text.isascii()]
    if not accented:
        return unknown("encoding", "Only ASCII was seen. Name an item with an accent in its title (--item).")
    count = sum(len(_ACCENTED.findall(text)) for text in accented)
    places = f"{count} place{'s' if count > 1 else ''}"
    good = sum(_is_utf8(text) for text in accented)
    if good == len(accented):
        return Finding("encoding", "utf-8", f"Accents in {places} are valid UTF-8; no other encoding looks like that.")
    if good:
        return unknown("encoding", "Some texts are UTF-8 and others are not: the server mixes encodings.")
    weights = {name: sum(_weigh(text, name) for text in accented) for name in _SINGLE_BYTE}
    best = max(weights.values())
    likely = [name for name in _SINGLE_BYTE if weights[name] == best]
    # Windows-1252 is Latin-1 with more signs: where none of those appears, Latin-1 says the same.
    if likely == ["latin-1", "cp1252"]:
        likely = ["latin-1"]
    if best <= 0 or len(likely) > 1:
        return unknown("encoding", f"It is not UTF-8; {places} fit several encodings. Compare the titles by eye.")
    rivals = [weights[name] for name in _SINGLE_BYTE if name != likely[0] and {name, likely[0]} != _ALIKE]
    sure = Confidence.CERTAIN if best >= _ENOUGH and max(rivals) <= 0 else Confidence.LIKELY
    return Finding("encoding", likely[0], f"It is not UTF-8; as {_NAMES[likely[0]]} the {places} make words.", sure)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _weigh(text: bytes, encoding: str) -> int:
    """How much like words the accents of a text are: a point for a letter that fits, minus two for what does not."""
    decoded = text.decode(encoding, "replace")
    return sum(_fits(decoded, place) for place, char in enumerate(decoded) if not char.isascii())


def _fits(text: str, place: int) -> int:
    char = text[place]
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if not unicodedata.category(char).startswith("L"):
        quote = char in "‘’“”–—…" and (before.isalpha() or after.isalpha() or before == " ")
        return 1 if quote else -2
    if char.islower():
        return 1 if before.isalpha() or after.isalpha() else -1
    return -2 if before.islower() else 1
