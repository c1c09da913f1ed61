"""What a reader of the Chafon families answers (sources: see :mod:`devices.rfid.protocols.chafon.commands`)."""

from __future__ import annotations

from dataclasses import dataclass

from devices.rfid.protocols.chafon.errors import Status
from devices.rfid.protocols.gen2 import TagError


@dataclass(frozen=True, slots=True)
class Failure:
    """The reader says no; ``tag`` is what the tag said where it was the tag that refused."""

    command: int
    status: Status
    tag: TagError | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The reader did it (says so), and has nothing else to tell."""


@dataclass(frozen=True, slots=True)
class ReaderInfo:
    """Answer of 21. ``kind`` names the model (09: 18 family, 0C: 288M, 0F and 10: 86); ``scan_s`` in seconds."""

    major: int
    minor: int
    kind: int
    power_dbm: int
    scan_s: float


@dataclass(frozen=True, slots=True)
class Heard:
    """A tag in an inventory. ``rssi_dbm`` is ``None`` for the 18 family, which does not tell."""

    epc: bytes
    rssi_dbm: int | None = None


@dataclass(frozen=True, slots=True)
class Heap:
    """Tags of one frame of an inventory; ``more``: another frame follows.

    Not ``whole``: time or memory was up, and there may be tags it did not get to.
    """

    tags: tuple[Heard, ...]
    more: bool
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Memory:
    """What was read: whole words of two bytes."""

    data: bytes
