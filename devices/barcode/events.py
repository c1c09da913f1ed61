"""What a camera tells the session. Frozen values without pictures; importing this loads neither OpenCV nor ZXing."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from devices.barcode.code import Quad


class Kind(enum.StrEnum):
    """What a code's text is by the library's rules."""

    PATRON = "patron"
    ITEM = "item"
    #: Matches the rules of patron *and* item; whoever knows what was asked for decides.
    AMBIGUOUS = "ambiguous"
    #: The card that opens the staff's panel.
    STAFF = "staff"
    #: What the library wants left alone; nobody is told of it.
    IGNORED = "ignored"
    #: The publisher's number: noise on a library's book.
    ISBN = "isbn"
    UNKNOWN = "unknown"


class Unread(enum.StrEnum):
    """Why a code that is held in view cannot be read, as far as can be told."""

    #: It is small in the picture.
    SMALL = "small"
    #: It is large enough, or moves all the time.
    UNCLEAR = "unclear"


class Why(enum.StrEnum):
    """Why a camera is as it is."""

    READY = "ready"
    #: No source is set.
    NOT_SET = "not set"
    #: The device, address, file or folder is not there or refuses.
    ABSENT = "absent"
    #: It was open and ended.
    LOST = "lost"
    #: It is open and has given no frame for too long.
    STALLED = "stalled"
    #: It gives the same frame again and again.
    FROZEN = "frozen"
    #: A video or folder that was to be shown once is at its end.
    ENDED = "ended"
    #: OpenCV or ZXing is not installed here.
    NO_SOFTWARE = "no software"
    #: Reading its pictures failed again and again; the log says how.
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CodeRead:
    """A confirmed code of the library: ``kind`` is PATRON, ITEM, AMBIGUOUS or STAFF, never another.

    ``text`` is the number to use; of an ambiguous code it is the whole text, ``patron`` and ``item`` are the numbers
    it would be; of a staff card it is empty, for it is nobody's business. ``quad`` are its corners in a frame of
    ``frame_size`` = (width, height). Posted once while the code stays in view.
    """

    kind: Kind
    text: str
    format: str
    quad: Quad
    frame_size: tuple[int, int]
    patron: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class CodeHint:
    """Only a code of no use is in view: ``text_kind`` is ISBN ("show the library's label") or UNKNOWN.

    What it says is for whoever sets up the rules; it is no part of what is compared or written into a log.
    """

    text_kind: Kind
    text: str = field(default="", repr=False, compare=False)
    format: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class CodeUnread:
    """Something with bars as a code's is held in view, and cannot be read."""

    why: Unread


@dataclass(frozen=True, slots=True)
class CameraChanged:
    """The camera gives pictures, or no longer, and ``why``."""

    ready: bool
    why: Why


Event = CodeRead | CodeHint | CodeUnread | CameraChanged
