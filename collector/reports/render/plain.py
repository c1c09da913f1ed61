"""Text: a table for the terminal, JSON and CSV for programs."""

from __future__ import annotations

import textwrap

from collector.reports import table as text_table
from collector.reports.cells import NUMBERS, plain, shown
from collector.reports.model import Audience, Column, Part, Report, Row
from collector.reports.words import ReportWords

WIDTH = 100


def table(report: Report) -> str:
    """For the terminal. Numbers to the right; ≈ estimated, ? missing, – closed, ≥ a lower bound."""
    words = ReportWords(report.language)
    if not report.data:
        return report.sentence
    parts = [part for part in report.parts if part.audience is not Audience.PROGRAMS]
    blocks = []
    if not report.bare:
        blocks.append(f"{report.title}\n{report.where} · {report.period}\n\n{_wrapped(report.sentence)}")
    for part in parts:
        lines = _explained(text_table.aligned(*_columns(part, words)), part)
        title = "" if len(parts) == 1 else f"{part.title}\n"
        blocks.append(f"{title}{lines}" + ("" if report.bare or not part.note else f"\n{part.note}"))
    if report.notes:
        blocks.append("\n".join(_wrapped(note) for note in report.notes))
    if report.method and not report.bare:
        blocks.append("\n".join(_wrapped(line) for line in report.method))
    return "\n\n".join(blocks)


def _wrapped(line: str) -> str:
    return textwrap.fill(line, WIDTH, break_long_words=False)


def _explained(lines: str, part: Part) -> str:
    """The table with each row's sentence under it."""
    spoken = [i for i, column in enumerate(part.columns) if column.spoken]
    if not spoken:
        return lines
    head, *rows = lines.split("\n")
    found = [head]
    for at, line in enumerate(rows):
        row = (*part.rows, *part.totals)[at]
        said = " ".join(str(row[i].text or row[i].value or "") for i in spoken)
        found += [line, *textwrap.wrap(said, WIDTH, initial_indent="    ", subsequent_indent="    ")]
    return "\n".join(found)


def _columns(part: Part, words: ReportWords) -> tuple[list[str], list[list[str]], list[bool]]:
    """Head, rows, and which columns stand to the right."""
    at = [i for i, column in enumerate(part.columns) if not column.detail and not column.spoken]
    columns = [part.columns[i] for i in at]
    rows = [
        [shown(row[i], column, words) for i, column in zip(at, columns, strict=True)]
        for row in (*part.rows, *part.totals)
    ]
    return [c.head for c in columns], rows, [_right(part, i) for i in at]


def _right(part: Part, at: int) -> bool:
    """Whether the column is one of figures: its kind, unless it shows names for them."""
    return part.columns[at].kind in NUMBERS and not any(row[at].text[:1].isalpha() for row in part.rows[:1])


def as_csv(report: Report) -> str:
    """The main part, a line a row, without sums (who reads it can add). An empty report has its head alone."""
    part = next((p for p in report.parts if p.audience is not Audience.PEOPLE), None)
    if part is None:
        return ""
    at = [i for i, column in enumerate(part.columns) if not column.spoken]
    rows = [[_csv(plain(row[i], part.columns[i])) for i in at] for row in part.rows]
    return text_table.comma([part.columns[i].key for i in at], rows)


def _csv(value: int | float | str | None) -> text_table.Cell:
    return "" if value is None else value


def as_json(report: Report) -> str:
    """Everything: parts with their columns, rows and sums, notes, method, and what the report adds."""
    extra = dict(report.extra)
    return text_table.dump(
        {
            "report": report.name,
            "title": report.title,
            "site": report.where,
            "from": report.first.isoformat(),
            "to": report.last.isoformat(),
            "zone": report.zone,
            "language": report.language,
            "data": report.data,
            "sentence": report.sentence,
            **extra,
            "parts": [_part(part) for part in report.parts],
            "notes": list(report.notes),
            "method": list(report.method),
            **_printed(report),
        }
    )


def _printed(report: Report) -> dict[str, object]:
    if not report.printed.revision:
        return {}
    return {"revision": report.printed.revision, "digest": report.printed.digest.replace(" ", "")}


def _part(part: Part) -> dict[str, object]:
    return {
        "key": part.key,
        "title": part.title,
        "columns": [{"key": c.key, "head": c.head, "kind": c.kind.value} for c in part.columns],
        "rows": [_row(row, part.columns) for row in part.rows],
        "sums": [_row(row, part.columns) for row in part.totals],
        **({"alt": part.chart.alt} if part.chart else {}),
    }


def _row(row: Row, columns: tuple[Column, ...]) -> dict[str, object]:
    """Values by key; ``marks`` names those that are not plainly counted."""
    found: dict[str, object] = {c.key: plain(cell, c) for cell, c in zip(row, columns, strict=True)}
    marks = {c.key: cell.mark.value for cell, c in zip(row, columns, strict=True) if cell.mark}
    return found | ({"marks": marks} if marks else {})
