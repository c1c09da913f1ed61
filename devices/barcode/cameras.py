"""Which cameras are plugged into this machine, under which names that stay."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path

import msgspec

from devices.barcode import v4l2_ioctl
from devices.barcode.v4l2_ioctl import Format, Ioctl

DEV = Path("/dev")


class Camera(msgspec.Struct, frozen=True):
    """A camera: what to write into ``[camera] source``, who it is, where, and what its driver says it can do.

    ``problem`` says why it could not be asked.
    """

    source: str
    name: str
    device: str
    formats: tuple[Format, ...] = ()
    problem: str = ""


def cameras(dev: Path | None = None, ask: Ioctl = v4l2_ioctl.ioctl) -> list[Camera]:
    """All V4L2 devices that give pictures, then the Pi's own cameras. A camera's second device, which does not, is not
    one. Nothing is disturbed by asking."""
    dev = DEV if dev is None else dev
    names = {path.resolve(): str(path) for path in sorted((dev / "v4l" / "by-id").glob("*"))}
    found = []
    for device in sorted(dev.glob("video*"), key=lambda path: (len(path.name), path.name)):
        try:
            who = v4l2_ioctl.query(str(device), ask)
            if not who.captures:
                continue
            given = v4l2_ioctl.formats(str(device), ask)
        except OSError as error:
            why = "you may not open it; see pustaka doctor" if isinstance(error, PermissionError) else error.strerror
            found.append(Camera(names.get(device.resolve(), str(device)), "?", str(device), (), str(why)))
            continue
        if given:  # a Pi's decoders and scalers say that they give pictures, and give none
            found.append(Camera(names.get(device.resolve(), str(device)), who.name, str(device), given))
    return found + _pi_cameras()


def _pi_cameras() -> list[Camera]:
    if importlib.util.find_spec("picamera2") is None:
        return []
    try:
        listed = importlib.import_module("picamera2").Picamera2.global_camera_info()
    except (ImportError, ValueError, RuntimeError) as error:
        return [Camera("picamera", "?", "", (), f"picamera2 does not load: {error}")]
    return [
        Camera(f"picamera:{number}" if number else "picamera", str(info.get("Model", "?")), str(info.get("Id", "")))
        for number, info in enumerate(listed)
    ]
