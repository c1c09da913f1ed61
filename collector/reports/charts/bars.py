"""Bars over the days of a month, the hours of a day, the months of a year."""

from __future__ import annotations

from collector.reports import palette
from collector.reports.charts import paint
from collector.reports.charts.model import Bar, Bars, Sort, highest

LEFT, TOP, FOOT = 40.0, 18.0, 18.0


def draw(chart: Bars, width: float, height: float) -> str:
    """The drawing. The axis starts at 0; what is missing has a cross and no height."""
    base = height - FOOT
    tallest = max(highest([bar.value for bar in chart.bars]), highest([bar.before for bar in chart.bars]), 1)
    tallest = max(tallest, highest([bar.high for bar in chart.bars]))
    top = TOP + (14 if any(bar.gap and bar.figure for bar in chart.bars) else 0)
    scale = (base - top) / tallest
    left = LEFT if chart.grid else 4.0
    strokes = [
        paint.line(left, base - value * scale, width, base - value * scale, palette.RULE)
        + paint.write(left - 5, base - value * scale + 4, label, anchor="end")
        for value, label in chart.grid
        if value <= tallest
    ]
    slot = (width - left) / max(len(chart.bars), 1)
    for at, bar in enumerate(chart.bars):
        strokes.append(_bar(bar, left + at * slot, slot, base, scale, soft=chart.soft))
        if at in chart.ticks:
            middle, half = left + (at + 0.5) * slot, len(bar.label) * 2.9
            cut = middle + half > width
            strokes.append(
                paint.write(width if cut else middle, height - 4, bar.label, anchor="end" if cut else "middle")
            )
    strokes.append(paint.line(left, base, width, base, palette.RULE_STRONG))
    return paint.picture(width, height, chart.alt, *strokes)


def _bar(bar: Bar, x: float, slot: float, base: float, scale: float, *, soft: bool) -> str:
    wide = min(slot * 0.76, 44.0)
    x, middle = x + (slot - wide) / 2, x + slot / 2
    strokes = []
    top = base
    if bar.sort is Sort.CLOSED and not bar.value:
        strokes.append(paint.dash(middle, base - 4, min(4.7, wide / 2)))
    elif bar.value is None:
        if bar.sort is Sort.MISSING:
            strokes.append(paint.cross(middle, base - 9, min(4.5, wide / 2)))
    elif bar.value == 0:
        strokes.append(paint.ring(middle, base))
        top = base - 9
    else:
        guess = min(bar.estimated, bar.value) * scale
        sure = bar.value * scale - guess
        colour = palette.RIVER_2 if soft and not bar.strong else palette.RIVER
        if sure > 0:
            strokes.append(paint.rect(x, base - sure, wide, sure, colour, mark="counted"))
        top = base - sure - guess
        if guess > 0:
            strokes.append(paint.hatched(x, top, wide, guess))
    if bar.gap and bar.value is not None:
        above = 21 if bar.figure else 7
        strokes.append(paint.cross(middle, top - above, min(4.0, wide / 2)))
    if bar.before is not None:
        y = base - bar.before * scale
        reach = min(slot * 0.46, wide / 2 + 6)
        strokes.append(
            f'<g data-mark="before">{paint.line(middle - reach, y, middle + reach, y, palette.INK, 2.2)}</g>'
        )
    if bar.low is not None and bar.high is not None and bar.high > bar.low:
        strokes.append(paint.band(middle, base - bar.high * scale, base - bar.low * scale, min(5.0, wide / 3)))
        top = min(top, base - bar.high * scale)
    if bar.figure:
        high = min(top, base - bar.before * scale) if bar.before is not None else top
        room = min(len(bar.figure) * 6.4 + 2, slot)  # hairlines do not run through figures
        strokes.append(paint.rect(middle - room / 2, high - 13, room, 11, palette.PAPER))
        strokes.append(
            paint.write(
                middle, high - 4, bar.figure, anchor="middle", colour=palette.INK, weight=600 if bar.strong else 400
            )
        )
    return "".join(strokes)
