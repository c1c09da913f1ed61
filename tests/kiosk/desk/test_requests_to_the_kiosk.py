"""Requests of staff to the running kiosk: whole or not at all, checked, carried out once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kiosk.circulation import journal_requests
from kiosk.circulation.errors import JournalError
from kiosk.circulation.journal import Journal, Kind, Operation, State
from kiosk.circulation.journal_requests import LONGEST, Request, Wanted, folder, leave, pending, take_up
from kiosk.circulation.port import PatronRef


@pytest.fixture(autouse=True)
def conflict(journal: Journal) -> None:
    operation = Operation("op-1", Kind.CHECKOUT, PatronRef("A0001"), "B1", promised=True)
    journal.record(operation, State.SENDING)
    journal.move("op-1", State.REFUSED, why="held")


def request(record: Journal, wanted: Wanted = Wanted.RESOLVE, **other: Any) -> Request:
    said = {"journal": record.identity.id, "op": "op-1", "wanted": wanted, "who": "Rina", "why": "done", **other}
    return Request(**said)


def refused(journal: Journal) -> list[str]:
    return [path.name for path in folder(journal.path).iterdir() if path.suffix == ".refused"]


def test_a_request_is_carried_out_once_and_taken_away(journal: Journal) -> None:
    leave(journal.path, request(journal))
    assert [one.op for one in pending(journal.path)] == ["op-1"]
    assert take_up(journal)
    assert not take_up(journal)
    assert journal.history("op-1")[-1] == "resolved"
    assert list(folder(journal.path).iterdir()) == []


def test_a_request_may_put_an_operation_back(journal: Journal) -> None:
    leave(journal.path, request(journal, Wanted.REDO))
    assert take_up(journal)
    assert journal.state("op-1") == "parked"


def test_a_request_taken_up_twice_changes_nothing_the_second_time(journal: Journal) -> None:
    leave(journal.path, request(journal))
    journal.resolve("op-1", who="Rina", why="done")  # the kiosk died before it could take the request away
    rows = journal.head()
    assert take_up(journal)
    assert journal.head() == rows
    assert refused(journal) == []


@pytest.mark.parametrize(
    "other",
    [{"op": "op-9"}, {"journal": "another"}, {"who": ""}, {"why": " "}, {"op": "op-9", "wanted": Wanted.REDO}],
)
def test_what_the_journal_refuses_is_kept_for_staff(journal: Journal, other: dict[str, Any]) -> None:
    leave(journal.path, request(journal, **other))
    rows = journal.head()
    assert take_up(journal)
    assert journal.head() == rows
    assert len(refused(journal)) == 1
    assert not take_up(journal)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"\xff\xfe", b'{"op": "op-1"}', b"[" * 3000, b'{"journal":"x","op":1}', b"x" * (LONGEST + 1)],
)
def test_what_is_no_request_harms_nothing(journal: Journal, content: bytes) -> None:
    box = folder(journal.path)
    box.mkdir()
    (box / "1.request").write_bytes(content)
    (box / "half.new").write_bytes(b'{"half')
    (box / "link.request").symlink_to(journal.path)
    (box / "folder.request").mkdir()
    leave(journal.path, request(journal))
    assert len(pending(journal.path)) == 1
    while take_up(journal):
        pass
    assert journal.state("op-1") == "resolved"
    assert refused(journal) == ["1.refused"]


def test_a_reason_that_is_too_long_is_said_at_once(journal: Journal) -> None:
    with pytest.raises(JournalError, match="too long"):
        leave(journal.path, request(journal, why="x" * LONGEST))


def test_a_place_that_cannot_be_written_is_named(journal: Journal) -> None:
    folder(journal.path).write_text("in the way")
    with pytest.raises(JournalError, match="cannot be left here"):
        leave(journal.path, request(journal))
    assert not take_up(journal)


def test_requests_are_taken_up_in_their_order(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    leave(journal.path, request(journal, Wanted.REDO, why="first"))
    leave(journal.path, request(journal, Wanted.RESOLVE, why="second"))
    take_up(journal)
    assert journal.state("op-1") == "parked"
    take_up(journal)
    assert len(refused(journal)) == 1  # it is no longer in conflict
    assert journal_requests.pending(journal.path) == []


def test_a_request_whose_taking_up_was_cut_short_is_finished(journal: Journal) -> None:
    leave(journal.path, request(journal))
    (file,) = folder(journal.path).iterdir()
    file.rename(file.with_suffix(".taking"))
    assert take_up(journal)
    assert journal.state("op-1") == "resolved"
    assert list(folder(journal.path).iterdir()) == []


def test_a_request_that_cannot_be_removed_is_not_carried_out_for_ever(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(journal.path, request(journal, Wanted.REDO))

    def denied(self: Path, target: object) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", denied)
    assert not take_up(journal)
    assert journal.state("op-1") == "conflict"


def test_the_kiosk_makes_the_folder_at_its_start(kiosk: Any) -> None:
    kiosk.desk.recover()
    assert folder(kiosk.journal.path).stat().st_mode & 0o007 == 0
    journal_requests.make_folder(kiosk.journal.path)


def test_a_folder_that_cannot_be_made_stops_nothing(kiosk: Any, caplog: pytest.LogCaptureFixture) -> None:
    folder(kiosk.journal.path).write_text("in the way")
    kiosk.desk.recover()
    assert "cannot be taken here" in caplog.text
    assert kiosk.desk.tend() >= 0
