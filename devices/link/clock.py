"""What time is it, and how far can that be trusted?

A small computer without a battery clock wakes up after a power cut with whatever time it saved last, and sets it
right once the network is back, by a jump. So nothing here is ordered by the wall clock: every moment is
``(boot id, boot clock)`` first, and UTC only when there is a reason to believe it.
"""

from __future__ import annotations

import ctypes
import datetime
import time
from pathlib import Path
from typing import Final, Protocol

import msgspec

from devices.contract import Clock as Quality

#: No wall clock of a running system can be before this day; an earlier one was never set.
BUILT: Final = int(datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC).timestamp() * 1000)

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_RTC = Path("/sys/class/rtc")
_TIMEX_BYTES: Final = 512  # struct timex is 208 bytes on 64-bit Linux; the kernel never writes beyond it
_TIME_ERROR: Final = 5  # adjtimex(2): "the system clock is not synchronized to a reliable server"


class Moment(msgspec.Struct, frozen=True):
    """One look at the clock: boot clock in ms, UTC in ms or ``None``, quality, and the likely error in ms."""

    bt: int
    utc: int | None
    clk: Quality
    err: int = 0

    def utc_at(self, bt: int) -> int | None:
        """UTC of another moment of the same boot, ``bt`` on the boot clock."""
        return None if self.utc is None else self.utc - (self.bt - bt)


class Clock(Protocol):
    """Where a device takes its time from."""

    @property
    def boot(self) -> str:
        """Id of this boot; boot-clock times of different boots cannot be compared."""

    def now(self) -> Moment:
        """The present moment."""


class SystemClock:
    """The Linux clocks. With ``trusted``, UTC counts as synced although the kernel does not say so.

    That is for machines whose time is kept by someone the kernel does not know of, such as a virtual machine's host.
    """

    def __init__(self, *, trusted: bool = False) -> None:
        self.boot = boot_id()
        self._trusted = trusted

    def now(self) -> Moment:
        utc = time.time_ns() // 1_000_000
        bt = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
        return judge(bt, utc, synced=self._trusted or kernel_synced(), rtc=has_rtc())


def judge(bt: int, utc: int, *, synced: bool, rtc: bool) -> Moment:
    """Decide what the wall clock is worth: synced, kept by a battery, or (also before the build date) nothing."""
    if utc < BUILT or not (synced or rtc):
        return Moment(bt, None, Quality.NONE)
    return Moment(bt, utc, Quality.SYNCED, 50) if synced else Moment(bt, utc, Quality.RTC, 5_000)


def boot_id() -> str:
    """The kernel's id of this boot, first 12 characters; enough to tell a device's boots apart."""
    return _BOOT_ID.read_text(encoding="ascii").strip().replace("-", "")[:12]


def kernel_synced() -> bool:
    """Whether a time daemon (NTP, PTP, GPS) keeps the kernel's clock, by adjtimex(2) in read-only mode."""
    buffer = ctypes.create_string_buffer(_TIMEX_BYTES)  # modes = 0: read only
    try:
        state = ctypes.CDLL(None).adjtimex(buffer)
    except (OSError, AttributeError):
        return False
    return 0 <= int(state) < _TIME_ERROR


def has_rtc() -> bool:
    """Whether a battery-backed clock is fitted."""
    try:
        return any(_RTC.iterdir())
    except OSError:
        return False
