"""What is the SQLite store's own: locks, durability, files that are not its."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from ledger_rows import T0, count, transaction
from sqlite_utils import Database
from store_support import contents, query, tell, write

from collector.errors import StoreBusy, StoreError
from collector.store import audit, schema
from collector.store.audit import Author
from collector.store.sqlite import SqliteStore
from collector.store.view import SqliteReader


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(path)
    yield made
    made.close()


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


def test_a_store_of_the_first_version_is_brought_forward(tmp_path: Path) -> None:
    """Every row stays as it came, and what is derived is what a new store would derive."""
    rows = [
        count(1, 2, 1), count(2, 3, t0=None, t1=None, clk="none"), transaction(4, "checkout"),
        count(5, kind="anchor", body={"bt": 120_000, "utc": T0 + 3_600_000, "err": 50}),
        count(9, 4, body={"in": 4, "IN": 40}), count(10, kind=3), count(1, epoch="e2"),
    ]  # fmt: skip
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    store = SqliteStore(new)
    write(store, *rows)
    tell(store, "health", b'{"uptime_s":1,"epoch":"e1","oldest":9}')
    tell(store, "status", b"online")
    store.close()
    _write_first_version(old, new)
    SqliteStore(old).close()
    for table in ("record", "hole", "lost", "anchor", "loose", "quarter_hour", "transaction_quarter", "device_state"):
        assert contents(str(old), table) == contents(str(new), table), table
    tables = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
    assert query(str(old), tables) == query(str(new), tables)
    marks = "SELECT site, device, epoch, top, floor, seq, rows, duplicates FROM mark"
    assert sorted(query(str(old), marks)) == sorted(query(str(new), marks))
    quarters = (
        "SELECT site, device, quarter FROM quarter_hour UNION SELECT site, device, quarter FROM transaction_quarter"
    )
    assert contents(str(old), "dirty") == sorted(query(str(old), quarters), key=repr)
    again = SqliteStore(old)
    assert write(again, *rows).duplicates == len(rows)
    again.close()


def _write_first_version(old: Path, new: Path) -> None:
    """What version 1 would have kept of the rows in ``new``."""
    with closing(sqlite3.connect(old, isolation_level=None)) as connection:
        schema.STEPS[0](Database(connection))
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("ATTACH ? AS new", (str(new),))
        connection.execute("INSERT INTO main.record SELECT * FROM new.record")
        columns = "site, device, epoch, top, floor, seq, rows, duplicates"
        connection.execute(f"INSERT INTO main.mark SELECT {columns} FROM new.mark")
        for table in ("hole", "device_state"):
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM new.{table}")
        connection.execute("INSERT INTO main.quarter_hour VALUES ('kota','pintu-1',900000,1,1,1,1,1,1,1,1)")


def test_the_work_grows_with_what_is_new_and_not_with_what_is_there(store: SqliteStore) -> None:
    """Counted in statements and rounds of SQLite's loops, for rows in order, late rows, repetitions, and an anchor."""
    untimed = {"boot": "b2", "t0": None, "t1": None, "clk": "none"}

    def work(first: int) -> list[int]:
        """Rows with a gap, what fills the gap, that again, and untimed rows with the anchor that dates them."""
        end = first + 200
        late = [count(seq) for seq in range(first + 50, first + 60)]
        anchor = count(end + 5, kind="anchor", **{**untimed, "body": {"bt": end * 60_000, "utc": T0, "err": 5}})  # type: ignore[arg-type]
        return [
            _written(store, *[count(seq) for seq in range(first, end) if not first + 50 <= seq < first + 60]),
            _written(store, *late),
            _written(store, *late),
            _written(store, *[count(seq, **untimed) for seq in range(end, end + 5)]),
            _written(store, anchor),
        ]

    early, all_early = work(1), _steps(store, store.rebuild)
    untimed["boot"] = "b3"
    for first in range(207, 20_000, 200):
        write(store, *[count(seq) for seq in range(first, min(first + 200, 20_000))], at=_AFTER)
    for now, before in zip(work(20_000), early, strict=True):
        assert now < before * 1.2 + 50
    assert _steps(store, store.rebuild) > all_early * 5  # the control: this does look at everything


#: Later than any row here says it happened.
_AFTER = T0 + 30_000 * 60_000


def _written(store: SqliteStore, *rows: object) -> int:
    return _steps(store, lambda: write(store, *rows, at=_AFTER))


def _steps(store: SqliteStore, act: Callable[[], object]) -> int:
    steps = 0

    def counted(_statement: str = "") -> None:
        nonlocal steps
        steps += 1

    store._connection.set_progress_handler(counted, 1)
    store._connection.set_trace_callback(counted)
    try:
        act()
    finally:
        store._connection.set_progress_handler(None, 0)
        store._connection.set_trace_callback(None)
    return steps


def test_a_damaged_file_gets_a_sentence_when_it_is_written_to(store: SqliteStore, path: Path) -> None:
    store.close()
    with path.open("r+b") as file:
        (page,) = query(str(path), "SELECT rootpage FROM sqlite_master WHERE name = 'audit'")[0]
        file.seek((int(str(page)) - 1) * 4096)
        file.write(b"\xff" * 4096)
    damaged = SqliteStore(path)
    with pytest.raises(StoreError, match=r"the store is damaged\. .* copy"), damaged.edit() as db:
        audit.write(db, Author("rina", 1), "try", "kota", "", {})
    assert write(damaged, count(1)).inserted == 1
    damaged.close()
