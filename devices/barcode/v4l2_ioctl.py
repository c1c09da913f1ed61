"""What a V4L2 device is and which pictures it gives, asked of the kernel itself.

Layouts and numbers are those of the kernel's ``include/uapi/linux/videodev2.h`` (``v4l2_capability``,
``v4l2_fmtdesc``, ``v4l2_frmsizeenum``, ``v4l2_frmivalenum``, ``v4l2_control``), equal on all 64-bit machines. The
question goes through a function that is handed in, so that an emulated device can answer it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

#: Asks ``device`` the ``request`` with ``argument``, which is filled in. Raises OSError.
Ioctl = Callable[[str, int, bytearray], None]

QUERYCAP: Final = 0x80685600
ENUM_FMT: Final = 0xC0405602
G_CTRL: Final = 0xC008561B
S_CTRL: Final = 0xC008561C
ENUM_FRAMESIZES: Final = 0xC02C564A
ENUM_FRAMEINTERVALS: Final = 0xC034564B

_CAPTURE: Final = 0x00000001
_CAPTURE_MANY_PLANES: Final = 0x00001000
_HAS_DEVICE_CAPS: Final = 0x80000000
#: ``V4L2_BUF_TYPE_VIDEO_CAPTURE``
_BUFFER: Final = 1
#: Sizes and intervals come as a list ...
_DISCRETE: Final = 1
#: A driver that never says "no more" must not keep us.
_MOST: Final = 64


@dataclass(frozen=True, slots=True)
class Device:
    """Who answers: the card's name, its driver, where it is plugged in, and whether it gives pictures."""

    name: str
    driver: str
    bus: str
    captures: bool


@dataclass(frozen=True, slots=True)
class Size:
    """One picture size (px) and the most frames a second the driver promises for it; 0: it does not say."""

    width: int
    height: int
    fps: float


@dataclass(frozen=True, slots=True)
class Format:
    """One pixel format in its four letters, and its sizes, the smallest and largest where the driver gives a range."""

    name: str
    sizes: tuple[Size, ...]


def ioctl(device: str, request: int, argument: bytearray) -> None:
    """Ask the kernel. Opening a device for questions disturbs nobody who takes pictures from it.

    Raises:
        OSError: there is no such device, it is no camera, or it does not know the answer.
    """
    file = os.open(device, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        fcntl.ioctl(file, request, argument)
    finally:
        os.close(file)


def query(device: str, ask: Ioctl) -> Device:
    """Who ``device`` is.

    Raises:
        OSError: it is no V4L2 device.
    """
    answer = bytearray(104)
    ask(device, QUERYCAP, answer)
    driver, card, bus, _version, all_of_it, this = struct.unpack_from("<16s32s32sIII", answer)
    able = this if all_of_it & _HAS_DEVICE_CAPS else all_of_it
    return Device(_text(card), _text(driver), _text(bus), bool(able & (_CAPTURE | _CAPTURE_MANY_PLANES)))


def formats(device: str, ask: Ioctl) -> tuple[Format, ...]:
    """The formats that ``device`` offers; none when it does not say.

    Raises:
        OSError: the device is gone.
    """
    found = []
    for answer in _enumerate(device, ask, ENUM_FMT, 64, lambda place: struct.pack("<II", place, _BUFFER)):
        name = bytes(answer[44:48])
        found.append(Format(_text(name), tuple(_sizes(device, ask, name))))
    return tuple(found)


def _sizes(device: str, ask: Ioctl, name: bytes) -> Iterator[Size]:
    for answer in _enumerate(device, ask, ENUM_FRAMESIZES, 44, lambda place: struct.pack("<I4s", place, name)):
        (kind,) = struct.unpack_from("<I", answer, 8)
        if kind == _DISCRETE:
            sizes = [struct.unpack_from("<II", answer, 12)]
        else:  # least and greatest width, step, least and greatest height, step
            low_w, high_w, _, low_h, high_h, _ = struct.unpack_from("<6I", answer, 12)
            sizes = [(low_w, low_h), (high_w, high_h)]
        for width, height in sizes:
            yield Size(width, height, _fastest(device, ask, name, width, height))
        if kind != _DISCRETE:
            return


def _fastest(device: str, ask: Ioctl, name: bytes, width: int, height: int) -> float:
    rates = [0.0]
    asked = struct.Struct("<I4sII")
    for answer in _enumerate(
        device, ask, ENUM_FRAMEINTERVALS, 52, lambda place: asked.pack(place, name, width, height)
    ):
        kind, above, below = struct.unpack_from("<III", answer, 16)
        if above:
            rates.append(below / above)
        if kind != _DISCRETE:
            break
    return max(rates)


def _enumerate(device: str, ask: Ioctl, request: int, size: int, head: Callable[[int], bytes]) -> Iterator[bytearray]:
    """The answers for 0, 1, 2 … until the driver says that there are no more, or does not know the question."""
    for place in range(_MOST):
        answer = bytearray(size)
        start = head(place)
        answer[: len(start)] = start
        try:
            ask(device, request, answer)
        except OSError as error:
            if error.errno in (errno.EINVAL, errno.ENOTTY):
                return
            raise
        yield answer


def get_control(device: str, control: int, ask: Ioctl) -> int:
    """A control's value.

    Raises:
        OSError: the device has no such control.
    """
    answer = bytearray(struct.pack("<Ii", control, 0))
    ask(device, G_CTRL, answer)
    return int(struct.unpack("<Ii", answer)[1])


def set_control(device: str, control: int, value: int, ask: Ioctl) -> None:
    """Set a control.

    Raises:
        OSError: the device has no such control, or the value is out of its range.
    """
    ask(device, S_CTRL, bytearray(struct.pack("<Ii", control, value)))


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "replace").strip()
