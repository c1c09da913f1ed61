"""Commands to the PN532 and what it answers (NXP UM0701-02, section 7).

A command is a dataclass that can write its own body and read that of its answer; :func:`encode` makes the bytes to
send, :func:`parse` judges a frame that came. The ACK in front of every answer is nobody's answer and is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, TypeVar

from devices.rfid.errors import EncodeError
from devices.rfid.protocols.fields import byte_field
from devices.rfid.protocols.pn532.errors import ErrorCode
from devices.rfid.protocols.pn532.frames import ACK, ERROR, FROM_CHIP, TO_CHIP, WAKE, Frame, pack

#: Stops a running command (UM0701-02, 6.2.1.5): sent by the host, an ACK means just that.
ABORT: Final = ACK
#: Lengths that a UID can have (ISO 14443-3, 6.5.4).
UID_LENGTHS: Final = (4, 7, 10)
T = TypeVar("T", covariant=True)


@dataclass(frozen=True, slots=True)
class Failure:
    """The chip says no."""

    command: int
    error: ErrorCode


@dataclass(frozen=True, slots=True)
class Done:
    """The chip did it, and has nothing else to tell."""


@dataclass(frozen=True, slots=True)
class Firmware:
    """Answer of 02. ``chip``: 32 is the PN532; ``support``: bit 0 ISO 14443A, 1 ISO 14443B, 2 ISO 18092."""

    chip: int
    major: int
    minor: int
    support: int


@dataclass(frozen=True, slots=True)
class Card:
    """A card of ISO 14443A: its UID, first byte first, and what it said of its kind."""

    uid: bytes
    atqa: int
    sak: int


@dataclass(frozen=True, slots=True)
class Cards:
    """Answer of 4A: the cards there; none is an answer, too."""

    cards: tuple[Card, ...]


class Command(Protocol[T]):
    """What every command below can do."""

    code: ClassVar[int]

    def fields(self) -> bytes:
        """What stands behind the command code."""
        ...

    def answer(self, fields: bytes) -> T | None:
        """Read the fields of an answer; ``None`` if they are not this command's."""
        ...


@dataclass(frozen=True, slots=True)
class GetFirmware:
    """02: which chip and firmware?"""

    code: ClassVar[int] = 0x02

    def fields(self) -> bytes:
        return b""

    def answer(self, fields: bytes) -> Firmware | None:
        return Firmware(*fields) if len(fields) == 4 else None


@dataclass(frozen=True, slots=True)
class SamConfig:
    """14: no secure module; the chip is ready for cards. Time-out 1 s (in steps of 50 ms), IRQ pin used."""

    code: ClassVar[int] = 0x14

    def fields(self) -> bytes:
        return b"\x01\x14\x01"

    def answer(self, fields: bytes) -> Done | None:
        return Done() if not fields else None


@dataclass(frozen=True, slots=True)
class SetRetries:
    """32, item 5: how often a card is called before "none there"; 255 is for ever. From power-on it is for ever."""

    passive: int = 1
    code: ClassVar[int] = 0x32

    def fields(self) -> bytes:
        return b"\x05\xff\x01" + byte_field(self.passive, "number of retries")

    def answer(self, fields: bytes) -> Done | None:
        return Done() if not fields else None


@dataclass(frozen=True, slots=True)
class ListCards:
    """4A: find cards of ISO 14443A at 106 kbit/s; the chip can hold two."""

    most: int = 1
    code: ClassVar[int] = 0x4A

    def fields(self) -> bytes:
        if self.most not in (1, 2):
            raise EncodeError(f"{self.most} cards; the chip can list 1 or 2")
        return bytes([self.most, 0x00])

    def answer(self, fields: bytes) -> Cards | None:
        """``N, N x [number, ATQA2, SAK, LEN, UID, ATS?]``; an ATS starts with its own length (SAK bit 5)."""
        if not fields:
            return None
        cards, at = [], 1
        for _ in range(fields[0]):
            head = fields[at : at + 5]
            uid = fields[at + 5 : at + 5 + head[4]] if len(head) == 5 else b""
            if len(uid) not in UID_LENGTHS or len(uid) != head[4]:
                return None
            cards.append(Card(uid, head[1] << 8 | head[2], head[3]))
            at += 5 + len(uid)
            if head[3] & 0x20 and at < len(fields):
                at += fields[at]
        return Cards(tuple(cards)) if at <= len(fields) else None


def encode(command: Command[object], *, wake: bool = False) -> bytes:
    """The bytes to send; ``wake``: with what ends the chip's sleep in front.

    Raises:
        EncodeError: a field does not fit.
    """
    return (WAKE if wake else b"") + pack(bytes([TO_CHIP, command.code]) + command.fields())


def parse(command: Command[T], frame: Frame) -> T | Failure | None:
    """What ``frame`` answers to ``command``; ``None`` if it answers something else and must be dropped."""
    body = frame.body
    if body == bytes([ERROR]):
        return Failure(command.code, ErrorCode.SYNTAX)
    if body[:2] != bytes([FROM_CHIP, command.code + 1]):
        return None
    return command.answer(body[2:])
