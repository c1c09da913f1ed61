"""Patrons leave the journal: the numbers are gone from the disk, and the chain still verifies."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.circulation.errors import JournalError
from kiosk.circulation.journal import Journal, Kind, Operation, State
from kiosk.circulation.journal_file import JournalReader
from kiosk.circulation.journal_key import key_path, read_key
from kiosk.circulation.port import PatronRef

CANARY = PatronRef("CANARY-7731")


def on_disk(path: Path, text: str) -> list[str]:
    """The files beside the journal, and itself, that hold ``text``."""
    return [file.name for file in sorted(path.parent.iterdir()) if text.encode() in file.read_bytes()]


def settle(journal: Journal, op: str, patron: PatronRef, item: str = "B1") -> None:
    journal.record(Operation(op, Kind.CHECKOUT, patron, item), State.SENDING)
    journal.move(op, State.DONE)


def test_a_forgotten_number_is_nowhere_on_the_disk(journal: Journal, clock: Any) -> None:
    settle(journal, "op-1", CANARY)
    assert on_disk(journal.path, CANARY.number)
    clock.pass_(3600)
    assert journal.forget(clock.now()) == 1
    assert on_disk(journal.path, CANARY.number) == []
    (entry,) = journal.entries()
    assert entry.patron is None
    assert entry.patron_mark is not None
    assert journal.verify() == []


def test_many_forgotten_numbers_leave_no_trace_in_the_pages_they_were_moved_between(
    journal: Journal, clock: Any
) -> None:
    for number in range(600):
        settle(journal, f"op-{number * 7919 % 600}", PatronRef(f"CANARY-{number:05}"), f"B{number}")
        if number % 97 == 0:
            clock.pass_(60)
            journal.forget(clock.now())
    clock.pass_(60)
    journal.forget(clock.now())
    assert on_disk(journal.path, "CANARY-") == []
    assert journal.verify() == []


def test_only_what_is_settled_and_old_is_forgotten(journal: Journal, clock: Any) -> None:
    settle(journal, "op-1", CANARY)
    journal.record(Operation("op-2", Kind.CHECKOUT, CANARY, "B2"), State.SENDING)
    journal.move("op-2", State.REFUSED, why="held")
    journal.record(Operation("op-3", Kind.CHECKOUT, CANARY, "B3"), State.SENDING)
    journal.record(Operation("op-4", Kind.CHECKOUT, CANARY, "B4"), State.SENDING)
    journal.move("op-4", State.CONFLICT, why="due-earlier")
    journal.record(Operation("op-5", Kind.CHECKOUT, CANARY, "B5", promised=True), State.PARKED)
    clock.pass_(3600)
    settle(journal, "op-6", CANARY)
    assert journal.forget(clock.now() - timedelta(minutes=1)) == 2
    assert [entry.op for entry in journal.entries() if entry.patron is None] == ["op-1", "op-2"]
    journal.resolve("op-4", who="Rina", why="done")
    clock.pass_(1)
    assert journal.forget(clock.now()) == 2


def test_the_chain_names_a_patron_by_the_same_mark_each_time(journal: Journal) -> None:
    settle(journal, "op-1", CANARY)
    settle(journal, "op-2", PatronRef("A0001"))
    settle(journal, "op-3", CANARY)
    marks = [entry.patron_mark for entry in journal.entries()]
    assert marks[0] == marks[2] != marks[1]
    assert CANARY.number not in str(marks)


def test_a_reader_at_that_moment_only_delays_the_emptying_of_the_log(journal: Journal, clock: Any) -> None:
    settle(journal, "op-1", CANARY)
    clock.pass_(60)
    reader = JournalReader.read(journal.path)
    with reader.unchanging():
        reader.entries()
        journal._db.execute("PRAGMA busy_timeout=10")
        assert journal.forget(clock.now()) == 1
    reader.close()
    assert journal.forget(clock.now()) == 0
    assert on_disk(journal.path, CANARY.number) == []


def test_the_desk_forgets_once_a_day_what_is_older_than_the_setting(make_kiosk: Callable[..., Any]) -> None:
    kiosk = make_kiosk(None, forget_after=timedelta(days=30))
    kiosk.desk.checkout(CANARY, "B1")
    for days in range(29):
        kiosk.clock.pass_(86_400)
        kiosk.tend(1)
        assert kiosk.journal.entries()[0].patron == CANARY, f"forgotten after {days + 1} days"
    kiosk.clock.pass_(40_000)
    kiosk.tend(1)
    assert kiosk.journal.entries()[0].patron == CANARY  # once a day is enough
    kiosk.clock.pass_(86_400)
    kiosk.tend(1)
    assert kiosk.journal.entries()[0].patron is None


def test_without_a_setting_nothing_is_forgotten(make_kiosk: Callable[..., Any]) -> None:
    kiosk = make_kiosk(None, forget_after=None)
    kiosk.desk.checkout(CANARY, "B1")
    kiosk.clock.pass_(900 * 86_400)
    kiosk.tend(1)
    assert kiosk.journal.entries()[0].patron == CANARY


def test_a_clock_that_stood_in_1970_does_not_make_an_operation_old(journal: Journal, clock: Any) -> None:
    right = clock.now()
    clock.set_from, clock.at = "unsynced", datetime(1970, 1, 1, tzinfo=UTC)
    settle(journal, "op-1", CANARY)
    clock.set_from, clock.at = "ntp", right
    settle(journal, "op-2", CANARY)
    assert journal.forget(right - timedelta(days=30)) == 0
    clock.pass_(40 * 86_400)
    assert journal.forget(clock.now() - timedelta(days=30)) == 2


def test_a_kiosk_whose_clock_is_never_set_forgets_too(journal: Journal, clock: Any) -> None:
    clock.set_from = "unsynced"
    settle(journal, "op-1", CANARY)
    clock.pass_(40 * 86_400)
    assert journal.forget(clock.now() - timedelta(days=30)) == 1


# the key


def test_only_the_kiosks_user_may_read_the_key(journal: Journal) -> None:
    assert key_path(journal.path).stat().st_mode & 0o777 == 0o600
    key = read_key(journal.path)
    assert key is not None
    assert key.secret.hex() not in repr(key)
    assert key.check not in key.secret.hex()


@pytest.mark.parametrize("damage", ["removed", "cut", "garbage"])
def test_a_lost_key_stops_nothing(journal: Journal, clock: Any, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    settle(journal, "op-1", CANARY)
    journal.record(Operation("op-2", Kind.CHECKOUT, CANARY, "B2"), State.SENDING)
    journal.close()
    key = key_path(journal.path)
    if damage == "removed":
        key.unlink()
    else:
        key.write_text("ab" if damage == "cut" else "not a key")
    again = Journal.open(journal.path, kiosk="kiosk-1", clock=clock)
    assert "key is missing" in caplog.text
    assert again.entries()[1].patron == CANARY
    settle(again, "op-3", CANARY)
    assert again.verify() == []
    again.close()


def test_a_key_that_cannot_be_written_is_named(tmp_path: Path, clock: Any) -> None:
    path = tmp_path / "journal.sqlite"
    (tmp_path / "journal.sqlite.key.new").mkdir()
    with pytest.raises(JournalError, match=r"journal\.sqlite\.key: the journal's key cannot be written"):
        Journal.open(path, kiosk="kiosk-1", clock=clock)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE patrons SET number = 'A0002'",
        "UPDATE patrons SET op = 'op-2'",
        "INSERT INTO patrons (op, number) VALUES ('op-2', 'A0002')",
        "INSERT INTO unsettled (op) VALUES ('op-1')",
        "DELETE FROM unsettled",
    ],
)
def test_the_tables_beside_the_chain_are_verified_too(journal: Journal, statement: str) -> None:
    settle(journal, "op-1", CANARY)
    journal.record(Operation("op-2", Kind.CHECKIN, None, "B2"))
    assert journal.verify() == []
    with closing(sqlite3.connect(journal.path, isolation_level=None)) as db:
        db.execute(statement)
    assert journal.verify() != []


def test_without_the_key_an_export_of_the_file_still_verifies(journal: Journal) -> None:
    settle(journal, "op-1", CANARY)
    key_path(journal.path).unlink()
    assert journal.verify() == []


def test_others_on_the_machine_may_not_read_the_journal(journal: Journal) -> None:
    settle(journal, "op-1", CANARY)
    for name in ("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "journal.sqlite.key"):
        assert journal.path.with_name(name).stat().st_mode & 0o007 == 0, name
