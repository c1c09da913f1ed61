"""The journal: what may follow what, one writer, many readers."""

from __future__ import annotations

import itertools
import os
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kiosk.circulation.errors import JournalError, JournalInUse
from kiosk.circulation.journal import NEXT, OPEN, Journal, Kind, Operation, State
from kiosk.circulation.journal_file import JournalReader
from kiosk.circulation.port import PatronRef

SARI = PatronRef("A0001")
#: A way from RECORDED to each state.
WAY: dict[State, tuple[State, ...]] = {
    State.RECORDED: (),
    State.PROBING: (State.PROBING,),
    State.SENDING: (State.SENDING,),
    State.UNKNOWN: (State.SENDING, State.UNKNOWN),
    State.REFUSED: (State.SENDING, State.REFUSED),
    State.PARKED: (State.PROBING, State.PARKED),
    State.CONFLICT: (State.PROBING, State.CONFLICT),
    State.DONE: (State.SENDING, State.DONE),
    State.RESOLVED: (State.PROBING, State.CONFLICT, State.RESOLVED),
}


def checkout(op: str, item: str = "B00130") -> Operation:
    return Operation(op, Kind.CHECKOUT, SARI, item)


def bring_to(journal: Journal, op: str, state: State) -> None:
    journal.record(checkout(op))
    for step in WAY[state]:
        journal.move(op, step)


def test_an_operation_is_recorded_before_anything_else(journal: Journal) -> None:
    assert journal.record(checkout("op-1")) == 1
    (entry,) = journal.entries()
    assert (entry.seq, entry.op, entry.kind, entry.item, entry.state) == (1, "op-1", "checkout", "B00130", "recorded")
    assert entry.patron == SARI
    assert entry.when == "2026-11-23T01:00:00.000+00:00"


def test_numbers_run_without_a_gap_even_when_a_record_fails(journal: Journal) -> None:
    journal.record(checkout("op-1"))
    with pytest.raises(JournalError, match="already in the journal"):
        journal.record(checkout("op-1"))
    with pytest.raises(JournalError):
        journal.record(checkout("op-x"), then=State.RESOLVED)
    assert journal.record(checkout("op-2")) == 2
    assert journal.state("op-x") is None
    assert journal.verify() == []


def test_recording_and_sending_is_one_commit_with_both_states(journal: Journal) -> None:
    journal.record(checkout("op-1"), then=State.SENDING)
    assert journal.history("op-1") == ["recorded", "sending"]


@pytest.mark.parametrize(("at", "to"), list(itertools.product(State, State)))
def test_every_pair_of_states_is_decided_by_the_table(journal: Journal, at: State, to: State) -> None:
    bring_to(journal, "op-1", at)
    if to in NEXT[at]:
        journal.move("op-1", to)
        assert journal.state("op-1") == to
    else:
        with pytest.raises(JournalError, match=f"is {at}; {to} cannot follow"):
            journal.move("op-1", to)
        assert journal.state("op-1") == at
    assert journal.verify() == []


def test_every_state_leads_to_an_end() -> None:
    ends = {State.DONE, State.RESOLVED}
    assert {state for state in State if not NEXT[state]} == ends
    for state in State:
        reached = {state}
        for _ in State:
            reached |= {to for at in reached for to in NEXT[at]}
        assert reached & ends
    assert {State.DONE, State.RESOLVED, State.REFUSED, State.CONFLICT}.isdisjoint(OPEN)


def test_a_state_keeps_the_date_and_the_reason(journal: Journal) -> None:
    journal.record(checkout("op-1"), then=State.SENDING)
    journal.move("op-1", State.DONE, due=date(2026, 12, 1), why="because")
    (entry,) = journal.entries("done")
    assert (entry.due, entry.why) == (date(2026, 12, 1), "because")


def test_an_operation_that_is_not_there_cannot_move(journal: Journal) -> None:
    with pytest.raises(JournalError, match="no operation op-9"):
        journal.move("op-9", State.SENDING)


def test_staff_resolve_a_conflict_with_name_and_reason(journal: Journal) -> None:
    bring_to(journal, "op-1", State.CONFLICT)
    with pytest.raises(JournalError, match="name and a reason"):
        journal.resolve("op-1", who="Rina", why=" ")
    journal.resolve("op-1", who="Rina", why="found on the shelf")
    (entry,) = journal.entries()
    assert (entry.state, entry.who, entry.why) == ("resolved", "Rina", "found on the shelf")
    with pytest.raises(JournalError, match="cannot follow"):
        journal.resolve("op-1", who="Rina", why="again")


def test_entries_are_found_by_state_newest_last(journal: Journal) -> None:
    for number, state in enumerate([State.DONE, State.UNKNOWN, State.DONE, State.CONFLICT]):
        bring_to(journal, f"op-{number}", state)
    assert [entry.op for entry in journal.entries("done")] == ["op-0", "op-2"]
    assert [entry.op for entry in journal.entries(*OPEN)] == ["op-1"]
    assert [entry.op for entry in journal.entries(limit=2)] == ["op-2", "op-3"]


def test_commits_survive_a_power_cut(journal: Journal) -> None:
    assert journal._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert journal._db.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL


@pytest.mark.parametrize("statement", ["UPDATE ops SET item = 'B00001'", "DELETE FROM states"])
def test_the_file_itself_refuses_edits(journal: Journal, statement: str) -> None:
    journal.record(checkout("op-1"))
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        journal._db.execute(statement)


def test_a_second_writer_is_turned_away_and_told_who_writes(journal: Journal) -> None:
    with pytest.raises(JournalInUse, match=rf"in use by the running kiosk \(process {os.getpid()}\)"):
        Journal.open(journal.path, kiosk="kiosk-1")
    journal.close()
    Journal.open(journal.path, kiosk="kiosk-1").close()


def test_a_writer_that_was_killed_holds_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    script = (
        "import os, sys; from pathlib import Path; from kiosk.circulation.journal import Journal, Kind, Operation\n"
        "journal = Journal.open(Path(sys.argv[1]), kiosk='k')\n"
        "journal.record(Operation('op-1', Kind.CHECKIN, None, 'B00130'))\n"
        "os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(path)], timeout=30, check=False).returncode == 9
    journal = Journal.open(path, kiosk="k")
    assert [entry.op for entry in journal.entries()] == ["op-1"]
    journal.close()


def test_a_reader_sees_each_commit_while_the_kiosk_runs(journal: Journal) -> None:
    reader = JournalReader.read(journal.path)
    assert reader.entries() == []
    journal.record(checkout("op-1"))
    assert [entry.op for entry in reader.entries()] == ["op-1"]
    assert reader.verify() == []
    assert reader.head() == journal.head()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._db.execute("DELETE FROM security")
    reader.close()


def test_another_kiosks_journal_is_refused(journal: Journal) -> None:
    journal.close()
    with pytest.raises(JournalError, match="belongs to kiosk 'kiosk-1'"):
        Journal.open(journal.path, kiosk="kiosk-2")
    Journal.open(journal.path, kiosk="kiosk-1").close()


def test_a_journal_of_another_version_is_refused_and_left_unlocked(journal: Journal) -> None:
    journal._db.execute("PRAGMA user_version = 9")
    journal.close()
    for _ in range(2):
        with pytest.raises(JournalError, match="version 9"):
            Journal.open(journal.path, kiosk="kiosk-1")
    with pytest.raises(JournalError, match="version 9"):
        JournalReader.read(journal.path)


def test_what_is_no_journal_is_named(tmp_path: Path) -> None:
    letter = tmp_path / "letter.sqlite"
    letter.write_text("This is not a journal. " * 50)
    with pytest.raises(JournalError, match=r"letter\.sqlite: this is not a usable journal"):
        Journal.open(letter, kiosk="k")
    with pytest.raises(JournalError, match=r"letter\.sqlite: this is not a readable journal"):
        JournalReader.read(letter)
    with pytest.raises(JournalError, match="no journal here yet"):
        JournalReader.read(tmp_path / "none.sqlite")
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(JournalError, match="cannot be written here"):
        Journal.open(in_the_way / "journal.sqlite", kiosk="k")


def test_wanted_security_bits_outlive_a_restart(journal: Journal, clock: Any) -> None:
    journal.security_want(["E004010000000001"], False, "B1", "checkout")
    journal.security_want(["E004010000000002"], True, "B2", "checkin")
    journal.security_want(["E004010000000001"], True, "B1", "checkin")
    journal.close()
    again = Journal.open(journal.path, kiosk="kiosk-1", clock=clock)
    assert again.security_wanted() == {"E004010000000001": True, "E004010000000002": True}
    again.security_done("E004010000000001")
    again.security_done("E004010000000003")
    assert again.security_wanted() == {"E004010000000002": True}
    again.close()


def test_a_bit_set_too_late_does_not_settle_a_newer_wish(journal: Journal) -> None:
    journal.security_want(["E004010000000001"], True, "B1", "checkin")
    journal.security_done("E004010000000001", armed=False)
    assert journal.security_wanted() == {"E004010000000001": True}
    journal.security_done("E004010000000001", armed=True)
    assert journal.security_wanted() == {}
