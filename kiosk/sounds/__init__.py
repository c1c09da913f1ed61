"""The three sounds: done, your turn, not possible. Each always comes with a picture and a word."""

from __future__ import annotations

from pathlib import Path

from kiosk.session.model import Sound


def path(sound: Sound) -> Path:
    """The WAV file (22.05 kHz, mono, 16 bit) of one sound."""
    return Path(__file__).parent / f"{sound.value}.wav"
