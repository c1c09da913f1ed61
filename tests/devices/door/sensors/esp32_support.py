"""A door on an ESP32 with people and time passing."""

from __future__ import annotations

import os
from pathlib import Path

from devices.door.esp32.beams import A, B
from devices.door.esp32.door import Door
from devices.door.esp32.flash import Ledger

UTC = 1_795_000_000_000


def person(at: int, way: str, step: int = 80, depth: int = 300) -> list[tuple[int, int, bool]]:
    first, second = (A, B) if way == "in" else (B, A)
    return [
        (at, first, True),
        (at + step, second, True),
        (at + depth, first, False),
        (at + depth + step, second, False),
    ]


def ledger(folder: Path) -> Ledger:
    folder.mkdir(exist_ok=True)
    return Ledger(str(folder), os.urandom, lambda: None)


class Walk:
    """A door with time passing."""

    def __init__(self, folder: Path, boot: str = "boot1", utc: int | None = None) -> None:
        self.now = 1_000
        self.utc = utc
        self.ledger = ledger(folder)
        clock = lambda: None if self.utc is None else self.utc + self.now  # noqa: E731
        self.door = Door(self.ledger, "kota", "pintu-1", "Pintu", boot, clock)

    def people(self, *ways: str) -> None:
        for way in ways:
            for edge in person(self.now, way):
                self.now = edge[0]
                self.door.beams.on_edge(*edge)
            self.now += 1_000
            self.door.count(self.now)

    def wait(self, ms: int) -> None:
        self.now += ms
        self.door.count(self.now)
