"""Running totals as counts between two readings. Pure.

The rules of the field (docs/counting.md): more than before is the difference; less than before is a roll-over when
the counter's highest number is known and the way over it is possible in the time; when the *next* reading is again
above the one before, the low one was a mistake and is left out; else the counter began again at 0. Days without
a reading are bridged: the sum is right, and the days between are not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from collector.history.entries import Entry
from collector.history.findings import Finding, Kind

#: People that fit through a door in a second, for ever.
MOST_A_SECOND: Final = 4


def differences(entries: Sequence[Entry], most: int | None) -> tuple[list[Entry], list[Finding]]:
    """Counts from one door's readings, in order of time; a reading is taken at its time, or at the end of its day.

    ``most`` is the highest number the counter can show (999999, 65535 …), after which it goes on with 0.
    """
    found: list[Entry] = []
    findings: list[Finding] = []
    ordered = sorted(entries, key=lambda entry: (entry.end, entry.line))
    if not ordered:
        return [], []
    last = ordered[0]
    findings.append(Finding(Kind.FIRST_READING, str(last.into), (last.line,), last.door))
    for at, reading in enumerate(ordered[1:], 1):
        following = ordered[at + 1] if at + 1 < len(ordered) else None
        seconds = (reading.end - last.end).total_seconds()
        if reading.into < last.into and following is not None and following.into >= last.into:
            findings.append(Finding(Kind.GLITCH, str(reading.into), (reading.line,), reading.door))
            continue
        if reading.into > last.into and _returns(last, reading, following):
            findings.append(Finding(Kind.GLITCH, str(reading.into), (reading.line,), reading.door))
            continue
        into, kind = _added(last.into, reading.into, most, seconds)
        out = None
        if last.out is not None and reading.out is not None:
            out, _ = _added(last.out, reading.out, most, seconds)
        if kind is not None:
            findings.append(Finding(kind, f"{last.into} → {reading.into}", (reading.line,), reading.door))
        found.append(replace(reading, start=last.end, into=into, out=out))
        if reading.end - last.end > timedelta(days=1, hours=1):
            days = f"{last.end:%Y-%m-%d} to {reading.end:%Y-%m-%d}"
            findings.append(Finding(Kind.BRIDGED, days, (reading.line,), reading.door))
        last = reading
    return found, findings


def _returns(before: Entry, reading: Entry, following: Entry | None) -> bool:
    """Whether the number is far too high for the time and the next one is back on the old course."""
    seconds = (reading.end - before.end).total_seconds()
    if following is None or reading.into - before.into <= MOST_A_SECOND * seconds:
        return False
    return before.into <= following.into < reading.into


def _added(before: int, after: int, most: int | None, seconds: float) -> tuple[int, Kind | None]:
    if after >= before:
        return after - before, None
    if most is not None and before <= most:
        over = after + most + 1 - before
        if over <= MOST_A_SECOND * seconds:
            return over, Kind.ROLL_OVER
    return after, Kind.RESET
