"""A reader's line as somebody recorded it: hex pasted from a log, a spy log of ours, or the bytes themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from devices.rfid.errors import RfidError
from devices.rfid.framing import Noise
from devices.rfid.protocols import PROTOCOLS, describer

#: A line of ``reader watch --log``: the time, who spoke, what.
_SPIED: Final = re.compile(rb"\d{4}-\d\d-\d\dT\S+[ \t]+(?:host|reader)[ \t]+([0-9A-Fa-f]+)")
_HEX: Final = re.compile(rb"[0-9A-Fa-f\s:]*")


class RecordingError(RfidError, ValueError):
    """The text is no recording; the sentence says what is wrong with it."""


def recorded(data: bytes) -> bytes:
    """The bytes on the line. What is no text of hex digits is taken for the bytes themselves.

    Raises:
        RecordingError: text, but no whole bytes of hex.
    """
    lines = [line.strip() for line in data.splitlines() if line.strip() and not line.startswith(b"#")]
    spied = [_SPIED.fullmatch(line) for line in lines]
    if lines and all(spied):
        return b"".join(bytes.fromhex(match.group(1).decode()) for match in spied if match)
    if not all(_HEX.fullmatch(line) for line in lines):
        if all(byte >= 0x20 or byte in b"\t\r\n" for byte in data) and data.isascii():
            raise RecordingError("this is text, but neither hex digits nor a log of 'pustaka reader watch --log'")
        return data
    digits = re.sub(rb"[\s:]", b"", b"".join(lines))
    if len(digits) % 2:
        raise RecordingError(f"{len(digits)} hex digits; every byte needs two, so one is missing or too many")
    if not digits:
        raise RecordingError("there is nothing in it")
    return bytes.fromhex(digits.decode())


@dataclass(frozen=True, slots=True)
class _Fit:
    protocol: str
    noise: int
    unknown: int


def likeliest(data: bytes) -> str:
    """The protocol whose frames leave the least noise; of equals the first of :data:`PROTOCOLS`."""
    return min((_fit(protocol, data) for protocol in PROTOCOLS), key=lambda fit: (fit.noise, fit.unknown)).protocol


def _fit(protocol: str, data: bytes) -> _Fit:
    words = describer(protocol)
    parser = words.new_parser()
    found: list[Any] = parser.receive(data) + parser.give_up()
    said = [words.say(one) for one in found if not isinstance(one, Noise)]
    noise = sum(len(one.raw) for one in found if isinstance(one, Noise))
    return _Fit(protocol, noise, sum(not one.name or one.name.startswith("command ") for one in said))
