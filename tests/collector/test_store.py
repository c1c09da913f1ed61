"""The SQLite store: whatever the order, the repetition and the batches, the same tables and the same mark."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_rows import T0, count, payload, transaction

from collector.errors import StoreBusy, StoreError
from collector.ingest import Message, sort
from collector.store import states
from collector.store.port import DeviceRecord, Ledger, Mark, Written
from collector.store.sqlite import SqliteStore
from collector.store.view import SqliteReader
from devices.contract import ROOT, Status

NOW = T0 + 86_400_000
DOOR = f"{ROOT}/kota/pintu-1"


def write(store: SqliteStore, *rows: object, at: int = NOW, topic: str = f"{DOOR}/records") -> Written:
    return store.write(sort([Message(topic, payload(*rows), False, at)]))


def tell(store: SqliteStore, leaf: str, data: bytes, *, retained: bool = False, at: int = NOW) -> Written:
    return store.write(sort([Message(f"{DOOR}/{leaf}", data, retained, at)]))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.sqlite"


@pytest.fixture
def store(path: Path) -> SqliteStore:
    return SqliteStore(path)


def rows_of(path: Path, table: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        return sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)


def the_device(path: Path) -> DeviceRecord:
    with SqliteReader(path).snapshot() as reading:
        (device,) = reading.devices()
        return device


_TABLES = ("record", "hole", "loose", "lost", "anchor", "quarter_hour", "transaction_quarter")

#: Rows before the clock was known, an anchor that dates them, transactions, an unreadable row; 7 and 8 never come.
_UNTIMED = {"t0": None, "t1": None, "clk": "none"}
_ROWS = [
    count(1, 2, 1), count(2, 3, **_UNTIMED), count(3, 1, **_UNTIMED),
    count(4, kind="anchor", body={"bt": 180_000, "utc": T0 + 3_600_000, "err": 50}),
    transaction(5, "checkout"), transaction(6, "checkin", "refused", "held"),
    count(9, 4), count(10, kind=3), count(11, 2, boot="b2", **_UNTIMED), count(12, kind="novel", body=[]),
]  # fmt: skip


@given(
    st.lists(st.lists(st.sampled_from(range(len(_ROWS))), min_size=1, max_size=6), max_size=6),
    st.permutations(range(len(_ROWS))),
    st.integers(1, 5),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_order_repetition_and_batches_do_not_matter(noise: list[list[int]], order: list[int], size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain, other = Path(folder) / "plain.sqlite", Path(folder) / "other.sqlite"
        one, two = SqliteStore(plain), SqliteStore(other)
        marks = write(one, *_ROWS).marks
        for batch in noise:
            write(two, *[_ROWS[i] for i in batch])
        for start in range(0, len(order), size):
            write(two, *[_ROWS[i] for i in order[start : start + size]])
        last = write(two, _ROWS[0])
        assert last.marks == marks == (Mark(Ledger("kota", "pintu-1", "e1"), 6),)
        for table in _TABLES:
            assert rows_of(plain, table) == rows_of(other, table)
        before = {table: rows_of(other, table) for table in _TABLES}
        two.rebuild()
        assert {table: rows_of(other, table) for table in _TABLES} == before
        one.close()
        two.close()


def test_a_repeated_row_is_counted_as_such_and_changes_nothing(store: SqliteStore, path: Path) -> None:
    assert write(store, count(1), count(1)).duplicates == 1
    assert write(store, count(1)) == Written(0, 1, 0, 0, (Mark(Ledger("kota", "pintu-1", "e1"), 1),))
    assert len(rows_of(path, "record")) == 1


def test_a_known_number_with_other_content_is_quarantined(store: SqliteStore, path: Path) -> None:
    write(store, count(1, 5))
    written = write(store, count(1, 6))
    assert (written.conflicts, written.inserted) == (1, 0)
    write(store, count(1, 6))
    assert the_device(path).conflicts == 1  # the same wrong row again is no new conflict
    assert [row[3] for row in rows_of(path, "quarter_hour")] == [1]
    assert written.marks[0].seq == 1


def test_a_row_that_learned_its_time_meanwhile_is_no_conflict(store: SqliteStore) -> None:
    write(store, count(1, t0=None, t1=None, clk="none"))
    assert write(store, count(1)).conflicts == 0


def test_two_epochs_of_a_device_are_two_ledgers_and_the_newest_is_told_last(store: SqliteStore) -> None:
    marks = write(store, count(1, epoch="old"), count(1, epoch="new"), count(2, epoch="new")).marks
    assert [(mark.ledger.epoch, mark.seq) for mark in marks] == [("old", 1), ("new", 2)]


def test_a_store_that_was_lost_goes_on_from_the_acknowledgement_at_the_broker(store: SqliteStore, path: Path) -> None:
    tell(store, "ack", b'{"epoch":"e1","seq":500}', retained=True)
    assert write(store, count(501)).marks[0].seq == 501
    assert the_device(path).lost_rows == 500


def test_passages_in_lost_rows_are_known_from_the_totals(store: SqliteStore, path: Path) -> None:
    write(store, count(1, 2, 1), count(6, 2, 1))
    tell(store, "health", b'{"uptime_s":1,"epoch":"e1","oldest":4}')
    with SqliteReader(path).snapshot() as reading:
        (lost,) = reading.lost_passages(T0, NOW)
        assert (lost.into, lost.out) == (8, 4)
        assert reading.lost_passages(T0 + 120_000, NOW) == ()  # the hole began before
    device = the_device(path)
    assert (device.lost_rows, device.awaited_rows) == (2, 2)


def test_totals_that_run_backwards_prove_nothing(store: SqliteStore, path: Path) -> None:
    write(store, count(1, 9), count(3, 0))
    tell(store, "health", b'{"uptime_s":1,"epoch":"e1","oldest":3}')
    with SqliteReader(path).snapshot() as reading:
        assert reading.lost_passages(0, NOW) == ()


def test_an_anchor_dates_the_rows_of_its_boot_and_moves_their_quarter_hours(store: SqliteStore, path: Path) -> None:
    untimed = count(1, 3, t0=None, t1=None, clk="none")
    write(store, untimed)
    with SqliteReader(path).snapshot() as reading:
        (quarter,) = reading.quarters(0, 2 * NOW)
        assert (quarter.into, quarter.est_into, quarter.start) == (3, 3, NOW - NOW % 900_000)
    write(store, count(2, kind="anchor", body={"bt": 60_000, "utc": T0, "err": 5}))
    with SqliteReader(path).snapshot() as reading:
        (quarter,) = reading.quarters(0, 2 * NOW)
        assert (quarter.into, quarter.est_into, quarter.start) == (3, 0, T0 - T0 % 900_000)


def test_status_knows_since_when_only_if_it_was_heard_live(store: SqliteStore, path: Path) -> None:
    tell(store, "status", b"offline", retained=True, at=10)
    assert (the_device(path).status, the_device(path).status_since) == (Status.OFFLINE, None)
    tell(store, "status", b"online", at=20)
    tell(store, "status", b"online", at=30)
    assert (the_device(path).status_since, the_device(path).heard) == (20, 30)
    tell(store, "status", b"offline", at=40)
    assert (the_device(path).status_since, the_device(path).heard) == (40, 30)  # the broker speaks the last will


def test_alerts_stand_until_they_are_taken_back(store: SqliteStore, path: Path) -> None:
    tell(store, "alert/reader", b'{"what":"antenna"}', at=10)
    tell(store, "alert/reader", b'{"what":"antenna 2"}', at=20)
    (standing,) = the_device(path).alerts
    assert (standing.alert.what, standing.since) == ("antenna 2", 10)
    tell(store, "alert/reader", b"")
    assert the_device(path).alerts == ()


def test_dead_letters_do_not_fill_the_disk(store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "KEPT_DEAD", 3)
    for i in range(6):
        tell(store, "info", b"x" * 9000, at=i)
    letters = rows_of(path, "dead_letter")
    assert [letter[1] for letter in letters] == [3, 4, 5]
    assert {(len(letter[4]), letter[5]) for letter in letters} == {(4096, 9000)}  # type: ignore[arg-type]


def test_a_locked_store_says_so_and_loses_nothing(store: SqliteStore, path: Path) -> None:
    store._connection.execute("PRAGMA busy_timeout = 10")
    with sqlite3.connect(path, isolation_level=None) as lock:
        lock.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="locked by another program"):
            write(store, count(1))
        lock.execute("ROLLBACK")
    assert write(store, count(1)).inserted == 1


def test_the_store_is_durable(store: SqliteStore) -> None:
    assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_foreign_or_missing_or_newer_file_is_refused_and_left_alone(tmp_path: Path, path: Path) -> None:
    foreign = tmp_path / "foreign.sqlite"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE loans (id)")
    text = tmp_path / "notes.txt"
    text.write_text("not a database, " * 100)
    SqliteStore(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = foreign.read_bytes()
    for wrong, sentence in (
        (foreign, "not a store of the collector"),
        (text, "not a store of the collector"),
        (path, "written by a newer version"),
        (tmp_path / "no" / "x.sqlite", "folder does not exist"),
    ):
        with pytest.raises(StoreError, match=sentence):
            SqliteStore(wrong)
    assert foreign.read_bytes() == before
    with pytest.raises(StoreError, match="no such store"), SqliteReader(tmp_path / "none.sqlite").snapshot():
        pass


def test_row_content_that_is_not_utf8_is_kept_byte_for_byte(store: SqliteStore, path: Path) -> None:
    raw = payload(count(1), count(2), count(3)).replace(b'"seq": 2, "boot": "b1"', b'"seq": 2, "boot": "b\xff"')
    deep = payload(count(4, body="X")).replace(b'"X"', b"[" * 30_000 + b"]" * 30_000)
    written = store.write(sort([Message(f"{DOOR}/records", data, False, NOW) for data in (raw, deep)]))
    again = store.write(sort([Message(f"{DOOR}/records", raw.replace(b"\xff", b"\xfe"), False, NOW)]))
    assert (written.marks[0].seq, again.conflicts) == (3, 1)
    assert b"b\xff" in rows_of(path, "record")[1][11]  # type: ignore[operator]
