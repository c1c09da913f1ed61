"""OpenCV's way to video, kept quiet and bounded.

Every wait inside OpenCV has a limit, so that a dead camera never holds a thread for long.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Protocol, cast

# OpenCV reads these when it is loaded. Its complaints about an absent camera come each second and go to standard
# error past Python's logging; V4L2's own wait of 10 s is too long to notice a pulled plug.
os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.barcode.code import BarcodeError

# When somebody loaded OpenCV before, the variable came too late.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)

Frame = NDArray[np.uint8]


class Capture(Protocol):
    """The part of ``cv2.VideoCapture`` that is used here."""

    def grab(self) -> bool:
        """Wait for the next frame and take it off the queue, undecoded."""

    def retrieve(self) -> tuple[bool, Frame]:
        """The frame that was grabbed last."""

    def get(self, prop: int) -> float:
        """A property; 0 when the backend does not know it."""

    def set(self, prop: int, value: float) -> bool:
        """Set a property; whether the backend took it."""

    def release(self) -> None:
        """Let go of the device."""


def open_capture(source: str, backend: int, options: Sequence[int]) -> Capture:
    """Open ``source`` with property-value pairs of ``options``.

    Raises:
        BarcodeError: it cannot be opened as video.
    """
    capture = cv2.VideoCapture(source, backend, list(options))
    if not capture.isOpened():
        capture.release()
        name = without_login(source)
        raise BarcodeError(f"camera.source: {name} cannot be opened as video; is it a camera, and is it free?")
    return cast(Capture, capture)


def read_frame(capture: Capture) -> Frame | None:
    """The next frame as the backend gives it; ``None`` at the end, or when the device is gone.

    Raises:
        BarcodeError: OpenCV gave up on it.
    """
    try:
        if not capture.grab():
            return None
        done, frame = capture.retrieve()
    except cv2.error as error:
        raise BarcodeError(f"the camera's picture cannot be read: {error.err}") from error
    return np.asarray(frame, dtype=np.uint8) if done else None


def without_login(source: str) -> str:
    """A network camera's address without the user and password it may carry, for messages."""
    return re.sub(r"://[^/@]*@", "://", source)
