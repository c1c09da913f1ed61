"""A camera emulator, a reader of it, and a way to wait for what the reader posts."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from devices.barcode.camera import CameraReader
from devices.barcode.events import Event
from devices.barcode.settings import CameraSettings, CodeSettings
from devices.emulators.camera import CameraEmulator

E = TypeVar("E", bound=Event)


class Posted:
    """What a reader posted, in order."""

    def __init__(self) -> None:
        self._events: queue.Queue[Event] = queue.Queue()

    def __call__(self, event: Event) -> None:
        self._events.put(event)

    def wait(self, kind: type[E], where: Callable[[E], bool] = lambda _: True, within: float = 10.0) -> E:
        """The next event of ``kind`` for which ``where`` holds; earlier ones are dropped."""
        until = time.monotonic() + within
        seen = []
        while (left := until - time.monotonic()) > 0:
            try:
                event = self._events.get(timeout=left)
            except queue.Empty:
                break
            if isinstance(event, kind) and where(event):
                return event
            seen.append(event)
        raise AssertionError(f"no {kind.__name__} within {within} s; instead {seen}")

    def rest(self) -> list[Event]:
        """Whatever has been posted since."""
        events = []
        while not self._events.empty():
            events.append(self._events.get())
        return events


@pytest.fixture
def wait_until() -> Callable[..., None]:
    """Wait for a condition that another thread brings about."""

    def wait(condition: Callable[[], bool], within: float = 10.0) -> None:
        until, pause = time.monotonic() + within, threading.Event()
        while not condition():
            assert time.monotonic() < until, f"not so within {within} s"
            pause.wait(0.01)

    return wait


@pytest.fixture
def posted() -> Posted:
    return Posted()


@pytest.fixture
def emulator() -> Iterator[CameraEmulator]:
    with CameraEmulator(seed=3) as emulator:
        yield emulator


@pytest.fixture
def read_from(posted: Posted) -> Iterator[Callable[..., CameraReader]]:
    """Start a reader of a source; it is stopped at the end."""
    readers = []

    def start(source: str, **more: object) -> CameraReader:
        reader = CameraReader(
            CameraSettings(source=source, second_engine=False),
            CodeSettings(),
            posted,
            **more,  # type: ignore[arg-type]
        )
        readers.append(reader)
        reader.start()
        return reader

    yield start
    for reader in readers:
        reader.stop()
