"""An emulated desk of each reader family, and books for it: for practice, benchmarks and campaigns.

Books are numbers. A book's tag has two names: ``key``, by which the radio field knows it, and ``uid``, by which the
driver does. For HF they are the same; a UHF tag is known to the field by its TID and to the driver by what stays of
its EPC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol

from devices.emulators.field import BLOCK, BLOCKS, Kind, TagState
from devices.rfid.security_scheme import scheme
from devices.rfid.settings import ReaderSettings
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Usage
from devices.rfid.tags.epc import pc_of
from devices.rfid.tags.epc.dortmund import Dortmund

ISIL: Final = "ID-SMR01"


def item_id(number: int) -> str:
    """The item whose tag has this number."""
    return f"{20260000 + number}"


class Desk(Protocol):
    """A family of readers, with its kind of tags."""

    @property
    def protocol(self) -> str:
        """Its name under ``[reader]``."""
        ...

    def settings(self, port: str, baud: int = 0) -> ReaderSettings:
        """Those of a driver for this desk."""
        ...

    def key(self, number: int) -> str:
        """The tag in the emulated field."""
        ...

    def uid(self, number: int) -> str:
        """The same tag as the driver names it."""
        ...

    def tag(self, number: int, part: int = 1, parts: int = 1, usage: Usage = ..., **state: Any) -> TagState:
        """A tag that holds :func:`item_id` of its number, its alarm on; ``state``: fields of :class:`TagState`."""
        ...

    def armed(self, tag: TagState) -> bool | None:
        """Whether the gates would sound; ``None``: the tag says neither."""
        ...


@dataclass(frozen=True)
class HfDesk:
    """A pad for ISO 15693 tags that hold ISO 28560-3, with the alarm in the AFI."""

    protocol: str

    def settings(self, port: str, baud: int = 0) -> ReaderSettings:
        return ReaderSettings(port=port, protocol=self.protocol, baud=baud, isil=ISIL)

    def key(self, number: int) -> str:
        # Spread over the serial number's digits, as tags from a shelf are: readers sort them by the last ones.
        return f"E00401{number * 2654435761 % 2**40:010X}"

    def uid(self, number: int) -> str:
        return self.key(number)

    def tag(
        self, number: int, part: int = 1, parts: int = 1, usage: Usage = Usage.CIRCULATING, **state: Any
    ) -> TagState:
        memory = iso28560_3.encode(item_id(number), ISIL, part=part, parts=parts, usage=usage)
        return TagState(uid=self.key(number), memory=memory.ljust(BLOCK * BLOCKS, b"\0").hex(), afi=0x07, **state)

    def armed(self, tag: TagState) -> bool | None:
        alarm = scheme(ReaderSettings())
        return {alarm.armed: True, alarm.disarmed: False}.get(tag.afi)


@dataclass(frozen=True)
class UhfDesk:
    """A desk for Gen2 tags in Dortmund's layout, with the alarm in a bit of the EPC."""

    protocol: str

    def settings(self, port: str, baud: int = 0) -> ReaderSettings:
        return ReaderSettings(port=port, protocol=self.protocol, baud=baud)

    def key(self, number: int) -> str:
        return f"E280110520{number:014X}"

    def uid(self, number: int) -> str:
        return _DORTMUND.identity(self.epc(number))

    def tag(
        self, number: int, part: int = 1, parts: int = 1, usage: Usage = Usage.CIRCULATING, **state: Any
    ) -> TagState:
        """Its layout knows neither parts nor usages; they are left out."""
        epc = self.epc(number)
        return TagState(uid=self.key(number), kind=Kind.UHF, epc=epc.hex().upper(), pc=pc_of(epc), **state)

    def armed(self, tag: TagState) -> bool | None:
        return _DORTMUND.armed(tag.pc, bytes.fromhex(tag.epc))

    def epc(self, number: int) -> bytes:
        """The tag's EPC, its alarm on."""
        return _DORTMUND.encode(item_id(number), "DE-290")


_DORTMUND: Final = Dortmund()


#: By the names for ``protocol`` under ``[reader]``.
DESKS: Final[dict[str, Desk]] = {desk.protocol: desk for desk in (HfDesk("m3"), HfDesk("feig"), UhfDesk("m100"))}
