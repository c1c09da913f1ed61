"""Two devices with one card: the totals of one stay exact, every row of the other is kept aside, the alarm stands."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from ledger_rows import T0, payload

from collector.fleet import Cause, assess
from collector.ingest import Message, sort
from collector.store.port import Desk, Ledger, Mark
from collector.store.sqlite import SqliteStore
from collector.store.view import SqliteReader
from devices.contract import ROOT

NOW = T0 + 86_400_000
KOTA = Ledger("kota", "pintu-1", "e1")
Branch = list[dict[str, object]]


def write(store: SqliteStore, rows: Branch) -> tuple[Mark, ...]:
    return store.write(sort([Message(f"{ROOT}/kota/pintu-1/records", payload(*rows), False, NOW)])).marks


def branch(first: int, into: list[int], boot: str, total: int = 0) -> Branch:
    """Rows from number ``first`` on, counted after a total of ``total``."""
    rows: Branch = []
    for seq, n in enumerate(into, first):
        total += n
        body = {"in": n, "out": 0, "IN": total, "OUT": 0, "tb": 0, "amb": 0, "glitch": 0}
        at = T0 + seq * 60_000
        rows.append(
            {
                "epoch": "e1", "seq": seq, "boot": boot, "bt0": seq * 1_000, "bt1": seq * 1_000 + 900, "t0": at,
                "t1": at + 900, "clk": "synced", "kind": "count", "v": 1, "body": body,
            }
        )  # fmt: skip
    return rows


#: Rows written before the card was copied.
COMMON = branch(1, [1, 1, 1], "x")


def total(path: Path) -> int:
    with SqliteReader(path).snapshot() as reading:
        return sum(quarter.into for quarter in reading.quarters(0, NOW))


def aside(path: Path) -> set[tuple[int, str]]:
    with sqlite3.connect(path) as db:
        return set(db.execute("SELECT seq, json_extract(raw, '$.boot') FROM conflict"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.sqlite"


@pytest.mark.parametrize("clone_later", [True, False])
def test_both_count_and_the_totals_of_the_first_are_exact(path: Path, clone_later: bool) -> None:
    store = SqliteStore(path)
    ours, theirs = branch(4, [5, 5, 5], "a1", 3), branch(4, [7, 7, 7, 7, 7], "b1", 3)
    write(store, COMMON)
    write(store, ours if clone_later else ours[:1])
    write(store, theirs)  # three numbers that are taken, and two nobody has used yet
    write(store, ours)
    assert total(path) == 3 + 15
    assert aside(path) == {(seq, "b1") for seq in range(4, 9)}
    more = branch(7, [5, 5], "a1", 18)
    assert write(store, more) == (Mark(KOTA, 8),)
    assert total(path) == 3 + 25


def test_the_clones_next_boot_is_known_by_its_totals(path: Path) -> None:
    store = SqliteStore(path)
    write(store, COMMON + branch(4, [5, 5], "a1", 3))
    write(store, branch(4, [7, 7], "b1", 3))
    write(store, branch(6, [1], "b2", 17))
    assert (6, "b2") in aside(path)
    write(store, branch(6, [2, 2], "a2", 13))
    assert total(path) == 3 + 10 + 4
    write(store, branch(7, [1], "b2", 18))
    write(store, branch(9, [1], "b2", 20))  # nothing before it is known: its boot tells
    assert {(7, "b2"), (9, "b2")} <= aside(path)
    assert total(path) == 3 + 10 + 4


def test_the_mark_tells_whose_row_it_means(path: Path) -> None:
    store = SqliteStore(path)
    assert write(store, COMMON)[0].boot == "x"
    assert write(store, branch(4, [5], "a1", 3))[0].boot == "a1"
    assert write(store, branch(4, [7], "b1", 3))[0].boot == "a1"


def test_a_mark_whose_row_is_not_here_names_none(path: Path) -> None:
    store = SqliteStore(path)
    ack = b'{"epoch":"e1","seq":7,"boot":"x"}'
    marks = store.write(sort([Message(f"{ROOT}/kota/pintu-1/ack", ack, True, NOW)])).marks
    assert [(mark.seq, mark.boot) for mark in marks] == [(7, None)]


def test_the_alarm_stands_on_the_desk(path: Path) -> None:
    store = SqliteStore(path)
    write(store, COMMON + branch(4, [5], "a1", 3))
    write(store, branch(4, [7, 7], "b1", 3))
    store.beat(NOW, NOW)
    with SqliteReader(path).snapshot() as reading:
        fleet = assess(reading.devices(), Desk(NOW, NOW), NOW)
    (device,) = fleet.devices
    assert [(why.cause, why.rows) for why in device.why] == [(Cause.COPY, 2)]


def test_a_ledger_without_a_conflict_takes_whatever_comes(path: Path) -> None:
    store = SqliteStore(path)
    rows = COMMON + branch(4, [5, 5], "a1", 3)
    write(store, rows[3:])
    write(store, rows[:2])
    assert total(path) == 12
    assert aside(path) == set()
