"""The peer to beat: the simple grid tracker that people write in an afternoon, as the field describes it.

Background is the median of the recording's start; cells above a threshold; connected parts of two cells or more;
nearest neighbour within 2.5 cells, one frame may be missing; a count at the track's end if it began and ended on
opposite sides and moved two cells or more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Found = tuple[int, str]  # frame, "in" or "out"


@dataclass
class _Track:
    first: tuple[float, float]
    last: tuple[float, float]
    seen: int
    missed: int = 0


def simple_count(cells: NDArray[Any], *, axis: int, threshold: float, start: int = 50) -> list[Found]:
    """Crossings in ``cells`` (frames × rows × columns, larger where somebody is); ``axis``: 0 rows, 1 columns."""
    lift = np.nan_to_num(cells - np.nanmedian(cells[:start], axis=0), nan=0.0)
    middle = (cells.shape[1 + axis] - 1) / 2
    tracks: list[_Track] = []
    found: list[Found] = []
    for number, frame in enumerate(lift):
        parts = _parts(frame > threshold)
        for track in tracks:
            near = min(parts, key=lambda part: _distance(part, track.last), default=None)
            if near is not None and _distance(near, track.last) <= 2.5:
                parts.remove(near)
                track.last, track.seen, track.missed = near, number, 0
            else:
                track.missed += 1
        for track in [track for track in tracks if track.missed > 1]:
            tracks.remove(track)
            found += _judge(track, axis, middle)
        tracks += [_Track(part, part, number) for part in parts]
    return found + [one for track in tracks for one in _judge(track, axis, middle)]


def _judge(track: _Track, axis: int, middle: float) -> list[Found]:
    begin, end = track.first[axis], track.last[axis]
    if (begin < middle) == (end < middle) or abs(end - begin) < 2:
        return []
    return [(track.seen, "in" if end > begin else "out")]


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def _parts(mask: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Centres of the connected parts (four neighbours) of two cells or more."""
    left = {(int(row), int(column)) for row, column in np.argwhere(mask)}
    centres = []
    while left:
        part, edge = [], [left.pop()]
        while edge:
            row, column = edge.pop()
            part.append((row, column))
            for beside in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
                if beside in left:
                    left.remove(beside)
                    edge.append(beside)
        if len(part) >= 2:
            centres.append((sum(r for r, _ in part) / len(part), sum(c for _, c in part) / len(part)))
    return centres
