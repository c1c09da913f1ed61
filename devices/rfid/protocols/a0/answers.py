"""What a reader answers in the A0 protocol (sources: see :mod:`devices.rfid.protocols.a0.commands`)."""

from __future__ import annotations

from dataclasses import dataclass

from devices.rfid.protocols.a0.errors import Code


@dataclass(frozen=True, slots=True)
class Failure:
    """The reader says no."""

    command: int
    code: Code


@dataclass(frozen=True, slots=True)
class Done:
    """The reader did it (says so), and has nothing else to tell."""


@dataclass(frozen=True, slots=True)
class Firmware:
    """Answer of 72."""

    major: int
    minor: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A tag in an inventory: one frame each. ``antenna`` counts from 0."""

    pc: int
    epc: bytes
    rssi_dbm: int
    antenna: int = 0


@dataclass(frozen=True, slots=True)
class RoundEnd:
    """The last frame of an inventory. ``rate`` in tags a second, ``reads`` how often tags were heard in it."""

    antenna: int
    rate: int
    reads: int


@dataclass(frozen=True, slots=True)
class Operated:
    """A tag that was read or written: who it was, and what was read (empty for a write)."""

    pc: int
    epc: bytes
    data: bytes = b""
