"""The ``pustaka tag`` commands as processes on an emulated pad: scripts that wait for what they expect."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.emulators.field import TagState
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.tags import iso28560_3

DEADLINE = 20.0


class Running:
    """A command with ``--json``: what it says, and a keyboard."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pustaka", "tag", *arguments, "--json"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.said: list[dict[str, Any]] = []
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def type(self, line: str) -> None:
        """As staff, or a wedge scanner."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait(self, event: str, **values: object) -> dict[str, Any]:
        """The next such line; what comes before it is passed over."""
        end = time.monotonic() + DEADLINE
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {event} {values}; it said {self.said}") from None
            said = json.loads(line)
            self.said.append(said)
            if said["event"] == event and all(said.get(key) == value for key, value in values.items()):
                return said

    def end(self, line: str = "quit") -> int:
        """Type the last line; the exit status."""
        self.type(line)
        return self.ended()

    def ended(self) -> int:
        """It ends by itself; the exit status."""
        status = self.process.wait(DEADLINE)
        while not self._lines.empty():
            self.said.append(json.loads(self._lines.get()))
        return status

    def told(self, event: str) -> list[dict[str, Any]]:
        """All lines of this kind so far."""
        return [said for said in self.said if said["event"] == event]

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)


class Desk:
    """An emulated pad, a log, and commands that use both."""

    def __init__(self, pad: ReaderEmulator, log: Path) -> None:
        self.pad = pad
        self.log = log
        self._running: list[Running] = []

    def run(self, command: str, *arguments: str) -> Running:
        self.pad.start()
        log = () if command == "undo" else ("--log", str(self.log))
        first = (str(self.log),) if command == "undo" else ()
        running = Running(command, *first, "--port", self.pad.port, *log, *arguments)
        self._running.append(running)
        return running

    def blank(self, uid: str, memory: bytes = b"", *, blocks: int = 12, **values: Any) -> None:
        """A tag with little memory: at the speed of the line a large one takes its time."""
        self.pad.define(uid, memory, blocks=blocks, **values)

    def book(self, uid: str, item: str, isil: str = "", part: int = 1, parts: int = 1, afi: int = 0x07) -> None:
        """Such a tag with a book in ISO 28560-3."""
        self.blank(uid, iso28560_3.encode(item, isil, part=part, parts=parts), afi=afi)

    def tag(self, uid: str) -> TagState:
        return next(tag for tag in self.pad.tags() if tag.uid == uid)

    def memory(self, uid: str) -> bytes:
        return bytes.fromhex(self.tag(uid).memory)

    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def until(self, true: Callable[[], bool]) -> None:
        """Look at the pad until it is so."""
        end = time.monotonic() + DEADLINE
        while not true():
            assert time.monotonic() < end, "it never came to that"

    def end(self) -> None:
        for running in self._running:
            running.process.kill()
            running.process.wait()
            for pipe in (running.process.stdin, running.process.stdout, running.process.stderr):
                if pipe is not None and not pipe.closed:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()


@pytest.fixture
def desk(bench: Any, tmp_path: Path) -> Iterator[Desk]:
    """An empty pad without faults, and a log that is not there yet."""
    desk = Desk(bench.pad, tmp_path / "tagging.jsonl")
    yield desk
    desk.end()
