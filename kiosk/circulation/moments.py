"""Moments as the journal keeps them, and what can be made of them when the clock could not be believed.

A machine without a battery clock starts with a wall time that may be days off. Beside it stand the boot and the time
since that boot, which are never wrong; once a clock was set in the same boot, every earlier moment of that boot is
known to the millisecond. Moments of other boots are only known to lie between those before and after them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kiosk.circulation.clock import Clock

#: How long after it was asked for an operation that nobody was promised is still carried out: then the patron has left.
FRESH = timedelta(hours=1)

_UNSYNCED = "unsynced"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Boot, nanoseconds since it, wall time (aware, UTC) and clock quality."""

    boot: str = ""
    mono_ns: int = 0
    wall: datetime = _NEVER
    clock: str = _UNSYNCED

    @property
    def believed(self) -> bool:
        """Whether the wall time was known to be right."""
        return self.clock != _UNSYNCED

    def same_boot(self, other: Stamp) -> bool:
        """Whether both lie in one boot, so that their time since boot can be compared."""
        return bool(self.boot) and self.boot == other.boot


#: A moment of which nothing is known.
SOME_TIME = Stamp()


def now(clock: Clock) -> Stamp:
    """This moment."""
    return Stamp(clock.boot_id(), clock.monotonic_ns(), clock.now().astimezone(UTC), clock.quality())


def happened_at(moment: Stamp, before: Stamp | None, after: Stamp | None) -> datetime:
    """When it was, as well as can be told: aware, UTC.

    ``before`` and ``after`` are the nearest moments with a believed clock. One of the same boot gives the exact time;
    else they are bounds for the wall time that was written.
    """
    if moment.believed:
        return moment.wall
    for known in (after, before):
        if known is not None and known.same_boot(moment):
            return known.wall - timedelta(microseconds=(known.mono_ns - moment.mono_ns) / 1000)
    at = moment.wall
    if before is not None:
        at = max(at, before.wall)
    if after is not None:
        at = min(at, after.wall)
    return at


def is_fresh(moment: Stamp, present: Stamp) -> bool:
    """Whether so little time has passed that the patron may still stand there. In doubt, no."""
    if abs(present.wall - moment.wall) > FRESH:
        return False
    if not present.same_boot(moment):
        return True
    return timedelta(microseconds=(present.mono_ns - moment.mono_ns) / 1000) <= FRESH
