"""What is to stand on a tag, for an item or in place of what stands there now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from devices.rfid.errors import EncodeError
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Model, TagContent, Usage

#: Data models that can be written.
MODELS: Final = (Model.ISO_28560_3,)
_DSFID: Final = {Model.ISO_28560_3: 0x3E}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the tags are to be like. ``dsfid``: ``None`` for the model's own, -1 to leave it as it is."""

    model: Model = Model.ISO_28560_3
    isil: str = ""
    usage: Usage = Usage.CIRCULATING
    dsfid: int | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A whole memory, from byte 0 to the tag's end, in the order of the standard; and the DSFID that goes with it."""

    memory: bytes
    dsfid: int | None


def for_item(wish: Wish, item: str, part: int, parts: int, capacity: int) -> Image:
    """A new tag's content.

    Raises:
        EncodeError: the model cannot hold it, or the tag of ``capacity`` bytes is too small.
    """
    content = TagContent(wish.model, item, wish.isil, part, parts, wish.usage, True)
    return in_place_of(wish, content, capacity)


def in_place_of(wish: Wish, content: TagContent, capacity: int) -> Image:
    """The same item in the model wished for. An ISIL in ``wish`` goes before the tag's own.

    Raises:
        EncodeError: as for :func:`for_item`.
    """
    small = capacity < iso28560_3.CORE
    core = iso28560_3.encode(
        content.item_id, wish.isil or content.isil, part=content.part, parts=content.parts,
        usage=content.usage if content.usage is not None else Usage.CIRCULATING,
        extensions=() if small else content.extensions, size=iso28560_3.SMALL if small else iso28560_3.CORE,
    )  # fmt: skip
    if len(core) > capacity:
        raise EncodeError(f"The tag is too small: it has {capacity} bytes, {len(core)} are needed. Use another tag.")
    dsfid = None if wish.dsfid == -1 else wish.dsfid if wish.dsfid is not None else _DSFID[wish.model]
    return Image(core.ljust(capacity, b"\0"), dsfid)
