"""Frames of the A0 protocol (sources: russss/rust-invelion; the protocol tables in published drivers for YR90x).

``A0 LEN ADR CMD … CHK``: LEN counts what follows it, CHK included; all bytes of a frame add up to 0 modulo 256.
Address FF reaches every reader; factory setting is 01.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from devices.rfid.framing import Parser
from devices.rfid.protocols.trusting import TrustingParser

START: Final = 0xA0
EVERYBODY: Final = 0xFF
_SHORTEST: Final = 3
#: Bytes of data that fit between command and checksum.
MAX_DATA: Final = 0xFF - _SHORTEST


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame whose checksum is right. ``data``: what stands between command code and checksum."""

    command: int
    data: bytes = b""
    address: int = 0x01

    @property
    def raw(self) -> bytes:
        """The frame as it is on the wire."""
        return pack(self.command, self.data, self.address)


def pack(command: int, data: bytes = b"", address: int = EVERYBODY) -> bytes:
    """Put a command code and its data into a frame."""
    summed = bytes([START, len(data) + _SHORTEST, address, command]) + data
    return summed + bytes([-sum(summed) & 0xFF])


class A0Framing:
    """See :class:`devices.rfid.framing.Framing`."""

    def size(self, held: bytearray, at: int) -> int | None:
        if held[at] != START:
            return 0
        if len(held) - at < 2:
            return None
        return held[at + 1] + 2 if held[at + 1] >= _SHORTEST else 0

    def sound(self, held: bytearray, at: int, size: int) -> bool:
        return not sum(held[at : at + size]) & 0xFF

    def frame(self, raw: bytes) -> Frame:
        return Frame(raw[3], raw[4:-1], raw[2])


def new_parser() -> Parser[Frame]:
    """A parser for these frames."""
    return TrustingParser(A0Framing())
