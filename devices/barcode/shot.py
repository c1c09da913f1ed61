"""A frame as the camera delivered it, decoded only as far as somebody asks.

Most frames of an idle kiosk are looked at as a thumbnail and thrown away. A JPEG gives that thumbnail for less than
half of what the colours cost, and a camera's YUYV frame *is* the grey picture. So the grabber passes on what came,
and each reader takes what it needs: the gate a thumbnail, the decoder grey, the screen a small colour picture.
"""

from __future__ import annotations

import io
import zlib
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from devices.barcode.code import BarcodeError

Pixels = NDArray[np.uint8]

#: Width that a thumbnail at least has, if the frame has it (px).
THUMBNAIL: Final = 160
#: So much of a frame's beginning tells it from the next (bytes): a sensor's noise is everywhere.
_MARKED: Final = 65_536


class Shot(Protocol):
    """One frame."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height (px)."""

    @property
    def mark(self) -> int:
        """A number that differs between any two frames of a real sensor."""

    def gray(self) -> Pixels:
        """The whole frame in grey, shape (height, width).

        Raises:
            BarcodeError: the frame arrived damaged.
        """

    def thumbnail(self) -> Pixels:
        """A small grey picture, averaged rather than sampled; at least :data:`THUMBNAIL` wide if the frame is.

        Raises:
            BarcodeError: the frame arrived damaged.
        """

    def colour(self, width: int) -> Pixels:
        """A BGR (or grey) picture at least ``width`` wide, if the frame is.

        Raises:
            BarcodeError: the frame arrived damaged.
        """


class PixelShot:
    """A frame of decoded pixels: grey (height, width), BGR or BGRA (height, width, 3 or 4)."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels

    @property
    def size(self) -> tuple[int, int]:
        return self._pixels.shape[1], self._pixels.shape[0]

    @property
    def mark(self) -> int:
        return zlib.crc32(np.ascontiguousarray(self._pixels[::8, ::8]).tobytes())

    def gray(self) -> Pixels:
        from devices.barcode.rungs import to_gray  # here: the gate and the preview do without ZXing

        return to_gray(self._pixels)

    def thumbnail(self) -> Pixels:
        # Every second pixel of a large frame is enough to average over, and reading memory is most of the cost.
        step = 2 if self.size[0] >= 8 * THUMBNAIL else 1
        return np.ascontiguousarray(
            self._pixels[::step, ::step, 1] if self._pixels.ndim == 3 else self._pixels[::step, ::step]
        )

    def colour(self, width: int) -> Pixels:
        del width  # scaling is left to who knows the exact size
        return self._pixels[:, :, :3] if self._pixels.ndim == 3 else self._pixels


class YuyvShot:
    """A frame of YUYV, shape (height, width, 2): its first plane is the grey picture."""

    def __init__(self, data: Pixels) -> None:
        self._data = data

    @property
    def size(self) -> tuple[int, int]:
        return self._data.shape[1], self._data.shape[0]

    @property
    def mark(self) -> int:
        return zlib.crc32(np.ascontiguousarray(self._data[::8, ::8, 0]).tobytes())

    def gray(self) -> Pixels:
        return np.ascontiguousarray(self._data[:, :, 0])

    def thumbnail(self) -> Pixels:
        return PixelShot(self._data[:, :, 0]).thumbnail()

    def colour(self, width: int) -> Pixels:
        del width
        return np.asarray(cv2.cvtColor(self._data, cv2.COLOR_YUV2BGR_YUYV), dtype=np.uint8)


class Yuv420Shot:
    """A frame of planar YUV 4:2:0: ``height`` rows of grey, then half as many of colour, rows perhaps padded."""

    def __init__(self, data: Pixels, width: int, height: int) -> None:
        self._data, self._width, self._height = data, width, height

    @property
    def size(self) -> tuple[int, int]:
        return self._width, self._height

    @property
    def mark(self) -> int:
        return PixelShot(self._grey).mark

    @property
    def _grey(self) -> Pixels:
        return self._data[: self._height, : self._width]

    def gray(self) -> Pixels:
        return np.ascontiguousarray(self._grey)

    def thumbnail(self) -> Pixels:
        return PixelShot(self._grey).thumbnail()

    def colour(self, width: int) -> Pixels:
        del width
        if self._data.shape[1] != self._width:  # OpenCV knows no padded rows
            return self._grey
        return np.asarray(cv2.cvtColor(self._data, cv2.COLOR_YUV2BGR_I420), dtype=np.uint8)


class JpegShot:
    """A frame as one JPEG.

    Pillow decodes it: libjpeg inside OpenCV writes a line to standard error for each damaged frame, and cheap cameras
    damage many.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._gray: Pixels | None = None
        self._size: tuple[int, int] | None = None

    @property
    def size(self) -> tuple[int, int]:
        if self._size is None:
            self._size = self._open().size
        return self._size

    @property
    def mark(self) -> int:
        return zlib.crc32(self._data[:_MARKED])

    def gray(self) -> Pixels:
        if self._gray is None:
            self._gray = self._decode("L", 0)
        return self._gray

    def thumbnail(self) -> Pixels:
        return self._decode("L", THUMBNAIL)

    def colour(self, width: int) -> Pixels:
        # Rows of three bytes from the end: OpenCV's order.
        return np.ascontiguousarray(self._decode("RGB", width)[:, :, ::-1])

    def _open(self) -> Image.Image:
        try:
            return Image.open(io.BytesIO(self._data), formats=("JPEG",))
        except (OSError, SyntaxError, Image.DecompressionBombError) as error:
            raise BarcodeError(f"a frame came damaged from the camera: {error}") from error

    def _decode(self, mode: str, width: int) -> Pixels:
        """Grey ("L") or "RGB", reduced while decoding by 2, 4 or 8 as long as it stays ``width`` wide; 0: not."""
        picture = self._open()
        whole, high = picture.size
        self._size = whole, high
        by = next((by for by in (8, 4, 2) if width and whole >= by * width), 1)
        try:
            picture.decodermaxblock = len(self._data)  # type: ignore[attr-defined]  # in one piece: a tenth faster
            picture.draft(mode, (whole // by, high // by))
            return np.array(picture.convert(mode) if picture.mode != mode else picture, dtype=np.uint8)
        except (OSError, SyntaxError) as error:
            raise BarcodeError(f"a frame came damaged from the camera: {error}") from error


def as_shot(frame: Pixels | Shot) -> Shot:
    """``frame`` itself, or the pixels in it as one."""
    return PixelShot(frame) if isinstance(frame, np.ndarray) else frame
