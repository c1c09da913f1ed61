"""An M100/QM100 or R200 UHF module in software: host frames in, the module's frames out, over one radio field.

Written from the vendors' documents (R200 user protocol V2.3.3; MagicRF M100/QM100 firmware manual) as the module sees
it, apart from the driver's codec, with which it shares the framing alone. Times on the air are those of
:mod:`devices.emulators.air`. Locking, killing, saving and the commands of NXP and Impinj but for the alarm bit are
answered as unknown.

What the documents do not say is marked [inferred]: that nothing marks the end of a round that heard tags, and that a
module that polls takes no command but "stop" (every public driver stops it first).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import ClassVar, Final

from devices.emulators import air
from devices.emulators.faults import Fault, Faults
from devices.emulators.field import Field, Kind, TagState
from devices.emulators.firmware import Reply
from devices.emulators.gen2 import EPC, Gen2, memory, pc_epc
from devices.emulators.radio import Refusal
from devices.rfid import crc
from devices.rfid.protocols.m100 import frames
from devices.rfid.protocols.m100.frames import Dialect, Frame, new_parser

#: dBm that it sends with at least and at most (rfid-r200).
POWERS: Final = (15.0, 26.0)

_OK: Final = b"\0"
_READ_NO_TAG, _BAD_PARAMETER, _WRITE_NO_TAG, _NO_TAG, _ACCESS_DENIED = 0x09, 0x0E, 0x10, 0x15, 0x16
_BAD_COMMAND, _EAS_NO_TAG, _ALARM_NO_TAG, _READ_ERROR, _WRITE_ERROR, _SPECIAL_ERROR = 0x17, 0x1B, 0x1D, 0xA0, 0xB0, 0xE0
_OVERRUN, _LOCKED, _UNSAID = 0x03, 0x04, 0x0F
_READ, _WRITE, _SELECT, _SINGLE, _MULTI, _STOP, _CHANGE_EAS, _EAS_ALARM = 0x39, 0x49, 0x0C, 0x22, 0x27, 0x28, 0xE3, 0xE4
_TAG_SAYS: Final = {Refusal.NO_SUCH_MEMORY: _OVERRUN, Refusal.LOCKED: _LOCKED}
#: An access: password, bank, first word, number of words.
_ACCESS: Final = 9


class M100Reader:
    """The module's firmware. Bytes that are no frame are ignored, as it does."""

    deaf_when_busy = False
    bits_per_byte = 10
    baud = 115200
    dialect: ClassVar[Dialect] = Dialect.M100

    def __init__(self, field: Field, faults: Faults) -> None:
        self._field = field
        self._faults = faults
        self._gen2 = Gen2(field, faults)
        self._parser = new_parser()
        self._power, self._region, self._channel = 2000, 1, 0
        self._mode = 1
        self._chosen = bytes([EPC, 0, 0, 0, 0, 0, 0])
        self._left = 0  # rounds of polling still to begin
        self._polling = 0  # the command that polls now
        self._due: deque[tuple[float, bytes]] = deque()  # notices of this round
        self._ends = 0.0
        self._do: dict[int, Callable[[bytes], Reply]] = {
            0x03: self._info, 0x07: self._set_region, 0x08: lambda _: self._said(0x08, bytes([self._region])),
            0x0B: lambda _: self._said(0x0B, self._chosen), _SELECT: self._select, 0x12: self._select_mode,
            _READ: self._read, _WRITE: self._write, 0xAA: lambda _: self._said(0xAA, bytes([self._channel])),
            0xAB: self._set_channel, 0xAD: lambda _: self._said(0xAD, _OK), 0xB6: self._set_power,
            0xB7: lambda _: self._said(0xB7, self._power.to_bytes(2, "big", signed=True)),
            _CHANGE_EAS: self._change_eas, _EAS_ALARM: self._eas_alarm,
        }  # fmt: skip

    def receive(self, data: bytes, now: float) -> list[Reply]:
        """Take bytes from the host; give the answers to the commands they completed."""
        replies: list[Reply] = []
        for found in self._parser.receive(data):
            if isinstance(found, Frame) and found.kind is frames.Kind.COMMAND and found.dialect is self.dialect:
                replies += self._command(found.code, found.fields, now)
        return replies

    def wake(self) -> float | None:
        """The next tag of the round, or its end."""
        if not self._polling:
            return None
        return self._due[0][0] if self._due else self._ends

    def tick(self, now: float) -> list[Reply]:
        """One tag that was heard, or, at the end of a round without any, that there was none."""
        if self._due and self._due[0][0] <= now:
            return [Reply(self._polling, 0.0, self._due.popleft()[1])]
        if not self._polling or self._due or self._ends > now:
            return []
        replies = [self._failed(_NO_TAG, self._polling)] if self._empty else []
        self._next_round(self._ends)
        return replies

    def _command(self, code: int, fields: bytes, now: float) -> list[Reply]:
        if code == _STOP:
            self._polling = self._left = 0
            self._due.clear()
            return [self._said(_STOP, _OK)]
        if self._polling:
            return []  # [inferred]
        if code in (_SINGLE, _MULTI):
            if code == _MULTI and len(fields) != 3:
                return [self._failed(_BAD_PARAMETER, code)]
            self._polling, self._left = code, 1 if code == _SINGLE else fields[1] << 8 | fields[2]
            self._next_round(now)
            return []
        act = self._do.get(code)
        return [act(fields) if act is not None else self._failed(_BAD_COMMAND, code)]

    # Rounds.

    def _next_round(self, start: float) -> None:
        """Who is there now will be heard in this round, in an order that chance makes."""
        if not self._left:
            self._polling = 0
            return
        self._left -= 1
        heard = list(self._gen2.radio.inventory())
        self._faults.chance.shuffle(heard)
        lasts = air.gen2_inventory_ms(len(heard)) / 1000
        self._empty = not heard
        self._ends = start + lasts
        # Spread evenly; behind the last tag the module still waits for more.
        step = lasts / (len(heard) + 1)
        self._due.extend((start + at * step, self._notice(tag)) for at, tag in enumerate(heard, 1))

    def _notice(self, tag: TagState) -> bytes:
        named = pc_epc(tag)
        fields = max(-128, min(self._gen2.rssi(tag), 0)).to_bytes(1, "big", signed=True) + named
        fields += crc.genibus(named).to_bytes(2, "big")
        # Of many rounds, too: V2.3.3, 3.4 prints 22, with the checksum of 22, and calls it 27 below.
        return Frame(frames.Kind.NOTICE, _SINGLE, fields, self.dialect).raw

    # The module.

    def _info(self, fields: bytes) -> Reply:
        texts = {0: b"M100 20dBm V1.0", 1: b"V2.3.5", 2: b"MagicRf"}
        if len(fields) != 1 or fields[0] not in texts:
            return self._failed(_BAD_PARAMETER, 0x03)
        return self._said(0x03, fields + texts[fields[0]])

    def _set_region(self, fields: bytes) -> Reply:
        if len(fields) != 1 or not 1 <= fields[0] <= 6:
            return self._failed(_BAD_PARAMETER, 0x07)
        self._region = fields[0]
        return self._said(0x07, _OK)

    def _set_channel(self, fields: bytes) -> Reply:
        if len(fields) != 1:
            return self._failed(_BAD_PARAMETER, 0xAB)
        self._channel = fields[0]
        return self._said(0xAB, _OK)

    def _set_power(self, fields: bytes) -> Reply:
        power = int.from_bytes(fields, "big", signed=True)
        if len(fields) != 2 or not POWERS[0] <= power / 100 <= POWERS[1]:
            return self._failed(_BAD_PARAMETER, 0xB6)
        self._power = power
        return self._said(0xB6, _OK)

    def _select(self, fields: bytes) -> Reply:
        if len(fields) < 7 or len(fields) != 7 + -(-fields[5] // 8):
            return self._failed(_BAD_PARAMETER, _SELECT)
        self._chosen, self._mode = fields, 2
        return self._said(_SELECT, _OK)

    def _select_mode(self, fields: bytes) -> Reply:
        if len(fields) != 1 or fields[0] > 2:
            return self._failed(_BAD_PARAMETER, 0x12)
        self._mode = fields[0]
        return self._said(0x0C, _OK)  # so say both documents

    # One tag.

    def _picked(self, command: int) -> TagState | None:
        """The tag that answers: of several that the selection fits, any."""
        return self._gen2.pick(lambda tag: self._mode == 1 or self._fits(tag), command)

    def _fits(self, tag: TagState) -> bool:
        start, count = int.from_bytes(self._chosen[1:5], "big"), self._chosen[5]
        whole, mask = memory(tag, self._chosen[0] & 3), self._chosen[7:]
        behind = 8 * len(whole) - start - count
        if behind < 0:
            return False
        wanted = int.from_bytes(mask, "big") >> (8 * len(mask) - count)
        return int.from_bytes(whole, "big") >> behind & ((1 << count) - 1) == wanted

    def _read(self, fields: bytes) -> Reply:
        if self._faults.strikes(Fault.INVENTORY_INSTEAD) and (heard := self._gen2.radio.inventory()):
            return Reply(_READ, air.gen2_access_ms(0) / 1000, self._notice(heard[0]))
        if len(fields) != _ACCESS:
            return self._failed(_BAD_PARAMETER, _READ)
        tag = self._picked(_READ)
        if tag is None:
            return self._failed(_READ_NO_TAG, _READ, air.gen2_access_ms(0))
        bank, first, count = fields[4], fields[5] << 8 | fields[6], fields[7] << 8 | fields[8]
        data = self._gen2.read(tag, bank, first, count)
        if isinstance(data, Refusal):
            return self._failed(_READ_ERROR | _TAG_SAYS[data], _READ, air.gen2_access_ms(0), tag)
        return self._said(_READ, _named(tag) + data, air.gen2_access_ms(count))

    def _write(self, fields: bytes) -> Reply:
        count = fields[7] << 8 | fields[8] if len(fields) >= _ACCESS else 0
        if not 0 < count <= 32 or len(fields) != _ACCESS + 2 * count:
            return self._failed(_BAD_PARAMETER, _WRITE)
        tag = self._picked(_WRITE)
        if tag is None:
            return self._failed(_WRITE_NO_TAG, _WRITE, air.gen2_access_ms(0))
        bank, first, data = fields[4], fields[5] << 8 | fields[6], fields[_ACCESS:]
        ms = air.gen2_access_ms(count, air.gen2_programming_ms(self._faults.chance))
        refusal = self._gen2.write(tag, bank, first, data, _WRITE)
        if refusal is Refusal.NOT_WRITTEN:
            return self._failed(_WRITE_NO_TAG, _WRITE, ms)
        if refusal is not None:
            return self._failed(_WRITE_ERROR | _TAG_SAYS[refusal], _WRITE, air.gen2_access_ms(0), tag)
        return self._said(_WRITE, _named(tag) + _OK, ms)

    def _change_eas(self, fields: bytes) -> Reply:
        if len(fields) != 5:
            return self._failed(_BAD_PARAMETER, _CHANGE_EAS)
        tag = self._picked(_CHANGE_EAS)
        ms = air.gen2_access_ms(1, air.gen2_programming_ms(self._faults.chance))
        if tag is None or self._faults.strikes(Fault.WRITE_FAILS, _CHANGE_EAS, tag.uid):
            return self._failed(_EAS_NO_TAG, _CHANGE_EAS, ms)
        if not tag.eas_able:
            return self._failed(_SPECIAL_ERROR | _UNSAID, _CHANGE_EAS, ms, tag)
        if not self._faults.strikes(Fault.AFI_UNCHANGED, _CHANGE_EAS, tag.uid):
            self._field.write_eas(tag.uid, bool(fields[4]))
        return self._said(_CHANGE_EAS, _named(tag) + _OK, ms)

    def _eas_alarm(self, _: bytes) -> Reply:
        if any(tag.eas and tag.eas_able for tag in self._field.on_pad if tag.kind is Kind.UHF):
            return self._said(_EAS_ALARM, bytes.fromhex("690AEC7CD215D8F9"), air.gen2_access_ms(0))
        return self._failed(_ALARM_NO_TAG, _EAS_ALARM, air.gen2_access_ms(0))

    # Frames.

    def _said(self, code: int, fields: bytes, ms: float = 0.0) -> Reply:
        return Reply(code, ms / 1000, Frame(frames.Kind.RESPONSE, code, fields, self.dialect).raw)

    def _failed(self, error: int, command: int, ms: float = 0.0, tag: TagState | None = None) -> Reply:
        fields = bytes([error]) + (_named(tag) if tag is not None else b"")
        return Reply(command, ms / 1000, Frame(frames.Kind.RESPONSE, 0xFF, fields, self.dialect).raw)


class R200Reader(M100Reader):
    """The same in the other dialect."""

    dialect = Dialect.R200


def _named(tag: TagState) -> bytes:
    named = pc_epc(tag)
    return bytes([len(named)]) + named
