"""Commands for tags in the field (H20800-16e, 7.1 and 7.2: those under B0). Locking is irreversible and is not here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from devices.rfid.errors import EncodeError
from devices.rfid.protocols.feig.answers import Block, Blocks, Card, Failure, Found, Seen, SystemInformation
from devices.rfid.protocols.feig.command import FINE, Plain
from devices.rfid.protocols.feig.errors import Status
from devices.rfid.protocols.fields import Fields, block_count, byte_field, uid_field

#: Bytes that one command reads or writes at most.
MOST_DATA: Final = 128
BLOCK: Final = 4
_ISO: Final = 0xB0
_ADDRESSED: Final = b"\x01"
_WITH_LOCKS: Final = b"\x09"
_ISO15693_TAG: Final = 0x03
_ISO14443A_CARD: Final = 0x04
_LONG_UID: Final = 0x04  # CL3 in TR_INFO: ten bytes of UID, not seven
#: Bytes behind the type of what else an inventory may list, and where its UID begins (7.1.1.3 and 7.1.1.5; I-Code 1).
_OTHERS: Final = {0x00: (9, 1), 0x05: (9, 5), 0x08: (8, 2)}
_BIGGEST_BLOCK: Final = 32


@dataclass(frozen=True, slots=True)
class Inventory:
    """Command B0 01: which tags? ``more``: the rest of the last list, after :attr:`Found.more`.

    A reader may be set to name every tag only once, until it has left the field or the field was reset (CFG5, ONT),
    and the CPR family comes so from the factory. ``presence`` asks for all of them nevertheless; only a reader so
    set may be asked.
    """

    more: bool = False
    presence: bool = False
    code: ClassVar[int] = _ISO
    takes: ClassVar[frozenset[Status]] = FINE | {
        Status.NO_TRANSPONDER,
        Status.RF_COMMUNICATION,
        Status.OVERFLOW,
        Status.MORE_DATA,
    }

    def fields(self) -> bytes:
        return bytes([0x01, self.more << 7 | self.presence << 5])

    def answer(self, status: Status, fields: Fields, address: int) -> Found:
        tags: dict[str, Seen] = {}
        cards: dict[str, Card] = {}
        known = True
        for _ in range(0 if fields.empty and status is not Status.OK else fields.byte()):
            kind = fields.byte()
            if kind == _ISO15693_TAG:
                dsfid, uid = fields.byte(), fields.uid()
                tags.setdefault(uid, Seen(uid, dsfid))
            elif (card := _card(kind, fields)) is not None:
                cards.setdefault(card.uid, card)
            else:
                known = False
                break
        if known:
            fields.end()
        sure = known and status not in (Status.RF_COMMUNICATION, Status.OVERFLOW)
        return Found(tuple(tags.values()), tuple(cards.values()), status is Status.MORE_DATA, sure)


def _card(kind: int, fields: Fields) -> Card | None:
    """Anything but an ISO 15693 tag; ``None`` if nobody knows how long it is."""
    if kind == _ISO14443A_CARD:
        info, _ = fields.byte(), fields.byte()
        raw = fields.take(10 if info & _LONG_UID else 7)
    elif kind in _OTHERS:
        size, start = _OTHERS[kind]
        raw = fields.take(size)[start:]
    else:
        return None
    return Card(kind, raw.lstrip(b"\0").hex().upper())


@dataclass(frozen=True, slots=True)
class _Addressed(Plain):
    """A command under B0 that names one tag."""

    uid: str
    code: ClassVar[int] = _ISO
    sub: ClassVar[int]

    def fields(self) -> bytes:
        return bytes([self.sub]) + _ADDRESSED + uid_field(self.uid)


@dataclass(frozen=True, slots=True)
class StayQuiet(_Addressed):
    """Command B0 02: the tag stays silent in inventories until the field is reset or it leaves."""

    sub: ClassVar[int] = 0x02


@dataclass(frozen=True, slots=True)
class Select(_Addressed):
    """Command B0 25."""

    sub: ClassVar[int] = 0x25


@dataclass(frozen=True, slots=True)
class ResetToReady(_Addressed):
    """Command B0 26: a quiet tag answers inventories again."""

    sub: ClassVar[int] = 0x26


@dataclass(frozen=True, slots=True)
class ReadBlocks:
    """Command B0 23: read ``count`` blocks, at most :data:`MOST_DATA` bytes. How long a block is, the answer tells."""

    uid: str
    first: int = 0
    count: int = 8
    locks: bool = False
    code: ClassVar[int] = _ISO
    takes: ClassVar[frozenset[Status]] = FINE | {Status.RF_COMMUNICATION}

    def fields(self) -> bytes:
        where = byte_field(self.first, "first block") + byte_field(self.count, "number of blocks", MOST_DATA, 1)
        return b"\x23" + (_WITH_LOCKS if self.locks else _ADDRESSED) + uid_field(self.uid) + where

    def answer(self, status: Status, fields: Fields, address: int) -> Blocks | Failure | None:
        if fields.empty and status is Status.RF_COMMUNICATION:
            return Failure(status)
        count, size = fields.byte(), fields.byte()
        if count != self.count or not 0 < size <= _BIGGEST_BLOCK:
            return None
        blocks = []
        for number in range(self.first, self.first + count):
            lock = fields.byte()
            blocks.append(Block(number, fields.take(size), bool(lock & 1) if self.locks else None))
        fields.end()
        return Blocks(tuple(blocks), status is not Status.RF_COMMUNICATION)


@dataclass(frozen=True, slots=True)
class WriteBlocks(Plain):
    """Command B0 24: write whole blocks, in the reader's order of bytes. Its "done" is not proof: read back."""

    uid: str
    first: int
    data: bytes
    size: int = BLOCK
    code: ClassVar[int] = _ISO

    def fields(self) -> bytes:
        size = byte_field(self.size, "block size", _BIGGEST_BLOCK, 1)
        count = block_count(self.data, self.size)
        if len(self.data) > MOST_DATA:
            raise EncodeError(f"{len(self.data)} bytes to write; the reader takes {MOST_DATA} at once")
        where = byte_field(self.first, "first block") + bytes([count]) + size
        return b"\x24" + _ADDRESSED + uid_field(self.uid) + where + self.data


@dataclass(frozen=True, slots=True)
class WriteAfi(_Addressed):
    """Command B0 27. Its "done" is not proof: read back."""

    afi: int
    sub: ClassVar[int] = 0x27

    def fields(self) -> bytes:
        return bytes([self.sub]) + _ADDRESSED + uid_field(self.uid) + byte_field(self.afi, "AFI")


@dataclass(frozen=True, slots=True)
class WriteDsfid(_Addressed):
    """Command B0 29."""

    dsfid: int
    sub: ClassVar[int] = 0x29

    def fields(self) -> bytes:
        return bytes([self.sub]) + _ADDRESSED + uid_field(self.uid) + byte_field(self.dsfid, "DSFID")


@dataclass(frozen=True, slots=True)
class GetSystemInformation:
    """Command B0 2B: DSFID, AFI, memory size and chip.

    The manual promises only the last four bytes of the UID, so they alone have to agree. It writes of block size and
    number; a real answer (node-rfid-server: ``3E E004010809B9CB12 01 03 4F 01``, 80 blocks of 4) holds one less of
    each, as ISO 15693 does.
    """

    uid: str
    code: ClassVar[int] = _ISO
    takes: ClassVar[frozenset[Status]] = FINE

    def fields(self) -> bytes:
        return b"\x2b" + _ADDRESSED + uid_field(self.uid)

    def answer(self, status: Status, fields: Fields, address: int) -> SystemInformation | None:
        dsfid, uid, afi = fields.byte(), fields.uid(), fields.byte()
        size, blocks, chip = (fields.byte() & 0x1F) + 1, fields.byte() + 1, fields.byte()
        fields.end()
        if uid[8:] != self.uid.upper()[8:]:
            return None
        return SystemInformation(self.uid.upper(), dsfid, afi, size, blocks, chip)
