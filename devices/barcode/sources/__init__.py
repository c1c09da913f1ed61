"""Where frames come from: one small file a kind, each of the same shape.

To add one, write ``NAME.py`` with a class that is a :class:`Source` and a ``KIND`` that says which settings mean it
and how to open it, and put it into :data:`KINDS`; docs/cameras-and-scanners.md tells more.
"""

from __future__ import annotations

from typing import Final

from devices.barcode.picture import read_picture
from devices.barcode.settings import CameraSettings
from devices.barcode.sources import file, folder, network, picamera, v4l2
from devices.barcode.sources.opencv import Frame, without_login
from devices.barcode.sources.source import Kind, Notes, Source

__all__ = ["KINDS", "Frame", "Kind", "Notes", "Source", "kind_of", "open_source", "read_picture", "without_login"]

#: The first that matches is it.
KINDS: Final = (network.KIND, picamera.KIND, v4l2.KIND, folder.KIND, file.KIND)


def kind_of(source: str) -> Kind:
    """Which kind a ``[camera] source`` is of; the last one takes whatever no other knows."""
    return next(kind for kind in KINDS if kind.matches(source) or kind is KINDS[-1])


def open_source(settings: CameraSettings, notes: Notes | None = None) -> Source:
    """Open ``settings.source``; ``notes`` of the last opening make the next one of the same camera quicker.

    Raises:
        BarcodeError: it is not there, or it gives no pictures.
    """
    return kind_of(settings.source).open(settings, notes if notes is not None else Notes())
