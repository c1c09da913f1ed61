"""Frames of 125 kHz readers in ASCII (source: data sheets of RDM6300 and ID-12LA; flaviut/rdm6300).

``02``, ten hex digits of the card's number, two of a checksum, on ID-12 and ID-20 ``0D 0A``, and ``03``. The checksum
is the XOR of the number's five bytes, or on some copies their sum (lomassubedi/rfid_attendance). Sent again and again
while the card is there, or once.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Final

from devices.rfid.framing import Parser

START: Final = 0x02
END: Final = 0x03
LINE_END: Final = b"\r\n"
NUMBER: Final = 5  # bytes
_DIGITS: Final = frozenset(b"0123456789ABCDEFabcdef")
_BODY: Final = 2 * NUMBER + 2
_SHORT: Final = _BODY + 2


class Checksum(enum.StrEnum):
    """How the number is checked; ``EITHER`` is for recordings of which nobody knows."""

    XOR = "xor"
    SUM8 = "sum8"
    EITHER = "either"

    def accepts(self, number: bytes, check: int) -> bool:
        """Whether ``check`` belongs to ``number``."""
        right = {Checksum.XOR: reduce(xor, number), Checksum.SUM8: sum(number) & 0xFF}
        return check in right.values() if self is Checksum.EITHER else check == right[self]


@dataclass(frozen=True, slots=True)
class Frame:
    """A card was read. ``raw``: the frame as it was on the wire, its checksum right."""

    raw: bytes

    @property
    def number(self) -> bytes:
        """The card's five bytes."""
        return bytes.fromhex(self.raw[1 : 1 + 2 * NUMBER].decode("ascii"))


def pack(number: bytes, checksum: Checksum = Checksum.XOR, *, line_end: bool = False) -> bytes:
    """The frame that a reader sends for a card."""
    check = sum(number) & 0xFF if checksum is Checksum.SUM8 else reduce(xor, number)
    digits = (number + bytes([check])).hex().upper().encode("ascii")
    return bytes([START]) + digits + (LINE_END if line_end else b"") + bytes([END])


class Em4100Framing:
    """See :class:`devices.rfid.framing.Framing`."""

    def __init__(self, checksum: Checksum) -> None:
        self._checksum = checksum

    def size(self, held: bytearray, at: int) -> int | None:
        if held[at] != START:
            return 0
        body = held[at + 1 : at + 1 + _BODY]
        if not _DIGITS.issuperset(body):
            return 0
        if len(held) - at < _SHORT:
            return None
        return {END: _SHORT, LINE_END[0]: _SHORT + 2}.get(held[at + _SHORT - 1], 0)

    def sound(self, held: bytearray, at: int, size: int) -> bool:
        checked = bytes.fromhex(held[at + 1 : at + 1 + _BODY].decode("ascii"))
        tail = bytes(held[at + 1 + _BODY : at + size])
        ends = (bytes([END]), LINE_END + bytes([END]))
        return tail in ends and self._checksum.accepts(checked[:NUMBER], checked[NUMBER])

    def frame(self, raw: bytes) -> Frame:
        return Frame(raw)


def new_parser(checksum: Checksum = Checksum.EITHER) -> Parser[Frame]:
    """A parser for these frames."""
    return Parser(Em4100Framing(checksum))
