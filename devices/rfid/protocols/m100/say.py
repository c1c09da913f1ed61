"""A frame of a recorded line in words, whichever way it went: for support, never for the driver."""

from __future__ import annotations

from typing import Final

from devices.rfid.framing import Noise
from devices.rfid.protocols.gen2 import TagError
from devices.rfid.protocols.m100.errors import ErrorCode
from devices.rfid.protocols.m100.frames import Frame, Kind
from devices.rfid.protocols.m100.tags import notice
from devices.rfid.protocols.said import Said, framed, noise

_NAMES: Final = {
    0x03: "information", 0x04: "idle mode", 0x07: "set region", 0x08: "get region", 0x09: "save settings",
    0x0A: "load settings", 0x0B: "get select", 0x0C: "select", 0x0D: "get query", 0x0E: "set query",
    0x11: "set baud rate", 0x12: "select mode", 0x17: "sleep", 0x19: "restart", 0x1A: "port pins", 0x1D: "sleep after",
    0x22: "single poll", 0x27: "multi poll", 0x28: "stop", 0x39: "read", 0x49: "write", 0x65: "kill", 0x82: "lock",
    0xA9: "add channels", 0xAA: "get channel", 0xAB: "set channel", 0xAD: "auto hop", 0xB0: "carrier",
    0xB6: "set power", 0xB7: "get power", 0xD3: "permanent lock", 0xD4: "permanent lock", 0xE0: "NXP configuration",
    0xE1: "NXP read protection", 0xE2: "NXP end of read protection", 0xE3: "NXP change EAS", 0xE4: "NXP EAS alarm",
    0xE5: "Monza QT", 0xE6: "Monza QT", 0xF0: "set demodulator", 0xF1: "get demodulator", 0xF2: "measure blockers",
    0xF3: "measure channels", 0xFF: "failure",
}  # fmt: skip
#: Answers that begin with the length, PC and EPC of a tag.
_NAMING: Final = frozenset({0x39, 0x49, 0x65, 0x82, 0xD3, 0xD4, 0xE0, 0xE1, 0xE2, 0xE3, 0xE5, 0xE6})
_FAILED: Final = 0xFF


def say(found: Frame | Noise) -> Said:
    """Describe one thing that the parser found. Never raises."""
    if isinstance(found, Noise):
        return noise(found.raw)
    name, fields = _NAMES.get(found.code, f"command {found.code:02X}"), found.fields
    if found.kind is Kind.COMMAND:
        return framed("host", found.raw, found.code, name, fields)
    if found.kind is Kind.NOTICE:
        return _heard(found, name)
    error, outcome = None, ""
    if found.code == _FAILED and fields:
        error, outcome, fields = fields[0], _outcome(fields[0]), fields[1:]
    uids: tuple[str, ...] = ()
    names = error is not None or found.code in _NAMING
    if names and fields and 2 < fields[0] < len(fields):
        uids, fields = (fields[3 : 1 + fields[0]].hex().upper(),), fields[1 + fields[0] :]
    return framed("reader", found.raw, found.code, name, fields, uids=uids, error=error, outcome=outcome)


def _heard(found: Frame, name: str) -> Said:
    tag = notice(found)
    if tag is None:
        return framed("reader", found.raw, found.code, name, found.fields, text=("a tag, damaged",))
    epc = tag.epc.hex().upper()
    text = ("tag", epc, f"PC {tag.pc:04X}", f"{tag.rssi} dBm")
    return framed("reader", found.raw, found.code, name, uids=(epc,), text=text)


def _outcome(byte: int) -> str:
    error = ErrorCode.of(byte)
    return f"{error.sentence} {TagError.of(byte).sentence}" if error.by_tag else error.sentence
