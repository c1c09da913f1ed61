"""Frames of SIP 2.00: ``message [AYd] AZhhhh CR``, as a stream of bytes that may be cut anywhere.

Two rules. *Only CR ends a frame*: control bytes before or behind one (LF of a CRLF, NUL padding) are leftovers and
dropped. *The checksum is over bytes*: what they mean is not known here, so every encoding that leaves ASCII alone
works. Source: 3M Standard Interchange Protocol 2.00, "Error detection".
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Final

from kiosk.circulation.sip2.errors import UnsafeValue

#: Messages that ask for a repetition: a checksum, but no sequence number.
_WITHOUT_SEQUENCE: Final = (b"96", b"97")
_CONTROLS: Final = bytes([*range(0x20), 0x7F])
#: Those of fixed width only: AY or AZ may follow directly.
_FIXED_WIDTH: Final = (b"94", b"96", b"97", b"99")
#: A trailer at the end: AY and AZ, which may be damaged or lack leading zeros; or AY alone; or AZ alone.
_TRAILER: Final = re.compile(rb"AY([0-9])AZ([^|]{0,4})\Z|AY([0-9])\Z|AZ([0-9A-Fa-f]{4})\Z", re.DOTALL)
_HEXADECIMAL: Final = re.compile(rb"[0-9A-Fa-f]{1,4}")


class Checked(enum.Enum):
    """What the checksum says of a frame."""

    RIGHT = enum.auto()
    WRONG = enum.auto()
    ABSENT = enum.auto()


class Why(enum.Enum):
    """Why bytes are no frame."""

    TOO_LONG = enum.auto()  # no CR for too long; all up to the next one is skipped
    NUL = enum.auto()  # a NUL inside: no text has one


@dataclass(frozen=True, slots=True)
class Frame:
    """A message without AY and AZ. ``sequence`` is one digit, or empty."""

    body: bytes
    sequence: str = ""
    checked: Checked = Checked.ABSENT


@dataclass(frozen=True, slots=True)
class Damage:
    """A stretch of the stream that is no frame, and was dropped."""

    why: Why


def checksum(data: bytes) -> str:
    """Four upper-case hex digits for everything through the letters ``AZ``: the sum of both is 0 in 16 bits."""
    return f"{-sum(data) & 0xFFFF:04X}"


def seal(body: bytes, sequence: str | None, *, error_detection: bool, terminator: bytes = b"\r") -> bytes:
    """The bytes for the wire. ``body`` is what ``codec.encode`` gives; ``sequence`` one digit, or ``None`` for none.

    With ``error_detection`` the sequence number and the checksum are added; 96 and 97 take the checksum only.

    Raises:
        UnsafeValue: the sequence is no digit, or the body would end early.
    """
    if b"\r" in body:
        raise UnsafeValue("A SIP2 message has a line end inside; it would be two messages, so it is not sent.")
    if not error_detection:
        return body + terminator
    if sequence is not None and body[:2] not in _WITHOUT_SEQUENCE:
        if len(sequence) != 1 or sequence not in "0123456789":
            raise UnsafeValue("A SIP2 sequence number is one digit, 0 to 9.")
        body += b"AY" + sequence.encode("ascii")
    body += b"AZ"
    return body + checksum(body).encode("ascii") + terminator


class FrameReader:
    """Bytes in, frames out; the same ones however the stream is cut. Holds at most ``longest`` bytes. Never raises."""

    def __init__(self, longest: int = 65536) -> None:
        self._longest = longest
        self._held = bytearray()
        self._skipping = False

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._skipping or bool(self._held)

    def feed(self, data: bytes) -> list[Frame | Damage]:
        """Take bytes as they come; give what they completed, in order.

        A frame longer than ``longest`` gives one ``Damage``, at once; reading goes on behind the next CR.
        """
        found: list[Frame | Damage] = []
        start = 0
        while (end := data.find(b"\r", start)) >= 0:
            self._take(data[start:end], found)
            self._end(found)
            start = end + 1
        self._take(data[start:], found)
        return found

    def _take(self, piece: bytes, found: list[Frame | Damage]) -> None:
        if self._skipping:
            return
        if not self._held:
            piece = piece.lstrip(_CONTROLS)
        if len(self._held) + len(piece) > self._longest:
            self._held.clear()
            self._skipping = True
            found.append(Damage(Why.TOO_LONG))
        else:
            self._held += piece

    def _end(self, found: list[Frame | Damage]) -> None:
        body = bytes(self._held).rstrip(_CONTROLS)
        self._held.clear()
        self._skipping = False
        if b"\0" in body:
            found.append(Damage(Why.NUL))
        elif body:
            found.append(_open(body))


def _open(body: bytes) -> Frame:
    """Take the trailer off, if there is one. Letters that only look like it belong to a value."""
    found = _TRAILER.search(body, max(0, len(body) - 9))
    if found is None:
        return Frame(body)
    message = body[: found.start()]
    both, told, sequence, alone = found.groups()
    # Behind a field's end, or behind a message of fixed width: there it is no part of a value.
    in_place = message.endswith(b"|") or message[:2] in _FIXED_WIDTH
    if sequence is not None:
        return Frame(message, sequence.decode("ascii")) if in_place else Frame(body)
    if both is not None:
        return Frame(message, both.decode("ascii"), _check(body[: found.start() + 5], told))
    checked = _check(body[:-4], alone)
    return Frame(message, "", checked) if in_place or checked is Checked.RIGHT else Frame(body)


def _check(data: bytes, told: bytes) -> Checked:
    if not _HEXADECIMAL.fullmatch(told):
        return Checked.WRONG
    return Checked.WRONG if (sum(data) + int(told, 16)) & 0xFFFF else Checked.RIGHT
