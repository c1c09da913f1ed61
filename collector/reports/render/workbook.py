"""A spreadsheet (XlsxWriter): real numbers and days, a sheet a part, a chart where it helps, a sheet of notes."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING, Any

from collector.errors import ReportError
from collector.reports import palette
from collector.reports.cells import NUMBERS, plain, shown
from collector.reports.charts.model import Bars, Lines
from collector.reports.model import Audience, Cell, Column, Kind, Mark, Part, Report
from collector.reports.words import ReportWords

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_FORMAT = {
    Kind.COUNT: "#,##0",
    Kind.SIGNED: "+#,##0;−#,##0;0",
    Kind.TENTHS: "#,##0.0",
    Kind.PERCENT: '0.0" %"',
    Kind.CHANGE: '+0.0" %";−0.0" %";0.0" %"',
    Kind.FACTOR: '"×"0.00',
    Kind.HUNDREDTHS: "0.00",
    Kind.BAND: '"± "#,##0',
    Kind.DAY: "ddd d mmm yyyy",
}
#: A mark stands before the number, which stays one.
_BEFORE = {Mark.ESTIMATED: '"≈ "', Mark.LOWER: '"≥ "'}


def render(report: Report) -> bytes:
    """The workbook as a file.

    Raises:
        ReportError: XlsxWriter is not installed.
    """
    try:
        from xlsxwriter.workbook import Workbook
    except ModuleNotFoundError as missing:
        raise ReportError(
            "A spreadsheet needs the Python package XlsxWriter: pip install 'pustaka-mandiri[collector]'."
        ) from missing
    out = io.BytesIO()
    # Strings stay strings: a name that begins with = is no formula, one that looks like an address no link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, options) as book:
        book.set_properties(
            {"title": report.title, "subject": f"{report.where}, {report.period}", "comments": report.sentence}
        )
        sheets = _Book(book, report)
        for part in report.parts:
            sheets.part(part)
        sheets.notes()
    return out.getvalue()


class _Book:
    """The open workbook with its formats, each made once."""

    def __init__(self, book: Workbook, report: Report) -> None:
        self._book, self._report = book, report
        self._words = ReportWords(report.language)
        self._formats: dict[tuple[str, bool], Any] = {}
        self._names: set[str] = set()

    def _format(self, number: str = "", *, bold: bool = False, **more: object) -> Any:
        key = (f"{number}{sorted(more.items())}", bold)
        if key not in self._formats:
            look: dict[str, object] = {"font_color": palette.INK, "bold": bold, **more}
            if number:
                look["num_format"] = number
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]

    def _sheet(self, title: str) -> tuple[str, Worksheet]:
        name = "".join(" " if c in "[]:*?/\\'" else c for c in title)[:28].strip() or "-"
        while name.lower() in self._names:
            name += "+"
        self._names.add(name.lower())
        return name, self._book.add_worksheet(name)

    def part(self, part: Part) -> None:
        """One sheet: heading, frozen head, rows, sums, chart."""
        name, sheet = self._sheet(part.title)
        words, columns = self._words, part.columns
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, f"{self._report.title}: {part.title}", self._format(bold=True, font_size=14))
        sheet.write_string(1, 0, f"{self._report.where}, {self._report.period}", self._format())
        for at, column in enumerate(columns):
            align = "right" if column.kind in NUMBERS else "left"
            head = self._format(bold=True, bottom=1, align=align, text_wrap=True, valign="bottom")
            sheet.write_string(2, at, column.head, head)
            sheet.set_column(at, at, _width(part, at, words))
        sheet.freeze_panes(3, 1)
        for line, row in enumerate((*part.rows, *part.totals), start=3):
            bold = line - 3 >= len(part.rows)
            for at, (cell, column) in enumerate(zip(row, columns, strict=True)):
                self._write(sheet, line, at, cell, column, bold=bold)
        if part.rows and not part.totals and part.audience is not Audience.PEOPLE:
            sheet.autofilter(2, 0, 2 + len(part.rows), len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
        if part.chart is not None:
            self._chart(name, sheet, part)

    def _write(self, sheet: Worksheet, line: int, at: int, cell: Cell, column: Column, *, bold: bool) -> None:
        kind = cell.kind or column.kind
        if isinstance(cell.value, date):
            sheet.write_datetime(line, at, cell.value, self._format(_FORMAT[Kind.DAY], bold=bold, align="left"))
        elif isinstance(cell.value, int) and kind in NUMBERS and not (cell.text and cell.text[0].isalpha()):
            number = _FORMAT[kind]
            before = _BEFORE.get(cell.mark, "")
            number = ";".join(before + part for part in number.split(";")) if before else number
            sheet.write_number(line, at, float(plain(cell, column) or 0), self._format(number, bold=bold))
        else:
            align = "right" if kind in NUMBERS and cell.value is None else "left"
            sheet.write_string(line, at, shown(cell, column, self._words), self._format(bold=bold, align=align))

    def _chart(self, name: str, sheet: Worksheet, part: Part) -> None:
        """A native chart of the main figures, so that it changes with them."""
        chart = part.chart
        keys = [column.key for column in part.columns]
        if isinstance(chart, Bars):
            kind, series = (
                "column",
                [key for key in keys if key in ("visits", "reported", "number", "inside", "peak")][:1],
            )
        elif isinstance(chart, Lines):
            kind, series = "line", ["visits", "year_before"]
        else:
            return
        drawn = self._book.add_chart({"type": kind})
        if (
            drawn is None
            or not part.rows
            or len(chart.bars if isinstance(chart, Bars) else part.rows) != len(part.rows)
        ):
            return
        last = 2 + len(part.rows)
        for key, colour in zip(series, (palette.RIVER, palette.INK_3), strict=False):
            at = keys.index(key)
            look = (
                {"fill": {"color": colour}, "gap": 40} if kind == "column" else {"line": {"color": colour, "width": 2}}
            )
            drawn.add_series(
                {"name": [name, 2, at], "categories": [name, 3, 0, last, 0], "values": [name, 3, at, last, at], **look}
            )
        drawn.set_title({"name": part.title, "name_font": {"size": 12}})
        drawn.set_y_axis({"min": 0, "major_gridlines": {"visible": True, "line": {"color": palette.RULE}}})
        drawn.set_legend({"none": kind == "column", "position": "bottom"})
        drawn.set_size({"width": 860, "height": 320})
        drawn.show_blanks_as("gap")
        sheet.insert_chart(4 + len(part.rows) + len(part.totals), 0, drawn, {"description": chart.alt})

    def notes(self) -> None:
        """The sheet that says what the figures are worth."""
        words, report = self._words, self._report
        _, sheet = self._sheet(words.say("printed.contents"))
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 110)
        wrapped, head = self._format(text_wrap=True, valign="top"), self._format(bold=True)
        blocks: list[tuple[str, tuple[str, ...]]] = [
            (f"{report.title}: {report.where}, {report.period}", (report.sentence,)),
            (words.say("printed.notes"), report.notes),
            (words.say("printed.method"), report.method),
            (report.printed.revision, (report.printed.digest,) if report.printed.digest else ()),
        ]
        line = 0
        for title, sentences in blocks:
            if not title or not sentences:
                continue
            sheet.write_string(line, 0, title, head)
            for line, sentence in enumerate(sentences, start=line + 1):  # noqa: B020
                sheet.write_string(line, 0, sentence, wrapped)
            line += 2
        legend = [words.say(f"status.{word}") for word in ("estimated", "missing", "closed", "partly")]
        marks = ", ".join(f"{sign} {word}" for sign, word in zip("≈?–≥", legend, strict=True))
        sheet.write_string(line, 0, marks, wrapped)


def _width(part: Part, at: int, words: ReportWords) -> float:
    lengths = [len(shown(row[at], part.columns[at], words)) for row in (*part.rows[:400], *part.totals)]
    return min(48.0, max([*lengths, min(len(part.columns[at].head), 14)], default=8) + 2.5)
