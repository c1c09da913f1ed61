"""What a 125 kHz reader said, in words: for support, never for the driver."""

from __future__ import annotations

from devices.rfid.framing import Noise
from devices.rfid.protocols.em4100.frames import Frame
from devices.rfid.protocols.said import Said


def say(found: Frame | Noise) -> Said:
    """Describe one thing that the parser found. Never raises."""
    text = found.raw.hex().upper()
    if isinstance(found, Noise):
        return Said("noise", text, "bytes of no frame")
    number = found.number.hex().upper()
    return Said("reader", text, f"card {number}", name="card", uids=(number,))
