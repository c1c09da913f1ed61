"""What could be done offline now, and if not, why not: for the rules, and for staff. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.circulation.clock import Clock
from kiosk.circulation.offline.extract import About
from kiosk.circulation.offline.outage import Outage
from kiosk.circulation.offline.settings import OfflineSettings, Policy

#: A clock that is set from the network may still differ a little from the maker's.
_SKEW = timedelta(minutes=5)


class Closed(enum.StrEnum):
    """Why something is not done offline."""

    POLICY = "policy"
    NO_EXTRACT = "no-extract"
    CLOCK = "clock"
    OPEN_TOO_LONG = "open-too-long"
    TOO_MANY_OPEN = "too-many-open"
    STALE = "stale"

    @property
    def sentence(self) -> str:
        """For staff, with what to do."""
        return _SENTENCES[self]


_SENTENCES = {
    Closed.POLICY: "The library's settings do not allow it (circulation.offline.policy).",
    Closed.NO_EXTRACT: "There is no extract that may be used. Bring one with 'pustaka offline install FILE'.",
    Closed.CLOCK: "The kiosk's clock stands before the moment at which the extract was made. Set the clock.",
    Closed.OPEN_TOO_LONG: (
        "An operation has waited too long for the library system. Connect the kiosk and let it replay."
    ),
    Closed.TOO_MANY_OPEN: "Too many operations wait for the library system. Connect the kiosk and let them replay.",
    Closed.STALE: "The extract is too old for lending. Bring a newer one with 'pustaka offline install FILE'.",
}


@dataclass(frozen=True, slots=True)
class Readiness:
    """``None`` where something may be done. ``problem`` is why the file that lies there is not used, if it is not."""

    lending: Closed | None
    returning: Closed | None
    problem: str = ""
    age: timedelta | None = None
    waiting: int = 0
    waiting_since: datetime | None = None


def look(settings: OfflineSettings, about: About | None, problem: str, outage: Outage, clock: Clock) -> Readiness:
    """How things stand."""
    now = believed(clock, outage)
    returning = _closed(settings, about, outage, clock, now)
    age = now - about.made if about is not None else None
    lending = returning
    if lending is None and settings.policy is not Policy.BOTH:
        lending = Closed.POLICY
    if lending is None and age is not None and age > timedelta(hours=settings.extract_hours):
        lending = Closed.STALE
    return Readiness(lending, returning, problem, age, len(outage.open), outage.began())


def believed(clock: Clock, outage: Outage) -> datetime:
    """The time now. A clock that nobody has set is not believed to be before what was already written down."""
    now, newest = clock.now(), outage.newest()
    if clock.quality() == "unsynced" and newest is not None:
        return max(now, newest)
    return now


def _closed(
    settings: OfflineSettings, about: About | None, outage: Outage, clock: Clock, now: datetime
) -> Closed | None:
    if settings.policy is Policy.OFF:
        return Closed.POLICY
    if about is None:
        return Closed.NO_EXTRACT
    # The clock itself, not what is believed: a clock that fell back to 1970 must not write more rows.
    if clock.now() < about.made - (timedelta() if clock.quality() == "unsynced" else _SKEW):
        return Closed.CLOCK
    began = outage.began()
    if began is not None and now - began > timedelta(days=settings.open_days):
        return Closed.OPEN_TOO_LONG
    if len(outage.open) >= settings.open_operations:
        return Closed.TOO_MANY_OPEN
    return None
