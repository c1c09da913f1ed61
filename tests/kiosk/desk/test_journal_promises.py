"""The journal's promises, what it keeps at hand, and journals of an earlier version."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.circulation.errors import JournalError
from kiosk.circulation.journal import NEXT, OPEN, Journal, Kind, Operation, State
from kiosk.circulation.port import Item, PatronRef
from kiosk.circulation.promises import Promise

SARI = PatronRef("A0001")
BOOK = Item("B1", "A book")


def checkout(op: str, item: str = "B1", **known: Any) -> Operation:
    return Operation(op, Kind.CHECKOUT, SARI, item, **known)


# promises


def test_a_promise_on_the_operation_itself(journal: Journal) -> None:
    due = date(2026, 12, 3)
    journal.record(checkout("op-1", promised=True, promised_due=due, snapshot="x", fingerprint="m"), State.PARKED)
    (entry,) = journal.waiting()
    assert (entry.promised, entry.promised_due, entry.snapshot, entry.fingerprint) == (True, due, "x", "m")


@pytest.mark.parametrize("to", [State.UNKNOWN, State.PARKED])
def test_a_promise_that_came_later(journal: Journal, to: State) -> None:
    journal.record(checkout("op-1"), State.SENDING)
    assert not journal.waiting()[0].promised
    journal.move("op-1", to, promise=Promise(BOOK, date(2026, 12, 3), "m"), snapshot="x")
    journal.move("op-1", State.SENDING, via=(State.PROBING,))
    (entry,) = journal.waiting()
    assert (entry.promised, entry.promised_due, entry.snapshot) == (True, date(2026, 12, 3), "x")
    assert entry.fingerprint == "m"
    assert journal.verify() == []


def test_what_the_system_showed_counts_more_than_the_extract(journal: Journal) -> None:
    journal.record(Operation("op-1", Kind.CHECKIN, None, "B1", fingerprint=""), State.SENDING)
    journal.move("op-1", State.PARKED, promise=Promise(BOOK, None, "old"), snapshot="x")
    assert journal.waiting()[0].fingerprint == ""


@pytest.mark.parametrize("to", [State.DONE, State.REFUSED, State.CONFLICT])
def test_an_end_carries_no_promise(journal: Journal, to: State) -> None:
    journal.record(checkout("op-1"), State.SENDING)
    with pytest.raises(JournalError, match="cannot be promised"):
        journal.move("op-1", to, promise=Promise(BOOK))
    assert journal.state("op-1") == "sending"


@pytest.mark.parametrize("late", [True, False])
def test_a_refusal_of_what_was_promised_is_a_conflict_in_the_same_commit(journal: Journal, late: bool) -> None:
    journal.record(checkout("op-1", promised=not late), State.SENDING)
    if late:
        journal.move("op-1", State.PARKED, promise=Promise(BOOK, date(2026, 12, 3)))
        journal.move("op-1", State.SENDING, via=(State.PROBING,))
    assert journal.move("op-1", State.REFUSED, why="held") is State.CONFLICT
    assert journal.history("op-1")[-2:] == ["refused", "conflict"]
    assert journal.entries("conflict")[0].why == "refused:held"


def test_a_refusal_of_what_nobody_was_promised_is_the_end(journal: Journal) -> None:
    journal.record(checkout("op-1"), State.SENDING)
    assert journal.move("op-1", State.REFUSED, why="held") is State.REFUSED
    assert journal.unsettled() == []


def test_all_steps_of_one_move_are_written_or_none(journal: Journal) -> None:
    journal.record(checkout("op-1"))
    with pytest.raises(JournalError, match="cannot follow"):
        journal.move("op-1", State.RESOLVED, via=(State.PROBING,))
    assert journal.history("op-1") == ["recorded"]


# put back by staff


@pytest.mark.parametrize(
    ("operation", "way"),
    [
        (checkout("op-1"), (State.SENDING, State.UNKNOWN, State.PROBING, State.CONFLICT)),  # nobody was promised
        (checkout("op-1", promised=True), (State.PARKED,)),  # no conflict
        (checkout("op-1", promised=True), (State.SENDING, State.CONFLICT, State.RESOLVED)),
        (Operation("op-1", Kind.PAY, SARI, amount=5, promised=True), (State.SENDING, State.CONFLICT)),
    ],
)
def test_what_may_not_be_tried_again(journal: Journal, operation: Operation, way: tuple[State, ...]) -> None:
    journal.record(operation)
    for step in way:
        journal.move("op-1", step)
    before = journal.history("op-1")
    with pytest.raises(JournalError, match=r"not in conflict|promised to nobody"):
        journal.redo("op-1", who="Rina", why="mended")
    with pytest.raises(JournalError, match="not in conflict"):
        journal.redo("op-9", who="Rina", why="mended")
    assert journal.history("op-1") == before


def test_who_and_why_are_asked_for_when_it_is_put_back(journal: Journal) -> None:
    journal.record(checkout("op-1", promised=True), State.SENDING)
    journal.move("op-1", State.CONFLICT, why="due-earlier")
    with pytest.raises(JournalError, match="name and a reason"):
        journal.redo("op-1", who=" ", why="mended")
    assert journal.redo("op-1", who="Rina", why="mended") is State.PARKED
    assert journal.steps("op-1")[-1].who == "Rina"


# what is at hand


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_at_hand_is_what_the_file_says(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, clock: Any
) -> None:
    """Any walk through the table: the list kept in memory equals the one read anew, and the chain verifies."""
    journal = Journal.open(tmp_path_factory.mktemp("walk") / "journal.sqlite", kiosk="kiosk-1", clock=clock)
    for number in range(data.draw(st.integers(1, 4))):
        journal.record(checkout(f"op-{number}", promised=data.draw(st.booleans())))
    for _ in range(data.draw(st.integers(0, 15))):
        op = data.draw(st.sampled_from([entry.op for entry in journal.entries()]))
        follow = sorted(NEXT[State(journal.state(op) or "")])
        if follow:
            journal.move(op, data.draw(st.sampled_from(follow)))
        if data.draw(st.booleans()):
            journal.unsettled()
    assert journal.unsettled() == journal.read_unsettled()
    assert journal.waiting() == journal.entries(*OPEN)
    assert journal.verify() == []
    journal.close()


def test_a_failed_commit_makes_it_read_again(journal: Journal) -> None:
    journal.record(checkout("op-1"))
    assert len(journal.unsettled()) == 1
    with pytest.raises(JournalError):
        journal.record(checkout("op-1"))
    journal._db.execute("DELETE FROM unsettled")
    assert journal.unsettled() == []


def test_the_operation_before_on_the_same_item(journal: Journal) -> None:
    for number, (kind, item, end) in enumerate(
        [
            (Kind.CHECKOUT, "B1", State.DONE),
            (Kind.CHECKOUT, "B2", State.DONE),
            (Kind.CHECKOUT, "B1", State.REFUSED),
            (Kind.CHECKIN, "B1", State.DONE),
        ]
    ):
        journal.record(Operation(f"op-{number}", kind, SARI, item), State.SENDING)
        journal.move(f"op-{number}", end)
    *_, last = journal.entries()
    before = journal.before(last)
    assert before is not None
    assert before.op == "op-0"
    assert journal.before(before) is None


def test_an_operation_is_found_by_its_number_too(journal: Journal) -> None:
    journal.record(checkout("op-1"))
    assert journal.entry("1") == journal.entry("op-1")
    assert journal.entry("2") is None
    assert journal.entry("9" * 30) is None


def test_moments_with_a_believed_clock_are_found_on_both_sides(journal: Journal, clock: Any) -> None:
    journal.record(checkout("op-1"))
    clock.set_from, clock.at = "unsynced", datetime(1970, 1, 1, tzinfo=UTC)
    journal.record(checkout("op-2"))
    entry = journal.waiting()[1]
    before, after = journal.believed_around(entry.n)
    assert before is not None
    assert before.wall.year == 2026
    assert after is None
    assert not entry.asked.believed
    clock.set_from, clock.at = "ntp", datetime(2026, 11, 25, tzinfo=UTC)
    journal.record(checkout("op-3"))
    _, after = journal.believed_around(entry.n)
    assert after is not None
    assert after.wall == datetime(2026, 11, 25, tzinfo=UTC)


# version 1

_WHEN = "boot TEXT NOT NULL, mono_ns INTEGER NOT NULL, wall TEXT NOT NULL, clock TEXT NOT NULL"
VERSION_1 = f"""
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
CREATE TABLE journal (id TEXT NOT NULL, kiosk TEXT NOT NULL, made TEXT NOT NULL) STRICT;
CREATE TABLE head (n INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE ops (n INTEGER PRIMARY KEY, seq INTEGER NOT NULL UNIQUE, op TEXT NOT NULL UNIQUE, kiosk TEXT NOT NULL,
    {_WHEN}, kind TEXT NOT NULL, patron TEXT, item TEXT NOT NULL, amount INTEGER, fingerprint TEXT, promised_due TEXT,
    prev_hash TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE states (n INTEGER PRIMARY KEY, op TEXT NOT NULL REFERENCES ops(op), state TEXT NOT NULL, {_WHEN}, due TEXT,
    why TEXT NOT NULL, who TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE TABLE security (uid TEXT PRIMARY KEY, armed INTEGER NOT NULL, op TEXT NOT NULL, wanted_at TEXT NOT NULL) STRICT;
INSERT INTO journal VALUES ('id-1', 'kiosk-1', '2026-11-01T00:00:00.000+00:00');
INSERT INTO head VALUES (3, 'c');
INSERT INTO ops VALUES (1, 1, 'op-1', 'kiosk-1', 'b', 1, '2026-11-01T00:00:00.000+00:00', 'ntp', 'checkout', 'A0001',
    'B1', NULL, '', NULL, '0', 'a');
INSERT INTO states VALUES (2, 'op-1', 'recorded', 'b', 2, '2026-11-01T00:00:00.000+00:00', 'ntp', NULL, '', '',
    'a', 'b');
INSERT INTO security VALUES ('E004010000000001', 1, 'op-1', '2026-11-01T00:00:00.000+00:00');
"""


def version_1(path: Path, state: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(VERSION_1)
        values = (3, "op-1", state, "b", 3, "2026-11-01T00:00:00.000+00:00", "ntp", None, "", "", "b", "c")
        db.execute(f"INSERT INTO states VALUES ({', '.join('?' * 12)})", values)


@pytest.mark.parametrize("state", ["done", "refused", "resolved"])
def test_a_finished_journal_of_version_1_is_kept_beside_a_new_one(
    journal_path: Path, clock: Any, state: str, caplog: pytest.LogCaptureFixture
) -> None:
    version_1(journal_path, state)
    journal = Journal.open(journal_path, kiosk="kiosk-1", clock=clock)
    assert journal.entries() == []
    assert journal.security_wanted() == {"E004010000000001": True}  # what is still to be done comes along
    assert journal.verify() == []
    journal.record(checkout("op-1"))
    journal.close()
    aside = journal_path.with_name("journal.sqlite.version-1")
    with closing(sqlite3.connect(aside)) as db:
        assert db.execute("SELECT patron FROM ops").fetchall() == [("A0001",)]
    assert "version-1" in caplog.text
    assert "A0001" not in caplog.text
    Journal.open(journal_path, kiosk="kiosk-1", clock=clock).close()


@pytest.mark.parametrize("state", ["sending", "unknown", "parked", "conflict", "probing"])
def test_an_unfinished_journal_of_version_1_is_refused_and_left_alone(
    journal_path: Path, clock: Any, state: str
) -> None:
    version_1(journal_path, state)
    for _ in range(2):
        with pytest.raises(JournalError, match=r"version 1 and has 1 operation not yet settled\. Start the program"):
            Journal.open(journal_path, kiosk="kiosk-1", clock=clock)
    assert [path for path in journal_path.parent.iterdir() if "version" in path.name] == []
    with closing(sqlite3.connect(journal_path)) as db:
        assert db.execute("SELECT state FROM states WHERE n = 3").fetchone() == (state,)


def test_another_kiosks_journal_of_version_1_is_refused(journal_path: Path, clock: Any) -> None:
    version_1(journal_path, "done")
    with pytest.raises(JournalError, match="belongs to kiosk 'kiosk-1'"):
        Journal.open(journal_path, kiosk="kiosk-2", clock=clock)


def test_another_sqlite_may_stand_under_the_journal(journal_path: Path, clock: Any) -> None:
    """The power-cut campaign puts its own beneath, and its control asks for less durability."""
    asked: list[str] = []

    class Watching(sqlite3.Connection):
        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            asked.append(statement)
            return super().execute(statement, *values)

    def connect(path: str, **options: Any) -> sqlite3.Connection:
        return sqlite3.connect(path, factory=Watching, **options)

    journal = Journal.open(journal_path, kiosk="kiosk-1", clock=clock, connect=connect, durability="NORMAL")
    journal.record(checkout("op-1"))
    assert "PRAGMA synchronous=NORMAL" in asked
    assert any(statement.startswith("INSERT INTO ops") for statement in asked)
    journal.close()
    again = Journal.open(journal_path, kiosk="kiosk-1", clock=clock)
    assert again._db.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert again._db.execute("PRAGMA secure_delete").fetchone()[0] == 1
    again.close()


def test_what_comes_back_from_an_end_stands_in_its_old_place(journal: Journal) -> None:
    for op in ("op-1", "op-2"):
        journal.record(checkout(op), State.SENDING)
    journal.move("op-1", State.REFUSED)
    assert [entry.op for entry in journal.unsettled()] == ["op-2"]
    journal.move("op-1", State.CONFLICT)
    assert [entry.op for entry in journal.unsettled()] == ["op-1", "op-2"]
