"""Commands to a reader of the Chafon families and what it answers.

Layouts: the UHFReader18 and UHFReader288 manuals as published drivers carry them out (wabson/chafon-rfid for info and
inventories; the vendor's C# library and its ports for reading and writing). A command is a dataclass that can write
its own data and read that of its answer. :func:`encode` makes the bytes to send, :func:`parse` judges a frame that
came.

A tag is named by its whole EPC in every command that writes. Command 04 (write EPC) is left out although readers have
it: it names no tag and writes to whichever answers first, and on a pad there is a pile. Locking, killing and protecting
are not here either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, TypeVar

from devices.rfid.errors import EncodeError
from devices.rfid.protocols.chafon.answers import Done, Failure, Heap, Heard, Memory, ReaderInfo
from devices.rfid.protocols.chafon.errors import Status
from devices.rfid.protocols.chafon.frames import MAX_DATA, Frame, pack
from devices.rfid.protocols.fields import byte_field
from devices.rfid.protocols.gen2 import NO_PASSWORD, TagError, r2000_dbm, word_count

T = TypeVar("T", covariant=True)


class Command(Protocol[T]):
    """What every command below can do."""

    code: ClassVar[int]

    def data(self) -> bytes:
        """What stands behind the command code."""
        ...

    def answer(self, status: Status, data: bytes) -> T | None:
        """Read an answer's status and data; ``None`` if they are not those of a success."""
        ...


@dataclass(frozen=True, slots=True)
class Info:
    """21: model, firmware, power and scan time."""

    code: ClassVar[int] = 0x21

    def data(self) -> bytes:
        return b""

    def answer(self, status: Status, data: bytes) -> ReaderInfo | None:
        if status is not Status.OK or len(data) < 8:
            return None
        return ReaderInfo(data[0], data[1], data[2], data[6], data[7] / 10)


@dataclass(frozen=True, slots=True)
class Inventory18:
    """01 as the 18 family knows it: without parameters; each frame is ``N, N x [LEN, EPC]``."""

    code: ClassVar[int] = 0x01

    def data(self) -> bytes:
        return b""

    def answer(self, status: Status, data: bytes) -> Heap | None:
        return _heap(status, data, rssi=False)


@dataclass(frozen=True, slots=True)
class Inventory288:
    """01 as the 288 and 86 families know it; each frame is ``ANT, N, N x [LEN, EPC, RSSI]``.

    ``q``: slots are 2 to the q; ``session`` 0 to 3; ``target`` 0 (A) or 1 (B); ``antenna`` from 1 on; ``scan_s``: how
    long the reader looks at most, in tenths of a second.
    """

    q: int = 4
    session: int = 0
    target: int = 0
    antenna: int = 1
    scan_s: float = 0.3
    code: ClassVar[int] = 0x01

    def data(self) -> bytes:
        no_mask = b"\x01\x00\x00\x00"
        rounds = byte_field(self.q, "Q", 15) + byte_field(self.session, "session", 3)
        antenna = bytes([0x80 | byte_field(self.antenna - 1, "antenna counted from 0", 0x0F)[0]])
        return rounds + no_mask + byte_field(self.target, "target", 1) + antenna + _tenths(self.scan_s)

    def answer(self, status: Status, data: bytes) -> Heap | None:
        return _heap(status, data[1:], rssi=True)


@dataclass(frozen=True, slots=True)
class Read:
    """02: read ``words`` words of ``bank`` from ``first`` on, of the tag with this EPC."""

    epc: bytes
    bank: int
    first: int
    words: int
    code: ClassVar[int] = 0x02

    def data(self) -> bytes:
        where = byte_field(self.bank, "bank", 3) + byte_field(self.first, "first word")
        named = bytes([word_count(self.epc, "EPC")]) + self.epc
        return named + where + byte_field(self.words, "words") + NO_PASSWORD

    def answer(self, status: Status, data: bytes) -> Memory | None:
        return Memory(data) if status is Status.OK and len(data) == 2 * self.words else None


@dataclass(frozen=True, slots=True)
class Write:
    """03: write whole words to ``bank`` from word ``first`` on, of the tag with this EPC."""

    epc: bytes
    bank: int
    first: int
    words: bytes
    code: ClassVar[int] = 0x03

    def data(self) -> bytes:
        counts = bytes([word_count(self.words, "data to write"), word_count(self.epc, "EPC")])
        where = byte_field(self.bank, "bank", 3) + byte_field(self.first, "first word")
        return counts + self.epc + where + self.words + NO_PASSWORD

    def answer(self, status: Status, data: bytes) -> Done | None:
        return _done(status)


@dataclass(frozen=True, slots=True)
class SetPower:
    """2F: transmit with so many dBm. No manual says that it is forgotten, so it is sent only where it differs."""

    dbm: int
    code: ClassVar[int] = 0x2F

    def data(self) -> bytes:
        return byte_field(self.dbm, "power in dBm", 33)

    def answer(self, status: Status, data: bytes) -> Done | None:
        return _done(status)


@dataclass(frozen=True, slots=True)
class SetScanTime:
    """25: how long an inventory of the 18 family lasts at most, 0.3 to 25.5 s."""

    seconds: float
    code: ClassVar[int] = 0x25

    def data(self) -> bytes:
        return _tenths(self.seconds)

    def answer(self, status: Status, data: bytes) -> Done | None:
        return _done(status)


@dataclass(frozen=True, slots=True)
class Beep:
    """33: light and beeper, ``times`` times on and off; ``on_s`` and ``off_s`` in steps of 50 ms."""

    on_s: float = 0.1
    off_s: float = 0.1
    times: int = 1
    code: ClassVar[int] = 0x33

    def data(self) -> bytes:
        steps = [byte_field(round(seconds * 20), "time in steps of 50 ms") for seconds in (self.on_s, self.off_s)]
        return b"".join(steps) + byte_field(self.times, "times")

    def answer(self, status: Status, data: bytes) -> Done | None:
        return _done(status)


def encode(command: Command[object]) -> bytes:
    """The bytes to send, to every reader on the line.

    Raises:
        EncodeError: a field does not fit.
    """
    data = command.data()
    if len(data) > MAX_DATA:
        raise EncodeError(f"{len(data)} bytes of data; a frame holds {MAX_DATA}")
    return pack(command.code, data)


def parse(command: Command[T], frame: Frame) -> T | Failure | None:
    """What ``frame`` answers to ``command``; ``None`` if it answers something else and must be dropped."""
    if frame.command != command.code or not frame.data:
        # A command that came damaged is answered with command code 00 by some firmware; nobody can tell to what.
        return None
    status, data = Status.of(frame.data[0]), frame.data[1:]
    found = command.answer(status, data)
    if found is not None:
        return found
    if status is Status.OK or status in _IN_A_ROUND:
        return None  # it says yes, but in a shape that is not this command's
    return Failure(command.code, status, TagError.of(data[0]) if status is Status.TAG_ERROR and data else None)


_IN_A_ROUND: Final = frozenset(
    {Status.ROUND_DONE, Status.ROUND_TIMED_OUT, Status.MORE_FRAMES, Status.MEMORY_FULL, Status.STATISTICS}
)
_LISTING: Final = _IN_A_ROUND - {Status.STATISTICS}
_CUT_SHORT: Final = frozenset({Status.ROUND_TIMED_OUT, Status.MEMORY_FULL})


def _heap(status: Status, data: bytes, *, rssi: bool) -> Heap | None:
    if status is Status.NO_TAG:
        return Heap((), more=False)
    if status not in _LISTING:
        return None
    tags = listed(data, rssi=rssi)
    return None if tags is None else Heap(tags, status is Status.MORE_FRAMES, status not in _CUT_SHORT)


def listed(data: bytes, *, rssi: bool) -> tuple[Heard, ...] | None:
    """Tags of ``N, N x [LEN, EPC, RSSI?]``; ``None`` if it is no such list."""
    if not data:
        return ()  # a round without tags may say nothing at all
    tags, at = [], 1
    for _ in range(data[0]):
        if at >= len(data):
            return None
        end = at + 1 + data[at]
        if end + rssi > len(data):
            return None
        tags.append(Heard(data[at + 1 : end], rssi_dbm(data[end]) if rssi else None))
        at = end + rssi
    return tuple(tags) if at == len(data) else None


def rssi_dbm(byte: int) -> int:
    """Signal strength in dBm of the byte behind an EPC: inferred, for Chafon's manuals name no unit."""
    return r2000_dbm(byte)  # the chip in the 288 family


def _tenths(seconds: float) -> bytes:
    return byte_field(round(seconds * 10), "scan time in tenths of a second")


def _done(status: Status) -> Done | None:
    return Done() if status is Status.OK else None
