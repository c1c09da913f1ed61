"""A folder of pictures, each shown for a while as if held up to the camera."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from devices.barcode.code import BarcodeError
from devices.barcode.picture import read_picture
from devices.barcode.settings import CameraSettings
from devices.barcode.shot import PixelShot, Shot
from devices.barcode.sources.source import Kind, Notes, Source

_PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".pgm"})
#: A picture stays for this long, shown at this rate.
_PICTURE_S: Final = 2.0
_PICTURE_FPS: Final = 10.0


def matches(source: str) -> bool:
    """Whether it is a folder."""
    return Path(source).is_dir()


def open_folder(settings: CameraSettings, notes: Notes) -> Source:
    """Open the folder.

    Raises:
        BarcodeError: no picture is in it, or it may not be read.
    """
    source = FolderSource(Path(settings.source), loop=settings.loop)
    notes.said = f"a folder of {source.pictures} pictures"
    return source


class FolderSource:
    """The pictures in the order of their names; with ``loop`` round and round."""

    live = False

    def __init__(self, folder: Path, *, loop: bool) -> None:
        try:
            self._paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _PICTURES)
        except OSError as error:
            raise BarcodeError(f"camera.source: {folder} cannot be read: {error.strerror}") from error
        if not self._paths:
            raise BarcodeError(f"camera.source: {folder} holds no picture (jpg, png, bmp, webp)")
        self._loop = loop
        self._shown = 0
        self._picture: Shot | None = None

    @property
    def pictures(self) -> int:
        """How many there are."""
        return len(self._paths)

    def read(self, stop: threading.Event) -> Shot | None:
        """The picture whose turn it is.

        Raises:
            BarcodeError: it cannot be read.
        """
        if stop.wait(1 / _PICTURE_FPS):
            return None
        place, repeat = divmod(self._shown, round(_PICTURE_S * _PICTURE_FPS))
        if repeat == 0:
            if place >= len(self._paths) and not self._loop:
                return None
            self._picture = PixelShot(read_picture(self._paths[place % len(self._paths)]))
        self._shown += 1
        return self._picture

    def close(self) -> None:
        """Let go of the picture."""
        self._picture = None


KIND: Final = Kind("folder", matches, open_folder)
