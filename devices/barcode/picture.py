"""Reading one picture file, whatever somebody hands in.

Pillow does it: it tells a picture's size before decoding it, names what is wrong, and writes nothing to standard error
past Python, as OpenCV's libraries do.
"""

from __future__ import annotations

import stat
import struct
import warnings
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import (  # the two plug-ins register themselves; Pillow loads them only for formats it does not know yet
    Image,
    ImageOps,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from devices.barcode.code import BarcodeError

#: The largest picture that is decoded (pixels): beyond any phone's and small enough for a Pi's memory.
LARGEST: Final = 64_000_000
#: Plain raster formats only: Pillow also knows some that start other programs.
_FORMATS: Final = (
    "JPEG",
    "PNG",
    "BMP",
    "GIF",
    "PPM",
    TiffImagePlugin.TiffImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
)
_ORIENTATION: Final = 0x0112
#: What Pillow raises for a file that is damaged, depending on where.
_DAMAGED: Final = (OSError, SyntaxError, ValueError, EOFError, OverflowError, IndexError, struct.error)

# Our own limit is lower, and this warning would be a line of its own on standard error.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def read_picture(path: Path) -> NDArray[np.uint8]:
    """The picture in a file: BGR, or grey when it has no colours. What is transparent becomes white.

    Raises:
        BarcodeError: it is not there, is not a picture, is damaged, or has more than :data:`LARGEST` pixels.
    """
    try:
        what = path.stat()
        if stat.S_ISDIR(what.st_mode):
            raise BarcodeError(f"{path}: a folder, not a picture; name the pictures in it")
        if not stat.S_ISREG(what.st_mode):
            raise BarcodeError(f"{path}: a device or a pipe, not a picture; a camera is read by pustaka scan")
        if what.st_size == 0:
            raise BarcodeError(f"{path}: the file is empty (0 bytes); copy it again")
        return _read(path)
    except UnidentifiedImageError:
        raise BarcodeError(f"{path}: not a picture that can be read (jpg, png, bmp, webp …)") from None
    except Image.DecompressionBombError:
        raise BarcodeError(f"{path}: {_TOO_LARGE}") from None
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise BarcodeError(f"{path}: cannot be read: {error.strerror}") from error
    except _DAMAGED as error:
        raise BarcodeError(f"{path}: the picture is damaged or cut off ({error}); copy it again") from error


_TOO_LARGE: Final = f"more than {LARGEST // 1_000_000} megapixels; make it smaller"


def _read(path: Path) -> NDArray[np.uint8]:
    with Image.open(path, formats=_FORMATS) as picture:
        width, height = picture.size
        if width * height > LARGEST:
            millions = width * height / 1e6
            raise BarcodeError(f"{path}: {width} x {height} are {millions:.0f} megapixels, {_TOO_LARGE}")
        picture.load()
        if picture.getexif().get(_ORIENTATION, 1) != 1:
            ImageOps.exif_transpose(picture, in_place=True)
        return _bytes(picture)


def _bytes(picture: Image.Image) -> NDArray[np.uint8]:
    if picture.mode.startswith(("I", "F")):
        return _eight_bits(np.asarray(picture))
    if picture.has_transparency_data:
        layered = picture.convert("RGBA")
        white = Image.new("RGBA", layered.size, "white")
        picture = Image.alpha_composite(white, layered).convert("RGB")
    if picture.mode in ("1", "L"):
        return np.array(picture.convert("L"), dtype=np.uint8)
    return np.ascontiguousarray(np.asarray(picture.convert("RGB"), dtype=np.uint8)[:, :, ::-1])


def _eight_bits(deep: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Grey of more than 8 bits, of which as many are used as the brightest pixel needs."""
    values = np.clip(np.nan_to_num(np.asarray(deep, dtype=np.float64)), 0, None)
    bits = int(values.max()).bit_length()
    return np.asarray(values / 2.0 ** max(0, bits - 8), dtype=np.uint8)
