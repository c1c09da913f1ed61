"""A PN532 board in software, on its serial line: frames in, ACK and answers out, over one radio field.

Written from NXP UM0701-02 as the chip sees it. It sleeps until the line has risen five times, which a single 55 does or
five bytes of 00, and loses what comes in the meantime; it takes no command but SAMConfiguration and GetFirmwareVersion
until the first has set it up. A search for cards goes on for as long as
its retries say; an ACK from the host ends it.
"""

from __future__ import annotations

from typing import Final

from devices.emulators.faults import Faults
from devices.emulators.field import Field, Kind, TagState
from devices.emulators.firmware import Reply
from devices.emulators.radio import Radio
from devices.rfid.protocols.pn532.frames import ACK, Frame, new_parser, pack

#: How often the line has to rise until it is awake (UM0701-02, 6.3.2.3).
_WAKING_EDGES: Final = 5
#: Chip, version, revision, and what it supports, as boards of today say.
_FIRMWARE: Final = bytes([0x32, 1, 6, 7])
#: Seconds: until the ACK, for one call for cards without an answer, and for each cascade level of a UID.
_ACK_S: Final = 0.0003
_CALL_S: Final = 0.005
_LEVEL_S: Final = 0.002
#: Seconds between calls of a search that goes on for ever.
_SEARCH_S: Final = 0.02
_FOR_EVER: Final = 0xFF
_TO_CHIP, _FROM_CHIP = 0xD4, 0xD5
_GET_FIRMWARE, _SAM_CONFIG, _RF_CONFIG, _LIST = 0x02, 0x14, 0x32, 0x4A
_RETRIES_ITEM: Final = 0x05
_ERROR_FRAME: Final = pack(b"\x7f")


class Pn532Reader:
    """The chip's firmware. See :class:`devices.emulators.firmware.Firmware`."""

    deaf_when_busy = False
    bits_per_byte = 10
    baud = 115200

    def __init__(self, field: Field, faults: Faults) -> None:
        self._radio = Radio(field, faults, Kind.CARD)
        self._parser = new_parser()
        self._edges = 0  # how often the line has risen
        self._ready = False
        self._retries = _FOR_EVER
        self._search: int | None = None  # how many cards the host still waits for
        self._next = 0.0

    def wake(self) -> float | None:
        """A search that goes on for ever calls again and again."""
        return self._next if self._search is not None else None

    def tick(self, now: float) -> list[Reply]:
        """One more call of such a search."""
        self._next = now + _SEARCH_S
        cards = self._cards()
        if self._search is None or not cards:
            return []
        most, self._search = self._search, None
        return [self._listed(cards[:most])]

    def receive(self, data: bytes, now: float) -> list[Reply]:
        """Take bytes from the host; give the answers to the commands they completed."""
        replies: list[Reply] = []
        for found in self._parser.receive(data):
            if isinstance(found, Frame) and self._edges >= _WAKING_EDGES:
                replies += self._hear(found)
            self._edges += _rising_edges(found.raw)
        return replies

    def _hear(self, frame: Frame) -> list[Reply]:
        self._search = None  # an ACK ends what goes on, and so does another command
        body = frame.body
        if len(body) < 2 or body[0] != _TO_CHIP:
            return []
        code, fields = body[1], body[2:]
        if not self._ready and code not in (_SAM_CONFIG, _GET_FIRMWARE):
            return []
        return [Reply(code, _ACK_S, ACK), *self._carry_out(code, fields)]

    def _carry_out(self, code: int, fields: bytes) -> list[Reply]:
        if code == _GET_FIRMWARE and not fields:
            return [_answer(code, _FIRMWARE)]
        if code == _SAM_CONFIG and fields[:1] == b"\x01":
            self._ready = True
            return [_answer(code)]
        if code == _RF_CONFIG and fields:
            if fields[0] == _RETRIES_ITEM and len(fields) == 4:
                self._retries = fields[3]
            return [_answer(code)]
        if code == _LIST and len(fields) >= 2 and fields[0] in (1, 2) and fields[1] == 0:
            return self._list(fields[0])
        return [Reply(code, _ACK_S, _ERROR_FRAME)]

    def _list(self, most: int) -> list[Reply]:
        cards = self._cards()
        if not cards and self._retries == _FOR_EVER:
            self._search = most
            return []
        return [self._listed(cards[:most])]

    def _cards(self) -> list[TagState]:
        found = {tag.uid: tag for tag in self._radio.inventory() if not tag.dead}
        return [tag for tag in found.values() if len(tag.uid) in (8, 14, 20)]

    def _listed(self, cards: list[TagState]) -> Reply:
        out = bytes([len(cards)])
        levels = 0
        for number, card in enumerate(cards, 1):
            uid = bytes.fromhex(card.uid)
            level = {4: 1, 7: 2, 10: 3}[len(uid)]
            levels += level
            # ATQA tells the UID's length in its bits 6 and 7; SAK 08 is a Mifare Classic of 1 KB, 00 an Ultralight.
            out += bytes([number, 0x00, 0x04 | (level - 1) << 6, 0x08 if level == 1 else 0x00, len(uid)]) + uid
        calls = 1 if cards else self._retries + 1
        return Reply(_LIST, calls * _CALL_S + levels * _LEVEL_S, pack(bytes([_FROM_CHIP, _LIST + 1]) + out))


def _rising_edges(data: bytes) -> int:
    """How often the line rises while these bytes pass: low before each, its lowest bit first, high behind it."""
    return sum((~(byte << 1) & (byte | 0x100)).bit_count() for byte in data)


def _answer(code: int, fields: bytes = b"") -> Reply:
    return Reply(code, _ACK_S, pack(bytes([_FROM_CHIP, code + 1]) + fields))
