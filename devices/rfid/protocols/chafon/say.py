"""A frame of a recorded line in words, whichever way it went: for support, never for the driver.

Address FF stands in commands only. Where a host used the reader's own address the shape tells: an answer's status
byte, and for an inventory the list of tags behind it.
"""

from __future__ import annotations

from typing import Final

from devices.rfid.framing import Noise
from devices.rfid.protocols.chafon.commands import listed
from devices.rfid.protocols.chafon.errors import Status
from devices.rfid.protocols.chafon.frames import EVERYBODY, Frame
from devices.rfid.protocols.said import Said, framed, noise

_NAMES: Final = {
    0x01: "inventory", 0x02: "read", 0x03: "write", 0x04: "write EPC", 0x05: "kill", 0x06: "lock", 0x07: "erase",
    0x08: "protect from reading", 0x09: "protect from reading", 0x0A: "lift protection", 0x0B: "check protection",
    0x0C: "set EAS", 0x0D: "check EAS", 0x0E: "lock user blocks", 0x0F: "inventory of one", 0x10: "write blocks",
    0x15: "read more", 0x16: "write more", 0x18: "inventory to buffer", 0x19: "inventory with data", 0x21: "info",
    0x22: "set frequency", 0x24: "set address", 0x25: "set scan time", 0x28: "set baud rate", 0x2F: "set power",
    0x33: "beep", 0x35: "set work mode", 0x3F: "set antennas", 0x40: "set beeper", 0x76: "set work mode",
    0xEE: "tag report",
}  # fmt: skip
_INVENTORY: Final = 0x01
_HERE: Final = frozenset({Status.ROUND_DONE, Status.ROUND_TIMED_OUT, Status.MORE_FRAMES, Status.MEMORY_FULL})
#: Commands that carry as much as their answers do: one byte, which is a status only if it is 00 or an error.
_ONE_BYTE: Final = frozenset({0x24, 0x25, 0x28, 0x2F, 0x40})
_FIRST_ERROR: Final = 0xF8
_CF_START: Final = 0xCF


def say(found: Frame | Noise) -> Said:
    """Describe one thing that the parser found. Never raises."""
    if isinstance(found, Noise):
        newer = found.raw[:1] == bytes([_CF_START])
        text = "bytes of no frame; newer CF6xx readers speak so" if newer else "bytes of no frame"
        return noise(found.raw, text)
    name = _NAMES.get(found.command, f"command {found.command:02X}")
    return _answer(found, name) if _is_answer(found) else framed("host", found.raw, found.command, name, found.data)


def _is_answer(frame: Frame) -> bool:
    if frame.address == EVERYBODY or not frame.data:
        return False
    status = Status.of(frame.data[0])
    if frame.command == _INVENTORY:
        return status in (Status.NO_TAG, Status.ANTENNA) or (status in _HERE and _tags(frame.data[1:]) is not None)
    if frame.command in _ONE_BYTE:
        return status is Status.OK or status >= _FIRST_ERROR
    return status is Status.OK or len(frame.data) <= 2


def _answer(frame: Frame, name: str) -> Said:
    status, data = Status.of(frame.data[0]), frame.data[1:]
    tags = _tags(data) if frame.command == _INVENTORY and status in _HERE else None
    if tags is not None:
        more = ", more follow" if status is Status.MORE_FRAMES else ""
        return framed("reader", frame.raw, frame.command, name, uids=tags, text=(f"{len(tags)} tags{more}", *tags))
    outcome = "" if status is Status.OK else status.sentence
    return framed("reader", frame.raw, frame.command, name, data, error=frame.data[0], outcome=outcome)


def _tags(data: bytes) -> tuple[str, ...] | None:
    """EPCs, as either family lists them."""
    with_rssi = listed(data[1:], rssi=True) if len(data) > 1 else None
    found = listed(data, rssi=False) if with_rssi is None else with_rssi
    return None if found is None else tuple(tag.epc.hex().upper() for tag in found)
