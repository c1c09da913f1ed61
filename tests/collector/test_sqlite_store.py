"""What is the SQLite store's own: locks, durability, files that are not its."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_rows import count
from store_support import write

from collector.errors import StoreBusy, StoreError
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
