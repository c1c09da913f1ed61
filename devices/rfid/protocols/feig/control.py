"""Commands for the FEIG OBID reader itself (H20800-16e, chapter 6). None writes its settings, or restarts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from devices.rfid.protocols.feig.answers import Present, Software
from devices.rfid.protocols.feig.command import Plain
from devices.rfid.protocols.feig.errors import Status
from devices.rfid.protocols.fields import Fields, byte_field


@dataclass(frozen=True, slots=True)
class Detect:
    """Command 52: is a reader there? It keeps silent at any other speed or parity."""

    code: ClassVar[int] = 0x52
    takes: ClassVar[frozenset[Status]] = frozenset({Status.OK})

    def fields(self) -> bytes:
        return b"\0"

    def answer(self, status: Status, fields: Fields, address: int) -> Present:
        fields.end()
        return Present(address)


@dataclass(frozen=True, slots=True)
class SoftwareVersion:
    """Command 65: which reader, which firmware?"""

    code: ClassVar[int] = 0x65
    takes: ClassVar[frozenset[Status]] = frozenset({Status.OK})

    def fields(self) -> bytes:
        return b""

    def answer(self, status: Status, fields: Fields, address: int) -> Software:
        found = Software((fields.byte(), fields.byte()), fields.byte(), fields.byte(), fields.byte(), fields.word())
        fields.end()
        return found


@dataclass(frozen=True, slots=True)
class ReaderInfo:
    """Command 66, mode 00: the same, with the sizes of its buffers."""

    code: ClassVar[int] = 0x66
    takes: ClassVar[frozenset[Status]] = frozenset({Status.OK})

    def fields(self) -> bytes:
        return b"\0"

    def answer(self, status: Status, fields: Fields, address: int) -> Software:
        version, revision, hardware, model = (fields.byte(), fields.byte()), fields.byte(), fields.byte(), fields.byte()
        found = Software(version, revision, hardware, model, fields.word(), fields.word(), fields.word())
        fields.end()
        return found


@dataclass(frozen=True, slots=True)
class RfReset(Plain):
    """Command 69: the field off for 15 ms, so that every tag forgets that it was told to be quiet."""

    code: ClassVar[int] = 0x69

    def fields(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class RfPower(Plain):
    """Command 6A: the field off (0), or on at this antenna (1, or 2 where there are two)."""

    antenna: int
    code: ClassVar[int] = 0x6A

    def fields(self) -> bytes:
        return byte_field(self.antenna, "antenna", 2)
