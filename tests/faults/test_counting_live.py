"""The real processes, killed in every order, offline for days, on a damaged store: the totals are exact afterwards."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.counting_live import Library, eventually
from rig.counting_parts import DoorClock, Time

from broker_config.errors import BrokerError
from collector.store.view import SqliteReader
from devices.contract import Count, Info, Kind
from devices.link.ledger import Ledger
from devices.link.mqtt import Link

PARTS = ("broker", "desk", "door")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture
def fast_folder() -> Iterator[Path]:
    """For days of rows: in memory, where there is such a place."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        yield Path(name)


@pytest.fixture
def running(library: Library) -> Library:
    library.start("desk")
    library.start("door")
    return library


def test_kill_9_of_all_three_in_every_order_costs_nothing(running: Library) -> None:
    library = running
    orders = [*itertools.permutations(PARTS), *itertools.permutations(PARTS, 2)]
    for order in orders:
        library.walk(1, 1)
        for part in order:
            library.kill(part)
            if library.door.runs:
                library.walk(1, 0)
        for part in order:
            library.start(part)
    library.walk(0, 1)
    library.everything_arrives()
    assert (library.into, library.out) == (24, 13)


def test_a_brokers_store_of_garbage_is_set_aside_and_everything_arrives(running: Library) -> None:
    library = running
    library.walk(2, 1)
    eventually(lambda: library.counted() == (2, 1), "the first visitors")
    library.kill("desk")
    library.walk(1, 1)
    library.kill("broker")
    store = library.broker.folder / "data" / "mosquitto.db"
    store.write_bytes(b"\x5a" * max(4_096, store.stat().st_size))
    library.walk(1, 0)
    with pytest.raises(BrokerError, match="Unable to restore persistent database"):
        library.start("broker")
    kept = library.broker.set_store_aside()
    assert kept is not None
    assert kept.read_bytes().startswith(b"\x5a")
    library.start("broker")
    library.start("desk")
    library.walk(1, 1)
    library.everything_arrives()


HOUR_MS = 3_600_000


def a_day(ledger: Ledger, clock: DoorClock, day: Time) -> int:
    """Every minute of ten hours somebody comes in; at night there is a heartbeat each quarter of an hour."""
    into = 0
    for minute in range(24 * 60):
        day.now += 60_000
        bt = clock.now().bt
        if 9 * 60 <= minute < 19 * 60:
            ledger.append(Kind.COUNT, Count(into=1 + minute % 3), bt - 60_000, bt)
            into += 1 + minute % 3
        elif minute % 15 == 0:
            ledger.append(Kind.HEARTBEAT, Count(), bt - 900_000, bt)
    return into


def test_72_hours_offline_with_a_boot_each_day_are_caught_up_with_live_rows_between(
    library: Library, fast_folder: Path
) -> None:
    """Simulated days, the real ledger, link, broker and desk. Only the last boot learns the time, at its end."""
    now = time.time_ns() // 1_000_000
    day = Time(now - 72 * HOUR_MS)
    into, path = 0, fast_folder / "ledger.sqlite"
    for number in range(3):
        clock = DoorClock(day, f"boot-{number}")
        ledger = Ledger(path, clock)
        into += a_day(ledger, clock, day)
        if number < 2:
            ledger.close()
    clock.synced = True
    rows = ledger.last_seq
    assert 1_900 < rows < 2_100
    link = Link(library.link_settings(), ledger, Info(kind="door", name="", software="1"), clock=clock, rng=lambda: 0.5)
    library.start("desk")
    eventually(library.desk_listens, "the desk listens")
    library.into = into
    link.start()
    try:
        eventually(lambda: ledger.acked, "the first rows are acknowledged")
        ledger.append(Kind.COUNT, Count(into=1))
        library.into += 1
        link.kick()
        eventually(lambda: library.has_row(rows + 2), "a live row is at the desk")  # an anchor lies before it
        assert ledger.backlog > 200  # while history still arrives
        eventually(lambda: library.counted() == (library.into, 0), "all visits are at the desk")
        eventually(lambda: ledger.backlog == 0, "the ledger has been acknowledged")
    finally:
        link.stop()
        ledger.close()
    with SqliteReader(library.store).snapshot() as reading:
        quarters = reading.quarters(0, now + HOUR_MS)
    day_of = [q for q in quarters if q.start >= now - 24 * HOUR_MS]
    assert (sum(q.into for q in day_of), sum(q.est_into for q in day_of)) == (into // 3 + 1, 0)
    before = [q for q in quarters if q.start < now - 24 * HOUR_MS]
    assert sum(q.est_into for q in before) == sum(q.into for q in before) == into // 3 * 2
    assert min(q.start for q in before) >= now - 73 * HOUR_MS  # by its boot clock, not at its arrival
