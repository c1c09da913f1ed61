"""URN Code 40: three of 40 characters in 16 bits (GS1; table as in bookwaves-feig, URNCode40.java)."""

from __future__ import annotations

from typing import Final

_CHARACTERS: Final = " ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789"
_EACH: Final = 3


def decode(data: bytes) -> str | None:
    """The text, with the spaces that fill it; ``None`` if a pair of bytes holds no three characters."""
    if len(data) % 2:
        return None
    text = ""
    for at in range(0, len(data), 2):
        value = int.from_bytes(data[at : at + 2], "big") - 1
        if not 0 <= value < len(_CHARACTERS) ** _EACH:
            return None
        text += "".join(_CHARACTERS[value // power % 40] for power in (1600, 40, 1))
    return text


def encode(text: str) -> bytes | None:
    """Three characters to two bytes, filled with spaces; ``None`` for a character that is not in the table."""
    text = text.ljust(-(-len(text) // _EACH) * _EACH)
    if not all(character in _CHARACTERS for character in text):
        return None
    codes = [_CHARACTERS.index(character) for character in text]
    triples = zip(codes[::3], codes[1::3], codes[2::3], strict=True)
    return b"".join((first * 1600 + second * 40 + third + 1).to_bytes(2, "big") for first, second, third in triples)
