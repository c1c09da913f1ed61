"""An emulated desk of each reader family, and books for it: for the demo, practice, benchmarks and campaigns.

A book's tag has two names: ``tag``, by which the radio field knows it, and ``uid``, by which the driver does. For HF
they are the same; a UHF tag is known to the field by its TID and to the driver by what stays of its EPC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from devices.emulators.field import TagState
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.security_scheme import scheme
from devices.rfid.settings import ReaderSettings

ISIL: Final = "ID-SMR01"


@dataclass(frozen=True, slots=True)
class Book:
    """A book and its tag's two names."""

    item_id: str
    tag: str
    uid: str


@dataclass(frozen=True, slots=True)
class HfDesk:
    """A pad for HF tags that hold ISO 28560-3."""

    protocol: str

    def settings(self, port: str) -> ReaderSettings:
        """Those of a driver for this desk."""
        return ReaderSettings(port=port, protocol=self.protocol, isil=ISIL)

    def book(self, pad: ReaderEmulator, number: int) -> Book:
        """Make a book with an armed tag; it is not on the pad yet."""
        book = Book(f"BK{number:04d}", uid := f"E0040100{number + 0x31230000:08X}", uid)
        pad.define_item(book.tag, book.item_id, ISIL)
        return book

    def armed(self, tag: TagState) -> bool | None:
        """Whether the gates would sound; ``None``: the tag says neither."""
        alarm = scheme(ReaderSettings())
        return {alarm.armed: True, alarm.disarmed: False}.get(tag.afi)


#: By the names for ``protocol`` under ``[reader]``.
DESKS: Final = {desk.protocol: desk for desk in (HfDesk("m3"),)}
