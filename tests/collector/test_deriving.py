"""Deriving between two batches: paced, bounded, and never in the way of a row."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from ledger_rows import T0, count, payload

from collector import deriving
from collector.derive.facts import Scope
from collector.deriving import Deriver
from collector.ingest import Message, sort
from collector.store.sqlite import SqliteStore
from collector.store.view import SqliteReader
from devices.contract import ROOT

HOUR = 3_600_000
NOW = T0 + 40 * HOUR


class Bench:
    """A deriver over a real store, with clocks that stand until they are moved."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = SqliteStore(path)
        self.now, self.elapsed, self.news = NOW, 0.0, 0
        self.deriver = Deriver(self.store, lambda: self.now, self._changed, "Asia/Makassar", lambda: self.elapsed)

    def _changed(self) -> None:
        self.news += 1

    def write(self, *rows: object) -> None:
        self.store.write(sort([Message(f"{ROOT}/kota/pintu-1/records", payload(*rows), False, NOW)]))

    def days(self) -> int:
        with sqlite3.connect(self.path) as db:
            return int(db.execute("SELECT count(*) FROM day_fact").fetchone()[0])


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "desk.sqlite")


def test_rows_become_facts_that_the_reader_sees(bench: Bench) -> None:
    bench.write(count(1, 3, 1), count(2, 2))
    bench.deriver.turn(idle=True)
    with SqliteReader(bench.path).snapshot() as reading:
        days = reading.facts().days(Scope("kota"), _day(T0), _day(T0))
    assert [(day.device, day.raw_in, day.visits) for day in days] == [("", 5, 5000)]
    assert bench.news == 1


def _day(ms: int) -> date:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo("Asia/Makassar")).date()


def test_it_waits_a_second_when_idle_and_longer_while_rows_come(bench: Bench) -> None:
    bench.deriver.turn(idle=True)
    bench.write(count(1))
    for elapsed, idle, derived in ((0.9, True, False), (1.5, False, False), (9.9, False, False), (10.1, False, True)):
        bench.elapsed = elapsed
        bench.deriver.turn(idle=idle)
        assert (bench.news > 0) is derived


def test_a_turn_is_bounded_and_the_next_follows_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deriving, "LIMIT", 1)
    bench.write(count(1), count(2, at=T0 + 30 * HOUR))
    bench.deriver.turn(idle=True)
    assert bench.days() == 1
    for _ in range(5):
        bench.deriver.turn(idle=True)
    assert bench.days() == 4  # two days or three, of the door and of the site


def test_a_locked_store_is_tried_again(bench: Bench) -> None:
    bench.store._connection.execute("PRAGMA busy_timeout = 10")
    bench.write(count(1))
    with sqlite3.connect(bench.path, isolation_level=None) as lock:
        lock.execute("BEGIN IMMEDIATE")
        bench.deriver.turn(idle=True)
        assert bench.news == 0
        lock.execute("ROLLBACK")
    bench.elapsed = 1.1
    bench.deriver.turn(idle=True)
    assert bench.news == 1


def test_figures_that_cannot_be_derived_never_hold_up_rows(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.write(count(1))
    with sqlite3.connect(bench.path) as db:
        db.execute("ALTER TABLE day_fact RENAME TO away")
        db.execute("INSERT INTO opening VALUES ('kota', '2000-01-01', 'not hours')")
    bench.deriver.turn(idle=True)
    assert "figures" in caplog.text
    bench.write(count(2))
    with sqlite3.connect(bench.path) as db:
        assert db.execute("SELECT count(*) FROM dirty").fetchone() == (1,)  # nothing was taken
        db.execute("ALTER TABLE away RENAME TO day_fact")
        db.execute("DELETE FROM opening")
    bench.elapsed = deriving.AFTER_ERROR_S + 1
    bench.deriver.turn(idle=True)
    assert bench.days() > 0
