"""Settings of what codes mean, and of a camera."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec


class KindRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which texts are of one kind, and which number each of them stands for.

    In this order:

    1. The text is tidied: spaces around it go, the characters of ``drop`` go wherever they stand, ``case`` makes it
       ``upper`` or ``lower``; with ``check = "mod43"`` (Code 39) its last character must be right and goes.
    2. It is of this kind when all that is set holds: it was printed as one of ``formats`` (none: as any), begins with
       ``prefix``, has ``length`` characters (``14``, ``"6-8"`` or ``"8, 14"``) and matches ``pattern`` as a whole.
    3. The number: ``strip`` is taken off its beginning if it stands there; with ``check = "mod10"`` what is left must
       end in a right check digit; ``replace`` is a pattern and what to put in its place; ``add`` is put before it.
    """

    pattern: str = ""
    formats: tuple[str, ...] = ()
    strip: str = ""
    check: str = ""
    prefix: str = ""
    length: int | str = ""
    drop: str = ""
    case: str = ""
    replace: tuple[str, ...] = ()
    add: str = ""


#: One rule, or several of which the first that fits counts; none: there is nothing of that kind.
KindRules = KindRule | tuple[KindRule, ...]


class CodeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[codes]``: which codes this library prints and what their texts mean, whoever reads them.

    ``staff`` is the card that opens the staff's panel (none unless set); what matches ``ignore`` is as if not there.
    """

    formats: tuple[str, ...] = ("Code128", "Code39", "Codabar", "ITF", "EAN13", "UPCA", "QRCode")
    # The default kinds exclude each other: B and five digits is an item and never a member.
    patron: KindRules = KindRule(r"(?!B\d{5}$)[A-Z]?\d{4,14}", ("Code128", "Code39", "QRCode"))
    item: KindRules = KindRule(r"B\d{5}")
    staff: KindRules = ()
    ignore: KindRules = ()


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
