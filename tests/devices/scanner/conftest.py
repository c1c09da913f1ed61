"""Emulated scanners, the real driver at their wires, and a way to wait for what it posts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.barcode.settings import CodeSettings
from devices.emulators.scanner import ScannerEmulator
from devices.emulators.wedge import WedgeEmulator
from devices.scanner.errors import ScannerLost
from devices.scanner.lines import DeviceLine, Line, open_first, open_serial
from devices.scanner.scanners import Scanners
from devices.scanner.settings import ScannerKind, ScannerSettings


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
def serial(tmp_path: Path) -> Iterator[ScannerEmulator]:
    with ScannerEmulator(tmp_path / "usb-Pretend-scanner", baud=115200) as emulator:
        yield emulator


@pytest.fixture
def wedge(tmp_path: Path) -> Iterator[WedgeEmulator]:
    with WedgeEmulator(tmp_path / "usb-Pretend-event-kbd") as emulator:
        yield emulator


Start = Callable[..., Scanners]


@pytest.fixture
def start(posted: Any) -> Iterator[Start]:
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
