"""A frame of a recorded line in words, whichever way it went: for support, never for the driver.

Host and reader use the same frames. Whoever is addressed as FF is a reader, since none answers by that address, and
every driver we know sends to FF. For the rest the shape decides: a command under B0 begins with one of a few codes and
has the length that belongs to it; none of those codes is also a status with so much behind it. What stays open is
52 00, which is the same both ways.
"""

from __future__ import annotations

from typing import Final

from devices.rfid.framing import Noise
from devices.rfid.protocols.feig.answers import Found
from devices.rfid.protocols.feig.command import parse
from devices.rfid.protocols.feig.errors import CardError, Status, TagError
from devices.rfid.protocols.feig.frames import ANY, Frame
from devices.rfid.protocols.feig.tags import Inventory
from devices.rfid.protocols.said import Said, framed, noise

_ISO, _CUSTOM, _TRANSPARENT = 0xB0, 0xB1, 0xBF
_NAMES: Final = {
    0x52: "detect", 0x55: "start flash loader", 0x63: "CPU reset", 0x64: "system reset", 0x65: "software version",
    0x66: "reader info", 0x69: "RF reset", 0x6A: "RF power", 0x71: "set output", 0x72: "set output", 0x74: "get input",
    0x75: "adjust antenna", 0x80: "read configuration", 0x81: "write configuration", 0x82: "save configuration",
    0x83: "default configuration", 0xA0: "log in", 0xA2: "write keys", _ISO: "tag command", _CUSTOM: "custom command",
    0xB2: "card command", 0xBD: "ISO 14443A transparent", 0xBE: "ISO 14443B transparent",
    _TRANSPARENT: "ISO 15693 transparent",
}  # fmt: skip
#: Under B0: the name, and the bytes that a command for one tag has besides code, mode and UID; ``None``: any number.
_ISO_NAMES: Final[dict[int, tuple[str, int | None]]] = {
    0x01: ("inventory", None), 0x02: ("quiet", 0), 0x22: ("lock blocks", 2), 0x23: ("read blocks", 2),
    0x24: ("write blocks", None), 0x25: ("select", 0), 0x26: ("reset to ready", 0), 0x27: ("write AFI", 1),
    0x28: ("lock AFI", 0), 0x29: ("write DSFID", 1), 0x2A: ("lock DSFID", 0), 0x2B: ("system information", 0),
    0x2C: ("get block locks", 2), 0xC0: ("halt", 0),
}  # fmt: skip
_CUSTOM_NAMES: Final = {0xA2: "set EAS", 0xA3: "reset EAS", 0xA4: "lock EAS", 0xA5: "EAS alarm"}
_ADR: Final = 0x07  # the bits of MODE that say whether a UID follows
_ADDRESSED: Final = 0x01
_UID: Final = 8
_SYSTEM_INFORMATION: Final = 13
_MORE_FIELDS: Final = {0x52, 0x66, 0x6A, 0x80, 0x82, 0x83}  # commands with one byte of their own


def say(found: Frame | Noise) -> Said:
    """Describe one thing that the parser found. Never raises."""
    if isinstance(found, Noise):
        return noise(found.raw)
    return _request(found) if _is_request(found) else _answer(found)


def _is_request(frame: Frame) -> bool:
    data = frame.body[2:]
    if frame.address == ANY or not data:
        return True
    if frame.command == _ISO:
        return _is_iso_request(data)
    if frame.command == _CUSTOM:
        return len(data) >= 3 and data[1] in _CUSTOM_NAMES
    if frame.command == _TRANSPARENT:
        return len(data) >= 7 and data[0] in range(1, 7) and data[1] == 0
    return frame.command in _MORE_FIELDS and len(data) == 1 and data[0] != 0 and Status.of(data[0]) is Status.UNKNOWN


def _is_iso_request(data: bytes) -> bool:
    if data[0] not in _ISO_NAMES or len(data) < 2:
        return False
    if data[0] == 0x01:
        return len(data) <= 3
    more = _ISO_NAMES[data[0]][1]
    rest = len(data) - 2 - (_UID if data[1] & _ADR == _ADDRESSED else 0)
    return rest == more if more is not None else rest >= 3


def _request(frame: Frame) -> Said:
    name, data = _NAMES.get(frame.command, f"command {frame.command:02X}"), frame.body[2:]
    uids: tuple[str, ...] = ()
    if frame.command == _ISO and data:
        name = _ISO_NAMES.get(data[0], (f"{name} {data[0]:02X}", None))[0]
        uids, data = _addressed(data[1:]) if data[0] != 0x01 else ((), data[1:])
    elif frame.command == _CUSTOM and len(data) > 1:
        name = _CUSTOM_NAMES.get(data[1], f"{name} {data[1]:02X}")
        uids, data = _addressed(data[2:])
    return framed("host", frame.raw, frame.command, name, data, uids=uids)


def _addressed(data: bytes) -> tuple[tuple[str, ...], bytes]:
    """The UID behind the mode, if there is one, and what follows."""
    if not data or data[0] & _ADR != _ADDRESSED or len(data) <= _UID:
        return (), data[1:]
    return (data[1 : 1 + _UID].hex().upper(),), data[1 + _UID :]


def _answer(frame: Frame) -> Said:
    name = _NAMES.get(frame.command, f"command {frame.command:02X}")
    status, data = Status.of(frame.body[2]), frame.body[3:]
    uids: tuple[str, ...] = ()
    listed = parse(Inventory(), frame) if frame.command == _ISO and data else None
    if isinstance(listed, Found) and (listed.tags or listed.cards):
        uids = (*(tag.uid for tag in listed.tags), *(card.uid for card in listed.cards))
        data, name = b"", "inventory"
    elif frame.command == _ISO and len(data) == _SYSTEM_INFORMATION and data[1] == 0xE0:
        uids, data, name = (data[1 : 1 + _UID].hex().upper(),), data[:1] + data[1 + _UID :], "system information"
    outcome = status.sentence if status is not Status.OK else ""
    if data and status is Status.ISO15693:
        outcome = TagError.of(data[0]).sentence
    elif data and status is Status.ISO14443:
        outcome = CardError.of(data[0]).sentence
    error = frame.body[2]
    return framed("reader", frame.raw, frame.command, name, data, uids=uids, error=error, outcome=outcome)
