"""What a report knows besides figures: names, holidays, factors, corrections by people, publications. Plain values,
read from a store by :mod:`collector.store.background`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Door = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Special:
    """A day with a name: ``kind`` is holiday, closure or hours."""

    site: str
    day: date
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class FactorKnown:
    """A calibration of a door, in thousandths, with its 95 % interval and sample; ``used`` or only kept."""

    site: str
    device: str
    since: date
    factor: int
    low: int
    high: int
    passages: int
    used: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """An adjustment that a person made and another approved. ``what`` is its amount in words (+21, × 0.5)."""

    site: str
    device: str
    first: date
    last: date
    what: str
    why: str
    method: str
    who: str
    approved: str


@dataclass(frozen=True, slots=True)
class Published:
    """A frozen month: its revision, when, by whom, and the fingerprint of its figures; what changed since, if any."""

    revision: int
    on: date
    who: str
    digest: str
    changed: int | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Rows of a door's ledger that can never come, and numbers that came twice with other content."""

    site: str
    device: str
    lost: int
    conflicts: int


@dataclass(frozen=True, slots=True)
class Background:
    """Everything that is not a figure. ``inside`` are doors that do not make the site's visits (internal, staff)."""

    sites: Mapping[str, str] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)
    doors: Mapping[Door, str] = field(default_factory=dict)
    inside: frozenset[Door] = frozenset()
    specials: tuple[Special, ...] = ()
    factors: tuple[FactorKnown, ...] = ()
    corrections: tuple[Correction, ...] = ()
    published: Published | None = None
    troubles: tuple[Trouble, ...] = ()

    def site(self, site: str) -> str:
        """The site's name, or its id."""
        return self.sites.get(site) or site

    def door(self, site: str, device: str) -> str:
        """The door's name, or its id."""
        return self.doors.get((site, device)) or device

    def perimeter(self, site: str, device: str) -> bool:
        """Whether who passes here makes a visit."""
        return (site, device) not in self.inside

    def special_days(self, site: str | None, first: date, last: date) -> tuple[Special, ...]:
        """Special days of a site (of all: ``None``), by day."""
        found = (s for s in self.specials if first <= s.day <= last and site in (None, s.site))
        return tuple(sorted(found, key=lambda s: (s.day, s.site, s.name)))

    def factor(self, site: str, device: str, day: date) -> FactorKnown | None:
        """The newest calibration of a door on a day."""
        found = [f for f in self.factors if (f.site, f.device) == (site, device) and f.since <= day]
        return max(found, key=lambda f: f.since, default=None)
