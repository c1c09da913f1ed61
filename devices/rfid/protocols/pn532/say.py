"""A frame of a recorded line in words, whichever way it went: for support, never for the driver.

Commands and answers tell themselves apart (D4, D5). An ACK is said to come from the reader, as nearly all do.
"""

from __future__ import annotations

from typing import Final

from devices.rfid.framing import Noise
from devices.rfid.protocols.pn532.commands import Cards, ListCards
from devices.rfid.protocols.pn532.errors import ErrorCode
from devices.rfid.protocols.pn532.frames import ERROR, FROM_CHIP, NACK, TO_CHIP, Frame
from devices.rfid.protocols.said import Said, framed, noise

_NAMES: Final = {
    0x00: "diagnose", 0x02: "firmware", 0x04: "general status", 0x06: "read register", 0x08: "write register",
    0x0C: "read GPIO", 0x0E: "write GPIO", 0x10: "set baud rate", 0x12: "set parameters", 0x14: "SAM configuration",
    0x16: "power down", 0x32: "RF configuration", 0x40: "exchange with card", 0x42: "talk through", 0x44: "deselect",
    0x46: "jump for PSL", 0x4A: "list cards", 0x4E: "PSL", 0x50: "ATR", 0x52: "release", 0x54: "select",
    0x56: "jump for DEP", 0x58: "RF regulation", 0x60: "poll", 0x86: "target: get data", 0x88: "target: get command",
    0x8A: "target: status", 0x8C: "be a target", 0x8E: "target: set data", 0x90: "target: answer",
    0x92: "target: general bytes", 0x94: "target: meta data",
}  # fmt: skip
#: Commands whose answers begin with a status byte.
_WITH_STATUS: Final = frozenset({0x40, 0x42, 0x44, 0x46, 0x4E, 0x50, 0x52, 0x54, 0x56, 0x86, 0x88, 0x8E, 0x90})


def say(found: Frame | Noise) -> Said:
    """Describe one thing that the parser found. Never raises."""
    text = found.raw.hex().upper()
    if isinstance(found, Noise):
        wakes = found.raw.startswith(b"\x55") and not found.raw.strip(b"\x55\x00")
        return Said("host", text, "wake up") if wakes else noise(found.raw)
    body = found.body
    if found.is_ack or found.raw == NACK:
        return Said("reader", text, "ACK" if found.is_ack else "NACK")
    if body == bytes([ERROR]):
        return Said("reader", text, ErrorCode.SYNTAX.sentence, error=ERROR)
    if len(body) < 2 or body[0] not in (TO_CHIP, FROM_CHIP):
        return noise(found.raw, "a frame of neither side")
    if body[0] == TO_CHIP:
        name = _NAMES.get(body[1], f"command {body[1]:02X}")
        return framed("host", found.raw, body[1], name, body[2:])
    return _answer(found.raw, body[1] - 1 & 0xFF, body[2:])


def _answer(raw: bytes, command: int, fields: bytes) -> Said:
    name = _NAMES.get(command, f"command {command:02X}")
    listed = ListCards().answer(fields) if command == ListCards.code else None
    if isinstance(listed, Cards):
        uids = tuple(card.uid.hex().upper() for card in listed.cards)
        return framed("reader", raw, command, name, uids=uids, text=(f"{len(uids)} cards", *uids))
    error = fields[0] & 0x3F if command in _WITH_STATUS and fields else 0
    outcome = ErrorCode.of(error).sentence if error else ""
    return framed("reader", raw, command, name, fields, error=error or None, outcome=outcome)
