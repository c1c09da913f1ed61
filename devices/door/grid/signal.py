"""What a frame says in one language, whatever the sensor: the larger, the more somebody is there. Pure.

Distances are turned round (nearer is larger), temperatures are taken as they are, or turned round where people are
colder than the floor: a tiled doorstep in the tropical sun has 45 °C. Fine grids are averaged to about 10 cells, which
takes their noise away; a person is more than two cells wide in either case.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from devices.door.grid.rules import Unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cells = NDArray[np.float32]

#: A median above this is a distance: no floor has 100 °C, and none is nearer than 100 mm.
_DISTANCE_FROM: Final = 100.0
_FARTHEST_MM: Final = 10_000.0
#: Dead cells and failed reads of an AMG8833 are 0.00 °C in the midst of a warm room.
_ZERO_IS_DEAD_ABOVE: Final = 4.0
_DEAD_C: Final = 18.0
#: Finer than this, cells are averaged.
_FINE: Final = 14


def guess_unit(cells: Cells) -> Unit:
    """Millimetres or °C, by the size of the values; 0 and NaN say nothing."""
    known = cells[np.isfinite(cells) & (cells != 0)]
    return Unit.MM if known.size and float(np.median(known)) > _DISTANCE_FROM else Unit.C


def guess_cold(cells: Cells) -> bool:
    """Whether people may be colder than the floor, by ``cells`` (frames × rows × columns) with people in some of them.

    Whoever passes makes rare and large excursions, on one side of what each cell usually is.
    """
    cells = np.where(cells == 0, np.nan, cells)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        off = cells - np.nanmedian(cells, axis=0)
        off -= np.nanmedian(off, axis=(1, 2), keepdims=True)
        limit = max(0.75, 5 * float(np.nanmedian(np.abs(off))))
        # a dead cell or a lost frame is far away from everything a person can be
        off = np.where(np.abs(off) < _DEAD_C, off, np.nan)
        above, below = np.nansum(off[off > limit] ** 2), np.nansum(off[off < -limit] ** 2)
    return bool(below > above)


@dataclass(frozen=True)
class Signal:
    """Turns frames of one sensor into signal; ``cold``: people are colder than the floor."""

    unit: Unit
    cold: bool = False

    def of(self, cells: Cells) -> Cells:
        """Signal of a frame, NaN where the sensor does not know."""
        known = np.isfinite(cells)
        if self.unit is Unit.MM:
            known &= (cells > 0) & (cells < _FARTHEST_MM)
            turned = -cells
        else:
            zero = cells == 0
            if zero.any() and not _room_is_freezing(cells[known & ~zero]):
                known &= ~zero
            turned = -cells if self.cold else cells
        signal = np.where(known, turned, np.nan).astype(np.float32)
        return _coarser(signal, _factor(signal.shape))


def _room_is_freezing(others: Cells) -> bool:
    return bool(others.size) and abs(float(np.median(others))) < _ZERO_IS_DEAD_ABOVE


def _factor(shape: tuple[int, ...]) -> int:
    return max(1, round(min(shape) / 10)) if max(shape) > _FINE else 1


def _coarser(signal: Cells, factor: int) -> Cells:
    """Mean of ``factor`` × ``factor`` cells, of those that are known; a rest at the far edges joins the last cells."""
    if factor == 1:
        return signal
    known = np.isfinite(signal)
    total, count = np.where(known, signal, 0), known.astype(np.float32)
    for axis in (0, 1):
        starts = np.arange(0, signal.shape[axis] - factor + 1, factor)
        total, count = np.add.reduceat(total, starts, axis), np.add.reduceat(count, starts, axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
