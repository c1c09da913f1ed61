"""The store, in SQLite and in PostgreSQL: whatever the order, repetition and batches, the same tables and marks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_rows import T0, count, payload, transaction
from store_support import AnyStore, change, contents, tell, the_device, write

from collector.ingest import Message, sort
from collector.store import states
from collector.store.open import open_reader, open_store
from collector.store.port import Ledger, Mark, Written
from devices.contract import ROOT, Status

NOW = T0 + 86_400_000
DOOR = f"{ROOT}/kota/pintu-1"


@pytest.fixture(params=["sqlite", "postgresql"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The name of a new store."""
    if request.param == "sqlite":
        return str(tmp_path / "desk.sqlite")
    return str(request.getfixturevalue("postgres").new())


@pytest.fixture
def store(path: str) -> Iterator[AnyStore]:
    made = open_store(path)
    yield made
    made.close()


def test_a_repeated_row_is_counted_as_such_and_changes_nothing(store: AnyStore, path: str) -> None:
    assert write(store, count(1), count(1)).duplicates == 1
    assert write(store, count(1)) == Written(0, 1, 0, 0, (Mark(Ledger("kota", "pintu-1", "e1"), 1),))
    assert len(contents(path, "record")) == 1


def test_a_known_number_with_other_content_is_quarantined(store: AnyStore, path: str) -> None:
    write(store, count(1, 5))
    written = write(store, count(1, 6))
    assert (written.conflicts, written.inserted) == (1, 0)
    write(store, count(1, 6))
    assert the_device(path).conflicts == 1  # the same wrong row again is no new conflict
    assert [row[3] for row in contents(path, "quarter_hour")] == [1]
    assert written.marks[0].seq == 1


def test_a_row_that_learned_its_time_meanwhile_is_no_conflict(store: AnyStore) -> None:
    write(store, count(1, t0=None, t1=None, clk="none"))
    assert write(store, count(1)).conflicts == 0


def test_two_epochs_of_a_device_are_two_ledgers_and_the_newest_is_told_last(store: AnyStore) -> None:
    marks = write(store, count(1, epoch="old"), count(1, epoch="new"), count(2, epoch="new")).marks
    assert [(mark.ledger.epoch, mark.seq) for mark in marks] == [("old", 1), ("new", 2)]


def test_a_store_that_was_lost_goes_on_from_the_acknowledgement_at_the_broker(store: AnyStore, path: str) -> None:
    tell(store, "ack", b'{"epoch":"e1","seq":500}', retained=True)
    assert write(store, count(501)).marks[0].seq == 501
    assert the_device(path).lost_rows == 500


def test_passages_in_lost_rows_are_known_from_the_totals(store: AnyStore, path: str) -> None:
    write(store, count(1, 2, 1), count(6, 2, 1))
    tell(store, "health", b'{"uptime_s":1,"epoch":"e1","oldest":4}')
    with open_reader(path).snapshot() as reading:
        (lost,) = reading.lost_passages(T0, NOW)
        assert (lost.into, lost.out) == (8, 4)
        assert reading.lost_passages(T0 + 120_000, NOW) == ()  # the hole began before
    device = the_device(path)
    assert (device.lost_rows, device.awaited_rows) == (2, 2)


def test_totals_that_run_backwards_prove_nothing(store: AnyStore, path: str) -> None:
    write(store, count(1, 9), count(3, 0))
    tell(store, "health", b'{"uptime_s":1,"epoch":"e1","oldest":3}')
    with open_reader(path).snapshot() as reading:
        assert reading.lost_passages(0, NOW) == ()


def test_an_anchor_dates_the_rows_of_its_boot_and_moves_their_quarter_hours(store: AnyStore, path: str) -> None:
    untimed = count(1, 3, t0=None, t1=None, clk="none")
    write(store, untimed)
    with open_reader(path).snapshot() as reading:
        (quarter,) = reading.quarters(0, 2 * NOW)
        assert (quarter.into, quarter.est_into, quarter.start) == (3, 3, NOW - NOW % 900_000)
    write(store, count(2, kind="anchor", body={"bt": 60_000, "utc": T0, "err": 5}))
    with open_reader(path).snapshot() as reading:
        (quarter,) = reading.quarters(0, 2 * NOW)
        assert (quarter.into, quarter.est_into, quarter.start) == (3, 0, T0 - T0 % 900_000)


def test_status_knows_since_when_only_if_it_was_heard_live(store: AnyStore, path: str) -> None:
    tell(store, "status", b"offline", retained=True, at=10)
    assert (the_device(path).status, the_device(path).status_since) == (Status.OFFLINE, None)
    tell(store, "status", b"online", at=20)
    tell(store, "status", b"online", at=30)
    assert (the_device(path).status_since, the_device(path).heard) == (20, 30)
    tell(store, "status", b"offline", at=40)
    assert (the_device(path).status_since, the_device(path).heard) == (40, 30)  # the broker speaks the last will


def test_alerts_stand_until_they_are_taken_back(store: AnyStore, path: str) -> None:
    tell(store, "alert/reader", b'{"what":"antenna"}', at=10)
    tell(store, "alert/reader", b'{"what":"antenna 2"}', at=20)
    (standing,) = the_device(path).alerts
    assert (standing.alert.what, standing.since) == ("antenna 2", 10)
    tell(store, "alert/reader", b"")
    assert the_device(path).alerts == ()


def test_dead_letters_do_not_fill_the_disk(store: AnyStore, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "KEPT_DEAD", 3)
    for i in range(6):
        tell(store, "info", b"x" * 9000, at=i)
    letters = contents(path, "dead_letter")
    assert [letter[1] for letter in letters] == [3, 4, 5]
    assert {(len(letter[4]), letter[5]) for letter in letters} == {(4096, 9000)}  # type: ignore[arg-type]


def test_row_content_that_is_not_utf8_is_kept_byte_for_byte(store: AnyStore, path: str) -> None:
    raw = payload(count(1), count(2), count(3)).replace(b'"seq": 2, "boot": "b1"', b'"seq": 2, "boot": "b\xff"')
    deep = payload(count(4, body="X")).replace(b'"X"', b"[" * 30_000 + b"]" * 30_000)
    written = store.write(sort([Message(f"{DOOR}/records", data, False, NOW) for data in (raw, deep)]))
    again = store.write(sort([Message(f"{DOOR}/records", raw.replace(b"\xff", b"\xfe"), False, NOW)]))
    assert (written.marks[0].seq, again.conflicts) == (3, 1)
    assert b"b\xff" in contents(path, "record")[1][11]  # type: ignore[operator]


def test_a_number_that_was_forgotten_is_found_in_the_rows(store: AnyStore, path: str) -> None:
    """Two tables say what arrived; where they differ, nothing is counted twice and nothing is lost."""
    write(store, count(1, 5), count(2, 5))
    change(path, "UPDATE mark SET top = 1")
    assert write(store, count(2, 5), count(3, 5)).inserted == 1
    change(path, "DELETE FROM raw_row WHERE seq = 3")
    assert write(store, count(3, 5)).inserted == 1
    assert len(contents(path, "record")) == 3


def test_a_nul_character_spoils_only_its_row(store: AnyStore, path: str) -> None:
    written = write(store, count(1), count(2, boot="\0"), count(3, kind="novel", body={"\0": 1}), count(4))
    assert (written.marks[0].seq, written.dead) == (4, 2)
    assert [row[12] == "" for row in sorted(contents(path, "record"), key=lambda row: str(row[3]))] == [
        True, False, False, True,
    ]  # fmt: skip


def test_two_collectors_are_two_signs_of_life(path: str) -> None:
    one, two = open_store(path, "one"), open_store(path, "two")
    one.beat(1_000_000, 400)
    two.beat(1_030_000, 900)
    with open_reader(path).snapshot() as reading:
        assert (reading.desk().beat, reading.desk().listening_since) == (1_030_000, 400)
    two.beat(2_000_000, 900)  # the first one has fallen silent
    with open_reader(path).snapshot() as reading:
        assert reading.desk().listening_since == 900
    one.close()
    two.close()


def test_deriving_afresh_makes_everything_dirty_even_what_is_no_more(store: AnyStore, path: str) -> None:
    write(store, count(1), transaction(2, "checkout"))
    change(path, "INSERT INTO quarter_hour (site, device, quarter, entered) VALUES ('kota', 'gone', 900000, 7)")
    change(path, "DELETE FROM dirty")
    store.rebuild()
    at = (T0 + 60_000) // 900_000 * 900_000
    assert contents(path, "dirty") == [("kota", "gone", 900_000), ("kota", "pintu-1", at)]
    assert [row[1] for row in contents(path, "quarter_hour")] == ["pintu-1"]


def test_a_quarter_hour_tells_how_long_a_working_sensor_watched(store: AnyStore, path: str) -> None:
    blind = {"flags": ["sensor_lost"]}
    write(store, count(1, at=T0 + 300_000, t1=T0 + 959_000), count(2, at=T0 + 1_000_000, body=blind))
    with open_reader(path).snapshot() as reading:
        assert [(q.start - T0, q.rows, q.seen_ms) for q in reading.quarters(0, 2 * NOW)] == [
            (-300_000, 1, 300_000),
            (600_000, 1, 359_000),
        ]
