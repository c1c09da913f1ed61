"""Commands for the module itself: what it is, its power, whose radio rules it keeps to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from devices.rfid.errors import EncodeError
from devices.rfid.protocols.fields import byte_field
from devices.rfid.protocols.m100.answers import Number, Power, Text
from devices.rfid.protocols.m100.command import Plain
from devices.rfid.protocols.m100.errors import ErrorCode


@dataclass(frozen=True, slots=True)
class Info:
    """Command 03: ``what`` 0 hardware version, 1 software version, 2 maker. Changes nothing: good for probing."""

    what: int = 0
    code: ClassVar[int] = 0x03
    failures: ClassVar[frozenset[ErrorCode]] = frozenset()

    def fields(self) -> bytes:
        return byte_field(self.what, "kind of information")

    def answer(self, fields: bytes) -> Text | None:
        if fields[:1] != self.fields():
            return None
        return Text(fields[1:].decode("ascii", "replace").strip(" \0"))


@dataclass(frozen=True, slots=True)
class GetPower:
    """Command B7."""

    code: ClassVar[int] = 0xB7
    failures: ClassVar[frozenset[ErrorCode]] = frozenset()

    def fields(self) -> bytes:
        return b""

    def answer(self, fields: bytes) -> Power | None:
        return Power(int.from_bytes(fields, "big", signed=True) / 100) if len(fields) == 2 else None


@dataclass(frozen=True, slots=True)
class SetPower(Plain):
    """Command B6, until the module loses its power: it sends with ``dbm``."""

    dbm: float
    code: ClassVar[int] = 0xB6

    def fields(self) -> bytes:
        if not -99 <= self.dbm <= 99:
            raise EncodeError(f"power is {self.dbm} dBm; modules take some of -9 to 30")
        return round(self.dbm * 100).to_bytes(2, "big", signed=True)


@dataclass(frozen=True, slots=True)
class _GetNumber:
    code: ClassVar[int]
    failures: ClassVar[frozenset[ErrorCode]] = frozenset()

    def fields(self) -> bytes:
        return b""

    def answer(self, fields: bytes) -> Number | None:
        return Number(fields[0]) if len(fields) == 1 else None


@dataclass(frozen=True, slots=True)
class GetRegion(_GetNumber):
    """Command 08: whose radio rules?"""

    code: ClassVar[int] = 0x08


@dataclass(frozen=True, slots=True)
class SetRegion(Plain):
    """Command 07: 1 China 900 MHz, 2 America, 3 Europe, 4 China 800 MHz, 5 Japan, 6 Korea."""

    region: int
    code: ClassVar[int] = 0x07

    def fields(self) -> bytes:
        return byte_field(self.region, "region")


@dataclass(frozen=True, slots=True)
class GetChannel(_GetNumber):
    """Command AA: which channel of the region?"""

    code: ClassVar[int] = 0xAA


@dataclass(frozen=True, slots=True)
class SetChannel(Plain):
    """Command AB: stay on this channel of the region."""

    channel: int
    code: ClassVar[int] = 0xAB

    def fields(self) -> bytes:
        return byte_field(self.channel, "channel")


@dataclass(frozen=True, slots=True)
class AutoHop(Plain):
    """Command AD: change the channel by itself, as most regions demand."""

    on: bool = True
    code: ClassVar[int] = 0xAD

    def fields(self) -> bytes:
        return bytes([0xFF * self.on])
