"""Tapping in a terminal: a real pseudo-terminal, keys in, a file and a line out."""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from devices.door.tally import Book, Sign, Span, read
from devices.door.tapping import HELP, tap

T = 1_795_910_400_000


class Watch:
    """A clock that goes on by five seconds whenever it is looked at."""

    def __init__(self) -> None:
        self.t_ms = T

    def __call__(self) -> int:
        self.t_ms += 5_000
        return self.t_ms


class Out(io.StringIO):
    """What is shown; ``said`` is set once ``words`` are in it."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words
        self.said = threading.Event()

    def write(self, text: str) -> int:
        written = super().write(text)
        if self._words in text:
            self.said.set()
        return written


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    leader, follower = pty.openpty()
    yield leader, follower
    for each in (leader, follower):
        with suppress(OSError):
            os.close(each)


def press(keys: str, file: Path, terminal: tuple[int, int], enough: int = 100) -> str:
    """Press all keys at a tally that ends by itself; what was shown."""
    leader, follower = terminal
    before = termios.tcgetattr(follower)
    out = Out("in 0")
    book = Book(file, {"door": "x"})
    worker = threading.Thread(target=tap, args=(book, follower, out, Watch(), "Budi", enough))
    worker.start()
    assert out.said.wait(30)  # the line discipline of a terminal that is not ours yet would take some of the keys
    os.write(leader, keys.encode())
    worker.join(30)
    assert not worker.is_alive()
    book.close()
    assert termios.tcgetattr(follower) == before
    return out.getvalue()


def whats(file: Path) -> list[str]:
    return [line.split(",")[1] for line in file.read_text().splitlines() if line[0].isdigit()]


def test_every_key_is_a_line_in_the_file(tmp_path: Path, terminal: tuple[int, int]) -> None:
    file = tmp_path / "a.csv"
    shown = press("iocCsSq", file, terminal)
    assert whats(file) == ["start", "in", "out", "child_in", "child_out", "staff_in", "staff_out", "end"]
    assert shown.startswith(HELP)
    last = shown.strip().split("\r\x1b[K")[-1]
    assert "in 3   out 3   children 2   staff 2   6 of 100" in last


def test_undo_takes_back_and_says_what(tmp_path: Path, terminal: tuple[int, int]) -> None:
    file = tmp_path / "a.csv"
    shown = press("uiCuq", file, terminal)
    assert "[nothing to undo]" in shown
    assert "[took back: child out]" in shown
    assert len(read(file).taps) == 1


def test_nobody_is_counted_in_a_pause(tmp_path: Path, terminal: tuple[int, int]) -> None:
    file = tmp_path / "a.csv"
    shown = press("ipiipoq", file, terminal)
    assert whats(file) == ["start", "in", "pause", "resume", "out", "end"]
    assert "[not counted: paused, p goes on]" in shown
    assert len(read(file).spans) == 2


def test_finishing_in_a_pause(tmp_path: Path, terminal: tuple[int, int]) -> None:
    press("ipq", tmp_path / "a.csv", terminal)
    assert whats(tmp_path / "a.csv") == ["start", "in", "pause"]


def test_a_wrong_key_does_nothing_and_is_named(tmp_path: Path, terminal: tuple[int, int]) -> None:
    shown = press("xéq", tmp_path / "a.csv", terminal)
    assert "['x' is no key here]" in shown
    assert whats(tmp_path / "a.csv") == ["start", "end"]


def test_it_says_when_it_is_enough(tmp_path: Path, terminal: tuple[int, int]) -> None:
    shown = press("iioq", tmp_path / "a.csv", terminal, enough=3)
    assert "2 of 3   " in shown
    assert "3 of 3: enough" in shown
    assert "s each" in shown


def test_the_end_of_the_terminal_finishes(tmp_path: Path, terminal: tuple[int, int]) -> None:
    press("i\x04", tmp_path / "a.csv", terminal)
    assert whats(tmp_path / "a.csv") == ["start", "in", "end"]


def test_a_closed_window_finishes_and_loses_nothing(tmp_path: Path, terminal: tuple[int, int]) -> None:
    leader, follower = terminal
    file = tmp_path / "a.csv"
    book = Book(file, {})
    out = Out("in 1")
    worker = threading.Thread(target=tap, args=(book, follower, out, Watch(), "Budi", 100))
    worker.start()
    os.write(leader, b"i")
    assert out.said.wait(30)
    os.close(leader)
    worker.join(30)
    assert not worker.is_alive()
    book.close()
    assert whats(file)[:2] == ["start", "in"]


def _command(file: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "pustaka", "door", "calibrate", "--tally", str(file), "--who", "Budi", *more]


def _until(leader: int, text: bytes) -> bytes:
    said = b""
    while text not in said:
        said += os.read(leader, 4096)
    return said


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_the_command_in_a_terminal_stopped_halfway_and_gone_on_with(sign: signal.Signals, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    for run, keys in enumerate((b"io", b"ci")):
        leader, follower = pty.openpty()
        more = ["--resume"] if run else ["--door", "Pintu utama"]
        running = subprocess.Popen(_command(file, *more), stdin=follower, stderr=follower, stdout=subprocess.PIPE)
        os.close(follower)
        _until(leader, b"of 100")
        os.write(leader, keys)
        _until(leader, b"4 of 100" if run else b"2 of 100")
        if run:
            os.write(leader, b"q")
        else:
            running.send_signal(sign)
        out, _ = running.communicate(timeout=30)
        os.close(leader)
    assert b"Compare it with --passages FILE" in out
    assert running.returncode == 0
    found = read(file)
    assert [tap.direction.value for tap in found.taps] == ["in", "out", "in", "in"]
    assert found.about["door"] == "Pintu utama"
    assert found.about["person"] == "Budi"
    signs = [what for _, what, _ in (line.split(",") for line in file.read_text().splitlines() if line[:1].isdigit())]
    assert signs.count(Sign.START) == 2
    assert all(isinstance(span, Span) for span in found.spans)  # a session shorter than a millisecond has none


def test_without_a_terminal_it_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        _command(tmp_path / "a.csv"), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "run this in a terminal at the door (over ssh: ssh -t)" in done.stderr
    assert not (tmp_path / "a.csv").exists()
