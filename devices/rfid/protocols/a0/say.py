"""A frame of a recorded line in words, whichever way it went: for support, never for the driver.

Address FF stands in commands only. Otherwise the shape tells: a single byte from 10 on is a result, an inventory's
answers are a tag or the end of a round; what is left is a command.
"""

from __future__ import annotations

from typing import Final

from devices.rfid.framing import Noise
from devices.rfid.protocols.a0.answers import Heard, RoundEnd
from devices.rfid.protocols.a0.commands import Inventory, Read, Version, parse
from devices.rfid.protocols.a0.errors import Code
from devices.rfid.protocols.a0.frames import EVERYBODY, Frame
from devices.rfid.protocols.said import Said, framed, noise

_NAMES: Final = {
    0x60: "read GPIO", 0x61: "write GPIO", 0x62: "set antenna detector", 0x63: "get antenna detector",
    0x66: "set power for now", 0x67: "set identifier", 0x68: "get identifier", 0x69: "set link profile",
    0x6A: "get link profile", 0x70: "reset", 0x71: "set baud rate", 0x72: "version", 0x73: "set address",
    0x74: "set antenna", 0x75: "get antenna", 0x76: "set power", 0x77: "get power", 0x78: "set region",
    0x79: "get region", 0x7A: "set beeper", 0x7B: "temperature", 0x7E: "return loss", 0x80: "inventory to buffer",
    0x81: "read", 0x82: "write", 0x83: "lock", 0x84: "kill", 0x85: "match", 0x86: "get match",
    0x89: "inventory", 0x8A: "inventory over antennas", 0x8B: "inventory in session", 0x90: "get buffer",
    0x91: "empty buffer", 0x92: "count buffer", 0x93: "reset buffer", 0x94: "write block",
}  # fmt: skip
_INVENTORIES: Final = frozenset({0x89, 0x8B})
#: Commands whose one byte may be as high as a result code.
_HIGH_BYTE: Final = frozenset({0x66, 0x71, 0x73, 0x76, 0x7E, 0x80, 0x89})


def say(found: Frame | Noise) -> Said:
    """Describe one thing that the parser found. Never raises."""
    if isinstance(found, Noise):
        return noise(found.raw)
    name = _NAMES.get(found.command, f"command {found.command:02X}")
    if found.address != EVERYBODY and found.data:
        heard = parse(Inventory(), Frame(Inventory.code, found.data)) if found.command in _INVENTORIES else None
        if isinstance(heard, Heard | RoundEnd):
            return _round(found, name, heard)
        if _is_answer(found):
            return _answer(found, name)
    return framed("host", found.raw, found.command, name, found.data)


def _is_answer(frame: Frame) -> bool:
    if len(frame.data) == 1:
        code = Code.of(frame.data[0])
        if code is Code.UNKNOWN:
            return False
        # 89 with one byte may be "16 rounds" or "done"; an error is the likelier of the two where it is one.
        return frame.command not in _HIGH_BYTE or code in (Code.SUCCESS, Code.FAIL) or frame.command in _INVENTORIES
    return frame.command == Version.code or (frame.command == Read.code and len(frame.data) != _READ_REQUEST)


_READ_REQUEST: Final = 7


def _round(frame: Frame, name: str, heard: Heard | RoundEnd) -> Said:
    if isinstance(heard, RoundEnd):
        text = (f"ended, {heard.reads} reads, {heard.rate} tags/s",)
        return framed("reader", frame.raw, frame.command, name, text=text)
    epc = heard.epc.hex().upper()
    return framed("reader", frame.raw, frame.command, name, uids=(epc,), text=(epc, f"{heard.rssi_dbm} dBm"))


def _answer(frame: Frame, name: str) -> Said:
    if len(frame.data) != 1:
        return framed("reader", frame.raw, frame.command, name, frame.data)
    code = Code.of(frame.data[0])
    error, outcome = (0, "") if code is Code.SUCCESS else (frame.data[0], code.sentence)
    return framed("reader", frame.raw, frame.command, name, error=error, outcome=outcome)
