"""Place and number of a retail code, each improved with the help of the other until both stay.

For a start and an end there is a likeliest number; for a number there is a best start, end, bend and blur (the ones
that leave least unexplained). A few rounds of this settle, and how much is left unexplained says whether there was a
code at all. Light that falls off along the code, contrast that does, too, and a bend (a label on a spine, seen from
the side) are part of the fit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from devices.barcode.retail.layout import EAN8, EAN13, QUIET, Array, Layout, sampled
from devices.barcode.retail.numbers import BLURS, SAMPLES, drawn, likeliest, nearest
from devices.barcode.retail.places import places

#: Places that are looked at closely, the blur (number) that they begin with, and rounds for each.
_PLACES: Final = 2
_FIRST_BLUR: Final = 6
_ROUNDS: Final = 6
#: After two rounds, a place whose number explains less than this of the samples is given up.
_HOPE: Final = 0.75
#: Share of a code that is dark, on average over all numbers.
_DARK: Final = 0.47
#: Independent samples in a code of 95 modules: neighbours say the same under blur.
_INDEPENDENT: Final = 30.0

#: A number is told when it is so much likelier than every other (natural logarithm of the odds): a quarter above the
#: highest of any wrong number, of which EAN-8, with few rivals to each, has higher ones ...
MARGIN: Final = {"EAN13": 10.0, "EAN8": 16.0}
#: ... and explains this share of what there is to explain. Both were chosen on drawn lines, not on photographs:
#: ``tests/devices/barcode/test_retail.py`` says how.
EXPLAINED: Final = 0.8

_MOVES: Final = np.array([(i, j, k) for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1)], dtype=np.float32)
_STAY: Final = len(_MOVES) // 2


@dataclass(frozen=True, slots=True)
class Fit:
    """The best valid number: where its first and last bars end (index in the profile; the first behind the last when
    it lies upside down), the logarithm of its odds, and the share of the samples' variance that it explains."""

    format: str
    text: str
    first: float
    last: float
    margin: float
    explained: float

    @property
    def sure(self) -> bool:
        """Whether the number may be told."""
        return self.margin >= MARGIN[self.format] and self.explained >= EXPLAINED


def tell(profile: Array, first: float, last: float, wanted: Collection[str]) -> Fit | None:
    """The sure number of a ``wanted`` format (EAN13, EAN8); for the arguments see :func:`read`.

    Where a number of either kind is sure, the one that explains more is meant: a blurred EAN-8 with many noughts passes
    for an EAN-13, and must not be told as such where nobody asks for EAN-8.
    """
    for layout in (EAN13, EAN8):
        fit = read(profile, first, last, layout) if layout.format in wanted else None
        if fit is not None and fit.sure:
            other = read(profile, first, last, EAN8 if layout is EAN13 else EAN13)
            if other is not None and other.sure and other.explained > fit.explained:
                fit = other
            return fit if fit.format in wanted else None
    return None


def read(profile: Array, first: float, last: float, layout: Layout) -> Fit | None:
    """The first sure number in ``profile`` (darkness along a line across the bars, in grey levels), else the best one.

    ``first`` and ``last`` are the ends of the striped region in it. ``None`` when there is nothing to fit.
    """
    best = None
    if len(profile) < layout.modules:
        return None
    for start, end in places(profile, first, last, layout, _PLACES):
        fit = _fitted(profile, start, end, layout)
        if fit is not None and fit.sure:
            return fit
        if fit is not None and (best is None or fit.margin > best.margin):
            best = fit
    return best


def _fitted(profile: Array, start: float, end: float, layout: Layout) -> Fit | None:
    """The number at one place, after moving it about."""
    pose = np.array((start, end, 0.0), dtype=np.float32)
    blur, step = _FIRST_BLUR, 0.6
    samples = _at(profile, pose[None], layout)[0]
    even = _roughly_even(samples)
    known, explained = None, 0.0
    for turn in range(_ROUNDS):
        row, digits = likeliest(layout, even, blur)
        for blurs in ((blur - 1, blur, blur + 1), None):
            tried = [blur] if blurs is None else [b for b in blurs if 0 <= b < len(BLURS)]
            module = (pose[1] - pose[0]) / layout.modules
            poses = pose + _MOVES * step * np.array((module, module, 1.0), dtype=np.float32)
            rows = _at(profile, poses, layout)
            shares = [_explained(rows, drawn(layout, row, digits, b)) for b in tried]
            best = int(np.argmax([share.max() for share in shares]))
            move = int(shares[best].argmax())
            blur, pose, samples, explained = tried[best], poses[move], rows[move], float(shares[best][move])
            if move == _STAY:
                step /= 2
        if turn == 1 and explained < _HOPE:
            return None
        even = _even(samples, drawn(layout, row, digits, blur))
        if known is not None and known[0] == row and np.array_equal(known[1], digits) and step < 0.2:
            break
        known = (row, digits)
    row, digits, odds = nearest(layout, even, blur)
    explained = float(_explained(samples[None], drawn(layout, row, digits, blur))[0])
    margin = odds * _INDEPENDENT * layout.modules / 95
    return Fit(layout.format, layout.text(row, digits), float(pose[0]), float(pose[1]), margin, explained)


def _at(profile: Array, poses: NDArray[np.float32], layout: Layout) -> Array:
    return sampled(profile, poses[:, 0], poses[:, 1], poses[:, 2], layout.modules, SAMPLES)


def _roughly_even(samples: Array) -> Array:
    """0 on paper, 1 on print, as far as that can be told without knowing the number."""
    paper = float(np.percentile(samples, 5))
    print_ = float(samples[QUIET * SAMPLES : -QUIET * SAMPLES].mean()) - paper
    return np.asarray((samples - paper) / max(print_ / _DARK, 1.0), dtype=np.float32)


def _even(samples: Array, number: Array) -> Array:
    """0 on paper, 1 on print, with light and contrast as they fit ``number`` best."""
    at = _along(len(samples))
    known = np.concatenate((number[:, None], (number * at[:, 1])[:, None], at), axis=1)
    found = np.linalg.lstsq(known, samples, rcond=None)[0]
    contrast = np.maximum(found[0] + found[1] * at[:, 1], 0.2 * abs(found[0]) + 1e-3)
    return np.asarray((samples - at @ found[2:]) / contrast, dtype=np.float32)


def _explained(rows: Array, number: Array) -> NDArray[np.float64]:
    """For each row, the share of its variance (beyond a fall of light) that ``number`` explains."""
    at = _along(rows.shape[1])
    known = np.concatenate((number[:, None], (number * at[:, 1])[:, None], at), axis=1)
    return np.asarray(1 - _left(rows, known) / np.maximum(_left(rows, at), 1e-6))


def _left(rows: Array, known: Array) -> NDArray[np.float64]:
    """The squares that no sum of the columns of ``known`` explains."""
    inner = (known.T @ known).astype(np.float64)
    products = (rows @ known).astype(np.float64)
    explained = np.einsum("ij,ij->i", products, np.linalg.solve(inner, products.T).T)
    left: NDArray[np.float64] = np.maximum(np.einsum("ij,ij->i", rows, rows).astype(np.float64) - explained, 0.0)
    return left


_ALONG: dict[int, Array] = {}


def _along(count: int) -> Array:
    """Constant, slope and curve over the samples: how light falls off."""
    if count not in _ALONG:
        at = np.linspace(-1, 1, count, dtype=np.float32)
        _ALONG[count] = np.stack((np.ones_like(at), at, at * at), axis=1)
    return _ALONG[count]
