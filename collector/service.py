"""``pustaka collector``: store, writer, broker and page put together, and taken apart again in order."""

from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType
from collections.abc import Callable
from pathlib import Path

from collector.changes import Changes
from collector.mqtt import Broker
from collector.settings import CollectorSettings, check
from collector.store.port import Mark, Store
from collector.store.sqlite import SqliteStore
from collector.writer import Writer

log = logging.getLogger(__name__)


def clock() -> int:
    """Now, in ms of UTC."""
    return time.time_ns() // 1_000_000


class Ingest:
    """The receiving half: broker → writer → store. Used as a context manager."""

    def __init__(self, settings: CollectorSettings, changes: Changes) -> None:
        """Open the store.

        Raises:
            collector.errors.CollectorError: the store or a file of the settings cannot be used.
        """
        self._store: Store = SqliteStore(Path(settings.store))
        for device in settings.device:
            self._store.expect(device.site, device.id, device.name, clock())
        self.writer = Writer(self._store, self._publish, changes.happened, self._listening_since, clock)
        self.broker = Broker(settings.broker, self.writer.offer, self.writer.nudge, clock)

    def __enter__(self) -> Ingest:
        self.writer.start()
        self.broker.start()
        return self

    def __exit__(self, *_: object) -> None:
        # First no more comes in, then what came is committed, then the file is given back.
        self.broker.stop()
        self.writer.stop()
        if not self.writer.alive:
            self._store.beat(clock(), None)
            self._store.close()

    def _publish(self, mark: Mark) -> None:
        self.broker.publish(mark)

    def _listening_since(self) -> int | None:
        return self.broker.listening_since


def run(settings: CollectorSettings, *, page: bool, say: Callable[[str], None]) -> None:
    """Run until SIGTERM or Ctrl-C. ``say`` prints a line for whoever started us.

    Raises:
        collector.errors.CollectorError: it cannot start; the message says what to change.
    """
    check(settings)
    changes = Changes()
    if not page:
        stop = threading.Event()
        _on_end(stop.set)
        with Ingest(settings, changes):
            say(f"collector: {settings.store}, broker {settings.broker.host}:{settings.broker.port}")
            stop.wait()
        return
    raise NotImplementedError


def _on_end(act: Callable[[], None]) -> None:
    def handler(_number: int, _frame: FrameType | None) -> None:
        act()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)
