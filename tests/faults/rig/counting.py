"""Doors, a broker and a desk in one world, where anything may go wrong between them; and what must hold in the end.

A story is a list of calls of :class:`World`; hypothesis tells them (``test_counting_machine.py``), or a dice
(:func:`walk`). After each everything heals, and :meth:`World.end` says what does not add up:

* the totals are exact: what the desk counts is what the doors' ledgers took, once each;
* every hole is flagged, and a ledger that lives has none;
* no door deleted a row that is not committed, and no mark went back;
* a row whose boot learned the time lies where it happened;
* of two doors with one card one is exact, every row of the other is kept aside, and the alarm stands.
"""

from __future__ import annotations

import random
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from rig.counting_oracle import Oracle
from rig.counting_parts import YEAR_MS, Broker, Desk, Door, Time

from collector.store.port import Batch, Ledger, Store, Written
from collector.store.sqlite import SqliteStore
from collector.store.view import SqliteReader
from devices.contract import Ack, encode
from devices.link.ledger import Ledger as DoorLedger

#: Fast where there is one: what a power cut leaves is the power campaign's business, not this one's.
_SHM = Path("/dev/shm")


KILLS = ("", "before the commit", "before the ack", "after the ack")


@dataclass(frozen=True)
class Options:
    """Parts to build the world from; a control puts a defective one in."""

    store: Callable[[Path], Store] = SqliteStore
    ledger: Callable[..., DoorLedger] = DoorLedger
    hasty: bool = False


class _Doubling(SqliteStore):
    """Control: a store without a key. What comes again is written again."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._seen: dict[tuple[Ledger, int], int] = defaultdict(int)

    def write(self, batch: Batch) -> Written:
        again = []
        for record in batch.records:
            times = self._seen[record.ledger, record.seq]
            self._seen[record.ledger, record.seq] += 1
            if times:
                ledger = msgspec.structs.replace(record.ledger, epoch=f"again-{times}")
                again.append(msgspec.structs.replace(record, ledger=ledger))
        written = super().write(batch)
        super().write(Batch(tuple(again)))
        return written


class _EpochPerBoot(DoorLedger):
    """Control: the epoch is that of the boot, as if each start were a new ledger."""

    def __init__(self, path: Path | str, clock: Any) -> None:
        super().__init__(path, clock)
        self.epoch = clock.boot


CONTROLS = {
    "inserts without the key": Options(store=_Doubling),
    "acknowledges before the commit": Options(hasty=True),
    "makes an epoch at each boot": Options(ledger=_EpochPerBoot),
}


class World(Oracle):
    """See the module."""

    def __init__(self, seed: int = 0, options: Options = Options()) -> None:
        self.story: list[str] = []
        self.faults = 0
        self._folder = tempfile.TemporaryDirectory(dir=_SHM if _SHM.is_dir() else None)
        self._path = Path(self._folder.name)
        self._dice = random.Random(seed)
        self._options = options
        self.time = Time()
        self.broker = Broker()
        self.doors: list[Door] = []
        self._copied: set[str] = set()
        self._add("pintu-1", self._path / "one")
        self._add("pintu-2", self._path / "two")
        self.desk = Desk(self._path / "desk.sqlite", self.time, options.store, hasty=options.hasty)

    def _add(self, name: str, folder: Path) -> Door:
        folder.mkdir(exist_ok=True)
        door = Door(name, folder, self.time, self._options.ledger, self._dice)
        self.doors.append(door)
        return door

    def _tell(self, what: str, *, fault: bool = False) -> None:
        self.story.append(what)
        self.faults += fault

    def _door(self, number: int) -> Door:
        return self.doors[number % len(self.doors)]

    # -- what people and time do

    def passes(self, number: int, into: int, out: int) -> None:
        self._tell(f"door {number}: {into} in, {out} out")
        self._door(number).passes(into, out)

    def flush(self, number: int) -> None:
        self._tell(f"door {number} flushes")
        self._door(number).flush()

    def close_interval(self, number: int) -> None:
        self._tell(f"door {number} writes a row")
        self._door(number).close()

    def wait(self, seconds: int) -> None:
        self._tell(f"{seconds} s go by")
        self.time.now += seconds * 1000

    def sync(self, number: int) -> None:
        self._tell(f"door {number} learns the time")
        self._door(number).sync()

    def _undecided(self) -> bool:
        """A clone whose first rows are lost on the way while later ones arrive cannot be told from a door with a hole.
        So the desk hears of the copy first; from then on everything may go wrong again."""
        return bool(self._copied) and not self._rows("conflict")

    # -- what goes right or wrong

    def jump(self, number: int, years: int) -> None:
        self._tell(f"the clock of door {number} jumps by {years} years", fault=True)
        self._door(number).sync(years * YEAR_MS)

    def reboot(self, number: int) -> None:
        self._tell(f"door {number} loses power and boots", fault=True)
        self._door(number).power_cut()
        self._door(number).power_on()

    def wipe_ledger(self, number: int) -> None:
        self._tell(f"door {number} gets an empty card", fault=True)
        door = self._door(number)
        if door.name not in self._copied:  # the copy is the other's trouble
            door.wipe()

    def copy_card(self, number: int) -> None:
        """Once a story, on a quiet day: a third door with the card of another, and its name."""
        door = self._door(number)
        if self._copied or door.lost:
            return
        self._tell(f"the card of door {number} is copied", fault=True)
        self._let_it_deliver(number)
        door.power_cut()
        door.copy_to(self._path / "copy")
        door.power_on()
        self._copied.add(door.name)
        clone = self._add(door.name, self._path / "copy")
        clone.into, clone.out = door.into, door.out
        clone.written.update(door.written)
        clone.boots.update(door.boots)
        clone.deleted.update(door.deleted)

    def connect(self, number: int) -> None:
        self._tell(f"door {number} connects")
        door = self._door(number)
        for other in self.doors:  # one connection a name: the broker sends the older one away
            if other is not door and other.name == door.name and other.online:
                other.disconnect()
        door.connect(self.broker)

    def disconnect(self, number: int) -> None:
        self._tell(f"door {number} loses its connection")
        self._door(number).disconnect()

    def pump(self, number: int, puback: bool) -> None:
        self._tell(f"door {number} sends{'' if puback else ', and hears nothing'}")
        door = self._door(number)
        for _ in range(4 if puback else 1):
            door.pump(self.broker)
            if puback:
                door.puback()

    def deliver(self, count: int) -> None:
        self._tell(f"the broker delivers {count}")
        for message in self.broker.to_desk[:count]:
            self.desk.take(message)
        del self.broker.to_desk[:count]

    def drop(self, place: int) -> None:
        if self.broker.to_desk and not self._undecided():
            self._tell("the broker loses a message", fault=True)
            self.broker.to_desk.pop(place % len(self.broker.to_desk))

    def double(self, place: int) -> None:
        if self.broker.to_desk and not self._undecided():
            self._tell("the broker doubles a message", fault=True)
            self.broker.to_desk.append(self.broker.to_desk[place % len(self.broker.to_desk)])

    def shuffle(self, seed: int) -> None:
        if self._undecided():
            return
        self._tell("the broker mixes its messages up", fault=True)
        random.Random(seed).shuffle(self.broker.to_desk)

    def wipe_broker(self) -> None:
        if self._undecided():
            return
        self._tell("the broker's store is lost", fault=True)
        self.broker.wipe()
        for door in self.doors:
            door.disconnect()

    def work(self, kill: str = "") -> None:
        kill = "" if self._undecided() else kill
        self._tell(f"the collector works{f' and is killed {kill}' if kill else ''}", fault=bool(kill))
        self.desk.work(self.broker, kill)

    def hear(self, number: int) -> None:
        door = self._door(number)
        if door.online and door.name in self.broker.acks:
            self._tell(f"door {number} hears the mark")
            door.hear(self.broker.acks[door.name])

    def stale_ack(self, number: int, back: int) -> None:
        """A mark from before comes again."""
        door = self._door(number)
        old = [mark for mark in self.desk.marks if mark.ledger.device == door.name]
        if old and door.online:
            self._tell(f"door {number} hears an old mark", fault=True)
            mark = old[-1 - back % len(old)]
            door.hear(encode(Ack(epoch=mark.ledger.epoch, seq=mark.seq, boot=mark.boot or "")))

    # -- the end

    def end(self) -> list[str]:
        """Everything heals, all is delivered; what does not add up then."""
        self._calm()
        found = [*self._marks_that_went_back(), *self._deleted_but_not_kept()]
        with SqliteReader(self.desk.path).snapshot() as reading:
            devices = {device.device: device for device in reading.devices()}
            quarters = reading.quarters(0, self.time.now + YEAR_MS)
            lost = reading.lost_passages(0, self.time.now + YEAR_MS)
        into = {name: sum(q.into for q in quarters if q.device == name) for name in devices}
        out = {name: sum(q.out for q in quarters if q.device == name) for name in devices}
        for passages in lost:
            into[passages.device] += passages.into
            out[passages.device] += passages.out
        for name in sorted({door.name for door in self.doors}):
            of_name = [door for door in self.doors if door.name == name]
            holes = devices[name].awaited_rows + devices[name].lost_rows
            if name in self._copied:
                found += self._copies(of_name, into[name], out[name], devices[name].conflicts)
            elif of_name[0].lost:
                found += self._after_a_wipe(of_name[0], into[name], out[name], holes)
            else:
                (door,) = of_name
                if (into[name], out[name]) != (door.into, door.out):
                    found.append(
                        f"{name} counted {door.into} in, {door.out} out; the desk has {into[name]}, {out[name]}"
                    )
                if holes or door.ledger.backlog:
                    found.append(f"{name}: {holes} rows are missing, {door.ledger.backlog} wait")
                if devices[name].conflicts:
                    found.append(f"{name}: {devices[name].conflicts} conflicts without a copied card")
        return found + self._misplaced() + self._different_when_rebuilt()

    def close(self) -> None:
        for door in self.doors:
            door.ledger.close()
        self.desk.close()
        self._folder.cleanup()

    def _calm(self) -> None:
        self.work(KILLS[1])
        for door in self.doors:
            door.close()
        for _ in range(3):
            for number in range(len(self.doors)):
                self._let_it_deliver(number)

    def _let_it_deliver(self, number: int) -> None:
        door = self._door(number)
        self.connect(number)
        for _ in range(300):
            before = door.ledger.backlog, door.delivery.acked
            for _ in range(30):  # as many messages as there may be, at its rate, within its patience
                door.pump(self.broker)
                door.puback()
                self.time.now += 250
            self.deliver(1_000)
            self.work()
            self.hear(number)
            if door.ledger.backlog == 0:
                break
            if before == (door.ledger.backlog, door.delivery.acked):
                self.time.now += 130_000  # longer than its patience
                if self._stuck(door):
                    break
        self.disconnect(number)

    def _stuck(self, door: Door) -> bool:
        """Whether it waits for an ack that it would not obey, with all it has at the desk."""
        return door.name in self._copied and not self._nowhere(door)


def walk(world: World, seed: int, steps: int = 60) -> list[str]:
    """A story by dice, and what does not add up at its end."""
    dice = random.Random(seed)
    for _ in range(steps):
        _step(world, dice)
    return world.end()


def _step(world: World, dice: random.Random) -> None:
    door = dice.randrange(len(world.doors))
    steps: list[tuple[int, Callable[[], None]]] = [
        (12, lambda: world.passes(door, dice.randrange(5), dice.randrange(5))),
        (6, lambda: world.flush(door)),
        (14, lambda: world.close_interval(door)),
        (6, lambda: world.wait(dice.choice((1, 40, 600, 90_000)))),
        (3, lambda: world.sync(door)),
        (2, lambda: world.jump(door, dice.choice((-10, 10)))),
        (4, lambda: world.reboot(door)),
        (1, lambda: world.wipe_ledger(door)),
        (1, lambda: world.copy_card(door)),
        (9, lambda: world.connect(door)),
        (2, lambda: world.disconnect(door)),
        (12, lambda: world.pump(door, dice.random() < 0.8)),
        (12, lambda: world.deliver(dice.randrange(1, 6))),
        (3, lambda: world.drop(dice.randrange(100))),
        (3, lambda: world.double(dice.randrange(100))),
        (2, lambda: world.shuffle(dice.randrange(100))),
        (1, world.wipe_broker),
        (14, lambda: world.work(dice.choice(KILLS) if dice.random() < 0.3 else "")),
        (10, lambda: world.hear(door)),
        (3, lambda: world.stale_ack(door, dice.randrange(10))),
    ]
    dice.choices([step for _, step in steps], [weight for weight, _ in steps])[0]()
