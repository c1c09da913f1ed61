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
_RTC_EVERY_MS: Final = 60_000
_RTC_OFF_MS: Final = 120_000  # the chip and a wall clock that nobody corrects drift apart by seconds a day
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

    def __init__(self, *, trusted: bool = False, rtc: Path = _RTC) -> None:
        self.boot = boot_id()
        self._trusted = trusted
        self._rtc = rtc
        self._rtc_looked: int | None = None
        self._rtc_agrees = False

    def now(self) -> Moment:
        utc = time.time_ns() // 1_000_000
        bt = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
        synced = self._trusted or kernel_synced()
        return judge(bt, utc, synced=synced, rtc=not synced and self._kept(bt, utc))

    def _kept(self, bt: int, utc: int) -> bool:
        """Whether a battery keeps the wall clock; looked at once a minute, since the chip is asked over a slow bus."""
        if self._rtc_looked is None or bt - self._rtc_looked >= _RTC_EVERY_MS:
            self._rtc_looked, self._rtc_agrees = bt, rtc_agrees(utc, self._rtc)
        return self._rtc_agrees


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


def rtc_agrees(utc: int, folder: Path = _RTC) -> bool:
    """Whether there is a battery-backed clock that shows the wall clock's time, ``utc`` in ms.

    A chip alone proves nothing: a Raspberry Pi 5 has one, and without the battery that is sold beside it, it begins
    in 1970 after each power cut, while the wall clock goes on from where it was saved. See the kernel's
    ``Documentation/ABI/testing/sysfs-class-rtc`` for ``since_epoch``.
    """
    try:
        chips = list(folder.iterdir())
    except OSError:
        return False
    return any(abs(shown * 1_000 - utc) <= _RTC_OFF_MS for chip in chips if (shown := _since_epoch(chip)) is not None)


def _since_epoch(chip: Path) -> int | None:
    try:
        return int((chip / "since_epoch").read_text(encoding="ascii"))
    except (OSError, ValueError):  # the chip does not answer, or has lost its time
        return None
