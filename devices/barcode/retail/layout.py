"""How retail codes are drawn: digits, parities, places. Source: GS1 General Specifications, section 5.2."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

#: Modules of each digit, dark as 1, in the left half with odd parity.
_ODD: Final = np.array([
    [int(bit) for bit in digit]
    for digit in ("0001101", "0011001", "0010011", "0111101", "0100011",
                  "0110001", "0101111", "0111011", "0110111", "0001011")
])  # fmt: skip
_RIGHT: Final = 1 - _ODD
_EVEN: Final = _RIGHT[:, ::-1]
#: The drawings of a place, by number: 0 to 9 the digits with odd parity, 10 to 19 with even, 20 to 29 on the right.
SYMBOLS: Final = np.concatenate((_ODD, _EVEN, _RIGHT))
#: Parity of the six left digits of an EAN-13, a row for each first digit; 1 is even.
_PARITIES: Final = ("000000", "001011", "001101", "001110", "010011", "011001", "011100", "010101", "010110", "011010")

#: Modules beyond the first and the last bar that are looked at: the quiet zones.
QUIET: Final = 5


@dataclass(frozen=True, eq=False)
class Layout:
    """One kind of retail code. ``places`` are the first modules of its drawn digits, counted from the first bar;
    ``symbols`` (rows x places x 10) the numbers of the drawings that each row of parities allows there.

    Where ``leading`` holds, the row itself is the first digit, as in EAN-13.
    """

    format: str
    modules: int
    places: tuple[int, ...]
    symbols: NDArray[np.int64]
    leading: bool

    @functools.cached_property
    def weights(self) -> tuple[int, ...]:
        """Weights of the drawn digits in the check sum, which must come out as 0."""
        return tuple(3 if (len(self.places) - place) % 2 == 0 else 1 for place in range(len(self.places)))

    @functools.cached_property
    def half(self) -> int:
        """How many digits are left of the middle guard."""
        return len(self.places) // 2

    @functools.cached_property
    def guards(self) -> NDArray[np.float64]:
        """The modules of the whole code that are dark whatever the number."""
        middle = self.places[self.half - 1] + 7
        drawn = np.zeros(self.modules)
        drawn[[0, 2, middle + 1, middle + 3, self.modules - 3, self.modules - 1]] = 1
        return drawn

    def text(self, row: int, digits: NDArray[np.int64]) -> str:
        """The number as people write it."""
        return (str(row) if self.leading else "") + "".join(str(int(digit)) for digit in digits)


def _layout(name: str, half: int, parities: tuple[str, ...], *, leading: bool) -> Layout:
    middle = 3 + 7 * half
    places = tuple(3 + 7 * digit for digit in range(half)) + tuple(middle + 5 + 7 * digit for digit in range(half))
    even = np.array([[int(bit) for bit in row] for row in parities])
    left = even[:, :, None] * 10 + np.arange(10)
    right = np.broadcast_to(np.arange(20, 30), left.shape)
    return Layout(name, middle + 5 + 7 * half + 3, places, np.concatenate((left, right), axis=1), leading)


EAN13: Final = _layout("EAN13", 6, _PARITIES, leading=True)
EAN8: Final = _layout("EAN8", 4, ("0000",), leading=False)


def blurred(drawn: NDArray[np.floating], blur: float, samples: int) -> Array:
    """Rows of samples, ``samples`` a module, blurred by a Gaussian of ``blur`` modules; beyond the ends they go on."""
    reach = int(np.ceil(3.5 * blur * samples))
    at = np.arange(-reach, reach + 1) / samples
    kernel = np.exp(-(at**2) / (2 * blur**2))
    kernel /= kernel.sum()
    rows = [np.convolve(np.pad(row, reach, mode="edge"), kernel, "valid") for row in np.atleast_2d(drawn)]
    return np.asarray(rows, dtype=np.float32)


def sampled(profile: Array, starts: Array, ends: Array, bends: Array, modules: int, samples: int) -> Array:
    """``profile`` at the samples of every module and of the quiet zones: a row for each start and end of a code.

    A code that lies upside down has its start behind its end. ``bends`` moves the middle, in modules, and what is
    between by a parabola.
    """
    count = (modules + 2 * QUIET) * samples
    at = (np.arange(count, dtype=np.float32) + 0.5 - QUIET * samples) / (modules * samples)
    length = (ends - starts)[:, None]
    where = starts[:, None] + length * at + (bends[:, None] / modules) * length * (4 * at * (1 - at))
    where = np.clip(where - 0.5, 0, len(profile) - 1.001)
    below = where.astype(np.int32)
    low = profile[below]
    return np.asarray(low + (where - below) * (profile[below + 1] - low), dtype=np.float32)
