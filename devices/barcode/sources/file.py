"""A video file, at its own speed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

import cv2

from devices.barcode.code import BarcodeError
from devices.barcode.settings import CameraSettings
from devices.barcode.shot import PixelShot, Shot
from devices.barcode.sources.opencv import Capture, open_capture, read_frame
from devices.barcode.sources.source import Kind, Notes, Source


def matches(source: str) -> bool:
    """Whether there is such a file. Whatever is not there at all is also asked here, to be refused in words."""
    return not Path(source).is_dir()


def open_file(settings: CameraSettings, notes: Notes) -> Source:
    """Open the file.

    Raises:
        BarcodeError: it is not there or is no video.
    """
    path = Path(settings.source)
    if not path.exists():
        raise BarcodeError(f"camera.source: {path} is not there; correct the setting")
    if not path.is_file():  # OpenCV would wait for somebody to write into a pipe
        raise BarcodeError(f"camera.source: {path} is neither a video nor a camera")
    capture = open_capture(str(path), cv2.CAP_FFMPEG, [int(cv2.CAP_PROP_N_THREADS), 1])
    source = FileSource(capture, str(path), loop=settings.loop)
    notes.said = f"a file of {source.fps:.0f} frames a second"
    return source


class FileSource:
    """The file's frames at its own speed; with ``loop`` from the beginning again at its end."""

    live = False

    def __init__(self, capture: Capture, name: str, *, loop: bool) -> None:
        self._capture, self._name, self._loop = capture, name, loop
        self._begun = False
        fps = capture.get(cv2.CAP_PROP_FPS)
        self.fps = fps if 1 <= fps <= 240 else 25.0

    def read(self, stop: threading.Event) -> Shot | None:
        """The next frame when its time has come.

        Raises:
            BarcodeError: there is not one frame in the file.
        """
        if stop.wait(1 / self.fps):
            return None
        frame = read_frame(self._capture)
        if frame is None and not self._begun:
            raise BarcodeError(f"camera.source: no frame of {self._name} can be read as video; is it one?")
        self._begun = True
        if frame is None and self._loop:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            frame = read_frame(self._capture)
        return None if frame is None else PixelShot(frame)

    def close(self) -> None:
        """Close the file."""
        self._capture.release()


KIND: Final = Kind("video file", matches, open_file)
