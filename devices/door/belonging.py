"""Whether a tally and counts are of the same door and time at all. Pure.

Two lists that have nothing to do with each other also pair up, by chance, the more the busier the door is. How much, is
measured: the tally is turned round in its own time by many shifts, and paired again. A tally that fits no better than
its own shifts does not belong to these counts, and is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean, pstdev
from typing import Final

from devices.door.aligning import OFFSET_MS, Pairing
from devices.door.matching import CalibrationError, Counted, inside, match, watched
from devices.door.tally import Span, Tally, Tap

_ROW_MS: Final = 60_000
#: Shifts of the tally in its own time, to see what fits by chance.
_SHIFTS: Final = 20
_FEWEST_SHIFTS: Final = 5
#: With fewer passages than this it cannot be told whether two lists belong together.
_FEWEST: Final = 30
#: The least that must fit, of what could; and how many standard deviations above chance.
_FITS: Final = 0.5
_ABOVE: Final = 3.0


def fits_turned(tally: Tally, counts: Sequence[Counted], tolerance_ms: int, *, by_row: bool) -> bool:
    """Whether far more directions would be right if in were out."""
    taps = tally.taps
    turned = [replace(count, direction=count.direction.mirrored) for count in counts]
    right = []
    for some in (counts, turned):
        _, pairing, points = match(taps, some, tally.spans, tolerance_ms, by_row=by_row)
        right.append(sum(taps[p].direction is points[c].direction for p, c in pairing.pairs))
    as_said, as_turned = right
    return as_turned >= max(_FEWEST, _FITS * min(len(taps), len(counts))) and as_turned > 2 * as_said


def by_chance(
    tally: Tally, counts: Sequence[Counted], tolerance_ms: int, agreement: float, *, by_row: bool
) -> float | None:
    """How much fits by chance; refuses what fits no better."""
    taps, total = tally.taps, tally.watched_ms
    least = (_ROW_MS if by_row else 0) + 2 * tolerance_ms + (0 if by_row else OFFSET_MS)
    shifts = min(_SHIFTS, total // least - 1) if least else 0
    if len(taps) < _FEWEST or shifts < _FEWEST_SHIFTS:
        if agreement < _FITS:
            raise _strangers(agreement, len(taps), None)
        return None
    fits = []
    for number in range(1, shifts + 1):
        turned = _turned(tally, number * total // (shifts + 1))
        ahead, pairing, points = match(turned, counts, tally.spans, tolerance_ms, by_row=by_row)
        points, pairing = inside(tally.spans, points, pairing, ahead)
        fits.append(fit(turned, points, pairing, by_row=by_row))
    chance, spread = fmean(fits), max(pstdev(fits), 0.02)
    if agreement < _FITS or agreement < chance + _ABOVE * spread:
        raise _strangers(agreement, len(taps), chance)
    return chance


def fit(taps: Sequence[Tap], points: Sequence[Counted], pairing: Pairing, *, by_row: bool) -> float:
    """The share that fits, of what could. In a row there is nearly always somebody, so there the direction must fit
    too."""
    fits = [p for p, c in pairing.pairs if not by_row or taps[p].direction is points[c].direction]
    return len(fits) / max(1, min(len(taps), len(points)))


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
        at = (watched(tally.spans, tap.t_ms) + by_ms) % max(1, total)
        turned.append(Tap(_moment(tally.spans, at), tap.direction, tap.who))
    return sorted(turned, key=lambda tap: tap.t_ms)


def _moment(spans: Sequence[Span], watched_ms: int) -> int:
    for span in spans:
        if watched_ms <= span.end - span.begin:
            return span.begin + watched_ms
        watched_ms -= span.end - span.begin
    return spans[-1].end
