"""The blocks behind the core of ISO 28560-3, and the fields in them.

Block 1 (library) is a media format byte, the alternative item id and the alternative owner; the others are texts with a
zero between them. The order of fields in blocks 1 and 2 is that of the Danish model's contents list (DS/INF 163-2,
sections 3.5.1 to 3.5.3); that of block 3, of the last two fields of block 2, and of block 5 is that of Wildau's library
(node-rfid-server, iso28560-3: LibrarySupplement-, Acquisition- and IllExtensionBlock.js).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from devices.rfid.errors import EncodeError
from devices.rfid.tags.fields import Field, FieldName

LIBRARY: Final = 1
ACQUISITION: Final = 2
SUPPLEMENT: Final = 3
TITLE: Final = 4
ILL: Final = 5

BLOCK_NAMES: Final = {
    LIBRARY: "library",
    ACQUISITION: "acquisition",
    SUPPLEMENT: "supplement",
    TITLE: "title",
    ILL: "ill",
}

_TEXTS: Final[dict[int, tuple[FieldName, ...]]] = {
    LIBRARY: (FieldName.ALT_ITEM, FieldName.ALT_OWNER),
    ACQUISITION: (
        FieldName.SUPPLIER,
        FieldName.PRODUCT_LOCAL,
        FieldName.ORDER_NUMBER,
        FieldName.INVOICE,
        FieldName.GS1_PRODUCT,
        FieldName.SUPPLY_STAGE,
    ),
    SUPPLEMENT: (FieldName.SHELF, FieldName.MARC_MEDIA, FieldName.ONIX_MEDIA, FieldName.SUBSIDIARY),
    TITLE: (FieldName.TITLE,),
    ILL: (FieldName.ILL_BORROWER, FieldName.ILL_TRANSACTION, FieldName.ALT_ILL_BORROWER),
}

#: Fields that ISO 28560-3 has a place for.
PLACES: Final = frozenset({FieldName.MEDIA, *(name for names in _TEXTS.values() for name in names)})


@dataclass(frozen=True, slots=True)
class Extension:
    """A block behind the core: 1 library, 2 acquisition, 3 supplement, 4 title, 5 interlibrary loan."""

    id: int
    payload: bytes

    @property
    def texts(self) -> tuple[str, ...]:
        """The payload's zero-separated strings."""
        return tuple(part.decode("utf-8", "replace") for part in self.payload.split(b"\0"))

    @property
    def fields(self) -> tuple[Field, ...]:
        """The payload as named fields, empty ones left out; a block of unknown number gives none."""
        if self.id not in BLOCK_NAMES:
            return ()
        found, rest = [], self.payload
        if self.id == LIBRARY:
            if rest[:1] > b"\0":
                found.append(Field(FieldName.MEDIA, str(rest[0])))
            rest = rest[1:]
        names = _TEXTS.get(self.id, ())
        for at, part in enumerate(rest.split(b"\0")):
            name = names[at] if at < len(names) else f"{BLOCK_NAMES[self.id]}-{at + 1}"
            if part:
                found.append(Field(name, part.decode("utf-8", "replace")))
        return tuple(found)


def blocks(fields: Mapping[FieldName, str]) -> tuple[Extension, ...]:
    """The blocks that hold ``fields``.

    Raises:
        EncodeError: a field has no place in this model, or its value would read back differently.
    """
    homeless = [name.value for name in fields if name not in PLACES]
    if homeless:
        raise EncodeError(f"{', '.join(homeless)}: ISO 28560-3 has no place for it; leave it out, or use ISO 28560-2")
    made = []
    for number, names in _TEXTS.items():
        texts = [_text(name, fields.get(name, "")) for name in names]
        media = _media(fields.get(FieldName.MEDIA, "")) if number == LIBRARY else b""
        if any(texts) or media.strip(b"\0"):
            payload = media + b"\0".join(texts)
            # Trailing separators say nothing, but the media byte stays.
            made.append(Extension(number, payload[: len(media)] + payload[len(media) :].rstrip(b"\0")))
    return tuple(made)


def _media(value: str) -> bytes:
    if not value:
        return b"\0"
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 0xFF and str(int(value)) == value):
        raise EncodeError(f"media {value!r}: ISO 28560-3 wants a number from 1 to 255 (1 book, 2 CD or DVD, 3 tape …)")
    return bytes([int(value)])


def _text(name: FieldName, value: str) -> bytes:
    if not value.isprintable():
        raise EncodeError(f"{name} {value!r}: use printable characters")
    return value.encode("utf-8")
