"""What the kernel knows of a serial port: its adapter, its names that stay, its latency, and who else has it open."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from devices.ports import candidates
from devices.rfid.tcp_line import TCP

BY_ID: Final = Path("/dev/serial/by-id")
SYS: Final = Path("/sys")
PROC: Final = Path("/proc")
#: Names that the kernel gives out anew at every start.
_FLEETING: Final = re.compile(r"/dev/tty(?:USB|ACM)\d+")


@dataclass(frozen=True, slots=True)
class LineFacts:
    """``device`` is what ``port`` leads to now; ``usb`` its ``vendor:product``, ``product`` the maker's words.

    ``latency_ms`` is for how long an FTDI chip holds bytes back, ``None`` where there is no such timer. ``fleeting``:
    the name may be another device's after the next start; ``stable`` are names of the same device that stay.
    """

    port: str
    device: str = ""
    driver: str = ""
    usb: str = ""
    product: str = ""
    latency_ms: int | None = None
    fleeting: bool = False
    stable: tuple[str, ...] = ()


def line_facts(port: str, *, sys: Path = SYS, by_id: Path = BY_ID) -> LineFacts:
    """Look ``port`` up. What is not there is left empty."""
    if port.startswith(TCP):
        return LineFacts(port)
    found = next(iter(candidates(port)), "")
    device = os.path.realpath(found or port)
    fleeting = _FLEETING.fullmatch(port) is not None
    links = sorted(by_id.glob("*")) if by_id.is_dir() else []
    stable = tuple(str(link) for link in links if os.path.realpath(link) == device)
    if not found:
        return LineFacts(port, fleeting=fleeting, stable=stable)
    tty = sys / "class" / "tty" / Path(device).name / "device"
    usb = _usb(tty)
    latency = _text(tty / "latency_timer")
    return LineFacts(
        port,
        device,
        driver=Path(os.path.realpath(tty / "driver")).name if (tty / "driver").exists() else "",
        usb=f"{_text(usb / 'idVendor')}:{_text(usb / 'idProduct')}" if usb else "",
        product=f"{_text(usb / 'manufacturer')} {_text(usb / 'product')}".strip() if usb else "",
        latency_ms=int(latency) if latency.isdigit() else None,
        fleeting=fleeting,
        stable=stable,
    )


def plugged_in(by_id: Path = BY_ID) -> list[str]:
    """Serial adapters by the names that stay."""
    return sorted(map(str, by_id.glob("*"))) if by_id.is_dir() else []


def usb_devices(sys: Path = SYS) -> frozenset[str]:
    """``vendor:product`` of everything plugged in, whatever driver has it."""
    found = (sys / "bus" / "usb" / "devices").glob("*/idVendor")
    return frozenset(f"{_text(path)}:{_text(path.with_name('idProduct'))}" for path in found)


def running(name: str, proc: Path = PROC) -> bool:
    """Whether a program of that name runs."""
    return any(_text(path) == name for path in proc.glob("[0-9]*/comm"))


def holders(device: str, proc: Path = PROC) -> tuple[str, ...]:
    """Other programs that have ``device`` open, as far as this user may see: ``name (process number)``."""
    found = []
    for process in proc.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended, or is somebody else's
            links = [str(link.readlink()) for link in (process / "fd").iterdir()]
            if device in links and process.name != str(os.getpid()):
                found.append(f"{_text(process / 'comm')} ({process.name})")
    return tuple(found)


def _usb(tty: Path) -> Path | None:
    """The USB device of a tty, a few folders up."""
    real = Path(os.path.realpath(tty))
    return next((folder for folder in (real, *real.parents[:4]) if (folder / "idVendor").exists()), None)


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
