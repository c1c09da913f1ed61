"""Which pixel format of a USB camera is fast enough? Measured, not believed. Pure: trials in, one of them out.

Uncompressed YUYV needs no decoding and has no JPEG's blocks on the bars, but 720p of it does not fit through USB 2 at
a useful rate, and a dim room halves either. What a driver promises is seldom what comes, so each format is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

#: In the order of trying: when the first is fast enough the second is not tried.
FORMATS: Final = ("YUYV", "MJPG")
#: A format is watched for this long after its first frame (s), and until it has given two frames.
TRIAL_S: Final = 0.35
#: This share of the wanted rate counts as reached: clocks of cameras are coarse.
_REACHED: Final = 0.9


@dataclass(frozen=True, slots=True)
class Trial:
    """What one format gave: its size (px) and frames a second; 0 when no second frame came."""

    format: str
    width: int
    height: int
    fps: float

    def __str__(self) -> str:
        return f"{self.format} {self.width} x {self.height} at {self.fps:.0f} frames a second"


def choose(trials: Sequence[Trial], size: tuple[int, int], fps: float) -> Trial | None:
    """The best of ``trials`` for the wanted ``size`` and rate, or ``None`` when none gave frames.

    First those of the right size (or the nearest, when none is), of these the ones that reach the rate; the earlier in
    :data:`FORMATS` of several that do, else the fastest.
    """
    alive = [trial for trial in trials if trial.fps > 0]
    if not alive:
        return None
    off = {trial: _off(trial, size) for trial in alive}
    nearest = [trial for trial in alive if off[trial] == min(off.values())]
    reaching = [trial for trial in nearest if _reaches(trial, fps)]
    if reaching:
        return min(reaching, key=lambda trial: _place(trial.format))
    return max(nearest, key=lambda trial: trial.fps)


def good_enough(trial: Trial, size: tuple[int, int], fps: float) -> bool:
    """Whether no other format has to be tried."""
    return _off(trial, size) == 0 and _reaches(trial, fps)


def _reaches(trial: Trial, fps: float) -> bool:
    return trial.fps >= _REACHED * fps


def measure(grab: Callable[[], bool], clock: Callable[[], float]) -> float:
    """Frames a second of ``grab``, which waits for a frame and says whether one came; 0 when it does not."""
    if not grab():
        return 0.0
    began, count = clock(), 0
    while count == 0 or clock() - began < TRIAL_S:
        if not grab():
            return 0.0
        count += 1
    return count / max(clock() - began, 1e-6)


def _off(trial: Trial, size: tuple[int, int]) -> int:
    return abs(trial.width - size[0]) + abs(trial.height - size[1])


def _place(name: str) -> int:
    return FORMATS.index(name) if name in FORMATS else len(FORMATS)
