"""Any chart as SVG."""

from __future__ import annotations

from collector.reports.charts import bars, heat, lines, strip
from collector.reports.charts.model import Bars, Chart, Heat, Lines, Strip


def size(chart: Chart, width: float) -> tuple[float, float]:
    """Width and height in which the chart looks right."""
    if isinstance(chart, Strip):
        return width, strip.height_of(chart)
    if isinstance(chart, Heat):
        return width, 50 + 28 * max(len(chart.rows), 1)
    if isinstance(chart, Lines):
        return width, width * 0.36
    return width, max(118.0, width * 0.2)


def draw(chart: Chart, width: float, height: float | None = None) -> str:
    """The chart as one SVG element."""
    tall = size(chart, width)[1] if height is None else height
    match chart:
        case Bars():
            return bars.draw(chart, width, tall)
        case Heat():
            return heat.draw(chart, width, tall)
        case Lines():
            return lines.draw(chart, width, tall)
        case Strip():
            return strip.draw(chart, width, tall)
