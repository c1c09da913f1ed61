"""Frames of the M100/QM100 and R200 UHF modules (MagicRF M100/QM100 firmware manual; R200 user protocol V2.3.3, 1.1).

``HEAD TYPE CODE LEN_hi LEN_lo FIELDS … SUM END``: LEN counts the fields, SUM is the low byte of the sum from TYPE to
the last field. HEAD and END are BB and 7E, or AA and DD, by the maker of the board and not by the chip's name: boards
sold as "R200" speak either. Both bytes occur inside as well, so a frame's end is known by its length alone; that END
stands there is one more check, since a sum of one byte proves little.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from devices.rfid.framing import Parser

#: The longest field list: 32 words written, behind password, bank, address and length, is 73; this leaves room.
MAX_LENGTH: Final = 512
_HEADER: Final = 5
_AROUND: Final = 7


class Dialect(enum.Enum):
    """First and last byte of every frame."""

    M100 = (0xBB, 0x7E)
    R200 = (0xAA, 0xDD)

    @property
    def head(self) -> int:
        """The first byte."""
        return self.value[0]

    @property
    def end(self) -> int:
        """The last byte."""
        return self.value[1]


class Kind(enum.IntEnum):
    """Who says it: the host, the module when asked, the module of a tag it heard (1.2)."""

    COMMAND = 0x00
    RESPONSE = 0x01
    NOTICE = 0x02


_ENDS: Final = {dialect.head: dialect.end for dialect in Dialect}
_DIALECTS: Final = {dialect.head: dialect for dialect in Dialect}


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame whose checksum is right."""

    kind: Kind
    code: int
    fields: bytes = b""
    dialect: Dialect = Dialect.M100

    @property
    def raw(self) -> bytes:
        """The frame as it is on the wire."""
        counted = bytes([self.kind, self.code]) + len(self.fields).to_bytes(2, "big") + self.fields
        return bytes([self.dialect.head]) + counted + bytes([sum(counted) & 0xFF, self.dialect.end])


class M100Framing:
    """See :class:`devices.rfid.framing.Framing`."""

    def size(self, held: bytearray, at: int) -> int | None:
        if held[at] not in _ENDS:
            return 0
        if len(held) - at < _HEADER:
            return None if len(held) - at < 2 or held[at + 1] <= Kind.NOTICE else 0
        length = held[at + 3] << 8 | held[at + 4]
        return _AROUND + length if held[at + 1] <= Kind.NOTICE and length <= MAX_LENGTH else 0

    def sound(self, held: bytearray, at: int, size: int) -> bool:
        end = at + size - 1
        return held[end] == _ENDS[held[at]] and sum(held[at + 1 : end - 1]) & 0xFF == held[end - 1]

    def frame(self, raw: bytes) -> Frame:
        return Frame(Kind(raw[1]), raw[2], raw[_HEADER:-2], _DIALECTS[raw[0]])


def new_parser() -> Parser[Frame]:
    """A parser for these frames, in either dialect."""
    return Parser(M100Framing())
