"""How fast can anybody be? What line and air need for a pile, frame by frame, with a driver that takes no time at all.

The emulated reader's own firmware is asked, in this process and without a clock: its answers say how many bytes go
back and how long the tags take on the air. What a tag needs to store a value differs from write to write, and when
a UHF tag is heard from round to round, so the mean of many piles is taken.

A UHF desk believes in a tag that it has heard in two of three rounds (``[reader.uhf] seen``): its pile is known when
the last tag has been heard twice. The alarm is one word of the EPC; the least is to select the tag, to write the word,
and to read it.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from devices.emulators.faults import Faults
from devices.emulators.field import Field, TagState
from devices.emulators.firmware import firmware
from devices.rfid.family import FAMILIES
from devices.rfid.protocols.feig import commands as feig
from devices.rfid.protocols.m3 import commands as m3
from devices.rfid.protocols.m100 import commands as m100
from devices.rfid.tags.recognise import FIRST_BLOCKS

_PILES: Final = 40
Commands = Sequence[Any]


@dataclass(frozen=True)
class Asked:
    """The commands that a pile needs: the least that name every item and prove every alarm, and the codec's functions.

    ``pause_s`` is what the reader needs after each answer.
    """

    inventory: Commands
    read: Callable[[TagState], Commands]
    alarm: Callable[[TagState, bool], Commands]
    encode: Callable[[Any], bytes]
    parse: Callable[[Any, Any], Any]
    pause_s: float = 0.0
    rounds: int = 0  # in which a tag has to be heard, where tags are told of one by one


def _alarm_in_epc(tag: TagState, armed: bool) -> Commands:
    epc = bytes.fromhex(tag.epc)
    last = 2 + len(epc) // 2 - 1  # behind the words of checksum and PC
    word = epc[-2:-1] + bytes([armed])
    return (
        m100.Select(epc[:-1] + bytes([epc[-1] & 0xFE]), 8 * len(epc) - 1),
        m100.Write(1, last, word),
        m100.Read(1, last, 1),
    )


ASKED: Final = {
    "m3": Asked(
        (m3.Inventory(),),
        lambda tag: (m3.ReadBlocks(tag.uid, 0, FIRST_BLOCKS, compact=True),),
        lambda tag, armed: (m3.WriteAfi(tag.uid, 0x07 if armed else 0xC2), m3.GetAfi(tag.uid)),
        m3.encode,
        m3.parse,
    ),
    "feig": Asked(
        (feig.Inventory(),),
        lambda tag: (feig.ReadBlocks(tag.uid, 0, FIRST_BLOCKS),),
        lambda tag, armed: (feig.WriteAfi(tag.uid, 0x07 if armed else 0xC2), feig.GetSystemInformation(tag.uid)),
        feig.encode,
        feig.parse,
        pause_s=0.005_001,  # a hair more than it needs, for sums of fractions
    ),
    "m100": Asked((m100.MultiPoll(1),), lambda tag: (), _alarm_in_epc, m100.encode, m100.parse, rounds=2),
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
        self.tags = list(tags)
        for tag in self.tags:
            field.define(tag)
            field.put(tag.uid)
        self._now = 0.0
        self.asked = ASKED[protocol]
        self._byte_s = FAMILIES[protocol].line.byte_s
        self._firmware = firmware(protocol, field, Faults(seed=1))

    def takes(self, commands: Commands) -> float:
        """Seconds of line and air."""
        began = self._now
        for command in commands:
            self.says(command)
        return self._now - began

    def says(self, command: Any) -> bytes:
        """The answer; it is the moment afterwards when the next command may come."""
        sent = self.asked.encode(command)
        self._now += len(sent) * self._byte_s
        replies = self._firmware.receive(sent, self._now)
        self._now += sum(reply.air_s + len(reply.data) * self._byte_s for reply in replies) + self.asked.pause_s
        return b"".join(reply.data for reply in replies)

    def hears(self) -> tuple[float, float]:
        """Seconds until the first tag has been heard in enough rounds, and until all have."""
        began, heard = self._now, Counter[bytes]()
        first = 0.0
        while len(heard) < len(self.tags) or min(heard.values()) < self.asked.rounds:
            for notice in self._round():
                heard[notice[6:-4]] += 1  # PC and EPC, behind the strength
                if heard.most_common(1)[0][1] == self.asked.rounds and not first:
                    first = self._now - began
        return first, self._now - began

    def _round(self) -> Iterator[bytes]:
        """Notices as they leave the line; afterwards it is the moment when the next round can be asked for."""
        [command] = self.asked.inventory
        sent = self.asked.encode(command)
        self._now += len(sent) * self._byte_s
        self._firmware.receive(sent, self._now)
        while (wake := self._firmware.wake()) is not None:
            self._now = max(self._now, wake)
            for reply in self._firmware.tick(self._now):
                self._now += len(reply.data) * self._byte_s
                yield reply.data


def limit(protocol: str, tags: Iterable[TagState], folder: Path) -> Limit:
    """That of a pile of these tags on an emulated reader of that protocol."""
    reader = _Reader(protocol, tags, folder / f"{protocol}-limit.json")
    asked = reader.asked
    if asked.rounds:
        heard = [reader.hears() for _ in range(_PILES)]
        first, everything = (statistics.fmean(times) for times in zip(*heard, strict=True))
    else:
        looked = reader.takes(asked.inventory)
        reads = [reader.takes(asked.read(tag)) for tag in reader.tags]
        first, everything = looked + reads[0], looked + sum(reads)
    alarms = [sum(reader.takes(asked.alarm(tag, bool(pile % 2))) for tag in reader.tags) for pile in range(_PILES)]
    return Limit(first, everything, statistics.fmean(alarms))


def exchanges(protocol: str, tags: Iterable[TagState], folder: Path) -> Iterator[tuple[Any, bytes]]:
    """Every command of such a pile, and its answer."""
    reader = _Reader(protocol, tags, folder / f"{protocol}-recorded.json")
    asked = reader.asked
    commands = [] if asked.rounds else [*asked.inventory]
    for tag in reader.tags:
        commands += [*asked.read(tag), *asked.alarm(tag, False)]
    for command in commands:
        yield command, reader.says(command)
