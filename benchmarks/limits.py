"""How fast can anybody be? What line and air need for a pile, frame by frame, with a driver that takes no time at all.

The emulated reader's own firmware is asked, in this process and without a clock: its answers say how many bytes go
back and how long the tags take on the air. What a tag needs to store a value differs from write to write (1 to 20 ms),
so the mean of many piles is taken.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from devices.emulators.faults import Faults
from devices.emulators.field import Field, TagState
from devices.emulators.firmware import firmware
from devices.rfid.family import FAMILIES
from devices.rfid.protocols.m3 import commands as m3
from devices.rfid.tags.recognise import FIRST_BLOCKS

_PILES: Final = 40
Commands = Sequence[Any]


@dataclass(frozen=True)
class Asked:
    """The commands that a pile needs: the least that name every item and prove every alarm, and the codec's functions.

    ``pause_s`` is what the reader needs after each answer.
    """

    inventory: Commands
    read: Callable[[str], Commands]
    alarm: Callable[[str, bool], Commands]
    encode: Callable[[Any], bytes]
    parse: Callable[[Any, Any], Any]
    pause_s: float = 0.0


ASKED: Final = {
    "m3": Asked(
        (m3.Inventory(),),
        lambda uid: (m3.ReadBlocks(uid, 0, FIRST_BLOCKS, compact=True),),
        lambda uid, armed: (m3.WriteAfi(uid, 0x07 if armed else 0xC2), m3.GetAfi(uid)),
        m3.encode,
        m3.parse,
    ),
}


@dataclass(frozen=True)
class Limit:
    """Seconds: until one item can be known, until all are, and until all alarms are written and read back."""

    first: float
    all: float
    alarms: float


class _Reader:
    """An emulated reader with tags on it, asked without a line."""

    def __init__(self, protocol: str, tags: Iterable[TagState], file: Path) -> None:
        field = Field(file)
        self.uids = []
        for tag in tags:
            field.define(tag)
            field.put(tag.uid)
            self.uids.append(tag.uid)
        self.asked = ASKED[protocol]
        self._byte_s = FAMILIES[protocol].line.byte_s
        self._firmware = firmware(protocol, field, Faults(seed=1))

    def takes(self, commands: Commands) -> float:
        """Seconds of line and air."""
        total = 0.0
        for command in commands:
            sent = self.asked.encode(command)
            replies = self._firmware.receive(sent, 0.0)
            total += sum(reply.air_s + len(reply.data) * self._byte_s for reply in replies)
            total += len(sent) * self._byte_s + self.asked.pause_s
        return total

    def says(self, command: Any) -> bytes:
        """The answer."""
        return b"".join(reply.data for reply in self._firmware.receive(self.asked.encode(command), 0.0))


def limit(protocol: str, tags: Iterable[TagState], folder: Path) -> Limit:
    """That of a pile of these tags on an emulated reader of that protocol."""
    reader = _Reader(protocol, tags, folder / f"{protocol}-limit.json")
    asked = reader.asked
    looked = reader.takes(asked.inventory)
    reads = [reader.takes(asked.read(uid)) for uid in reader.uids]
    alarms = [sum(reader.takes(asked.alarm(uid, bool(pile % 2))) for uid in reader.uids) for pile in range(_PILES)]
    return Limit(looked + reads[0], looked + sum(reads), statistics.fmean(alarms))


def exchanges(protocol: str, tags: Iterable[TagState], folder: Path) -> Iterator[tuple[Any, bytes]]:
    """Every command of such a pile, and its answer."""
    reader = _Reader(protocol, tags, folder / f"{protocol}-recorded.json")
    asked = reader.asked
    commands = [*asked.inventory]
    for uid in reader.uids:
        commands += [*asked.read(uid), *asked.alarm(uid, False)]
    for command in commands:
        yield command, reader.says(command)
