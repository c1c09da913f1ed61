"""Settings of what codes mean, and of a camera."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec


class KindRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which texts are of one kind: the whole text must match ``pattern``.

    ``strip`` removes a prefix before the number is used; ``check`` may be ``mod10`` (14-digit library numbers).
    """

    pattern: str
    formats: tuple[str, ...] = ()  # empty: any that is searched
    strip: str = ""
    check: str = ""


class CodeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[codes]``: which codes this library prints and what their texts mean, whoever reads them."""

    formats: tuple[str, ...] = ("Code128", "Code39", "Codabar", "ITF", "EAN13", "UPCA", "QRCode")
    # The default kinds exclude each other: B and five digits is an item and never a member.
    patron: KindRule = KindRule(r"(?!B\d{5}$)[A-Z]?\d{4,14}", ("Code128", "Code39", "QRCode"))
    item: KindRule = KindRule(r"B\d{5}")


class CameraSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[camera]``. ``source`` is a V4L2 name, ``picamera``, a URL, a video file or a folder of pictures; empty: none.

    ``pixel_format`` of a USB camera is measured unless it is named; ``fps`` is the rate that is enough. What stays 0 is
    left to the camera: ``exposure_us`` (microseconds), ``focus`` (the driver's own steps),
    ``distance_mm`` from lens to label (Pi cameras), ``mains_hz`` against lamps that flicker. ``loop``: a file or folder
    begins again at its end.
    """

    source: str = ""
    width: Annotated[int, msgspec.Meta(ge=160, le=8192)] = 1280
    height: Annotated[int, msgspec.Meta(ge=120, le=8192)] = 720
    fps: Annotated[int, msgspec.Meta(ge=1, le=120)] = 15
    pixel_format: Literal["auto", "MJPG", "YUYV"] = "auto"
    exposure_us: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    focus: Annotated[int, msgspec.Meta(ge=0)] = 0
    distance_mm: Annotated[int, msgspec.Meta(ge=0, le=5000)] = 0
    mains_hz: Literal[0, 50, 60] = 50
    loop: bool = True
    budget_ms: int = 40
    second_engine: bool = True
