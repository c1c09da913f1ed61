"""What to write on a tag: the memory of an item in a data model, fitted to the tag, and from one model to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from devices.rfid.errors import EncodeError
from devices.rfid.tags import extensions, iso28560_2, iso28560_3, oids, rfid501
from devices.rfid.tags.content import Model, Note, TagContent, Usage
from devices.rfid.tags.fields import FieldName, explained
from devices.rfid.tags.iso28560_3 import reverse_blocks
from devices.rfid.tags.recognise import recognise

#: Models that a tag's memory can be written in.
WRITABLE: Final = (Model.ISO_28560_2, Model.ISO_28560_3, Model.RFID501)
_DSFID: Final = {Model.ISO_28560_2: iso28560_2.DSFID, Model.ISO_28560_3: 0x3E, Model.RFID501: 0x00}
_PLACES: Final = {
    Model.ISO_28560_2: oids.PLACES,
    Model.ISO_28560_3: extensions.PLACES,
    Model.RFID501: rfid501.PLACES,
}


@dataclass(frozen=True, slots=True)
class TagImage:
    """A tag as it should be: ``memory`` from byte 0 on, whole blocks; what lies behind it may stay as it is.

    ``afi`` is the caller's: which security byte is right is a setting of the site, not of the data model.
    """

    memory: bytes
    dsfid: int
    afi: int | None
    model: Model


def make_image(
    model: Model,
    item_id: str,
    isil: str = "",
    part: int = 1,
    parts: int = 1,
    usage: Usage = Usage.CIRCULATING,
    *,
    capacity: int,
    block_size: int = 4,
    afi: int | None = None,
    fields: Mapping[FieldName, str] | None = None,
    reverse: bool = False,
) -> TagImage:
    """The image of an item for a tag of ``capacity`` bytes.

    ``reverse``: the tag is read with its blocks turned round (:attr:`~devices.rfid.tags.content.Note.BLOCKS_REVERSED`),
    so it must be written in the same way.

    Raises:
        EncodeError: a value that the model cannot hold, or more bytes than the tag has.
    """
    if block_size not in (4, 8):
        raise EncodeError(f"blocks of {block_size} bytes: tags for books have blocks of 4 or 8")
    given = dict(fields or {})
    match model:
        case Model.ISO_28560_2:
            memory = _objects(item_id, isil, part, parts, usage, given, capacity, block_size)
        case Model.ISO_28560_3:
            memory = _core(item_id, isil, part, parts, usage, given, capacity)
        case Model.RFID501:
            if isil:
                raise EncodeError(f"ISIL {isil!r}: RFID 501 has no place for an owner; leave it out")
            if usage not in (Usage.CIRCULATING, Usage.NONE):
                raise EncodeError(f"usage {usage.name.lower()}: RFID 501 cannot say it; use ISO 28560-2 or 28560-3")
            memory = rfid501.encode(item_id, part=part, parts=parts, fields=given)
        case _:
            raise EncodeError(f"model {model.value}: no memory is written in it; use {', '.join(WRITABLE)}")
    memory += bytes(-len(memory) % block_size)
    _check_room(model, memory, capacity)
    if model is not Model.ISO_28560_3 and len(memory) + block_size <= capacity:
        memory += bytes(block_size)  # so that nothing older behind it is taken for a part of it
    _check_reading(model, memory, item_id, part)
    return TagImage(reverse_blocks(memory) if reverse else memory, _DSFID[model], afi, model)


def _objects(
    item_id: str,
    isil: str,
    part: int,
    parts: int,
    usage: Usage,
    fields: Mapping[FieldName, str],
    capacity: int,
    block: int,
) -> bytes:
    memory = b""
    for align in (True, False):  # the item number gets blocks of its own where there is room for that
        memory = iso28560_2.encode(
            item_id, isil, part=part, parts=parts, usage=usage, fields=fields, block=block, align=align
        )
        if len(memory) <= capacity:
            break
    return memory


def _core(
    item_id: str, isil: str, part: int, parts: int, usage: Usage, fields: Mapping[FieldName, str], capacity: int
) -> bytes:
    blocks = extensions.blocks(fields)
    # Without extension blocks, a core whose last two bytes are zero is the same with or without them.
    small = capacity < iso28560_3.CORE and not blocks
    size = iso28560_3.SMALL if small else iso28560_3.CORE
    return iso28560_3.encode(item_id, isil, part=part, parts=parts, usage=usage, extensions=blocks, size=size)


def _check_room(model: Model, memory: bytes, capacity: int) -> None:
    if len(memory) > capacity:
        raise EncodeError(
            f"{model.value}: this item needs {len(memory)} bytes, the tag has {capacity}; "
            "leave something out, or use a larger tag"
        )


def _check_reading(model: Model, memory: bytes, item_id: str, part: int) -> None:
    """A model without a checksum can hold values that look like another model's damaged core."""
    found = recognise(memory)
    if (found.model, found.item_id, found.part) != (model, item_id, part):
        raise EncodeError(f"{model.value}: item {item_id} would be taken for a damaged tag; use another model")


def same_item(before: TagContent, after: TagContent) -> bool:
    """Whether both name the same part of the same item or the same card; an owner that one of them omits may differ."""
    if not (before.crc_ok and after.crc_ok and before.item_id and before.is_card == after.is_card):
        return False
    owners = not before.isil or not after.isil or before.isil == after.isil
    return owners and (before.item_id, before.part, before.parts) == (after.item_id, after.part, after.parts)


@dataclass(frozen=True, slots=True)
class Conversion:
    """An image in another model, and a sentence for each thing that has no place in it."""

    image: TagImage
    lost: tuple[str, ...]


def convert(
    content: TagContent, model: Model, *, capacity: int, block_size: int = 4, afi: int | None = None
) -> Conversion:
    """Keep item number, owner, set, type of usage and every field that ``model`` has a place for.

    What would change the item itself (a number that does not fit, a card that would look like a book) is an error;
    what only describes it is left out and listed.

    Raises:
        EncodeError: ``content`` names no item, or the item itself does not fit.
    """
    if not content.crc_ok or not content.item_id:
        raise EncodeError(f"model {content.model.value}: this tag names no item, so there is nothing to convert")
    if content.part == 0:
        raise EncodeError(f"item {content.item_id}: the tag does not tell which of its {content.parts} parts it is")
    usage = content.usage
    if usage is None:
        raise EncodeError(f"item {content.item_id}: the tag's type of usage is not assigned; decide on one first")
    lost: list[str] = []
    isil = content.isil
    if model is Model.RFID501 and isil:
        lost.append(f"owner {isil}: {model.value} has no place for it")
        isil = ""

    def image(kept: Mapping[FieldName, str]) -> TagImage:
        return make_image(
            model, content.item_id, isil, content.part, content.parts, usage, capacity=capacity,
            block_size=block_size, afi=afi, fields=kept, reverse=Note.BLOCKS_REVERSED in content.notes,
        )  # fmt: skip

    image({})  # the item itself must fit, whatever is left out
    fields: dict[FieldName, str] = {}
    for field in content.fields:
        if field.name not in _PLACES[model]:
            lost.append(f"{field.name} {explained(field)}: {model.value} has no place for it")
            continue
        name = FieldName(field.name)
        if name in fields:
            lost.append(f"{name} {explained(field)}: it is there twice")
            continue
        try:
            image({**fields, name: field.value})
            fields[name] = field.value
        except EncodeError as error:
            lost.append(f"{name} {explained(field)}: {error}")
    return Conversion(image(fields), tuple(lost))
