"""Two years over each other. A gap in the data is a gap in the line; an estimate is dashed."""

from __future__ import annotations

from collections.abc import Callable

from collector.reports import palette
from collector.reports.charts import paint
from collector.reports.charts.model import Happening, Line, Lines, highest

Place = Callable[[float, int], tuple[float, float]]
LEFT, TOP, FOOT, END = 44.0, 44.0, 20.0, 108.0


def draw(chart: Lines, width: float, height: float) -> str:
    """The drawing, with the words at the ends of the lines."""
    base, right = height - FOOT, width - END
    count = max(len(chart.now.points), len(chart.before.points), 2)
    tallest = max(highest([p.value for line in (chart.now, chart.before) for p in line.points]), 1)
    tallest = max(tallest, max((value for value, _ in chart.grid), default=0))
    scale = (base - TOP) / tallest
    apart = (right - LEFT) / (count - 1)

    def at(position: float, value: int) -> tuple[float, float]:
        return LEFT + position * apart, base - value * scale

    strokes = [
        paint.line(LEFT, base - value * scale, right, base - value * scale, palette.RULE)
        + paint.write(LEFT - 6, base - value * scale + 4, label, anchor="end")
        for value, label in chart.grid
    ]
    strokes += _happenings(chart.happenings, apart, base)
    ends = []
    for line, colour, thick in ((chart.before, palette.INK_3, 1.3), (chart.now, palette.RIVER, 2.4)):
        drawn, last = _line(line, colour, thick, at)
        strokes.append(drawn)
        ends.append((last, line, colour))
    strokes += _ends(ends, right, base)
    for position, label in chart.ticks:
        x = LEFT + position * apart
        strokes.append(paint.line(x, base, x, base + 4, palette.RULE_STRONG))
        strokes.append(paint.write(x + 2, base + 16, label))
    strokes.append(paint.line(LEFT, base, right, base, palette.RULE_STRONG))
    return paint.picture(width, height, chart.alt, *strokes)


def _line(line: Line, colour: str, thick: float, at: Place) -> tuple[str, tuple[float, float] | None]:
    strokes: list[str] = []
    last: tuple[float, float] | None = None
    previous: tuple[float, float] | None = None
    guessed = False
    for position, point in enumerate(line.points):
        if point.value is None:
            previous = None
            continue
        here = at(position, point.value)
        if previous is not None:
            dash = "4 3" if point.estimated or guessed else ""
            strokes.append(paint.line(previous[0], previous[1], here[0], here[1], colour, thick, dash))
        elif position + 1 >= len(line.points) or line.points[position + 1].value is None:
            strokes.append(f'<circle cx="{here[0]:.1f}" cy="{here[1]:.1f}" r="{thick:.1f}" fill="{colour}"/>')
        previous, last, guessed = here, here, point.estimated
    return f'<g data-mark="line">{"".join(strokes)}</g>', last


def _ends(
    ends: list[tuple[tuple[float, float] | None, Line, str]], right: float, base: float
) -> list[str]:  # fmt: skip
    """The words at the ends, pushed apart where they would meet."""
    strokes: list[str] = []
    floor = base - 18
    for last, line, colour in sorted(ends, key=lambda end: -(end[0][1] if end[0] else 0)):
        if last is None:
            continue
        y = min(last[1], floor)
        floor = y - 30
        strokes.append(paint.write(right + 10, y, line.name, weight=700, size=12, colour=colour))
        strokes.append(paint.write(right + 10, y + 13, line.figure, size=11))
        if colour == palette.RIVER:
            strokes.append(f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="3.6" fill="{palette.SARUNG}"/>')
    return strokes


def _happenings(happenings: tuple[Happening, ...], apart: float, base: float) -> list[str]:
    """Named stretches: this year's as a band, the other year's as a bar on the axis. Names that do not fit are left
    out here; the notes have them all."""
    strokes: list[str] = []
    taken = [0.0, 0.0]
    for happening in happenings:
        x = LEFT + max(0.0, happening.first - 0.5) * apart
        wide = max((happening.last - happening.first + 1) * apart, 3.0)
        if happening.before:
            strokes.append(paint.rect(x, base - 4, wide, 4, palette.RULE_STRONG, mark="happening before"))
            continue
        strokes.append(paint.rect(x, TOP - 8, wide, base - TOP + 8, palette.SUNKEN, mark="happening"))
        length = len(happening.name) * 5.6
        for row in (0, 1):
            if x >= taken[row]:
                strokes.append(paint.write(x, 13 + row * 14, happening.name))
                taken[row] = x + length + 8
                break
    return strokes
