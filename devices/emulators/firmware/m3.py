"""A 3M/Bibliotheca pad 810 in software: host frames in, the reader's frames out, over one radio field.

Written from the vendor's document (3M RFID Reader Protocol Specification 1.0.0, 2009) as the reader sees it, apart
from the driver's codec, with which it shares the framing alone. Times on the air are those of ISO 15693 at
26.48 kbit/s, one slot in four (37.76 microseconds a bit); lock commands answer "not implemented".
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from devices.emulators.faults import Fault, Faults
from devices.emulators.field import AFI_LOCK, BLOCK, Field, TagState
from devices.emulators.firmware import Reply
from devices.rfid.protocols.m3.frames import OLD_START, Frame, new_parser, pack

FIRMWARE: Final = bytes([0x0A, 5, 0, 2])
#: Mean time of an inventory with so many tags, in ms (collisions included).
_INVENTORY_MS: Final = (
    (0, 9.8),
    (1, 14),
    (2, 19),
    (5, 40),
    (8, 64),
    (10, 81),
    (15, 131),
    (20, 184),
    (30, 285),
    (50, 466),
)
_EMPTY_POLL_MS: Final = 9.8
_NO_ANSWER_MS: Final = 5.6
_SYSTEM_INFO_MS: Final = 9.8

_OK, _NOT_IMPLEMENTED, _NO_TAG, _NO_BLOCK, _LOCKED, _NOT_PUT = 0x00, 0x02, 0x06, 0x11, 0x12, 0x16
_BAD_OPTION, _BAD_PARAMETER = 0x31, 0x32
_QUIET, _READ, _CHECK_EAS, _WRITE, _WRITE_AFI, _GET_AFI = 0x01, 0x02, 0x03, 0x04, 0x09, 0x0A
_WRITE_DSFID, _SET_EAS, _TAG_INFO, _GET_DSFID, _VERSION, _RF_SETUP, _INVENTORY = (
    0x0B,
    0x0C,
    0x0D,
    0x0F,
    0x11,
    0x13,
    0xFE,
)
#: Bytes that must follow the UID.
_NEEDS: Final = {_READ: 2, _WRITE: 3, _WRITE_AFI: 1, _WRITE_DSFID: 1, _SET_EAS: 1, _TAG_INFO: 1}


@dataclass(frozen=True, slots=True)
class _Result:
    """What a command came to: error byte, fields, milliseconds on the air."""

    error: int
    fields: bytes
    ms: float


class M3Reader:
    """The reader's firmware. Bytes that are no frame are ignored, as it does."""

    #: A command sent while it works is lost.
    deaf_when_busy = True
    bits_per_byte = 10
    baud = 19200

    def __init__(self, field: Field, faults: Faults) -> None:
        self._field = field
        self._faults = faults
        self._parser = new_parser()
        self._quiet: set[str] = set()
        self._addressed: dict[int, Callable[[TagState, bytes], _Result]] = {
            _QUIET: self._hush, _READ: self._read, _CHECK_EAS: self._check_eas, _WRITE: self._write,
            _WRITE_AFI: self._write_afi, _GET_AFI: self._get_afi, _WRITE_DSFID: self._write_dsfid,
            _SET_EAS: self._set_eas, _TAG_INFO: self._tag_info, _GET_DSFID: self._get_dsfid,
        }  # fmt: skip

    def wake(self) -> float | None:
        """It never speaks unasked."""
        return None

    def tick(self, now: float) -> list[Reply]:
        """It never speaks unasked."""
        return []

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
            code, fields = _INVENTORY, b"\x00\x05"
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
        tag = next((tag for tag in self._field.on_pad if bytes.fromhex(tag.uid) == uid), None)
        if tag is None:
            return _Result(_NO_TAG, uid + (b"\x00" if code == _CHECK_EAS else b""), _NO_ANSWER_MS)
        result = act(tag, rest)
        return _Result(result.error, uid + result.fields, result.ms)

    def _inventory(self, afi: int, options: int) -> _Result:
        there = self._field.on_pad
        self._quiet &= {tag.uid for tag in there}
        seen = [tag for tag in there if tag.uid not in self._quiet and afi in (0, tag.afi)]
        listed = seen[:1] + seen if self._faults.strikes(Fault.DUPLICATE_UID) else seen
        entries = b"".join((bytes([tag.dsfid]) if options & 2 else b"") + bytes.fromhex(tag.uid) for tag in listed)
        self._vanish(seen)
        ms = inventory_ms(len(seen)) + (0 if options & 0x20 else _EMPTY_POLL_MS)
        return _Result(_OK, bytes([afi, options, len(listed)]) + entries, ms)

    def _vanish(self, seen: list[TagState]) -> None:
        order = self._faults.on(Fault.VANISH)
        gone = [tag for tag in seen if order and order.uid.upper() in ("", tag.uid)]
        if gone and self._faults.strikes(Fault.VANISH):
            self._field.take(self._faults.chance.choice(gone).uid)

    def _hush(self, tag: TagState, _: bytes) -> _Result:
        self._quiet.add(tag.uid)
        return _Result(_OK, b"", _NO_ANSWER_MS)

    def _read(self, tag: TagState, fields: bytes) -> _Result:
        first, count, options = fields[0], fields[1], fields[2] if len(fields) > 2 else 0
        ms = 5.2 + 1.32 * count
        if options & 0xF0:
            return _Result(_BAD_OPTION, b"", 0)
        if first + count > len(tag.blocks):
            return _Result(_NO_BLOCK, b"", _NO_ANSWER_MS)
        out = bytes([first, count]) if options & 4 else bytes([count])
        for number in range(first, first + count):
            out += b"" if options & 4 else bytes([number])
            out += b"" if options & 8 else bytes([number in tag.locked])
            out += tag.blocks[number]
        return _Result(_OK, out, ms)

    def _write(self, tag: TagState, fields: bytes) -> _Result:
        first, count, data = fields[0], fields[1], fields[3:]
        ms = 0.0
        for at in range(count):
            number, block = first + at, data[at * BLOCK : (at + 1) * BLOCK]
            ms += 6.8 + self._programming_ms()
            error = self._block_error(tag, number, block)
            if error:
                return _Result(error, bytes([number]), ms)
            self._field.write_block(tag.uid, number, block)
        return _Result(_OK, bytes([first + count]), ms)

    def _block_error(self, tag: TagState, number: int, block: bytes) -> int:
        if number >= len(tag.blocks) or len(block) != BLOCK:
            return _NO_BLOCK
        if number in tag.locked:
            return _LOCKED
        return _NOT_PUT if self._faults.strikes(Fault.WRITE_FAILS, _WRITE) else _OK

    def _write_afi(self, tag: TagState, fields: bytes) -> _Result:
        ms = 5.6 + self._programming_ms()
        if AFI_LOCK in tag.locked:
            return _Result(_LOCKED, b"", ms)
        if self._faults.strikes(Fault.WRITE_FAILS, _WRITE_AFI):
            return _Result(_NOT_PUT, b"", ms)
        if not self._faults.strikes(Fault.AFI_UNCHANGED):
            self._field.write_afi(tag.uid, fields[0])
        return _Result(_OK, b"", ms)

    def _get_afi(self, tag: TagState, _: bytes) -> _Result:
        return _Result(_OK, bytes([tag.afi]), _SYSTEM_INFO_MS)

    def _get_dsfid(self, tag: TagState, _: bytes) -> _Result:
        return _Result(_OK, bytes([tag.dsfid]), _SYSTEM_INFO_MS)

    def _write_dsfid(self, tag: TagState, fields: bytes) -> _Result:
        self._field.write_dsfid(tag.uid, fields[0])
        return _Result(_OK, b"", 5.6 + self._programming_ms())

    def _check_eas(self, tag: TagState, _: bytes) -> _Result:
        # A tag whose bit is off does not answer at all, so the reader cannot tell it from none (7.14).
        return _Result(_OK, b"\x01", _NO_ANSWER_MS) if tag.eas else _Result(_NO_TAG, b"\x00", _NO_ANSWER_MS)

    def _set_eas(self, tag: TagState, fields: bytes) -> _Result:
        self._field.write_eas(tag.uid, bool(fields[0]))
        return _Result(_OK, b"", 5.6 + self._programming_ms())

    def _tag_info(self, tag: TagState, fields: bytes) -> _Result:
        asked = fields[0] & 0x0F
        out = bytes([asked])
        out += bytes([tag.dsfid]) if asked & 1 else b""
        out += bytes([tag.afi]) if asked & 2 else b""
        out += bytes([BLOCK - 1, len(tag.blocks) - 1]) if asked & 4 else b""
        out += b"\x00\x01" if asked & 8 else b""
        return _Result(_OK, out, _SYSTEM_INFO_MS)

    def _programming_ms(self) -> float:
        return self._faults.chance.uniform(1, 20)


def inventory_ms(tags: int) -> float:
    """Milliseconds to find so many tags, between the measured points."""
    counts = [count for count, _ in _INVENTORY_MS]
    at = min(max(1, bisect_left(counts, tags)), len(counts) - 1)
    (few, low), (many, high) = _INVENTORY_MS[at - 1], _INVENTORY_MS[at]
    return low + (high - low) * (tags - few) / (many - few)
