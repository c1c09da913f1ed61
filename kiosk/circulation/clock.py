"""Time as circulation needs it: passed in, never looked up.

A Raspberry Pi has no battery clock: after a cold boot without a network its wall time may be days old. So the
journal orders by number, and keeps the boot and the time since boot beside the wall time.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")


class Clock(Protocol):
    """What time it is, and how far that can be believed."""

    def now(self) -> datetime:
        """The wall time: aware, UTC."""
        ...

    def monotonic_ns(self) -> int:
        """Nanoseconds that never go backwards within one boot."""
        ...

    def boot_id(self) -> str:
        """Names this boot of the machine; another after each start."""
        ...

    def quality(self) -> str:
        """``ntp`` if the wall time is known to be set from the network, else ``unsynced``."""
        ...


class SystemClock:
    """The machine's own clocks (Linux)."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def boot_id(self) -> str:
        try:
            return _BOOT_ID.read_text(encoding="ascii").strip()
        except OSError:
            return ""

    def quality(self) -> str:
        return "ntp" if _SYNCHRONISED.exists() else "unsynced"
