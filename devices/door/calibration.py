"""A door's calibration: a guided tally beside what the counter said in the same time. Pure.

What comes out is the counter's recall, false counts and right directions, by level of crowd, and the factor by which
its *in* is multiplied to become visits. The factor may be used when at least :data:`SAMPLE` passages were tallied and
its 95 % interval excludes 1; otherwise the count stands as it is. It is due again after six months, or after any change
at the sensor.

Two lists that have nothing to do with each other also pair up, by chance, the more the busier the door is. How much, is
measured: the tally is turned round in its own time by many shifts, and paired again. A tally that fits no better than
its own shifts does not belong to these counts, and is refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, pstdev
from typing import Final

from devices.door.aligning import OFFSET_MS, Pairing, offset, pair
from devices.door.events import Direction
from devices.door.ratio import Block, Factor, factor
from devices.door.tally import Span, Tally, Tap, Who

SAMPLE: Final = 100
MINUTES: Final = 30
TOLERANCE_MS: Final = 3_000
_BLOCK_MS: Final = 60_000
#: Shifts of the tally in its own time, to see what fits by chance.
_SHIFTS: Final = 20
_FEWEST_SHIFTS: Final = 5
#: With fewer passages than this it cannot be told whether two lists belong together.
_FEWEST: Final = 10
#: The least that must fit, of what could; and how many standard deviations above chance.
_FITS: Final = 0.5
_ABOVE: Final = 4.0


class CalibrationError(ValueError):
    """A tally and counts make no calibration; the message says why and what to do."""


@dataclass(frozen=True)
class Counted:
    """The counter said that one person went through, at some moment from ``since_ms`` to ``t_ms`` (UTC)."""

    since_ms: int
    t_ms: int
    direction: Direction


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
        (c for c in counts if _near(tally.spans, c, OFFSET_MS + tolerance_ms)), key=lambda c: (c.t_ms, c.since_ms)
    )
    if not counts:
        raise CalibrationError(
            "these do not belong together: the counter says nothing of the time of the tally. "
            "Is it the same day, the same door, and are both clocks UTC?"
        )
    by_row = any(count.since_ms < count.t_ms for count in counts)
    ahead, pairing, points = _match(taps, counts, tolerance_ms, by_row=by_row)
    points, pairing = _inside(tally.spans, points, pairing, ahead)
    agreement = len(pairing.pairs) / max(1, min(len(taps), len(points)))
    chance = _check(tally, counts, tolerance_ms, agreement, by_row=by_row)
    return _result(tally, points, pairing, ahead, agreement, chance, by_row=by_row, with_staff=with_staff)


# -- pairing


def _match(
    taps: Sequence[Tap], counts: Sequence[Counted], tolerance_ms: int, *, by_row: bool
) -> tuple[int, Pairing, list[Counted]]:
    points = _placed(taps, counts, tolerance_ms) if by_row else list(counts)
    ahead = 0 if by_row else offset(taps, points)
    return ahead, pair(taps, points, tolerance_ms, ahead), points


def _placed(taps: Sequence[Tap], counts: Sequence[Counted], tolerance_ms: int) -> list[Counted]:
    """A row says how many came in its time, not when: each is put where a person was seen, as far as they go."""
    free = list(taps)
    found: list[Counted] = []
    left = list(counts)
    for slack in (0, tolerance_ms):
        rest = []
        for count in left:
            tap = next(
                (
                    tap
                    for tap in free
                    if count.since_ms - slack <= tap.t_ms <= count.t_ms + slack and tap.direction is count.direction
                ),
                None,
            )
            if tap is None:
                rest.append(count)
            else:
                free.remove(tap)
                found.append(Counted(tap.t_ms, tap.t_ms, count.direction))
        left = rest
    for count in left:  # nobody of that direction was seen: at somebody of the other one, or in the middle
        tap = next((tap for tap in free if count.since_ms <= tap.t_ms <= count.t_ms), None)
        at = (count.since_ms + count.t_ms) // 2 if tap is None else tap.t_ms
        if tap is not None:
            free.remove(tap)
        found.append(Counted(at, at, count.direction))
    return sorted(found, key=lambda one: one.t_ms)


def _near(spans: Sequence[Span], count: Counted, slack_ms: int) -> bool:
    return any(count.t_ms >= span.begin - slack_ms and count.since_ms <= span.end + slack_ms for span in spans)


def _inside(
    spans: Sequence[Span], points: Sequence[Counted], pairing: Pairing, ahead: int
) -> tuple[list[Counted], Pairing]:
    """Leave out what was counted while nobody watched, unless somebody at the very edge was seen."""
    used = {count for _, count in pairing.pairs}
    kept = [
        number
        for number, point in enumerate(points)
        if number in used or any(span.begin <= point.t_ms - ahead <= span.end for span in spans)
    ]
    place = {number: new for new, number in enumerate(kept)}
    pairs = [(person, place[count]) for person, count in pairing.pairs]
    false = [place[number] for number in pairing.false if number in place]
    return [points[number] for number in kept], Pairing(pairs, pairing.missed, false)


# -- by chance


def _check(
    tally: Tally, counts: Sequence[Counted], tolerance_ms: int, agreement: float, *, by_row: bool
) -> float | None:
    """How much fits by chance; refuses what fits no better."""
    taps, total = tally.taps, tally.watched_ms
    least = (_BLOCK_MS if by_row else 0) + 2 * tolerance_ms + (0 if by_row else OFFSET_MS)
    shifts = min(_SHIFTS, total // least - 1) if least else 0
    if len(taps) < _FEWEST or shifts < _FEWEST_SHIFTS:
        if agreement < _FITS:
            raise _strangers(agreement, len(taps), None)
        return None
    fits = []
    for number in range(1, shifts + 1):
        turned = _turned(tally, number * total // (shifts + 1))
        ahead, pairing, points = _match(turned, counts, tolerance_ms, by_row=by_row)
        points, pairing = _inside(tally.spans, points, pairing, ahead)
        fits.append(len(pairing.pairs) / max(1, min(len(turned), len(points))))
    chance, spread = fmean(fits), max(pstdev(fits), 0.02)
    if agreement < _FITS or agreement < chance + _ABOVE * spread:
        raise _strangers(agreement, len(taps), chance)
    return chance


def _strangers(agreement: float, taps: int, chance: float | None) -> CalibrationError:
    by_chance = "" if chance is None else f", and {chance:.0%} would by chance"
    return CalibrationError(
        f"these do not belong together: only {agreement:.0%} of what was counted fits the {taps} passages of the tally"
        f"{by_chance}. Is it the same door and time, and are both clocks UTC?"
    )


def _turned(tally: Tally, by_ms: int) -> list[Tap]:
    """The tally turned round in its own watched time."""
    total = tally.watched_ms
    turned = []
    for tap in tally.taps:
        at = (_watched(tally.spans, tap.t_ms) + by_ms) % max(1, total)
        turned.append(Tap(_moment(tally.spans, at), tap.direction, tap.who))
    return sorted(turned, key=lambda tap: tap.t_ms)


def _watched(spans: Sequence[Span], t_ms: int) -> int:
    """How long the door had been watched at a moment."""
    return sum(max(0, min(span.end, t_ms) - span.begin) for span in spans)


def _moment(spans: Sequence[Span], watched_ms: int) -> int:
    for span in spans:
        if watched_ms <= span.end - span.begin:
            return span.begin + watched_ms
        watched_ms -= span.end - span.begin
    return spans[-1].end


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
        sums.setdefault(_watched(tally.spans, t_ms) // _BLOCK_MS, [0, 0, 0])[sort] += 1

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
        minute = _watched(tally.spans, tap.t_ms) // _BLOCK_MS
        crowd[minute] = crowd.get(minute, 0) + 1

    def level(t_ms: int) -> str:
        people = crowd.get(_watched(tally.spans, t_ms) // _BLOCK_MS, 0)
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
