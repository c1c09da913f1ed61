"""Live video: the cheap look on every frame, one costly look in turn while nothing usable was read.

On live video one costly rung a frame gives nearly the recall of all rungs on every frame at less than half the
cost. The budget is kept on average: each frame brings ``budget_ms``, each look is paid for by what it took, and a
costly rung runs only out of credit. So a slow machine tries costly rungs more seldom, but none of them never.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from devices.barcode import rungs, stripes
from devices.barcode.code import Code, overlaps
from devices.barcode.rungs import Rung
from devices.barcode.settings import CameraSettings, CodeSettings
from devices.barcode.still import Engine
from devices.barcode.stripes import Gray

#: Credit never grows beyond this many frames' budget: after a quiet hour the first frames are not slow.
_SAVED_FRAMES: Final = 4
#: Nor does a debt: one very slow look must not end all later ones.
_OWED_FRAMES: Final = 8


class Stepper:
    """Reads frame after frame. ``clock`` gives seconds of any steady clock; budgets are milliseconds."""

    def __init__(
        self, cheap: Sequence[Rung], costly: Sequence[Rung], *, budget_ms: float, clock: Callable[[], float]
    ) -> None:
        self._cheap, self._costly = tuple(cheap), tuple(costly)
        self._budget, self._clock = budget_ms, clock
        self._credit = budget_ms
        self._turn = 0

    def read(self, gray: Gray, usable: Callable[[Sequence[Code]], bool]) -> list[Code]:
        """The codes of one frame. ``usable`` says which end the search; others, such as an ISBN, do not."""
        self._credit = min(self._credit + self._budget, self._budget * _SAVED_FRAMES)
        found: list[Code] = []
        for rung in self._cheap:
            self._look(rung, gray, found)
            if usable(found):
                return found
        if self._costly and self._credit > 0:
            self._look(self._costly[self._turn], gray, found)
            # What found something stays: the code must be seen in a second frame, soon.
            if not usable(found):
                self._turn = (self._turn + 1) % len(self._costly)
        return found

    def restart(self) -> None:
        """The scene changed: begin the turn again with the rung that helps most."""
        self._turn = 0

    def _look(self, rung: Rung, gray: Gray, found: list[Code]) -> None:
        began = self._clock()
        codes = rung(gray)
        self._credit = max(self._credit - (self._clock() - began) * 1000, -self._budget * _OWED_FRAMES)
        found.extend(code for code in codes if not any(overlaps(code.quad, known.quad) for known in found))


def live_stepper(
    settings: CameraSettings, codes: CodeSettings, *, clock: Callable[[], float], second: Engine | None = None
) -> Stepper:
    """The stepper for a kiosk's camera, with the rungs in the order of what they gained in measurements.

    Striped regions laid flat, and squares in a smoothed picture, read nearly everything that any rung reads, at a
    third of the cost of one stock look at the noisy frame; the others find the rest now and then.
    """
    formats = codes.formats
    bars, matrix = rungs.split(formats)
    cheap: list[Rung] = []
    costly: list[Rung] = []
    if bars:
        cheap.append(partial(rungs.strips, formats=bars))
        costly.append(lambda gray: rungs.strips(rungs.soften(gray), bars))
        costly.append(lambda gray: rungs.strips(gray, bars, stripes.outlines(gray)))
    if matrix:
        cheap.append(partial(rungs.squares, formats=matrix))
        costly.append(partial(rungs.enlarged, formats=matrix))
    costly.append(lambda gray: rungs.clahe(rungs.soften(gray), formats))
    if bars:
        costly.append(lambda gray: rungs.inverted(rungs.soften(gray), bars))
        costly.append(partial(rungs.fitted, formats=bars))
    if second is not None:
        costly.append(lambda gray: second(rungs.soften(gray), formats))
    return Stepper(cheap, costly, budget_ms=settings.budget_ms, clock=clock)
