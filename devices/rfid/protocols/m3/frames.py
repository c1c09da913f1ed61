"""Frames of the 3M/Bibliotheca readers 210 and 810 (3M RFID Reader Protocol Specification 1.0.0, 2009, "BCC").

``START LEN_hi LEN_lo BODY … CRC_hi CRC_lo``: LEN counts what follows it, the CRC included; the CRC covers all but the
start byte. START is D6; an older D5 is still answered and is used by open drivers as a first probe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from devices.rfid import crc
from devices.rfid.framing import Parser

START: Final = 0xD6
OLD_START: Final = 0xD5
#: The longest answer: 255 tags, 9 bytes each, behind command, error, AFI, options, count, and before the CRC.
MAX_LENGTH: Final = 255 * 9 + 7
_SHORTEST: Final = 3
_HEADER: Final = 3


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame whose checksum is right. ``body`` starts with the command code (D6) and lacks the checksum."""

    body: bytes
    start: int = START

    @property
    def raw(self) -> bytes:
        """The frame as it is on the wire."""
        return pack(self.body, self.start)


def pack(body: bytes, start: int = START) -> bytes:
    """Put ``body`` (command code and fields) into a frame."""
    counted = (len(body) + 2).to_bytes(2, "big") + body
    return bytes([start]) + counted + crc.genibus(counted).to_bytes(2, "big")


class M3Framing:
    """See :class:`devices.rfid.framing.Framing`."""

    def size(self, held: bytearray, at: int) -> int | None:
        if held[at] not in (START, OLD_START):
            return 0
        if len(held) - at < _HEADER:
            return None
        length = held[at + 1] << 8 | held[at + 2]
        return _HEADER + length if _SHORTEST <= length <= MAX_LENGTH else 0

    def sound(self, held: bytearray, at: int, size: int) -> bool:
        end = at + size
        return crc.genibus(bytes(held[at + 1 : end - 2])) == held[end - 2] << 8 | held[end - 1]

    def frame(self, raw: bytes) -> Frame:
        return Frame(raw[_HEADER:-2], raw[0])


def new_parser() -> Parser[Frame]:
    """A parser for these frames."""
    return Parser(M3Framing())
