"""Paper: A4 by WeasyPrint from the templates of this package, in fonts that are embedded, readable in grey."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from collector.errors import ReportError
from collector.reports import fonts, palette
from collector.reports.cells import NUMBERS, shown
from collector.reports.charts.draw import draw, size
from collector.reports.charts.model import Bars, Strip
from collector.reports.model import Audience, Cell, Column, Part, Report
from collector.reports.render import picture
from collector.reports.words import ReportWords

if TYPE_CHECKING:
    from markupsafe import Markup

_HERE = Path(__file__).resolve().parent.parent
_MONO = _HERE.parent / "web" / "static" / "fonts" / "atkinson-mono.woff2"
#: Width between the margins of an A4 page, upright and lying, in CSS px.
UPRIGHT, LYING = 694.0, 1022.0


def render(report: Report) -> bytes:
    """The PDF.

    Raises:
        ReportError: WeasyPrint, or the Pango it draws with, is not installed; or there is nothing to print.
    """
    if not report.data:
        raise ReportError(report.sentence)
    try:
        with _pillow_as_it_was():
            import weasyprint
            from weasyprint.text.fonts import FontConfiguration
            from weasyprint.urls import URLFetcher
    except ModuleNotFoundError as missing:
        raise ReportError(
            f"A PDF needs the Python package {missing.name}: pip install 'pustaka-mandiri[collector]'."
        ) from missing
    except OSError as missing:
        raise ReportError(
            "A PDF needs the system's Pango, which is not installed: "
            "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0."
        ) from missing
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    configuration = FontConfiguration()
    # Files of this package and nothing else: no report asks the network for anything.
    document = weasyprint.HTML(
        string=html(report), base_url=_HERE.as_uri() + "/", url_fetcher=URLFetcher(allowed_protocols=["file"])
    )
    style = weasyprint.CSS(string=_style(report), font_config=configuration)
    pdf = document.write_pdf(stylesheets=[style], font_config=configuration)
    assert isinstance(pdf, bytes)
    return pdf


@contextmanager
def _pillow_as_it_was() -> Iterator[None]:
    """WeasyPrint makes Pillow read pictures that are cut off, in the whole process. We print none, and others mind."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def html(report: Report) -> str:
    """The page before it is laid out."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    name = "monthly" if report.name == "monthly" else "report"
    return environment.get_template(f"{name}.html.jinja").render(
        report=report, page=Page(report), words=ReportWords(report.language)
    )


class Page:
    """What the templates ask for."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._words = ReportWords(report.language)
        self.lying = lies(report)
        self.width = LYING if self.lying else UPRIGHT

    @property
    def parts(self) -> list[Part]:
        """The parts for people."""
        return [part for part in self._report.parts if part.audience is not Audience.PROGRAMS]

    def chart(self, part: Part, width: float | None = None, height: float | None = None) -> Markup:
        """The part's drawing."""
        from markupsafe import Markup

        assert part.chart is not None
        return Markup(draw(part.chart, width or self.width, height or size(part.chart, width or self.width)[1]))

    def legend(self, part: Part) -> list[tuple[Markup, str]]:
        """The marks of its chart with their words."""
        from markupsafe import Markup

        from collector.reports.charts import paint

        if part.chart is None:
            return []
        found = []
        for mark in picture.marks(part.chart):
            words = self._words.say(f"legend.{mark.replace(' ', '_')}", year=getattr(part.chart, "before", ""))
            found.append((Markup(paint.picture(16, 13, words, picture.symbol(mark, 0.5, 11))), words))
        return found

    def caption(self, part: Part) -> str:
        """What its drawing is of, where the table is of something else."""
        return part.chart.caption if isinstance(part.chart, Bars) else ""

    def columns(self, part: Part) -> list[Column]:
        """Those for people."""
        return [column for column in part.columns if not column.detail]

    def cells(self, part: Part, row: tuple[Cell, ...]) -> list[tuple[Column, Cell, str]]:
        """A row's cells as text."""
        pairs = zip(part.columns, row, strict=True)
        return [(column, cell, shown(cell, column, self._words)) for column, cell in pairs if not column.detail]

    def right(self, column: Column, cell: Cell | None = None) -> bool:
        """Whether the column is one of figures."""
        return column.kind in NUMBERS and not (cell is not None and cell.text[:1].isalpha() and cell.value is not None)

    def head(self, text: str) -> str:
        """A heading's words with a capital, as on paper."""
        return text[:1].upper() + text[1:]

    def table(self, part: Part) -> bool:
        """Whether the table says more than the drawing: a heat map is both."""
        return part.key != "map"


def lies(report: Report) -> bool:
    """Whether a table is too wide for an upright page."""
    return report.name != "monthly" and any(
        isinstance(part.chart, Strip) or sum(1 for column in part.columns if not column.detail) > 9
        for part in report.parts
        if part.audience is not Audience.PROGRAMS and part.key != "map"
    )


def _face(family: str, file: Path, weight: int) -> str:
    return f'@font-face {{ font-family: "{family}"; src: url("{file.as_uri()}"); font-weight: {weight}; }}\n'


def _style(report: Report) -> str:
    faces = "".join(_face(fonts.FAMILY, fonts.path(weight), weight) for weight in fonts.WEIGHTS)
    faces += _face("Atkinson Mono", _MONO, 400)
    page, pages = "\x00", "\x01"
    words = ReportWords(report.language).say("printed.page", page=page, pages=pages)
    counters = words.replace(page, '" counter(page) "').replace(pages, '" counter(pages) "')
    colours = {
        name.lower(): value for name, value in vars(palette).items() if name.isupper() and isinstance(value, str)
    }
    css = (_HERE / "templates" / "print.css").read_text(encoding="utf-8")
    for name in sorted(colours, key=len, reverse=True):
        css = css.replace(f"var(--{name.replace('_', '-')})", colours[name])
    orientation = "A4 landscape" if lies(report) else "A4"
    return f'{faces}@page {{ size: {orientation}; @bottom-right {{ content: "{counters}"; }} }}\n{css}'
