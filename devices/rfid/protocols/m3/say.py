"""A frame of a recorded line in words, whichever way it went: for support, never for the driver.

Host and reader use the same frames, so the way is told by the shape: an answer has an error byte where a request has
its first field. A UID begins with E0, which is no error code, and that tells the two apart.
"""

from __future__ import annotations

from typing import Final

from devices.rfid.framing import Noise
from devices.rfid.protocols.m3.errors import ErrorCode
from devices.rfid.protocols.m3.frames import OLD_START, Frame
from devices.rfid.protocols.said import Said, framed, noise

_NAMES: Final = {
    0x01: "quiet", 0x02: "read blocks", 0x03: "check EAS", 0x04: "write blocks", 0x05: "write block", 0x06: "lock AFI",
    0x07: "write and lock block", 0x08: "lock block", 0x09: "write AFI", 0x0A: "get AFI", 0x0B: "write DSFID",
    0x0C: "set EAS", 0x0D: "tag info", 0x0E: "lock DSFID", 0x0F: "get DSFID", 0x11: "version", 0x13: "RF setup",
    0x14: "ISO pass-through", 0xFE: "inventory",
}  # fmt: skip
_UID_START: Final = 0xE0
_REQUEST_LENGTHS: Final = {0x11: (1,), 0xFE: (3, 4)}


def say(found: Frame | Noise) -> Said:
    """Describe one thing that the parser found. Never raises."""
    if isinstance(found, Noise):
        return noise(found.raw)
    body = found.body
    if found.start == OLD_START:
        probe = body == b"\x04\x00\x11"
        way, raw = "host" if probe else "reader", found.raw.hex().upper()
        return Said(way, raw, "version (old frame)", 0x11, "version", data=body[3:].hex().upper())
    if not body:
        return noise(found.raw, "an empty frame")
    name = _NAMES.get(body[0], f"command {body[0]:02X}")
    return _request(found, name) if _is_request(body) else _answer(found, name)


def _is_request(body: bytes) -> bool:
    code = body[0]
    if code in _REQUEST_LENGTHS:
        return len(body) in _REQUEST_LENGTHS[code]
    if code == 0x13:
        return len(body) > 1 and body[1] != 0
    return len(body) >= 9 and body[1] == _UID_START


def _request(found: Frame, name: str) -> Said:
    body = found.body
    addressed = body[0] in _NAMES and body[0] not in (0x11, 0x13, 0x14, 0xFE)
    uids = (body[1:9].hex().upper(),) if addressed else ()
    data = body[9:] if addressed else body[1:]
    return framed("host", found.raw, body[0], name, data, uids=uids)


def _answer(found: Frame, name: str) -> Said:
    body = found.body
    error, fields = body[1] if len(body) > 1 else 0, body[2:]
    uids: tuple[str, ...] = ()
    if body[0] == 0xFE and not error and len(fields) >= 3:
        uids, fields = _listed(fields), b""
    elif body[0] not in (0x11, 0x13, 0x14, 0xFE) and len(fields) >= 8:
        uids, fields = (fields[:8].hex().upper(),), fields[8:]
    outcome = ErrorCode.of(error).sentence if error else ""
    text = (f"{len(uids)} tags", *uids) if body[0] == 0xFE else uids
    return framed("reader", found.raw, body[0], name, fields, uids=uids, error=error, text=text, outcome=outcome)


def _listed(fields: bytes) -> tuple[str, ...]:
    dsfid = 1 if fields[1] & 0x02 else 0
    stride = 8 + dsfid
    entries = fields[3:]
    return tuple(entries[at + dsfid : at + stride].hex().upper() for at in range(0, len(entries) - stride + 1, stride))
