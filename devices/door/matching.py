"""A tally's persons beside a counter's counts, which are known to the moment or only to their row. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from devices.door.aligning import Pairing, offset, pair
from devices.door.events import Direction
from devices.door.tally import Span, Tap


class CalibrationError(ValueError):
    """A tally and counts make no calibration; the message says why and what to do."""


@dataclass(frozen=True)
class Counted:
    """The counter said that one person went through, at some moment from ``since_ms`` to ``t_ms`` (UTC)."""

    since_ms: int
    t_ms: int
    direction: Direction


def near(spans: Sequence[Span], count: Counted, slack_ms: int) -> bool:
    """Whether a count may be of somebody who was seen."""
    return any(count.t_ms >= span.begin - slack_ms and count.since_ms <= span.end + slack_ms for span in spans)


def match(
    taps: Sequence[Tap], counts: Sequence[Counted], spans: Sequence[Span], tolerance_ms: int, *, by_row: bool
) -> tuple[int, Pairing, list[Counted]]:
    """How far the counter's clock is ahead (ms), who is paired with what, and the counts with a moment each."""
    points = _placed(taps, counts, spans, tolerance_ms) if by_row else list(counts)
    ahead = 0 if by_row else offset(taps, points)
    return ahead, pair(taps, points, tolerance_ms, ahead), points


def _placed(taps: Sequence[Tap], counts: Sequence[Counted], spans: Sequence[Span], tolerance_ms: int) -> list[Counted]:
    """A row says how many came in its time, not when: each is put where a person was seen, as far as they go.

    What is left over of a row that began before the watch, or goes on after it, came while nobody looked.
    """
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
        at = (count.since_ms + count.t_ms) // 2
        if tap is not None:
            at = tap.t_ms
            free.remove(tap)
        else:
            ends = (count.since_ms, count.t_ms)
            at = next((end for end in ends if not any(span.begin <= end <= span.end for span in spans)), at)
        found.append(Counted(at, at, count.direction))
    return sorted(found, key=lambda one: one.t_ms)


def inside(
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


def watched(spans: Sequence[Span], t_ms: int) -> int:
    """How long the door had been watched at a moment."""
    return sum(max(0, min(span.end, t_ms) - span.begin) for span in spans)
