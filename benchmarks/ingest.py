"""Rows a second from a real Mosquitto into the collector's store, beside a subscriber that only counts.

What is measured is catching up: the broker holds everything in the collector's own session, as after an outage, and
the clock runs from the start of the subscriber until the last row is dealt with. So nobody who publishes takes part.
For the collector the last row is dealt with when the *device* hears the acknowledgement of it, which comes after the
commit. Both sides use the same broker, session, user, payloads, MQTT 5, QoS 1 and receive window. A package that cannot
do that is measured live (:mod:`benchmarks.recorder`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import recorder
from benchmarks.feed import Feed
from benchmarks.paired import Report, Side, compare_all, median
from benchmarks.result import Benchmark, Outcome, Plan, Table
from benchmarks.subscribers import Collecting, Counting, OneByOne, stored
from broker_config.private import PrivateBroker

#: rows in a message, rows a run, pairs
SIZES = ((1, 20_000, 6), (20, 20_000, 12), (200, 100_000, 8))
#: The same against an insert and a commit a message, which is too slow for more.
NAIVE = (1, 2_000, 8)
#: Messages for the package that stores what comes, live.
RECORDED = 20_000
DEADLINE_S = 120.0


@dataclass(frozen=True)
class Load:
    """What one run brings in."""

    in_message: int
    rows: int

    @property
    def messages(self) -> int:
        """How many messages that makes."""
        return self.rows // self.in_message


def wrong_count(counted: int, load: Load) -> str:
    """What is wrong with so many messages counted."""
    return "" if counted == load.messages else f"{counted} messages of {load.messages} were counted"


def wrong_store(path: Path, feed: Feed, load: Load) -> str:
    """What is wrong with a collector's store after a run: every row once, the mark at the last, the sums right."""
    found = stored(path, feed.epoch)
    expected = (load.rows, load.rows, load.rows, *feed.sums(load.rows))
    if found == expected:
        return ""
    return f"the store has (rows, last, acknowledged, in, out) {found} instead of {expected}"


class Bench:
    """A broker with a device's rows in it, and the three who may take them out."""

    def __init__(self, folder: Path, feed: Feed) -> None:
        self._folder = folder
        self.feed = feed
        self._run = 0

    def fill(self, load: Load) -> Callable[[], None]:
        """Before a run: put the load into the emptied session, under a new epoch."""

        def before() -> None:
            self._run += 1
            self.feed.fill(load.rows, load.in_message)

        return before

    def counting(self, load: Load) -> Side:
        """The least a subscriber can do."""

        def run() -> Counting:
            counting = Counting(self.feed.login, load.messages)
            counting.done.wait(DEADLINE_S)
            return counting

        def check(counting: Counting) -> str:
            counting.close()
            return wrong_count(counting.counted, load)

        return Side("subscriber that counts messages", run, check, self.fill(load))

    def collecting(self, load: Load) -> Side:
        """The collector's receiving half."""

        def run() -> Collecting:
            collecting = Collecting(self.feed.login, self._path("desk"))
            self.feed.wait_for_ack(load.rows, DEADLINE_S)
            return collecting

        def told(collecting: Collecting) -> dict[str, float]:
            return {"commits": collecting.commits}

        def check(collecting: Collecting) -> str:
            collecting.close()
            return wrong_store(collecting.path, self.feed, load)

        return Side("collector: WAL, synchronous=FULL, rows acknowledged", run, check, self.fill(load), told)

    def one_by_one(self, load: Load) -> Side:
        """What one would write first."""

        def run() -> OneByOne:
            naive = OneByOne(self.feed.login, self._path("naive"), load.rows)
            naive.done.wait(DEADLINE_S)
            return naive

        def check(naive: OneByOne) -> str:
            naive.close()
            found = naive.rows()
            return "" if found == load.rows else f"{found} rows of {load.rows} were stored"

        return Side("sqlite-utils insert, a commit a message", run, check, self.fill(load))

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}-{self._run}.sqlite"


def run(plan: Plan) -> Outcome:
    """Every size, then the naive way."""
    reports: dict[str, Report] = {}
    rows: list[tuple[str, ...]] = []
    with ExitStack() as stack:
        broker = stack.enter_context(PrivateBroker(plan.folder / "broker", {"collector": "c", "pintu-1": "p"}))
        feed = stack.enter_context(Feed(plan.folder, broker.port))
        bench = Bench(plan.folder, feed)
        for in_message, full, pairs in SIZES:
            load = Load(in_message, plan.choose(full, 200))
            _compare(plan, bench.counting(load), bench.collecting(load), load, pairs, reports, rows)
        load = Load(NAIVE[0], plan.choose(NAIVE[1], 40))
        _compare(plan, bench.one_by_one(load), bench.collecting(load), load, NAIVE[2], reports, rows)
        recorded = _recorder(plan, feed, rows)
    head = ("rows in a message", "side", "rows/s", "CPU a row", "written a row", "commits")
    return Outcome(
        "ingest", reports, Table(head, tuple(rows)), {"store": "a new one for each run", recorder.NAME: recorded}
    )


def _recorder(plan: Plan, feed: Feed, rows: list[tuple[str, ...]]) -> str:
    """Add the row of the package that stores what comes; answers how it went."""
    python = "a quick run downloads nothing" if plan.quick else recorder.install(plan.folder)
    if isinstance(python, str):
        return f"not run: {python}"
    found = recorder.measure(python, plan.folder / "recorder.sqlite", feed, RECORDED)
    if not found.stored:
        return "not run: it did not start"
    what = f"{recorder.NAME}, live, its defaults (QoS 0, a commit a row)"
    rate = f"{found.stored / found.seconds:,.0f}"
    rows.append((f"1 ({found.sent} rows)", what, rate, "", "", f"{found.stored}"))
    return f"stored {found.stored} of {found.sent} messages in {found.seconds:.1f} s, then no more came"


def _compare(
    plan: Plan, peer: Side, ours: Side, load: Load, pairs: int, reports: dict[str, Report], rows: list[tuple[str, ...]]
) -> None:
    wall, cpu = compare_all(peer, ours, metrics=("wall", "cpu"), pairs=plan.choose(pairs, 2), warmup=plan.choose(2, 0))
    what = f"{load.in_message} a message, {load.rows} rows, beside {peer.name}"
    reports |= {f"time: {what}": wall, f"CPU: {what}": cpu}
    for side, name in ((0, peer.name), (1, ours.name)):
        commits = f"{median(wall, 1, 'commits'):.0f}" if side else "none" if "counts" in name else f"{load.rows}"
        rows.append(
            (
                f"{load.in_message} ({load.rows} rows)",
                name,
                f"{load.rows / median(wall, side, 'wall'):,.0f}",
                f"{median(wall, side, 'cpu') / load.rows * 1e6:.1f} µs",
                f"{median(wall, side, 'written_kib') / load.rows * 1024:.0f} B",
                commits,
            )
        )


INGEST = Benchmark(
    "ingest", "How many rows a second reach the collector's store, beside a subscriber that only counts?", run
)
