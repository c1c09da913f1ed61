"""From a report to a terminal, a program, a spreadsheet, paper, a picture. The heavy libraries are loaded here only.

:func:`text` and :func:`binary` know all formats by name.
"""

from __future__ import annotations

from collector.reports.model import Report

TEXT = ("table", "json", "csv")
BINARY = ("xlsx", "pdf", "png")


def text(report: Report, form: str) -> str:
    """The report in one of :data:`TEXT`."""
    from collector.reports.render import plain

    if form == "json":
        return plain.as_json(report)
    return plain.table(report) if form == "table" else plain.as_csv(report)


def binary(report: Report, form: str) -> bytes:
    """The report in one of :data:`BINARY`.

    Raises:
        ReportError: the library for it is not installed, or the report has nothing to draw.
    """
    if form == "xlsx":
        from collector.reports.render import workbook

        return workbook.render(report)
    if form == "pdf":
        from collector.reports.render import paper

        return paper.render(report)
    from collector.reports.render import picture

    return picture.render(report)
