"""M100/QM100 and R200 modules: commands and answers (R200 user protocol V2.3.3; YMR100; m5stack's UHF-RFID pages).

A command is a dataclass that can write its own fields and read those of its own answer. :func:`encode` makes the
bytes to send, :func:`parse` judges a frame that came: the answer, a failure the module reports, or ``None`` for a frame
that belongs to something else. :func:`notice` reads what the module says of a tag in a round of polling.

The examples in the vendors' documents have wrong lengths, codes and checksums among them (the answer to "stop" with
code 02, the one to "select mode" with the code of "select"); what is here is what adds up. Locking, killing, saving
settings, changing the line's speed and the configuration of NXP or Impinj tags are not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, TypeVar

from devices.rfid import crc
from devices.rfid.errors import EncodeError
from devices.rfid.protocols.m100.answers import (
    Alarm,
    Done,
    Failure,
    Notice,
    Number,
    Power,
    Selected,
    Text,
    Words,
    Written,
)
from devices.rfid.protocols.m100.errors import ErrorCode, TagError
from devices.rfid.protocols.m100.frames import Dialect, Frame, Kind

__all__ = [
    "EPC_BANK", "EPC_START", "TID_BANK", "USER_BANK", "Alarm", "AutoHop", "ChangeEas", "Command", "Dialect", "Done",
    "EasAlarm", "ErrorCode", "Failure", "Frame", "GetChannel", "GetPower", "GetRegion", "GetSelect", "Info", "Kind",
    "MultiPoll", "Notice", "Number", "Power", "Read", "Select", "SelectMode", "Selected", "SetChannel", "SetPower",
    "SetRegion", "SinglePoll", "Stop", "TagError", "Text", "Words", "Write", "Written", "encode", "notice", "parse",
]  # fmt: skip

EPC_BANK: Final = 1
TID_BANK: Final = 2
USER_BANK: Final = 3
#: Bit of the EPC bank where the EPC begins, behind checksum and PC.
EPC_START: Final = 32
#: Words that one command writes at most, and that one reads here.
MOST_WORDS: Final = 32
_FAILED: Final = 0xFF
_ANY: Final = frozenset({ErrorCode.BAD_PARAMETER, ErrorCode.BAD_COMMAND, ErrorCode.UNKNOWN})
_POLLING: Final = frozenset({0x22, 0x27})

T = TypeVar("T", covariant=True)


class Command(Protocol[T]):
    """What every command below can do. ``failures`` are those that can be its own, but for the general ones."""

    code: ClassVar[int]
    failures: ClassVar[frozenset[ErrorCode]]

    def fields(self) -> bytes:
        """What follows the length."""
        ...

    def answer(self, fields: bytes) -> T | None:
        """Read the fields of a response with this code; ``None`` if they are not this command's answer."""
        ...


def _number(value: int, size: int, what: str) -> bytes:
    if not 0 <= value < 1 << 8 * size:
        raise EncodeError(f"{what} is {value}; it must be 0 to {(1 << 8 * size) - 1}")
    return value.to_bytes(size, "big")


def _tag(fields: bytes) -> tuple[int, bytes, bytes] | None:
    """PC, EPC, and what follows them; a byte before them counts both."""
    length = fields[0] if fields else 0
    if length < 2 or len(fields) < 1 + length or (fields[1] >> 3) * 2 + 2 != length:
        return None
    return fields[1] << 8 | fields[2], fields[3 : 1 + length], fields[1 + length :]


class _Plain:
    """No fields, and an answer of one byte 00."""

    failures: ClassVar[frozenset[ErrorCode]] = frozenset()

    def fields(self) -> bytes:
        return b""

    def answer(self, fields: bytes) -> Done | None:
        return Done() if fields == b"\0" else None


@dataclass(frozen=True, slots=True)
class Info:
    """Command 03: ``what`` 0 hardware version, 1 software version, 2 maker. Changes nothing: good for probing."""

    what: int = 0
    code: ClassVar[int] = 0x03
    failures: ClassVar[frozenset[ErrorCode]] = frozenset()

    def fields(self) -> bytes:
        return _number(self.what, 1, "kind of information")

    def answer(self, fields: bytes) -> Text | None:
        if fields[:1] != self.fields():
            return None
        return Text(fields[1:].decode("ascii", "replace").strip(" \0"))


@dataclass(frozen=True, slots=True)
class SinglePoll(_Plain):
    """Command 22: one round. A notice for each tag; a failure if there is none; nothing tells that it is over."""

    code: ClassVar[int] = 0x22
    failures: ClassVar[frozenset[ErrorCode]] = frozenset({ErrorCode.NO_TAG, ErrorCode.NO_FREE_CHANNEL})


@dataclass(frozen=True, slots=True)
class MultiPoll(_Plain):
    """Command 27: so many rounds, each as of a single poll; :class:`Stop` ends them at once."""

    rounds: int = 1
    code: ClassVar[int] = 0x27
    failures: ClassVar[frozenset[ErrorCode]] = SinglePoll.failures

    def fields(self) -> bytes:
        return b"\x22" + _number(self.rounds, 2, "number of rounds")


@dataclass(frozen=True, slots=True)
class Stop(_Plain):
    """Command 28: no more rounds."""

    code: ClassVar[int] = 0x28


@dataclass(frozen=True, slots=True)
class Select(_Plain):
    """Command 0C: work on tags whose memory has these bits, from now on; rounds of polling hear all tags as before.

    ``mask`` holds ``bits`` bits from the left; ``start`` counts bits of ``bank``. The documents show 96 bits at most;
    Gen2 allows 255.
    """

    mask: bytes
    bits: int
    bank: int = EPC_BANK
    start: int = EPC_START
    code: ClassVar[int] = 0x0C

    def fields(self) -> bytes:
        if not 0 < self.bits <= 0xFF or len(self.mask) != -(-self.bits // 8):
            raise EncodeError(f"a mask of {len(self.mask)} bytes for {self.bits} bits; a tag is selected by 1 to 255")
        # Target session 0, action "matching: A, others: B": what every example has.
        chosen = bytes([self.bank]) + _number(self.start, 4, "first bit") + bytes([self.bits, 0])
        return chosen + self.mask


@dataclass(frozen=True, slots=True)
class GetSelect:
    """Command 0B: which tags are selected?"""

    code: ClassVar[int] = 0x0B
    failures: ClassVar[frozenset[ErrorCode]] = frozenset()

    def fields(self) -> bytes:
        return b""

    def answer(self, fields: bytes) -> Selected | None:
        if len(fields) < 7 or len(fields) != 7 + -(-fields[5] // 8):
            return None
        return Selected(fields[0] & 0x03, int.from_bytes(fields[1:5], "big"), fields[5], fields[7:])


@dataclass(frozen=True, slots=True)
class SelectMode(_Plain):
    """Command 12: 0 select before everything, 1 never, 2 before all but polling. Some firmware answers with 0C."""

    mode: int = 2
    code: ClassVar[int] = 0x12

    def fields(self) -> bytes:
        return _number(self.mode, 1, "select mode")


@dataclass(frozen=True, slots=True)
class Read:
    """Command 39: ``count`` words of 16 bits of a selected tag, from ``first`` on. The answer names the tag."""

    bank: int
    first: int
    count: int
    code: ClassVar[int] = 0x39
    failures: ClassVar[frozenset[ErrorCode]] = frozenset(
        {ErrorCode.READ_NO_TAG, ErrorCode.READ_REFUSED, ErrorCode.ACCESS_DENIED}
    )

    def fields(self) -> bytes:
        if not 0 < self.count <= MOST_WORDS:
            raise EncodeError(f"{self.count} words to read; 1 to {MOST_WORDS} at a time")
        return bytes(4) + bytes([self.bank]) + _number(self.first, 2, "first word") + self.count.to_bytes(2, "big")

    def answer(self, fields: bytes) -> Words | None:
        found = _tag(fields)
        return Words(*found) if found and len(found[2]) == 2 * self.count else None


@dataclass(frozen=True, slots=True)
class Write:
    """Command 49: write whole words to a selected tag. Its "done" is not proof: read back."""

    bank: int
    first: int
    data: bytes
    code: ClassVar[int] = 0x49
    failures: ClassVar[frozenset[ErrorCode]] = frozenset(
        {ErrorCode.WRITE_NO_TAG, ErrorCode.WRITE_REFUSED, ErrorCode.ACCESS_DENIED}
    )

    def fields(self) -> bytes:
        count, odd = divmod(len(self.data), 2)
        if odd or not 0 < count <= MOST_WORDS:
            raise EncodeError(f"{len(self.data)} bytes to write; a tag takes 1 to {MOST_WORDS} whole words of 2 bytes")
        where = bytes([self.bank]) + _number(self.first, 2, "first word") + count.to_bytes(2, "big")
        return bytes(4) + where + self.data

    def answer(self, fields: bytes) -> Written | None:
        return _written(fields)


@dataclass(frozen=True, slots=True)
class ChangeEas:
    """Command E3: the alarm bit (PSF) of a selected NXP tag."""

    armed: bool
    code: ClassVar[int] = 0xE3
    failures: ClassVar[frozenset[ErrorCode]] = frozenset(
        {ErrorCode.EAS_NO_TAG, ErrorCode.EAS_NOT_SECURED, ErrorCode.SPECIAL_REFUSED, ErrorCode.ACCESS_DENIED}
    )

    def fields(self) -> bytes:
        return bytes(4) + bytes([self.armed])

    def answer(self, fields: bytes) -> Written | None:
        return _written(fields)


@dataclass(frozen=True, slots=True)
class EasAlarm:
    """Command E4: is there any NXP tag whose alarm bit is set? It addresses none."""

    code: ClassVar[int] = 0xE4
    failures: ClassVar[frozenset[ErrorCode]] = frozenset({ErrorCode.ALARM_NO_TAG})

    def fields(self) -> bytes:
        return b""

    def answer(self, fields: bytes) -> Alarm | None:
        return Alarm(fields) if len(fields) == 8 else None


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
class SetPower(_Plain):
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
class SetRegion(_Plain):
    """Command 07: 1 China 900 MHz, 2 America, 3 Europe, 4 China 800 MHz, 5 Japan, 6 Korea."""

    region: int
    code: ClassVar[int] = 0x07

    def fields(self) -> bytes:
        return _number(self.region, 1, "region")


@dataclass(frozen=True, slots=True)
class GetChannel(_GetNumber):
    """Command AA: which channel of the region?"""

    code: ClassVar[int] = 0xAA


@dataclass(frozen=True, slots=True)
class SetChannel(_Plain):
    """Command AB: stay on this channel of the region."""

    channel: int
    code: ClassVar[int] = 0xAB

    def fields(self) -> bytes:
        return _number(self.channel, 1, "channel")


@dataclass(frozen=True, slots=True)
class AutoHop(_Plain):
    """Command AD: change the channel by itself, as most regions demand."""

    on: bool = True
    code: ClassVar[int] = 0xAD

    def fields(self) -> bytes:
        return bytes([0xFF * self.on])


#: A code that some firmware answers with instead.
_ALSO: Final = {SelectMode.code: Select.code}


def encode(command: Command[object], dialect: Dialect = Dialect.M100) -> bytes:
    """The bytes to send.

    Raises:
        EncodeError: a field does not fit.
    """
    return Frame(Kind.COMMAND, command.code, command.fields(), dialect).raw


def parse(command: Command[T], frame: Frame) -> T | Failure | None:
    """What ``frame`` answers to ``command``; ``None`` if it answers something else and must be dropped."""
    if frame.kind is not Kind.RESPONSE:
        return None
    if frame.code == _FAILED:
        failed = _failure(frame.fields)
        return failed if failed is not None and failed.error in command.failures | _ANY else None
    if frame.code not in (command.code, _ALSO.get(command.code)):
        return None
    return command.answer(frame.fields)


def notice(frame: Frame) -> Notice | None:
    """The tag that a frame tells of; ``None`` if it does not, or if the tag's checksum is wrong."""
    fields = frame.fields
    if frame.kind is not Kind.NOTICE or frame.code not in _POLLING or len(fields) < 5:
        return None
    pc, epc = fields[1] << 8 | fields[2], fields[3:-2]
    if len(epc) != (pc >> 11) * 2 or crc.genibus(fields[1:-2]) != fields[-2] << 8 | fields[-1]:
        return None
    return Notice(int.from_bytes(fields[:1], "big", signed=True), pc, epc)


def _written(fields: bytes) -> Written | None:
    found = _tag(fields)
    return Written(found[0], found[1]) if found and found[2] == b"\0" else None


def _failure(fields: bytes) -> Failure | None:
    if not fields:
        return None
    error = ErrorCode.of(fields[0])
    pc, epc, _ = _tag(fields[1:]) or (0, b"", b"")
    return Failure(error, TagError.of(fields[0]) if error.by_tag else None, pc, epc)
