"""A camera on the Raspberry Pi's ribbon cable, through picamera2.

picamera2 is a system package (apt install python3-picamera2) that no wheel replaces: the kiosk's environment has to
be made with ``python3 -m venv --system-site-packages``. It is loaded when such a camera is opened, never before.
"""

from __future__ import annotations

import importlib
import threading
from typing import Any, Final, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from devices.barcode.code import BarcodeError
from devices.barcode.settings import CameraSettings
from devices.barcode.shot import Shot, Yuv420Shot
from devices.barcode.sources.source import Kind, Notes, Source

_NAME: Final = "picamera"
#: libcamera's AfModeEnum: the lens stays where it is put; or it looks for the sharpest place again and again.
AF_MANUAL: Final = 0
AF_CONTINUOUS: Final = 2
#: Frames in flight. Few, since each waits its turn; one fewer than this and the sensor has to pause.
_BUFFERS: Final = 3


class PiCamera(Protocol):
    """The part of ``picamera2.Picamera2`` that is used here."""

    #: Control -> (least, greatest, default), of this camera once it is configured.
    camera_controls: dict[str, Any]

    def create_video_configuration(self, **more: Any) -> dict[str, Any]:
        """A configuration to be handed to :meth:`configure`."""

    def configure(self, configuration: dict[str, Any]) -> None:
        """Take it; sizes may come out a little different."""

    def set_controls(self, controls: dict[str, int | float]) -> None:
        """Take these with the next frame."""

    def start(self) -> None:
        """Begin to give frames."""

    def capture_array(self, name: str) -> NDArray[np.uint8]:
        """Wait for the next frame of a stream."""

    def close(self) -> None:
        """Stop and let go."""


def matches(source: str) -> bool:
    """``picamera``, or ``picamera:1`` for the second one."""
    return source == _NAME or source.startswith(_NAME + ":")


def number(source: str) -> int:
    """Which of several cameras.

    Raises:
        BarcodeError: what follows the colon is no number.
    """
    text = source.partition(":")[2] or "0"
    if not text.isdecimal():
        raise BarcodeError(
            f'camera.source: {source!r} names no camera; write "picamera", or "picamera:1" for the second'
        )
    return int(text)


def controls(settings: CameraSettings, known: frozenset[str]) -> tuple[dict[str, int | float], list[str]]:
    """What to tell the camera, and which wishes it cannot take because it does not know the control.

    The lens is put where things will be held, in dioptres: continuous focus hunts, and sticks after a quick change
    from far to near. Without a distance in the settings it has to hunt. An exposure that is set leaves the gain to
    the camera.
    """
    wishes: dict[str, int | float] = {}
    if settings.distance_mm:
        wishes |= {"AfMode": AF_MANUAL, "LensPosition": round(1000 / settings.distance_mm, 2)}
    else:
        wishes |= {"AfMode": AF_CONTINUOUS}
    if settings.exposure_us:
        wishes |= {"ExposureTime": settings.exposure_us}
    taken = {name: value for name, value in wishes.items() if name in known}
    missing = []
    if settings.distance_mm and "LensPosition" not in known:
        missing.append("distance_mm: this camera's lens cannot be moved; turn its focus ring by hand")
    if settings.exposure_us and "ExposureTime" not in known:
        missing.append("exposure_us: this camera's exposure cannot be set")
    return taken, missing


def configuration(settings: CameraSettings) -> dict[str, Any]:
    """Arguments for ``create_video_configuration``: one YUV stream, whose first plane is the grey picture."""
    slowest = round(1_000_000 / settings.fps)
    return {
        "main": {"size": (settings.width, settings.height), "format": "YUV420"},
        "buffer_count": _BUFFERS,
        # Thirty frames a second, or in the dark so few as are enough.
        "controls": {"FrameDurationLimits": (min(33_333, slowest), slowest)},
    }


def open_picamera(settings: CameraSettings, notes: Notes) -> Source:
    """Open the camera.

    Raises:
        BarcodeError: picamera2 is not installed or broken, or there is no such camera.
    """
    which = number(settings.source)
    make = _load()
    try:
        camera = cast(PiCamera, make(which))
    except (RuntimeError, IndexError, OSError) as error:
        raise BarcodeError(
            f"camera.source: {settings.source} cannot be opened ({error}); check the ribbon cable and that no other "
            "program has it: rpicam-hello --list-cameras"
        ) from error
    try:
        camera.configure(configured := camera.create_video_configuration(**configuration(settings)))
        taken, notes.refused = controls(settings, frozenset(camera.camera_controls))
        camera.set_controls(taken)
        camera.start()
    except (RuntimeError, ValueError, OSError) as error:
        camera.close()
        raise BarcodeError(f"camera.source: {settings.source} does not take its settings: {error}") from error
    width, height = configured["main"]["size"]
    notes.said = f"Pi camera {which}, YUV420 {width} x {height}"
    return PiCameraSource(camera, width, height)


def _load() -> Any:
    try:
        return importlib.import_module("picamera2").Picamera2
    except ModuleNotFoundError as error:
        raise BarcodeError(
            f"camera.source: a Pi camera needs the Python package {error.name!r}: apt install python3-picamera2, and "
            "make the environment with python3 -m venv --system-site-packages"
        ) from error
    except (ImportError, ValueError) as error:  # "numpy.dtype size changed": built for another numpy
        raise BarcodeError(
            f"camera.source: picamera2 is installed and does not load ({error}). On Bookworm it was built for "
            "numpy 1: install numpy<2 and opencv-python-headless<4.12, or use Trixie"
        ) from error


class PiCameraSource:
    """An open Pi camera."""

    live = True

    def __init__(self, camera: PiCamera, width: int, height: int) -> None:
        self._camera, self._width, self._height = camera, width, height

    def read(self, stop: threading.Event) -> Shot | None:
        """The next frame.

        Raises:
            BarcodeError: the camera gave up.
        """
        if stop.is_set():
            return None
        try:
            data = self._camera.capture_array("main")
        except RuntimeError as error:
            raise BarcodeError(f"the Pi camera stopped: {error}") from error
        return Yuv420Shot(data, self._width, self._height)

    def close(self) -> None:
        """Let go of the camera."""
        self._camera.close()


KIND: Final = Kind("picamera2", matches, open_picamera)
