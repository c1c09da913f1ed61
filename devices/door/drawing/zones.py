"""Two zones as curves of distance, with the empty door's distance and the threshold below which somebody is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from devices.door.drawing.curves import Curve
from devices.door.drawing.look import DEGRADED, INK_3, LEFT, RIGHT, RIVER, RULE, SMALL
from devices.door.drawing.marks import heading
from devices.door.drawing.panels import Panel, Scale
from devices.door.drawing.svg import HATCHED, Drawing
from devices.door.readings import Distance, ZoneName

_PLOT: Final = 120
_GAP: Final = 32
#: Readings further apart than this are not joined.
_JOINED_MS: Final = 1_000


class ZonesContent:
    """Takes readings in order of time; outside is above inside.

    ``idle`` is the distance of the empty door (mm), as at the recording's beginning; somebody is in a zone below
    ``enter`` of it.
    """

    height = 2 * _PLOT + 3 * _GAP

    def __init__(self, scale: Scale, idle: Mapping[ZoneName, float], enter: float, *, swapped: bool) -> None:
        self._scale = scale
        self._idle = idle
        self._enter = enter
        self._swapped = swapped
        self._curves: dict[ZoneName, Curve] = {"A": Curve(scale, _JOINED_MS), "B": Curve(scale, _JOINED_MS)}
        self._unknown: dict[ZoneName, set[int]] = {"A": set(), "B": set()}

    @property
    def notes(self) -> list[str]:
        """What a reader must know to read the picture."""
        said = "Distance from the sensor: nearer is lower, and somebody is there below the dashed limit."
        if any(self._unknown.values()):
            said += " Hatched at the foot: the sensor did not know the distance."
        if self._scale.per_px > 50:
            said += f" One pixel is {self._scale.per_px / 1000:.1f} s; the line spans the nearest and farthest of it."
        return [said]

    def see(self, reading: Distance) -> None:
        """The next reading."""
        if reading.valid:
            self._curves[reading.zone].see(reading.t_ms, reading.distance_mm)
        else:
            self._curves[reading.zone].cut(reading.t_ms)
            self._unknown[reading.zone].add(self._scale.column(reading.t_ms))

    def draw(self, drawing: Drawing, panel: Panel) -> None:
        """Both plots of a panel."""
        zones: tuple[ZoneName, ZoneName] = ("B", "A") if self._swapped else ("A", "B")
        for row, (words, zone) in enumerate(zip(("outside", "inside"), zones, strict=True)):
            top = panel.top + _GAP + row * (_PLOT + _GAP)
            heading(drawing, LEFT - 8, top - 6, f"zone {zone}, {words}")
            self._plot(drawing, panel, zone, top)

    def _plot(self, drawing: Drawing, panel: Panel, zone: ZoneName, top: float) -> None:
        most = self._most
        bottom = top + _PLOT

        def y(value: float) -> float:
            return bottom - _PLOT * min(value, most) / most

        drawing.line(LEFT, bottom, RIGHT, bottom, stroke=RULE, stroke_width=1)
        drawing.text(LEFT - 8, bottom + 6, "0 m", anchor="end", fill=INK_3, size=SMALL)
        idle = self._idle.get(zone)
        if idle:
            limit = y(idle * self._enter)
            drawing.text(LEFT - 8, y(idle) + 5, f"empty {idle / 1000:.2f} m", anchor="end", fill=INK_3, size=SMALL)
            words = f"limit {idle * self._enter / 1000:.2f} m"
            drawing.text(LEFT - 8, limit + 9, words, anchor="end", fill=DEGRADED, size=SMALL)
            drawing.line(LEFT, y(idle), RIGHT, y(idle), stroke=INK_3, stroke_width=1.5, stroke_dasharray="2 5")
            drawing.line(LEFT, limit, RIGHT, limit, stroke=DEGRADED, stroke_width=2, stroke_dasharray="10 5")
        for points in self._curves[zone].lines(panel):
            drawing.polyline([(x, y(value)) for x, value in points], stroke=RIVER, stroke_width=2.4)
        for column in panel.columns:
            if column in self._unknown[zone]:
                drawing.rect(panel.column_x(column), bottom - 16, 2, 16, fill=HATCHED)

    @property
    def _most(self) -> float:
        """The plots' common upper end: a little more than the empty door, in half metres."""
        seen = max((*self._idle.values(), 1.0)) if self._idle else max(c.highest for c in self._curves.values())
        return max(500.0, -(-seen * 1.12 // 500) * 500)
