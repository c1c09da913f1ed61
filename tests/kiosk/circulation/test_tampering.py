"""The hash chain: whatever is changed in a journal, ``verify`` finds it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kiosk.circulation import chain
from kiosk.circulation.errors import JournalError
from kiosk.circulation.journal import Journal, Kind, Operation, State
from kiosk.circulation.journal_file import OPS, STATES, JournalReader
from kiosk.circulation.port import PatronRef

COLUMNS = (
    [("ops", name) for name in ("n", *OPS, "prev_hash", "hash")]
    + [("states", name) for name in ("n", *STATES, "prev_hash", "hash")]
    + [("journal", name) for name in ("id", "kiosk", "made")]
    + [("head", name) for name in ("n", "hash")]
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal with some life in it, its triggers taken off so that it can be tampered with."""
    path = tmp_path_factory.mktemp("journal") / "journal.sqlite"
    journal = Journal.open(path, kiosk="kiosk-1")
    for number in range(3):
        patron, op = PatronRef(f"A000{number}"), f"op-{number}"
        journal.record(
            Operation(op, Kind.CHECKOUT, patron, f"B0010{number}", 500, "loan-1", date(2026, 12, 1)), State.SENDING
        )
        journal.move(op, State.DONE, due=date(2026, 12, 1), why="w", who="x")
    journal.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute("PRAGMA journal_mode=DELETE")
    return path


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(written, tmp_path / "copy.sqlite"))


def problems(path: Path) -> list[str]:
    try:
        reader = JournalReader.read(path)
    except JournalError as error:
        return [str(error)]
    try:
        return reader.verify()
    finally:
        reader.close()


def tamper(path: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA foreign_keys=OFF")
        for statement in statements:
            db.execute(statement, values if "?" in statement else ())


def test_an_untouched_journal_is_whole(copy: Path) -> None:
    assert problems(copy) == []


@given(data=st.data(), place=st.sampled_from(COLUMNS))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_changed_byte_of_any_row_is_found(data: st.DataObject, place: tuple[str, str], written: Path) -> None:
    table, column = place
    path = Path(shutil.copy(written, written.with_name("tampered.sqlite")))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        rows = db.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
        row, old = data.draw(st.sampled_from(rows))
        if isinstance(old, int):
            new: object = old ^ (1 << data.draw(st.integers(0, 40)))
        else:
            assume(old)
            raw = bytearray(old.encode())
            raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
            new = bytes(raw)
        value = "CAST(? AS TEXT)" if isinstance(new, bytes) else "?"
        try:
            db.execute(f"UPDATE {table} SET {column} = {value} WHERE rowid = ?", [new, row])
        except sqlite3.IntegrityError:
            assume(False)
    assert problems(path) != []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM states WHERE n = 3",
        "DELETE FROM states WHERE n = (SELECT MAX(n) FROM states)",
        "DELETE FROM ops WHERE seq = 2",
        "DELETE FROM ops",
        "DELETE FROM journal",
        "UPDATE ops SET patron = NULL WHERE seq = 1",
        "UPDATE ops SET seq = 9 WHERE seq = 3",
        "UPDATE states SET due = '2027-12-01' WHERE n = 4",
        "UPDATE states SET n = 99 WHERE n = 4",
    ],
)
def test_a_changed_or_missing_row_is_found(copy: Path, statement: str) -> None:
    tamper(copy, statement)
    assert problems(copy) != []


def test_a_cut_off_end_is_found(copy: Path) -> None:
    tamper(copy, "DELETE FROM states WHERE n > 6", "DELETE FROM ops WHERE n > 6")
    assert any("was written last" in problem for problem in problems(copy))


def test_two_rows_that_changed_places_are_found(copy: Path) -> None:
    tamper(
        copy,
        "UPDATE states SET n = -1 WHERE n = 3",
        "UPDATE states SET n = 3 WHERE n = 4",
        "UPDATE states SET n = 4 WHERE n = -1",
    )
    assert problems(copy) != []


def test_an_inserted_row_is_found(copy: Path) -> None:
    tamper(
        copy,
        "INSERT INTO states SELECT 13, op, state, boot, mono_ns, wall, clock, due, promised, snapshot, mark, "
        "why, who, prev_hash, hash FROM states WHERE n = 4",
    )
    assert problems(copy) != []


@pytest.mark.parametrize("garbage", [b"B00199", b"\xa5" * 6, bytes(2000)])
def test_bytes_overwritten_in_the_file_itself_are_found(copy: Path, garbage: bytes) -> None:
    place = copy.read_bytes().index(b"B00101")
    with copy.open("r+b") as file:
        file.seek(place)
        file.write(garbage)
    assert problems(copy) != []


VALUES = st.tuples(st.one_of(st.text(max_size=5), st.integers(-(2**62), 2**62), st.none()), st.text(max_size=5))


@given(first=VALUES, second=VALUES)
def test_different_rows_have_different_hashes(first: chain.Link, second: chain.Link) -> None:
    assume(first != second)
    assert chain.digest(1, "ops", first, "") != chain.digest(1, "ops", second, "")  # type: ignore[arg-type]


def test_values_that_join_to_the_same_text_do_not_hash_alike() -> None:
    assert chain.digest(1, "ops", ("ab", "c"), "") != chain.digest(1, "ops", ("a", "bc"), "")
    assert chain.digest(1, "ops", (1,), "") != chain.digest(1, "ops", ("1",), "")
    assert chain.digest(1, "ops", (None,), "") != chain.digest(1, "ops", ("",), "")
