"""From facts of hours to what the model of weeks learns from. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from collector.derive.anomaly.weeks import Observed
from collector.derive.facts import HourFact, Status


def observed(hours: Iterable[HourFact]) -> list[Observed]:
    """Open hours that were counted, as people who came in. Estimates are no evidence, and missing is not zero.

    An hour that a clock change repeats is added to the first of its name.
    """
    found: dict[tuple[int, int], Observed] = {}
    for hour in hours:
        if hour.status is not Status.COUNTED:
            continue
        key = (hour.day.toordinal(), hour.hour)
        before = found.get(key)
        found[key] = Observed(hour.day, hour.hour, hour.raw_in + (before.count if before else 0))
    return [found[key] for key in sorted(found)]
