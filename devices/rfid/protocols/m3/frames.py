"""Frames of the 3M/Bibliotheca readers 210 and 810 (3M RFID Reader Protocol Specification 1.0.0, 2009, "BCC").

``START LEN_hi LEN_lo BODY … CRC_hi CRC_lo``: LEN counts what follows it, the CRC included; the CRC covers all but the
start byte. START is D6; an older D5 is still answered and is used by open drivers as a first probe.

Theory of operation. The parser is fed one byte at a time, so how a stream is cut can never change what comes out.
It knows two states. *In step* (the last thing seen was a whole frame) it trusts the header it stands on, because
anything that looks like a frame inside is somebody's data. *Hunting* (at the start, or after noise) no header can be
trusted, and the first stretch of bytes whose start, length and checksum agree is a frame. So a frame behind garbage
is never lost, whatever length the garbage seems to announce.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from devices.rfid import crc

START: Final = 0xD6
OLD_START: Final = 0xD5
#: The longest answer: 255 tags, 9 bytes each, behind command, error, AFI, options, count, and before the CRC.
MAX_LENGTH: Final = 255 * 9 + 7
_SHORTEST: Final = 3
_HEADER: Final = 3


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame whose checksum is right. ``body`` starts with the command code (D6) and lacks the checksum."""

    body: bytes
    start: int = START

    @property
    def raw(self) -> bytes:
        """The frame as it is on the wire."""
        return pack(self.body, self.start)


@dataclass(frozen=True, slots=True)
class Noise:
    """Bytes that belong to no frame."""

    raw: bytes


def pack(body: bytes, start: int = START) -> bytes:
    """Put ``body`` (command code and fields) into a frame."""
    counted = (len(body) + 2).to_bytes(2, "big") + body
    return bytes([start]) + counted + crc.genibus(counted).to_bytes(2, "big")


class Parser:
    """Bytes in, frames out. Never raises, whatever the bytes."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._hunting = True

    @property
    def pending(self) -> bytes:
        """Bytes that may still become a frame."""
        return bytes(self._held)

    def receive(self, data: bytes) -> list[Frame | Noise]:
        """Take bytes as they come; give what they completed, in order."""
        found: list[Frame | Noise] = []
        for byte in data:
            self._held.append(byte)
            self._advance(found)
        return found

    def give_up(self) -> list[Frame | Noise]:
        """The line has gone quiet: what is held cannot be completed any more. Give what it contains, and start anew."""
        found: list[Frame | Noise] = []
        while self._held:
            self._drop(1, found)
            self._advance(found)
        return found

    def _advance(self, found: list[Frame | Noise]) -> None:
        while self._held:
            size = _size(self._held, 0)
            if size == 0:
                self._drop(1, found)
            elif size is None or size > len(self._held):
                if not (self._hunting and self._take_inner(found)):
                    return
            elif _sound(self._held, 0, size):
                self._take(size, found)
            else:
                self._drop(1, found)

    def _take_inner(self, found: list[Frame | Noise]) -> bool:
        """While hunting: look for a whole frame behind a header that only pretends."""
        for at in range(1, len(self._held) - _HEADER):
            size = _size(self._held, at)
            if size and at + size <= len(self._held) and _sound(self._held, at, size):
                self._drop(at, found)
                self._take(size, found)
                return True
        return False

    def _take(self, size: int, found: list[Frame | Noise]) -> None:
        found.append(Frame(bytes(self._held[_HEADER : size - 2]), self._held[0]))
        del self._held[:size]
        self._hunting = False

    def _drop(self, count: int, found: list[Frame | Noise]) -> None:
        dropped = bytes(self._held[:count])
        del self._held[:count]
        self._hunting = True
        if found and isinstance(found[-1], Noise):
            found[-1] = Noise(found[-1].raw + dropped)
        else:
            found.append(Noise(dropped))


def _size(held: bytearray, at: int) -> int | None:
    """Bytes of the frame that starts at ``at``; 0 if none can; ``None`` if its length has not come yet."""
    if held[at] not in (START, OLD_START):
        return 0
    if len(held) - at < _HEADER:
        return None
    length = held[at + 1] << 8 | held[at + 2]
    return _HEADER + length if _SHORTEST <= length <= MAX_LENGTH else 0


def _sound(held: bytearray, at: int, size: int) -> bool:
    end = at + size
    return crc.genibus(bytes(held[at + 1 : end - 2])) == held[end - 2] << 8 | held[end - 1]
