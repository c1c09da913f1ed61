"""A FEIG OBID reader in software (ISO host mode): host frames in, the reader's frames out, over one radio field.

Written from the vendor's documents as the reader sees them (H20800-16e "ID CPR family"; for the custom commands
H60301-3e "ID ISC.MR/PR/PRH101", chapter 8), apart from the driver's codec, with which it shares the framing alone.
Times on the air: :mod:`devices.emulators.air`. Commands that lock, or that write the reader's settings, are answered as
unknown.

It listens only to those who keep to 3.1: 5 ms of silence behind its answer, no more than 12 ms within a command. A
frame that is not right gets no answer at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from devices.emulators import air
from devices.emulators.faults import Fault, Faults
from devices.emulators.field import BLOCK, Field, Kind, TagState
from devices.emulators.firmware import Reply, Silent
from devices.emulators.hf import Hf
from devices.emulators.radio import Refusal
from devices.rfid.crc import ibm_sdlc
from devices.rfid.protocols.feig.frames import ANY, Frame, new_parser, pack

ADDRESS: Final = 0x00
#: Bytes that it takes and gives at once.
BUFFER: Final = 280
#: Seconds of silence that it wants before a command, and within one at most.
PAUSE_S: Final = 0.005
GAP_S: Final = 0.012
#: Seconds of work for a command to a tag, after which it answers with what it has (TR-RESPONSE-TIME).
RESPONSE_S: Final = 1.0

_OK, _NO_TAG, _WRITE_ERROR, _ADDRESS_ERROR = 0x00, 0x01, 0x03, 0x04
_UNKNOWN, _LENGTH, _NOT_AVAILABLE, _RF_ERROR, _MORE_DATA, _ISO_ERROR = 0x80, 0x81, 0x82, 0x83, 0x94, 0x95
_TAG_NO_BLOCK, _TAG_LOCKED, _TAG_CANNOT = 0x10, 0x12, 0x01
_DETECT, _VERSION, _INFO, _RF_RESET, _RF_POWER = 0x52, 0x65, 0x66, 0x69, 0x6A
_ISO, _CUSTOM, _TRANSPARENT = 0xB0, 0xB1, 0xBF
_INVENTORY, _QUIET, _READ, _WRITE, _SELECT, _READY = 0x01, 0x02, 0x23, 0x24, 0x25, 0x26
_WRITE_AFI, _WRITE_DSFID, _SYSTEM_INFO = 0x27, 0x29, 0x2B
_SET_EAS, _RESET_EAS, _EAS_ALARM = 0xA2, 0xA3, 0xA5
_NXP: Final = 0x04
_RESET_MS: Final = 15.0
#: Bytes that must follow the UID.
_NEEDS: Final = {_READ: 2, _WRITE: 3, _WRITE_AFI: 1, _WRITE_DSFID: 1}
_MORE, _PRESENCE, _WITH_LOCKS, _ADR = 0x80, 0x20, 0x08, 0x07
_ADDRESSED: Final = 1
_MOST_DATA: Final = 128
_SEQUENCE: Final = bytes(range(32))  # what a tag answers whose alarm bit is set


@dataclass(frozen=True, slots=True)
class _Result:
    """What a command came to: status, fields, milliseconds on the air."""

    status: int
    fields: bytes = b""
    ms: float = 0.0


#: The status, and what the tag said, if it is told.
_REFUSALS: Final = {
    Refusal.NO_SUCH_MEMORY: (_ISO_ERROR, bytes([_TAG_NO_BLOCK])),
    Refusal.LOCKED: (_ISO_ERROR, bytes([_TAG_LOCKED])),
    Refusal.NOT_WRITTEN: (_WRITE_ERROR, b""),
}


class FeigReader(Silent):
    """An ID ISC.MR101: the firmware, with what a real one has in its EEPROM as attributes of the class."""

    #: What it tells of itself: firmware 4.3, revision, hardware, type (annex B), kinds of tags (ISO 15693).
    software: bytes = bytes([4, 3, 0, 0, 76, 0x00, 0x08])
    #: Blocks are sent and taken last byte first.
    turns = True
    #: A tag is listed once (CFG5, ONT).
    only_new = False
    #: It reports tags by itself and takes no commands for them (CFG1, SCAN-E); what it would report is left out.
    scans = False
    #: It lists ISO 14443A cards, too.
    cards = False
    #: It knows the custom commands (B1); the transparent one (BF) they all know.
    custom = True

    #: A command sent while it works is lost.
    deaf_when_busy = True
    bits_per_byte = 11
    baud = 38400

    def __init__(self, field: Field, faults: Faults) -> None:
        self._field = field
        self._faults = faults
        self._hf = Hf(field, faults)
        self._parser = new_parser()
        self._heard = 0.0
        self._quiet: set[str] = set()
        self._held: list[bytes] = []  # entries of a list that were not sent yet
        self._cut_short = False
        self._powered = True
        self._commands: dict[int, Callable[[bytes], _Result]] = {
            _DETECT: self._detect, _VERSION: self._version, _INFO: self._info, _RF_RESET: self._rf_reset,
            _RF_POWER: self._rf_power, _ISO: self._iso, _TRANSPARENT: self._transparent,
            **({_CUSTOM: self._custom_command} if self.custom else {}),
        }  # fmt: skip
        self._addressed: dict[int, Callable[[TagState, int, bytes], _Result]] = {
            _QUIET: self._hush, _READ: self._read, _WRITE: self._write, _SELECT: self._ready, _READY: self._ready,
            _WRITE_AFI: self._write_afi, _WRITE_DSFID: self._write_dsfid, _SYSTEM_INFO: self._system_info,
        }  # fmt: skip

    def receive(self, data: bytes, now: float) -> list[Reply]:
        """Take bytes from the host, the last of them at ``now``; give the answer to the command they completed."""
        if now - len(data) * self.bits_per_byte / self.baud - self._heard > GAP_S:
            self._parser.give_up()
        self._heard = now
        for found in self._parser.receive(data):
            if isinstance(found, Frame) and found.address in (ADDRESS, ANY):
                return [self._reply(found)]  # whatever follows came too early
        return []

    def _reply(self, frame: Frame) -> Reply:
        fields = frame.body[2:]
        act = self._commands.get(frame.command)
        result = _Result(_UNKNOWN) if act is None else act(fields)
        data = pack(bytes([ADDRESS, frame.command, result.status]) + result.fields, frame.advanced)
        return Reply(_name(frame.command, fields), result.ms / 1000, data, PAUSE_S)

    # The reader itself.

    def _detect(self, fields: bytes) -> _Result:
        return _Result(_OK) if fields == b"\0" else _Result(_LENGTH)

    def _version(self, fields: bytes) -> _Result:
        return _Result(_LENGTH) if fields else _Result(_OK, self.software)

    def _info(self, fields: bytes) -> _Result:
        return _Result(_OK, self.software + BUFFER.to_bytes(2, "big") * 2) if fields == b"\0" else _Result(_LENGTH)

    def _rf_reset(self, fields: bytes) -> _Result:
        self._quiet.clear()
        return _Result(_LENGTH) if fields else _Result(_OK, b"", _RESET_MS)

    def _rf_power(self, fields: bytes) -> _Result:
        if len(fields) != 1:
            return _Result(_LENGTH)
        self._powered = fields[0] != 0
        if not self._powered:
            self._quiet.clear()
        return _Result(_OK)

    # B0.

    def _iso(self, fields: bytes) -> _Result:
        if self.scans:
            return _Result(_NOT_AVAILABLE)
        if len(fields) < 2:
            return _Result(_LENGTH)
        code, mode = fields[0], fields[1]
        if code == _INVENTORY:
            return self._inventory(mode)
        act = self._addressed.get(code)
        if act is None:
            return _Result(_UNKNOWN)
        if mode & _ADR != _ADDRESSED or len(fields) < 10 + _NEEDS.get(code, 0):
            return _Result(_LENGTH)
        if code == _READ and self._faults.strikes(Fault.INVENTORY_INSTEAD):
            return self._inventory(0)
        tag = self._hf.radio.tag(fields[2:10].hex(), code) if self._powered else None
        return _Result(_NO_TAG, b"", air.silence_ms()) if tag is None else act(tag, mode, fields[10:])

    def _inventory(self, mode: int) -> _Result:
        ms = 0.0
        if not mode & _MORE:
            ms = self._look(bool(mode & _PRESENCE))
        if not self._held and not self._cut_short:
            return _Result(_NO_TAG, b"", ms)
        room = (BUFFER - 9) // 10
        if len(self._held) > 1 and self._faults.strikes(Fault.MORE_DATA, _INVENTORY):
            room = len(self._held) // 2
        sent, self._held = self._held[:room], self._held[room:]
        status = _MORE_DATA if self._held else _RF_ERROR if self._cut_short else _OK
        return _Result(status, bytes([len(sent)]) + b"".join(sent), ms)

    def _look(self, presence: bool) -> float:
        """Find who is there, within the time there is; how many milliseconds it took."""
        if not self.only_new:
            self._quiet.clear()  # the field is reset before each search
        self._quiet &= {tag.uid for tag in self._field.on_pad}
        muted = set() if presence else self._quiet
        there = self._hf.radio.inventory(lambda tag: tag.uid not in muted) if self._powered else ()
        most = len(there)
        while air.inventory_ms(most) > RESPONSE_S * 1000:
            most -= 1
        if most and self._faults.strikes(Fault.RF_ERROR, _INVENTORY):
            most -= 1
        self._cut_short = most < len(there)
        listed = there[:most]
        self._held = [bytes([3, tag.dsfid]) + bytes.fromhex(tag.uid) for tag in listed]
        if self.cards and self._powered:
            self._held += [_card(tag) for tag in self._field.on_pad if tag.kind is Kind.CARD]
        if self.only_new:
            self._quiet |= {tag.uid for tag in listed}
        return min(RESPONSE_S * 1000, air.inventory_ms(len(there)))

    def _hush(self, tag: TagState, mode: int, _: bytes) -> _Result:
        self._quiet.add(tag.uid)
        return _Result(_OK, b"", air.quiet_ms())

    def _ready(self, tag: TagState, mode: int, _: bytes) -> _Result:
        self._quiet.discard(tag.uid)
        return _Result(_OK, b"", air.silence_ms())

    def _read(self, tag: TagState, mode: int, fields: bytes) -> _Result:
        first, count = fields[0], fields[1]
        if len(fields) != 2:
            return _Result(_LENGTH)
        if not count or count * BLOCK > _MOST_DATA:
            return _Result(_ADDRESS_ERROR)
        blocks = tag.blocks
        if first + count > len(blocks):
            return _Result(_ISO_ERROR, bytes([_TAG_NO_BLOCK]), air.silence_ms())
        locks = bool(mode & _WITH_LOCKS)
        numbers = range(first, first + count)
        data = b"".join(bytes([locks and number in tag.locked]) + self._turn(blocks[number]) for number in numbers)
        status = _OK
        if self._faults.strikes(Fault.RF_ERROR, _READ, tag.uid):
            status, data = _RF_ERROR, data[:-1] + bytes([data[-1] ^ self._faults.chance.randrange(1, 256)])
        return _Result(status, bytes([count, BLOCK]) + data, air.read_ms(count, security=locks))

    def _write(self, tag: TagState, mode: int, fields: bytes) -> _Result:
        first, count, size, data = fields[0], fields[1], fields[2], fields[3:]
        if not count or size != BLOCK or len(data) != count * size or len(data) > _MOST_DATA:
            return _Result(_LENGTH)
        ms = 0.0
        for at in range(count):
            number, block = first + at, self._turn(data[at * BLOCK : (at + 1) * BLOCK])
            ms += self._hf.storing_ms(air.write_block_ms)
            refusal = self._hf.write_block(tag, number, block, _WRITE)
            if refusal is not None:
                status, said = _REFUSALS[refusal]
                return _Result(status, said + bytes([number]), ms)
        return _Result(_OK, b"", ms)

    def _write_afi(self, tag: TagState, mode: int, fields: bytes) -> _Result:
        ms = self._hf.storing_ms(air.write_byte_ms)
        refusal = self._hf.write_afi(tag, fields[0], _WRITE_AFI)
        status, said = (_OK, b"") if refusal is None else _REFUSALS[refusal]
        return _Result(status, said, ms)

    def _write_dsfid(self, tag: TagState, mode: int, fields: bytes) -> _Result:
        self._hf.write_dsfid(tag, fields[0])
        return _Result(_OK, b"", self._hf.storing_ms(air.write_byte_ms))

    def _system_info(self, tag: TagState, mode: int, _: bytes) -> _Result:
        told = bytes([tag.afi, BLOCK - 1, len(tag.blocks) - 1, 1])
        return _Result(_OK, bytes([tag.dsfid]) + bytes.fromhex(tag.uid) + told, air.system_info_ms())

    # The alarm bit.

    def _custom_command(self, fields: bytes) -> _Result:
        if len(fields) != 11 or fields[0] != _NXP or fields[2] & _ADR != _ADDRESSED:
            return _Result(_LENGTH)
        found = self._eas(fields[1], fields[3:])
        if found is None:
            return _Result(_UNKNOWN)
        answer, ms = found
        if not answer:
            return _Result(_NO_TAG, b"", ms)
        return _Result(_ISO_ERROR, answer[1:], ms) if answer[0] & 1 else _Result(_OK, b"", ms)

    def _transparent(self, fields: bytes) -> _Result:
        """A request as it goes over the air: flags, command, maker, UID last byte first. Only these are known here."""
        request = fields[5:]
        if len(request) != 11 or request[0] & 0x20 == 0 or request[2] != _NXP:
            return _Result(_LENGTH)
        found = self._eas(request[1], request[3:][::-1])
        if found is None or not found[0]:
            return _Result(_NO_TAG, b"", air.silence_ms())
        answer, ms = found
        return _Result(_OK, answer + ibm_sdlc(answer).to_bytes(2, "little"), ms)

    def _eas(self, command: int, uid: bytes) -> tuple[bytes, float] | None:
        """What the tag answers, checksum apart (nothing: it is silent), and how long that takes."""
        if command not in (_SET_EAS, _RESET_EAS, _EAS_ALARM):
            return None
        tag = self._hf.radio.tag(uid.hex(), command) if self._powered else None
        if tag is None or (command == _EAS_ALARM and not (tag.eas and tag.eas_able)):
            return b"", air.silence_ms()
        if command == _EAS_ALARM:
            return b"\0" + _SEQUENCE, air.eas_alarm_ms()
        ms = self._hf.storing_ms(air.eas_ms)
        refusal = self._hf.write_eas(tag, command == _SET_EAS, command)
        if refusal is Refusal.UNABLE:
            return bytes([1, _TAG_CANNOT]), air.silence_ms()
        return b"" if refusal is not None else b"\0", ms

    def _turn(self, block: bytes) -> bytes:
        return block[::-1] if self.turns else block


class CprReader(FeigReader):
    """An ID CPR.M02 as it comes from the factory: it lists a tag once, cards too, and has no custom commands."""

    software = bytes([2, 16, 0, 0x40, 80, 0x00, 0x38])
    only_new = True
    cards = True
    custom = False


class StraightReader(FeigReader):
    """A model that sends every block as it is on the tag."""

    turns = False


class ScanningReader(FeigReader):
    """One that somebody has set to scan mode."""

    scans = True


def _card(tag: TagState) -> bytes:
    """7.1.1.2: type, TR_INFO, OPT_INFO, and the UID with zeros in front."""
    uid = bytes.fromhex(tag.uid)
    return bytes([4, 0x04 if len(uid) > 7 else 0, 0]) + uid.rjust(10 if len(uid) > 7 else 7, b"\0")


def _name(command: int, fields: bytes) -> int:
    """What fault orders name it by: the code behind B0, B1 or in BF, else the command code."""
    at = {_ISO: 0, _CUSTOM: 1, _TRANSPARENT: 6}.get(command)
    return command if at is None or len(fields) <= at else fields[at]
