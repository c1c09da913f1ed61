"""How ISO/IEC 15962 makes an object's text short: seven ways, told apart by three bits of its precursor.

=====  =====================  =====================================================================
code   name                   bytes
=====  =====================  =====================================================================
0      application defined    what the data model says
1      integer                big endian, no leading zero: for digits that do not begin with 0
2      numeric                two digits a byte, F fills the last
3      five bit               A-Z ``[ \\ ] ^ _``, code & 1F, filled with zeros
4      six bit                space to ``_``, code & 3F, filled with ``100000`` from the left
5      seven bit              ASCII up to ``~``, filled with ones
6      octets                 ISO 8859-1
7      UTF-8
=====  =====================  =====================================================================

The shortest text for each way (two digits for an integer, three letters for five bits …) is that of ISO/IEC 15962, as
in DigitalPlatform/dp2. A barcode with a leading zero must never become an integer: the zero would be gone.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Final

from devices.rfid.tags.bits import Bits, pack


class Compaction(enum.IntEnum):
    """The compaction code, bits 6 to 4 of the precursor."""

    APPLICATION = 0
    INTEGER = 1
    NUMERIC = 2
    FIVE_BIT = 3
    SIX_BIT = 4
    SEVEN_BIT = 5
    OCTETS = 6
    UTF_8 = 7


_SPACE: Final = 0x20
_SIX_BIT_FILL: Final = 0b100000
_LONGEST_INTEGER: Final = 19  # digits


def decode(compaction: Compaction, data: bytes) -> str | None:
    """The text in ``data``; ``None`` when these bytes cannot come from this compaction."""
    return _DECODERS[compaction](data)


def encode(text: str, compaction: Compaction) -> bytes | None:
    """The text in this compaction; ``None`` when it would not read back the same."""
    data = _ENCODERS[compaction](text)
    return data if data is not None and decode(compaction, data) == text else None


def best(text: str) -> tuple[Compaction, bytes]:
    """The shortest way to write printable ``text``; of ways that are equally short, the one with the lowest code."""
    found = [(way, data) for way in list(Compaction)[1:] if (data := encode(text, way)) is not None]
    return min(found, key=lambda pair: len(pair[1]))


def _integer(data: bytes) -> str | None:
    return str(int.from_bytes(data, "big")) if data and len(data) <= 8 and (data[0] or len(data) == 1) else None


def _numeric(data: bytes) -> str | None:
    digits = data.hex()
    digits = digits[:-1] if digits.endswith("f") else digits
    return digits if digits.isdecimal() else None


def _five_bit(data: bytes) -> str | None:
    codes = _codes(data, 5)
    if codes and codes[-1] == 0:
        codes.pop()  # up to seven bits of filling hold a whole code
    return "".join(chr(code | 0x40) for code in codes) if codes and 0 not in codes else None


def _six_bit(data: bytes) -> str | None:
    codes = _codes(data, 6)
    if codes and len(data) % 3 == 0 and codes[-1] == _SIX_BIT_FILL:
        codes.pop()
    return "".join(chr(code if code & _SPACE else code | 0x40) for code in codes) if codes else None


def _seven_bit(data: bytes) -> str | None:
    codes = _codes(data, 7)
    if codes and len(data) % 7 == 0 and codes[-1] == 0x7F:
        codes.pop()
    return "".join(map(chr, codes)) if codes and 0x7F not in codes else None


def _utf_8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _codes(data: bytes, width: int) -> list[int]:
    bits, codes = Bits(data), list[int]()
    while (code := bits.take(width)) is not None:
        codes.append(code)
    return codes


_DECODERS: Final[dict[Compaction, Callable[[bytes], str | None]]] = {
    Compaction.APPLICATION: lambda data: None,
    Compaction.INTEGER: _integer,
    Compaction.NUMERIC: _numeric,
    Compaction.FIVE_BIT: _five_bit,
    Compaction.SIX_BIT: _six_bit,
    Compaction.SEVEN_BIT: _seven_bit,
    Compaction.OCTETS: lambda data: data.decode("latin-1"),
    Compaction.UTF_8: _utf_8,
}


def _pack_text(text: str, width: int, first: int, last: int, shortest: int, fill: int) -> bytes | None:
    if len(text) < shortest or not all(first <= ord(character) <= last for character in text):
        return None
    return pack(((ord(character) & ((1 << width) - 1), width) for character in text), fill)


def _to_integer(text: str) -> bytes | None:
    if not _digits(text) or not 2 <= len(text) <= _LONGEST_INTEGER or text[0] == "0":
        return None
    return int(text).to_bytes((int(text).bit_length() + 7) // 8, "big")


def _to_numeric(text: str) -> bytes | None:
    return bytes.fromhex(text + "F" * (len(text) % 2)) if _digits(text) and len(text) >= 2 else None


def _to_octets(text: str) -> bytes | None:
    return text.encode("latin-1") if all(ord(character) <= 0xFF for character in text) else None


def _to_utf_8(text: str) -> bytes | None:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return None


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


_ENCODERS: Final[dict[Compaction, Callable[[str], bytes | None]]] = {
    Compaction.APPLICATION: lambda text: None,
    Compaction.INTEGER: _to_integer,
    Compaction.NUMERIC: _to_numeric,
    Compaction.FIVE_BIT: lambda text: _pack_text(text, 5, 0x41, 0x5F, 3, 0x00),
    Compaction.SIX_BIT: lambda text: _pack_text(text, 6, _SPACE, 0x5F, 4, 0b10000000),
    Compaction.SEVEN_BIT: lambda text: _pack_text(text, 7, 0x00, 0x7E, 8, 0xFF),
    Compaction.OCTETS: _to_octets,
    Compaction.UTF_8: _to_utf_8,
}
