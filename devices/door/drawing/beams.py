"""Two beams as ribbons: a thin line while clear, a bar while broken."""

from __future__ import annotations

from typing import Final

from devices.door.drawing.look import INK_3, LEFT, RIVER, RULE, SMALL
from devices.door.drawing.marks import heading
from devices.door.drawing.panels import Panel, Scale
from devices.door.drawing.svg import Drawing
from devices.door.edges import Beam, Edge

_RIBBON: Final = 46
_GAP: Final = 18
#: A beam broken for the least of a pixel is still seen: its bar has this share of the height.
_LEAST: Final = 0.4
_LEVELS: Final = 8


class BeamsContent:
    """Takes edges in order of time; outside is above inside."""

    height = 2 * _RIBBON + 3 * _GAP

    def __init__(self, scale: Scale, *, swapped: bool) -> None:
        self._scale = scale
        self._swapped = swapped
        self._broken: dict[Beam, dict[int, float]] = {Beam.A: {}, Beam.B: {}}
        self._since: dict[Beam, int] = {}

    @property
    def notes(self) -> list[str]:
        """What a reader must know to read the picture."""
        bar = "A bar is a broken beam."
        if self._scale.per_px > 50:
            return [f"{bar} One pixel is {self._scale.per_px / 1000:.1f} s; a bar's height is the share of it broken."]
        return [bar]

    def see(self, edge: Edge) -> None:
        """The next edge."""
        if edge.broken:
            self._since.setdefault(edge.beam, edge.t_ms)
        elif edge.beam in self._since:
            self._add(edge.beam, self._since.pop(edge.beam), edge.t_ms)

    def end(self) -> None:
        """The recording is over; a beam still broken was so to its end."""
        for beam, since in self._since.items():
            self._add(beam, since, self._scale.last)
        self._since = {}

    def draw(self, drawing: Drawing, panel: Panel) -> None:
        """Both ribbons of a panel."""
        for row, (words, where) in enumerate((("outside", Beam.A), ("inside", Beam.B))):
            beam = where.other if self._swapped else where
            top = panel.top + _GAP + row * (_RIBBON + _GAP)
            heading(drawing, LEFT - 14, top + 22, f"beam {beam.value}")
            drawing.text(LEFT - 14, top + 42, words, anchor="end", fill=INK_3, size=SMALL)
            drawing.line(LEFT, top + _RIBBON, panel.used, top + _RIBBON, stroke=RIVER, stroke_width=2)
            drawing.line(LEFT, top, panel.used, top, stroke=RULE, stroke_width=1)
            for first, last, level in self._bars(beam, panel):
                tall = _RIBBON * level / _LEVELS
                x = panel.column_x(first)
                drawing.rect(x, top + _RIBBON - tall, last + 1 - first, tall, fill=RIVER)

    # -- inside

    def _add(self, beam: Beam, begin: int, end: int) -> None:
        scale, columns = self._scale, self._broken[beam]
        first, last = scale.column(begin), scale.column(end)
        for column in range(first, last + 1):
            start = scale.first + column * scale.per_px
            share = (min(end, start + scale.per_px) - max(begin, start)) / scale.per_px
            columns[column] = min(1.0, columns.get(column, 0.0) + max(share, 0.01))

    def _bars(self, beam: Beam, panel: Panel) -> list[tuple[int, int, int]]:
        """Neighbouring columns of one height as (first, last, height in eighths)."""
        fine = self._scale.per_px <= 50
        bars: list[tuple[int, int, int]] = []
        for column in panel.columns:
            share = self._broken[beam].get(column)
            if share is None:
                continue
            level = _LEVELS if fine else max(round(share * _LEVELS), round(_LEAST * _LEVELS))
            if bars and bars[-1][1] == column - 1 and bars[-1][2] == level:
                bars[-1] = (bars[-1][0], column, level)
            else:
                bars.append((column, column, level))
        return bars
