"""What a tag says of its item, whatever the data model."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from devices.rfid.tags.extensions import Extension as Extension
from devices.rfid.tags.fields import Field


class Model(enum.StrEnum):
    """How a tag's memory or EPC is laid out.

    ``MAPPED``: the memory does not matter, a table names the item. ``CARD_NUMBER``: a card that is only a number.
    """

    ISO_28560_3 = "iso28560-3"
    ISO_28560_2 = "iso28560-2"
    RFID501 = "3m-rfid501"
    DORTMUND_EPC = "dortmund-epc"
    SMARTFREQ_EPC = "smartfreq-epc"
    MAPPED = "mapped"
    CARD_NUMBER = "card"
    BLANK = "blank"
    UNKNOWN = "unknown"


class Usage(enum.IntEnum):
    """Type of usage: the low nibble of byte 0 in ISO 28560-3, the high nibble of object 5 in ISO 28560-2."""

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
    OBJECTS_BAD = "objects-bad"
    OBJECT_UNKNOWN = "object-unknown"
    CONTENT_LIST_WRONG = "content-list-wrong"
    USAGE_PACKED = "usage-packed"
    ISIL_EMPTY = "isil-empty"

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
    Note.EXTENSION_BAD: "A block behind the core is damaged or was not read whole; it and what follows were left out.",
    Note.OBJECTS_BAD: "An object behind those that name the item cannot be read; it and what follows were left out.",
    Note.OBJECT_UNKNOWN: "The tag holds an object that the standard does not assign; it is shown as it is.",
    Note.CONTENT_LIST_WRONG: "The tag's list of its objects is not the list of the objects that are there.",
    Note.USAGE_PACKED: "The type of usage is packed as text, as some vendors do; it was read all the same.",
    Note.ISIL_EMPTY: "The owner's ISIL is there but empty.",
}


@dataclass(frozen=True, slots=True)
class TagContent:
    """A tag's memory, understood as far as its model allows.

    ``item_id`` is empty unless ``crc_ok``: a tag that may be misread is never a book. ``crc_ok`` is the model's own
    proof, a checksum or, in models that have none, a structure that holds together. ``part`` counts from 1 (0: the
    tag does not tell which of ``parts``); ``usage`` is :attr:`Usage.NONE` when the model leaves it open, and ``None``
    when the value is not assigned.
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
    objects: tuple[Field, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """Everything else the tag says of its item, by name, in the order of the tag."""
        return (*self.objects, *(field for block in self.extensions for field in block.fields))

    def field(self, name: str) -> str:
        """The first value of that name; empty if the tag has none."""
        return next((field.value for field in self.fields if field.name == name), "")

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
    UNKNOWN_MODEL = "unknown-model"
    NO_ITEM_ID = "no-item-id"
    DRAWN_NUMBER = "drawn-number"

    @property
    def sentence(self) -> str:
        """The problem in words."""
        return _PROBLEMS[self]


_PROBLEMS: Final = {
    Problem.NONE: "",
    Problem.UNREADABLE: "The tag answers, but its memory cannot be read: move it a little, or scan the label.",
    Problem.BAD_CRC: "The tag's content is damaged (wrong checksum or broken structure): scan the label.",
    Problem.BLANK: "The tag is blank: scan the label.",
    Problem.UNKNOWN_MODEL: "The tag's data model is not known: scan the label.",
    Problem.NO_ITEM_ID: "The tag carries no item number: scan the label.",
    Problem.DRAWN_NUMBER: "The card (or phone) shows another number each time: scan its code, or type the number.",
}


def problem(content: TagContent) -> Problem:
    """What keeps ``content`` from naming an item or a card; :attr:`Problem.NONE` if nothing does."""
    match content.model:
        case Model.BLANK:
            return Problem.BLANK
        case Model.UNKNOWN:
            return Problem.UNKNOWN_MODEL
        case Model.CARD_NUMBER if not content.item_id:
            return Problem.DRAWN_NUMBER
    if not content.crc_ok:
        return Problem.BAD_CRC
    return Problem.NONE if content.item_id else Problem.NO_ITEM_ID
