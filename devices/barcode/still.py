"""One still picture, everything tried: what codes are in it?

The ladder, from the cheapest rung to the dearest; most pictures end on the first two, which together cost less than
one look of a stock engine:

1. *quick*: ZXing along the rows, and its search for squares;
2. *strips*: every striped region that has no text yet is laid flat and read; codes whose wrong texts pass their own
   check are read a second time that way, and where two texts compete for one place the more often read one wins;
3. only where nothing was read: *outlines* (OpenCV's search instead of ours, whose misses are others), *fit* (retail
   codes too blurred for any engine), *sweep* (rows, columns and a smaller copy of the whole picture), *contrast*,
   *negative*, *enlarged*, *flattened* and *parted* (squares too small, badly lit or blurred), and at last the second
   engine.

``docs/benchmarks.md`` says what each rung gains and costs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.barcode import rungs, stripes
from devices.barcode.code import LIBRARY_FORMATS, Code, Quad, check_formats, overlaps
from devices.barcode.stripes import Gray, Region

#: A larger picture is also tried at this size (px, long side); photographs of phones have far more than a code needs.
_SIDE: Final = 1600
#: Ways of looking at a strip once something was read elsewhere, or for a second opinion.
_SECOND_WAYS: Final = 2
#: Codes whose wrong texts pass their own check, if they have one: a second look must say the same.
_FRAIL: Final = frozenset({"EAN13", "EAN8", "UPCA", "UPCE", "ITF", "Code39", "Codabar"})


class Engine(Protocol):
    """A second reader, for example :class:`devices.barcode.zbar.Zbar`."""

    def __call__(self, gray: Gray, formats: Sequence[str]) -> list[Code]: ...


Step = tuple[str, Callable[[], list[Code]]]


def decode(
    frame: NDArray[np.uint8], formats: Sequence[str] = LIBRARY_FORMATS, *, second: Engine | None = None
) -> list[Code]:
    """All codes in ``frame`` (grey, BGR or BGRA), in the order they were found, each place once.

    ``second`` is asked when nothing else reads anything.

    Raises:
        BarcodeError: a format that cannot be searched.
        ValueError: ``frame`` is not a picture of bytes.
    """
    look = Look(frame, formats)
    found = _Found()
    found.add(look.quick())
    found.add(look.strips(found.open(look.regions), ways=_SECOND_WAYS if found else None), votes=2)
    found.add(look.strips(list(map(_region, found.alone())), ways=_SECOND_WAYS), votes=2)
    if found:
        return found.codes
    for _, rung in look.costly(second):
        if found := _Found(rung()):
            break
    return found.codes


def every_rung(
    frame: NDArray[np.uint8], formats: Sequence[str] = LIBRARY_FORMATS, *, second: Engine | None = None
) -> Iterator[Step]:
    """Each rung's name and a call that gives its own answer, whatever the others say; for looking into a picture.

    Raises:
        BarcodeError, ValueError: see :func:`decode`.
    """
    look = Look(frame, formats)
    yield "quick", look.quick
    yield "strips", lambda: look.strips(look.regions)
    yield from look.costly(second)


class Look:
    """One picture and what was found out about it; the search for stripes is made once, when it is first needed."""

    def __init__(self, frame: NDArray[np.uint8], formats: Sequence[str]) -> None:
        self._formats = check_formats(tuple(formats))
        self._bars, self._squares = rungs.split(self._formats)
        self._gray = rungs.to_gray(frame)
        self._small, self._factor = _reduced(self._gray)
        self._regions: list[Region] | None = None
        self._outlines: list[Region] | None = None

    @property
    def regions(self) -> list[Region]:
        """Where the picture is striped; empty when no bars are wanted."""
        if self._regions is None:
            self._regions = stripes.find(self._gray) if self._bars else []
        return self._regions

    @property
    def outlines(self) -> list[Region]:
        """The same by the other search."""
        if self._outlines is None:
            self._outlines = stripes.outlines(self._gray) if self._bars else []
        return self._outlines

    def quick(self) -> list[Code]:
        """The cheapest look, of a large picture also at a smaller size."""
        codes = rungs.quick(self._gray, self._formats)
        if self._factor == 1:
            return codes
        return codes + rungs.scaled(rungs.quick(self._small, self._formats), self._factor)

    def strips(self, regions: Sequence[Region], ways: int | None = None) -> list[Code]:
        """``regions`` laid flat and read."""
        return rungs.strips(self._gray, self._formats, regions, ways=ways) if regions else []

    def costly(self, second: Engine | None) -> Iterator[Step]:
        """The other rungs, in the order of what they gain for their time."""
        formats, bars = self._formats, bool(self._bars)
        if bars:
            yield "outlines", lambda: self.strips(self.outlines)
            yield "fit", lambda: rungs.fitted(self._gray, formats, self.regions)
            yield "fit, outlines", lambda: rungs.fitted(self._gray, formats, self.outlines)
        yield "sweep", partial(self._reduced, partial(rungs.scan, formats=formats))
        if bars:
            yield "negative", partial(self._reduced, partial(rungs.inverted, formats=self._bars))
        if self._squares:
            yield from self._for_squares()
        if second is not None:
            yield "second", lambda: second(self._gray, formats)
            yield "second, softened", lambda: second(rungs.soften(self._gray), formats)

    def _for_squares(self) -> Iterator[Step]:
        formats = self._squares
        yield "contrast", partial(self._reduced, partial(rungs.clahe, formats=formats))
        if rungs.STACKED in formats:
            yield "stacked", partial(self._reduced, rungs.stacked)
        yield "enlarged", partial(self._reduced, partial(rungs.enlarged, formats=formats))
        yield "flattened", partial(self._reduced, partial(rungs.flattened, formats=formats))
        yield "parted", partial(self._reduced, partial(rungs.parted, formats=formats))

    def _reduced(self, rung: Callable[[Gray], list[Code]]) -> list[Code]:
        return rungs.scaled(rung(self._small), self._factor)


class _Found:
    """The places where codes are, each with every text that was read there."""

    def __init__(self, codes: Iterable[Code] = ()) -> None:
        self._places: list[tuple[Quad, list[Code]]] = []
        self.add(codes)

    def __bool__(self) -> bool:
        return bool(self._places)

    @property
    def codes(self) -> list[Code]:
        """Of each place the text that was read most often, the earlier of two equals; no text twice."""
        best = [Counter(readings).most_common(1)[0][0] for readings in self._readings()]
        return list({(code.format, code.text): code for code in reversed(best)}.values())[::-1]

    def _readings(self) -> Iterator[list[Code]]:
        for quad, codes in self._places:
            yield [Code(code.format, code.text, quad) for code in codes]

    def add(self, codes: Iterable[Code], votes: int = 1) -> None:
        """What one rung read, and how much its word counts. The upright view is the best witness: a slanted row
        across an EAN may give another valid EAN."""
        for code in codes:
            for quad, readings in self._places:
                if overlaps(code.quad, quad):
                    readings += [code] * votes
                    break
            else:
                self._places.append((code.quad, [code] * votes))

    def open(self, striped: Sequence[Region]) -> list[Region]:
        """The regions of ``striped`` that have no text yet, or none that can be relied upon."""
        settled = [quad for (quad, _), readings in zip(self._places, self._readings(), strict=True) if _agree(readings)]
        return [region for region in striped if not any(overlaps(region.quad, quad) for quad in settled)]

    def alone(self) -> list[Quad]:
        """The places where one look alone read a code that wants a second."""
        return [quad for (quad, codes), readings in zip(self._places, self._readings(), strict=True)
                if len(codes) == 1 and not _agree(readings)]  # fmt: skip


def _agree(readings: Sequence[Code]) -> bool:
    """Whether one text leads, and by as much as its code needs."""
    (first, votes), *others = Counter(readings).most_common(2)
    return votes >= (2 if first.format in _FRAIL else 1) and all(votes > less for _, less in others)


def _region(quad: Quad) -> Region:
    """Where a code was read, as a region to be read once more: a code seen along one row has a quad without height."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = quad
    along = np.array((x1 + x2 - x0 - x3, y1 + y2 - y0 - y3)) / 2
    down = np.array((x2 + x3 - x0 - x1, y2 + y3 - y0 - y1)) / 2
    length, height = float(np.hypot(*along)), float(np.hypot(*down))
    angle = float(np.arctan2(along[1], along[0]))
    if not -np.pi / 2 <= angle <= np.pi / 2:
        angle -= np.copysign(np.pi, angle)
    middle = np.array(quad, dtype=float).mean(axis=0)
    return Region(float(middle[0]), float(middle[1]), angle, length, max(height, 0.1 * length))


def _reduced(gray: Gray) -> tuple[Gray, float]:
    """``gray`` with at most :data:`_SIDE` pixels along its long side, and by what it was divided."""
    factor = max(gray.shape) / _SIDE
    if factor <= 1:
        return gray, 1.0
    small = cv2.resize(gray, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), factor
