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
from dataclasses import dataclass
from typing import Final

from devices.rfid.errors import EncodeError
from devices.rfid.tags import compaction, isil
from devices.rfid.tags.bits import Bits
from devices.rfid.tags.compaction import Compaction
from devices.rfid.tags.content import Model, Note, TagContent, Usage
from devices.rfid.tags.fields import Field, FieldName
from devices.rfid.tags.iso15962 import BLOCK, Chain, End, StoredObject, scan
from devices.rfid.tags.iso15962 import encode as encode_objects
from devices.rfid.tags.limits import check_item, check_parts, read_parts
from devices.rfid.tags.oids import NAMES, PACKED_ISILS, PLACES, Oid

#: Data format in the tag's DSFID: ISO 28560-2, no directory.
DSFID: Final = 0x06


_NEEDED: Final = frozenset({Oid.OWNER, Oid.SET, Oid.USAGE})
#: The item number lies within the first 32 bytes; anything longer is another model's memory.
_ITEM_ENDS: Final = 32
_LONGEST_ITEM: Final = _ITEM_ENDS - 2
_BLOCK_PADDING: Final = BLOCK - 1
_FIRST_LISTED: Final = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """A chain that begins with an item number.

    ``wanted``: bytes of memory without which the tag cannot be judged, 0 if it can. ``listed``: the objects of the
    content parameter, ``None`` if there is none. ``proven``: content parameter and objects agree. ``sound``: nothing
    that the tag promises about its item is missing.
    """

    chain: Chain
    item_id: str
    listed: frozenset[int] | None
    wanted: int
    proven: bool
    sound: bool


def read(memory: bytes) -> Reading | None:
    """Follow the objects; ``None`` if they do not begin with a readable item number."""
    chain = scan(memory)
    first = chain.objects[0] if chain.objects else None
    if first is None or first.number != Oid.ITEM or first.end - first.padding > _ITEM_ENDS:
        return None
    item_id = (compaction.decode(first.compaction, first.data) or "").strip()
    if not item_id or not item_id.isprintable():
        return None
    judged, listed = _judged(chain)
    numbers = {one.number for one in judged}
    # Objects that are only loosely like what other programs write need the content parameter's word for them.
    loose = len(first.data) < 2 or any(one.padding > _BLOCK_PADDING for one in judged)
    if listed is None:
        if loose or chain.end is End.BROKEN:
            return None
        sound = chain.end is End.OVER and all(_set_digits(one) for one in judged if one.number == Oid.SET)
        return Reading(chain, item_id, None, chain.wanted, proven=False, sound=sound)
    proven = bool(listed) and numbers <= listed | {Oid.ITEM, Oid.CONTENT}
    if loose and not proven:
        return None
    sound = listed & _NEEDED <= numbers and all(_set_digits(one) for one in judged if one.number == Oid.SET)
    return Reading(chain, item_id, listed, 0 if listed & _NEEDED <= numbers else chain.wanted, proven, sound)


def _judged(chain: Chain) -> tuple[tuple[StoredObject, ...], frozenset[int] | None]:
    """The objects up to the last one that a kiosk needs, and the content parameter's list."""
    listed: frozenset[int] | None = None
    numbers: set[int] = set()
    for at, one in enumerate(chain.objects):
        numbers.add(one.number)
        if one.number == Oid.CONTENT and one.compaction is Compaction.APPLICATION and one.data:
            listed = _listed(one.data)
        if listed is not None and listed & _NEEDED <= numbers:
            return chain.objects[: at + 1], listed
    return chain.objects, listed


def _listed(data: bytes) -> frozenset[int]:
    bits = Bits(data)
    return frozenset(_FIRST_LISTED + at for at in range(len(data) * 8) if bits.take(1))


def content_list_end(memory: bytes) -> int | None:
    """Where the content parameter ends, if it is among the objects that were read."""
    return next((one.end for one in scan(memory).objects if one.number == Oid.CONTENT), None)


def wanted(memory: bytes, everything: bool = False) -> int:
    """Bytes of memory that are needed to judge the tag, or to read all of it; 0 if what is there will do."""
    found = read(memory)
    if found is None:
        return 0
    return found.chain.wanted if everything else found.wanted


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
                digits = _set_digits(one)
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


def _set_digits(one: StoredObject) -> str:
    """Number of parts and part, two or three digits each; empty when they cannot be read, so the set is unknown."""
    digits = compaction.decode(one.compaction, one.data) or ""
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 6):
        return ""
    return digits.zfill(4 if len(digits) <= 4 else 6)


def _usage(one: StoredObject, notes: list[Note]) -> tuple[Usage | None, int]:
    """Class and detail. By the standard it is one plain byte; some vendors pack two hex digits as text."""
    byte: int | None = one.data[0] if len(one.data) == 1 else None
    if one.compaction is not Compaction.APPLICATION:
        notes.append(Note.USAGE_PACKED)
        text = compaction.decode(one.compaction, one.data) or ""
        if one.compaction is Compaction.NUMERIC:
            byte = int(text.ljust(2, "0"), 16) if 1 <= len(text) <= 2 else None
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
    content = sum(1 << (31 - one.number + _FIRST_LISTED) for one in listed).to_bytes(4, "big").rstrip(b"\0")
    objects = [
        StoredObject(Oid.ITEM, *compaction.best(item_id)),
        StoredObject(Oid.CONTENT, Compaction.APPLICATION, content),
        *listed,
    ]
    if len(objects[0].data) > _LONGEST_ITEM:
        raise EncodeError(f"item number {item_id!r} takes {len(objects[0].data)} bytes; {_LONGEST_ITEM} are allowed")
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
