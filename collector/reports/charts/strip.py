"""How far the days of each door can be trusted: one mark a day, its height the share of open hours."""

from __future__ import annotations

from collector.reports import palette
from collector.reports.charts import paint
from collector.reports.charts.model import Sort, Strip, StripDay

LABEL, FIGURE, ROW = 128.0, 58.0, 30.0


def height_of(chart: Strip) -> float:
    """What it needs in height."""
    return 22 + ROW * max(len(chart.rows), 1) + 18


def draw(chart: Strip, width: float, height: float) -> str:
    """The drawing."""
    del height  # its rows decide
    days = max((len(row.days) for row in chart.rows), default=1)
    right = width - FIGURE * len(chart.heads)
    slot = (right - LABEL - 8) / max(days, 1)
    strokes = [
        paint.write(right + (at + 1) * FIGURE, 12, head, anchor="end") for at, head in enumerate(chart.heads)
    ]  # fmt: skip
    for at, row in enumerate(chart.rows):
        base = 22 + (at + 1) * ROW - 6
        strokes.append(paint.write(0, base - 6, _short(row.label), size=12, colour=palette.INK))
        for column, day in enumerate(row.days):
            strokes.append(_day(day, LABEL + column * slot, base, slot))
        for column, (figure, worry) in enumerate(zip(row.figures, row.worry, strict=True)):
            strokes.append(
                paint.write(
                    right + (column + 1) * FIGURE, base - 6, figure, anchor="end", size=12,
                    colour=palette.LOST if worry else palette.INK, weight=700 if worry or column == 0 else 400,
                )
            )  # fmt: skip
    foot = 22 + ROW * max(len(chart.rows), 1)
    for position, label in chart.ticks:
        x = LABEL + position * slot
        strokes.append(paint.line(x - 1, 22, x - 1, foot, palette.RULE))
        strokes.append(paint.write(x, foot + 13, label))
    return paint.picture(width, height_of(chart), chart.alt, *strokes)


def _short(label: str) -> str:
    return label if len(label) <= 21 else label[:20] + "…"


def _day(day: StripDay, x: float, base: float, slot: float) -> str:
    tall, wide = ROW - 9, max(1.0, slot * 0.84)
    middle = x + wide / 2
    if day.sort is Sort.CLOSED:
        return paint.dash(middle, base - tall / 2, min(4.0, wide / 2))
    if day.sort is Sort.ZERO:
        return paint.ring(middle, base) + paint.line(x, base, x + wide, base, palette.RIVER, 1.4)
    counted, guess = tall * day.counted / 1000, tall * day.estimated / 1000
    strokes = [paint.rect(x, base - counted, wide, counted, palette.RIVER_2, mark="counted")] if counted else []
    if guess >= 1:
        strokes.append(paint.hatched(x, base - counted - guess, wide, guess))
    left = tall - counted - guess
    if left >= 1:
        strokes.append(paint.dashed_box(x + 0.5, base - tall, max(0.5, wide - 1), left))
        strokes.append(paint.cross(middle, base - tall + left / 2, min(3.0, wide / 2.6, left / 2)))
    return "".join(strokes)
