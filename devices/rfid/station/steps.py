"""What is told to the station's machines, and what they ask for: frozen values."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import msgspec


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What was found on a tag. ``there`` in words; ``blank``: nothing is lost by writing.

    ``same``: it holds already what it should, which has just been read. ``refused``: why it cannot be written, a
    sentence; ``left``: because it has gone; ``lost``: what the new model has no place for, in sentences.
    """

    there: str = ""
    blank: bool = False
    same: bool = False
    left: bool = False
    refused: str = ""
    lost: str = ""
    item: str = ""
    part: int = 1
    parts: int = 1


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a write went. ``ok``: it was read back. ``half``: the tag may hold half of it, and is to be seen again.

    ``given_back``: it was not possible, and the tag was read back with its old content. ``left``: the tag has gone.
    ``undo``: this was no new content but the return of the old.
    """

    ok: bool
    half: bool = False
    left: bool = False
    given_back: bool = False
    undo: bool = False
    why: str = ""
    item: str = ""
    part: int = 1
    parts: int = 1


# Told to the machines.


@dataclass(frozen=True, slots=True)
class Scanned:
    """An item's barcode. ``before``: when it was tagged before, in words; ``refused``: why no tag can hold it."""

    item: str
    before: str = ""
    refused: str = ""
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Answered:
    """Yes or no, to the question last asked."""

    yes: bool


@dataclass(frozen=True, slots=True)
class Round:
    """An inventory came through. ``seen``: what it listed; ``here``: those too that were missed for a round or two."""

    here: frozenset[str]
    seen: frozenset[str]


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of :class:`Look`."""

    uid: str
    sight: Sight


@dataclass(frozen=True, slots=True)
class Wrote:
    """What became of :class:`Write`, :class:`Finish` or :class:`GiveBack`."""

    uid: str
    result: Result


@dataclass(frozen=True, slots=True)
class UndoWanted:
    """Staff want the last tag as it was."""

    uid: str
    item: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Staff want no more of what is going on."""


@dataclass(frozen=True, slots=True)
class ReaderGone:
    """Nothing can be seen any more."""


Event = Scanned | Answered | Round | Looked | Wrote | UndoWanted | Skipped | ReaderGone


# Asked for by the machines.


@dataclass(frozen=True, slots=True)
class Look:
    """Read the tag, and plan what to write; ends in :class:`Looked`. ``item`` is empty in a conversion."""

    uid: str
    item: str = ""
    part: int = 1
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Write:
    """Carry out the plan; ends in :class:`Wrote`."""

    uid: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Make a tag whole that was left half-way; ends in :class:`Wrote`."""

    uid: str


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Undo; ends in :class:`Wrote`."""

    uid: str


@dataclass(frozen=True, slots=True)
class Abandon:
    """A tag left half-way is to get its old content back, not the new one."""

    uid: str


class News(enum.StrEnum):
    """What people are told; the words are in :mod:`devices.rfid.station.words`."""

    SCANNED = "scanned"
    REFUSED_CODE = "refused-code"
    BEFORE = "before"
    NOTHING_SCANNED = "nothing-scanned"
    TWO_TAGS = "two-tags"
    TAKE_AWAY = "take-away"
    OTHER_TAG = "other-tag"
    ASK = "ask"
    KEPT = "kept"
    REFUSED = "refused"
    LOSES = "loses"
    WOULD_WRITE = "would-write"
    ALREADY = "already"
    DONE = "done"
    FINISHED = "finished"
    GIVEN_BACK = "given-back"
    FAILED = "failed"
    HALF = "half"
    SKIPPED = "skipped"
    UNDO = "undo"
    UNDONE = "undone"
    INCOMPLETE = "incomplete"
    BUSY = "busy"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell people. ``why`` is a sentence, ``there`` what is on the tag."""

    news: News
    uid: str = ""
    item: str = ""
    part: int = 1
    parts: int = 1
    why: str = ""
    there: str = ""


Action = Look | Write | Finish | GiveBack | Abandon | Tell
