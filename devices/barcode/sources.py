"""Where frames come from: a V4L2 device, a network camera, a video file, a folder of pictures; all by OpenCV.

A network camera's MJPEG opens in under 0.1 s here and shows a change with the next frame, without any option to
FFmpeg but one thread (several decode frames side by side and hand them out late). Every wait inside OpenCV has a
limit, so that a dead camera never holds a thread for long.
"""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from devices.barcode.code import BarcodeError
from devices.barcode.settings import CameraSettings

# OpenCV reads these when it is loaded. Its complaints about an absent camera come each second and go to standard
# error past Python's logging; V4L2's own wait of 10 s is too long to notice a pulled plug.
os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")

import cv2

# When somebody loaded OpenCV before, the variable came too late.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)

Frame = NDArray[np.uint8]

_OPEN_MS: Final = 1500
_READ_MS: Final = 1500
_PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".pgm"})
#: A picture of a folder stays for this long, shown at this rate, as if held up to the camera.
_PICTURE_S: Final = 2.0
_PICTURE_FPS: Final = 10.0


class Source(Protocol):
    """An open camera. ``live``: equal frames one after the other mean that it hangs."""

    live: bool

    def read(self, stop: threading.Event) -> Frame | None:
        """The next frame (BGR), in its own time; ``None`` when there are no more or ``stop`` was set.

        Raises:
            BarcodeError: the picture that came cannot be read.
        """

    def close(self) -> None:
        """Let go of the device."""


def open_source(settings: CameraSettings) -> Source:
    """Open ``settings.source``.

    Raises:
        BarcodeError: it is not there, or OpenCV cannot read it.
    """
    source = settings.source
    if "://" in source:
        return _Live(_open(source, cv2.CAP_FFMPEG, _network()))
    path = Path(source)
    if not path.exists():
        raise BarcodeError(f"camera.source: {source} is not there; plug the camera in or correct the setting")
    if path.is_dir():
        return _Folder(path)
    if path.is_char_device():
        return _Live(_open(str(path.resolve()), cv2.CAP_V4L2, _device(settings)))
    return _File(_open(source, cv2.CAP_FFMPEG, [int(cv2.CAP_PROP_N_THREADS), 1]))


def _network() -> list[int]:
    return [
        int(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC), _OPEN_MS,
        int(cv2.CAP_PROP_READ_TIMEOUT_MSEC), _READ_MS,
        int(cv2.CAP_PROP_N_THREADS), 1,
    ]  # fmt: skip


def _device(settings: CameraSettings) -> list[int]:
    return [
        # Uncompressed 720p does not fit through USB 2 at a useful rate.
        int(cv2.CAP_PROP_FOURCC), int(cv2.VideoWriter.fourcc(*"MJPG")),
        int(cv2.CAP_PROP_FRAME_WIDTH), settings.width,
        int(cv2.CAP_PROP_FRAME_HEIGHT), settings.height,
    ]  # fmt: skip


def _open(source: str, backend: int, options: list[int]) -> cv2.VideoCapture:
    capture = cv2.VideoCapture(source, backend, options)
    if not capture.isOpened():
        capture.release()
        name = without_login(source)
        raise BarcodeError(f"camera.source: {name} cannot be opened as video; is it a camera, and is it free?")
    # Some drivers refuse this; the grabber drains the queue in any case.
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture


def without_login(source: str) -> str:
    """A network camera's address without the user and password it may carry, for messages."""
    return re.sub(r"://[^/@]*@", "://", source)


class _Live:
    live = True

    def __init__(self, capture: cv2.VideoCapture) -> None:
        self._capture = capture

    def read(self, stop: threading.Event) -> Frame | None:
        return None if stop.is_set() else _frame(self._capture)

    def close(self) -> None:
        self._capture.release()


class _File:
    """A video file at its own speed, from the beginning again at its end."""

    live = False

    def __init__(self, capture: cv2.VideoCapture) -> None:
        self._capture = capture
        fps = capture.get(cv2.CAP_PROP_FPS)
        self._wait = 1 / fps if 1 <= fps <= 240 else 1 / 25

    def read(self, stop: threading.Event) -> Frame | None:
        if stop.wait(self._wait):
            return None
        frame = _frame(self._capture)
        if frame is None:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            frame = _frame(self._capture)
        return frame

    def close(self) -> None:
        self._capture.release()


class _Folder:
    """The pictures of a folder in the order of their names, each for a while, round and round."""

    live = False

    def __init__(self, folder: Path) -> None:
        self._paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _PICTURES)
        if not self._paths:
            raise BarcodeError(f"camera.source: {folder} holds no picture (jpg, png, bmp, webp)")
        self._shown = 0
        self._picture: Frame | None = None

    def read(self, stop: threading.Event) -> Frame | None:
        if stop.wait(1 / _PICTURE_FPS):
            return None
        place, repeat = divmod(self._shown, round(_PICTURE_S * _PICTURE_FPS))
        if repeat == 0:
            self._picture = read_picture(self._paths[place % len(self._paths)])
        self._shown += 1
        return self._picture

    def close(self) -> None:
        self._picture = None


def read_picture(path: Path) -> Frame:
    """The picture in a file, BGR.

    Raises:
        BarcodeError: it is not there or is not a picture.
    """
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise BarcodeError(f"{path}: cannot be read: {error.strerror or error}") from error
    try:
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except cv2.error:  # it throws for some broken files and returns nothing for others
        picture = None
    if picture is None:
        raise BarcodeError(f"{path}: not a picture that can be read (jpg, png, bmp, webp …)")
    return np.asarray(picture, dtype=np.uint8)


def _frame(capture: cv2.VideoCapture) -> Frame | None:
    try:
        done, frame = capture.read()
    except cv2.error as error:
        raise BarcodeError(f"the camera's picture cannot be read: {error.err}") from error
    return np.asarray(frame, dtype=np.uint8) if done else None
