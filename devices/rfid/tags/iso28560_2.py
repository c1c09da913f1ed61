"""ISO 28560-2: the item as numbered objects (see :mod:`devices.rfid.tags.iso15962`), each as short as it can be.

=======  =====================================================================================================
object   content
=======  =====================================================================================================
1        item number, always the first
2        content parameter: from the first bit on, one for each of the objects 3, 4, 5 … that is there
3        owner's ISIL (see :mod:`devices.rfid.tags.isil`)
4        set: number of parts and ordinal part, two digits each (three if one is over 99), as one integer
5        type of usage: class and detail, a nibble each
6 …      shelf, media formats, supplier, title and so on: :class:`~devices.rfid.tags.oids.Oid`
=======  =====================================================================================================

There is no checksum. What proves a tag is its structure: objects that chain, and a content parameter that agrees with
them. A kiosk needs objects 1 to 5; what lies behind them is not read unless somebody asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from devices.rfid.errors import EncodeError
from devices.rfid.tags import compaction, isil
from devices.rfid.tags.compaction import Compaction
from devices.rfid.tags.content import Model, Note, TagContent, Usage
from devices.rfid.tags.fields import Field, FieldName
from devices.rfid.tags.iso15962 import BLOCK, End, StoredObject
from devices.rfid.tags.iso15962 import encode as encode_objects
from devices.rfid.tags.limits import check_item, check_parts, read_parts
from devices.rfid.tags.oids import FIRST_LISTED, NAMES, PACKED_ISILS, PLACES, Oid
from devices.rfid.tags.proof import LONGEST_ITEM, Reading, read, set_digits

#: Data format in the tag's DSFID: ISO 28560-2, no directory.
DSFID: Final = 0x06


def decode(memory: bytes, before: tuple[Note, ...] = ()) -> TagContent | None:
    """Read a tag; ``None`` if its objects do not begin with an item number. Not ``crc_ok`` if one is missing."""
    found = read(memory)
    if found is None:
        return None
    if not found.sound:
        return TagContent(Model.ISO_28560_2)
    notes, fields = list(before), list[Field]()
    owner, part, parts, usage = "", 1, 1, Usage.NONE
    unassigned = False
    for one in found.chain.objects:
        match one.number:
            case Oid.ITEM | Oid.CONTENT:
                continue
            case Oid.OWNER:
                owner = _text(one)
                if not owner:
                    notes.append(Note.ISIL_EMPTY)
            case Oid.SET:
                digits = set_digits(one)
                if not digits:
                    return TagContent(Model.ISO_28560_2)  # who cannot tell which part it is may not call it the whole
                half = len(digits) // 2
                part, parts = read_parts(int(digits[half:]), int(digits[:half]), notes)
            case Oid.USAGE:
                kind, detail = _usage(one, notes)
                unassigned = kind is None
                usage = kind if kind is not None else usage
                fields += [Field(FieldName.USAGE_DETAIL, f"{kind:X}{detail:X}")] if kind is not None and detail else []
            case number:
                name: str = NAMES[Oid(number)] if number in NAMES else f"object-{number}"
                if number not in NAMES:
                    notes.append(Note.OBJECT_UNKNOWN)
                fields.append(Field(name, _text(one)))
    notes += _about_the_chain(found)
    return TagContent(
        Model.ISO_28560_2,
        found.item_id,
        owner,
        part,
        parts,
        None if unassigned else usage,
        True,
        tuple(dict.fromkeys(notes)),
        objects=tuple(fields),
    )


def _about_the_chain(found: Reading) -> list[Note]:
    notes = []
    if found.chain.end is End.BROKEN:
        notes.append(Note.OBJECTS_BAD)
    numbers = {one.number for one in found.chain.objects} - {Oid.ITEM, Oid.CONTENT}
    missing = (found.listed or frozenset()) - numbers
    if found.listed is not None and (numbers - found.listed or (missing and found.chain.end is End.OVER)):
        notes.append(Note.CONTENT_LIST_WRONG)
    return notes


def _text(one: StoredObject) -> str:
    """The object's text; bytes that no compaction explains are shown as hex."""
    if one.compaction is Compaction.APPLICATION and one.number in PACKED_ISILS:
        return isil.decode(one.data)
    if one.compaction is Compaction.APPLICATION and one.number == Oid.GS1_PRODUCT:
        return str(int.from_bytes(one.data, "big"))  # as the parser of Helsinki's libraries has it
    text = compaction.decode(one.compaction, one.data)
    if text is None or not text.isprintable():
        return f"0x{one.data.hex().upper()}" if one.data else ""
    return text


def _usage(one: StoredObject, notes: list[Note]) -> tuple[Usage | None, int]:
    """Class and detail. By the standard it is one plain byte; some vendors pack two hex digits as text."""
    byte: int | None = one.data[0] if len(one.data) == 1 else None
    if one.compaction is not Compaction.APPLICATION:
        notes.append(Note.USAGE_PACKED)
        text = compaction.decode(one.compaction, one.data) or ""
        if one.compaction is Compaction.NUMERIC:
            byte = int(text.ljust(2, "0"), 16) if 1 <= len(text) <= 2 else None
        elif one.compaction is Compaction.INTEGER:
            byte = None  # 16 could be the byte 10, or the class 1 and the detail 6
        elif len(text) == 2 and all(character in "0123456789ABCDEFabcdef" for character in text):
            byte = int(text, 16)
        elif one.compaction is not Compaction.OCTETS:
            byte = None
    if byte is None or byte >> 4 not in list(Usage):
        notes.append(Note.USAGE_UNASSIGNED)
        return None, 0
    return Usage(byte >> 4), byte & 0x0F


def encode(
    item_id: str,
    owner: str = "",
    *,
    part: int = 1,
    parts: int = 1,
    usage: Usage = Usage.CIRCULATING,
    fields: Mapping[FieldName, str] | None = None,
    block: int = BLOCK,
    align: bool = True,
) -> bytes:
    """A tag's memory from byte 0 on, whole blocks. Not ``align``: the item number shares its last block, to save room.

    Raises:
        EncodeError: a value that this model cannot hold, so that it would read back differently.
    """
    check_item(item_id)
    check_parts(part, parts, 999)
    fields = fields or {}
    homeless = [name.value for name in fields if name not in PLACES]
    if homeless:
        raise EncodeError(f"{', '.join(homeless)}: ISO 28560-2 has no place for it; leave it out")
    listed = [] if not owner else [StoredObject(Oid.OWNER, Compaction.APPLICATION, _pack_owner(owner))]
    if parts > 1:
        digits = f"{parts:02}{part:02}" if parts <= 99 else f"{parts:03}{part:03}"
        listed.append(StoredObject(Oid.SET, *compaction.best(str(int(digits)))))
    detail = _usage_detail(usage, fields.get(FieldName.USAGE_DETAIL, ""))
    listed.append(StoredObject(Oid.USAGE, Compaction.APPLICATION, bytes([usage << 4 | detail])))
    listed += [_field(oid, fields[name]) for oid, name in NAMES.items() if name in fields]
    content = sum(1 << (31 - one.number + FIRST_LISTED) for one in listed).to_bytes(4, "big").rstrip(b"\0")
    objects = [
        StoredObject(Oid.ITEM, *compaction.best(item_id)),
        StoredObject(Oid.CONTENT, Compaction.APPLICATION, content),
        *listed,
    ]
    if len(objects[0].data) > LONGEST_ITEM:
        raise EncodeError(f"item number {item_id!r} takes {len(objects[0].data)} bytes; {LONGEST_ITEM} are allowed")
    return encode_objects(objects, block, aligned=(Oid.ITEM,) if align else ())


def _pack_owner(owner: str) -> bytes:
    if len(owner) > 16:
        raise EncodeError(f"ISIL {owner!r} has {len(owner)} characters; an ISIL has 16 at most")
    return isil.encode(owner)


def _usage_detail(usage: Usage, value: str) -> int:
    if not value:
        return 0
    if len(value) != 2 or value[0] != f"{usage:X}" or value[1] not in "123456789ABCDEF":
        raise EncodeError(
            f"usage detail {value!r}: use two hex digits; for {usage.name.lower()} the first is {usage:X}"
        )
    return int(value[1], 16)


def _field(oid: Oid, value: str) -> StoredObject:
    if not value or not value.isprintable():
        raise EncodeError(f"{NAMES[oid]} {value!r}: use printable characters, at least one")
    if oid in PACKED_ISILS:
        return StoredObject(oid, Compaction.APPLICATION, _pack_owner(value))
    way, data = compaction.best(value)
    if len(data) > 0xFF:
        raise EncodeError(f"{NAMES[oid]} takes {len(data)} bytes; an object holds 255")
    return StoredObject(oid, way, data)
