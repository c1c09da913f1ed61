"""A camera emulator, a reader of it, and a way to wait for what the reader posts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from devices.barcode.camera import CameraReader
from devices.barcode.settings import CameraSettings, CodeSettings
from devices.emulators.camera import CameraEmulator


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
def emulator() -> Iterator[CameraEmulator]:
    with CameraEmulator(seed=3) as emulator:
        yield emulator


@pytest.fixture
def read_from(posted: Any) -> Iterator[Callable[..., CameraReader]]:
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
