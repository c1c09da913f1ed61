"""The writing thread: gather, commit, acknowledge; whatever fails, nothing that was acknowledged is lost."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from collector_support import eventually
from ledger_rows import T0, count, payload

from collector import writer as module
from collector.ingest import Message
from collector.store.port import Mark
from collector.store.sqlite import SqliteStore
from collector.writer import Writer
from devices.contract import ROOT

NOW = T0 + 86_400_000


def message(*rows: object, device: str = "pintu-1") -> Message:
    return Message(f"{ROOT}/kota/{device}/records", payload(*rows), False, NOW)


class Bench:
    """A writer over a real store, with its marks kept."""

    def __init__(self, path: Path) -> None:
        self.store = SqliteStore(path)
        self.store._connection.execute("PRAGMA busy_timeout = 10")
        self.marks: list[Mark] = []
        self.changes = threading.Event()
        self.writer = Writer(self.store, self.marks.append, self.changes.set, lambda: 5, lambda: NOW)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(module, "RETRY_S", 0.02)
    made = Bench(tmp_path / "desk.sqlite")
    yield made
    made.writer.stop()
    made.store.close()


def test_many_messages_become_few_transactions(bench: Bench) -> None:
    for seq in range(1, 301):
        bench.writer.offer(message(count(seq)))
    bench.writer.start()
    eventually(lambda: bench.marks and bench.marks[-1].seq == 300, "all is acknowledged")
    assert bench.writer.tally.commits <= 3
    assert (bench.writer.tally.inserted, bench.writer.tally.messages, bench.writer.waiting) == (300, 300, 0)
    assert bench.changes.is_set()


def test_a_store_that_is_locked_for_a_while_delays_and_loses_nothing(bench: Bench, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "desk.sqlite", isolation_level=None) as lock:
        lock.execute("BEGIN IMMEDIATE")
        bench.writer.start()
        bench.writer.offer(message(count(1)))
        eventually(lambda: "locked" in bench.writer.tally.problem, "the problem is named")
        assert bench.marks == []
        lock.execute("ROLLBACK")
    eventually(lambda: bench.marks, "it is acknowledged after all")
    assert bench.writer.tally.problem == ""


def test_a_message_the_store_cannot_take_does_not_take_its_neighbours_along(bench: Bench, tmp_path: Path) -> None:
    poison = Message("pustaka/v1/kota/pintu-1/status", b"online", False, 2**70)  # no such time fits the store
    bench.writer.offer(message(count(1)))
    bench.writer.offer(poison)
    bench.writer.offer(message(count(2)))
    bench.writer.start()
    eventually(lambda: bench.marks and bench.marks[-1].seq == 2, "the neighbours are acknowledged")
    assert bench.writer.alive
    with sqlite3.connect(tmp_path / "desk.sqlite") as connection:
        assert connection.execute("SELECT topic FROM dead_letter").fetchall() == [(poison.topic,)]


def test_a_full_queue_makes_the_broker_wait_and_drops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING", 5)
    bench = Bench(tmp_path / "desk.sqlite")
    offering = threading.Thread(
        target=lambda: [bench.writer.offer(message(count(seq))) for seq in range(1, 51)], daemon=True
    )
    offering.start()
    eventually(lambda: bench.writer.waiting == 5, "the queue is full")
    assert offering.is_alive()
    bench.writer.start()
    eventually(lambda: bench.marks and bench.marks[-1].seq == 50, "all is acknowledged")
    bench.writer.stop()
    bench.store.close()


def test_what_is_queued_when_it_ends_is_still_written(bench: Bench) -> None:
    for seq in range(1, 2001, 100):
        bench.writer.offer(message(*[count(n) for n in range(seq, seq + 100)]))
    bench.writer.start()
    bench.writer.stop()
    assert not bench.writer.alive
    assert bench.marks[-1].seq == 2000


def test_it_ends_at_once_though_nothing_comes_in(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL_S", 3600.0)
    bench.writer.start()
    bench.writer.offer(message(count(1)))
    eventually(lambda: bench.marks, "it is acknowledged")
    bench.writer.stop()
    assert not bench.writer.alive


def test_a_flood_into_a_store_that_stands_still_is_held_back_in_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("WAITING_SIZE", 200_000), ("SIZE", 100_000), ("RETRY_S", 0.02)):
        monkeypatch.setattr(module, name, value)
    bench = Bench(tmp_path / "desk.sqlite")
    full = [message(*[count(n) for n in range(seq, seq + 50)]) for seq in range(1, 10_001, 50)]  # 3 MB
    offered = 0

    def offer() -> None:
        nonlocal offered
        for each in full:
            bench.writer.offer(each)
            offered += 1

    with sqlite3.connect(tmp_path / "desk.sqlite", isolation_level=None) as lock:
        lock.execute("BEGIN IMMEDIATE")
        bench.writer.start()
        offering = threading.Thread(target=offer, daemon=True)
        offering.start()
        eventually(lambda: "locked" in bench.writer.tally.problem, "the store stands still")
        eventually(lambda: bench.writer.waiting_size >= 200_000, "the inbox is full")
        largest = max(len(each.payload) for each in full) + 1000
        assert bench.writer.waiting_size < 200_000 + largest
        held = sum(len(each.payload) for each in full[:offered])
        assert held < 200_000 + 100_000 + 3 * largest  # the inbox, a batch, and what was in somebody's hands
        assert offering.is_alive()
        lock.execute("ROLLBACK")
    eventually(lambda: bench.marks and bench.marks[-1].seq == 10_000, "all is acknowledged after all")
    bench.writer.stop()
    bench.store.close()


def test_those_who_wait_for_room_are_let_go_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING", 1)
    bench = Bench(tmp_path / "desk.sqlite")
    offering = threading.Thread(target=lambda: [bench.writer.offer(message(count(seq))) for seq in (1, 2, 3)])
    offering.start()
    eventually(lambda: bench.writer.waiting == 1, "the inbox is full")
    bench.writer.stop()
    offering.join(5)
    assert not offering.is_alive()
    bench.store.close()
