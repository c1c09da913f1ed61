"""Emulated scanners, the real driver at their wires, and a way to wait for what it posts."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from devices.barcode.settings import CodeSettings
from devices.emulators.scanner import ScannerEmulator
from devices.emulators.wedge import WedgeEmulator
from devices.scanner.errors import ScannerLost
from devices.scanner.events import Event
from devices.scanner.lines import DeviceLine, Line, open_first, open_serial
from devices.scanner.scanners import Scanners
from devices.scanner.settings import ScannerKind, ScannerSettings

E = TypeVar("E", bound=Event)


class Posted:
    """What scanners posted, in order."""

    def __init__(self) -> None:
        self._events: queue.Queue[Event] = queue.Queue()

    def __call__(self, event: Event) -> None:
        self._events.put(event)

    def wait(self, kind: type[E], where: Callable[[E], bool] = lambda _: True, within: float = 10.0) -> E:
        """The next event of ``kind`` for which ``where`` holds; earlier ones are dropped."""
        until, seen = time.monotonic() + within, []
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


def open_pipe(settings: ScannerSettings, name: str) -> Line:
    """As :func:`devices.scanner.lines.open_wedge`, for a pipe, which cannot be grabbed."""
    try:
        fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ScannerLost(str(error)) from error
    return DeviceLine(fd, name, lambda: os.close(fd))


def open_emulated(settings: ScannerSettings) -> tuple[str, Line]:
    """The production opener, but for the grab."""
    return open_first(settings, open_pipe if settings.kind is ScannerKind.WEDGE else open_serial)


@pytest.fixture
def posted() -> Posted:
    return Posted()


@pytest.fixture
def serial(tmp_path: Path) -> Iterator[ScannerEmulator]:
    with ScannerEmulator(tmp_path / "usb-Pretend-scanner", baud=115200) as emulator:
        yield emulator


@pytest.fixture
def wedge(tmp_path: Path) -> Iterator[WedgeEmulator]:
    with WedgeEmulator(tmp_path / "usb-Pretend-event-kbd") as emulator:
        yield emulator


Start = Callable[..., Scanners]


@pytest.fixture
def start(posted: Posted) -> Iterator[Start]:
    """Start scanners; they are stopped at the end."""
    running = []

    def begin(*settings: ScannerSettings, codes: CodeSettings | None = None) -> Scanners:
        scanners = Scanners(settings, codes or CodeSettings(), posted, opener=open_emulated)
        running.append(scanners)
        scanners.start()
        return scanners

    yield begin
    for scanners in running:
        scanners.stop()
