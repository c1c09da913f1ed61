"""Which data model is on this tag? The order of the tests matters: the surest comes first.

1.  nothing but one value: blank;
2.  the checksum of ISO 28560-3 is right, as read or with every block turned round, and it looks like such a core;
3.  objects of ISO 28560-2 chain from byte 0, as read or turned round;
4.  the fixed bytes of 3M's RFID 501, as read or turned round;
5.  something of ISO 28560-3 or 28560-2 whose proof is missing: damaged, and never a book;
6.  a right checksum after all; else unknown.

Of four ways to look for it, a checksum of 16 bits is right by chance on one foreign tag in 16,000, which in a large
library is several. So what has a right checksum but reads as nonsense is first offered to the other models.

Tests 3 and 4 have no checksum to lean on, so a damaged core of ISO 28560-3 could pass for one of them by chance. What
is still too much like such a core (:func:`devices.rfid.tags.iso28560_3.strangeness`) is damaged. A DSFID (06 is ISO
28560-2, 3E is 28560-3) is believed where it helps, but never needed: many older tags carry 00.
"""

from __future__ import annotations

from typing import Final

from devices.rfid.tags import iso28560_2, iso28560_3, proof, rfid501
from devices.rfid.tags.content import Model, Note, TagContent
from devices.rfid.tags.iso28560_3 import BLOCK, reverse_blocks

#: Blocks of 4 bytes that every library tag has, and enough for most cores.
FIRST_BLOCKS: Final = 8
_FIRST: Final = FIRST_BLOCKS * BLOCK
_DSFID_28560_3: Final = 0x3E
_BLANK: Final = (b"\x00", b"\x55")  # 55: fresh 3M tags
_BLANK_3M: Final = 24  # bytes of 55; zeros may follow
#: Bytes of the first 32 that may differ from a core of ISO 28560-3 before other models are believed. Tags of ISO
#: 28560-2 with a content parameter differ in five or more, sparse ones of other vendors in four; RFID 501 has three
#: fixed bytes of its own that a damaged core would have to hit.
_NEAR_PROVEN: Final = 4
_NEAR_SPARSE: Final = 3
_NEAR_RFID501: Final = 2
#: More than this, and a right checksum may be chance.
_NONSENSE: Final = 6


def recognise(memory: bytes, dsfid: int | None = None) -> TagContent:
    """Read what can be read; name what cannot. Never raises, and what may be misread is never an item."""
    if _is_blank(memory):
        return TagContent(Model.BLANK)
    by_checksum = iso28560_3.decode(memory)
    if by_checksum is not None and _makes_sense(by_checksum, memory):
        return by_checksum
    turned, objects = _turned(memory), _objects(memory, dsfid)
    if objects is not None and objects.crc_ok:
        return objects
    content = _turned_objects(turned) or _old_3m(memory) or _old_3m(turned, (Note.BLOCKS_REVERSED,))
    if content is not None:
        return content
    if by_checksum is not None:
        return by_checksum
    if objects is not None or dsfid == iso28560_2.DSFID:
        return TagContent(Model.ISO_28560_2)
    first_block = memory[:BLOCK].ljust(BLOCK, b"\0")
    versions = (first_block[0] >> 4, first_block[3] >> 4)  # the second when blocks are turned round
    if 1 in versions or 2 in versions or _near_28560_3(memory, _NEAR_SPARSE):
        return TagContent(Model.ISO_28560_3, crc_ok=False)
    return TagContent(Model.UNKNOWN)


def more_blocks(memory: bytes, everything: bool = False) -> int:
    """Blocks of 4 bytes to read behind ``memory``, whole blocks from byte 0, before the tag can be judged.

    Ask again with what came, until the answer is 0: an object of ISO 28560-2 tells only its own length. ``everything``:
    to show all that is on the tag, and not only whose and which it is.
    """
    if len(memory) < _FIRST or _is_blank(memory):
        return 0
    by_checksum = iso28560_3.decode(memory)
    if by_checksum is not None and _makes_sense(by_checksum, memory):
        return _blocks(iso28560_3.wanted(memory), memory) if everything else 0
    found = proof.read(memory)
    if found is not None and _believable(memory, found) and (found.wanted or found.sound):
        return _blocks(proof.wanted(memory, everything), memory)
    turned = _turned(memory)
    found = proof.read(turned)
    if found is not None and _proven_early(turned, found) and _believable(turned, found):
        return _blocks(proof.wanted(turned, everything), memory)
    if _old_3m(memory) is not None or _old_3m(turned) is not None:
        return 0
    if by_checksum is not None:
        return _blocks(iso28560_3.wanted(memory), memory) if everything else 0
    # An ISIL of 12 or 13 letters runs on: the last byte of the first 32 then is not zero, whichever way round.
    runs_on = len(memory) == _FIRST and memory[31] and memory[28] and memory[:BLOCK] != b"\xff" * BLOCK
    return 1 if runs_on else 0


def _makes_sense(content: TagContent, memory: bytes) -> bool:
    """Whether what a right checksum vouches for is like a core of ISO 28560-3 at all."""
    return content.item_id.isprintable() and _near_28560_3(memory, _NONSENSE)


def _blocks(wanted: int, memory: bytes) -> int:
    return max(0, -(-(wanted - len(memory)) // BLOCK))


def _is_blank(memory: bytes) -> bool:
    if any(memory == fill * len(memory) for fill in _BLANK):
        return True
    return memory[:_BLANK_3M] == b"\x55" * _BLANK_3M and not any(memory[_BLANK_3M:])


def _turned(memory: bytes) -> bytes:
    return reverse_blocks(memory[: len(memory) // BLOCK * BLOCK])


def _objects(memory: bytes, dsfid: int | None) -> TagContent | None:
    """A tag of ISO 28560-2, damaged or not; ``None`` if it is none, or too near to another model."""
    found = proof.read(memory)
    return iso28560_2.decode(memory) if found is not None and _believable(memory, found, dsfid) else None


def _believable(memory: bytes, found: proof.Reading, dsfid: int | None = None) -> bool:
    if dsfid == iso28560_2.DSFID:
        return True
    if found.proven:
        return not _near_28560_3(memory, _NEAR_PROVEN)
    return dsfid != _DSFID_28560_3 and not _near_28560_3(memory, _NEAR_SPARSE)


def _near_28560_3(memory: bytes, limit: int) -> bool:
    """Whether a few wrong bytes could have made this of a core of ISO 28560-3, either way round."""
    return iso28560_3.strangeness(memory) <= limit or iso28560_3.strangeness(_turned(memory[:_FIRST])) <= limit


def _turned_objects(turned: bytes) -> TagContent | None:
    found = proof.read(turned)
    if found is None or not found.sound or not _proven_early(turned, found) or not _believable(turned, found):
        return None
    return iso28560_2.decode(turned, (Note.BLOCKS_REVERSED,))


def _proven_early(turned: bytes, found: proof.Reading) -> bool:
    """Turned round, only a content parameter among the first blocks is proof enough."""
    end = proof.content_list_end(turned)
    return found.proven and end is not None and end <= _FIRST


def _old_3m(memory: bytes, before: tuple[Note, ...] = ()) -> TagContent | None:
    return None if _near_28560_3(memory, _NEAR_RFID501) else rfid501.decode(memory, before)
