"""``pustaka camera aim`` underneath: takes frames from a camera, measures them, draws what was found into a picture."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from devices.barcode import aim, rungs, stripes
from devices.barcode.aim import Advice, Measures
from devices.barcode.code import BarcodeError
from devices.barcode.grabber import Grabber
from devices.barcode.settings import CameraSettings, CodeSettings
from devices.barcode.shot import Pixels, Shot
from devices.barcode.sources import Notes, open_source

#: The rate is that of this time (s).
_WINDOW_S: Final = 2.0
#: No frame for this long: the camera is gone (s). The first one may take longer.
_SILENT_S: Final = 3.0
_FIRST_S: Final = 8.0
_GREEN, _GOLD, _DARK = (96, 190, 72), (59, 181, 244), (40, 42, 20)


@dataclass(frozen=True, slots=True)
class Sight:
    """What one frame shows. ``fps``: frames a second that come; ``sharpness``: share of the best so far.

    Both are ``None`` until they are known.
    """

    at: float
    shot: Shot
    measures: Measures
    advice: Advice
    fps: float | None
    sharpness: float | None


class Sharpest:
    """Compares the blur of each code with the least that was seen so far, so that a focus ring can be turned to it."""

    def __init__(self) -> None:
        self._best: float | None = None

    def share(self, blur_px: float | None) -> float | None:
        """1 is as sharp as ever; ``None`` when there is nothing to measure."""
        if blur_px is None:
            return None
        self._best = blur_px if self._best is None else min(self._best, blur_px)
        return self._best / blur_px


class Rate:
    """Frames a second, from running numbers and times."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, now: float, number: int) -> float | None:
        """The rate over the last seconds; ``None`` until there are two frames."""
        self._seen.append((now, number))
        while now - self._seen[0][0] > _WINDOW_S and len(self._seen) > 2:
            self._seen.popleft()
        first, start = self._seen[0]
        return (number - start) / (now - first) if now > first else None


def sights(
    camera: CameraSettings, codes: CodeSettings, notes: Notes, stop: threading.Event, clock: Callable[[], float]
) -> Iterator[Sight]:
    """Look at the camera until ``stop`` is set or, for a file, until its end.

    Raises:
        BarcodeError: it cannot be opened, or it gives no frames any longer.
    """
    grabber = Grabber(lambda: open_source(camera, notes), clock)
    number, rate, sharpest = 0, Rate(), Sharpest()
    try:
        while not stop.is_set():
            taken = grabber.after(number, _FIRST_S if number == 0 else _SILENT_S)
            if taken is None:
                if grabber.finished:
                    return
                raise BarcodeError(grabber.problem or f"camera.source: {camera.source} gives no pictures")
            number = taken.number
            fps = rate.add(taken.at, number)
            with contextlib.suppress(BarcodeError):  # this frame came damaged
                measures = look(taken.shot, codes)
                share = sharpest.share(measures.blur_px)
                yield Sight(taken.at, taken.shot, measures, aim.advise(measures), fps, share)
    finally:
        grabber.stop()
        grabber.join(2.0)


def look(shot: Shot, codes: CodeSettings) -> Measures:
    """Read and measure one frame.

    Raises:
        BarcodeError: it came damaged.
    """
    gray = shot.gray()
    regions = stripes.find(gray)
    found = (
        rungs.scan(gray, codes.formats)
        or rungs.soft(gray, codes.formats)
        or rungs.strips(gray, codes.formats, regions)
        or rungs.clahe(gray, codes.formats)
    )
    return aim.measure(gray, found, [region.quad for region in regions])


def annotated(sight: Sight, words: str) -> Pixels:
    """The frame (BGR) with the code outlined, green when all is well, and ``words`` below it."""
    picture = sight.shot.colour(sight.shot.size[0])
    picture = np.array(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR) if picture.ndim == 2 else picture, dtype=np.uint8)
    thick = max(2, picture.shape[1] // 320)
    if sight.measures.quad is not None:
        corners = np.array(sight.measures.quad, dtype=np.int32).reshape(-1, 1, 2)
        cv2.polylines(picture, [corners], True, _DARK, thick * 3)
        cv2.polylines(picture, [corners], True, _GREEN if sight.advice is Advice.GOOD else _GOLD, thick)
    bar = np.full((picture.shape[1] // 18, picture.shape[1], 3), _DARK, dtype=np.uint8)
    scale = picture.shape[1] / 1000
    cv2.putText(
        bar, words.encode("ascii", "replace").decode(), (thick * 5, round(bar.shape[0] * 0.68)),
        cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), max(1, thick // 2), cv2.LINE_AA,
    )  # fmt: skip
    return np.vstack((picture, bar))


def encoded(picture: Pixels, suffix: str) -> bytes:
    """``picture`` as a file of that ending (``.png`` or ``.jpg``)."""
    _, data = cv2.imencode(suffix, picture)
    return data.tobytes()


def save(picture: Pixels, path: Path) -> None:
    """Write ``picture`` in the format of the file's ending; whoever looks at the file sees a whole one.

    Raises:
        BarcodeError: it cannot be written there.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(encoded(picture, path.suffix))
        part.replace(path)
    except OSError as error:
        raise BarcodeError(f"{path}: cannot be written: {error.strerror}") from error
