"""Commands to a reader of the A0 protocol and what it answers.

Layouts: russss/rust-invelion (inventory, RSSI, result codes) and the vendors' C# and Java libraries, of which many
copies are public (match, read, write). A command is a dataclass that can write its own data and read that of its
answer; :func:`encode` makes the bytes to send, :func:`parse` judges a frame that came.

Power is set with 66, which lasts until the reader loses its supply, and never with 76, which wears its flash. Locking
and killing are not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, TypeVar

from devices.rfid import crc
from devices.rfid.protocols.a0.answers import Done, Failure, Firmware, Heard, Operated, RoundEnd
from devices.rfid.protocols.a0.errors import Code
from devices.rfid.protocols.a0.frames import EVERYBODY, Frame, pack
from devices.rfid.protocols.fields import byte_field
from devices.rfid.protocols.gen2 import NO_PASSWORD, epc_bytes, r2000_dbm, word_count

_ROUND_END: Final = 7  # bytes: antenna, rate, total
T = TypeVar("T", covariant=True)


class Command(Protocol[T]):
    """What every command below can do."""

    code: ClassVar[int]

    def data(self) -> bytes:
        """What stands behind the command code."""
        ...

    def answer(self, data: bytes) -> T | None:
        """Read an answer's data; ``None`` if it is no success of this command."""
        ...


@dataclass(frozen=True, slots=True)
class Version:
    """72: which firmware?"""

    code: ClassVar[int] = 0x72

    def data(self) -> bytes:
        return b""

    def answer(self, data: bytes) -> Firmware | None:
        return Firmware(data[0], data[1]) if len(data) == 2 else None


@dataclass(frozen=True, slots=True)
class SetAntenna:
    """74: work with this antenna, counted from 0. An inventory before it fails on some firmware."""

    antenna: int = 0
    code: ClassVar[int] = 0x74

    def data(self) -> bytes:
        return byte_field(self.antenna, "antenna", 7)

    def answer(self, data: bytes) -> Done | None:
        return _done(data)


@dataclass(frozen=True, slots=True)
class SetPower:
    """66: transmit with so many dBm until the supply is cut."""

    dbm: int
    code: ClassVar[int] = 0x66

    def data(self) -> bytes:
        return byte_field(self.dbm, "power in dBm", 33)

    def answer(self, data: bytes) -> Done | None:
        return _done(data)


@dataclass(frozen=True, slots=True)
class Inventory:
    """89: list the tags, a frame each as they are heard, then one that ends the round. ``repeat``: rounds."""

    repeat: int = 1
    code: ClassVar[int] = 0x89

    def data(self) -> bytes:
        return byte_field(self.repeat, "rounds")

    def answer(self, data: bytes) -> Heard | RoundEnd | None:
        return _listed(data)


@dataclass(frozen=True, slots=True)
class SessionInventory:
    """8B: as 89, in a Gen2 session (0 to 3) and for tags in state ``target`` (0: A, 1: B)."""

    session: int = 1
    target: int = 0
    repeat: int = 1
    code: ClassVar[int] = 0x8B

    def data(self) -> bytes:
        which = byte_field(self.session, "session", 3) + byte_field(self.target, "target", 1)
        return which + byte_field(self.repeat, "rounds")

    def answer(self, data: bytes) -> Heard | RoundEnd | None:
        return _listed(data)


@dataclass(frozen=True, slots=True)
class Match:
    """85: what is read or written next concerns the tag with this EPC alone; an empty one: whichever answers."""

    epc: bytes = b""
    code: ClassVar[int] = 0x85

    def data(self) -> bytes:
        if not self.epc:
            return b"\x01"
        return bytes([0x00, 2 * word_count(self.epc, "EPC")]) + self.epc

    def answer(self, data: bytes) -> Done | None:
        return _done(data)


@dataclass(frozen=True, slots=True)
class Read:
    """81: read ``words`` words of ``bank`` from ``first`` on, of the tag matched before."""

    bank: int
    first: int
    words: int
    code: ClassVar[int] = 0x81

    def data(self) -> bytes:
        where = byte_field(self.bank, "bank", 3) + byte_field(self.first, "first word")
        return where + byte_field(self.words, "words", 0x78) + NO_PASSWORD

    def answer(self, data: bytes) -> Operated | None:
        found = _operated(data, read=True)
        return found if found is not None and len(found.data) == 2 * self.words else None


@dataclass(frozen=True, slots=True)
class Write:
    """82: write whole words to ``bank`` from word ``first`` on, of the tag matched before."""

    bank: int
    first: int
    words: bytes
    code: ClassVar[int] = 0x82

    def data(self) -> bytes:
        count = word_count(self.words, "data to write")
        where = byte_field(self.bank, "bank", 3) + byte_field(self.first, "first word")
        return NO_PASSWORD + where + bytes([count]) + self.words

    def answer(self, data: bytes) -> Operated | None:
        found = _operated(data, read=False)
        return found if found is not None and data[-3] == Code.SUCCESS else None


def encode(command: Command[object], address: int = EVERYBODY) -> bytes:
    """The bytes to send.

    Raises:
        EncodeError: a field does not fit.
    """
    return pack(command.code, command.data(), byte_field(address, "address")[0])


def parse(command: Command[T], frame: Frame) -> T | Failure | None:
    """What ``frame`` answers to ``command``; ``None`` if it answers something else and must be dropped."""
    if frame.command != command.code or not frame.data:
        return None
    found = command.answer(frame.data)
    if found is not None:
        return found
    if len(frame.data) == 1 and frame.data[0] != Code.SUCCESS:
        return Failure(command.code, Code.of(frame.data[0]))
    if command.code == Write.code and _operated(frame.data, read=False) is not None:
        return Failure(command.code, Code.of(frame.data[-3]))
    return None


def _listed(data: bytes) -> Heard | RoundEnd | None:
    """``FREQANT PC EPC RSSI``, or ``ANT RATE16 TOTAL32``: an EPC has whole words, so no tag's frame has that length."""
    if len(data) == _ROUND_END:
        return RoundEnd(data[0], data[1] << 8 | data[2], int.from_bytes(data[3:], "big"))
    if len(data) < 4:
        return None
    pc, epc = data[1] << 8 | data[2], data[3:-1]
    return Heard(pc, epc, rssi_dbm(data[-1]), data[0] & 0x03) if len(epc) == epc_bytes(pc) else None


def _operated(data: bytes, *, read: bool) -> Operated | None:
    """``COUNT16 LEN [PC EPC CRC DATA?] (READLEN or CODE) ANT COUNT``; LEN counts the bracket."""
    if len(data) < 3 or len(data) != data[2] + 6:
        return None
    there = data[3:-3]
    length = data[-3] if read else 0
    if len(there) < length + 4:
        return None
    tag, out = there[: len(there) - length], there[len(there) - length :]
    pc, epc = tag[0] << 8 | tag[1], tag[2:-2]
    # The tag's own CRC over PC and EPC: 8 bits for a whole frame are few.
    sound = crc.genibus(tag[:-2]) == int.from_bytes(tag[-2:], "big")
    return Operated(pc, epc, out) if sound and len(epc) == epc_bytes(pc) else None


def rssi_dbm(byte: int) -> int:
    """Signal strength in dBm of the byte behind an EPC. Bit 7 tells of phase only."""
    return r2000_dbm(byte & 0x7F)


def _done(data: bytes) -> Done | None:
    return Done() if data == bytes([Code.SUCCESS]) else None
