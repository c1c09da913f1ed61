"""Frames of the Chafon UHFReader families (sources: wabson/chafon-rfid; xynogen/uhfreader18, docs).

``LEN ADR CMD … CRC_lo CRC_hi``: LEN counts what follows it; the CRC (MCRF4XX) covers everything before it. There is no
start byte, so any byte from 04 on may begin a frame and the CRC alone decides. A command and its answer share the
shape; an answer's first byte behind CMD is a status. Address FF means every reader and stands in commands only.

Newer CF6xx readers frame differently (first byte CF) and are not spoken to here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from devices.rfid import crc
from devices.rfid.framing import Parser
from devices.rfid.protocols.trusting import TrustingParser

#: Every reader hears commands to this address.
EVERYBODY: Final = 0xFF
_SHORTEST: Final = 4
#: Bytes of data that fit between command and CRC.
MAX_DATA: Final = 0xFF - _SHORTEST


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame whose checksum is right. ``data``: what stands between command code and checksum."""

    command: int
    data: bytes = b""
    address: int = EVERYBODY

    @property
    def raw(self) -> bytes:
        """The frame as it is on the wire."""
        return pack(self.command, self.data, self.address)


def pack(command: int, data: bytes = b"", address: int = EVERYBODY) -> bytes:
    """Put a command code and its data into a frame."""
    counted = bytes([len(data) + _SHORTEST, address, command]) + data
    return counted + crc.mcrf4xx(counted).to_bytes(2, "little")


class ChafonFraming:
    """See :class:`devices.rfid.framing.Framing`."""

    def size(self, held: bytearray, at: int) -> int | None:
        return held[at] + 1 if held[at] >= _SHORTEST else 0

    def sound(self, held: bytearray, at: int, size: int) -> bool:
        end = at + size
        return crc.mcrf4xx(bytes(held[at : end - 2])) == held[end - 2] | held[end - 1] << 8

    def frame(self, raw: bytes) -> Frame:
        return Frame(raw[2], raw[3:-2], raw[1])


def new_parser() -> Parser[Frame]:
    """A parser for these frames."""
    return TrustingParser(ChafonFraming())
