"""No number is made up under blur: lines across retail codes and across what is none, fitted by whole numbers.

Half of the lines cross an EAN or UPC, blurred beyond what engines read; only its own number may be told. The others
cross other codes, random stripes and print; nothing may be told. The control tells the best number however little it
leads, and has to be caught.
"""

from __future__ import annotations

import itertools
from collections import Counter

import cv2
import numpy as np
from rig.tally import Budget, Tally

from devices.barcode.retail import EAN8, EAN13, Fit, read, tell
from devices.emulators import scanline
from devices.emulators.scanline import RETAIL, Line

_LEAST_RUNS = 20
_CONTROL_RUNS = 200
#: What libraries ask for; both kinds.
_WANTED = (("EAN13",), ("EAN13", "EAN8"))
#: Blurs that are shown and the steps in which they are counted, in modules.
_LEAST_BLUR, _MOST_BLUR, _STEP = 0.4, 1.9, 0.3


def fits(budget: Budget) -> Tally:
    """Lines by dice, read as EAN-13 only and as either kind."""
    cv2.setNumThreads(1)
    tally = Tally("fits", budget.seed)
    shown, told = Counter[float](), Counter[float]()
    highest = dict.fromkeys(_WANTED[-1], 0.0)
    for seed in itertools.count(budget.seed):
        if budget.left <= 0 and tally.runs >= _LEAST_RUNS:
            break
        number, blur, line = _line(seed)
        tally.runs += 1
        for wanted in _WANTED:
            sure = tell(line.profile, line.first, line.last, wanted)
            if sure is not None and sure.text != number:
                tally.violations.append(f"seed {seed}: told {sure}, printed is {number or 'no retail code'}")
        for fit in _fits(line):
            if fit.text != number:
                highest[fit.format] = max(highest[fit.format], fit.margin)
        if number:
            shown[blur] += 1
            told[blur] += sure is not None and sure.text == number
    tally.faults = tally.runs
    tally.controls += 1
    tally.controls_failed += any(_hasty(seed) for seed in range(_CONTROL_RUNS))
    shares = ", ".join(f"{100 * told[blur] / shown[blur]:.0f} % from {blur:.1f}" for blur in sorted(shown))
    margins = ", ".join(f"{margin:.1f} ({kind})" for kind, margin in highest.items())
    tally.notes.append(f"told of those that could be, by blur in modules: {shares}; highest wrong margin {margins}")
    return tally


def _line(seed: int) -> tuple[str, float, Line]:
    """The number that may be told, if any, the blur and the line."""
    rng = np.random.default_rng(seed)
    blur = rng.uniform(_LEAST_BLUR, _MOST_BLUR)
    view = scanline.view(rng, blur)
    if seed % 2:
        return "", blur, scanline.line(scanline.decoy(rng), view, rng)
    code = RETAIL[int(rng.integers(len(RETAIL)))]
    number = scanline.number(code, rng)
    drawn = scanline.retail(code, number)
    if rng.random() < 1 / 7:
        drawn = scanline.beside(drawn, rng)
    return number, _LEAST_BLUR + _STEP * int((blur - _LEAST_BLUR) / _STEP), scanline.line(drawn, view, rng)


def _fits(line: Line) -> list[Fit]:
    """The best number of each kind, sure or not."""
    fits = (read(line.profile, line.first, line.last, layout) for layout in (EAN13, EAN8))
    return [fit for fit in fits if fit is not None]


def _hasty(seed: int) -> bool:
    """Whether a reader that tells the best number at once would tell a wrong one."""
    number, _, line = _line(seed)
    return any(fit.text != number for fit in _fits(line)[:1])
