"""The chart as a picture (resvg): twice as many pixels as its size, with title, finding and marks explained."""

from __future__ import annotations

from collector.errors import ReportError
from collector.reports import fonts, palette
from collector.reports.charts import paint
from collector.reports.charts.draw import draw, size
from collector.reports.charts.model import Bars, Chart, Heat, Lines, Sort, Strip
from collector.reports.model import Part, Report
from collector.reports.words import ReportWords

WIDTH, MARGIN, ZOOM = 960.0, 32.0, 2


def render(report: Report) -> bytes:
    """A PNG of the report's first chart.

    Raises:
        ReportError: there is no chart, or no library to draw it.
    """
    if not report.data:
        raise ReportError(report.sentence)
    part = next((part for part in report.parts if part.chart is not None), None)
    if part is None:
        raise ReportError(f"The report {report.name} has no chart; ask for the format pdf, xlsx or table.")
    try:
        import resvg_py
    except ModuleNotFoundError as missing:
        raise ReportError(
            "A picture needs the Python package resvg-py: pip install 'pustaka-mandiri[collector]'."
        ) from missing
    files = [str(fonts.path(weight)) for weight in fonts.WEIGHTS]
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg(report, part), background=palette.PAPER, skip_system_fonts=True, font_files=files, zoom=ZOOM
        )
    )


def svg(report: Report, part: Part) -> str:
    """The whole picture as SVG."""
    assert part.chart is not None
    words, chart = ReportWords(report.language), part.chart
    inner = WIDTH - 2 * MARGIN
    _, tall = size(chart, inner)
    top = MARGIN + 20.0
    strokes = [paint.write(MARGIN, top, report.title, size=22, weight=700, colour=palette.INK)]
    strokes.append(paint.write(MARGIN, top + 22, f"{report.where} · {report.period}", size=13, colour=palette.INK_2))
    y = top + 50
    for line in wrap(report.sentence, 115):
        strokes.append(paint.write(MARGIN, y, line, size=15, colour=palette.INK))
        y += 20
    y += 2
    strokes.append(paint.line(MARGIN, y - 10, WIDTH - MARGIN, y - 10, palette.RULE_STRONG))
    drawing = draw(chart, inner, tall).replace("<svg ", f'<svg x="{MARGIN}" y="{y}" ', 1)
    strokes.append(drawing)
    y += tall + 24
    strokes.append(legend(chart, words, MARGIN, y))
    y += 5
    for note in [*filter(None, [chart.caption if isinstance(chart, Bars) else ""]), *explained(part), *report.notes][
        :6
    ]:
        for line in wrap(note, 140):
            y += 19
            strokes.append(paint.write(MARGIN, y, line, size=12, colour=palette.INK_2))
    return paint.picture(WIDTH, y + MARGIN - 8, chart.alt, *strokes)


def explained(part: Part) -> list[str]:
    """The sentences of its rows, each with the door it is about."""
    spoken = [i for i, column in enumerate(part.columns) if column.spoken]
    doors = [i for i, column in enumerate(part.columns) if column.key == "door"]
    return [": ".join(str(row[i].text or row[i].value) for i in (*doors, at)) for row in part.rows for at in spoken]


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` characters."""
    import textwrap

    return textwrap.wrap(text, width) or [""]


def legend(chart: Chart, words: ReportWords, x: float, y: float) -> str:
    """The marks that this chart has, each beside its word."""
    strokes = []
    for mark in marks(chart):
        strokes.append(symbol(mark, x, y))
        text = (
            words.say(f"legend.{mark.replace(' ', '_')}")
            if mark != "before"
            else words.say("legend.before", year=_year(chart))
        )
        strokes.append(paint.write(x + 20, y, text, size=12, colour=palette.INK_2))
        x += 34 + len(text) * 6.4
    return "".join(strokes)


def _year(chart: Chart) -> str:
    return chart.before if isinstance(chart, Bars) else ""


def marks(chart: Chart) -> list[str]:
    """Which marks need explaining: those that are there."""
    match chart:
        case Bars():
            found = {bar.sort.value for bar in chart.bars if bar.sort is not Sort.CLOSED or not bar.value}
            found |= {"zero" for bar in chart.bars if bar.value == 0}
            found |= {"estimated" for bar in chart.bars if bar.estimated}
            found |= {"gap" for bar in chart.bars if bar.gap and bar.value is not None}
            found |= {"before"} if any(bar.before is not None for bar in chart.bars) else set()
            banded = any(bar.high is not None and bar.high != bar.low for bar in chart.bars)
            if chart.usual:  # ordinary days and the others, beside what is usual
                found = found - {"counted"} | {"ordinary"} | ({"usual"} if banded else set())
                found |= {"unusual"} if any(bar.strong for bar in chart.bars) else set()
            elif banded:  # a value with a band is no count
                found = found - {"counted"} | {"band"}
            if found <= {"counted"}:
                found = set()
        case Heat():
            found = {cell.sort.value for row in chart.rows for cell in row.cells} - {"counted"}
            found |= {"peak"} if any(cell.peak for row in chart.rows for cell in row.cells) else set()
        case Strip():
            found = {"height", "estimated", "missing", "closed", "zero"}
        case Lines():
            points = [*chart.now.points, *chart.before.points]
            found = {"dashed"} if any(p.estimated for p in points) else set()
            found |= {"happened before" if h.before else "happened" for h in chart.happenings}
    order = (
        "counted", "ordinary", "unusual", "usual", "height", "zero", "estimated", "missing", "gap", "closed", "peak",
        "before", "band", "dashed", "happened", "happened before",
    )  # fmt: skip
    return [mark for mark in order if mark in found]


def symbol(mark: str, x: float, y: float) -> str:
    """A mark, 14 wide, on the base line of its word."""
    match mark:
        case "estimated":
            return paint.hatched(x, y - 10, 13, 11)
        case "missing":
            return paint.dashed_box(x, y - 10, 13, 11) + paint.cross(x + 6.5, y - 4.5, 3)
        case "gap":
            return paint.cross(x + 6.5, y - 4.5, 4)
        case "closed":
            return paint.dash(x + 6.5, y - 4)
        case "zero":
            return paint.ring(x + 6.5, y + 1)
        case "peak":
            return paint.frame(x + 1, y - 10, 11, 10)
        case "before":
            return paint.line(x, y - 4, x + 14, y - 4, palette.INK, 2.2)
        case "ordinary":
            return paint.rect(x, y - 10, 13, 11, palette.RIVER_2)
        case "band" | "usual":
            return paint.band(x + 7, y - 11, y + 2, 4)
        case "dashed":
            return paint.line(x, y - 4, x + 16, y - 4, palette.RIVER, 2.4, "4 3")
        case "happened":
            return paint.rect(x, y - 10, 13, 11, palette.SUNKEN)
        case "happened before":
            return paint.rect(x, y - 3, 13, 4, palette.RULE_STRONG)
        case "height":
            return paint.rect(x, y - 10, 13, 11, palette.RIVER_2)
        case _:
            return paint.rect(x, y - 10, 13, 11, palette.RIVER)
