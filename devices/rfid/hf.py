"""HF readers (ISO 15693): what every family of them does in the same way, given its commands.

A tag's memory is read in the reader's order of bytes; where a tag turns out to be written backwards in every block
(some vendors' tags, some readers), that order is kept for whatever is written to it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final

from devices.rfid.family import Lapse
from devices.rfid.security_scheme import SecurityScheme, scheme
from devices.rfid.settings import ReaderSettings
from devices.rfid.tags.content import TagContent
from devices.rfid.tags.recognise import FIRST_BLOCKS, more_blocks, recognise

BLOCK: Final = 4


@dataclass(frozen=True, slots=True)
class TagFacts:
    """What a tag tells of itself; ``None`` where it does not. ``block_size`` in bytes, ``blocks`` how many."""

    uid: str
    dsfid: int | None = None
    afi: int | None = None
    block_size: int | None = None
    blocks: int | None = None


class HfFamily(ABC):
    """See :class:`devices.rfid.family.Family`. The abstract methods are one command each."""

    def __init__(self, settings: ReaderSettings) -> None:
        self._scheme: SecurityScheme = scheme(settings)

    @property
    def secures(self) -> bool:
        """Whether this site's gates look at the AFI or the EAS bit."""
        return self._scheme.writes

    @abstractmethod
    def hello(self) -> str | None:
        """Find the reader and set it up."""

    @abstractmethod
    def inventory(self) -> tuple[str, ...] | Lapse:
        """UIDs of the tags in the field, each once."""

    @abstractmethod
    def read_blocks(self, uid: str, first: int, count: int) -> bytes | Lapse:
        """``count`` blocks from ``first`` on, all of them or none."""

    @abstractmethod
    def write_blocks(self, uid: str, first: int, data: bytes) -> Lapse | None:
        """Write whole blocks. ``None``: the reader says it is done, which is no proof."""

    @abstractmethod
    def facts(self, uid: str) -> TagFacts | Lapse:
        """Memory size, DSFID and AFI."""

    @abstractmethod
    def read_afi(self, uid: str) -> int | Lapse:
        """The AFI as it is on the tag."""

    @abstractmethod
    def write_afi(self, uid: str, afi: int) -> Lapse | None:
        """Ask for the AFI to be changed."""

    @abstractmethod
    def write_dsfid(self, uid: str, dsfid: int) -> Lapse | None:
        """Ask for the DSFID to be changed."""

    @abstractmethod
    def read_eas(self, uid: str) -> bool | Lapse:
        """Whether the EAS bit is set, as far as the reader can tell: off may also mean that the tag is gone."""

    @abstractmethod
    def write_eas(self, uid: str, armed: bool) -> Lapse | None:
        """Ask for the EAS bit to be changed."""

    def read(self, uid: str) -> TagContent | Lapse:
        """What the tag says of its item: the first blocks, and more only where they are needed to judge it."""
        memory = self.read_blocks(uid, 0, FIRST_BLOCKS)
        size = BLOCK if isinstance(memory, Lapse) else max(1, len(memory) // FIRST_BLOCKS)  # a few chips have 8 bytes
        while not isinstance(memory, Lapse) and (more := more_blocks(memory)):
            rest = self.read_blocks(uid, len(memory) // size, -(-more * BLOCK // size))
            if isinstance(rest, Lapse):
                # A tag may end here; then what was read is all there is, and its checksum decides.
                if rest is not Lapse.REFUSED:
                    return rest
                break
            if not rest:
                break  # an answer of nothing would be asked for again and again
            memory += rest
        return memory if isinstance(memory, Lapse) else recognise(memory)

    def write_security(self, uid: str, armed: bool) -> Lapse | None:
        """AFI first, then EAS; the first that fails ends it."""
        afi = self._scheme.afi(armed)
        lapse = None if afi is None else self.write_afi(uid, afi)
        if lapse is None and self._scheme.eas:
            lapse = self.write_eas(uid, armed)
        return lapse

    def read_security(self, uid: str) -> bool | Lapse | None:
        """Both have to agree. EAS comes first, since a tag whose bit is off may as well be gone: the AFI proves it."""
        eas = self.read_eas(uid) if self._scheme.eas else None
        if isinstance(eas, Lapse):
            return eas
        afi = self.read_afi(uid)
        if isinstance(afi, Lapse):
            return afi
        if self._scheme.armed is None:
            return eas
        meant = {self._scheme.armed: True, self._scheme.disarmed: False}.get(afi)
        return meant if eas is None or eas == meant else None
