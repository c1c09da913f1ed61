"""What a reader tells: frozen values, posted by the thread that owns the port.

For every tag: one :class:`TagArrived`, then one :class:`TagRead` (another only when a later try finds out more), and
one :class:`TagLeft`. For every order to secure a tag: exactly one :class:`SecurityWritten`, before the
tag's :class:`TagLeft` if that is why it failed.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from devices.rfid.tags.content import TagContent


class ReaderState(enum.StrEnum):
    """A reader's life. ``LOST`` includes "never found"; the driver goes on trying until it is stopped."""

    CONFIGURED = "configured"
    OPENING = "opening"
    READY = "ready"
    LOST = "lost"
    STOPPED = "stopped"


class SecurityProblem(enum.StrEnum):
    """Why a tag's security byte is not what was ordered; ``sentence`` is for staff and logs."""

    NONE = ""
    LEFT = "left"
    NOT_WRITTEN = "not-written"
    UNCHANGED = "unchanged"
    LOCKED = "locked"
    UNFIT = "unfit"
    SUPERSEDED = "superseded"
    READER_LOST = "reader-lost"
    STOPPED = "stopped"

    @property
    def sentence(self) -> str:
        """The problem in words."""
        return _SENTENCES[self]


_SENTENCES: Final = {
    SecurityProblem.NONE: "",
    SecurityProblem.LEFT: "The tag has left the pad: put it back.",
    SecurityProblem.NOT_WRITTEN: "The tag does not take the new value: move it a little.",
    SecurityProblem.UNCHANGED: "The reader said done, but the tag still holds the old value: move it a little.",
    SecurityProblem.LOCKED: "The tag's security byte is locked for ever: replace the tag.",
    SecurityProblem.UNFIT: "This reader or this tag cannot do what [reader] security asks for: correct one of them.",
    SecurityProblem.SUPERSEDED: "Another order for the same tag came first to be carried out.",
    SecurityProblem.READER_LOST: "The reader was lost before the tag could be written.",
    SecurityProblem.STOPPED: "The reader was stopped before the tag could be written.",
}


@dataclass(frozen=True, slots=True)
class ReaderChanged:
    """The reader is in another state; ``why`` is a sentence for staff."""

    state: ReaderState
    why: str = ""


@dataclass(frozen=True, slots=True)
class TagArrived:
    """A tag lies on the pad that was not there before. ``uid``: 16 upper-case hex digits."""

    uid: str


@dataclass(frozen=True, slots=True)
class TagRead:
    """The tag's content, or why there is none (a :class:`~devices.rfid.tags.content.Problem`; empty: no problem)."""

    uid: str
    content: TagContent | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class TagLeft:
    """The tag is gone, or nobody can see it any more."""

    uid: str


@dataclass(frozen=True, slots=True)
class SecurityWritten:
    """``ok``: the value was written and read back. Otherwise ``why`` is a :class:`SecurityProblem`."""

    uid: str
    armed: bool
    ok: bool
    why: str = ""


TagEvent = TagArrived | TagRead | TagLeft
Event = ReaderChanged | TagEvent | SecurityWritten
