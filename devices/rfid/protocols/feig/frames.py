"""Frames of the FEIG OBID readers (H20800-16e, "ID CPR family", 3.1 and 3.2; node-rfid-server, lib/response.js).

Standard: ``LEN ADR CMD … CRC_lo CRC_hi``. Advanced: ``02 LEN_hi LEN_lo ADR CMD … CRC_lo CRC_hi``. LEN counts the whole
frame, the CRC covers all before it. No standard frame can begin with 02, for none is that short; so the two can be
mixed, and a reader answers in the advanced form by itself when 255 bytes are too few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from devices.rfid import crc
from devices.rfid.framing import Parser

#: The first byte of an advanced frame.
ADVANCED: Final = 0x02
#: The address that every reader listens to; no reader answers with it.
ANY: Final = 0xFF
#: Bytes of the longest standard frame.
LONGEST_STANDARD: Final = 0xFF
#: Bytes of the longest advanced frame taken for one. It could be 65535, but an inventory of 255 cards has 3073.
LONGEST: Final = 4096
_SHORTEST_STANDARD: Final = 5
_SHORTEST_ADVANCED: Final = 7
_HEADER: Final = 3


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame whose checksum is right. ``body`` starts with address and command code, and lacks the checksum."""

    body: bytes
    advanced: bool = False

    @property
    def address(self) -> int:
        """Of the reader; :data:`ANY` in a command to whoever is there."""
        return self.body[0]

    @property
    def command(self) -> int:
        """The command code, which the answer repeats."""
        return self.body[1]

    @property
    def raw(self) -> bytes:
        """The frame as it is on the wire."""
        return pack(self.body, self.advanced)


def pack(body: bytes, advanced: bool = False) -> bytes:
    """Put ``body`` (address, command code and fields) into a frame; into an advanced one if no other is long enough."""
    size = len(body) + 3
    if advanced or size > LONGEST_STANDARD:
        framed = bytes([ADVANCED]) + (len(body) + 5).to_bytes(2, "big") + body
    else:
        framed = bytes([size]) + body
    return framed + crc.mcrf4xx(framed).to_bytes(2, "little")


class FeigFraming:
    """See :class:`devices.rfid.framing.Framing`."""

    def size(self, held: bytearray, at: int) -> int | None:
        first = held[at]
        if first != ADVANCED:
            return first if first >= _SHORTEST_STANDARD else 0
        if len(held) - at < _HEADER:
            return None
        length = held[at + 1] << 8 | held[at + 2]
        return length if _SHORTEST_ADVANCED <= length <= LONGEST else 0

    def sound(self, held: bytearray, at: int, size: int) -> bool:
        return crc.mcrf4xx(bytes(held[at : at + size])) == 0  # a frame and its own checksum come to nothing

    def frame(self, raw: bytes) -> Frame:
        advanced = raw[0] == ADVANCED
        return Frame(raw[_HEADER if advanced else 1 : -2], advanced)


def new_parser() -> Parser[Frame]:
    """A parser for these frames."""
    return Parser(FeigFraming())
