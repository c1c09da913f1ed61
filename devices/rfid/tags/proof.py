"""Whether objects in a memory are a tag of ISO 28560-2, and whether enough of them was read to judge it.

The model has no checksum. Objects that chain from an item number on are a beginning; a content parameter that agrees
with them is proof. What the tag promises of its owner, set and usage must be there: a set of which the number of parts
was not read must never pass for a single book.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from devices.rfid.tags import compaction
from devices.rfid.tags.bits import Bits
from devices.rfid.tags.compaction import Compaction
from devices.rfid.tags.iso15962 import BLOCK, FILLING, LAST_NUMBER, Chain, End, StoredObject, scan
from devices.rfid.tags.oids import FIRST_LISTED, Oid

_NEEDED: Final = frozenset({Oid.OWNER, Oid.SET, Oid.USAGE})
#: The item number lies within the first 32 bytes; anything longer is another model's memory.
_ITEM_ENDS: Final = 32
LONGEST_ITEM: Final = _ITEM_ENDS - 2
_LONGEST_NEEDED: Final = 20  # bytes of an object with an ISIL
#: Item numbers that are believed without a content parameter.
_BARCODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./:_-]{1,19}")
_BLOCK_PADDING: Final = BLOCK - 1


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
    chain = _believed(scan(memory), memory)
    first = chain.objects[0] if chain.objects else None
    if first is None or first.number != Oid.ITEM or first.end - first.padding > _ITEM_ENDS:
        return None
    item_id = (compaction.decode(first.compaction, first.data) or "").strip()
    if not item_id or not item_id.isprintable():
        return None
    judged, listed = _judged(chain)
    numbers = {one.number for one in judged}
    proven = _agree(listed, numbers)
    # What is only loosely like other programs' tags needs a content parameter right behind the item number.
    barcode = len(first.data) >= 2 and _BARCODE.fullmatch(item_id)
    loose = not barcode or any(one.padding > _BLOCK_PADDING for one in judged)
    if loose and not (proven and chain.objects[1].number == Oid.CONTENT):
        may_be = _cut_in_its_list(chain, memory)
        return Reading(chain, item_id, None, chain.wanted, proven=False, sound=False) if may_be else None
    if listed is None:
        behind = chain.end is End.OVER and memory[chain.at : _ITEM_ENDS].strip(FILLING)
        if chain.end is End.BROKEN or behind:
            # Whatever lies behind the end in the first blocks, a checksum say, belongs to no tag of this model.
            return None
        complete = chain.end is End.OVER
    else:
        complete = _has_all(listed, numbers)
    sound = complete and all(set_digits(one) for one in judged if one.number == Oid.SET)
    return Reading(chain, item_id, listed, 0 if complete else chain.wanted, proven, sound)


def _agree(listed: frozenset[int] | None, numbers: set[int]) -> bool:
    """Whether a content parameter lists objects that exist, one of which was seen, and forgets none that was."""
    if not listed or max(listed) > LAST_NUMBER:
        return False
    return bool(listed & numbers) and numbers <= listed | {Oid.ITEM, Oid.CONTENT}


def _cut_in_its_list(chain: Chain, memory: bytes) -> bool:
    """Whether the memory that was read ends in, or before, a content parameter behind the item number."""
    listed = next((one for one in chain.objects if one.number == Oid.CONTENT), None)
    if chain.end is not End.CUT_OFF or (listed is not None and listed is not chain.objects[1]):
        return False
    if len(chain.objects) == 1:
        return chain.at >= len(memory) or memory[chain.at] & 0x0F == Oid.CONTENT
    return listed is not None and len(chain.objects) == 2


def _has_all(listed: frozenset[int], numbers: set[int]) -> bool:
    """Whether all is there that a kiosk needs: the content parameter, what it lists of that, and one listed object."""
    return Oid.CONTENT in numbers and listed & _NEEDED <= numbers and bool(listed & numbers)


def _believed(chain: Chain, memory: bytes) -> Chain:
    """The chain without what lies behind filling and is likely a rest of earlier, longer contents.

    Behind filling, an object must be on the content parameter's list; without that list it must begin a block, be one
    that a kiosk needs, and be short, or else the first filling was the end.
    """
    listed = _listed_by(chain.objects)
    if listed is not None:
        kept = [one for one in chain.objects if not one.behind_filling or one.number in listed or one.number <= 2]
        return replace(chain, objects=tuple(kept))
    for at, one in enumerate(chain.objects):
        if one.behind_filling and not _begins_anew(one.start, one.number, one.end - one.start):
            return Chain(chain.objects[:at], End.OVER, one.start)
    if chain.end is End.CUT_OFF and chain.behind_filling and chain.at < len(memory):
        number = memory[chain.at] & 0x0F
        if not _begins_anew(chain.at, number, chain.wanted - chain.at):
            return Chain(chain.objects, End.OVER, chain.at)
    return chain


def _begins_anew(start: int, number: int, length: int) -> bool:
    return start % BLOCK == 0 and number in _NEEDED and length <= _LONGEST_NEEDED


def _listed_by(objects: tuple[StoredObject, ...]) -> frozenset[int] | None:
    for one in objects:
        if one.number == Oid.CONTENT and one.compaction is Compaction.APPLICATION:
            return _listed(one.data) or None
    return None


def _judged(chain: Chain) -> tuple[tuple[StoredObject, ...], frozenset[int] | None]:
    """The objects up to the last one that a kiosk needs, and the content parameter's list."""
    listed = _listed_by(chain.objects)
    numbers: set[int] = set()
    for at, one in enumerate(chain.objects):
        numbers.add(one.number)
        if listed is not None and _has_all(listed, numbers):
            return chain.objects[: at + 1], listed
    return chain.objects, listed


def _listed(data: bytes) -> frozenset[int]:
    bits = Bits(data)
    return frozenset(FIRST_LISTED + at for at in range(len(data) * 8) if bits.take(1))


def content_list_end(memory: bytes) -> int | None:
    """Where the content parameter ends, if it is among the objects that were read."""
    return next((one.end for one in scan(memory).objects if one.number == Oid.CONTENT), None)


def wanted(memory: bytes, everything: bool = False) -> int:
    """Bytes of memory that are needed to judge the tag, or to read all of it; 0 if what is there will do."""
    found = read(memory)
    if found is None:
        return 0
    return found.chain.wanted if everything else found.wanted


def set_digits(one: StoredObject) -> str:
    """Number of parts and part, two or three digits each; empty when they cannot be read, so the set is unknown."""
    digits = compaction.decode(one.compaction, one.data) or ""
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 6):
        return ""
    return digits.zfill(4 if len(digits) <= 4 else 6)
