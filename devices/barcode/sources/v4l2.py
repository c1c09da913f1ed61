"""A USB camera, or any other that Linux shows as a V4L2 device, by its name below ``/dev/v4l/by-id``.

The name stays when the camera is plugged into another port and becomes another ``/dev/videoN``; it is resolved anew at
each opening. Frames are taken as they come through the cable and are decoded only when somebody looks.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2

from devices.barcode import v4l2_controls, v4l2_ioctl
from devices.barcode.code import BarcodeError
from devices.barcode.settings import CameraSettings
from devices.barcode.shot import JpegShot, PixelShot, Shot, YuyvShot
from devices.barcode.sources import formats
from devices.barcode.sources.formats import Trial
from devices.barcode.sources.opencv import Capture, Frame, open_capture, read_frame
from devices.barcode.sources.source import Kind, Notes, Source

#: Opens a device with a pixel format and a size; raises BarcodeError.
CaptureOpener = Callable[[str, str, int, int], Capture]

#: Formats that are taken undecoded; OpenCV converts whatever else a camera gives.
_AS_THEY_ARE: Final = frozenset({"MJPG", "JPEG", "YUYV", "GREY"})
_JPEG: Final = b"\xff\xd8"


def matches(source: str) -> bool:
    """Whether ``source`` is a device file. One that is not there any more is told by where it would be."""
    path = Path(source)
    return path.is_char_device() or (not path.exists() and source.startswith("/dev/"))


def open_v4l2(settings: CameraSettings, notes: Notes) -> Source:
    """Open the device in its fastest format.

    Raises:
        BarcodeError: it is not there, is no camera, is another's, or gives no picture.
    """
    path = device(settings.source)
    captures = open_fastest(path, settings, notes, _open, time.monotonic)
    # After opening: a driver may put its controls back when the stream is set up.
    notes.refused = v4l2_controls.apply(path, v4l2_controls.wanted(settings), v4l2_ioctl.ioctl)
    return V4l2Source(captures)


def device(source: str) -> str:
    """The device file behind a name, checked without OpenCV, whose only answer is "no".

    Raises:
        BarcodeError: nothing is there, it is no camera, or this user may not open it.
    """
    path = Path(source)
    if not path.exists():
        raise BarcodeError(f"camera.source: {source} is not there; plug the camera in or correct the setting")
    name = str(path.resolve())
    if not os.access(name, os.R_OK | os.W_OK):
        raise BarcodeError(
            f"camera.source: this user may not open {source}; add it to the group 'video' and log in again"
        )
    try:
        found = v4l2_ioctl.query(name, v4l2_ioctl.ioctl)
    except OSError as error:
        raise BarcodeError(
            f"camera.source: {source} is no camera ({error.strerror}); pustaka camera list shows those that are"
        ) from error
    if not found.captures:
        raise BarcodeError(
            f"camera.source: {source} belongs to {found.name} but gives no pictures; "
            "take its other name from pustaka camera list"
        )
    return name


def open_fastest(
    path: str, settings: CameraSettings, notes: Notes, opener: CaptureOpener, clock: Callable[[], float]
) -> Capture:
    """The device at ``path`` in the format that gives the most frames; ``notes`` remembers which that was.

    Raises:
        BarcodeError: it gives no picture in any format.
    """
    size = (settings.width, settings.height)
    if settings.pixel_format != "auto":
        return opener(path, settings.pixel_format, *size)
    if notes.format:
        known, notes.format = notes.format, ""  # forgotten if it fails: another camera may have this name now
        capture = opener(path, known, *size)
        notes.format = known
        return capture
    return _open_measured(path, settings, notes, opener, clock)


def _open_measured(
    path: str, settings: CameraSettings, notes: Notes, opener: CaptureOpener, clock: Callable[[], float]
) -> Capture:
    size, trials = (settings.width, settings.height), list[Trial]()
    capture: Capture | None = None
    problem = BarcodeError(f"camera.source: {settings.source} opens and gives no picture; unplug it and plug it in")
    for name in formats.FORMATS:
        if capture is not None:
            capture.release()  # a device streams to one at a time
        try:
            capture = opener(path, name, *size)
        except BarcodeError as error:
            capture, problem = None, error
            continue
        trials.append(_try(capture, clock))
        if formats.good_enough(trials[-1], size, settings.fps):
            break
    best = formats.choose(trials, size, settings.fps)
    if capture is not None and best is not trials[-1]:
        capture.release()
        capture = None
    if best is None:
        raise problem
    if capture is None:
        capture = opener(path, best.format, *size)
    notes.format, notes.said = best.format, str(best)
    return capture


def _try(capture: Capture, clock: Callable[[], float]) -> Trial:
    fps = formats.measure(capture.grab, clock)
    width, height = (int(capture.get(prop)) for prop in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
    return Trial(fourcc_name(int(capture.get(cv2.CAP_PROP_FOURCC))), width, height, fps)


def fourcc_name(code: int) -> str:
    """A format's four letters from OpenCV's number."""
    return code.to_bytes(4, "little").decode("ascii", "replace").strip("\0 ")


def _open(path: str, name: str, width: int, height: int) -> Capture:
    capture = open_capture(
        path, cv2.CAP_V4L2,
        [
            int(cv2.CAP_PROP_FOURCC), int(cv2.VideoWriter.fourcc(*name)),
            int(cv2.CAP_PROP_FRAME_WIDTH), width,
            int(cv2.CAP_PROP_FRAME_HEIGHT), height,
        ],
    )  # fmt: skip
    # Some drivers refuse this; the grabber drains the queue in any case.
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture


class V4l2Source:
    """An open device."""

    live = True

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        if fourcc_name(int(capture.get(cv2.CAP_PROP_FOURCC))) in _AS_THEY_ARE:
            capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)

    def read(self, stop: threading.Event) -> Shot | None:
        """The next frame as it came through the cable."""
        frame = None if stop.is_set() else read_frame(self._capture)
        return None if frame is None else shot_of(frame)

    def close(self) -> None:
        """Let go of the device."""
        self._capture.release()


def shot_of(frame: Frame) -> Shot:
    """What OpenCV handed out, whatever the driver made of the wish for undecoded frames."""
    if frame.ndim == 3 and frame.shape[2] == 2:
        return YuyvShot(frame)
    if 1 in frame.shape[:2] and frame.size > 2 and bytes(frame.flat[:2]) == _JPEG:
        return JpegShot(frame.tobytes())
    return PixelShot(frame)


KIND: Final = Kind("V4L2", matches, open_v4l2)
