"""Makes the three sounds: struck notes that die away. ``python -m kiosk.sounds.make`` writes the files anew.

Each note is a few partials, slightly apart from whole multiples as in a small gong; higher ones die sooner. All three
sounds are equally loud (root mean square of the whole), so that none startles and none is missed.
"""

from __future__ import annotations

import math
import struct
import sys
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.session.model import Sound
from kiosk.sounds import path

RATE: Final = 22_050
"""Samples a second."""

_LOUDNESS: Final = 0.14
"""Root mean square of every sound; full scale is 1. Leaves the loudest peak below -3 dBFS."""

_ATTACK: Final = 0.004  # s: soft enough not to click
_RELEASE: Final = 0.012  # s: the end of the file is silence
_PARTIALS: Final = ((1.0, 1.0, 1.0), (2.01, 0.30, 0.6), (3.02, 0.10, 0.4), (5.38, 0.05, 0.25))
"""Multiple of the pitch, strength, share of the time the note takes to die away."""


@dataclass(frozen=True, slots=True)
class Note:
    """A struck note: ``pitch`` in Hz, ``start`` and ``decay`` (to 1/e) in seconds."""

    pitch: float
    start: float
    decay: float


@dataclass(frozen=True, slots=True)
class Score:
    """What a sound is made of. ``length`` in seconds."""

    length: float
    notes: tuple[Note, ...]


_A4, _D5, _F4, _G5, _C6 = 440.0, 587.33, 349.23, 783.99, 1046.50

SCORES: Final = {
    Sound.OK: Score(0.140, (Note(_G5, 0.0, 0.045), Note(_C6, 0.055, 0.045))),
    Sound.ATTENTION: Score(0.220, (Note(_D5, 0.0, 0.075),)),
    Sound.STOP: Score(0.260, (Note(_A4, 0.0, 0.070), Note(_F4, 0.110, 0.075))),
}


def samples(score: Score) -> list[int]:
    """The sound as signed 16-bit samples."""
    count = round(score.length * RATE)
    wave_form = [sum(_at(note, index / RATE) for note in score.notes) for index in range(count)]
    wave_form = [value * _edge(index / RATE, score.length) for index, value in enumerate(wave_form)]
    scale = _LOUDNESS / math.sqrt(sum(value * value for value in wave_form) / count)
    return [round(value * scale * 32_767) for value in wave_form]


def wav(score: Score, file: Path) -> None:
    """Write the sound as a WAV file."""
    data = samples(score)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(struct.pack(f"<{len(data)}h", *data))


def _at(note: Note, time: float) -> float:
    """The note's value at a moment of the sound."""
    age = time - note.start
    if age < 0:
        return 0.0
    struck = min(age / _ATTACK, 1.0)
    return struck * sum(
        strength * math.exp(-age / (note.decay * share)) * math.sin(2 * math.pi * note.pitch * multiple * age)
        for multiple, strength, share in _PARTIALS
    )


def _edge(time: float, length: float) -> float:
    return min((length - time) / _RELEASE, 1.0)


def main() -> int:
    """Write all three files beside this module."""
    for sound, score in SCORES.items():
        wav(score, path(sound))
    return 0


if __name__ == "__main__":
    sys.exit(main())
