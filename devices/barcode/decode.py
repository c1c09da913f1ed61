"""One still picture, everything tried: what codes are in it?

ZXing reads it as it is and softened; then every striped region is turned upright. Only when these leave something
unexplained (nothing read, or a striped region without a text) the costly rungs follow, and at last the second engine.
A place that was read keeps its first text: a later rung, which sees a more doctored picture, never contradicts it.
"""

from __future__ import annotations

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
    found: list[Code] = []
    _add(found, rungs.scan(gray, wanted))
    small, factor = _reduced(gray)
    if factor != 1:
        _add(found, rungs.scaled(rungs.scan(small, wanted), factor))
    _add(found, rungs.scaled(rungs.soft(small, wanted), factor))
    striped = rungs.find_regions(gray)
    if _explained(found, striped):
        return found
    _add(found, rungs.regions(gray, wanted, _unread(found, striped)))
    for rung in _costly(wanted, second):
        if _explained(found, striped):
            break
        _add(found, rungs.scaled(rung(small), factor))
    return found


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


def _add(found: list[Code], more: Iterable[Code]) -> None:
    for code in more:
        if not any(overlaps(code.quad, known.quad) for known in found):
            found.append(code)


def _unread(found: Sequence[Code], striped: Sequence[Quad]) -> list[Quad]:
    return [region for region in striped if not any(overlaps(region, code.quad) for code in found)]


def _explained(found: Sequence[Code], striped: Sequence[Quad]) -> bool:
    return bool(found) and not _unread(found, striped)
