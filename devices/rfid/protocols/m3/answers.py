"""What a 3M/Bibliotheca reader answers (3M RFID Reader Protocol Specification 1.0.0, 2009, section 7).

A UID is 16 upper-case hex digits, E0 first.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.rfid.protocols.m3.errors import ErrorCode


@dataclass(frozen=True, slots=True)
class Failure:
    """The reader says no. ``uid`` is empty when it did not name the tag, ``block`` the one that failed, if told."""

    command: int
    error: ErrorCode
    uid: str = ""
    block: int | None = None


@dataclass(frozen=True, slots=True)
class VersionAnswer:
    """7.2: four bytes; the first is 0A for these readers, then major, minor, build."""

    family: int
    major: int
    minor: int
    build: int


@dataclass(frozen=True, slots=True)
class Seen:
    """One tag of an inventory; ``dsfid`` only when asked for."""

    uid: str
    dsfid: int | None = None


@dataclass(frozen=True, slots=True)
class Tags:
    """7.1: the tags in the field, each once. The reader may list one twice, when it misses its "quiet"."""

    afi: int
    tags: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A block of memory. ``lock``: 0 free, 1 user, 2 factory, 3 both, more: an error; ``None``: not asked for."""

    number: int
    data: bytes
    lock: int | None = None

    @property
    def sound(self) -> bool:
        """Whether ``data`` was really read."""
        return self.lock is None or self.lock <= 3


@dataclass(frozen=True, slots=True)
class Blocks:
    """Answer of a read: blocks in the order of their numbers."""

    uid: str
    blocks: tuple[Block, ...]

    @property
    def memory(self) -> bytes | None:
        """The blocks' bytes in one piece; ``None`` if a block failed."""
        return b"".join(block.data for block in self.blocks) if all(block.sound for block in self.blocks) else None


@dataclass(frozen=True, slots=True)
class Written:
    """Answer of a write of blocks; ``next_block`` is one behind the last written, if the firmware tells."""

    uid: str
    next_block: int | None


@dataclass(frozen=True, slots=True)
class Afi:
    """The tag's application family identifier, which the gates look at."""

    uid: str
    afi: int


@dataclass(frozen=True, slots=True)
class Eas:
    """The tag's alarm bit. Off is a guess: a tag whose bit is off stays silent (7.14)."""

    uid: str
    armed: bool


@dataclass(frozen=True, slots=True)
class Dsfid:
    """The tag's data storage format identifier."""

    uid: str
    dsfid: int


@dataclass(frozen=True, slots=True)
class Info:
    """Answer of tag info; what the tag does not tell is ``None``."""

    uid: str
    dsfid: int | None = None
    afi: int | None = None
    block_size: int | None = None
    blocks: int | None = None
    ic: bytes | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The reader did it (says so), and has nothing else to tell."""

    uid: str = ""
    data: bytes = b""
