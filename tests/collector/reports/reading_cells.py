"""Looking things up in a report's tables."""

from __future__ import annotations

from datetime import date

from facts_in_memory import FactsInMemory

from collector.derive.facts import DayFact, Scope
from collector.reports.model import Cell, Part


def by_key(part: Part, row: int = 0) -> dict[str, Cell]:
    return {c.key: cell for c, cell in zip(part.columns, part.rows[row], strict=True)}


def column(part: Part, key: str) -> list[Cell]:
    at = [c.key for c in part.columns].index(key)
    return [row[at] for row in part.rows]


def whole(cell: Cell) -> int:
    return cell.value if isinstance(cell.value, int) else 0


def one(facts: FactsInMemory, scope: Scope, day: date) -> DayFact:
    return next(iter(facts.days(scope, day, day)))
