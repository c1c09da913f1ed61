"""The part of the ``picamera2`` module that a kiosk uses, over a picture instead of a sensor.

Names, arguments, defaults, shapes and refusals follow picamera2 0.3 (Raspberry Pi's manual and source). Make a
:class:`PiCameras`, and put what :meth:`PiCameras.module` gives into ``sys.modules["picamera2"]``.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]

#: What a Camera Module 3 advertises of what is used here: (least, greatest, default).
MODULE_3: Final[dict[str, tuple[Any, Any, Any]]] = {
    "AfMode": (0, 2, 0),
    "LensPosition": (0.0, 32.0, 1.0),
    "ExposureTime": (26, 112_015_096, 20_000),
    "FrameDurationLimits": (11_415, 112_015_410, None),
}
#: A module whose lens cannot be moved.
MODULE_1: Final = {name: MODULE_3[name] for name in ("ExposureTime", "FrameDurationLimits")}
#: Rows of a plane are padded to a multiple of this (bytes).
_ALIGN: Final = 64


class PiCameras:
    """The cameras at a Pi's connectors, each with what it sees (BGR) and the controls it has."""

    def __init__(self, seen: Sequence[Frame], controls: dict[str, tuple[Any, Any, Any]] | None = None) -> None:
        self.seen, self.controls = list(seen), dict(MODULE_3 if controls is None else controls)
        #: Everything that was asked of any camera, oldest first.
        self.asked: list[tuple[str, Any]] = []
        self.busy: set[int] = set()
        self.broken = False

    def module(self) -> types.ModuleType:
        """As ``import picamera2`` gives it."""
        cameras = self

        class Picamera2(_Picamera2):
            def __init__(self, camera_num: int = 0, tuning: object = None) -> None:
                super().__init__(cameras, camera_num)

            @staticmethod
            def global_camera_info() -> list[dict[str, Any]]:
                return [{"Model": "imx708", "Id": f"/base/i2c/imx708@{n}", "Num": n} for n in range(len(cameras.seen))]

        module = types.ModuleType("picamera2")
        vars(module)["Picamera2"] = Picamera2
        return module


class _Picamera2:
    def __init__(self, cameras: PiCameras, camera_num: int) -> None:
        if camera_num >= len(cameras.seen):
            raise IndexError("list index out of range")
        if camera_num in cameras.busy:
            raise RuntimeError("Camera __init__ sequence did not complete.")
        cameras.busy.add(camera_num)
        self._cameras, self._number = cameras, camera_num
        self._size: tuple[int, int] | None = None
        self._started = False
        self.camera_controls: dict[str, tuple[Any, Any, Any]] = {}

    def create_video_configuration(
        self, main: dict[str, Any] | None = None, buffer_count: int = 6, controls: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        stream = {"format": "XBGR8888", "size": (1280, 720)} | (main or {})
        if unknown := set(stream) - {"format", "size", "preserve_ar"}:
            raise ValueError(f"Bad key {sorted(unknown)[0]!r}: valid stream configuration keys are format, size")
        width, height = stream["size"]
        stream["size"] = (width - width % 2, height - height % 2)
        return {"use_case": "video", "buffer_count": buffer_count, "main": stream, "controls": controls or {}}

    def configure(self, camera_config: dict[str, Any]) -> None:
        if camera_config["main"]["format"] != "YUV420":
            raise RuntimeError("this emulator gives YUV420 only")
        self._size = camera_config["main"]["size"]
        self.camera_controls = dict(self._cameras.controls)
        self._cameras.asked.append(("configure", camera_config))
        self._check(camera_config["controls"])

    def set_controls(self, controls: dict[str, Any]) -> None:
        self._check(controls)
        self._cameras.asked.append(("set_controls", controls))

    def _check(self, controls: dict[str, Any]) -> None:
        for name in controls:
            if name not in self._cameras.controls:
                raise RuntimeError(f"Control {name} is not advertised by libcamera")

    def start(self) -> None:
        if self._size is None:
            raise RuntimeError("Camera must be configured before it is started")
        self._started = True

    def capture_array(self, name: str = "main") -> Frame:
        if not self._started or self._size is None or self._cameras.broken:
            raise RuntimeError(f"the stream {name} gives nothing")
        seen = cv2.resize(self._cameras.seen[self._number], self._size, interpolation=cv2.INTER_AREA)
        planes = np.asarray(cv2.cvtColor(seen, cv2.COLOR_BGR2YUV_I420), dtype=np.uint8)
        return np.pad(planes, ((0, 0), (0, -planes.shape[1] % _ALIGN)))

    def close(self) -> None:
        self._started = False
        self._cameras.busy.discard(self._number)
