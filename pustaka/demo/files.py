"""The configuration files of the demo's three services."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from devices.emulators.firmware import FIRMWARE

#: Readers that read the demo's tags (ISO 15693).
READERS: Final = tuple(name for name in ("m3", "feig") if name in FIRMWARE)
SITE = "kota-samarinda"
KIOSK = "anjungan-1"
DOOR = "pintu-1"
FAR_LIBRARY = "library"
ISIL = "ID-SMR"
ZONE = "Asia/Makassar"
LIBRARY = "Perpustakaan Kota Samarinda"


@dataclass(frozen=True, slots=True)
class Panel:
    """The kiosk's screen in pixels, and how many of them make a millimetre."""

    width: int = 1280
    height: int = 800
    px_per_mm: float = 5.88
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything of one demo is."""

    folder: Path

    @property
    def kiosk_config(self) -> Path:
        return self.folder / "kiosk.toml"

    @property
    def library_config(self) -> Path:
        return self.folder / "library.toml"

    @property
    def door_config(self) -> Path:
        return self.folder / "door.toml"

    @property
    def store(self) -> Path:
        return self.folder / "collector.sqlite"

    @property
    def pilot(self) -> Path:
        return self.folder / "pilot.sock"

    @property
    def door_port(self) -> Path:
        return self.folder / "door0"

    @property
    def scanner_port(self) -> Path:
        return self.folder / "scanner0"

    def password_file(self, user: str) -> Path:
        return self.folder / "passwords" / user

    def data(self, device: str) -> Path:
        return self.folder / device


#: The library's file is in the kiosk itself.
NEAR_LIBRARY = """\
[circulation]
system = "library"
path = "library.sqlite"
number_prefix = "A"
"""


def kiosk_toml(
    layout: Layout,
    panel: Panel,
    broker_port: int,
    camera_url: str,
    reader_port: str,
    scanner_port: str,
    *,
    sound: bool,
    protocol: str = READERS[0],
    circulation: str = NEAR_LIBRARY,
) -> str:
    """The kiosk's file, as a library would write it, with loopback addresses."""
    return f"""\
name = "Anjungan ruang depan"
code = "K-01"
data = "{layout.data(KIOSK)}"

[site]
name = "{LIBRARY}"
zone = "{ZONE}"

[screen]
width = {panel.width}
height = {panel.height}
px_per_mm = {panel.px_per_mm}
scale = {panel.scale}
sound = {str(sound).lower()}

{circulation}
[camera]
source = "{camera_url}"

[reader]
port = "{reader_port}"
protocol = "{protocol}"
isil = "{ISIL}"

[[scanners]]
name = "scanner"
port = "{scanner_port}"
terminator = "CR"

[link]
host = "127.0.0.1"
port = {broker_port}
tls = false
site = "{SITE}"
device = "{KIOSK}"
password_file = "{layout.password_file(KIOSK)}"
interval_s = 15
backoff_max_s = 1.0
clock = "trusted"
"""


def library_toml(layout: Layout) -> str:
    """The file of the machine on which the library is."""
    return f"""\
data = "{layout.data(FAR_LIBRARY)}"

[site]
name = "{LIBRARY}"
zone = "{ZONE}"

[circulation]
system = "library"
path = "library.sqlite"
"""


def door_toml(layout: Layout, broker_port: int) -> str:
    """The door's file."""
    return f"""\
data = "{layout.data(DOOR)}"

[door]
name = "Pintu utama"
row_s = 5.0
flush_s = 2.0

[sensor]
kind = "line"
port = "{layout.door_port}"

[link]
host = "127.0.0.1"
port = {broker_port}
tls = false
site = "{SITE}"
device = "{DOOR}"
password_file = "{layout.password_file(DOOR)}"
interval_s = 15
backoff_max_s = 1.0
clock = "trusted"
"""
