"""An RDM6300 in software: it says the number of the card before it again and again, and hears nothing.

Written from its data sheet. Several cards at once answer over each other, and it reads none of them.
"""

from __future__ import annotations

from typing import Final

from devices.emulators.faults import Faults
from devices.emulators.field import Field, Kind
from devices.emulators.firmware import Reply
from devices.emulators.radio import Radio

#: Seconds from the start of one frame to the next.
_AGAIN: Final = (0.065, 0.1)
#: A card's 64 bits at 2 kbit/s (64 cycles of 125 kHz each), read once before they are believed.
_AIR_S: Final = 64 * 64 / 125_000
_NUMBER: Final = 5  # bytes
_START, _END = b"\x02", b"\x03"


class Em4100Reader:
    """The reader's firmware. See :class:`devices.emulators.firmware.Firmware`."""

    deaf_when_busy = False
    bits_per_byte = 10
    baud = 9600

    def __init__(self, field: Field, faults: Faults) -> None:
        self._field = field
        self._faults = faults
        self._radio = Radio(field, faults, Kind.CARD)
        self._next = 0.0

    def receive(self, data: bytes, now: float) -> list[Reply]:
        """It has no ears."""
        return []

    def wake(self) -> float | None:
        """When it says the next number; ``None`` while no card is there."""
        return self._next if any(tag.kind is Kind.CARD for tag in self._field.on_pad) else None

    def tick(self, now: float) -> list[Reply]:
        """The card's number, its checksum, and nothing more until the next time."""
        self._next = now + self._faults.chance.uniform(*_AGAIN)
        heard = {tag.uid: tag for tag in self._radio.inventory() if not tag.dead}
        if len(heard) != 1:
            return []
        number = bytes.fromhex(next(iter(heard)))
        if len(number) != _NUMBER:
            return []
        check = 0
        for byte in number:
            check ^= byte
        digits = "".join(f"{byte:02X}" for byte in (*number, check)).encode("ascii")
        return [Reply(0, _AIR_S, _START + digits + _END)]
