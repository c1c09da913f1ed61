"""Settings of what codes mean, and of a camera."""

from __future__ import annotations

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
    """``[camera]``: ``source`` is a V4L2 path, a URL, a video file or a folder of pictures; empty means none."""

    source: str = ""
    width: int = 1280
    height: int = 720
    budget_ms: int = 40
    second_engine: bool = True
