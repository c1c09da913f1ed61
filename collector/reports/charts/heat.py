"""The hours of the week as a heat map: a number in every cell, so that it is also a table."""

from __future__ import annotations

from collector.reports import palette
from collector.reports.charts import paint
from collector.reports.charts.model import Heat, HeatCell, Sort

DAY, TOTAL, GAP = 34.0, 46.0, 2.0
#: A column narrower than this cannot hold its hour without touching the next.
_HEADING = 18.0


def draw(chart: Heat, width: float, height: float) -> str:
    """The drawing, with the scale beneath."""
    head, foot = 20.0, 30.0
    across = (width - DAY - TOTAL) / max(len(chart.hours), 1)
    down = (height - head - foot) / max(len(chart.rows), 1)
    size = min(14.0, max(9.0, min(across * 0.38, down * 0.62)))
    every = 1 if across >= _HEADING else 2  # a library that never closes has 24 columns
    strokes = [
        paint.write(DAY + (at + 0.5) * across, head - 7, label, anchor="middle")
        for at, label in enumerate(chart.hours)
        if at % every == 0
    ]
    strokes.append(paint.write(width, head - 7, chart.total, anchor="end", weight=600))
    peaks = []
    for at, row in enumerate(chart.rows):
        y = head + at * down
        strokes.append(paint.write(0, y + down / 2 + 4, row.label, weight=600, size=11.5))
        for column, cell in enumerate(row.cells):
            x = DAY + column * across
            strokes.append(_cell(cell, x, y, across - GAP, down - GAP, size))
            if cell.peak:
                peaks.append(paint.frame(x, y, across - GAP, down - GAP))
        strokes.append(
            paint.write(width, y + down / 2 + 4, row.total, anchor="end", weight=700, size=12, colour=palette.INK)
        )
    strokes += peaks  # above their neighbours
    wide = min(34.0, (width - DAY) / 9)
    for step, begins in enumerate(chart.scale):
        x = DAY + step * wide
        strokes.append(paint.rect(x, height - 24, wide, 9, palette.HEAT[step], mark="scale"))
        strokes.append(paint.write(x, height - 3, begins, size=10.5))
    return paint.picture(width, height, chart.alt, *strokes)


def _cell(cell: HeatCell, x: float, y: float, width: float, height: float, size: float) -> str:
    middle, half = x + width / 2, y + height / 2
    if cell.sort is Sort.CLOSED:
        return paint.dash(middle, half, 5)
    if cell.sort is Sort.MISSING:
        return paint.dashed_box(x + 0.5, y + 0.5, width - 1, height - 1) + paint.cross(middle, half)
    shown = paint.write(
        middle, half + size * 0.36, cell.shown, anchor="middle", size=size, colour=palette.on_heat(cell.step),
        weight=700 if cell.peak else 400,
    )  # fmt: skip
    if cell.sort is Sort.ESTIMATED:
        # Hatched around a plain field with the number, which would not be read on lines.
        field = paint.rect(x + width * 0.22, y + 3, width * 0.56, height - 6, palette.PAPER)
        number = shown.replace(palette.on_heat(cell.step), palette.INK)
        return paint.hatched(x, y, width, height) + field + number
    return paint.rect(x, y, width, height, palette.HEAT[cell.step], mark=cell.sort.value) + shown
