"""What an M100/QM100 or R200 module answers (R200 user protocol V2.3.3; sections as in the MagicRF firmware manual).

``pc`` is the tag's protocol control word; its upper five bits count the 16-bit words of the EPC.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.rfid.protocols.gen2 import TagError
from devices.rfid.protocols.m100.errors import ErrorCode


@dataclass(frozen=True, slots=True)
class Failure:
    """The module says no. ``tag``: what the tag said, where it was the tag; ``epc`` is empty if it named none."""

    error: ErrorCode
    tag: TagError | None = None
    pc: int = 0
    epc: bytes = b""


@dataclass(frozen=True, slots=True)
class Notice:
    """A tag heard in a round of polling; its CRC was right. ``rssi`` in dBm at the chip's input."""

    rssi: int
    pc: int
    epc: bytes


@dataclass(frozen=True, slots=True)
class Text:
    """Hardware version, software version or maker, in ASCII."""

    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """What was read, and from which tag."""

    pc: int
    epc: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """A tag was written, says the module; ``epc`` is the one it had before."""

    pc: int
    epc: bytes


@dataclass(frozen=True, slots=True)
class Power:
    """What the module sends with, in dBm."""

    dbm: float


@dataclass(frozen=True, slots=True)
class Number:
    """A region or a channel."""

    value: int


@dataclass(frozen=True, slots=True)
class Selected:
    """The mask that picks the tags to work on: ``bits`` of ``mask`` from bit ``start`` of ``bank`` on."""

    bank: int
    start: int
    bits: int
    mask: bytes


@dataclass(frozen=True, slots=True)
class Alarm:
    """The 64 bits that every NXP tag answers whose alarm bit is set; from which tag nobody knows."""

    code: bytes


@dataclass(frozen=True, slots=True)
class Done:
    """The module did it (says so), and has nothing else to tell."""
