"""One line across a code as a badly focused camera sees it, and lines across what is no code: for fits of numbers.

A whole picture takes a hundred times as long to draw, and what becomes of a retail code under blur is decided in one
line. Bars are drawn by ZXing, not by the code under test. All chance comes from a ``numpy`` generator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.emulators import things
from devices.emulators.chance import with_check

#: Modules of a line, 1 where they are dark; between 0 and 1 where they are grey.
Modules = NDArray[np.float64]

#: Retail codes, and codes that are none.
RETAIL: Final = ("EAN13", "UPCA", "EAN8")
OTHERS: Final = ("Code128", "Code39", "Codabar", "ITF", "Code93", "Telepen")
#: Fine samples a module, and modules of paper on both sides.
_FINE, _PAPER = 12, 60


@dataclass(frozen=True)
class View:
    """How a line is seen. ``blur`` is in modules; ``noise`` in percent of the contrast; ``bend`` moves the middle, in
    modules; the region that was found ends up to ``beyond`` modules outside the code, or a little inside it."""

    blur: float
    noise: float = 1.0
    bend: float = 0.0
    beyond: float = 4.0
    upside_down: bool = False


@dataclass(frozen=True, eq=False)
class Line:
    """Darkness along a line; ``first`` and ``last`` are the ends of the region that was found, ``code`` those of the
    code in it, the first behind the last when it lies upside down (all in samples)."""

    profile: NDArray[np.float32]
    first: float
    last: float
    code: tuple[float, float]


def view(rng: np.random.Generator, blur: float) -> View:
    """A view by dice, with that blur."""
    bend = rng.uniform(-2, 2) if rng.random() < 0.5 else 0.0
    return View(blur, float(rng.choice((0.3, 1.0, 2.5, 5.0))), bend, upside_down=bool(rng.random() < 0.5))


def modules(code: str, text: str) -> Modules:
    """From the first bar to the last.

    Raises:
        DrawingError: ``text`` cannot be written in ``code``.
    """
    dark = (np.asarray(things.code_picture(code, text, 1, 1))[0] < 128).astype(np.float64)
    bars = np.flatnonzero(dark)
    return np.asarray(dark[bars[0] : bars[-1] + 1])


def number(code: str, rng: np.random.Generator) -> str:
    """A number of one of :data:`RETAIL` as a reader of EAN tells it: UPC-A with its leading 0."""
    digits = [int(digit) for digit in rng.integers(0, 10, 12)]
    match code:
        case "EAN8":
            return with_check(digits[:7])
        case "UPCA":
            return with_check([0, *digits[1:]])
        case _:
            return with_check(digits)


def retail(code: str, told: str) -> Modules:
    """The modules of such a number."""
    return modules(code, told[1:] if code == "UPCA" else told)


def beside(drawn: Modules, rng: np.random.Generator) -> Modules:
    """``drawn`` with stripes to the right of its quiet zone, as long as a price's add-on; the region holds both."""
    return np.concatenate((drawn, np.zeros(9), rng.integers(0, 2, 47).astype(float), [1.0]))


def decoy(rng: np.random.Generator) -> Modules:
    """The modules of a code that is no retail code, of stripes of random widths, or of print."""
    kind = int(rng.integers(len(OTHERS) + 3))
    if kind < len(OTHERS):
        return modules(OTHERS[kind], _text(OTHERS[kind], rng))
    if kind == len(OTHERS):
        grey = cv2.GaussianBlur(rng.uniform(0, 1, (1, 120)), (0, 0), rng.uniform(0.5, 2.0))[0]
        return np.asarray((grey - grey.min()) / np.ptp(grey))
    widths = rng.integers(1, rng.integers(3, 6), 2 * int(rng.integers(15, 35)) + 1)
    return np.repeat(np.arange(len(widths)) % 2 == 0, widths).astype(np.float64)


def _text(code: str, rng: np.random.Generator) -> str:
    digits = "".join(map(str, rng.integers(0, 10, 14)))
    match code:
        case "Codabar":
            return f"A{digits[: int(rng.integers(6, 14))]}B"
        case "ITF":
            return digits[: 2 * int(rng.integers(3, 8))]
        case _:
            return "BM"[int(digits[0]) % 2] + digits[1 : int(rng.integers(5, 7))]


def line(drawn: Modules, seen: View, rng: np.random.Generator, samples: int = 900) -> Line:
    """``drawn`` in a region of a picture, three tenths longer than what was found striped, ``samples`` in all."""
    paper = np.zeros(_PAPER)
    fine = np.repeat(np.concatenate((paper, drawn, paper)), _FINE).astype(np.float32)
    soft = cv2.GaussianBlur(fine[None], (0, 0), seen.blur * _FINE, borderType=cv2.BORDER_REPLICATE)[0]
    first, last = samples * (0.5 - 0.5 / 1.3), samples * (0.5 + 0.5 / 1.3)
    begin, end = -rng.uniform(-1.5, seen.beyond), len(drawn) + rng.uniform(-1.5, seen.beyond)
    at = begin + (np.arange(samples) + 0.5 - first) * (end - begin) / (last - first)
    share = at / len(drawn)
    at = at + np.where((share > 0) & (share < 1), 4 * seen.bend * share * (1 - share), 0)
    dark = np.interp((at + _PAPER) * _FINE - 0.5, np.arange(len(soft)), soft)
    along = np.linspace(-1, 1, samples)
    contrast = rng.uniform(60, 180)
    light = 40 + rng.uniform(-25, 25) * along + rng.uniform(-15, 15) * along**2
    fade = 1 + rng.uniform(-0.3, 0.3) * along
    profile = light + contrast * fade * dark + rng.normal(0, seen.noise * contrast / 100, samples)
    ends = first - begin * (last - first) / (end - begin), first + (len(drawn) - begin) * (last - first) / (end - begin)
    if seen.upside_down:
        profile, ends = profile[::-1], (samples - ends[0], samples - ends[1])
    return Line(np.ascontiguousarray(profile, dtype=np.float32), first, last, ends)
