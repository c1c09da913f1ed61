"""What a 125 kHz reader said, in words: for support, never for the driver."""

from __future__ import annotations

from devices.rfid.framing import Noise
from devices.rfid.protocols.em4100.frames import Frame
from devices.rfid.protocols.said import Said, noise


def say(found: Frame | Noise) -> Said:
    """Describe one thing that the parser found. Never raises."""
    if isinstance(found, Noise):
        return noise(found.raw)
    number = found.number.hex().upper()
    return Said("reader", found.raw.hex().upper(), f"card {number}", name="card", uids=(number,))
