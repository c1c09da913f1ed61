"""A reader on a pty and a log of its events; tests wait for what they expect, with a deadline."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from devices.emulators.faults import Fault
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.events import Event, ReaderChanged, ReaderState, SecurityWritten, TagArrived, TagLeft, TagRead
from devices.rfid.reader import PadReader
from devices.rfid.settings import ReaderSettings

sys.path.insert(0, str(Path(__file__).parent))  # the helpers beside this file

T = TypeVar("T")
DEADLINE = 15.0

A, B, C = "E004010031230A01", "E004010031230B02", "E004010031230C03"


class Log:
    """Every event posted so far, with a way to wait for the next."""

    def __init__(self) -> None:
        self._events: list[tuple[float, Event]] = []
        self._changed = threading.Condition()

    def post(self, event: Event) -> None:
        with self._changed:
            self._events.append((time.monotonic(), event))
            self._changed.notify_all()

    @property
    def events(self) -> list[Event]:
        with self._changed:
            return [event for _, event in self._events]

    def mark(self) -> int:
        with self._changed:
            return len(self._events)

    def wait(self, kind: type[T], test: Callable[[T], bool] = lambda _: True, after: int = 0) -> T:
        """The first such event behind the mark; fails when it does not come."""
        return self.timed(kind, test, after)[1]

    def timed(self, kind: type[T], test: Callable[[T], bool] = lambda _: True, after: int = 0) -> tuple[float, T]:
        def found() -> tuple[float, T] | None:
            for at, event in self._events[after:]:
                if isinstance(event, kind) and test(event):
                    return at, event
            return None

        with self._changed:
            self._changed.wait_for(lambda: found() is not None, DEADLINE)
            hit = found()
        assert hit is not None, f"no such {kind.__name__} among {[event for _, event in self._events[after:]]}"
        return hit

    def of(self, uid: str, after: int = 0) -> list[Event]:
        return [event for event in self.events[after:] if getattr(event, "uid", "") == uid]


class Bench:
    """An emulated pad, the production driver on it, and the driver's events."""

    def __init__(self, pad: ReaderEmulator, settings: ReaderSettings) -> None:
        self.pad = pad
        self._settings = settings
        self.log = Log()
        self.reader: PadReader | None = None
        self._readers: list[PadReader] = []

    def start(self, **changes: int) -> PadReader:
        self.pad.start()
        settings = msgspec.structs.replace(self._settings, port=self.pad.port)
        self.reader = PadReader(settings, self.log.post, **changes)
        self._readers.append(self.reader)
        self.reader.start()
        return self.reader

    def ready(self, **changes: int) -> PadReader:
        reader = self.start(**changes)
        self.back()
        return reader

    def items(self, *uids: str) -> None:
        for at, uid in enumerate(uids):
            self.pad.define_item(uid, f"BK{at:04d}", "ID-SMR01")

    def put(self, *uids: str) -> None:
        mark = self.log.mark()
        for uid in uids:
            self.pad.put(uid)
        for uid in uids:
            self.log.wait(TagRead, lambda event, uid=uid: event.uid == uid, mark)

    def afi(self, uid: str) -> int:
        return next(tag.afi for tag in self.pad.tags() if tag.uid == uid)

    def secure(self, uid: str, armed: bool) -> SecurityWritten:
        assert self.reader is not None
        mark = self.log.mark()
        self.reader.secure(uid, armed)
        return self.log.wait(SecurityWritten, lambda event: event.uid == uid, mark)

    def back(self, after: int = 0) -> ReaderChanged:
        """The reader is ready, for the first time or again."""
        return self.log.wait(ReaderChanged, lambda event: event.state is ReaderState.READY, after)

    def lost(self, after: int = 0) -> ReaderChanged:
        return self.log.wait(ReaderChanged, lambda event: event.state is ReaderState.LOST, after)

    def arrived(self, uid: str, after: int = 0) -> TagArrived:
        return self.log.wait(TagArrived, lambda event: event.uid == uid, after)

    def left(self, uid: str, after: int = 0) -> TagLeft:
        return self.log.wait(TagLeft, lambda event: event.uid == uid, after)

    def read(self, uid: str, after: int = 0) -> TagRead:
        return self.log.wait(TagRead, lambda event: event.uid == uid, after)

    def end(self) -> None:
        for reader in self._readers:
            reader.stop()
        self.pad.take_all()
        for fault in Fault:
            self.pad.fault(fault, times=0)


@pytest.fixture(scope="module")
def shared_pad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReaderEmulator]:
    """One process for many tests: starting it takes longer than most of them."""
    pad = ReaderEmulator(tmp_path_factory.mktemp("pad"), seed=1)
    yield pad
    pad.stop()


@pytest.fixture
def reader_settings() -> ReaderSettings:
    """How the driver is set, but for its port; a module with another kind of reader has its own."""
    return ReaderSettings()


@pytest.fixture
def bench(shared_pad: ReaderEmulator, reader_settings: ReaderSettings) -> Iterator[Bench]:
    """An empty pad without faults."""
    bench = Bench(shared_pad, reader_settings)
    yield bench
    bench.end()
