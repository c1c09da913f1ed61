"""Settings of what codes mean, and of a camera."""

from __future__ import annotations

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
    """``[camera]``: ``source`` is a V4L2 path, a URL, a video file or a folder of pictures; empty means none."""

    source: str = ""
    width: int = 1280
    height: int = 720
    budget_ms: int = 40
    second_engine: bool = True
