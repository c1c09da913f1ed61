"""A UHF desk as a site has it, and what its module was told and has said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from desks import UhfDesk
from station import Station

from devices.rfid.settings import ReaderSettings, UhfSettings


@dataclass(frozen=True)
class Site(UhfDesk):
    """A desk with a site's own settings, and tags whose EPC is this with their number behind it."""

    uhf: UhfSettings = field(default_factory=UhfSettings)
    start: str = ""

    def settings(self, port: str, baud: int = 0) -> ReaderSettings:
        return ReaderSettings(port=port, protocol="m100", baud=baud, uhf=self.uhf)

    def epc(self, number: int) -> bytes:
        return bytes.fromhex(self.start) + number.to_bytes(1, "big") if self.start else super().epc(number)

    def uid(self, number: int) -> str:
        return self.epc(number).hex().upper() if self.start else super().uid(number)


def site(protocol: str = "m100", start: str = "", **uhf: Any) -> Site:
    return Site(protocol, read_code=0x39, write_code=0x49, verify_code=0x39, uhf=UhfSettings(**uhf), start=start)


def sent(station: Station, since: float) -> list[str]:
    """What the driver has sent since then, seconds since 1970."""
    return [frame.hex for frame in station.pad.frames() if frame.way == "host" and frame.at >= since]


def notices(station: Station, number: int) -> int:
    """How often the module has told of a tag, as far back as the emulator remembers."""
    epc = station.truth(number).epc
    return sum(epc in frame.hex for frame in station.pad.frames() if frame.way == "reader")
