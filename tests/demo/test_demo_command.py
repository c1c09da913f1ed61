"""``pustaka demo``: it ends every part it started, and says in a sentence why it cannot run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from broker_config import program
from pustaka.demo.command import demo

DEEP = "deep" * 25
PROGRAM = [sys.executable, "-m", "pustaka", "demo"]


def start(tmp_path: Path, *more: str) -> subprocess.Popen[str]:
    # Deeper than a socket's address is long, as a temporary folder may be.
    (tmp_path / "tmp" / DEEP).mkdir(parents=True)
    journey = tmp_path / "waits.txt"
    # Nobody ever walks, and nothing is ever read: it waits until it is ended.
    journey.write_text("expect the page welcome\nexpect the page menu\n")
    return subprocess.Popen(
        [*PROGRAM, "--headless", "--script", str(journey), "--out", str(tmp_path / "out"), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp" / DEEP)},
    )


def wait_for(demo: subprocess.Popen[str], words: str) -> None:
    assert demo.stdout is not None
    for line in demo.stdout:
        if words in line:
            return
    raise AssertionError(f"ended before it said {words!r}")


def ours(folder: Path) -> list[psutil.Process]:
    """Processes that were started with something in this folder on their command line."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = " ".join(process.info["cmdline"] or ())
        if str(folder) in line and process.info["status"] != psutil.STATUS_ZOMBIE and process.pid != os.getpid():
            found.append(process)
    return found


def gone(folder: Path) -> None:
    deadline = time.monotonic() + 20
    while left := ours(folder / "tmp"):
        assert time.monotonic() < deadline, [process.cmdline() for process in left]
        psutil.wait_procs(left, timeout=0.2)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_every_child_and_leaves_no_files(tmp_path: Path, end: signal.Signals) -> None:
    running = start(tmp_path)
    wait_for(running, "expect the page welcome")
    assert len(ours(tmp_path / "tmp")) >= 5  # broker, collector, door, kiosk, reader
    running.send_signal(end)
    assert running.wait(30) == 130
    gone(tmp_path)
    assert not list((tmp_path / "tmp" / DEEP).glob("pustaka-demo-*"))


def test_killed_without_a_word_it_still_leaves_no_child(tmp_path: Path) -> None:
    running = start(tmp_path)
    wait_for(running, "expect the page welcome")
    running.kill()
    running.wait(10)
    gone(tmp_path)


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


def test_a_journey_that_cannot_be_read_is_bad_usage(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("dance\n")
    done = run("--headless", "--script", tmp_path / "x.txt")
    assert done.returncode == 2
    assert "line 1: 'dance' is not a step" in done.stderr


def test_pictures_that_cannot_be_written_are_said_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("--headless", "--out", tmp_path / "file" / "out")
    assert done.returncode == 1
    assert "--out" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_broker_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(program, "_SBIN", ())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    result = CliRunner().invoke(demo, ["--headless", "--out", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "sudo apt install mosquitto" in result.output
    assert not list(tmp_path.glob("pustaka-demo-*"))


def test_a_step_that_does_not_come_true_fails_with_its_line_and_keeps_the_logs(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text('expect the page welcome\npress "Terbang"\n')
    done = run("--headless", "--script", tmp_path / "x.txt", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "line 2" in done.stdout
    assert (tmp_path / "out" / "kiosk.log").exists()
