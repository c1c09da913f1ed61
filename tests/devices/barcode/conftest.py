"""A camera emulator, a reader of it, and a way to wait for what the reader posts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.barcode.camera import CameraReader
from devices.barcode.settings import CameraSettings, CodeSettings
from devices.emulators.camera import CameraEmulator
from devices.emulators.things import Thing


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
def still() -> Callable[[Path, Thing, str], Path]:
    """Save a photograph of a thing as a file of a folder."""

    def save(tmp_path: Path, thing: Thing, name: str) -> Path:
        emulator = CameraEmulator(seed=5, size=(960, 540))
        emulator.show(thing)
        path = tmp_path / name
        path.write_bytes(emulator.jpeg())
        return path

    return save


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
