"""A door's calibration: a guided tally beside what the counter said in the same time. Pure.

What comes out is the counter's recall, false counts and right directions, by level of crowd, and the factor by which
its *in* is multiplied to become visits. The factor may be used when at least :data:`SAMPLE` passages were tallied and
its 95 % interval excludes 1; otherwise the count stands as it is. It is due again after six months, or after any change
at the sensor.

A tally of another door or another hour is refused: see :mod:`devices.door.belonging`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from devices.door.aligning import OFFSET_MS, Pairing
from devices.door.belonging import by_chance, fit, fits_turned
from devices.door.events import Direction
from devices.door.matching import CalibrationError, Counted, inside, match, near, watched
from devices.door.ratio import Block, Factor, factor
from devices.door.tally import Tally, Who

SAMPLE: Final = 100
MINUTES: Final = 30
TOLERANCE_MS: Final = 3_000
_BLOCK_MS: Final = 60_000


@dataclass(frozen=True)
class Level:
    """How the counter did while so many people came a minute."""

    name: str
    seen: int
    matched: int
    false: int


@dataclass(frozen=True)
class Calibration:
    """The result. ``agreement`` is the share that fits of what could, ``chance`` the same of the shifted tallies."""

    seen: int
    counted: int
    matched: int
    right: int  # of the matched, with the same direction
    missed: int
    false: int
    staff: int
    children: int
    seen_in: int
    seen_out: int
    counted_in: int
    counted_out: int
    watched_ms: int
    offset_ms: int
    by_row: bool  # the counts are known to the row (a minute or so) only
    agreement: float
    chance: float | None
    factor: Factor | None  # of the ins
    levels: tuple[Level, ...] = field(default=())

    @property
    def enough(self) -> bool:
        """Whether the tally is as long as a calibration asks: 100 passages, or half an hour."""
        return self.seen >= SAMPLE or self.watched_ms >= MINUTES * 60_000

    @property
    def used(self) -> bool:
        """Whether the count may be corrected with the factor."""
        return self.factor is not None and self.seen >= SAMPLE and self.factor.excludes_one


def calibrate(
    tally: Tally, counts: Sequence[Counted], *, tolerance_ms: int = TOLERANCE_MS, with_staff: bool = True
) -> Calibration:
    """Compare a tally with the counts of the same door. ``with_staff``: staff are people to be counted too.

    Raises:
        CalibrationError: an empty tally, no counts in its time, or counts that are not of this door and time.
    """
    taps = tally.taps
    if not taps:
        raise CalibrationError("the tally holds nobody; tap at least one person before comparing.")
    counts = sorted(
        (c for c in counts if near(tally.spans, c, OFFSET_MS + tolerance_ms)), key=lambda c: (c.t_ms, c.since_ms)
    )
    if not counts:
        raise CalibrationError(
            "these do not belong together: the counter says nothing of the time of the tally. "
            "Is it the same day, the same door, and are both clocks UTC?"
        )
    by_row = any(count.since_ms < count.t_ms for count in counts)
    ahead, pairing, points = match(taps, counts, tally.spans, tolerance_ms, by_row=by_row)
    points, pairing = inside(tally.spans, points, pairing, ahead)
    agreement = fit(taps, points, pairing, by_row=by_row)
    if fits_turned(tally, counts, tolerance_ms, by_row=by_row):
        raise CalibrationError(
            "the counter says in where people go out: its sensor is mounted, or wired, the other way round. "
            "Set door.reversed in its file (or --reversed of a replay), and tally again."
        )
    chance = by_chance(tally, counts, tolerance_ms, agreement, by_row=by_row)
    return _result(tally, points, pairing, ahead, agreement, chance, by_row=by_row, with_staff=with_staff)


# -- figures


def _result(
    tally: Tally, points: Sequence[Counted], pairing: Pairing, ahead: int, agreement: float, chance: float | None,
    *, by_row: bool, with_staff: bool,
) -> Calibration:  # fmt: skip
    taps = tally.taps
    right = [(p, c) for p, c in pairing.pairs if taps[p].direction is points[c].direction]
    into = [tap for tap in taps if tap.direction is Direction.IN and (with_staff or tap.who is not Who.STAFF)]
    return Calibration(
        seen=len(taps),
        counted=len(points),
        matched=len(pairing.pairs),
        right=len(right),
        missed=len(pairing.missed),
        false=len(pairing.false),
        staff=sum(tap.who is Who.STAFF for tap in taps),
        children=sum(tap.who is Who.CHILD for tap in taps),
        seen_in=len(into),
        seen_out=sum(tap.direction is Direction.OUT for tap in taps),
        counted_in=sum(point.direction is Direction.IN for point in points),
        counted_out=sum(point.direction is Direction.OUT for point in points),
        watched_ms=tally.watched_ms,
        offset_ms=ahead,
        by_row=by_row,
        agreement=agreement,
        chance=chance,
        factor=factor(_blocks(tally, points, right, ahead, with_staff=with_staff)),
        levels=_levels(tally, points, pairing, ahead),
    )


def _blocks(
    tally: Tally, points: Sequence[Counted], right: Sequence[tuple[int, int]], ahead: int, *, with_staff: bool
) -> list[Block]:
    """The ins of each watched minute. A wrong direction is somebody missed, or somebody invented."""
    sums: dict[int, list[int]] = {}

    def note(t_ms: int, sort: int) -> None:
        sums.setdefault(watched(tally.spans, t_ms) // _BLOCK_MS, [0, 0, 0])[sort] += 1

    partner = dict(right)
    used = set()
    for number, tap in enumerate(tally.taps):
        if tap.direction is Direction.IN and (with_staff or tap.who is not Who.STAFF):
            note(tap.t_ms, 0 if number in partner else 1)
            used.add(partner.get(number))
    for number, point in enumerate(points):
        if point.direction is Direction.IN and number not in used:
            note(point.t_ms - ahead, 2)
    return [Block(*sums[number]) for number in sorted(sums)]


def _levels(tally: Tally, points: Sequence[Counted], pairing: Pairing, ahead: int) -> tuple[Level, ...]:
    """Quiet, busy and crowded minutes, by the persons seen in them."""
    crowd: dict[int, int] = {}
    for tap in tally.taps:
        minute = watched(tally.spans, tap.t_ms) // _BLOCK_MS
        crowd[minute] = crowd.get(minute, 0) + 1

    def level(t_ms: int) -> str:
        people = crowd.get(watched(tally.spans, t_ms) // _BLOCK_MS, 0)
        return "quiet" if people <= 2 else "busy" if people <= 8 else "crowded"

    seen = [level(tap.t_ms) for tap in tally.taps]
    matched = [seen[person] for person, _ in pairing.pairs]
    false = [level(points[number].t_ms - ahead) for number in pairing.false]
    names = ("quiet", "busy", "crowded")
    found = (Level(name, seen.count(name), matched.count(name), false.count(name)) for name in names)
    return tuple(each for each in found if each.seen or each.false)


def thousandths(value: Factor) -> tuple[int, int, int]:
    """Factor, low and high end as the desk stores them; the interval is rounded outwards."""
    return round(value.value * 1000), math.floor(value.low * 1000), math.ceil(value.high * 1000)
