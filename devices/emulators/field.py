"""A pad's radio field: tags with real memory, some of them on the pad.

A tag's memory is in the tag: it outlives the reader's power, and so the emulator's process. The model is kept in a
file of JSON lines, one a tag; a change adds a line, and of several lines about one tag the last counts. So a write
costs the same with one tag as with five hundred, and a process that is killed loses nothing. When the lines have
become many the file is replaced whole.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from devices.rfid.errors import RfidError

BLOCK: Final = 4
#: Blocks of the commonest library chip (NXP ICODE SLIX).
BLOCKS: Final = 28
#: Lines beyond four for each tag, at which the file is written anew.
_LINES: Final = 1000


class FieldError(RfidError):
    """A tag that does not exist, or a field file that cannot be used; the sentence says which."""


class Kind(enum.StrEnum):
    """What can hear it: an HF pad, a UHF antenna, or a card reader."""

    HF = "hf"
    UHF = "uhf"
    CARD = "card"


class TagState(msgspec.Struct, frozen=True, kw_only=True):
    """A tag. ``memory`` is hex, whole blocks; ``locked`` holds the numbers of locked blocks, -1 for the AFI.

    A UHF tag has an ``epc`` (hex) and a ``pc``; its ``uid`` is the TID, its ``memory`` the user bank, and ``rssi`` how
    strongly it is heard (dBm). A card that is only a number (EM4100, ISO 14443) is its ``uid`` alone. ``position`` is
    where it lies on the pad, in the order tags were put there; ``None`` when it is not on the pad.

    ``dead``: its UID is heard, and it answers nothing else. ``reach``: the chance that it answers a command at all,
    below 1 for a tag at the edge of the field or under another. ``eas_able``: its chip has an EAS bit.
    """

    uid: str
    memory: str = "00" * BLOCK * BLOCKS
    afi: int = 0x07
    dsfid: int = 0x3E
    eas: bool = False
    locked: tuple[int, ...] = ()
    kind: Kind = Kind.HF
    epc: str = ""
    pc: int = 0x3000
    rssi: int = -50
    position: int | None = None
    dead: bool = False
    reach: float = 1.0
    eas_able: bool = True

    @property
    def on_pad(self) -> bool:
        """Whether the reader can see it."""
        return self.position is not None

    @property
    def blocks(self) -> tuple[bytes, ...]:
        """The memory, block by block."""
        raw = bytes.fromhex(self.memory)
        return tuple(raw[at : at + BLOCK] for at in range(0, len(raw), BLOCK))


#: In ``TagState.locked``: the AFI.
AFI_LOCK: Final = -1


class Field:
    """All tags there are, on the pad or off it, in one file.

    Raises:
        FieldError: the file exists and is not a field.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tags: dict[str, TagState] = {}
        self._lines = 0
        self.inventories = 0
        if path.exists():
            self._load()

    @property
    def tags(self) -> tuple[TagState, ...]:
        """Every tag, in the order they were made."""
        return tuple(self._tags.values())

    @property
    def on_pad(self) -> tuple[TagState, ...]:
        """Tags the reader can see, in the order they were put there."""
        return tuple(sorted((tag for tag in self.tags if tag.on_pad), key=lambda tag: tag.position or 0))

    def __getitem__(self, uid: str) -> TagState:
        tag = self.find(uid)
        if tag is None:
            raise FieldError(f"tag {uid}: there is none; define it first")
        return tag

    def find(self, uid: str) -> TagState | None:
        """The tag with this UID, on the pad or off it; ``None`` if there is none."""
        return self._tags.get(uid.upper())

    def inventoried(self) -> None:
        """The reader has looked who is there: ``inventories`` counts it, for scripts that wait for one."""
        self.inventories += 1

    def define(self, tag: TagState) -> None:
        """Make a tag, or make it anew; where it lies does not change."""
        check(tag)
        uid = tag.uid.upper()
        before = self._tags.get(uid)
        self._replace(msgspec.structs.replace(tag, uid=uid, position=before.position if before else tag.position))

    def put(self, uid: str) -> None:
        """Lay a tag on the pad, on top of the others."""
        tag = self[uid]
        if not tag.on_pad:
            top = max((other.position or 0 for other in self._tags.values()), default=0)
            self._replace(msgspec.structs.replace(tag, position=top + 1))

    def take(self, uid: str) -> None:
        """Take a tag away."""
        if self[uid].on_pad:
            self._replace(msgspec.structs.replace(self[uid], position=None))

    def take_all(self) -> None:
        """Clear the pad."""
        self._replace(*(msgspec.structs.replace(tag, position=None) for tag in self.on_pad))

    def write_afi(self, uid: str, afi: int) -> None:
        """What the tag does when told so by radio."""
        self._replace(msgspec.structs.replace(self[uid], afi=afi))

    def write_dsfid(self, uid: str, dsfid: int) -> None:
        """What the tag does when told so by radio."""
        self._replace(msgspec.structs.replace(self[uid], dsfid=dsfid))

    def write_eas(self, uid: str, eas: bool) -> None:
        """What the tag does when told so by radio."""
        self._replace(msgspec.structs.replace(self[uid], eas=eas))

    def write_epc(self, uid: str, epc: str, pc: int) -> None:
        """What a UHF tag does when told so by radio."""
        self._replace(msgspec.structs.replace(self[uid], epc=epc.upper(), pc=pc))

    def write_block(self, uid: str, number: int, data: bytes) -> None:
        """What the tag does when told so by radio."""
        blocks = list(self[uid].blocks)
        blocks[number] = data
        self._replace(msgspec.structs.replace(self[uid], memory=b"".join(blocks).hex()))

    def _replace(self, *tags: TagState) -> None:
        self._tags.update({tag.uid: tag for tag in tags})
        self._lines += len(tags)
        if self._lines > _LINES + 4 * len(self._tags):
            self._rewrite()
            return
        with self._path.open("ab", buffering=0) as file:
            file.write(_lines(tags))

    def _rewrite(self) -> None:
        temporary = self._path.with_name(self._path.name + ".new")
        temporary.write_bytes(_lines(self.tags))
        temporary.replace(self._path)
        self._lines = len(self._tags)

    def _load(self) -> None:
        try:
            found = _DECODER.decode_lines(self._path.read_bytes())
        except (OSError, msgspec.DecodeError) as error:
            raise FieldError(f"{self._path}: not a field file: {error}. Delete it to start with no tags.") from error
        self._tags = {tag.uid: tag for tag in found}
        self._lines = len(found)


_DECODER: Final = msgspec.json.Decoder(TagState)


def _lines(tags: Iterable[TagState]) -> bytes:
    return msgspec.json.Encoder().encode_lines(tags)


def check(tag: TagState) -> None:
    """Refuse a tag that could not exist.

    Raises:
        FieldError: the UID is not 16 hex digits, the memory is not 1 to 256 whole blocks, or the reach is no chance.
    """
    try:
        uid, memory = bytes.fromhex(tag.uid), bytes.fromhex(tag.memory)
    except ValueError:
        raise FieldError(f"tag {tag.uid}: UID and memory must be hex digits") from None
    if tag.kind is Kind.HF and len(uid) != 8:
        raise FieldError(f"tag {tag.uid}: a UID has 16 hex digits")
    if not uid:
        raise FieldError("a tag needs a UID")
    if not memory or len(memory) % BLOCK or len(memory) > 256 * BLOCK:
        raise FieldError(f"tag {tag.uid}: {len(memory)} bytes of memory; use 1 to 256 blocks of {BLOCK}")
    if not 0 <= tag.reach <= 1:
        raise FieldError(f"tag {tag.uid}: reach is {tag.reach}; it is a chance, from 0 to 1")
