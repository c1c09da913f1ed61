"""3M/Bibliotheca pads 210 and 810: commands and answers (3M RFID Reader Protocol Specification 1.0.0, 2009, section 7).

A command is a dataclass that can write its own body and read the body of its own answer. :func:`encode` makes the
bytes to send, :func:`parse` judges a frame that came: the answer, a failure the reader reports, or ``None`` for a
frame that belongs to something else (a late reply, another tag, an inventory in place of a read).

A UID is 16 upper-case hex digits, E0 first, as printed by every tag tool. Locking is irreversible and is not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, TypeVar

from devices.rfid.protocols.fields import Fields, ShortError, block_count, byte_field, uid_field
from devices.rfid.protocols.m3.answers import (
    Afi,
    Block,
    Blocks,
    Done,
    Dsfid,
    Eas,
    Failure,
    Info,
    Seen,
    Tags,
    VersionAnswer,
    Written,
)
from devices.rfid.protocols.m3.errors import ErrorCode
from devices.rfid.protocols.m3.frames import OLD_START, Frame, pack

__all__ = [
    "Afi", "Answer", "Block", "Blocks", "CheckEas", "Command", "Done", "Dsfid", "Eas", "ErrorCode", "Failure", "Frame",
    "GetAfi", "GetDsfid", "Info", "Inventory", "OldProbe", "Quiet", "ReadBlocks", "RfSetup", "Seen",
    "SetEas", "TagInfo", "Tags", "Version", "VersionAnswer", "WriteAfi", "WriteBlocks", "WriteDsfid", "Written",
    "encode", "parse",
]  # fmt: skip

Answer = VersionAnswer | Tags | Blocks | Written | Afi | Eas | Dsfid | Info | Done

BLOCK: Final = 4  # bytes


T = TypeVar("T", covariant=True)


class Command(Protocol[T]):
    """What every command below can do."""

    code: ClassVar[int]

    def body(self) -> bytes:
        """Command code and fields, ready to be framed."""
        ...

    def answer(self, fields: bytes) -> T | None:
        """Read the fields behind an error byte of 0; ``None`` if they are not this command's answer."""
        ...


@dataclass(frozen=True, slots=True)
class Version:
    """Command 11: which firmware?"""

    code: ClassVar[int] = 0x11

    def body(self) -> bytes:
        return bytes([self.code])

    def answer(self, fields: bytes) -> VersionAnswer | None:
        return VersionAnswer(*fields) if len(fields) == 4 else None


@dataclass(frozen=True, slots=True)
class OldProbe:
    """The same question in the older D5 frame, ``04 00 11``, which some firmware needs first (Biblio-RFID)."""

    code: ClassVar[int] = 0x04

    def body(self) -> bytes:
        return b"\x04\x00\x11"

    def answer(self, fields: bytes) -> VersionAnswer | None:
        return VersionAnswer(*fields[1:]) if len(fields) == 5 and fields[0] == 0x11 else None


@dataclass(frozen=True, slots=True)
class RfSetup:
    """Command 13, in no document: both open drivers send these pairs after the probe. The answer is not understood."""

    settings: bytes = b"\x04\x01\x00\x02\x00\x03\x00\x04\x00"
    code: ClassVar[int] = 0x13

    def body(self) -> bytes:
        return bytes([self.code]) + self.settings

    def answer(self, fields: bytes) -> Done | None:
        return Done(data=fields)


@dataclass(frozen=True, slots=True)
class Inventory:
    """Command FE: which tags? ``afi`` 0 means all. ``once`` skips "quiet" and the second poll."""

    afi: int = 0
    dsfid: bool = False
    once: bool = False
    code: ClassVar[int] = 0xFE

    def body(self) -> bytes:
        # Bit 2 has lost its meaning, but old firmware took 01 and 05 for the same, and 05 is what everybody sends.
        options = 0x05 | self.dsfid << 1 | self.once << 5
        return bytes([self.code]) + byte_field(self.afi, "AFI") + bytes([options])

    def answer(self, fields: bytes) -> Tags | None:
        rest = Fields(fields)
        afi, options, count = rest.byte(), rest.byte(), rest.byte()
        tags: dict[str, Seen] = {}
        for _ in range(count):
            dsfid = rest.byte() if options & 0x02 else None  # before the UID: a trap other drivers fell into
            uid = rest.uid()
            tags.setdefault(uid, Seen(uid, dsfid))
        rest.end()
        return Tags(afi, tuple(tags.values()))


@dataclass(frozen=True, slots=True)
class ReadBlocks:
    """Command 02: read ``count`` blocks of 4 bytes. ``compact``: new style without lock bytes, where firmware can."""

    uid: str
    first: int = 0
    count: int = 8
    compact: bool = False
    code: ClassVar[int] = 0x02

    def body(self) -> bytes:
        fields = byte_field(self.first, "first block") + byte_field(self.count, "number of blocks")
        return bytes([self.code]) + uid_field(self.uid) + fields + (b"\x0c" if self.compact else b"")

    def answer(self, fields: bytes) -> Blocks | None:
        rest = Fields(fields)
        uid = rest.uid()
        blocks = self._compact(rest) if self.compact else self._old(rest)
        rest.end()
        asked = range(self.first, self.first + self.count)
        return Blocks(uid, blocks) if [block.number for block in blocks] == list(asked) else None

    def _compact(self, rest: Fields) -> tuple[Block, ...]:
        first, count = rest.byte(), rest.byte()
        return tuple(Block(first + at, rest.take(BLOCK)) for at in range(count))

    def _old(self, rest: Fields) -> tuple[Block, ...]:
        blocks = []
        for _ in range(rest.byte()):
            number, lock = rest.byte(), rest.byte()
            blocks.append(Block(number, rest.take(BLOCK), lock))
        return tuple(blocks)


@dataclass(frozen=True, slots=True)
class WriteBlocks:
    """Command 04: write whole blocks of 4 bytes."""

    uid: str
    first: int
    data: bytes
    code: ClassVar[int] = 0x04

    def body(self) -> bytes:
        count = block_count(self.data, BLOCK)
        fields = byte_field(self.first, "first block") + byte_field(count, "number of blocks") + b"\0"
        return bytes([self.code]) + uid_field(self.uid) + fields + self.data

    def answer(self, fields: bytes) -> Written | None:
        rest = Fields(fields)
        uid, after = rest.uid(), rest.rest()
        return Written(uid, after[0] if after else None) if len(after) <= 1 else None


@dataclass(frozen=True, slots=True)
class _Addressed:
    """A command that names one tag and nothing else."""

    uid: str
    code: ClassVar[int]

    def body(self) -> bytes:
        return bytes([self.code]) + uid_field(self.uid)


@dataclass(frozen=True, slots=True)
class Quiet(_Addressed):
    """Command 01: the tag stays silent in inventories until it leaves the field."""

    code: ClassVar[int] = 0x01

    def answer(self, fields: bytes) -> Done | None:
        return _done(fields)


@dataclass(frozen=True, slots=True)
class GetAfi(_Addressed):
    """Command 0A."""

    code: ClassVar[int] = 0x0A

    def answer(self, fields: bytes) -> Afi | None:
        return Afi(fields[:8].hex().upper(), fields[8]) if len(fields) == 9 else None


@dataclass(frozen=True, slots=True)
class WriteAfi(_Addressed):
    """Command 09. Its "done" is not proof: read back."""

    afi: int
    code: ClassVar[int] = 0x09

    def body(self) -> bytes:
        return bytes([self.code]) + uid_field(self.uid) + byte_field(self.afi, "AFI")

    def answer(self, fields: bytes) -> Done | None:
        return _done(fields)


@dataclass(frozen=True, slots=True)
class CheckEas(_Addressed):
    """Command 03 (NXP tags). Off is reported as error 06, which :func:`parse` turns into an answer."""

    code: ClassVar[int] = 0x03

    def answer(self, fields: bytes) -> Eas | None:
        return Eas(fields[:8].hex().upper(), bool(fields[8])) if len(fields) == 9 else None


@dataclass(frozen=True, slots=True)
class SetEas(_Addressed):
    """Command 0C (NXP tags)."""

    armed: bool
    code: ClassVar[int] = 0x0C

    def body(self) -> bytes:
        return bytes([self.code]) + uid_field(self.uid) + bytes([self.armed])

    def answer(self, fields: bytes) -> Done | None:
        return _done(fields)


@dataclass(frozen=True, slots=True)
class GetDsfid(_Addressed):
    """Command 0F."""

    code: ClassVar[int] = 0x0F

    def answer(self, fields: bytes) -> Dsfid | None:
        return Dsfid(fields[:8].hex().upper(), fields[8]) if len(fields) == 9 else None


@dataclass(frozen=True, slots=True)
class WriteDsfid(_Addressed):
    """Command 0B."""

    dsfid: int
    code: ClassVar[int] = 0x0B

    def body(self) -> bytes:
        return bytes([self.code]) + uid_field(self.uid) + byte_field(self.dsfid, "DSFID")

    def answer(self, fields: bytes) -> Done | None:
        return _done(fields)


@dataclass(frozen=True, slots=True)
class TagInfo(_Addressed):
    """Command 0D: DSFID, AFI, memory size and chip, as far as the tag tells."""

    code: ClassVar[int] = 0x0D

    def body(self) -> bytes:
        return bytes([self.code]) + uid_field(self.uid) + b"\x0f"

    def answer(self, fields: bytes) -> Info | None:
        rest = Fields(fields)
        uid, there = rest.uid(), rest.byte()
        dsfid = rest.byte() if there & 1 else None
        afi = rest.byte() if there & 2 else None
        size, blocks = (rest.byte() + 1, rest.byte() + 1) if there & 4 else (None, None)
        chip = rest.take(2) if there & 8 else None
        rest.end()
        return Info(uid, dsfid, afi, size, blocks, chip)


def _done(fields: bytes) -> Done | None:
    return Done(fields.hex().upper()) if len(fields) == 8 else None


def encode(command: Command[object]) -> bytes:
    """The bytes to send.

    Raises:
        EncodeError: a field does not fit.
    """
    return pack(command.body(), OLD_START) if isinstance(command, OldProbe) else pack(command.body())


def parse(command: Command[T], frame: Frame) -> T | Failure | None:
    """What ``frame`` answers to ``command``; ``None`` if it answers something else and must be dropped."""
    body = frame.body
    if (frame.start == OLD_START) != isinstance(command, OldProbe) or len(body) < 2 or body[0] != command.code:
        return None
    error, fields = body[1], body[2:]
    uid: str = getattr(command, "uid", "").upper()
    if uid and len(fields) >= 8 and fields[:8].hex().upper() != uid:
        return None
    if command.code == CheckEas.code and error == ErrorCode.NO_TRANSPONDER:
        return command.answer(bytes.fromhex(uid) + b"\x00")
    if error:
        return Failure(
            command.code, ErrorCode.of(error), uid if len(fields) >= 8 else "", _failed_block(command, fields)
        )
    try:
        return command.answer(fields)
    except ShortError:
        return None


def _failed_block(command: Command[object], fields: bytes) -> int | None:
    return fields[8] if isinstance(command, WriteBlocks) and len(fields) == 9 else None
