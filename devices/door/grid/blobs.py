"""People as hills: where the rise above the background has its summits, and what belongs to each. Pure.

The rise is smoothed a little, less than the optics blur it anyway, and taken apart from the top
down: a cell joins the summit it leans on. Where two hills meet they stay two people if the pass between them is well
below the lower summit, and otherwise become one. So two abreast are two, and head and shoulder are one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cells = NDArray[np.float32]


#: A hill's upper part, as a share of its height.
_UPPER: Final = 0.4


@dataclass(frozen=True)
class Blob:
    """A hill: its centre of weight in cells (row, column), its height, the sum of its rise, and its cells.

    ``clear``: how many times as high as it must be to be seen. ``thick``: how many cells of its upper part are beside
    its fullest row or column; the leaf of a door, or a draught under it, is one line of cells.
    """

    row: float
    column: float
    peak: float
    clear: float
    thick: int
    mass: float
    cells: tuple[tuple[int, int], ...]


def smooth(rise: Cells, blur: float) -> Cells:
    """Each cell with ``blur`` of its neighbours, along rows and columns; beyond the edges all is as at the edge."""
    own = np.float32(1 - 2 * blur)
    side = np.float32(blur)
    tall = own * rise
    tall[1:] += side * rise[:-1]
    tall[:-1] += side * rise[1:]
    tall[0] += side * rise[0]
    tall[-1] += side * rise[-1]
    wide = own * tall
    wide[:, 1:] += side * tall[:, :-1]
    wide[:, :-1] += side * tall[:, 1:]
    wide[:, 0] += side * tall[:, 0]
    wide[:, -1] += side * tall[:, -1]
    return np.asarray(wide, np.float32)


def gain(shape: tuple[int, ...], blur: float) -> Cells:
    """How much of a cell's own noise is left by :func:`smooth`: less within the view than at its edges."""
    own = 1 - 2 * blur
    inner, edge = (2 * blur**2 + own**2) ** 0.5, (blur**2 + (own + blur) ** 2) ** 0.5
    rows, columns = (np.array([edge, *[inner] * (size - 2), edge], np.float32) for size in shape)
    return np.outer(rows, columns)


def find(rise: Cells, *, peak: Cells, foot: float, saddle: float) -> list[Blob]:
    """The hills of a smoothed ``rise`` that reach ``peak`` somewhere; what is lower than ``foot`` belongs to none."""
    above = np.argwhere(rise > foot)
    if not len(above) or not (rise >= peak).any():
        return []
    heights = {(int(row), int(column)): float(rise[row, column]) for row, column in above}
    hills: dict[tuple[int, int], _Hill] = {}
    found: list[_Hill] = []
    for cell in sorted(heights, key=heights.__getitem__, reverse=True):
        height = heights[cell]
        around = [one for one in _around(cell) if one in hills]
        beside = {id(hills[one]): hills[one] for one in around}
        if not beside:
            hills[cell] = one = _Hill(height, [cell])
            found.append(one)
            continue
        high, *others = sorted(beside.values(), key=lambda hill: hill.peak, reverse=True)
        for other in others:
            if height > saddle * other.peak or other.peak - height < foot / 2:
                high.cells += other.cells
                hills.update(dict.fromkeys(other.cells, high))
                found = [hill for hill in found if hill is not other]
        steepest = hills[max(around, key=heights.__getitem__)]
        steepest.cells.append(cell)
        hills[cell] = steepest
    blobs = [_blob(hill, heights, peak, foot) for hill in found]
    return [blob for blob in blobs if blob.clear >= 1]


@dataclass(eq=False)
class _Hill:
    peak: float
    cells: list[tuple[int, int]]


def _around(cell: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    row, column = cell
    return (
        (row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1),
        (row - 1, column - 1), (row - 1, column + 1), (row + 1, column - 1), (row + 1, column + 1),
    )  # fmt: skip


def _blob(hill: _Hill, heights: dict[tuple[int, int], float], peak: Cells, foot: float) -> Blob:
    ground = max(foot, 0.25 * hill.peak)  # what lies far below the summit is the blur, or the warm floor behind
    cells = [cell for cell in hill.cells if heights[cell] > ground] or hill.cells[:1]
    upper = [cell for cell in hill.cells if heights[cell] >= _UPPER * hill.peak]
    weights = [heights[cell] - ground + 1e-6 for cell in cells]
    mass = sum(weights)
    return Blob(
        sum(weight * cell[0] for weight, cell in zip(weights, cells, strict=True)) / mass,
        sum(weight * cell[1] for weight, cell in zip(weights, cells, strict=True)) / mass,
        hill.peak,
        max(heights[cell] / float(peak[cell]) for cell in hill.cells),
        len(upper) - max(max(Counter(line).values()) for line in zip(*upper, strict=True)),
        sum(heights[cell] for cell in cells),
        tuple(hill.cells),
    )
