"""A bench's hardware without a stage behind it: real emulators, no programs."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from devices.emulators.camera import CameraEmulator
from devices.emulators.door import DoorEmulator
from devices.emulators.field import TagState
from devices.emulators.reader_client import ReaderEmulator
from devices.emulators.scanner import ScannerEmulator
from pustaka.demo.bench.table import Table
from pustaka.demo.bench.things import BY_UID, TABLE, Kind, define_cards
from pustaka.demo.files import ISIL

PATIENCE_S = 10.0


@dataclass
class Rig:
    """Camera, reader, scanner and door; ``killed`` and ``back`` tell which other parts were asked for."""

    camera: CameraEmulator
    reader: ReaderEmulator
    scanner: ScannerEmulator
    door_emulator: DoorEmulator
    killed: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)

    def kill(self, part: str) -> None:
        self.killed.append(part)
        if part == "camera":
            self.camera.unplug()
        if part == "scanner":
            self.scanner.unplug()

    def bring_back(self, part: str) -> None:
        self.back.append(part)
        if part == "camera":
            self.camera.plug()
        if part == "scanner":
            self.scanner.plug()
        if part == "reader":
            self.reader.restart()

    def tag(self, key: str) -> TagState:
        """The first tag in a thing."""
        return next(tag for tag in self.reader.tags() if tag.uid in BY_UID and BY_UID[tag.uid].key == key)

    def on_pad(self) -> set[str]:
        """Things whose tags the reader can see."""
        return {BY_UID[tag.uid].key for tag in self.reader.tags() if tag.on_pad}


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    reader = ReaderEmulator(tmp_path, "rfid0")
    for thing in TABLE:
        if thing.kind is Kind.BOOK:
            for part, uid in enumerate(thing.uids, start=1):
                reader.define_item(uid, thing.code, ISIL, part, len(thing.uids))
    define_cards(reader)
    reader.start()
    door = DoorEmulator(tmp_path / "door0", fast=4)
    with CameraEmulator(fps=20) as camera, ScannerEmulator(tmp_path / "scanner0") as scanner:
        yield Rig(camera, reader, scanner, door)
    door.close()
    reader.stop()


@pytest.fixture
def table(rig: Rig) -> Table:
    return Table(rig, clock=lambda: 1000.0)


class Line:
    """The host's end of the door's serial line."""

    def __init__(self, port: Path) -> None:
        self._fd = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._held = b""

    def edges(self, count: int) -> list[str]:
        """The next edges, as ``A1`` for beam A broken and ``A0`` for clear."""
        while self._held.count(b"\n") < count:
            ready, _, _ = select.select([self._fd], [], [], PATIENCE_S)
            assert ready, f"only {self._held!r} came"
            self._held += os.read(self._fd, 4096)
        lines = self._held.decode().splitlines()[:count]
        self._held = self._held.split(b"\n", count)[count]
        return [fields[1] + fields[2] for fields in (line.split(",") for line in lines)]

    def close(self) -> None:
        os.close(self._fd)


@pytest.fixture
def line(rig: Rig) -> Iterator[Line]:
    line = Line(rig.door_emulator.link)
    yield line
    line.close()
