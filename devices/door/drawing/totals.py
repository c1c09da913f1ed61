"""A foreign counter's total as a curve, and below it the people made of it; where they part, something happened."""

from __future__ import annotations

from typing import Final

from devices.door.drawing.curves import Curve
from devices.door.drawing.look import INK_2, INK_3, LEFT, RIGHT, RIVER, RULE, SMALL
from devices.door.drawing.marks import Band, heading
from devices.door.drawing.panels import Panel, Scale
from devices.door.drawing.svg import Drawing
from devices.door.events import Fault, FaultKind, Tally
from devices.door.readings import Total

_PLOT: Final = 170
_GAP: Final = 26
_DROPS: Final = (FaultKind.TOTAL_RESET, FaultKind.TOTAL_GLITCH)


class TotalsContent:
    """Takes readings in order of time, and all tallies and faults of the recording."""

    height = 2 * _PLOT + 3 * _GAP

    def __init__(self, scale: Scale, tallies: list[Tally], faults: list[Fault]) -> None:
        self._scale = scale
        endless = scale.last - scale.first  # a total holds until the next reading, however long that takes
        self._raw = {"in": Curve(scale, endless), "out": Curve(scale, endless)}
        self._people = {"in": Curve(scale, endless), "out": Curve(scale, endless)}
        self._drops: list[int] = []
        self._faults = faults
        self._last: Total | None = None
        sums = {"in": 0, "out": 0}
        for tally in [Tally(scale.first, scale.first, 0, 0), *tallies]:
            for way, people in (("in", tally.into), ("out", tally.out)):
                self._people[way].see(tally.since_ms, sums[way])
                sums[way] += people
                self._people[way].see(tally.t_ms, sums[way])
        for way, people in sums.items():
            self._people[way].see(scale.last, people)
        self._two = False

    @property
    def notes(self) -> list[str]:
        """What a reader must know to read the picture."""
        said = "Above: what the counter said. Below: people since the recording's beginning."
        return [said + " Solid: in. Dotted: out." if self._two else said]

    def see(self, reading: Total) -> None:
        """The next reading."""
        last, self._last = self._last, reading
        values = {"in": reading.into, "out": reading.out}
        before = {"in": last.into, "out": last.out} if last else {}
        for way, value in values.items():
            if value is None:
                continue
            old = before.get(way)
            if old is not None and value < old:
                self._drops.append(reading.t_ms)
                self._raw[way].cut(reading.t_ms)
            self._two |= way == "out"
            self._raw[way].see(reading.t_ms, value)

    def bands(self) -> list[Band]:
        """Drops that were no fault: the counter went over its highest number."""
        wrong = {fault.t_ms for fault in self._faults if fault.kind in _DROPS}
        return [Band(t, t, "roll-over: counted on", fault=False) for t in self._drops if t not in wrong]

    def draw(self, drawing: Drawing, panel: Panel) -> None:
        """Both plots of a panel."""
        for row, (words, curves) in enumerate((("counter", self._raw), ("people", self._people))):
            top = panel.top + _GAP + row * (_PLOT + _GAP)
            heading(drawing, LEFT - 14, top + 40, words)
            shown = {way: curve for way, curve in curves.items() if way == "in" or self._two}
            low = min(curve.lowest for curve in shown.values()) if words == "counter" else 0.0
            high = max(low + 1, *(curve.highest for curve in shown.values()))
            self._plot(drawing, panel, shown, top, (low, high))

    @staticmethod
    def _plot(drawing: Drawing, panel: Panel, curves: dict[str, Curve], top: float, ends: tuple[float, float]) -> None:
        low, high = ends
        bottom = top + _PLOT
        for value in (low, high):
            y = bottom - _PLOT * (value - low) / max(1.0, high - low)
            drawing.line(LEFT, y, RIGHT, y, stroke=RULE, stroke_width=1)
            drawing.text(LEFT - 8, y + 6, f"{value:,.0f}", anchor="end", fill=INK_3, size=SMALL)
        for way, curve in curves.items():
            look = {"stroke": RIVER, "stroke_width": 3.0} if way == "in" else {"stroke": INK_2, "stroke_width": 2.4}
            dash = "none" if way == "in" else "2 5"
            for points in curve.lines(panel):
                line = [(x, bottom - _PLOT * (value - low) / max(1.0, high - low)) for x, value in points]
                drawing.polyline(line, stroke_dasharray=dash, **look)
