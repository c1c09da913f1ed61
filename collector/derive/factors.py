"""Correction factors: what a door's count is multiplied with, when it may be, and since when. Pure.

A factor comes from a guided tally: persons who really came in / persons counted, with a 95 % interval. Rule
(``docs/counting.md``): it is used only if at least 100 passages were tallied **and** the interval excludes 1. A factor
that does not meet this is kept and shown, and the count stays as it is (factor 1). The newest calibration that
is valid on a day decides, also when it says that the door needs no correction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from collector.derive.facts import MILLI

#: Passages a tally must hold.
SAMPLE = 100
#: Thousandths beyond which a counter is not corrected but mended.
LOWEST, HIGHEST = 200, 5000


@dataclass(frozen=True, slots=True)
class Factor:
    """One version of a door's factor; factor and interval in thousandths. ``digest`` names the tally's record."""

    id: int
    site: str
    device: str
    valid_from: date
    factor: int
    low: int
    high: int
    sample: int
    method: str
    digest: str
    who: str
    at: int
    why: str
    withdrawn_by: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the count may be corrected with it."""
        return self.sample >= SAMPLE and not self.low <= MILLI <= self.high


def newest(factors: Iterable[Factor], day: date) -> Factor | None:
    """The version that decides on this day, whether or not it is allowed."""
    valid = [f for f in factors if f.valid_from <= day and not f.withdrawn_by]
    return max(valid, key=lambda f: (f.valid_from, f.id)) if valid else None


def in_use(factors: Iterable[Factor], day: date) -> int:
    """The factor on this day, in thousandths."""
    found = newest(factors, day)
    return found.factor if found is not None and found.allowed else MILLI
