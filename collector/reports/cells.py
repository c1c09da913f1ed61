"""One cell as people read it, and as programs do."""

from __future__ import annotations

from datetime import date

from collector.reports.model import Cell, Column, Kind, Mark
from collector.reports.words import ReportWords

#: Kinds whose value is a whole number of parts.
_PARTS = {Kind.TENTHS: 10, Kind.PERCENT: 10, Kind.CHANGE: 10, Kind.FACTOR: 1000, Kind.HUNDREDTHS: 100}
NUMBERS = frozenset({Kind.COUNT, Kind.SIGNED, Kind.BAND, *_PARTS})


def shown(cell: Cell, column: Column, words: ReportWords) -> str:
    """For people: ≈ 38, ?, –, ≥ 80; numbers and days the language's way."""
    if cell.value is None:
        return cell.text or {Mark.MISSING: "?", Mark.CLOSED: "–"}.get(cell.mark, "")
    kind = cell.kind or column.kind
    if kind is Kind.PERCENT and column.head.endswith("%"):
        kind = Kind.TENTHS  # the head says it already
    figure = cell.text or _figure(cell.value, kind, words)
    return {Mark.ESTIMATED: f"≈ {figure}", Mark.LOWER: f"≥ {figure}"}.get(cell.mark, figure)


def _figure(value: int | str | date, kind: Kind, words: ReportWords) -> str:
    if isinstance(value, date):
        return words.weekday_day(value)
    if isinstance(value, str):
        return value
    match kind:
        case Kind.SIGNED:
            return words.signed(value)
        case Kind.TENTHS:
            return words.tenths(value)
        case Kind.PERCENT:
            return words.percent(value)
        case Kind.CHANGE:
            return words.change(value)
        case Kind.FACTOR:
            return words.factor(value)
        case Kind.HUNDREDTHS:
            return words.hundredths(value)
        case Kind.BAND:
            return f"± {words.number(value)}"
        case _:
            return words.number(value)


def plain(cell: Cell, column: Column) -> int | float | str | None:
    """For programs: a number in its unit, ISO days, ``None`` for no number."""
    if isinstance(cell.value, date):
        return cell.value.isoformat()
    parts = _PARTS.get(cell.kind or column.kind)
    if parts is None or not isinstance(cell.value, int):
        return cell.value
    return cell.value / parts
