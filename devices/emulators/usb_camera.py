"""A USB camera in software: answers V4L2's questions as a driver does, and hands out frames as OpenCV does.

Time is its own: each grabbed frame takes as long as the format's rate says, on a clock that :attr:`UsbCamera.clock`
reads, so that whoever measures the rate measures the right one without waiting for it.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.barcode import v4l2_ioctl
from devices.barcode.code import BarcodeError

Frame = NDArray[np.uint8]
T = TypeVar("T")

_CAPTURE, _META, _DEVICE_CAPS = 0x00000001, 0x00800000, 0x80000000
_NAME: Final = b"Emulated camera"


@dataclass
class UsbCamera:
    """``rates``: frames a second of each format it has, at any size of ``sizes``; 0: it opens and gives nothing.

    ``picture`` (BGR) is what it sees. ``controls``: number -> (least, greatest, value). ``raw``: whether it hands out
    undecoded frames when asked to. ``metadata``: it is the second device of a camera, which gives no pictures.
    """

    rates: dict[str, float]
    picture: Frame
    sizes: tuple[tuple[int, int], ...] = ((640, 480), (1280, 720), (1920, 1080))
    controls: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    raw: bool = True
    metadata: bool = False
    opened: list[str] = field(default_factory=list)
    streaming: int = 0
    now: float = 100.0

    def clock(self) -> float:
        """Seconds on its own clock."""
        return self.now

    def capture(self, path: str, name: str, width: int, height: int) -> EmulatedCapture:
        """Open it as ``cv2.VideoCapture`` does: a format or size that it lacks is replaced by one that it has.

        Raises:
            BarcodeError: somebody else has it open.
        """
        del path
        if self.streaming:
            raise BarcodeError("the emulated camera is in use")
        self.opened.append(name)
        self.streaming += 1
        size = (width, height) if (width, height) in self.sizes else self.sizes[-1]
        return EmulatedCapture(self, name if name in self.rates else next(iter(self.rates)), size)

    def ioctl(self, device: str, request: int, argument: bytearray) -> None:
        """Answer as the kernel does.

        Raises:
            OSError: it has no such thing.
        """
        del device
        match request:
            case v4l2_ioctl.QUERYCAP:
                this = _META if self.metadata else _CAPTURE
                struct.pack_into(
                    "<16s32s32sIII", argument, 0,
                    b"uvcvideo", _NAME, b"usb-0000:01:00.0-1.2", 0x060100, _CAPTURE | _META | _DEVICE_CAPS, this,
                )  # fmt: skip
            case v4l2_ioctl.ENUM_FMT:
                (place,) = struct.unpack_from("<I", argument)
                names = [] if self.metadata else list(self.rates)
                struct.pack_into("<4s", argument, 44, _at(names, place).encode())
            case v4l2_ioctl.ENUM_FRAMESIZES:
                (place,) = struct.unpack_from("<I", argument)
                struct.pack_into("<III", argument, 8, 1, *_at(list(self.sizes), place))
            case v4l2_ioctl.ENUM_FRAMEINTERVALS:
                place, name = struct.unpack_from("<I4s", argument)
                rate = _at([self.rates[name.decode()]], place)
                struct.pack_into("<III", argument, 16, 1, 10, round(10 * rate))
            case v4l2_ioctl.G_CTRL:
                number, _ = struct.unpack("<Ii", argument)
                struct.pack_into("<Ii", argument, 0, number, self._control(number)[2])
            case v4l2_ioctl.S_CTRL:
                number, value = struct.unpack("<Ii", argument)
                least, greatest, _ = self._control(number)
                if not least <= value <= greatest:
                    raise OSError(errno.ERANGE, os.strerror(errno.ERANGE))
                self.controls[number] = (least, greatest, value)
            case _:
                raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))

    def _control(self, number: int) -> tuple[int, int, int]:
        if number not in self.controls:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return self.controls[number]


def _at(things: Sequence[T], place: int) -> T:
    if place >= len(things):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return things[place]


class EmulatedCapture:
    """An open :class:`UsbCamera` in one format."""

    def __init__(self, camera: UsbCamera, name: str, size: tuple[int, int]) -> None:
        self._camera, self._name = camera, name
        self._seen = np.asarray(cv2.resize(camera.picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        self._convert = True
        self._released = False

    def grab(self) -> bool:
        """Take one frame's time; nothing comes of a format whose rate is 0."""
        rate = self._camera.rates[self._name]
        self._camera.now += 1 / rate if rate else 2.0
        return bool(rate) and not self._released

    def retrieve(self) -> tuple[bool, Frame]:
        """The frame, undecoded if that was asked for and the camera takes part."""
        if self._convert or not self._camera.raw:
            return True, self._seen
        if self._name == "MJPG":
            data = cv2.imencode(".jpg", self._seen)[1]
            # A driver's buffer is as large as the largest frame; what is behind the picture is left from others.
            return True, np.concatenate((data.reshape(1, -1), np.full((1, 4096), 7, np.uint8)), axis=1)
        if self._name == "GREY":
            return True, np.asarray(cv2.cvtColor(self._seen, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        if self._name == "NV12":  # a plane of grey, then one of colour
            return True, np.asarray(cv2.cvtColor(self._seen, cv2.COLOR_BGR2YUV_I420), dtype=np.uint8)
        return True, np.asarray(cv2.cvtColor(self._seen, cv2.COLOR_BGR2YUV_YUYV), dtype=np.uint8)

    def get(self, prop: int) -> float:
        """Size and format."""
        height, width = self._seen.shape[:2]
        known = {
            cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*self._name),
            cv2.CAP_PROP_FRAME_WIDTH: width,
            cv2.CAP_PROP_FRAME_HEIGHT: height,
        }
        return float(known.get(prop, 0))

    def set(self, prop: int, value: float) -> bool:
        """Whether frames are to be decoded; other wishes are refused, as drivers do."""
        if prop == cv2.CAP_PROP_CONVERT_RGB:
            self._convert = bool(value)
        return prop == cv2.CAP_PROP_CONVERT_RGB

    def release(self) -> None:
        """Let go of the camera."""
        self._camera.streaming -= not self._released
        self._released = True
