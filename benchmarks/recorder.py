"""The package ``mqtt-logger`` 0.3.6, which one finds when one looks for a way from MQTT into SQLite.

It needs a paho older than ours, so it is installed into an environment of its own, from whatever registry pip is set up
for; without one the comparison is left out and the result says so. It subscribes with QoS 0 and has no session, so it
is measured live: messages are published as fast as a device can, and the clock runs until it has stored all of them,
or no more come for a while.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.feed import Feed

NAME = "mqtt-logger 0.3.6"
_PACKAGE = "mqtt-logger==0.3.6"
_QUIET_S = 5.0
_LONGEST_S = 60.0


@dataclass(frozen=True)
class Recorded:
    """Messages sent, messages stored, and seconds from the first one sent to the last one stored."""

    sent: int
    stored: int
    seconds: float


def install(folder: Path) -> Path | str:
    """An environment with the package; answers its Python, or why there is none."""
    python = folder / "recorder" / "bin" / "python"
    for command in (
        [sys.executable, "-m", "venv", str(folder / "recorder")],
        [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", _PACKAGE],
    ):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"it could not be installed: {error}"
        if done.returncode:
            return f"it could not be installed: {(done.stderr.strip().splitlines() or ['pip failed'])[-1]}"
    return python


def measure(python: Path, path: Path, feed: Feed, rows: int) -> Recorded:
    """Publish ``rows`` messages of one row, and see how many it stores and how fast."""
    child = Path(__file__).parent / "children" / "recorder.py"
    command = [str(python), str(child), str(path), str(feed.login.port), "collector", "c"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        if process.stdout.readline().strip() != "listening":
            return Recorded(rows, 0, 0.0)
        began = time.perf_counter()
        feed.publish(rows, 1)
        stored, last = _until_it_stops(path, rows)
        return Recorded(rows, stored, last - began)
    finally:
        process.kill()
        process.wait()


def _until_it_stops(path: Path, rows: int) -> tuple[int, float]:
    pause = threading.Event()
    stored, changed = 0, time.perf_counter()
    until = changed + _LONGEST_S
    while stored < rows and time.perf_counter() < min(until, changed + _QUIET_S):
        now = 0
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(path)) as connection:
            now = connection.execute("SELECT coalesce(max(ID), 0) FROM LOG").fetchone()[0]
        if now > stored:
            stored, changed = now, time.perf_counter()
        pause.wait(0.25)
    return stored, changed
