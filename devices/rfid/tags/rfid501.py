"""3M's older model for library tags, "RFID 501": 28 bytes without a checksum (Biblio-RFID, RFID501.pm and its tests).

=======  ==================================================================
byte     content
=======  ==================================================================
0        04
1        high nibble item number in the set, low nibble items in the set
2        00
3        item type (1 book, 2 magazine, 6 CD …)
4-19     item number, ASCII, zero padded
20-23    branch (12 bits) and library (20 bits), big endian
24-27    a number of the library's own, signed, big endian
=======  ==================================================================

It says nothing of the type of usage: a card and a book look alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from devices.rfid.errors import EncodeError
from devices.rfid.tags.content import Model, Note, TagContent, Usage
from devices.rfid.tags.fields import Field, FieldName
from devices.rfid.tags.limits import check_item, check_parts, read_parts

LENGTH: Final = 28
_SHORTEST: Final = 24  # without the library's own number
_MARK: Final = 0x04
_ID: Final = slice(4, 20)
_TYPES: Final = 0x20
_BOOK: Final = 1

#: Fields that this model has a place for.
PLACES: Final = frozenset({FieldName.ITEM_TYPE, FieldName.BRANCH, FieldName.LIBRARY, FieldName.CUSTOM})


def decode(memory: bytes, before: tuple[Note, ...] = ()) -> TagContent | None:
    """Read a tag; ``None`` unless all that is fixed in this model is as it should be."""
    if len(memory) < _SHORTEST or memory[0] != _MARK or memory[2] != 0 or memory[3] >= _TYPES:
        return None
    text = memory[_ID].rstrip(b"\0")
    item_id = text.decode("ascii", "replace").strip()
    if not item_id or not all(0x20 <= byte < 0x7F for byte in text) or memory[1] >> 4 > memory[1] & 0x0F:
        return None
    notes = list(before)
    part, parts = read_parts(memory[1] >> 4, memory[1] & 0x0F, notes)
    where = int.from_bytes(memory[20:24], "big")
    custom = int.from_bytes(memory[24:LENGTH], "big", signed=True) if len(memory) >= LENGTH else 0
    numbers = ((FieldName.BRANCH, where >> 20), (FieldName.LIBRARY, where & 0xFFFFF), (FieldName.CUSTOM, custom))
    fields = (
        Field(FieldName.ITEM_TYPE, str(memory[3])),
        *(Field(name, str(number)) for name, number in numbers if number),
    )
    return TagContent(
        Model.RFID501, item_id, "", part, parts, Usage.NONE, crc_ok=True, notes=tuple(notes), objects=fields
    )


def encode(item_id: str, *, part: int = 1, parts: int = 1, fields: Mapping[FieldName, str] | None = None) -> bytes:
    """A tag's 28 bytes. Without an item type it is a book.

    Raises:
        EncodeError: a value that this model cannot hold, so that it would read back differently.
    """
    check_item(item_id)
    check_parts(part, parts, 0x0F)
    fields = fields or {}
    homeless = [name.value for name in fields if name not in PLACES]
    if homeless:
        raise EncodeError(f"{', '.join(homeless)}: RFID 501 has no place for it; leave it out, or use ISO 28560-2")
    if not item_id.isascii() or len(item_id) > 16:
        raise EncodeError(f"item number {item_id!r}: an RFID 501 tag holds 16 ASCII characters")
    kind = _number(fields, FieldName.ITEM_TYPE, 0, _TYPES - 1, _BOOK)
    where = _number(fields, FieldName.BRANCH, 0, 0xFFF) << 20 | _number(fields, FieldName.LIBRARY, 0, 0xFFFFF)
    custom = _number(fields, FieldName.CUSTOM, -(1 << 31), (1 << 31) - 1)
    return (
        bytes([_MARK, part << 4 | parts, 0, kind])
        + item_id.encode("ascii").ljust(16, b"\0")
        + where.to_bytes(4, "big")
        + custom.to_bytes(4, "big", signed=True)
    )


def _number(fields: Mapping[FieldName, str], name: FieldName, least: int, most: int, default: int = 0) -> int:
    text = fields.get(name, str(default))
    try:
        number = int(text)
    except ValueError:
        number = most + 1
    if not least <= number <= most or str(number) != text:
        raise EncodeError(f"{name} {text!r}: use a whole number from {least} to {most}")
    return number
