"""What every kind of source looks like to the thread that empties it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from devices.barcode.settings import CameraSettings
from devices.barcode.shot import Shot


class Source(Protocol):
    """An open camera. ``live``: equal frames one after the other mean that it hangs."""

    live: bool

    def read(self, stop: threading.Event) -> Shot | None:
        """The next frame, in its own time; ``None`` when there are no more or ``stop`` was set.

        Raises:
            BarcodeError: the source cannot be read any longer.
        """

    def close(self) -> None:
        """Let go of the device."""


@dataclass(slots=True)
class Notes:
    """What is remembered from one opening of the same camera to the next, and what the doctor wants to know.

    ``format`` is the pixel format that was fastest (so that a replugged camera is back at once), ``said`` what the
    camera told of itself, ``refused`` which settings it would not take.
    """

    format: str = ""
    said: str = ""
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of source: whether a ``[camera] source`` is one, and how to open it.

    ``open`` raises BarcodeError when it is not there or cannot be read.
    """

    name: str
    matches: Callable[[str], bool]
    open: Callable[[CameraSettings, Notes], Source]
