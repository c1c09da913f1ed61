"""One still picture, everything tried: what codes are in it?

ZXing reads it as it is and softened; then every striped region is turned upright. Only when these leave something
unexplained (nothing read, a striped region without a text, two texts at one place, a retail code read only once) the
costly rungs follow, and at last the second engine.
Where rungs read different texts at one place, more of them are asked until one text leads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.barcode import rungs
from devices.barcode.code import LIBRARY_FORMATS, Code, Quad, check_formats, overlaps
from devices.barcode.rungs import Gray

#: A larger picture is also tried at this size (px, long side); photographs of phones have far more than a code needs.
_SIDE: Final = 1600


#: Codes whose wrong texts pass their own check: two rungs must agree before the search may end.
_FRAIL: Final = frozenset({"EAN13", "EAN8", "UPCA", "UPCE", "ITF"})


class Engine(Protocol):
    """A second reader, for example :class:`devices.barcode.zbar.Zbar`."""

    def __call__(self, gray: Gray, formats: Sequence[str]) -> list[Code]: ...


def decode(
    frame: NDArray[np.uint8], formats: Sequence[str] = LIBRARY_FORMATS, *, second: Engine | None = None
) -> list[Code]:
    """All codes in ``frame`` (grey, BGR or BGRA), in the order they were found, each place once.

    ``second`` is asked when the rungs left something unread.

    Raises:
        BarcodeError: a format that cannot be searched.
        ValueError: ``frame`` is not a picture of bytes.
    """
    wanted = check_formats(tuple(formats))
    gray = rungs.to_gray(frame)
    small, factor = _reduced(gray)
    found = _Found()
    found.add(rungs.scan(gray, wanted))
    if factor != 1:
        found.add(rungs.scaled(rungs.scan(small, wanted), factor))
    found.add(rungs.scaled(rungs.soft(small, wanted), factor))
    striped = rungs.find_regions(gray)
    if found.explains(striped):
        return found.codes
    # The upright view is the best witness: a slanted row across an EAN may give another valid EAN.
    found.add(rungs.regions(gray, wanted, found.open(striped)), votes=2)
    for rung in _costly(wanted, second):
        if found.explains(striped):
            break
        found.add(rungs.scaled(rung(small), factor))
    return found.codes


class _Found:
    """The places where codes are, each with every text that was read there."""

    def __init__(self) -> None:
        self._places: list[tuple[Quad, list[Code]]] = []

    @property
    def codes(self) -> list[Code]:
        """Of each place the text that was read most often, the earlier of two equals; no text twice."""
        best = [Counter(readings).most_common(1)[0][0] for readings in self._readings()]
        return list({(code.format, code.text): code for code in reversed(best)}.values())[::-1]

    def _readings(self) -> Iterator[list[Code]]:
        for quad, codes in self._places:
            yield [Code(code.format, code.text, quad) for code in codes]

    def add(self, codes: Iterable[Code], votes: int = 1) -> None:
        """What one rung read, and how much its word counts."""
        for code in codes:
            for quad, readings in self._places:
                if overlaps(code.quad, quad):
                    readings += [code] * votes
                    break
            else:
                self._places.append((code.quad, [code] * votes))

    def open(self, striped: Sequence[Quad]) -> list[Quad]:
        """The regions of ``striped`` that have no text yet, or more than one."""
        settled = [quad for (quad, _), readings in zip(self._places, self._readings(), strict=True) if _agree(readings)]
        return [region for region in striped if not any(overlaps(region, quad) for quad in settled)]

    def explains(self, striped: Sequence[Quad]) -> bool:
        """Whether something was read, every place speaks clearly and every striped region has a text."""
        return bool(self._places) and all(map(_agree, self._readings())) and not self.open(striped)


def _agree(readings: Sequence[Code]) -> bool:
    """Whether one text leads. Slanted retail codes and ITF give wrong texts with right check digits, once each."""
    (first, votes), *others = Counter(readings).most_common(2)
    return votes >= (2 if first.format in _FRAIL else 1) and all(votes > less for _, less in others)


def _costly(formats: tuple[str, ...], second: Engine | None) -> Iterator[Callable[[Gray], list[Code]]]:
    yield lambda gray: rungs.clahe(gray, formats)
    for degrees in (45.0, 22.5, 67.5):
        yield partial(rungs.turned, formats=formats, degrees=degrees)
    yield lambda gray: rungs.enlarged(gray, formats)
    yield lambda gray: rungs.inverted(gray, formats)
    yield lambda gray: rungs.regions(_negative(gray), formats)
    if second is not None:
        yield lambda gray: second(rungs.soften(gray), formats)
        yield lambda gray: second(gray, formats)


def _negative(gray: Gray) -> Gray:
    return np.asarray(cv2.bitwise_not(gray), dtype=np.uint8)


def _reduced(gray: Gray) -> tuple[Gray, float]:
    """``gray`` with at most :data:`_SIDE` pixels along its long side, and by what it was divided."""
    factor = max(gray.shape) / _SIDE
    if factor <= 1:
        return gray, 1.0
    small = cv2.resize(gray, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), factor
