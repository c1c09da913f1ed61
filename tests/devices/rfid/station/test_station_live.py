"""``pustaka tag station`` as staff use it, on an emulated pad over a pty."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from devices.emulators.faults import Fault
from devices.emulators.scanner import ScannerEmulator
from devices.rfid.tags.recognise import recognise

A, B, C = "E004010031230A01", "E004010031230B02", "E004010031230C03"
WRITE = 0x04  # the pad's command for blocks
OLD = b"something older"


def item(desk: Any, uid: str) -> tuple[str, str, int, int]:
    content = recognise(desk.memory(uid))
    return content.item_id, content.isil, content.part, content.parts


def test_books_are_tagged_one_after_the_other_and_the_last_is_undone(desk: Any) -> None:
    desk.blank(A, afi=0, dsfid=0)
    desk.blank(B, afi=0, dsfid=0)
    before = desk.tag(B)
    station = desk.run("station", "--isil", "ID-SMR01")
    for uid, code in ((A, "BK1"), (B, "BK2")):
        station.type(code)
        station.wait("scanned", item=code)
        desk.pad.put(uid)
        done = station.wait("done", item=code)
        assert (done["uid"], item(desk, uid)) == (uid, (code, "ID-SMR01", 1, 1))
        desk.pad.take(uid)
    assert (desk.tag(A).afi, desk.tag(A).dsfid) == (0x07, 0x3E)
    station.type("BK1")
    assert f"tag {A}" in station.wait("before")["why"]
    station.type("undo")
    station.wait("undo", uid=B)
    desk.pad.put(B)
    station.wait("undone", uid=B)
    desk.pad.take(B)
    assert station.end() == 0
    assert desk.tag(B) == before
    assert station.told("summary")[-1]["done"] == 2


def test_two_tags_on_the_pad_are_refused_and_neither_is_touched(desk: Any) -> None:
    desk.blank(A)
    desk.blank(B)
    desk.pad.put(A)
    desk.pad.put(B)
    station = desk.run("station")
    station.type("BK1")
    assert station.wait("two-tags")["text"] == "More than one tag on the pad: leave only the one for BK1."
    desk.pad.take(B)
    station.wait("done", uid=A)
    assert not any(desk.memory(B))
    assert station.end() == 0


def test_what_is_on_a_tag_is_shown_and_needs_a_yes(desk: Any) -> None:
    desk.book(A, "OLD7", "ID-SMR01")
    desk.pad.put(A)
    station = desk.run("station")
    station.type("BK1")
    assert station.wait("ask")["there"] == "item OLD7 of ID-SMR01 (iso28560-3)"
    station.type("n")
    station.wait("take-away")
    assert item(desk, A)[0] == "OLD7"
    desk.pad.take(A)
    desk.blank(B, OLD)
    desk.pad.put(B)
    station.wait("ask", uid=B)
    station.type("y")
    station.wait("done", uid=B)
    assert station.end() == 0


def test_a_set_gets_its_tags_in_order_in_another_model(desk: Any) -> None:
    for uid in (A, B):
        desk.blank(uid)
    station = desk.run("station", "--parts", "2", "--model", "iso28560-2", "--isil", "ID-SMR01", "--afi", "out")
    station.type("BK1")
    for uid, part in ((A, 1), (B, 2)):
        station.wait("scanned", part=part, parts=2)
        desk.pad.put(uid)
        station.wait("done", uid=uid, part=part)
        desk.pad.take(uid)
    assert (item(desk, A), item(desk, B)) == (("BK1", "ID-SMR01", 1, 2), ("BK1", "ID-SMR01", 2, 2))
    assert (desk.tag(A).afi, desk.tag(A).dsfid) == (0xC2, 0x06)
    assert station.end() == 0


def test_a_write_that_fails_is_tried_again(desk: Any) -> None:
    desk.blank(A)
    desk.pad.put(A)
    station = desk.run("station")
    station.wait("reader")
    desk.pad.fault(Fault.WRITE_FAILS, times=2)
    station.type("BK1")
    station.wait("done", uid=A)
    assert station.end() == 0


def test_a_tag_that_takes_nothing_is_given_back_and_nothing_is_logged_as_done(desk: Any) -> None:
    desk.blank(A, OLD, afi=0, dsfid=0)
    desk.pad.put(A)
    before = desk.memory(A)
    station = desk.run("station", "--overwrite")
    station.wait("reader")
    desk.pad.fault(Fault.WRITE_FAILS, times=None, command=WRITE)
    station.type("BK1")
    failed = station.wait("failed", uid=A)
    assert failed["why"] == "The tag does not take what is written: move it a little, or use another tag."
    assert desk.memory(A) == before
    assert [row["end"] for row in desk.rows() if row["row"] == "ended"] == ["given-back"]
    assert station.end() == 1
    assert desk.tag(A).afi == 0


def test_locked_blocks_are_named_and_the_tag_gets_its_old_content_back(desk: Any) -> None:
    desk.blank(A, OLD, locked=(1, 2))
    before = desk.tag(A)
    desk.pad.put(A)
    station = desk.run("station", "--overwrite")
    station.type("BK1")
    assert station.wait("failed", uid=A)["why"] == "Locked for ever: blocks 1, 2. Use another tag."
    desk.pad.take(A)
    assert desk.tag(A) == before
    assert station.end() == 1


def test_a_tag_that_is_too_small_is_refused_with_the_bytes(desk: Any) -> None:
    desk.blank(A, blocks=7)
    desk.pad.put(A)
    station = desk.run("station")
    station.type("BK1")
    refused = station.wait("refused", uid=A)["why"]
    assert "needs 32 bytes, the tag has 28" in refused
    assert station.end() == 1
    assert not any(desk.memory(A))


def test_a_tag_pulled_away_in_the_middle_is_finished_when_it_comes_back(desk: Any) -> None:
    desk.blank(A, OLD * 4, dsfid=0)
    desk.pad.put(A)
    station = desk.run("station", "--overwrite")
    station.wait("reader")
    desk.pad.fault(Fault.VANISH_BEFORE, command=WRITE)
    station.type("BK1")
    assert "put it back" in station.wait("half", uid=A)["why"]
    assert recognise(desk.memory(A)).item_id == ""
    desk.pad.put(A)
    station.wait("finished", uid=A, item="BK1")
    assert item(desk, A)[0] == "BK1"
    assert station.end() == 0


def test_a_reader_that_falls_silent_in_the_middle_is_found_again_and_the_tag_finished(desk: Any) -> None:
    desk.blank(A)
    desk.pad.put(A)
    station = desk.run("station")
    station.wait("reader")
    desk.pad.fault(Fault.HANG_UP, command=WRITE)
    station.type("BK1")
    station.wait("half", uid=A)
    desk.pad.come_back()
    station.wait("finished", uid=A)
    assert item(desk, A)[0] == "BK1"
    assert station.end() == 0


def test_a_killed_station_leaves_a_log_that_a_later_one_finishes(desk: Any) -> None:
    desk.blank(A, OLD * 4)
    old = desk.memory(A)
    desk.pad.put(A)
    station = desk.run("station", "--overwrite")
    station.wait("reader")
    desk.pad.fault(Fault.LATE, command=WRITE, ms=1500, times=None)
    station.type("BK1")
    desk.until(lambda: desk.memory(A) != old)
    station.process.kill()
    station.process.wait()
    desk.pad.fault(Fault.LATE, times=0)
    (begun,) = desk.rows()
    assert (begun["row"], bytes.fromhex(begun["before"]["memory"])) == ("begun", old)
    later = desk.run("station")
    later.wait("half", half=1)
    later.wait("finished", uid=A, item="BK1")
    assert item(desk, A)[0] == "BK1"
    assert later.end() == 0
    undo = desk.run("undo", "--uid", A)
    undo.wait("undone", uid=A)
    assert undo.ended() == 0
    assert desk.memory(A) == old


def test_nothing_scanned_and_a_dry_run_write_nothing(desk: Any) -> None:
    desk.blank(A)
    before = desk.tag(A)
    desk.pad.put(A)
    station = desk.run("station", "--dry-run")
    station.wait("nothing-scanned")
    station.type("BK1")
    station.wait("would-write", uid=A)
    assert station.end() == 0
    assert desk.memory(A) == bytes.fromhex(before.memory)
    assert desk.log.read_text() == ""


def test_a_code_that_no_tag_holds_is_refused_before_any_tag_is_laid_down(desk: Any) -> None:
    station = desk.run("station")
    station.type("12345678901234567")
    assert "holds 16" in station.wait("refused-code")["why"]
    assert station.end() == 0


def test_a_serial_scanner(desk: Any, tmp_path: Path) -> None:
    desk.blank(A)
    desk.pad.put(A)
    with ScannerEmulator(tmp_path / "scanner") as scanner:
        station = desk.run("station", "--scanner", scanner.port)
        station.wait("scanner")
        scanner.scan("BK1")
        station.wait("done", item="BK1")
        assert station.end() == 0


def test_lines_from_a_file_and_ctrl_c(desk: Any) -> None:
    """Without a terminal it ends when there is nothing more to come."""
    desk.blank(A)
    desk.pad.put(A)
    station = desk.run("station")
    station.type("BK1")
    assert station.process.stdin is not None
    station.process.stdin.close()
    assert station.ended() == 0
    again = desk.run("station")
    again.wait("reader")
    again.process.send_signal(signal.SIGINT)
    assert again.ended() == 0
    assert again.told("summary")[-1]["done"] == 0


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--dsfid", "xyz"), 2, "give a byte in hex"),
        (("--config", "/nonexistent/kiosk.toml"), 2, "no such file"),
        (("--undo",), 1, ""),
        (("--seconds", "0.1", "--port", "/dev/none"), 1, ""),
    ],
)
def test_what_cannot_be_done_is_said(desk: Any, arguments: tuple[str, ...], status: int, said: str) -> None:
    station = desk.run("station", *arguments)
    _, errors = station.process.communicate(timeout=20)
    assert station.process.returncode == status
    assert said in errors
