"""Which data model is on this tag? The order of the tests matters: the surest comes first.

A DSFID would help (06 is ISO 28560-2, 3E is 28560-3), but many older tags carry 00, so it may be missing.
"""

from __future__ import annotations

from typing import Final

from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Model, TagContent

#: Blocks of 4 bytes that every library tag has, and enough for most cores.
FIRST_BLOCKS: Final = 8
_DSFID_28560_2: Final = 0x06
_BLANK: Final = (b"\x00", b"\x55")  # 55: fresh 3M tags
_LAST_OBJECT_ID: Final = 26


def recognise(memory: bytes, dsfid: int | None = None) -> TagContent:
    """Read what can be read; name what cannot. Never raises, and a wrong checksum is never an item."""
    if any(memory == fill * len(memory) for fill in _BLANK):
        return TagContent(Model.BLANK)
    content = iso28560_3.decode(memory)
    if content is not None:
        return content
    if dsfid == _DSFID_28560_2 or _is_28560_2(memory):
        return TagContent(Model.ISO_28560_2)
    if _is_rfid501(memory):
        return TagContent(Model.RFID501)
    first_block = memory[:4].ljust(4, b"\0")
    if first_block[0] >> 4 in (1, 2) or first_block[3] >> 4 in (1, 2):  # the second when blocks are turned round
        return TagContent(Model.ISO_28560_3, crc_ok=False)
    return TagContent(Model.UNKNOWN)


def more_blocks(memory: bytes) -> int:
    """Blocks to read behind the first 32 bytes before judging them: an ISIL of 12 or 13 letters runs on.

    ``memory`` is what was read so far. The last byte of the first 32 then is not zero, whichever way round.
    """
    if len(memory) != iso28560_3.SMALL or iso28560_3.decode(memory) is not None:
        return 0
    return 1 if memory[31] and memory[28] and _plausible_core(memory) else 0


def _plausible_core(memory: bytes) -> bool:
    return memory[0] >> 4 in (0, 1, 2) or memory[3] >> 4 in (0, 1, 2)


def _is_rfid501(memory: bytes) -> bool:
    """3M's older model: 04, item and set nibbles, 00, type, then 16 bytes of ASCII (Biblio-RFID, RFID501.pm)."""
    if len(memory) < 20 or memory[0] != 0x04 or memory[2] != 0x00:
        return False
    text = memory[4:20].rstrip(b"\0")
    return bool(text) and all(0x20 <= byte < 0x7F for byte in text)


def _is_28560_2(memory: bytes) -> bool:
    """Whether objects chain from byte 0 (ISO/IEC 15962, no directory) and the first is object 1, the item's id."""
    at, seen = 0, set[int]()
    while at < len(memory) and memory[at] not in (0x00, 0x80):
        found = _object(memory, at)
        if found is None or found[0] in seen or found[0] > _LAST_OBJECT_ID:
            return False
        if not seen and found[0] != 1:
            return False
        seen.add(found[0])
        at = found[1]
    return bool(seen)


def _object(memory: bytes, at: int) -> tuple[int, int] | None:
    """Object number and where the next begins; ``None`` if this is none. The last may run beyond what was read."""
    header = memory[at : at + 4].ljust(4, b"\0")
    precursor, rest = header[0], 1
    number = precursor & 0x0F
    if number == 0x0F:
        number, rest = header[rest] + 15, rest + 1
    padding = 0
    if precursor & 0x80:
        padding, rest = header[rest], rest + 1
    length = header[rest]
    end = at + rest + 1 + length + padding
    shortest = 2 if number == 1 else 1
    first_cut_off = at == 0 and end > len(memory)
    return None if length < shortest or number == 0 or padding > 3 or first_cut_off else (number, end)
