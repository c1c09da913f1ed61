"""How the computer itself is doing, from /proc and /sys; every figure that cannot be had is ``None``."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from devices.contract import Health, Part
from devices.link.clock import Moment
from devices.link.ledger import Ledger

_VCGENCMD_SECONDS = 2.0


def measure(now: Moment, parts: Mapping[str, Part], ledger: Ledger, root: Path = Path("/")) -> Health:
    """Measure once. The disk is that of the ledger; /proc and /sys lie below ``root``.

    Where ``vcgencmd`` is installed (Raspberry Pi) and reports low voltage or throttling, a part ``power`` says so.
    """
    power = _power()
    return Health(
        uptime_s=now.bt // 1000,
        cpu_c=cpu_celsius(_read(root / "sys/class/thermal/thermal_zone0/temp")),
        load=load(_read(root / "proc/loadavg")),
        mem_pct=memory_percent(_read(root / "proc/meminfo")),
        disk_pct=disk_percent(ledger.path.parent),
        backlog=ledger.backlog,
        epoch=ledger.epoch,
        oldest=ledger.acked + 1,
        older={epoch: first for epoch, (first, _) in ledger.older().items()},
        clk=now.clk,
        parts=dict(parts) | ({"power": power} if power else {}),
    )


def cpu_celsius(text: str) -> float | None:
    """Degrees from a thermal zone's millidegrees."""
    return round(int(text) / 1000, 1) if text.strip().lstrip("-").isdecimal() else None


def load(text: str) -> float | None:
    """The one-minute load from /proc/loadavg."""
    try:
        return float(text.split()[0])
    except (IndexError, ValueError):
        return None


def memory_percent(text: str) -> float | None:
    """Memory in use, in percent, from /proc/meminfo: what is not ``MemAvailable``."""
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    try:
        total, free = (int(fields[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
    except (KeyError, ValueError, IndexError):
        return None
    return round(100 * (total - free) / total, 1) if total else None


def power_part(text: str) -> Part | None:
    """``vcgencmd get_throttled``: bits 0 to 3 are low voltage, frequency capped, throttled, soft temperature limit now.

    ``None`` when the text is not an answer of vcgencmd.
    """
    _, found, value = text.strip().partition("throttled=0x")
    try:
        bits = int(value, 16) if found else None
    except ValueError:
        bits = None
    if bits is None:
        return None
    words = ("low voltage", "frequency capped", "throttled", "hot")
    why = ", ".join(word for bit, word in enumerate(words) if bits >> bit & 1)
    return Part(state="degraded" if why else "ok", why=why)


def _power() -> Part | None:
    program = shutil.which("vcgencmd")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "get_throttled"], capture_output=True, text=True, timeout=_VCGENCMD_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return power_part(done.stdout)


def disk_percent(path: Path) -> float | None:
    """Share of the disk below ``path`` that is used, in percent, seen by a user who is not root."""
    try:
        found = os.statvfs(path)
    except OSError:
        return None
    return round(100 * (1 - found.f_bavail / found.f_blocks), 1) if found.f_blocks else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""
