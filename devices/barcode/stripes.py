"""Where a picture is striped as bar codes are, and in which direction: the search that every other rung builds on.

Bars are the one thing on a cover whose edges all point one way over an area, not along a line. So: gradients of a
small copy, their structure tensor pooled over blocks, and connected blocks whose tensor is long and thin. The answer
comes at about the cost of one look of an engine, at any angle, and it does not mind blur, since it only asks for
direction. It says nothing of what is printed there: print, grids and shelves are striped, too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.barcode.code import Quad

Gray = NDArray[np.uint8]

#: The search looks at no more than this many pixels along the long side; a whole number of pixels becomes one.
_SIDE: Final = 640
#: The same for OpenCV's search.
_OUTLINES_SIDE: Final = 1280
#: Side of a block (px of the small copy), and the blocks' neighbourhood over which directions must agree.
_BLOCK: Final = 4
_NEAR: Final = 7
#: How much one direction must outweigh the others (0 to 1), and the least energy of a block: grey levels squared.
_COHERENCE: Final = 0.7
_ENERGY: Final = 900.0
#: Least energy beside the strongest block of the picture: a pale code beside black print is still found.
_RELATIVE: Final = 0.04
#: Blocks that make an area.
_AREA: Final = 12
#: Areas that are looked at closely, and the least share of the largest one's blocks that they have.
_CLOSELY: Final = 6
_LEAST: Final = 0.03
#: Cosine of twice the angle by which a block's direction may differ from its area's.
_SAME: Final = 0.8


@dataclass(frozen=True, slots=True)
class Region:
    """A striped area: its middle (px), the direction across the bars (radians, within +-pi/2), its length in that
    direction and its height along the bars (px). ``weight`` orders regions, the likeliest first."""

    x: float
    y: float
    angle: float
    length: float
    height: float
    weight: float = 0.0

    @property
    def quad(self) -> Quad:
        """The four corners."""
        along = (math.cos(self.angle) * self.length / 2, math.sin(self.angle) * self.length / 2)
        down = (-math.sin(self.angle) * self.height / 2, math.cos(self.angle) * self.height / 2)
        signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        a, b, c, d = (
            (round(self.x + i * along[0] + j * down[0]), round(self.y + i * along[1] + j * down[1])) for i, j in signs
        )
        return (a, b, c, d)

    @property
    def halves(self) -> tuple[Region, Region]:
        """The upper and the lower half, each with a little of the other."""
        x, y = -math.sin(self.angle) * self.height / 4, math.cos(self.angle) * self.height / 4
        upper = replace(self, x=self.x - x, y=self.y - y, height=0.55 * self.height)
        return upper, replace(self, x=self.x + x, y=self.y + y, height=0.55 * self.height)


def find(gray: Gray, most: int = 4) -> list[Region]:
    """The striped regions of ``gray``, at most ``most``, the likeliest first."""
    factor = max(1, -(-max(gray.shape) // _SIDE))
    height, width = (side // factor for side in gray.shape)
    if min(height, width) < 3 * _BLOCK:
        return []
    small = cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA) if factor > 1 else gray
    size = (width // _BLOCK, height // _BLOCK)
    across, down = (np.asarray(slope, dtype=np.int16) for slope in cv2.spatialGradient(small))
    xx, yy, xy = _pooled(across, across, size), _pooled(down, down, size), _pooled(across, down, size)
    energy, even, odd = xx + yy, xx - yy, 2 * xy
    thin = cv2.magnitude(even, odd) > _COHERENCE * (energy + 200.0)
    striped = thin & (energy > max(_ENERGY, _RELATIVE * float(energy.max())))
    _, labelled, areas, _ = cv2.connectedComponentsWithStats(striped.view(np.uint8), connectivity=4)
    labels = np.asarray(labelled, dtype=np.int32)
    sizes = areas[1:, cv2.CC_STAT_AREA]
    order = np.argsort(-sizes)[:_CLOSELY]
    least = max(_AREA, _LEAST * float(sizes.max(initial=0)))
    scale = (width * factor / size[0], height * factor / size[1])
    found = (_region(labels, int(i) + 1, areas[i + 1], energy, even, odd, scale) for i in order if sizes[i] >= least)
    return sorted((region for region in found if region is not None), key=lambda region: -region.weight)[:most]


def outlines(gray: Gray, most: int = 2) -> list[Region]:
    """The same by OpenCV's search: five times as dear, and what it misses is not what :func:`find` misses. Only its
    search is used, for its own decoder invents texts."""
    scale = min(1.0, _OUTLINES_SIDE / max(gray.shape))
    small = gray if scale == 1 else cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if min(small.shape) < 40:  # it divides by the size of a shrunken copy
        return []
    done, corners = cv2.barcode.BarcodeDetector().detect(small)
    if not done or corners is None:
        return []
    return [_outlined(np.asarray(quad, dtype=np.float32) / scale) for quad in corners[:most]]


def _outlined(quad: NDArray[np.floating]) -> Region:
    (x, y), (length, height), degrees = cv2.minAreaRect(np.asarray(quad, dtype=np.float32))
    if length < height:  # it does not say which side runs across the bars; codes are rather longer than high
        length, height, degrees = height, length, degrees + 90
    return Region(x, y, math.radians((degrees + 90) % 180 - 90), max(length, 1.0), max(height, 8.0))


def _pooled(one: NDArray[np.int16], other: NDArray[np.int16], size: tuple[int, int]) -> NDArray[np.float32]:
    """The product of two gradients, averaged over blocks and their neighbourhood."""
    product = cv2.multiply(one, other, dtype=cv2.CV_32F)
    return np.asarray(cv2.blur(cv2.resize(product, size, interpolation=cv2.INTER_AREA), (_NEAR, _NEAR)))


def _region(
    labels: NDArray[np.int32],
    number: int,
    box: NDArray[np.int32],
    energy: NDArray[np.float32],
    even: NDArray[np.float32],
    odd: NDArray[np.float32],
    scale: tuple[float, float],
) -> Region | None:
    """The blocks of one area that share its direction, as a rectangle in that direction."""
    left, top, wide, high = (int(side) for side in box[:4])
    rows, columns = np.nonzero(labels[top : top + high, left : left + wide] == number)
    rows, columns = rows + top, columns + left
    e, o = even[rows, columns], odd[rows, columns]
    size = np.hypot(e, o)
    same = np.ones(len(rows), dtype=bool)
    double = 0.0
    for _ in range(2):  # the second time without what pointed elsewhere, such as the edge of the label
        double = math.atan2(float(o[same].sum()), float(e[same].sum()))
        same = e * math.cos(double) + o * math.sin(double) > _SAME * size
        if int(same.sum()) < _AREA:
            return None
    angle, blocks = double / 2, int(same.sum())
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = columns[same] + 0.5, rows[same] + 0.5
    along, down = x * cos + y * sin, y * cos - x * sin
    first, last, upper, lower = (float(end) for end in (along.min(), along.max(), down.min(), down.max()))
    length, height = last - first + 1, lower - upper + 1
    if length < 2 * _NEAR - 4:
        return None
    fill = min(1.0, 1.2 * blocks / (length * height))
    weight = blocks * fill * float(energy[rows, columns].mean()) ** 0.25
    u, v = (first + last) / 2, (upper + lower) / 2
    middle = ((u * cos - v * sin) * scale[0], (u * sin + v * cos) * scale[1])
    return Region(middle[0], middle[1], angle, length * scale[0], height * scale[1], weight)
