"""The three sounds as files."""

from __future__ import annotations

import math
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk import sounds
from kiosk.session.model import Sound
from kiosk.sounds.make import RATE, SCORES, main, samples, wav

LENGTHS = {Sound.OK: 0.140, Sound.ATTENTION: 0.220, Sound.STOP: 0.260}


def shipped(sound: Sound) -> NDArray[np.int16]:
    """The samples of a shipped file."""
    with wave.open(str(sounds.path(sound))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def strongest(part: NDArray[np.int16]) -> float:
    """The pitch with the most energy, in Hz."""
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 16))
    return float(spectrum.argmax() * RATE / (1 << 16))


@pytest.mark.parametrize("sound", Sound)
def test_each_sound_is_as_long_as_designed(sound: Sound) -> None:
    assert len(shipped(sound)) / RATE == pytest.approx(LENGTHS[sound], abs=0.001)


@pytest.mark.parametrize("sound", Sound)
def test_the_files_are_what_the_maker_makes(sound: Sound, tmp_path: Path) -> None:
    wav(SCORES[sound], tmp_path / "made.wav")
    with wave.open(str(tmp_path / "made.wav")) as file:
        made = np.frombuffer(file.readframes(file.getnframes()), "<i2")

    assert np.abs(made.astype(int) - shipped(sound)).max() <= 1


def test_making_them_writes_every_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("kiosk.sounds.make.path", lambda sound: tmp_path / f"{sound.value}.wav")

    assert main() == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["attention.wav", "ok.wav", "stop.wav"]


def test_all_are_equally_loud_within_three_decibels() -> None:
    loudness = [20 * math.log10(float(np.sqrt(np.mean(shipped(each).astype(float) ** 2)))) for each in Sound]

    assert max(loudness) - min(loudness) <= 3


@pytest.mark.parametrize("sound", Sound)
def test_none_clips_or_clicks(sound: Sound) -> None:
    data = shipped(sound).astype(int)

    assert np.abs(data).max() < 0.708 * 32_767  # -3 dBFS
    assert abs(data[0]) < 50
    assert abs(data[-1]) < 50


def test_ok_rises_and_stop_falls() -> None:
    ok, stop = shipped(Sound.OK), shipped(Sound.STOP)

    assert strongest(ok[: int(0.055 * RATE)]) == pytest.approx(784, abs=12)
    assert strongest(ok[int(0.075 * RATE) :]) == pytest.approx(1046.5, abs=15)
    assert strongest(stop[: int(0.110 * RATE)]) == pytest.approx(440, abs=8)
    assert strongest(stop[int(0.150 * RATE) :]) == pytest.approx(349.2, abs=10)
    assert strongest(shipped(Sound.ATTENTION)) == pytest.approx(587.3, abs=6)


def test_a_struck_note_dies_away() -> None:
    data = np.abs(np.array(samples(SCORES[Sound.ATTENTION])))

    assert data[-RATE // 20 :].max() < 0.25 * data[: RATE // 20].max()
