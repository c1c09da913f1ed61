"""A reader's firmware without a line: over a field of its own, with faults to order, asked by a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from devices.emulators.faults import Fault, FaultOrder, Faults
from devices.emulators.field import Field, TagState


class Inside:
    """``model`` makes the firmware from field and faults; ``tags`` lie on it, in this order."""

    def __init__(self, folder: Path, model: Callable[[Field, Faults], Any], *tags: TagState, seed: int = 7) -> None:
        self.path = folder / "field.json"
        self.field = Field(self.path)
        for tag in tags:
            self.field.define(tag)
            self.field.put(tag.uid)
        self.faults = Faults(seed=seed)
        self.firmware = model(self.field, self.faults)

    def send(self, data: bytes) -> bytes:
        """The answers' bytes."""
        return b"".join(reply.data for reply in self.firmware.receive(data, 0.0))

    def raw(self, wire: str) -> str:
        """The same in hex."""
        return self.send(bytes.fromhex(wire)).hex().upper()

    def fault(self, name: Fault, **values: Any) -> None:
        """Make something go wrong."""
        self.faults.order(FaultOrder(name=name, **values))
