"""What is to stand on a tag, for an item or in place of what stands there now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from devices.rfid.errors import EncodeError
from devices.rfid.station.held import Held
from devices.rfid.tags.content import Model, Note, Usage, problem
from devices.rfid.tags.recognise import recognise
from devices.rfid.tags.tag_image import TagImage, convert, make_image, same_item

#: For ``Wish.dsfid``: leave it as it is.
KEEP = -1


@dataclass(frozen=True, slots=True)
class Wish:
    """What the tags are to be like. ``dsfid``: ``None`` for the model's own, or :data:`KEEP`.

    ``backwards``: blank tags are written with every block turned round, for a reader that hands them out so.
    """

    model: Model = Model.ISO_28560_3
    isil: str = ""
    usage: Usage = Usage.CIRCULATING
    dsfid: int | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a tag will hold, and for which item. ``lost`` has a sentence for each thing the model has no place for."""

    after: Held
    item: str
    part: int = 1
    parts: int = 1
    lost: tuple[str, ...] = ()


def for_item(wish: Wish, now: Held, item: str, part: int, parts: int) -> Plan:
    """A new content for a tag that holds ``now``; the rest of its memory stays.

    Raises:
        EncodeError: the model cannot hold it, or the tag is too small.
    """
    content = recognise(now.raw, now.dsfid)
    blank = content.model is Model.BLANK
    image = make_image(
        wish.model, item, wish.isil, part, parts, wish.usage, capacity=len(now.raw), block_size=now.block_size,
        reverse=wish.backwards if blank else Note.BLOCKS_REVERSED in content.notes,
    )  # fmt: skip
    return Plan(_held(wish, now, image), item, part, parts)


def in_place_of(wish: Wish, now: Held) -> Plan:
    """The item that a tag holds, in the model wished for. An ISIL in ``wish`` goes before the tag's own.

    Raises:
        EncodeError: the tag names no item, or the item does not fit.
    """
    content = recognise(now.raw, now.dsfid)
    if content.model is Model.BLANK:
        raise EncodeError("The tag is blank.")
    if trouble := problem(content):
        raise EncodeError(trouble.sentence)
    content = replace(content, isil=wish.isil or content.isil)
    made = convert(content, wish.model, capacity=len(now.raw), block_size=now.block_size)
    after = _held(wish, now, made.image)
    if not same_item(content, recognise(after.raw, after.dsfid)):
        raise EncodeError(f"item {content.item_id}: in {wish.model.value} it would not be the same item any more")
    return Plan(after, content.item_id, content.part, content.parts, made.lost)


def _held(wish: Wish, now: Held, image: TagImage) -> Held:
    dsfid = image.dsfid if wish.dsfid is None else wish.dsfid
    known = now.dsfid is not None and dsfid != KEEP  # what cannot be read could not be given back
    memory = image.memory + now.raw[len(image.memory) :]
    return Held(memory=memory.hex().upper(), block_size=now.block_size, dsfid=dsfid if known else None)
