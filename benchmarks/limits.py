"""How fast can anybody be? What line and air need for a pile, frame by frame, with a driver that takes no time at all.

The emulated reader's own firmware is asked, in this process and without a clock: its answers say how many bytes go
back and how long the tags take on the air. What a tag needs to store a value differs from write to write (1 to 20 ms),
so the mean of many piles is taken.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from devices.emulators.faults import Faults
from devices.emulators.field import Field, TagState
from devices.emulators.firmware import firmware
from devices.rfid.family import FAMILIES
from devices.rfid.protocols.m3 import commands as m3
from devices.rfid.tags.recognise import FIRST_BLOCKS

_PILES: Final = 40


@dataclass(frozen=True)
class Asked:
    """The commands that a pile needs, as bytes; the least that names every item and proves every alarm."""

    inventory: Iterable[bytes]
    read: Callable[[str], Iterable[bytes]]
    alarm: Callable[[str, bool], Iterable[bytes]]
    pause_s: float = 0.0


ASKED: Final = {
    "m3": Asked(
        (m3.encode(m3.Inventory()),),
        lambda uid: (m3.encode(m3.ReadBlocks(uid, 0, FIRST_BLOCKS, compact=True)),),
        lambda uid, armed: (m3.encode(m3.WriteAfi(uid, 0x07 if armed else 0xC2)), m3.encode(m3.GetAfi(uid))),
    ),
}


@dataclass(frozen=True)
class Limit:
    """Seconds: until one item can be known, until all are, and until all alarms are written and read back."""

    first: float
    all: float
    alarms: float


def limit(protocol: str, tags: Iterable[TagState], folder: Path) -> Limit:
    """That of a pile of these tags on an emulated reader of that protocol."""
    field = Field(folder / f"{protocol}-limit.json")
    uids = []
    for tag in tags:
        field.define(tag)
        field.put(tag.uid)
        uids.append(tag.uid)
    asked, byte_s = ASKED[protocol], FAMILIES[protocol].line.byte_s
    reader = firmware(protocol, field, Faults(seed=1))

    def takes(commands: Iterable[bytes]) -> float:
        total = 0.0
        for command in commands:
            replies = reader.receive(command, 0.0)
            total += sum(reply.air_s + len(reply.data) * byte_s for reply in replies)
            total += len(command) * byte_s + asked.pause_s
        return total

    looked = takes(asked.inventory)
    reads = [takes(asked.read(uid)) for uid in uids]
    alarms = [sum(takes(asked.alarm(uid, bool(pile % 2))) for uid in uids) for pile in range(_PILES)]
    return Limit(looked + reads[0], looked + sum(reads), statistics.fmean(alarms))
