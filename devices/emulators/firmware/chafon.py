"""A Chafon UHFReader18 or 288 in software: host frames in, the reader's frames out, over one radio field.

Written from the UHFReader18 and 288 manuals as the reader sees it, apart from the driver's codec, with which it shares
the framing alone. Times on the air are those of :mod:`devices.emulators.air`. An inventory goes on for the scan time at
most; what it has not found by then it leaves out and says so (status 02). Locking, killing, protecting and whatever
is kept for good but power and scan time are answered as unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from devices.emulators import air
from devices.emulators.faults import Fault, Faults
from devices.emulators.field import Field, TagState
from devices.emulators.firmware import Reply, Silent
from devices.emulators.gen2 import Gen2, r2000_level
from devices.emulators.radio import Refusal
from devices.rfid.protocols.chafon.frames import EVERYBODY, Frame, new_parser, pack

#: Tags in a frame at most; it would hold more, but readers send them as they go.
PER_FRAME: Final = 6
_ADDRESS: Final = 0x00
_OK, _DONE, _TIMED_OUT, _MORE, _ANTENNA, _FAILED, _NO_TAG = 0x00, 0x01, 0x02, 0x03, 0xF8, 0xF9, 0xFB
_TAG_ERROR, _BAD_LENGTH, _BAD_COMMAND, _BAD_PARAMETER = 0xFC, 0xFD, 0xFE, 0xFF
_INVENTORY, _READ, _WRITE, _INFO, _SCAN_TIME, _POWER, _BEEP = 0x01, 0x02, 0x03, 0x21, 0x25, 0x2F, 0x33
_OVERRUN, _LOCKED = 0x03, 0x04
_REFUSALS: Final = {
    Refusal.NO_SUCH_MEMORY: bytes([_TAG_ERROR, _OVERRUN]),
    Refusal.LOCKED: bytes([_TAG_ERROR, _LOCKED]),
    Refusal.NOT_WRITTEN: bytes([_FAILED]),
}


class Chafon18Reader(Silent):
    """The 18 family's firmware. Bytes that are no frame are ignored, as it does."""

    #: [inferred]
    deaf_when_busy = True
    bits_per_byte = 10
    baud = 57600
    kind: ClassVar[int] = 0x09
    most_power: ClassVar[int] = 30

    def __init__(self, field: Field, faults: Faults) -> None:
        self._faults = faults
        self._gen2 = Gen2(field, faults)
        self._parser = new_parser()
        self._power, self._scan = 30, 10
        self._do: dict[int, Callable[[bytes], list[Reply]]] = {
            _INVENTORY: self._inventory, _READ: self._read, _WRITE: self._write, _INFO: self._info,
            _SCAN_TIME: self._set_scan, _POWER: self._set_power, _BEEP: self._beep,
        }  # fmt: skip

    def receive(self, data: bytes, now: float) -> list[Reply]:
        """Take bytes from the host; give the answers to the commands they completed."""
        replies: list[Reply] = []
        for found in self._parser.receive(data):
            if isinstance(found, Frame) and found.address in (_ADDRESS, EVERYBODY):
                act = self._do.get(found.command)
                replies += act(found.data) if act is not None else [_said(found.command, bytes([_BAD_COMMAND]))]
        return replies

    # The reader.

    def _info(self, fields: bytes) -> list[Reply]:
        if fields:
            return [_said(_INFO, bytes([_BAD_LENGTH]))]
        return [_said(_INFO, bytes([_OK, 2, 8, self.kind, 0x02, 0x4E, 0x00, self._power, self._scan]))]

    def _set_power(self, fields: bytes) -> list[Reply]:
        if len(fields) != 1:
            return [_said(_POWER, bytes([_BAD_LENGTH]))]
        if fields[0] > self.most_power:
            return [_said(_POWER, bytes([_BAD_PARAMETER]))]
        self._power = fields[0]
        return [_said(_POWER, bytes([_OK]))]

    def _set_scan(self, fields: bytes) -> list[Reply]:
        if len(fields) != 1 or fields[0] < 3:
            return [_said(_SCAN_TIME, bytes([_BAD_PARAMETER]))]
        self._scan = fields[0]
        return [_said(_SCAN_TIME, bytes([_OK]))]

    def _beep(self, fields: bytes) -> list[Reply]:
        return [_said(_BEEP, bytes([_OK if len(fields) == 3 else _BAD_LENGTH]))]

    # Many tags.

    def _inventory(self, fields: bytes) -> list[Reply]:
        if fields:
            return [_said(_INVENTORY, bytes([_BAD_LENGTH]))]
        return self._listed(self._scan, self._entry, head=b"", empty=bytes([_NO_TAG]))

    def _listed(self, scan: int, entry: Callable[[TagState], bytes], head: bytes, empty: bytes) -> list[Reply]:
        """The tags that ``scan`` tenths of a second are enough for, in an order that chance makes."""
        heard = list(self._gen2.radio.inventory())
        self._faults.chance.shuffle(heard)
        fits = int(scan * 100 // air.gen2_inventory_ms(1))
        lasts = air.gen2_inventory_ms(min(len(heard), fits)) / 1000
        end = _TIMED_OUT if len(heard) > fits else _DONE
        heard = heard[:fits]
        if not heard:
            return [_said(_INVENTORY, empty, lasts)]
        heaps = [heard[at : at + PER_FRAME] for at in range(0, len(heard), PER_FRAME)]
        replies = []
        for number, heap in enumerate(heaps, 1):
            status = end if number == len(heaps) else _MORE
            entries = b"".join(entry(tag) for tag in heap)
            data = bytes([status]) + head + bytes([len(heap)]) + entries
            replies.append(_said(_INVENTORY, data, lasts / len(heaps)))
        return replies

    def _entry(self, tag: TagState) -> bytes:
        epc = bytes.fromhex(tag.epc)
        return bytes([len(epc)]) + epc

    # One tag.

    def _read(self, fields: bytes) -> list[Reply]:
        if self._faults.strikes(Fault.INVENTORY_INSTEAD):
            return self._inventory_as_asked()
        length = 2 * fields[0] if fields else 0
        if len(fields) != length + 8:
            return [_said(_READ, bytes([_BAD_LENGTH]))]
        bank, first, count = fields[length + 1 : length + 4]
        tag = self._gen2.find(fields[1 : 1 + length], _READ)
        if tag is None:
            return [_said(_READ, bytes([_NO_TAG]), self._gen2.access_s(0))]
        data = self._gen2.read(tag, bank, first, count)
        out = _REFUSALS[data] if isinstance(data, Refusal) else bytes([_OK]) + data
        return [_said(_READ, out, self._gen2.access_s(count))]

    def _write(self, fields: bytes) -> list[Reply]:
        count, length = (2 * fields[0], 2 * fields[1]) if len(fields) > 1 else (0, 0)
        if not count or len(fields) != length + count + 8:
            return [_said(_WRITE, bytes([_BAD_LENGTH]))]
        bank, first = fields[2 + length : 4 + length]
        tag = self._gen2.find(fields[2 : 2 + length], _WRITE)
        if tag is None:
            return [_said(_WRITE, bytes([_NO_TAG]), self._gen2.access_s(0))]
        refusal = self._gen2.write(tag, bank, first, fields[4 + length : 4 + length + count], _WRITE)
        out = bytes([_OK]) if refusal is None else _REFUSALS[refusal]
        return [_said(_WRITE, out, self._gen2.access_s(count // 2, store=True))]

    def _inventory_as_asked(self) -> list[Reply]:
        return self._inventory(b"")


class Chafon288Reader(Chafon18Reader):
    """The 288 family's: an inventory takes parameters, and tells antenna and signal strength."""

    kind = 0x0C
    most_power = 33
    _PARAMETERS: ClassVar[int] = 9

    def _inventory(self, fields: bytes) -> list[Reply]:
        if len(fields) != self._PARAMETERS:
            return [_said(_INVENTORY, bytes([_BAD_LENGTH]))]
        antenna = fields[7]
        if antenna != 0x80:  # it has one
            return [_said(_INVENTORY, bytes([_ANTENNA]))]
        return self._listed(fields[8], self._entry, head=b"\x01", empty=bytes([_DONE, 1, 0]))

    def _entry(self, tag: TagState) -> bytes:
        return super()._entry(tag) + bytes([r2000_level(self._gen2.rssi(tag))])

    def _inventory_as_asked(self) -> list[Reply]:
        return self._inventory(bytes.fromhex("040001000000008003"))


def _said(command: int, data: bytes, air_s: float = 0.0) -> Reply:
    return Reply(command, air_s, pack(command, data, _ADDRESS))
