"""Objects in a tag's memory, ISO/IEC 15962 without a directory: one behind the other from byte 0.

``precursor [OID-15] [padcount] length data [padding]``

=========  =======================================================================
part       content
=========  =======================================================================
precursor  bit 7: a padcount follows; bits 6-4 compaction; bits 3-0 object number
OID-15     only if those four bits are F: the object number less 15
padcount   padding bytes behind the data, so that the next object begins a block
length     bytes of data
=========  =======================================================================

A 00 where a precursor should be ends the objects, or fills the rest of a block so that the next object can begin
another (blocks are locked one by one); some vendors fill with 80. Layouts as in GB/T 35660.2, annex, and in
DigitalPlatform/dp2.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from devices.rfid.errors import EncodeError
from devices.rfid.tags.compaction import Compaction

BLOCK: Final = 4
FILLING: Final = b"\x00\x80"
_OFFSET: Final = 0x80
_MORE: Final = 0x0F  # the object number is in the next byte
_MAX_PADDING: Final = 7  # blocks of eight bytes
#: The last object number that ISO 28560-1 keeps room for.
LAST_NUMBER: Final = 31


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as it is on the tag, in bytes ``start`` to ``end``, the last ``padding`` of them behind its data.

    ``behind_filling``: between it and the one before lies filling, so it may be a rest of what was there earlier.
    """

    number: int
    compaction: Compaction
    data: bytes
    padding: int = 0
    start: int = 0
    end: int = 0
    behind_filling: bool = False


class End(enum.Enum):
    """Why there are no more objects."""

    OVER = "over"  # a terminator
    CUT_OFF = "cut-off"  # the memory that was read ends first
    BROKEN = "broken"  # these bytes are no object


@dataclass(frozen=True, slots=True)
class Chain:
    """The objects found, and why and where they stop.

    ``wanted``: bytes of memory that are needed to go on, when it was cut off. ``behind_filling`` as for an object.
    """

    objects: tuple[StoredObject, ...]
    end: End
    at: int
    wanted: int = 0
    behind_filling: bool = False


def scan(memory: bytes, block: int = BLOCK) -> Chain:
    """Follow the objects from byte 0 on. Any bytes give a chain, mostly an empty one that is broken."""
    found: list[StoredObject] = []
    seen: set[int] = set()
    at = 0
    while True:
        start = _behind_filling(memory, at)
        if start // block > -(-at // block):  # a whole block of filling
            return Chain(tuple(found), End.OVER, at)
        filled, reach = start > at, _reach(memory, start)
        if _is_none(memory, start):
            return Chain(tuple(found), End.OVER if filled else End.BROKEN, at)
        if reach > len(memory):
            return Chain(tuple(found), End.CUT_OFF, start, reach, filled)
        one = _object(memory, start, filled)
        if one.number in seen:
            return Chain(tuple(found), End.OVER if filled else End.BROKEN, at)
        found.append(one)
        seen.add(one.number)
        at = one.end


def _behind_filling(memory: bytes, at: int) -> int:
    while at < len(memory) and memory[at] in FILLING:
        at += 1
    return at


def _reach(memory: bytes, at: int) -> int:
    """Bytes of memory that are needed to see the whole of the object at ``at``, as far as can be told."""
    rest = memory[at:]
    if not rest:
        return at + 1
    length_at = 1 + ((rest[0] & _MORE) == _MORE) + bool(rest[0] & _OFFSET)
    if len(rest) <= length_at:
        return at + length_at + 1
    # Padding need not be read: it says nothing.
    return at + length_at + 1 + rest[length_at]


def _is_none(memory: bytes, at: int) -> bool:
    """Whether the bytes at ``at``, as many as there are, cannot begin an object."""
    head = memory[at : at + 3]
    long = bool(head) and (head[0] & _MORE) == _MORE
    padding = head[1 + long :][:1] if head and head[0] & _OFFSET else b""
    number_is_none = bool(head) and ((head[0] & _MORE) == 0 or (long and head[1:2] > bytes([LAST_NUMBER - 15])))
    return number_is_none or padding > bytes([_MAX_PADDING])


def _object(memory: bytes, start: int, behind_filling: bool) -> StoredObject:
    """The object at ``start``, which lies wholly in the memory (its padding may not)."""
    precursor, at = memory[start], start + 1
    number, padding = precursor & 0x0F, 0
    if number == _MORE:
        number, at = memory[at] + 15, at + 1
    if precursor & _OFFSET:
        padding, at = memory[at], at + 1
    begin, end = at + 1, at + 1 + memory[at]
    return StoredObject(
        number, Compaction(precursor >> 4 & 7), memory[begin:end], padding, start, end + padding, behind_filling
    )


def encode(objects: Sequence[StoredObject], block: int = BLOCK, aligned: Collection[int] = ()) -> bytes:
    """The objects' bytes, one behind the other in this order, filled with 00 to a whole block.

    Each run of objects whose numbers are ``aligned`` has blocks of its own, so that these can be locked.

    Raises:
        EncodeError: an object number or a length that cannot be written.
    """
    memory = bytearray()
    for at, one in enumerate(objects):
        raw = _raw(one)
        following = objects[at + 1].number in aligned if at + 1 < len(objects) else False
        spare = -(len(memory) + len(raw)) % block
        if spare and following != (one.number in aligned):
            raw = _padded(one, raw, spare)
        memory += raw
    return bytes(memory) + bytes(-len(memory) % block)


def _raw(one: StoredObject) -> bytes:
    if not 1 <= one.number <= LAST_NUMBER or len(one.data) > 0xFF:
        raise EncodeError(
            f"object {one.number} of {len(one.data)} bytes: numbers go from 1 to {LAST_NUMBER}, and 255 bytes fit"
        )
    head = one.compaction << 4
    if one.number < _MORE:
        return bytes([head | one.number, len(one.data)]) + one.data
    return bytes([head | _MORE, one.number - 15, len(one.data)]) + one.data


def _padded(one: StoredObject, raw: bytes, spare: int) -> bytes:
    """``raw`` and ``spare`` more bytes. Behind object numbers above 14 they are plain filling.

    Programs disagree on whether the padcount or the number comes first there (dp2 does it both ways).
    """
    if one.number >= _MORE:
        return raw + bytes(spare)
    return bytes([raw[0] | _OFFSET, spare - 1]) + raw[1:] + bytes(spare - 1)
