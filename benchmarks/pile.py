"""Ten books laid on a pad at once: when is the first known, when all, and how long do ten alarms take?

The reader is emulated on a pty with the speed of its line and the times that tags take on the air
(:mod:`devices.emulators.air`), so no driver can be faster than what line and air allow; that limit is computed from
the frames themselves, for each protocol, and ours may take 1.15 times as long. Beside it is the driver that most
open projects ship (:mod:`benchmarks.naive_pad`). The books come at any moment of the reader's round. Afterwards it is
checked that every item was named rightly and that every alarm on the tags is what it should be.
"""

from __future__ import annotations

import queue
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, Protocol

from benchmarks.limits import Limit, limit
from benchmarks.naive_pad import NaivePad
from benchmarks.paired import Report, Side, compare_all, median
from benchmarks.result import Benchmark, Outcome, Plan, Table
from devices.emulators.desks import DESKS, item_id
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.events import Event, ReaderChanged, ReaderState, SecurityWritten, TagRead
from devices.rfid.reader import PadReader
from devices.rfid.settings import ReaderSettings

BOOKS: Final = 10
PAIRS: Final = 6
#: Bounds of the project: seconds to the first item, and times the limit of line and air for all and for the alarms.
FIRST_S: Final = 0.25
BOUND: Final = 1.15
#: Share of a core while a full pad lies still.
IDLE: Final = 0.03
_PATIENCE: Final = 30.0
#: Seconds after which the pad counts as still (:data:`devices.rfid.reader.LIVELY`), and a little.
_UNTIL_STILL: Final = 1.5


class Driver(Protocol):
    """Ours and the other."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def secure(self, uid: str, armed: bool) -> None: ...


Make = Callable[[ReaderSettings, Callable[[Event], None]], Driver]
_SIDES: Final[tuple[tuple[str, Make], ...]] = (("naive driver", NaivePad), ("Pustaka Mandiri", PadReader))
_NAMES: Final = {
    "first": "first item known",
    "all": "all ten known",
    "alarms": "ten alarms written and read back",
    "still": "CPU of a core while they lie still",
}


@dataclass(frozen=True)
class Laid:
    """One pile: seconds to the first item, to all, for all alarms; CPU share of a core afterwards; what went wrong."""

    first: float
    all: float
    alarms: float
    still: float
    wrong: str

    def slower(self, by: float) -> Laid:
        """As if everything had taken longer by this fraction."""
        factor = 1 + by
        return Laid(self.first * factor, self.all * factor, self.alarms * factor, self.still * factor, self.wrong)

    def told(self) -> dict[str, float]:
        """The figures by name."""
        return {"first": self.first, "all": self.all, "alarms": self.alarms, "still": self.still}


class Pile:
    """A desk with its books, and one driver at a time."""

    def __init__(self, protocol: str, folder: Path, random: Random, still_s: float, books: int = BOOKS) -> None:
        self._desk = DESKS[protocol]
        self._random = random
        self._still_s = still_s
        self._armed = True
        self._pad = ReaderEmulator(folder, protocol, protocol=protocol, seed=1)
        self._pad.start()
        tags = [self._desk.tag(number) for number in range(books)]
        for tag in tags:
            self._pad.define_tag(tag)
        self.books = {self._desk.uid(number): item_id(number) for number in range(books)}
        self._keys = [tag.uid for tag in tags]
        self.limit: Limit = limit(protocol, tags, folder)

    def close(self) -> None:
        """End the emulator."""
        self._pad.stop()

    def side(self, name: str, make: Make) -> Side:
        """A driver as one side of a comparison."""
        started: list[tuple[Driver, queue.SimpleQueue[Event]]] = []

        def before() -> None:
            events: queue.SimpleQueue[Event] = queue.SimpleQueue()
            driver = make(self._desk.settings(self._pad.port), events.put)
            driver.start()
            while not _is_ready(events.get(timeout=_PATIENCE)):
                pass
            time.sleep(self._random.uniform(0.2, 0.7))  # the books come at any moment of its round
            started.append((driver, events))

        def run() -> Laid:
            driver, events = started.pop()
            try:
                return self._lay(driver, events)
            finally:
                self._pad.take_all()
                driver.stop()

        return Side(name, run, lambda laid: laid.wrong, before, Laid.told, slowed=lambda by: run().slower(by))

    def _lay(self, driver: Driver, events: queue.SimpleQueue[Event]) -> Laid:
        began = time.perf_counter()
        self._pad.put(*self._keys)
        first, known = 0.0, dict[str, str]()
        while len(known) < len(self.books):
            event = events.get(timeout=_PATIENCE)
            if isinstance(event, TagRead) and event.content is not None:
                first = first or time.perf_counter() - began
                known[event.uid] = event.content.item_id
        everything = time.perf_counter() - began
        self._armed = not self._armed
        began = time.perf_counter()
        for uid in known:
            driver.secure(uid, self._armed)
        done = dict[str, bool]()
        while len(done) < len(self.books):
            event = events.get(timeout=_PATIENCE)
            if isinstance(event, SecurityWritten):
                done[event.uid] = event.ok
        alarms = time.perf_counter() - began
        return Laid(first, everything, alarms, self._still(), self._wrong(known, done))

    def _still(self) -> float:
        """CPU of this process while nothing happens; the emulator is another process."""
        if not self._still_s:
            return 0.0
        time.sleep(_UNTIL_STILL)
        cpu, wall = time.process_time(), time.perf_counter()
        time.sleep(self._still_s)
        return (time.process_time() - cpu) / (time.perf_counter() - wall)

    def _wrong(self, known: dict[str, str], done: dict[str, bool]) -> str:
        if known != self.books:
            return f"read {sorted(known.items())}"
        if not all(done.values()):
            return f"alarms not written: {[uid for uid, ok in done.items() if not ok]}"
        wrong = [tag.uid for tag in self._pad.tags() if self._desk.armed(tag) is not self._armed]
        return f"the tags' alarms are not what was reported: {wrong}" if wrong else ""


def _is_ready(event: Event) -> bool:
    return isinstance(event, ReaderChanged) and event.state is ReaderState.READY


def run(plan: Plan) -> Outcome:
    """Every protocol: piles first, then a few that are left lying."""
    reports: dict[str, Report] = {}
    rows: list[tuple[str, ...]] = []
    # A port's name should be short, and a link needs no disk.
    with tempfile.TemporaryDirectory(prefix="pile-") as name:
        for protocol in DESKS:
            for report, row in _protocol(protocol, Path(name), plan):
                reports[f"{protocol}: {report.metric}"] = report
                rows += row
    head = ("reader", "", "limit of line and air", "Pustaka Mandiri", "of the limit", "naive driver")
    return Outcome("pile", reports, Table(head, tuple(rows)), {"line": "a pty at the reader's speed and air time"})


def _protocol(protocol: str, folder: Path, plan: Plan) -> Iterator[tuple[Report, list[tuple[str, ...]]]]:
    random = Random(4)
    pile = Pile(protocol, folder, random, 0.0)
    try:
        peer, ours = (pile.side(*side) for side in _SIDES)
        pairs, warmup = plan.choose(PAIRS, 2), plan.choose(1, 0)
        for report in compare_all(peer, ours, metrics=("first", "all", "alarms"), pairs=pairs, warmup=warmup):
            least = getattr(pile.limit, report.metric)
            bound = FIRST_S if report.metric == "first" else BOUND * least
            yield _bounded(report, bound, plan), [_row(protocol, report, least)]
    finally:
        pile.close()
    pile = Pile(protocol, folder, random, plan.choose(4, 1))
    try:
        peer, ours = (pile.side(*side) for side in _SIDES)
        [report] = compare_all(peer, ours, metrics=("still",), pairs=2, warmup=0)
        shares = tuple(f"{median(report, side, 'still'):.1%}" for side in (1, 0))
        yield _bounded(report, IDLE, plan), [(protocol, _NAMES["still"], "", shares[0], "", shares[1])]
    finally:
        pile.close()


def _row(protocol: str, report: Report, least: float) -> tuple[str, ...]:
    ours, theirs = (median(report, side, report.metric) for side in (1, 0))
    figures = (f"{least:.3f} s", f"{ours:.3f} s", f"{ours / least:.2f}", f"{theirs:.2f} s")
    return (protocol, _NAMES[report.metric], *figures)


def _bounded(report: Report, bound: float, plan: Plan) -> Report:
    """Whether the project's bound was kept, which is in seconds and not beside the other driver."""
    found = median(report, 1, report.metric)
    if plan.quick or found <= bound:
        return report
    return report.voided(f"{report.metric} is {found:.3f}, and the bound is {bound:.3f}")


PILE = Benchmark("pile", "Ten books on the pad: when is the first known, when all, and when are ten alarms right?", run)
