"""Item numbers in the EPC of UHF tags: one file a layout. What no layout explains is looked up in a table.

Nothing in an EPC proves a layout as a checksum would, so each is as strict as its source allows.
"""

from __future__ import annotations

from typing import Final, Protocol

from devices.rfid.tags.content import Model, TagContent
from devices.rfid.tags.epc.dortmund import Dortmund
from devices.rfid.tags.epc.smartfreq import Smartfreq


class EpcLayout(Protocol):
    """A way to write an item into an EPC. ``pc`` is the protocol control word, 16 bits, that comes before the EPC."""

    @property
    def model(self) -> Model:
        """The data model's name."""
        ...

    def decode(self, pc: int, epc: bytes) -> TagContent | None:
        """The item; ``None`` if the EPC is not of this layout. Any bytes will do."""
        ...

    def identity(self, epc: bytes) -> str:
        """The tag's name, upper-case hex: the EPC without what the security order changes."""
        ...

    def armed(self, pc: int, epc: bytes) -> bool | None:
        """Whether the gate gives alarm; ``None`` if the tag does not say."""
        ...

    def with_alarm(self, pc: int, epc: bytes, armed: bool) -> tuple[int, bytes]:
        """PC and EPC to write, so that the gate gives alarm or not."""
        ...

    def encode(self, item_id: str, isil: str = "", *, armed: bool = True) -> bytes:
        """The EPC of an item.

        Raises:
            EncodeError: a value that this layout cannot hold.
        """
        ...


LAYOUTS: Final[tuple[EpcLayout, ...]] = (Dortmund(), Smartfreq())


def layout(pc: int, epc: bytes) -> EpcLayout | None:
    """The layout that explains this EPC."""
    return next((one for one in LAYOUTS if one.decode(pc, epc) is not None), None)


def recognise_epc(pc: int, epc: bytes) -> TagContent:
    """The item in this EPC; of an unknown model if no layout explains it."""
    found = layout(pc, epc)
    content = found.decode(pc, epc) if found is not None else None
    return content if content is not None else TagContent(Model.BLANK if not any(epc) else Model.UNKNOWN)


def identity(pc: int, epc: bytes) -> str:
    """The tag's name, whatever its security state: upper-case hex."""
    found = layout(pc, epc)
    return found.identity(epc) if found is not None else epc.hex().upper()


def pc_of(epc: bytes, before: int = 0) -> int:
    """The PC for an EPC of this length; the other bits stay as they were ``before``."""
    return (len(epc) // 2) << 11 | (before & 0x07FF)
