"""A UHF reader of the A0 protocol (YR9011 and the like) in software, over one radio field.

Written from the vendors' protocol papers as the reader sees it, apart from the driver's codec, with which it shares
the framing alone. Times on the air are those of :mod:`devices.emulators.air`. Locking, killing and all that is kept in
flash fail (11).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from devices.emulators import air
from devices.emulators.faults import Fault, Faults
from devices.emulators.field import Field, TagState
from devices.emulators.firmware import Reply, Silent
from devices.emulators.gen2 import Gen2, pc_epc, r2000_level
from devices.emulators.radio import Refusal
from devices.rfid import crc
from devices.rfid.protocols.a0.frames import EVERYBODY, Frame, new_parser, pack

_ADDRESS: Final = 0x01
_FREQUENCY: Final = 0x07 << 2  # 902 MHz, antenna 0 in the low bits
_VERSION: Final = bytes([1, 9])
_POWERS: Final = range(20, 34)
_SUCCESS, _FAIL, _NO_TAG, _WRITE_ERROR, _BAD_PARAMETER = 0x10, 0x11, 0x36, 0x33, 0x41
_NO_ANTENNA, _NO_POWER, _MATCH_LENGTH, _NO_MATCH_MODE = 0x47, 0x48, 0x4D, 0x4E
_TAG_OVERRUN, _TAG_LOCKED = 0x83, 0x84
_SET_ANTENNA, _GET_VERSION, _SET_POWER = 0x74, 0x72, 0x66
_READ, _WRITE, _MATCH, _INVENTORY, _SESSION_INVENTORY = 0x81, 0x82, 0x85, 0x89, 0x8B
_REFUSALS: Final = {
    Refusal.NO_SUCH_MEMORY: _TAG_OVERRUN,
    Refusal.LOCKED: _TAG_LOCKED,
    Refusal.NOT_WRITTEN: _WRITE_ERROR,
}


class A0Reader(Silent):
    """The reader's firmware. Bytes that are no frame are ignored, as it does."""

    #: [inferred]
    deaf_when_busy = True
    bits_per_byte = 10
    baud = 115200

    def __init__(self, field: Field, faults: Faults) -> None:
        self._faults = faults
        self._gen2 = Gen2(field, faults)
        self._parser = new_parser()
        self._matched = b""
        self._do: dict[int, Callable[[bytes], list[Reply]]] = {
            _GET_VERSION: lambda _: [_said(_GET_VERSION, _VERSION)], _SET_ANTENNA: self._set_antenna,
            _SET_POWER: self._set_power, _MATCH: self._match, _READ: self._read, _WRITE: self._write,
            _INVENTORY: lambda fields: self._inventory(_INVENTORY, len(fields) == 1),
            _SESSION_INVENTORY: lambda fields: self._inventory(_SESSION_INVENTORY, len(fields) == 3),
        }  # fmt: skip

    def receive(self, data: bytes, now: float) -> list[Reply]:
        """Take bytes from the host; give the answers to the commands they completed."""
        replies: list[Reply] = []
        for found in self._parser.receive(data):
            if isinstance(found, Frame) and found.address in (_ADDRESS, EVERYBODY):
                act = self._do.get(found.command)
                replies += act(found.data) if act is not None else [_result(found.command, _FAIL)]
        return replies

    def _set_antenna(self, fields: bytes) -> list[Reply]:
        return [_result(_SET_ANTENNA, _SUCCESS if fields == b"\0" else _NO_ANTENNA)]

    def _set_power(self, fields: bytes) -> list[Reply]:
        return [_result(_SET_POWER, _SUCCESS if len(fields) == 1 and fields[0] in _POWERS else _NO_POWER)]

    def _match(self, fields: bytes) -> list[Reply]:
        if fields == b"\x01":
            self._matched = b""
        elif fields[:1] != b"\0":
            return [_result(_MATCH, _NO_MATCH_MODE)]
        elif len(fields) < 2 or not fields[1] or len(fields) != 2 + fields[1]:
            return [_result(_MATCH, _MATCH_LENGTH)]
        else:
            self._matched = fields[2:]
        return [_result(_MATCH, _SUCCESS)]

    # Many tags.

    def _inventory(self, command: int, complete: bool) -> list[Reply]:
        if not complete:
            return [_result(command, _BAD_PARAMETER)]
        heard = list(self._gen2.radio.inventory())
        self._faults.chance.shuffle(heard)
        each = air.gen2_inventory_ms(len(heard)) / 1000 / (len(heard) + 1)
        rate = round(1 / each) if heard else 0
        end = bytes([0]) + rate.to_bytes(2, "big") + len(heard).to_bytes(4, "big")
        return [*(_said(command, self._heard(tag), each) for tag in heard), _said(command, end, each)]

    def _heard(self, tag: TagState) -> bytes:
        level = r2000_level(self._gen2.rssi(tag))
        return bytes([_FREQUENCY]) + pc_epc(tag) + bytes([level])

    # One tag.

    def _read(self, fields: bytes) -> list[Reply]:
        if self._faults.strikes(Fault.INVENTORY_INSTEAD):
            return self._inventory(_INVENTORY, True)
        if len(fields) not in (3, 7):
            return [_result(_READ, _BAD_PARAMETER)]
        bank, first, count = fields[:3]
        tag = self._gen2.find(self._matched, _READ)
        if tag is None:
            return [_result(_READ, _NO_TAG, self._gen2.access_s(0))]
        data = self._gen2.read(tag, bank, first, count)
        if isinstance(data, Refusal):
            return [_result(_READ, _REFUSALS[data], self._gen2.access_s(0))]
        return [_said(_READ, _operated(tag, data, len(data)), self._gen2.access_s(count))]

    def _write(self, fields: bytes) -> list[Reply]:
        count = 2 * fields[6] if len(fields) > 6 else 0
        if not count or len(fields) != 7 + count:
            return [_result(_WRITE, _BAD_PARAMETER)]
        tag = self._gen2.find(self._matched, _WRITE)
        if tag is None:
            return [_result(_WRITE, _NO_TAG, self._gen2.access_s(0))]
        refusal = self._gen2.write(tag, fields[4], fields[5], fields[7:], _WRITE)
        code = _SUCCESS if refusal is None else _REFUSALS[refusal]
        return [_said(_WRITE, _operated(tag, b"", code), self._gen2.access_s(count // 2, store=True))]


def _operated(tag: TagState, data: bytes, tail: int) -> bytes:
    """One tag was worked with: ``COUNT16 LEN [PC EPC CRC DATA] TAIL ANT COUNT``, as it was before."""
    named = pc_epc(tag)
    there = named + crc.genibus(named).to_bytes(2, "big") + data
    return bytes([0, 1, len(there)]) + there + bytes([tail, _FREQUENCY, 1])


def _result(command: int, code: int, air_s: float = 0.0) -> Reply:
    return _said(command, bytes([code]), air_s)


def _said(command: int, data: bytes, air_s: float = 0.0) -> Reply:
    return Reply(command, air_s, pack(command, data, _ADDRESS))
