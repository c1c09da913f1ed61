"""What each cell looks like with nobody in it, and how noisy it is. Pure.

Nobody promises an empty door at the start, so the first seconds take a low quantile of what each cell showed: who
walks about is in a cell for a part of the time only. Afterwards a cell follows slowly while it is free, hardly while
somebody is in it, and soon when it stays *below* its background, because then somebody was learnt into it.

A thermal sensor's own temperature moves all cells at once; what most cells have in common is taken off at once, as
long as they agree: a body right below the sensor makes them differ.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import numpy as np

from devices.door.grid.rules import Contrast, GridRules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cells = NDArray[np.float32]

_MOST_YOUNG: Final = 80
_QUANTILE: Final = 0.4
#: Two noisy readings differ by so many standard deviations of one, on average.
_MEAN_STEP: Final = 1.128


class Background:
    """Level and noise of each cell; signal in, rise above the level out. ``common``: take off what all cells share."""

    def __init__(self, rules: GridRules, contrast: Contrast, *, common: bool) -> None:
        self._rules = rules
        self._contrast = contrast
        self._common = common
        self._young: list[Cells] = []
        self._begun: int | None = None
        self._last: Cells | None = None
        self._below: NDArray[np.float64] | float = 0.0
        self._t_ms = 0
        self._measured = 0
        self.level: Cells | None = None
        self.noise = contrast.noise

    def prime(self, signals: Cells) -> None:
        """Start with what many frames (frames × rows × columns) have in common, instead of with the first frame."""
        self.level = _quantile(signals)
        steps = [_step(one, other) for one, other in itertools.pairwise(signals)]
        # half of the frames have nobody moving in them, even at a busy door
        typical = [step for step in steps if step is not None]
        self.noise = max(self._contrast.noise, float(np.median(typical)) if typical else 0.0)
        self._measured = len(typical)
        self._young = []
        self._begun = None
        self._below = 0.0

    def rise(self, t_ms: int, signal: Cells) -> Cells:
        """How far each cell is above its level; 0 where that is not known."""
        self._grow(t_ms, signal)
        assert self.level is not None
        rise = signal - self.level
        unknown = np.isnan(rise)
        if unknown.any():
            rise = _filled(rise, unknown)
        if self._common:
            shared = self._shared(rise)
            rise -= shared
            self.level += np.float32(shared)
        return rise

    def learn(self, t_ms: int, signal: Cells, occupied: NDArray[np.bool_]) -> None:
        """Follow the signal; slowly where it is ``occupied``."""
        assert self.level is not None
        rules, passed = self._rules, max(0, min(1_000, t_ms - self._t_ms))
        self._t_ms = t_ms
        known = np.isfinite(signal)
        # a cell that has never been known begins with the first that is known
        fresh = known & np.isnan(self.level)
        self.level[fresh] = signal[fresh]
        off = np.where(known, signal - self.level, 0)
        below = off < -max(self._contrast.foot, 3 * self.noise)
        self._below = np.where(below, self._below + passed, 0)
        slowness = np.where(occupied, rules.occupied_ms, rules.quiet_ms)
        slowness = np.where(self._below > rules.below_ms, rules.settle_ms, slowness)
        # until a cell has been below for long it may be a cold coat, which is not the floor either
        slowness = np.where(below & (self._below <= rules.below_ms), rules.occupied_ms, slowness)
        if not self._young:
            self.level += (off * np.minimum(1, passed / slowness)).astype(np.float32)
        self._measure(signal, occupied, passed)

    # -- inside

    def _grow(self, t_ms: int, signal: Cells) -> None:
        if self.level is None:
            self.level = signal.copy()
            self._below = 0.0
            self._begun = self._t_ms = t_ms
        if self._begun is None:
            return
        if t_ms - self._begun > self._rules.young_ms or len(self._young) >= _MOST_YOUNG:
            self._begun = None
            self._young = []
            return
        self._young.append(signal)
        self.level = _quantile(np.stack(self._young))

    def _shared(self, rise: Cells) -> float:
        """What nearly all cells have risen by."""
        flat = np.sort(rise, axis=None)
        low, middle, high = (float(flat[int(part * (flat.size - 1))]) for part in (0.1, 0.4, 0.7))
        return middle if high - low < 4 * self.noise else 0.0

    def _measure(self, signal: Cells, occupied: NDArray[np.bool_], passed: int) -> None:
        last, self._last = self._last, signal
        if last is None or occupied.all():
            return
        now = _step(last[~occupied], signal[~occupied])
        if now is not None:
            self._measured += 1  # the first readings are all there is to go by
            share = max(1 / self._measured, min(1.0, passed / self._rules.noise_ms))
            self.noise = max(self._contrast.noise, self.noise + (now - self.noise) * share)


def _step(one: Cells, other: Cells) -> float | None:
    """The noise that two readings of the same cells differ by; ``None`` if nothing is known in both."""
    steps = np.abs(other - one)
    steps = steps[np.isfinite(steps)]
    return float(steps.mean()) / _MEAN_STEP if steps.size else None


def _quantile(stack: Cells) -> Cells:
    """A low quantile of each cell over the frames, of what is known."""
    if np.isfinite(stack).all():
        place = int(_QUANTILE * (len(stack) - 1))
        return np.asarray(np.partition(stack, place, axis=0)[place], np.float32)
    known = np.isfinite(stack)
    ordered = np.sort(np.where(known, stack, np.inf), axis=0)
    place = (_QUANTILE * np.maximum(known.sum(0) - 1, 0)).astype(int)
    low = np.take_along_axis(ordered, place[None], 0)[0]
    return np.where(np.isfinite(low), low, np.nan).astype(np.float32)


def _filled(rise: Cells, unknown: NDArray[np.bool_]) -> Cells:
    """Dark hair gives no echo: an unknown cell is what most of its neighbours are."""
    rows, columns = rise.shape
    padded = np.pad(rise, 1, constant_values=np.nan)
    around = np.stack([padded[r : r + rows, c : c + columns] for r in range(3) for c in range(3) if (r, c) != (1, 1)])
    known = np.isfinite(around)
    mean = np.where(known, around, 0).sum(0) / np.maximum(known.sum(0), 1)
    return np.where(unknown, np.where(known.sum(0) >= 3, mean, 0), rise).astype(np.float32)
