"""A 3M/Bibliotheca pad 810 in software: host frames in, the reader's frames out, over one radio field.

Written from the vendor's document (3M RFID Reader Protocol Specification 1.0.0, 2009) as the reader sees it, apart
from the driver's codec, with which it shares the framing alone. Times on the air: :mod:`devices.emulators.air`. Lock
commands and the pass-through answer "not implemented".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from devices.emulators import air
from devices.emulators.faults import Fault, Faults
from devices.emulators.field import BLOCK, Field, TagState
from devices.emulators.firmware import Reply, Silent
from devices.emulators.hf import Hf
from devices.emulators.radio import Refusal
from devices.rfid.protocols.m3.frames import OLD_START, Frame, new_parser, pack

FIRMWARE: Final = bytes([0x0A, 5, 0, 2])
#: An inventory's count is one byte; the reader stops looking when it is full.
MOST: Final = 255

_OK, _NOT_IMPLEMENTED, _NO_TAG, _NO_BLOCK, _LOCKED, _NOT_PUT = 0x00, 0x02, 0x06, 0x11, 0x12, 0x16
_TAG_CANNOT, _BAD_OPTION, _BAD_PARAMETER = 0x21, 0x31, 0x32
_QUIET, _READ, _CHECK_EAS, _WRITE, _WRITE_ONE, _WRITE_AFI, _GET_AFI = 0x01, 0x02, 0x03, 0x04, 0x05, 0x09, 0x0A
_WRITE_DSFID, _SET_EAS, _TAG_INFO, _GET_DSFID = 0x0B, 0x0C, 0x0D, 0x0F
_VERSION, _RF_SETUP, _INVENTORY = 0x11, 0x13, 0xFE
_REFUSALS: Final = {
    Refusal.NO_SUCH_MEMORY: _NO_BLOCK,
    Refusal.LOCKED: _LOCKED,
    Refusal.NOT_WRITTEN: _NOT_PUT,
    Refusal.UNABLE: _TAG_CANNOT,
    None: _OK,
}
#: Bytes that must follow the UID.
_NEEDS: Final = {
    _READ: 2, _WRITE: 3, _WRITE_ONE: 1 + BLOCK, _WRITE_AFI: 1, _WRITE_DSFID: 1, _SET_EAS: 1, _TAG_INFO: 1,
}  # fmt: skip
#: Options of an inventory: list UIDs, list DSFIDs, one poll only. What a protocol byte would look like is not told.
_WITH_UID, _WITH_DSFID, _ONE_POLL, _WITH_PROTOCOL = 0x01, 0x02, 0x20, 0x40
#: Options of a read: the new layout, and no lock bytes. All data and propagated errors are what it does anyhow.
_NEW_STYLE, _NO_LOCK_BYTES, _NO_READ_OPTIONS = 0x04, 0x08, 0xF0


@dataclass(frozen=True, slots=True)
class _Result:
    """What a command came to: error byte, fields, milliseconds on the air."""

    error: int
    fields: bytes
    ms: float


class M3Reader(Silent):
    """The reader's firmware. Bytes that are no frame are ignored, as it does."""

    #: A command sent while it works is lost.
    deaf_when_busy = True
    bits_per_byte = 10
    baud = 19200

    def __init__(self, field: Field, faults: Faults) -> None:
        self._field = field
        self._faults = faults
        self._hf = Hf(field, faults)
        self._parser = new_parser()
        self._quiet: set[str] = set()
        self._addressed: dict[int, Callable[[TagState, bytes], _Result]] = {
            _QUIET: self._hush, _READ: self._read, _CHECK_EAS: self._check_eas, _WRITE: self._write,
            _WRITE_ONE: self._write_one, _WRITE_AFI: self._write_afi, _GET_AFI: self._get_afi,
            _WRITE_DSFID: self._write_dsfid, _SET_EAS: self._set_eas, _TAG_INFO: self._tag_info,
            _GET_DSFID: self._get_dsfid,
        }  # fmt: skip

    def receive(self, data: bytes, now: float) -> list[Reply]:
        """Take bytes from the host; give the answers to the commands they completed."""
        return [
            reply
            for found in self._parser.receive(data)
            if isinstance(found, Frame) and (reply := self._reply(found)) is not None
        ]

    def _reply(self, frame: Frame) -> Reply | None:
        if frame.start == OLD_START:
            if frame.body != b"\x04\x00\x11":
                return None
            return Reply(_VERSION, 0.0, pack(b"\x04\x00\x11" + FIRMWARE, OLD_START))
        code, fields = frame.body[0], frame.body[1:]
        if code == _READ and self._faults.strikes(Fault.INVENTORY_INSTEAD):
            code, fields = _INVENTORY, bytes([0, 5])
        result = self._carry_out(code, fields)
        return Reply(code, result.ms / 1000, pack(bytes([code, result.error]) + result.fields))

    def _carry_out(self, code: int, fields: bytes) -> _Result:
        if code == _VERSION:
            return _Result(_OK, FIRMWARE, 0)
        if code == _RF_SETUP:
            return _Result(_OK, b"\x02\x01\x01\x03\x02\x02\x03\x00", 0)
        if code == _INVENTORY and len(fields) >= 2:
            return self._inventory(fields[0], fields[1])
        act = self._addressed.get(code)
        if act is None or len(fields) < 8:
            return _Result(_NOT_IMPLEMENTED, b"", 0)
        uid, rest = fields[:8], fields[8:]
        if len(rest) < _NEEDS.get(code, 0):
            return _Result(_BAD_PARAMETER, uid, 0)
        tag = self._hf.radio.tag(uid.hex(), code)
        if tag is None:
            return _Result(_NO_TAG, uid + (b"\x00" if code == _CHECK_EAS else b""), air.silence_ms())
        result = act(tag, rest)
        return _Result(result.error, uid + result.fields, result.ms)

    def _inventory(self, afi: int, options: int) -> _Result:
        if options & _WITH_PROTOCOL:
            return _Result(_BAD_OPTION, b"", 0)
        self._quiet &= {tag.uid for tag in self._field.on_pad}
        listed = self._hf.radio.inventory(lambda tag: tag.uid not in self._quiet and afi in (0, tag.afi), MOST)
        entries = b"".join(
            (bytes([tag.dsfid]) if options & _WITH_DSFID else b"")
            + (bytes.fromhex(tag.uid) if options & _WITH_UID else b"")
            for tag in listed
        )
        ms = air.inventory_ms(len(listed)) + (0 if options & _ONE_POLL else air.inventory_ms(0))
        return _Result(_OK, bytes([afi, options, len(listed)]) + entries, ms)

    def _hush(self, tag: TagState, _: bytes) -> _Result:
        self._quiet.add(tag.uid)
        return _Result(_OK, b"", air.quiet_ms())

    def _read(self, tag: TagState, fields: bytes) -> _Result:
        first, count, options = fields[0], fields[1], fields[2] if len(fields) > 2 else 0
        if options & _NO_READ_OPTIONS:
            return _Result(_BAD_OPTION, b"", 0)
        blocks = tag.blocks
        if first + count > len(blocks):
            return _Result(_NO_BLOCK, b"", air.silence_ms())
        out = bytes([first, count]) if options & _NEW_STYLE else bytes([count])
        for number in range(first, first + count):
            out += b"" if options & _NEW_STYLE else bytes([number])
            out += b"" if options & _NO_LOCK_BYTES else bytes([number in tag.locked])
            out += blocks[number]
        return _Result(_OK, out, air.read_ms(count, security=not options & _NO_LOCK_BYTES))

    def _write(self, tag: TagState, fields: bytes) -> _Result:
        first, count, data = fields[0], fields[1], fields[3:]
        ms = 0.0
        for at in range(count):
            number, block = first + at, data[at * BLOCK : (at + 1) * BLOCK]
            ms += self._hf.storing_ms(air.write_block_ms)
            refusal = self._hf.write_block(tag, number, block, _WRITE)
            if refusal is not None:
                return _Result(_REFUSALS[refusal], bytes([number]), ms)
        return _Result(_OK, bytes([first + count]), ms)

    def _write_one(self, tag: TagState, fields: bytes) -> _Result:
        refusal = self._hf.write_block(tag, fields[0], fields[1 : 1 + BLOCK], _WRITE_ONE)
        return _Result(_REFUSALS[refusal], b"", self._hf.storing_ms(air.write_block_ms))

    def _write_afi(self, tag: TagState, fields: bytes) -> _Result:
        ms = self._hf.storing_ms(air.write_byte_ms)
        return _Result(_REFUSALS[self._hf.write_afi(tag, fields[0], _WRITE_AFI)], b"", ms)

    def _get_afi(self, tag: TagState, _: bytes) -> _Result:
        return _Result(_OK, bytes([tag.afi]), air.system_info_ms())

    def _get_dsfid(self, tag: TagState, _: bytes) -> _Result:
        return _Result(_OK, bytes([tag.dsfid]), air.system_info_ms())

    def _write_dsfid(self, tag: TagState, fields: bytes) -> _Result:
        self._hf.write_dsfid(tag, fields[0])
        return _Result(_OK, b"", self._hf.storing_ms(air.write_byte_ms))

    def _check_eas(self, tag: TagState, _: bytes) -> _Result:
        # A tag whose bit is off does not answer at all, so the reader cannot tell it from none (7.14).
        if tag.eas and tag.eas_able:
            return _Result(_OK, b"\x01", air.eas_alarm_ms())
        return _Result(_NO_TAG, b"\x00", air.silence_ms())

    def _set_eas(self, tag: TagState, fields: bytes) -> _Result:
        ms = self._hf.storing_ms(air.eas_ms)
        refusal = self._hf.write_eas(tag, bool(fields[0]), _SET_EAS)
        return _Result(_REFUSALS[refusal], b"", air.silence_ms() if refusal is Refusal.UNABLE else ms)

    def _tag_info(self, tag: TagState, fields: bytes) -> _Result:
        asked = fields[0] & 0x0F
        out = bytes([asked])
        out += bytes([tag.dsfid]) if asked & 1 else b""
        out += bytes([tag.afi]) if asked & 2 else b""
        out += bytes([BLOCK - 1, len(tag.blocks) - 1]) if asked & 4 else b""
        out += b"\x00\x01" if asked & 8 else b""
        return _Result(_OK, out, air.system_info_ms())
