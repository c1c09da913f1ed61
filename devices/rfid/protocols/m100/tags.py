"""Commands for tags in the field: which are there, which are meant, their memory, and the alarm bit of NXP's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from devices.rfid import crc
from devices.rfid.errors import EncodeError
from devices.rfid.protocols.fields import byte_field, number_field
from devices.rfid.protocols.gen2 import EPC_BANK, NO_PASSWORD, epc_bytes
from devices.rfid.protocols.m100.answers import Alarm, Notice, Selected, Words, Written
from devices.rfid.protocols.m100.command import Plain, named_tag
from devices.rfid.protocols.m100.errors import ErrorCode
from devices.rfid.protocols.m100.frames import Frame, Kind

#: Bit of the EPC bank where the EPC begins, behind checksum and PC.
EPC_START: Final = 32
#: Words that one command writes at most, and that one reads here.
MOST_WORDS: Final = 32
_POLLING: Final = frozenset({0x22, 0x27})


@dataclass(frozen=True, slots=True)
class SinglePoll(Plain):
    """Command 22: one round. A notice for each tag; a failure if there is none; nothing tells that it is over."""

    code: ClassVar[int] = 0x22
    failures: ClassVar[frozenset[ErrorCode]] = frozenset({ErrorCode.NO_TAG, ErrorCode.NO_FREE_CHANNEL})


@dataclass(frozen=True, slots=True)
class MultiPoll(Plain):
    """Command 27: so many rounds, each as of a single poll; :class:`Stop` ends them at once."""

    rounds: int = 1
    code: ClassVar[int] = 0x27
    failures: ClassVar[frozenset[ErrorCode]] = SinglePoll.failures

    def fields(self) -> bytes:
        return b"\x22" + number_field(self.rounds, "number of rounds", 2)


@dataclass(frozen=True, slots=True)
class Stop(Plain):
    """Command 28: no more rounds."""

    code: ClassVar[int] = 0x28


@dataclass(frozen=True, slots=True)
class Select(Plain):
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
        chosen = bytes([self.bank]) + number_field(self.start, "first bit", 4) + bytes([self.bits, 0])
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
class SelectMode(Plain):
    """Command 12: 0 select before everything, 1 never, 2 before all but polling. Some firmware answers with 0C."""

    mode: int = 2
    code: ClassVar[int] = 0x12

    def fields(self) -> bytes:
        return byte_field(self.mode, "select mode")


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
        where = bytes([self.bank]) + number_field(self.first, "first word", 2)
        return NO_PASSWORD + where + self.count.to_bytes(2, "big")

    def answer(self, fields: bytes) -> Words | None:
        found = named_tag(fields)
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
        where = bytes([self.bank]) + number_field(self.first, "first word", 2) + count.to_bytes(2, "big")
        return NO_PASSWORD + where + self.data

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
        return NO_PASSWORD + bytes([self.armed])

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


def notice(frame: Frame) -> Notice | None:
    """The tag that a frame tells of; ``None`` if it does not, or if the tag's checksum is wrong."""
    fields = frame.fields
    if frame.kind is not Kind.NOTICE or frame.code not in _POLLING or len(fields) < 5:
        return None
    pc, epc = fields[1] << 8 | fields[2], fields[3:-2]
    if len(epc) != epc_bytes(pc) or crc.genibus(fields[1:-2]) != fields[-2] << 8 | fields[-1]:
        return None
    return Notice(int.from_bytes(fields[:1], "big", signed=True), pc, epc)


def _written(fields: bytes) -> Written | None:
    found = named_tag(fields)
    return Written(found[0], found[1]) if found and found[2] == b"\0" else None
