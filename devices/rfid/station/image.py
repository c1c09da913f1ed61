"""What is to stand on a tag, for an item or in place of what stands there now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from devices.rfid.errors import EncodeError
from devices.rfid.station.held import Held
from devices.rfid.tags.content import Model, Note, Usage, problem
from devices.rfid.tags.epc import LAYOUTS, pc_of
from devices.rfid.tags.tag_image import WRITABLE, TagImage, convert, make_image, same_item

#: Layouts of UHF tags.
EPC_LAYOUTS = {layout.model: layout for layout in LAYOUTS}

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
    if now.epc or wish.model in EPC_LAYOUTS:
        return _epc(wish, now, item, parts)
    content = now.content
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
    content = now.content
    if content.model is Model.BLANK:
        raise EncodeError("The tag is blank.")
    if trouble := problem(content):
        raise EncodeError(trouble.sentence)
    content = replace(content, isil=wish.isil or content.isil)
    if now.epc or wish.model in EPC_LAYOUTS:
        return _epc(replace(wish, isil=content.isil), now, content.item_id, content.parts)
    made = convert(content, wish.model, capacity=len(now.raw), block_size=now.block_size)
    after = _held(wish, now, made.image)
    if not same_item(content, after.content):
        raise EncodeError(f"item {content.item_id}: in {wish.model.value} it would not be the same item any more")
    return Plan(after, content.item_id, content.part, content.parts, made.lost)


def _epc(wish: Wish, now: Held, item: str, parts: int) -> Plan:
    """A UHF tag has an EPC and no more; the alarm is put into it by whoever knows where it lives."""
    layout = EPC_LAYOUTS.get(wish.model)
    if layout is None:
        raise EncodeError(f"This is a UHF tag; {wish.model.value} is for HF. Choose {' or '.join(EPC_LAYOUTS)}.")
    if not now.epc:
        raise EncodeError(f"This is an HF tag; {wish.model.value} is for UHF. Choose {', '.join(WRITABLE)}.")
    if parts > 1:
        raise EncodeError(f"{wish.model.value}: an EPC has no place for {parts} parts")
    pc, epc = int.from_bytes(now.raw[:2], "big"), layout.encode(item, wish.isil)
    raw = pc_of(epc, pc).to_bytes(2, "big") + epc
    return Plan(Held(memory=raw.hex().upper(), block_size=now.block_size, epc=True), item)


def _held(wish: Wish, now: Held, image: TagImage) -> Held:
    dsfid = image.dsfid if wish.dsfid is None else wish.dsfid
    known = now.dsfid is not None and dsfid != KEEP  # what cannot be read could not be given back
    memory = image.memory + now.raw[len(image.memory) :]
    return Held(memory=memory.hex().upper(), block_size=now.block_size, dsfid=dsfid if known else None)
