"""Our own services as children of the demo: started, watched, killed and brought back."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from broker_config.process import Child
from pustaka.demo.errors import DemoError

_LOOK_EVERY_S = 0.05


class Program:
    """One ``pustaka`` service. ``ready`` is asked until it says yes, after every start."""

    def __init__(self, name: str, arguments: Sequence[str], log: Path, ready: Callable[[], bool]) -> None:
        self.name = name
        self.log = log
        self._command = [sys.executable, "-m", "pustaka", *arguments]
        self._ready = ready
        self._child: Child | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._child is not None and not self._child.ended.is_set()

    def launch(self) -> None:
        """Start without waiting."""
        self._child = Child(self._command, self.log)

    def wait_ready(self, patience: float = 60.0) -> None:
        """Wait until it does its work.

        Raises:
            DemoError: it ended, or is not ready in time; the message quotes the end of its log.
        """
        deadline = time.monotonic() + patience
        while not self._ready():
            if not self.running:
                raise DemoError(f"the {self.name} has ended: {self._last_words()}")
            if time.monotonic() > deadline:
                raise DemoError(f"the {self.name} was not ready after {patience:.0f} s: {self._last_words()}")
            time.sleep(_LOOK_EVERY_S)

    def start(self) -> None:
        """Start and wait until it does its work."""
        self.launch()
        self.wait_ready()

    def wait(self) -> None:
        """Wait until it ends by itself."""
        if self._child is not None:
            self._child.ended.wait()

    def stop(self) -> None:
        """Ask it to end."""
        if self._child is not None:
            self._child.end(signal.SIGTERM, 8.0)

    def kill(self) -> None:
        """End it as a pulled plug would."""
        if self._child is not None:
            self._child.end(signal.SIGKILL, 0.0)

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return " / ".join(lines[-4:]) or "its log is empty"


def in_background() -> bool:
    """Whether there is no display to open a window on."""
    return not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
