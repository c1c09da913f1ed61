"""A curve in bins of one pixel: the least and the most of each, so that no short dip is lost. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from devices.door.drawing.panels import Panel, Scale
from devices.door.drawing.svg import Point


@dataclass
class Bin:
    """Values of one pixel of time."""

    first: float
    low: float
    high: float
    last: float


class Curve:
    """Takes values in order of time. A gap longer than ``joined_ms`` stays open."""

    def __init__(self, scale: Scale, joined_ms: float) -> None:
        self._scale = scale
        self._joined = max(2.0, joined_ms / scale.per_px)
        self._bins: dict[int, Bin] = {}
        self._broken: set[int] = set()  # the line begins anew at these columns

    def see(self, t_ms: int, value: float) -> None:
        """The next value."""
        column = self._scale.column(t_ms)
        found = self._bins.get(column)
        if found is None:
            self._bins[column] = Bin(value, value, value, value)
        else:
            found.low, found.high, found.last = min(found.low, value), max(found.high, value), value

    def cut(self, t_ms: int) -> None:
        """Do not join across this moment."""
        self._broken.add(self._scale.column(t_ms))

    @property
    def highest(self) -> float:
        """The highest value; 0 of none."""
        return max((each.high for each in self._bins.values()), default=0.0)

    @property
    def lowest(self) -> float:
        """The lowest value; 0 of none."""
        return min((each.low for each in self._bins.values()), default=0.0)

    def lines(self, panel: Panel) -> Iterator[list[Point]]:
        """Pieces of the curve in a panel, as (x, value)."""
        points: list[Point] = []
        before: int | None = None
        for column in panel.columns:
            found = self._bins.get(column)
            if found is None:
                continue
            apart = before is not None and (
                column - before > self._joined or any(c in self._broken for c in range(before + 1, column + 1))
            )
            if apart and points:
                yield points
                points = []
            x = panel.column_x(column)
            values = [found.first, found.low, found.high, found.last]
            points += [(x, value) for n, value in enumerate(values) if n == 0 or value != values[n - 1]]
            before = column
        if points:
            yield points
