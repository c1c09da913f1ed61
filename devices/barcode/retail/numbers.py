"""Which valid number, drawn and blurred, comes nearest to a row of samples: exactly, not by trying them.

Blur is linear, so a blurred code is the sum of its blurred digits, and the squared distance to the samples splits
into what each place costs by itself and what two neighbours cost together (further apart they do not touch). The least
sum over all ten thousand million numbers is then a shortest path: digit by digit from the left, with the check sum so
far as part of where one stands. Running the same path from the right as well gives, for every place and digit, the
best number with that digit there, and so the best number that is *not* the winner.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from devices.barcode.retail.layout import QUIET, SYMBOLS, Array, Layout, blurred

#: Samples a module.
SAMPLES: Final = 4
#: Blurs that are drawn (sigma in modules); beyond the last, nothing of a single module is left.
BLURS: Final = (0.4, 0.5, 0.6, 0.75, 0.9, 1.1, 1.3, 1.5, 1.7, 1.9, 2.1)


@dataclass(frozen=True, eq=False)
class Drawings:
    """Everything about one blur: the guards' samples, each symbol's at each place (places x 30 x samples), what each
    costs by itself, and what two cost side by side (places - 1 x 30 x 30)."""

    guards: Array
    symbols: Array
    alone: Array
    beside: Array


@functools.cache
def drawings(layout: Layout, blur: int) -> Drawings:
    """For the blur number ``blur`` of :data:`BLURS`."""
    sigma, count = BLURS[blur], (layout.modules + 2 * QUIET) * SAMPLES

    def put(modules: NDArray[np.floating], place: int) -> NDArray[np.float64]:
        row = np.zeros(count)
        begin = (QUIET + place) * SAMPLES
        row[begin : begin + len(modules) * SAMPLES] = np.repeat(modules, SAMPLES)
        return row

    guards = blurred(put(layout.guards, 0), sigma, SAMPLES)[0]
    rows = np.stack([[put(symbol.astype(float), place) for symbol in SYMBOLS] for place in layout.places])
    symbols = blurred(rows.reshape(-1, count), sigma, SAMPLES).reshape(len(layout.places), len(SYMBOLS), count)
    beside = np.stack([2 * one @ other.T for one, other in itertools.pairwise(symbols)])
    return Drawings(guards, symbols, (symbols * symbols).sum(axis=2), beside)


def drawn(layout: Layout, row: int, digits: NDArray[np.int64], blur: int) -> Array:
    """The samples of one number."""
    of = drawings(layout, blur)
    places = np.arange(len(layout.places))
    return np.asarray(of.guards + of.symbols[places, layout.symbols[row, places, digits]].sum(axis=0))


def _costs(layout: Layout, samples: Array, blur: int) -> tuple[Array, Array]:
    """What each digit costs at each place, and two side by side: rows x places x 10, rows x places - 1 x 10 x 10."""
    of = drawings(layout, blur)
    alone = of.alone - 2 * of.symbols @ (samples - of.guards)
    places = np.arange(len(layout.places))
    return alone[places[:, None], layout.symbols], of.beside[_pairs(layout)]


@functools.cache
def _pairs(layout: Layout) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Where in ``Drawings.beside`` each two digits of each row of parities stand."""
    left, right = layout.symbols[:, :-1, :, None], layout.symbols[:, 1:, None, :]
    return np.arange(len(layout.places) - 1)[None, :, None, None], left, right


def likeliest(layout: Layout, samples: Array, blur: int) -> tuple[int, NDArray[np.int64]]:
    """Row and digits of the nearest number, whether or not its check digit is right: quick, for finding the place."""
    alone, beside = _costs(layout, samples, blur)
    cost = alone[:, 0]
    came = []
    for place in range(1, alone.shape[1]):
        both = cost[:, :, None] + beside[:, place - 1]
        came.append(both.argmin(axis=1))
        cost = both.min(axis=1) + alone[:, place]
    row = int(cost.min(axis=1).argmin())
    digits = [int(cost[row].argmin())]
    for back in reversed(came):
        digits.append(int(back[row, digits[-1]]))
    return row, np.array(digits[::-1])


def nearest(layout: Layout, samples: Array, blur: int) -> tuple[int, NDArray[np.int64], float]:
    """Row and digits of the nearest valid number, and how much less of the samples it leaves unexplained than any
    other valid number: the logarithm of the ratio of their squared distances, 0 or more. Where two are equally near,
    their digits may mix."""
    alone, beside = _costs(layout, samples, blur)
    ahead = _ahead(layout, alone, beside)
    behind = _behind(layout, alone, beside)
    # Rows x places x digits: the least cost of a valid number with that digit there.
    through = np.stack([(one + other).min(axis=2) for one, other in zip(behind, ahead, strict=True)], axis=1)
    totals = through[:, 0].min(axis=1)
    row = int(totals.argmin())
    digits = through[row].argmin(axis=1)
    others = through[row].copy()
    others[np.arange(len(digits)), digits] = np.inf
    rival = min(float(others.min()), float(np.delete(totals, row).min(initial=np.inf)))
    left = samples - drawings(layout, blur).guards
    unexplained = float(left @ left)
    own, other = max(unexplained + float(totals[row]), 1e-9), max(unexplained + rival, 1e-9)
    return row, digits, float(np.log(other / own))


@functools.cache
def _sums(weight: int) -> NDArray[np.int64]:
    """The check sum before each digit, for each check sum after it: digits x sums."""
    return (np.arange(10)[None, :] - weight * np.arange(10)[:, None]) % 10


def _behind(layout: Layout, alone: Array, beside: Array) -> list[NDArray[np.floating]]:
    """For each place: the least cost up to and with it, rows x digits x check sum so far."""
    rows = np.arange(len(alone))
    empty = np.full((len(alone), 10), np.inf)
    empty[rows, rows % 10 if layout.leading else 0] = 0.0
    cost: NDArray[np.floating] = empty[:, _sums(layout.weights[0])] + alone[:, 0, :, None]
    out = [cost]
    for place in range(1, alone.shape[1]):
        both = (cost[:, :, None, :] + beside[:, place - 1, :, :, None]).min(axis=1)
        cost = np.take_along_axis(both, _sums(layout.weights[place])[None], axis=2) + alone[:, place, :, None]
        out.append(cost)
    return out


def _ahead(layout: Layout, alone: Array, beside: Array) -> list[NDArray[np.floating]]:
    """For each place: the least cost of all later ones, rows x digits there x check sum after it."""
    last: NDArray[np.floating] = np.full((len(alone), 10, 10), np.inf)
    last[:, :, 0] = 0.0
    out = [last]
    for place in range(alone.shape[1] - 1, 0, -1):
        after = (np.arange(10)[None, :] + layout.weights[place] * np.arange(10)[:, None]) % 10
        later = np.take_along_axis(out[-1] + alone[:, place, :, None], after[None], axis=2)
        out.append((beside[:, place - 1, :, :, None] + later[:, None]).min(axis=2))
    return out[::-1]
