"""Where in a profile a retail code may begin and end.

A region's own ends are known to a few modules at best: quiet zones, a price add-on, the edge of the label belong to
it or not. So ends are looked for where light turns dark after a quiet stretch (and the other way round), and on a
coarse grid beside the region's ends; each pair is judged by how well digits of any kind fit its places.
"""

from __future__ import annotations

import functools
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.barcode.retail.layout import QUIET, SYMBOLS, Array, Layout, blurred, sampled

#: Samples a module, and the blur with which digits are drawn here: between sharp and hardly legible.
_SAMPLES: Final = 2
_BLUR: Final = 0.9
#: A stretch of this length (px of a profile) is quiet when its darkness stays below this share of what follows.
_STRETCH: Final = 44
_STILL: Final = 0.45
#: Ends that are paired, each side, and how far each is moved about, in modules.
_ENDS: Final = 6
_ABOUT: Final = 0.8
#: The grid beside the region's ends, in modules inwards: regions are rather too long than too short.
_GRID: Final = np.arange(-2, 13, 1.5)


def places(profile: Array, first: float, last: float, layout: Layout, most: int) -> list[tuple[float, float]]:
    """The likeliest starts and ends of a code in ``profile`` (darkness); ``first`` and ``last`` end its region.

    Both ways round: where the code seems to lie upside down, the start is behind the end.
    """
    starts, ends = _tried(profile, first, last, layout)
    rows = sampled(profile, starts, ends, np.zeros_like(starts), layout.modules, _SAMPLES)
    fits = np.concatenate((_fit(rows, layout), _fit(rows[:, ::-1], layout)))
    pairs = np.concatenate((np.stack((starts, ends), axis=1), np.stack((ends, starts), axis=1)))
    picked: list[tuple[float, float]] = []
    for start, end in pairs[np.argsort(-fits)]:
        apart = 3 * abs(end - start) / layout.modules
        if all(abs(start - one) + abs(end - other) > apart for one, other in picked):
            picked.append((float(start), float(end)))
            if len(picked) == most:
                break
    return picked


def _tried(profile: Array, first: float, last: float, layout: Layout) -> tuple[Array, Array]:
    begins, stops = _edges(profile), len(profile) - 1 - _edges(profile[::-1])
    least = 0.35 * (last - first)
    pairs = [(start, end) for start in begins[:_ENDS] for end in stops[:_ENDS] if end - start > least]
    about = np.array([(i, j) for i in (-_ABOUT, 0, _ABOUT) for j in (-_ABOUT, 0, _ABOUT)])
    module = (last - first) / layout.modules
    grid = np.array([(first + i * module, last - j * module) for i in _GRID for j in _GRID])
    near = [np.array(pair) + about * (pair[1] - pair[0]) / layout.modules for pair in pairs]
    both = np.concatenate((grid, *near)).astype(np.float32)
    return both[:, 0], both[:, 1]


def _edges(profile: Array) -> NDArray[np.int64]:
    """Where a quiet stretch turns dark, the clearest first."""
    smooth = cv2.GaussianBlur(np.ascontiguousarray(profile[None]), (0, 0), 2.5)[0]
    slope = np.gradient(smooth)
    spread = max(float(np.ptp(np.percentile(smooth, (5, 95)))), 1.0)
    quiet = np.ones((1, _STRETCH - 7), np.uint8)
    darkest = _before(cv2.dilate(smooth[None], quiet, anchor=(0, 0))[0], np.inf)
    lightest = _before(cv2.erode(smooth[None], quiet, anchor=(0, 0))[0], 0.0)
    follows = cv2.dilate(smooth[None], np.ones((1, 30), np.uint8), anchor=(0, 0))[0] - lightest
    with np.errstate(invalid="ignore"):  # the first stretch is not known and counts as not calm
        calm = np.nan_to_num(1 - (darkest - lightest) / np.maximum(follows, 1), nan=-np.inf)
    peak = np.zeros(len(smooth), dtype=bool)
    peak[1:-1] = (slope[1:-1] > slope[:-2]) & (slope[1:-1] >= slope[2:])
    edges = np.nonzero(peak & (calm > 1 - _STILL) & (follows > 0.25 * spread) & (slope > 0.02 * spread))[0]
    return edges[np.argsort(-follows[edges] * calm[edges])]


def _before(values: NDArray[np.floating], unknown: float) -> NDArray[np.float64]:
    """What was true of the stretch that ends here."""
    out = np.full(len(values), unknown)
    out[_STRETCH:] = values[: len(values) - _STRETCH]
    return out


def _fit(rows: Array, layout: Layout) -> Array:
    """For each row the correlations of its best digits, whatever they are, and of the guards, added up."""
    left, right, guards = _drawings()
    windows = _unit(rows[:, _windows(layout)])
    half = layout.half
    total = (windows[:, :half] @ left.T).max(axis=2).sum(axis=1)
    total += (windows[:, half:] @ right.T).max(axis=2).sum(axis=1)
    side = (QUIET + 4) * _SAMPLES
    middle = (QUIET + layout.places[half - 1] + 6) * _SAMPLES
    spans = (slice(0, side), slice(middle, middle + 7 * _SAMPLES), slice(-side, None))
    for span, guard in zip(spans, guards, strict=True):
        total += _unit(rows[:, span]) @ guard
    return np.asarray(total)


@functools.cache
def _windows(layout: Layout) -> NDArray[np.int64]:
    """The samples of each place, with a module more at both sides."""
    return np.array([[(QUIET + place - 1) * _SAMPLES + k for k in range(9 * _SAMPLES)] for place in layout.places])


@functools.cache
def _drawings() -> tuple[Array, Array, tuple[Array, Array, Array]]:
    """Left digits, right digits and the three guards, each of length one and without its mean.

    Before a left digit there is always a bar and after it a space, on the right the other way round; what stands
    beyond is not known and drawn as grey.
    """

    def draw(modules: list[list[float]]) -> Array:
        fine = np.repeat(np.array(modules, dtype=np.float64), 4 * _SAMPLES, axis=1)
        return np.asarray(blurred(fine, _BLUR, 4 * _SAMPLES).reshape(len(modules), -1, 4).mean(axis=2))

    def digits(symbols: NDArray[np.int64], before: int, after: int) -> Array:
        rows = draw([[0.5, 0.5, before, *symbol, after, 0.5, 0.5] for symbol in symbols.tolist()])
        return _unit(rows[:, 2 * _SAMPLES : -2 * _SAMPLES])

    quiet = [0] * QUIET
    guards = ([*quiet, 1, 0, 1, 0], [1, 0, 1, 0, 1, 0, 1], [0, 1, 0, 1, *quiet])
    one, two, three = (_unit(draw([[float(bit) for bit in guard]]))[0] for guard in guards)
    return digits(SYMBOLS[:20], 1, 0), digits(SYMBOLS[20:], 0, 1), (one, two, three)


def _unit(rows: Array) -> Array:
    """Each row without its mean and of length one, so that products of rows are correlations."""
    centred = rows - rows.mean(axis=-1, keepdims=True)
    return np.asarray(centred / (np.sqrt((centred * centred).sum(axis=-1, keepdims=True)) + 1e-6), dtype=np.float32)
