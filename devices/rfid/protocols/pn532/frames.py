"""Frames of the PN532 on its serial line (NXP UM0701-02, section 6.2.1).

``00 00 FF LEN LCS … DCS 00``: LEN counts what lies between LCS and DCS; LEN and LCS, and what lies between and DCS, add
up to 0 modulo 256. The first byte counted is D4 from the host, D5 from the chip. An extended frame has ``FF FF`` in
place of LEN and LCS, then a length of two bytes and its own LCS. ``00 00 FF 00 FF 00`` is an ACK, ``… FF 00 00`` a
NACK; a lone 7F is the chip's error frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from devices.rfid.framing import Parser

_START: Final = b"\x00\x00\xff"
_LCS: Final = len(_START) + 1  # where it stands
_EXTENDED: Final = b"\xff\xff"
_LONGEST: Final = 265
#: Bytes that LEN can count.
SHORT: Final = 0xFE
TO_CHIP: Final = 0xD4
FROM_CHIP: Final = 0xD5
ERROR: Final = 0x7F
ACK: Final = _START + b"\x00\xff\x00"
NACK: Final = _START + b"\xff\x00\x00"
#: Ends the chip's sleep: something to hear, then time for its oscillator (UM0701-02, 7.2.11; nfcpy sends the same).
WAKE: Final = b"\x55\x55" + bytes(14)


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame whose checksums are right. ``body``: direction byte and what follows it; empty for ACK and NACK."""

    raw: bytes

    @property
    def body(self) -> bytes:
        """What LEN counts."""
        if self.raw in (ACK, NACK):
            return b""
        extended = self.raw[3:5] == _EXTENDED
        return self.raw[8 if extended else 5 : -2]

    @property
    def is_ack(self) -> bool:
        """The other side has received a frame (from the host also: stop what you are doing)."""
        return self.raw == ACK


def pack(body: bytes) -> bytes:
    """Put ``body`` into a frame, an extended one where LEN cannot count it."""
    tail = bytes([-sum(body) & 0xFF, 0])
    length = len(body)
    if length > SHORT:
        size = length.to_bytes(2, "big")
        return _START + _EXTENDED + size + bytes([-sum(size) & 0xFF]) + body + tail
    return _START + bytes([length, -length & 0xFF]) + body + tail


class Pn532Framing:
    """See :class:`devices.rfid.framing.Framing`."""

    def size(self, held: bytearray, at: int) -> int | None:
        head = bytes(held[at : at + 8])
        if not _START.startswith(head[:3]):
            return 0
        if len(head) <= _LCS:
            return None
        length, check = head[3], head[_LCS]
        if bytes([length, check]) == _EXTENDED:
            if len(head) < 8:
                return None
            length = head[5] << 8 | head[6]
            return length + 10 if not sum(head[5:8]) & 0xFF and 0 < length <= _LONGEST else 0
        if (length, check) in ((0x00, 0xFF), (0xFF, 0x00)):
            return len(ACK)
        return length + 7 if length and not (length + check) & 0xFF else 0

    def sound(self, held: bytearray, at: int, size: int) -> bool:
        raw = bytes(held[at : at + size])
        if size == len(ACK):
            return raw in (ACK, NACK)
        start = 8 if raw[3:5] == _EXTENDED else 5
        return not sum(raw[start:-1]) & 0xFF and raw[-1] == 0

    def frame(self, raw: bytes) -> Frame:
        return Frame(raw)


def new_parser() -> Parser[Frame]:
    """A parser for these frames."""
    return Parser(Pn532Framing())
