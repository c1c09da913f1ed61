"""What a refresh did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Quarter hours taken, door-days and site-days derived, those of them that changed; whether more waits."""

    quarters: int = 0
    days: int = 0
    changed: int = 0
    more: bool = False
