"""How a message's class says its layout: the class body *is* the table, top to bottom as on the wire.

A field is annotated with its fixed-width :class:`Part` (``Annotated[bool, FLAG]``) or with the identifier of its
variable field (``Annotated[str, "AO"]``). Of the variable ones, ``str`` is required: it is always written, and one that
the other side left out reads as ``""``; ``str | None`` is optional, ``None`` is absent and ``""`` present but empty;
``tuple[str, ...]`` repeats its identifier. ``codec.py`` reads these tables and knows no message by name.

Source: 3M Standard Interchange Protocol 2.00, "Messages" and "Fields".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Final

from kiosk.circulation.sip2.errors import MalformedMessage
from kiosk.circulation.sip2.values import PatronFlag, Summary

#: Fields that no table of a message names, as (identifier, value), in the order in which they came.
Others = tuple[tuple[str, str], ...]


class Message:
    """What travels in one frame."""

    __slots__ = ()
    code: ClassVar[str] = ""
    others: Others

    def __init_subclass__(cls, code: str = "") -> None:
        """Called a second time, without ``code``, when ``dataclass`` makes the class again for its slots."""
        if code:
            cls.code = code


class Request(Message):
    """From the kiosk to the library system."""

    __slots__ = ()


class Response(Message):
    """From the library system to the kiosk."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A fixed-width part: what it may look like, and how it is read and written.

    ``pattern`` is what a tolerant reader accepts. ``write`` raises ``ValueError`` for what does not belong there.
    ``may_lack``: real systems leave it out.
    """

    width: int
    pattern: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    may_lack: bool = False


def text(width: int) -> Part:
    """Printable ASCII characters, exactly ``width``."""
    allowed = re.compile(rf"[ -{{}}~]{{{width}}}")

    def write(value: str) -> str:
        if not allowed.fullmatch(value):
            raise ValueError(f"exactly {width} printable characters")
        return value

    return Part(width, rf"[^|]{{{width}}}", str, write)


_STAMP: Final = re.compile(r"[0-9]{8}[ A-Z]{4}[0-9]{6}")
_VERSION: Final = re.compile(r"[0-9]\.[0-9]{2}")


def _stamp(value: str) -> str:
    if not value:
        return " " * 18
    if not _STAMP.fullmatch(value):
        raise ValueError("a date as dates.sip_date makes it, or nothing")
    return value


def _version(value: str) -> str:
    if not _VERSION.fullmatch(value):
        raise ValueError("a version such as 2.00")
    return value


_FLAGS: Final = {**dict.fromkeys("Yy1", True), **dict.fromkeys("Nn0Uu ", False)}
_MAYBES: Final = {**dict.fromkeys("Yy1", True), **dict.fromkeys("Nn0", False), **dict.fromkeys("Uu ", None)}


def _flag(letters: str) -> Callable[[object], str]:
    def write(value: object) -> str:
        if value is True:
            return letters[0]
        if value is False:
            return letters[1]
        if value is None and len(letters) > 2:
            return letters[2]
        raise ValueError("True or False")

    return write


def _number(width: int, unknown: str) -> Part:
    """A number; ``unknown``, or nothing, is ``None``."""
    most = 10**width - 1

    def read(value: str) -> int | None:
        digits = value.strip(" ")
        if not digits or value == unknown:
            return None
        if " " in digits:
            raise MalformedMessage("A SIP2 message has a blank inside a number; it cannot be believed.")
        return int(digits)

    def write(value: object) -> str:
        if value is None:
            return unknown
        if type(value) is not int or not 0 <= value <= most:
            raise ValueError(f"a number of at most {width} digits")
        written = str(value).zfill(width)
        if written == unknown:
            raise ValueError(f"a number other than {unknown}, which means that it is not known")
        return written

    return Part(width, rf"[ 0-9]{{{width}}}", read, write)


def _places(width: int, known: tuple[PatronFlag, ...] | tuple[Summary, ...]) -> Part:
    """Y at each place that applies. Anything else, such as N, does not."""

    @lru_cache(maxsize=256)
    def read(value: str) -> frozenset[PatronFlag | Summary]:
        return frozenset(place for place in known if value[place] in "Yy")

    @lru_cache(maxsize=256)
    def write(value: frozenset[PatronFlag | Summary]) -> str:
        if not value <= set(known):
            raise ValueError(f"members of {type(known[0]).__name__}")
        return "".join("Y" if place in value else " " for place in range(width))

    return Part(width, rf"[^|]{{{width}}}", read, write)


#: Y or N. A blank, or U, is no Y.
FLAG: Final = Part(1, "[YyNn10Uu ]", _FLAGS.__getitem__, _flag("YN"))
#: 1 or 0; some write Y or N. Nothing else: it decides whether something happened.
DONE: Final = Part(1, "[10YyNn]", _FLAGS.__getitem__, _flag("10"))
#: Y, N, or U: not known.
MAYBE: Final = Part(1, "[YyNn10Uu ]", _MAYBES.__getitem__, _flag("YNU"))
#: A date, as it stands on the wire; 18 blanks are "".
STAMP: Final = Part(18, "[^|]{18}", lambda value: "" if value.isspace() else value, _stamp)
#: The same where some leave it out (98; 65 of the program "Sip2" 1.1): its looks tell it from what follows.
OPTIONAL_STAMP: Final = Part(18, "(?:[0-9]{8}[^|]{4}[0-9]{6}| {18})", STAMP.read, _stamp, may_lack=True)
VERSION: Final = Part(4, "[^|]{4}", str, _version)
OPTIONAL_VERSION: Final = Part(4, r"(?:[0-9][.0-9 ]{3}| {4})", str, _version, may_lack=True)
#: Four digits, or four blanks: not kept.
COUNT: Final = _number(4, "    ")
NUMBER_3: Final = _number(3, "   ")
#: Three digits; 999: not known.
LIMIT: Final = _number(3, "999")
PATRON_STATUS: Final = _places(14, tuple(PatronFlag))
SUMMARY: Final = _places(10, tuple(Summary))
