"""The script's end of the kiosk's pilot socket."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devices.socket_path import short_path
from pustaka.demo.errors import DemoError

#: How long a step may take to come true. Far more than it ever should: slow machines are not wrong machines.
PATIENCE_S = 30.0
_LOOK_EVERY_S = 0.05
#: The kiosk takes two touches of one button within 300 ms for one, as a bouncing panel makes them; people are slower.
_BETWEEN_PRESSES_S = 0.4


class PilotClient:
    """Looks at the kiosk's screen and presses what is on it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: socket.socket | None = None
        self._stream: Any = None
        self._pressed = ("", 0.0)

    def press(self, **what: str) -> None:
        """Press something, no faster than a finger could press it twice.

        Raises:
            DemoError: there is no such thing to press.
        """
        name = " ".join(what.values())
        last, when = self._pressed
        if last == name:
            time.sleep(max(0.0, when + _BETWEEN_PRESSES_S - time.monotonic()))
        self.ask(do="press", **what)
        self._pressed = (name, time.monotonic())

    def ask(self, **order: str) -> dict[str, Any]:
        """Send an order and return its answer.

        Raises:
            DemoError: the kiosk does not answer, or says why not.
        """
        try:
            if self._stream is None:
                self._connect()
            self._stream.write(json.dumps(order).encode() + b"\n")
            self._stream.flush()
            line = self._stream.readline()
        except OSError as error:
            self.close()
            raise DemoError(f"the kiosk does not answer: {error}") from error
        if not line:
            self.close()
            raise DemoError("the kiosk has ended")
        answer: dict[str, Any] = json.loads(line)
        if answer.get("problem"):
            raise DemoError(answer["problem"])
        return answer

    def _connect(self) -> None:
        self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._connection.settimeout(PATIENCE_S)
        with short_path(self._path) as path:
            self._connection.connect(path)
        self._stream = self._connection.makefile("rwb")

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._stream = None

    def state(self) -> dict[str, Any]:
        """What is on the screen."""
        return self.ask(do="state")

    def until(self, holds: Callable[[dict[str, Any]], bool], what: str, patience: float = PATIENCE_S) -> dict[str, Any]:
        """Look until something holds.

        Raises:
            DemoError: it did not come true in time; the message says what is on the screen instead.
        """
        deadline = time.monotonic() + patience
        while True:
            state = self.state()
            if holds(state):
                return state
            if time.monotonic() > deadline:
                raise DemoError(f"waited {patience:.0f} s for {what}; on the screen: {describe(state)}")
            time.sleep(_LOOK_EVERY_S)


def describe(state: dict[str, Any]) -> str:
    """The screen in one line, for an error message."""
    rows = ", ".join(f"{row['title'] or row['key']} {row['phase']}" for row in state.get("rows", []))
    overlay = f" under {state['overlay']}" if state.get("overlay") else ""
    return f"page {state.get('page')}{overlay}; {rows or 'no books'}; notice {state.get('notice', 'none')}"
