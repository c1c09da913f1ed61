"""What sensors other than light beams report: distances of two zones, frames of a grid, totals of foreign counters.

An edge of a beam is :class:`devices.door.edges.Edge`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

ZoneName = Literal["A", "B"]


@dataclass(frozen=True)
class Distance:
    """One zone of a two-zone time-of-flight sensor, measured at ``t_ms`` (sensor's clock).

    ``status`` is the sensor's own range status; 0, 4 and 7 of a VL53L1X are readings, anything else is "not known", and
    ``distance_mm`` then means nothing.
    """

    t_ms: int
    zone: ZoneName
    distance_mm: int
    status: int = 0

    @property
    def valid(self) -> bool:
        """Whether the sensor knows the distance."""
        return self.status in (0, 4, 7) and self.distance_mm > 0


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a grid sensor at ``t_ms``: rows × columns, distances in mm or temperatures in °C.

    A cell without a value is NaN; ``None`` in place of the cells is a frame that could not be read.
    """

    t_ms: int
    cells: NDArray[float32] | None


@dataclass(frozen=True)
class Total:
    """A foreign counter's running totals at ``t_ms``; ``out`` is ``None`` where it has only one."""

    t_ms: int
    into: int
    out: int | None = None
