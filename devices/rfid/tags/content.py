"""What a tag says of its item, whatever the data model."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final


class Model(enum.StrEnum):
    """How a tag's memory is laid out. Only ISO 28560-3 is decoded; the others are told apart so people can be told."""

    ISO_28560_3 = "iso28560-3"
    ISO_28560_2 = "iso28560-2"
    RFID501 = "3m-rfid501"
    BLANK = "blank"
    UNKNOWN = "unknown"


class Usage(enum.IntEnum):
    """Type of usage, the low nibble of byte 0 (ISO 28560-3, 4.2)."""

    ACQUISITION = 0
    CIRCULATING = 1
    NON_CIRCULATING = 2
    LOCAL_3 = 3
    LOCAL_4 = 4
    FUTURE = 5
    NONE = 6
    DISCARDED = 7
    PATRON_CARD = 8
    EQUIPMENT = 9


#: Usages that a patron may take home. A kiosk refuses all others, and takes a patron card for what it is.
LENDABLE: Final = frozenset({Usage.CIRCULATING, Usage.LOCAL_3, Usage.LOCAL_4, Usage.FUTURE, Usage.NONE})


class Note(enum.StrEnum):
    """Something odd about a tag that could still be read; ``sentence`` is for staff."""

    PARTS_SWAPPED = "parts-swapped"
    PARTS_MISSING = "parts-missing"
    BLOCKS_REVERSED = "blocks-reversed"
    NIBBLES_SWAPPED = "nibbles-swapped"
    USAGE_UNASSIGNED = "usage-unassigned"
    ID_NOT_UTF8 = "id-not-utf8"
    ID_EMPTY = "id-empty"
    EXTENSION_BAD = "extension-bad"

    @property
    def sentence(self) -> str:
        """The note in words."""
        return _NOTES[self]


_NOTES: Final = {
    Note.PARTS_SWAPPED: "Part and number of parts were written in the wrong order; they have been swapped.",
    Note.PARTS_MISSING: "The tag does not say which part this is; it is taken for a single item.",
    Note.BLOCKS_REVERSED: "Every block of four bytes is written backwards.",
    Note.NIBBLES_SWAPPED: "Version and type of usage are swapped, as older Bibliotheca software did.",
    Note.USAGE_UNASSIGNED: "The type of usage is one that the standard does not assign; the item is not lent.",
    Note.ID_NOT_UTF8: "The item number is not UTF-8; it was read as Latin-1.",
    Note.ID_EMPTY: "The tag is in order but carries no item number.",
    Note.EXTENSION_BAD: "A block behind the core is damaged; it and what follows were left out.",
}


@dataclass(frozen=True, slots=True)
class Extension:
    """A block behind the core: 1 library, 2 acquisition, 3 supplement, 4 title, 5 interlibrary loan."""

    id: int
    payload: bytes

    @property
    def texts(self) -> tuple[str, ...]:
        """The payload's zero-separated strings."""
        return tuple(part.decode("utf-8", "replace") for part in self.payload.split(b"\0"))


@dataclass(frozen=True, slots=True)
class TagContent:
    """A tag's memory, understood as far as its model allows.

    ``item_id`` is empty unless the checksum was right: a tag that may be misread is never a book. ``part`` counts
    from 1 (0: the tag does not tell which of ``parts``); ``usage`` is ``None`` when the model is not decoded or the
    nibble is not assigned.
    """

    model: Model
    item_id: str = ""
    isil: str = ""
    part: int = 1
    parts: int = 1
    usage: Usage | None = None
    crc_ok: bool = False
    notes: tuple[Note, ...] = ()
    extensions: tuple[Extension, ...] = ()

    @property
    def is_card(self) -> bool:
        """A patron's card."""
        return self.crc_ok and bool(self.item_id) and self.usage is Usage.PATRON_CARD

    @property
    def is_item(self) -> bool:
        """An item of a library, lendable or not."""
        return self.crc_ok and bool(self.item_id) and self.usage is not Usage.PATRON_CARD

    @property
    def lendable(self) -> bool:
        """An item whose type of usage allows a loan."""
        return self.is_item and self.usage in LENDABLE


class Problem(enum.StrEnum):
    """Why a tag is not an item; ``sentence`` says what to do. A string, so it can travel in an event as it is."""

    NONE = ""
    UNREADABLE = "unreadable"
    BAD_CRC = "bad-crc"
    BLANK = "blank"
    NOT_DECODED = "not-decoded"
    UNKNOWN_MODEL = "unknown-model"
    NO_ITEM_ID = "no-item-id"

    @property
    def sentence(self) -> str:
        """The problem in words."""
        return _PROBLEMS[self]


_PROBLEMS: Final = {
    Problem.NONE: "",
    Problem.UNREADABLE: "The tag answers, but its memory cannot be read: move it a little, or scan the label.",
    Problem.BAD_CRC: "The tag's content is damaged (wrong checksum): scan the label.",
    Problem.BLANK: "The tag is blank: scan the label.",
    Problem.NOT_DECODED: "The tag uses a data model that is recognised but not read here: scan the label.",
    Problem.UNKNOWN_MODEL: "The tag's data model is not known: scan the label.",
    Problem.NO_ITEM_ID: "The tag carries no item number: scan the label.",
}


def problem(content: TagContent) -> Problem:
    """What keeps ``content`` from naming an item or a card; :attr:`Problem.NONE` if nothing does."""
    match content.model:
        case Model.BLANK:
            return Problem.BLANK
        case Model.ISO_28560_2 | Model.RFID501:
            return Problem.NOT_DECODED
        case Model.UNKNOWN:
            return Problem.UNKNOWN_MODEL
        case Model.ISO_28560_3:
            if not content.crc_ok:
                return Problem.BAD_CRC
            return Problem.NONE if content.item_id else Problem.NO_ITEM_ID
