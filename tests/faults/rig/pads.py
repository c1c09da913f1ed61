"""A pad on a bad day: books come and go, alarms are ordered, the line and the tags misbehave, the plug is pulled.

The production driver over a pty to an emulated reader with the real frames, speed and air. Several desks run side by
side, since each waits for its line most of the time. After each day the faults stop, and the oracle asks:

* was every order answered exactly once, and is every alarm that was reported as done what it is reported to be?
* was no alarm changed that nobody ordered to be changed?
* did nothing ever name an item that is not on that tag, and did each tag arrive, be read and leave in that order?
* does the driver know in the end exactly what lies there, each book by its number?

The control believes the reader's "done" without reading back, and has to be caught.
"""

from __future__ import annotations

import itertools
import random
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from rig.tally import Budget, Tally

from devices.emulators.desks import DESKS, item_id
from devices.emulators.faults import Fault
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.events import (
    Event,
    ReaderChanged,
    ReaderState,
    SecurityProblem,
    SecurityWritten,
    TagArrived,
    TagLeft,
    TagRead,
)
from devices.rfid.family import Family, Lapse
from devices.rfid.reader import PadReader
from devices.rfid.security import Order

_DESKS = 6
_BOOKS = 6
_STEPS = 12
_DEADLINE = 30.0
_LEAST_RUNS = 12
#: What can go wrong, with what makes sense as its options.
_HAZARDS: tuple[tuple[Fault, dict[str, int]], ...] = (
    (Fault.DROP_BYTE, {}),
    (Fault.FLIP_BIT, {}),
    (Fault.SPLIT, {"ms": 30}),
    (Fault.LATE, {"ms": 450}),
    (Fault.SILENCE, {}),
    (Fault.DUPLICATE_UID, {}),
    (Fault.VANISH, {}),
    (Fault.AFI_UNCHANGED, {}),
    (Fault.WRITE_FAILS, {}),
)


class Believer(PadReader):
    """The control: "done" is done."""

    def _write(self, reader: Family, order: Order) -> SecurityProblem:
        said = reader.write_security(order.uid, order.armed)
        return SecurityProblem.NOT_WRITTEN if isinstance(said, Lapse) else SecurityProblem.NONE


@dataclass(frozen=True)
class Book:
    """A book, and its tag's names in the field and for the driver."""

    key: str
    uid: str
    item_id: str


@dataclass
class Day:
    """What happened on one desk."""

    events: list[Event] = field(default_factory=list)
    orders: list[tuple[str, bool]] = field(default_factory=list)
    faults: int = 0
    violations: list[str] = field(default_factory=list)


class Desk:
    """An emulated desk with its driver and everything the driver has said."""

    def __init__(self, protocol: str, folder: Path, seed: int, driver: type[PadReader] = PadReader) -> None:
        self._desk = DESKS[protocol]
        self._pad = ReaderEmulator(folder, "pad", protocol=protocol, seed=seed)
        self._pad.start()
        self._books = [Book(self._desk.key(n), self._desk.uid(n), item_id(n)) for n in range(_BOOKS)]
        for number in range(_BOOKS):
            self._pad.define_tag(self._desk.tag(number))
        self._chance = random.Random(seed)
        self._changed = threading.Condition()
        self.day = Day()
        self._driver = driver(self._desk.settings(self._pad.port), self._post, secure_tries=4)

    def live(self) -> Day:
        """One day, and what the oracle says of it."""
        self._driver.start()
        try:
            self._await("the reader", lambda: self._last_state() is ReaderState.READY)
            for _ in range(_STEPS):
                self._step()
            for fault in Fault:
                self._pad.fault(fault, times=0)
            self._pad.start()
            self._settle()
            self._judge()
        finally:
            self._driver.stop()
            self._pad.stop()
        return self.day

    def _post(self, event: Event) -> None:
        with self._changed:
            self.day.events.append(event)
            self._changed.notify_all()

    def _await(self, what: str, condition: Callable[[], bool]) -> None:
        with self._changed:
            if not self._changed.wait_for(condition, _DEADLINE):
                self.day.violations.append(f"waited {_DEADLINE:.0f} s for {what}")

    def _last_state(self) -> ReaderState | None:
        return next((e.state for e in reversed(self.day.events) if isinstance(e, ReaderChanged)), None)

    # What happens.

    def _step(self) -> None:
        book = self._chance.choice(self._books)
        match self._chance.randrange(10):
            case 0 | 1 | 2:
                self._pad.put(book.key)
            case 3:
                self._pad.take(book.key)
            case 4 | 5 | 6:
                self._order(book.uid, self._chance.random() < 0.5)
            case 7 | 8:
                fault, options = self._chance.choice(_HAZARDS)
                self._pad.fault(fault, times=self._chance.randint(1, 4), **options)
                self.day.faults += 1
            case _:
                self._pad.kill()
                self._pad.start()
                self.day.faults += 1
        with self._changed:  # a hand's pace: nothing is waited for
            self._changed.wait(self._chance.uniform(0.0, 0.3))

    def _order(self, uid: str, armed: bool) -> None:
        self.day.orders.append((uid, armed))
        self._driver.secure(uid, armed)

    # What it came to.

    def _lying(self) -> set[str]:
        on_pad = {tag.uid for tag in self._pad.tags() if tag.on_pad}
        return {book.uid for book in self._books if book.key in on_pad}

    def _settle(self) -> None:
        lying = self._lying()
        self._await("every order to end", lambda: self._ended() >= self._wanted())
        self._await("the pad to be known", lambda: self._known().keys() == lying and all(self._known().values()))

    def _ended(self) -> int:
        return sum(isinstance(event, SecurityWritten) for event in self.day.events)

    def _wanted(self) -> int:
        """Orders, but for those that repeated one still waiting and shared its end: at least one each and value."""
        return len(set(self.day.orders))

    def _known(self) -> dict[str, bool]:
        """What the driver says lies there, and whether it has named the item."""
        known: dict[str, bool] = {}
        for event in self.day.events:
            match event:
                case TagArrived(uid):
                    known[uid] = False
                case TagRead(uid, content):
                    known[uid] = content is not None and bool(content.item_id)
                case TagLeft(uid):
                    known.pop(uid, None)
                case _:
                    pass
        return known

    def _judge(self) -> None:
        self.day.violations += [*self._wrong_order(), *self._wrong_items(), *self._wrong_alarms()]

    def _wrong_order(self) -> Iterator[str]:
        there: set[str] = set()
        for event in self.day.events:
            match event:
                case TagArrived(uid) if uid in there:
                    yield f"{uid} arrived twice"
                case TagArrived(uid):
                    there.add(uid)
                case TagRead(uid) | TagLeft(uid) if uid not in there:
                    yield f"{event} of a tag that is not there"
                case TagLeft(uid):
                    there.discard(uid)
                case _:
                    pass

    def _wrong_items(self) -> Iterator[str]:
        named = {book.uid: book.item_id for book in self._books}
        for event in self.day.events:
            if isinstance(event, TagRead) and event.content is not None and event.content.item_id:
                if event.content.item_id != named.get(event.uid):
                    yield f"{event.uid} was called {event.content.item_id}"
            elif isinstance(event, TagArrived) and event.uid not in named:
                yield f"{event.uid} arrived and does not exist"

    def _wrong_alarms(self) -> Iterator[str]:
        """The last word on a tag decides: a value reported as done must be there. Nobody else's may have changed."""
        said: dict[str, list[SecurityWritten]] = defaultdict(list)
        for event in self.day.events:
            if isinstance(event, SecurityWritten):
                said[event.uid].append(event)
        armed = {tag.uid: self._desk.armed(tag) for tag in self._pad.tags()}
        for book in self._books:
            yield from self._wrong_alarm(book, armed[book.key], said[book.uid])

    def _wrong_alarm(self, book: Book, is_armed: bool | None, said: list[SecurityWritten]) -> Iterator[str]:
        ordered = [armed for uid, armed in self.day.orders if uid == book.uid]
        if not ordered and is_armed is not True:
            yield f"{book.uid}: the alarm was changed, and nobody asked for it"
        if len(said) > len(ordered):
            yield f"{book.uid}: {len(said)} ends of {len(ordered)} orders"
        if said and said[-1].ok and is_armed is not said[-1].armed:
            yield f"{book.uid}: reported {'armed' if said[-1].armed else 'disarmed'}, and the tag says {is_armed}"


def pads(budget: Budget) -> Tally:
    """Days by dice on a desk of each family."""
    tally = Tally("pads", budget.seed)
    protocols = list(DESKS)
    with ThreadPoolExecutor(_DESKS) as side_by_side:
        for first in itertools.count(budget.seed, _DESKS):
            if budget.left <= 0 and tally.runs >= _LEAST_RUNS:
                break
            seeds = range(first, first + _DESKS)
            days = side_by_side.map(lambda seed: _day(protocols[seed % len(protocols)], seed), seeds)
            for seed, day in zip(seeds, days, strict=True):
                tally.runs += 1
                tally.faults += day.faults
                where = f"seed {seed} ({protocols[seed % len(protocols)]})"
                tally.violations += [f"{where}: {violation}" for violation in day.violations]
        tally.controls += 1
        tally.controls_failed += _believer_is_caught(side_by_side, budget.seed, protocols[0])
    return tally


def _day(protocol: str, seed: int, driver: type[PadReader] = PadReader) -> Day:
    with tempfile.TemporaryDirectory(prefix="pad-") as folder:
        return Desk(protocol, Path(folder), seed, driver).live()


def _believer_is_caught(side_by_side: ThreadPoolExecutor, seed: int, protocol: str) -> bool:
    for first in range(seed, seed + 10 * _DESKS, _DESKS):
        days = side_by_side.map(lambda one: _day(protocol, one, Believer), range(first, first + _DESKS))
        if any("the tag says" in violation for day in days for violation in day.violations):
            return True
    return False
