"""What a FEIG OBID reader answers (H20800-16e, chapters 6 and 7).

A UID is 16 upper-case hex digits, E0 first. Only an inventory and the system information name the tag they speak of.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.rfid.protocols.feig.errors import Status, TagError


@dataclass(frozen=True, slots=True)
class Failure:
    """The reader says no. ``tag`` is the tag's own error behind status 95, ``block`` the one that failed, if told."""

    status: Status
    tag: TagError = TagError.NONE
    block: int | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """6.1: a reader is there, at this speed and parity; its ``address`` will be in all its answers."""

    address: int


@dataclass(frozen=True, slots=True)
class Software:
    """6.4 and 6.5: ``model`` is the reader type of annex B; the buffers' sizes (bytes) are only in the longer answer.

    How ``version`` is to be read is not told; the vendor's tools show its two bytes as they are.
    """

    version: tuple[int, int]
    revision: int
    hardware: int
    model: int
    kinds: int
    receive_buffer: int | None = None
    send_buffer: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """An ISO 15693 tag of an inventory."""

    uid: str
    dsfid: int


@dataclass(frozen=True, slots=True)
class Card:
    """Something else of an inventory, by its type in annex A (4: ISO 14443A). ``uid`` is hex without leading zeros."""

    kind: int
    uid: str


@dataclass(frozen=True, slots=True)
class Found:
    """7.1.1: what is in the field. ``more``: the rest has to be fetched; ``sure``: nothing was missed, says the reader.

    An entry of unknown length ends the list, since nobody can tell where the next begins; then it is not sure either.
    """

    tags: tuple[Seen, ...] = ()
    cards: tuple[Card, ...] = ()
    more: bool = False
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """A block of memory in the reader's order of bytes. ``locked``: ``None`` when not asked for."""

    number: int
    data: bytes
    locked: bool | None = None


@dataclass(frozen=True, slots=True)
class Blocks:
    """7.1.3: blocks in the order of their numbers. Not ``sure``: the reader saw errors on the air (status 83)."""

    blocks: tuple[Block, ...]
    sure: bool = True

    @property
    def memory(self) -> bytes:
        """The blocks' bytes in one piece."""
        return b"".join(block.data for block in self.blocks)


@dataclass(frozen=True, slots=True)
class SystemInformation:
    """7.2.8: the AFI can be read in no other way. A tag that has no such value shows 0."""

    uid: str
    dsfid: int
    afi: int
    block_size: int
    blocks: int
    ic: int


@dataclass(frozen=True, slots=True)
class Eas:
    """The tag's alarm bit. Off is a guess: a tag whose bit is off stays silent, as one that is gone does."""

    armed: bool


@dataclass(frozen=True, slots=True)
class Done:
    """The reader did it (says so), and has nothing else to tell."""
