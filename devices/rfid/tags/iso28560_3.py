"""ISO 28560-3, the fixed-length model that began as the Danish RFID data model (DS/INF 163-2).

========  ==========================================================================
byte      content
========  ==========================================================================
0         high nibble version (1; 0 and 2 are seen), low nibble type of usage
1, 2      number of parts in the item, ordinal part number
3-18      primary item id, UTF-8, zero padded
19, 20    CRC (IBM-3740) of bytes 0-18 and 21-33, low byte first
21-33     owner's ISIL without its first hyphen, zero padded; to 31 only on a tag of 32 bytes
34 …      extension blocks ``LEN ID_lo ID_hi XOR payload``; a LEN of 0 ends them
========  ==========================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from operator import xor
from typing import Final

from devices.rfid import crc
from devices.rfid.errors import EncodeError
from devices.rfid.tags.content import Extension, Model, Note, TagContent, Usage
from devices.rfid.tags.limits import check_item, check_parts, read_parts

#: Bytes of the core, and of the core on a small tag, whose ISIL is two bytes shorter.
CORE: Final = 34
SMALL: Final = 32
BLOCK: Final = 4
_ID: Final = slice(3, 19)
_CRC: Final = slice(19, 21)
_ISIL: Final = slice(21, 34)
_EXTENSION_HEAD: Final = 4
_MAX_EXTENSION: Final = 0xFF - _EXTENSION_HEAD
_VERSIONS: Final = (0, 1, 2)
_UNHEARD_OF_PARTS: Final = 0x20
_PRINTABLE: Final = frozenset(range(0x20, 0x7F))
_ISIL_BYTES: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:/- ")
_ISIL_FORM: Final = re.compile(r"[A-Z]{2}-[A-Za-z0-9:/-]{1,11}")


def checksum(memory: bytes) -> int:
    """The CRC that belongs in bytes 19 and 20; a small tag counts as followed by two zeros."""
    core = memory[:CORE].ljust(CORE, b"\0")
    return crc.ibm_3740(core[: _CRC.start] + core[_CRC.stop :])


def is_sound(memory: bytes) -> bool:
    """Whether the checksum is right, over the core or over a small tag's core with other data behind it."""
    stored = int.from_bytes(memory[_CRC], "little")
    return len(memory) >= SMALL and stored in (checksum(memory), checksum(memory[:SMALL]))


def reverse_blocks(memory: bytes) -> bytes:
    """Turn every block of 4 bytes round: some vendors' tags, and some readers, have them backwards."""
    return b"".join(memory[at : at + BLOCK][::-1] for at in range(0, len(memory), BLOCK))


def decode(memory: bytes) -> TagContent | None:
    """Read a tag; ``None`` if the checksum is wrong both ways round, or there are fewer than 32 bytes."""
    found = _right_way_round(memory)
    return None if found is None else _decode(*found)


def _right_way_round(memory: bytes) -> tuple[bytes, tuple[Note, ...]] | None:
    if is_sound(memory):
        return memory, ()
    turned = reverse_blocks(memory[: len(memory) // BLOCK * BLOCK])
    return (turned, (Note.BLOCKS_REVERSED,)) if is_sound(turned) else None


def wanted(memory: bytes) -> int:
    """Bytes of memory that are needed to see all extension blocks; 0 if they are there, or it is no such tag."""
    found = _right_way_round(memory)
    if found is None or _is_small(found[0]):
        return 0
    memory, at = found[0], CORE
    while at < len(memory):
        if memory[at] == 0:
            return 0
        at += max(memory[at], _EXTENSION_HEAD)
    return at + 1


def _is_small(memory: bytes) -> bool:
    return int.from_bytes(memory[_CRC], "little") != checksum(memory)


def strangeness(memory: bytes) -> int:
    """How many of the first 32 bytes a core of this model would not hold, whatever its checksum.

    A damaged core of this model must not pass for a book of a model without a checksum; this tells how near it is.
    A checksum of zero counts twice and an owner that is missing once, for those are marks of other models.
    """
    core = memory[:SMALL].ljust(SMALL, b"\0")
    usage, parts, part = core[:3]
    strange = int((usage >> 4) not in _VERSIONS or (usage & 0x0F) not in list(Usage))
    strange += int(not 1 <= part <= parts) + (max(part, parts) >= _UNHEARD_OF_PARTS)
    strange += _misfits(core[_ID], _PRINTABLE) + _misfits(core[_ISIL.start :], _ISIL_BYTES)
    return strange + 2 * (core[_CRC] == b"\0\0") + (not any(core[_ISIL.start :]))


def _misfits(field: bytes, alphabet: frozenset[int]) -> int:
    """The fewest bytes to change so that ``field`` is some text and then zeros."""
    best = cost = sum(byte != 0 for byte in field)  # were all of it zeros
    for byte in field:
        cost += (byte not in alphabet) - (byte != 0)
        best = min(best, cost)
    return best


def _decode(memory: bytes, before: tuple[Note, ...]) -> TagContent:
    notes = list(before)
    small = _is_small(memory)
    core = memory[: SMALL if small else CORE].ljust(CORE, b"\0")
    usage = _usage(core[0], notes)
    part, parts = read_parts(core[2], core[1], notes)
    item_id = _text(core[_ID], notes)
    if not item_id:
        notes.append(Note.ID_EMPTY)
    extensions = () if small else tuple(_extensions(memory[CORE:], notes))
    return TagContent(
        Model.ISO_28560_3, item_id, _isil(core[_ISIL]), part, parts, usage, True, tuple(notes), extensions
    )


def _usage(byte: int, notes: list[Note]) -> Usage | None:
    version, nibble = byte >> 4, byte & 0x0F
    if version not in _VERSIONS and nibble == 1:
        # Only an exchange explains a version of 7 or 8 with "circulating": 71 is a discarded item (libdanrfid).
        notes.append(Note.NIBBLES_SWAPPED)
        nibble = version
    try:
        return Usage(nibble)
    except ValueError:
        notes.append(Note.USAGE_UNASSIGNED)
        return None


def _text(field: bytes, notes: list[Note]) -> str:
    raw = field.partition(b"\0")[0]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        notes.append(Note.ID_NOT_UTF8)
        text = raw.decode("latin-1")
    return text.strip()


def _isil(field: bytes) -> str:
    text = field.partition(b"\0")[0].decode("latin-1").strip()
    return f"{text[:2]}-{text[2:]}" if re.match(r"[A-Za-z]{2}.", text) else text


def _extensions(rest: bytes, notes: list[Note]) -> Iterable[Extension]:
    while rest and rest[0]:
        block = rest[: rest[0]]
        if rest[0] < _EXTENSION_HEAD or len(block) < rest[0] or reduce(xor, block) != 0:
            notes.append(Note.EXTENSION_BAD)
            return
        yield Extension(int.from_bytes(block[1:3], "little"), block[4:])
        rest = rest[rest[0] :]


def encode(
    item_id: str,
    isil: str = "",
    *,
    part: int = 1,
    parts: int = 1,
    usage: Usage = Usage.CIRCULATING,
    extensions: tuple[Extension, ...] = (),
    size: int = CORE,
) -> bytes:
    """A tag's memory, from byte 0 to the end of the last extension block; ``size`` is 34, or 32 for a small tag.

    Raises:
        EncodeError: a value that this model cannot hold, so that it would read back differently.
    """
    if size not in (CORE, SMALL) or (size == SMALL and extensions):
        raise EncodeError(f"core of {size} bytes: use 34, or 32 (without extension blocks) for a small tag")
    check_parts(part, parts, 0xFF)
    core = bytearray(size)
    core[:3] = bytes([0x10 | usage, parts, part])
    core[_ID] = _encode_id(item_id).ljust(16, b"\0")
    core[_ISIL.start :] = _encode_isil(isil, size).ljust(size - _ISIL.start, b"\0")
    core[_CRC] = checksum(bytes(core)).to_bytes(2, "little")
    return bytes(core) + b"".join(map(_encode_extension, extensions)) + (b"\0" if extensions else b"")


def _encode_id(item_id: str) -> bytes:
    check_item(item_id)
    raw = item_id.encode("utf-8")
    if len(raw) > 16:
        raise EncodeError(f"item number {item_id!r} has {len(raw)} bytes; an ISO 28560-3 tag holds 16")
    return raw


def _encode_isil(isil: str, size: int) -> bytes:
    if isil and not _ISIL_FORM.fullmatch(isil):
        raise EncodeError(f"ISIL {isil!r}: use a country's two letters, a hyphen and the library, for example ID-SMR01")
    raw = isil.replace("-", "", 1).encode()
    if len(raw) > size - _ISIL.start:
        raise EncodeError(f"ISIL {isil!r} is too long; a tag of {size} bytes holds {size - _ISIL.start} without hyphen")
    return raw


def _encode_extension(extension: Extension) -> bytes:
    if len(extension.payload) > _MAX_EXTENSION or not 0 <= extension.id <= 0xFFFF:
        raise EncodeError(f"extension block {extension.id}: its number must fit 16 bits and its content 251 bytes")
    block = bytearray([len(extension.payload) + 4, extension.id & 0xFF, extension.id >> 8, 0]) + extension.payload
    block[3] = reduce(xor, block)
    return bytes(block)
