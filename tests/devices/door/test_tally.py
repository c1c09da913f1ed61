"""The tally's file: what it holds, what it refuses, and what a power cut costs."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.door.events import Direction
from devices.door.tally import Book, Span, TallyError, Tap, Who, parse, read

T = 1_795_910_400_000
IN, OUT = Direction.IN, Direction.OUT


def tally(text: str):
    return parse(text.encode(), Path("a.csv"))


def test_all_of_a_tally() -> None:
    found = tally(
        f"# door: Pintu utama\n# person: Budi\n# a note without a colon\nt_ms,what,who\n{T},start,Budi\n"
        f"{T + 1},in,Budi\n{T + 2},child_out,Budi\n{T + 3},staff_in,Sari\n{T + 4},out,Budi\n{T + 5},undo,Budi\n"
        f"{T + 6},pause,Budi\n{T + 60},resume,Budi\n{T + 61},out,Budi\n{T + 70},end,Budi\n"
    )
    assert found.about == {"door": "Pintu utama", "person": "Budi"}
    assert found.taps == [
        Tap(T + 1, IN, Who.VISITOR, "Budi"),
        Tap(T + 2, OUT, Who.CHILD, "Budi"),
        Tap(T + 3, IN, Who.STAFF, "Sari"),
        Tap(T + 61, OUT, Who.VISITOR, "Budi"),
    ]
    assert found.spans == [Span(T, T + 6), Span(T + 60, T + 70)]
    assert found.watched_ms == 16


def test_a_phones_file_covers_the_time_from_its_first_tap_to_its_last() -> None:
    found = tally(f"\ufeffT_MS, What\r\n{T},Masuk\r\n{T + 5_000},keluar\r\n{T + 9_000},child\r\n{T + 9_500},Staff out")
    assert [(tap.direction, tap.who) for tap in found.taps] == [
        (IN, Who.VISITOR), (OUT, Who.VISITOR), (IN, Who.CHILD), (OUT, Who.STAFF),
    ]  # fmt: skip
    assert found.spans == [Span(T, T + 9_500)]


def test_a_session_that_never_ended_covers_the_time_to_its_last_line() -> None:
    found = tally(f"{T},start,\n{T + 100},in,\n{T + 9_000_000},start,\n{T + 9_000_500},in,\n")
    assert found.spans == [Span(T, T + 100), Span(T + 9_000_000, T + 9_000_500)]


def test_undo_takes_back_the_last_person_and_never_more_than_there_are() -> None:
    assert tally(f"{T},undo,\n{T},in,\n{T},out,\n{T},undo,\n{T},undo,\n{T},undo,\n{T},in,\n").taps == [Tap(T, IN)]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("rubbish", "expected 't_ms,what,who', got 'rubbish'"),
        ("5000,in,x", "expected a time in milliseconds of UTC since 1970, got '5000'"),
        (f"{T // 1000},in,x", "expected a time in milliseconds of UTC"),
        ("soon,in,x", "expected a time in milliseconds of UTC since 1970, got 'soon'"),
        (f"{T},dog,x", "expected in, out, child_in, .*; got 'dog'"),
        (f"{T - 1},in,x", f"expected a time of {T} ms or later, got {T - 1}"),
    ],
)
def test_a_bad_line_is_named(line: str, why: str) -> None:
    with pytest.raises(TallyError, match=f"a.csv, line 3: {why}"):
        tally(f"t_ms,what,who\n{T},in,x\n{line}\n{T + 9},in,x\n")


def test_a_file_that_is_missing_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(TallyError, match=r"gone\.csv: cannot be read"):
        read(tmp_path / "gone.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TallyError, match="not a text file"):
        read(tmp_path / "b.csv")


# -- while it grows


def test_a_book_is_on_the_disk_line_by_line_and_can_be_gone_on_with(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    book = Book(file, {"door": "Pintu, utama\nx", "device": ""})
    book.write(T, "start", "Budi")
    book.write(T + 5, "in", "Bu,di")
    assert file.read_text() == f"# door: Pintu utama x\nt_ms,what,who\n{T},start,Budi\n{T + 5},in,Bu di\n"
    book.close()  # as if the power failed: no end was written
    again = Book(file, {"door": "another"})
    assert again.tally.about["door"] == "Pintu utama x"
    assert len(again.tally.taps) == 1
    again.write(T + 900, "start", "Sari")
    again.write(T + 800, "out", "Sari")  # a clock that was put back
    again.write(T + 990, "end", "Sari")
    again.close()
    found = read(file)
    assert found.spans == [Span(T, T + 5), Span(T + 900, T + 990)]
    assert found.taps[-1].t_ms == T + 900
    assert found.taps == again.tally.taps
    assert found.digest == hashlib.sha256(file.read_bytes()).hexdigest()


_WHATS = st.sampled_from(["in", "out", "child_in", "staff_out", "undo", "pause", "resume", "start", "end"])


@settings(max_examples=60, deadline=None)
@given(st.lists(_WHATS, min_size=1, max_size=12), st.data())
def test_a_cut_anywhere_costs_at_most_the_line_being_written(whats: list[str], data: st.DataObject) -> None:
    lines = [f"{T + n},{what},Budi\n".encode() for n, what in enumerate(whats)]
    whole = b"# door: x\nt_ms,what,who\n" + b"".join(lines)
    cut = data.draw(st.integers(0, len(whole)))
    finished = whole[: whole.rfind(b"\n", 0, cut) + 1]
    try:
        found = parse(whole[:cut], Path("a.csv"))
    except TallyError:
        assert not finished  # a heading cut in two
        return
    sure = parse(finished, Path("a.csv"))
    assert found.taps[: len(sure.taps)] == sure.taps or b"undo" in whole[len(finished) : cut]


def test_a_torn_line_goes_when_the_tally_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(f"t_ms,what,who\n{T},start,Budi\n{T + 5},in,Budi\n{T + 9},i".encode())
    book = Book(file, {})
    book.write(T + 50, "out", "Budi")
    book.close()
    assert file.read_text() == f"t_ms,what,who\n{T},start,Budi\n{T + 5},in,Budi\n{T + 50},out,Budi\n"


def test_a_last_line_without_an_end_that_is_whole_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"{T},in,Budi")
    book = Book(file, {})
    book.write(T + 50, "out", "Budi")
    book.close()
    assert file.read_text() == f"{T},in,Budi\n{T + 50},out,Budi\n"


def test_a_foreign_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear library,\nthank you.\n")
    with pytest.raises(TallyError, match=r"letter\.txt, line 1"):
        Book(file, {})
    assert file.read_text() == "Dear library,\nthank you.\n"


def test_a_full_disk_is_said_and_what_was_written_before_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    code = (
        "import resource, signal, sys\nfrom pathlib import Path\nfrom devices.door.tally import Book, TallyError\n"
        f"book = Book(Path(sys.argv[1]), {{}})\nbook.write({T}, 'in', 'Budi')\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40, resource.RLIM_INFINITY))\n"
        f"try:\n    book.write({T}, 'in', 'Budi')\nexcept TallyError as error:\n    print(error)\n"
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], capture_output=True, text=True, timeout=60, check=True
    )
    assert "a.csv: cannot be written:" in done.stdout
    assert len(read(file).taps) == 1


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TallyError, match="cannot be written: No such file"):
        Book(tmp_path / "no" / "a.csv", {})
    assert os.listdir(tmp_path) == []  # noqa: PTH208
