"""A kiosk in a process of its own, killed with ``kill -9`` at a named point, over a real TCP line.

The points are those of the desk and of the replay, and: ``inside the commit``, ``after the receipt``, ``after the gate
bit``, ``after the confirmation``, ``wire: sent`` and ``wire: received`` (an operation's request and answer).
"""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from rig.world import PROFILE, LivingKiosk, World

from kiosk.circulation.port import Borrowed, Returned
from kiosk.circulation.sip2.emulator.serve import Served
from kiosk.circulation.sip2.wire import TcpWire

#: The operation's id travels in a field of its own, so that the system's log of effects can name it.
TCP_PROFILE = msgspec.structs.replace(PROFILE, operation_field="ZU")
_OPERATIONS = (b"11", b"09", b"29")


@dataclass(frozen=True)
class LastWords:
    """What had become visible before the kiosk died, and whether it died of the kill."""

    lines: tuple[str, ...]
    killed: bool

    @property
    def receipt(self) -> bool:
        return "receipt" in self.lines

    @property
    def gate(self) -> bool:
        return "gate" in self.lines


def die_at(world: World, point: str, action: str) -> LastWords:
    """Run a kiosk on ``world.folder`` until it dies: ``checkout``, ``checkin``, or ``replay`` of what waits there.

    The process is forked: it has the world's files and the line to the system, and nothing else in common.
    """
    with Served(world.ils) as served:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            try:
                _live(world, served.port, point, action, lambda line: os.write(write, f"{line}\n".encode()))
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read) as said:
            lines = tuple(said.read().split("\n"))
        _, status = os.waitpid(child, 0)
    return LastWords(lines, os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL)


def _live(world: World, port: int, point: str, action: str, say: Callable[[str], object]) -> None:
    def passed(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def wire() -> _Wire:
        return _Wire(port, passed)

    kiosk = LivingKiosk(
        world, "kiosk-1", profile=TCP_PROFILE, wire=wire, connect=_committing(passed), answer_seconds=1.0
    )
    kiosk.on_point = passed
    if action == "replay":
        for _ in range(50):
            world.time.wait(min(kiosk.tend(), 15.0))  # only this process's time
        return
    outcome = kiosk.checkout("P1", "B1") if action == "checkout" else kiosk.checkin("B1")
    if isinstance(outcome, Borrowed | Returned):
        say("receipt")
        passed("after the receipt")
        say("gate")
        kiosk.journal.security_done("E004")
        passed("after the gate bit")
        say("confirmed")
        passed("after the confirmation")


class _Wire(TcpWire):
    """The real wire; an operation's request and answer are points."""

    def __init__(self, port: int, passed: Callable[[str], None]) -> None:
        super().__init__("127.0.0.1", port, None)
        self._passed, self._asked = passed, False

    def send(self, data: bytes, seconds: float) -> None:
        super().send(data, seconds)
        self._asked = data[:2] in _OPERATIONS
        if self._asked:
            self._passed("wire: sent")

    def receive(self, seconds: float) -> bytes:
        data = super().receive(seconds)
        if self._asked:
            self._passed("wire: received")
        return data


def _committing(passed: Callable[[str], None]) -> Callable[..., sqlite3.Connection]:
    class Dying(sqlite3.Connection):
        writes = False

        def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
            self.writes = self.writes or sql.startswith("INSERT INTO ops")
            if sql == "COMMIT" and self.writes:
                passed("inside the commit")
            return super().execute(sql, *arguments)

    def connect(path: str | Path, **options: Any) -> sqlite3.Connection:
        return sqlite3.connect(path, factory=Dying, **options)

    return connect
