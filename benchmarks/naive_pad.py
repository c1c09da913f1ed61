"""The driver that most open projects ship: 100 ms of sleep behind every command, everything read again and again.

It uses our own codecs, so that what is compared is the way of asking and nothing else: send, sleep, take what has
come, next. What it reads is right; a pile simply takes as long as it takes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from devices.rfid.events import Event, ReaderChanged, ReaderState, SecurityWritten, TagArrived, TagLeft, TagRead
from devices.rfid.family import Lapse, family, line_settings
from devices.rfid.port import Port
from devices.rfid.settings import ReaderSettings
from devices.rfid.tags.content import problem

NAP: Final = 0.1


class _NappingPort(Port):
    """Sleeps, then looks."""

    def read(self, seconds: float, missing: int = 1) -> bytes:
        time.sleep(NAP)
        return super().read(0.0 if seconds > NAP else seconds)


class NaivePad:
    """The same events as :class:`devices.rfid.reader.PadReader`, from the usual loop."""

    def __init__(self, settings: ReaderSettings, post: Callable[[Event], None]) -> None:
        self._settings = settings
        self._post = post
        self._orders: list[tuple[str, bool]] = []
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="naive-pad", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round."""
        self._stopping = True
        self._thread.join()

    def secure(self, uid: str, armed: bool) -> None:
        """Write and read back, after the round."""
        self._orders.append((uid, armed))

    def _run(self) -> None:
        port = _NappingPort.open(self._settings.port, line_settings(self._settings), time.monotonic)
        reader = family(self._settings, port)
        while reader.hello() is None:
            pass
        self._post(ReaderChanged(ReaderState.READY))
        known: set[str] = set()
        while not self._stopping:
            seen = reader.inventory()
            there = set() if isinstance(seen, Lapse) else set(seen)
            for uid in there - known:
                self._post(TagArrived(uid))
            for uid in known - there:
                self._post(TagLeft(uid))
            known = there
            for uid in sorted(there):
                content = reader.read(uid)
                if not isinstance(content, Lapse):
                    self._post(TagRead(uid, content, problem(content)))
            while self._orders:
                uid, armed = self._orders.pop(0)
                reader.write_security(uid, armed)
                self._post(SecurityWritten(uid, armed, ok=reader.read_security(uid) is armed))
        port.close()
