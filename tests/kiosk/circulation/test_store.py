"""Opening the library's file."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.schema import MIGRATIONS, STEPS
from kiosk.circulation.library.store import Store
from kiosk.circulation.port import Borrowed, PatronRef


def test_commits_survive_a_power_cut(library: EmbeddedLibrary) -> None:
    with library.store.reading() as db:
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
        assert db.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_a_copy_cannot_have_two_loans_whatever_the_code_does(library: EmbeddedLibrary) -> None:
    insert = "INSERT INTO loans (item, member, lent_at, due, renewals, op) VALUES ('B00130', ?, '', '', 0, '')"
    with pytest.raises(sqlite3.IntegrityError), library.store.writing() as db:
        db.executemany(insert, [["A0001"], ["A0002"]])
    with library.store.reading() as db:
        assert db.execute("SELECT COUNT(*) FROM loans WHERE item = 'B00130'").fetchone()[0] == 0


def test_there_is_no_library_until_it_is_made(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="pustaka library init"):
        Store.open(tmp_path / "none.sqlite")
    assert not (tmp_path / "none.sqlite").exists()


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letter.sqlite"
    path.write_text("Dear library, this is not a database. " * 40)
    with pytest.raises(LibraryError, match=r"letter\.sqlite: .*not a database"):
        Store.open(path)


def test_a_library_from_the_future_is_left_alone(library_path: Path) -> None:
    with sqlite3.connect(library_path) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('pustaka-library', '9999-x', '')"
        )
    db.close()
    with pytest.raises(LibraryError, match="newer version"):
        Store.open(library_path)


def test_every_step_is_known_by_name(library: EmbeddedLibrary, library_path: Path) -> None:
    assert {step.name for step in MIGRATIONS.applied(Database(library_path))} == set(STEPS)


def test_kiosks_that_start_together_make_one_library(tmp_path: Path) -> None:
    path, errors = tmp_path / "new.sqlite", []
    together = threading.Barrier(4)

    def start() -> None:
        together.wait(timeout=10)
        try:
            Store.open(path, create=True).close()
        except LibraryError as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert errors == []


def test_an_unknown_zone_is_named(library_path: Path) -> None:
    with pytest.raises(LibraryError, match="Asia/Samarinda"):
        EmbeddedLibrary.open(library_path, zone="Asia/Samarinda")


def test_a_write_that_waits_too_long_fails_and_the_connection_lives_on(
    open_library: Callable[..., EmbeddedLibrary],
) -> None:
    slow, quick = open_library(), open_library(busy_seconds=0.01)
    with slow.store.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
        quick.checkout("op-1", PatronRef("A0001"), "B00130")
    assert isinstance(quick.checkout("op-1", PatronRef("A0001"), "B00130"), Borrowed)
