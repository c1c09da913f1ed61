"""What a benchmark gives back, and how it is printed and kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.paired import CONTROL, Report, Verdict


@dataclass(frozen=True)
class Plan:
    """How to run: ``quick`` asks only whether it works, ``folder`` is empty and on the disk that is measured."""

    folder: Path
    quick: bool = False

    def choose(self, full: int, quick: int) -> int:
        """The full number, or the quick one."""
        return quick if self.quick else full


@dataclass(frozen=True)
class Table:
    """Absolute figures, one row a side."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Outcome:
    """What one benchmark found. ``raw``: samples that are in no report. ``facts`` join the environment. ``wrong``: what
    came out wrong outside of reports, or ""."""

    name: str
    reports: dict[str, Report]
    table: Table
    facts: dict[str, str] = field(default_factory=dict)
    raw: dict[str, list[float]] = field(default_factory=dict)
    wrong: str = ""

    @property
    def void(self) -> bool:
        """Whether something came out wrong."""
        return bool(self.wrong) or any(report.verdict is Verdict.VOID for report in self.reports.values())

    @property
    def environment(self) -> dict[str, str]:
        """Where and how it was measured."""
        return next((report.environment for report in self.reports.values()), {}) | self.facts


@dataclass(frozen=True)
class Benchmark:
    """One entry of the list: its name, the question it answers, and how it finds out."""

    name: str
    question: str
    run: Callable[[Plan], Outcome]


def quantile(values: Iterable[float], part: float) -> float:
    """The smallest value that at least ``part`` of all do not exceed: no invention between two samples."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(part * 10_000) * len(ordered) // 10_000) - 1)]


_COMPARED = ("compared", "ours / peer", "95 % interval", "noise", "gate", "1.20 control", "verdict")


def compared(outcome: Outcome) -> Table:
    """Every comparison as a row: the ratio below 1 when ours is less."""
    return Table(_COMPARED, tuple(_row(name, report) for name, report in outcome.reports.items()))


def _row(name: str, report: Report) -> tuple[str, ...]:
    ratio = report.ratio
    return (
        name,
        f"{ratio.median:.2f}",
        f"{ratio.low:.2f} to {ratio.high:.2f}",
        f"{report.noise:.1%}",
        f"{report.gate:.1%}",
        f"{report.control.median:.2f}",
        f"{report.verdict}: {report.why}",
    )


def plain(table: Table) -> str:
    """The table for a terminal."""
    rows = [table.head, *table.rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.head))]
    return "\n".join(
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def markdown(table: Table) -> str:
    """The table in Markdown."""
    lines: list[Sequence[str]] = [table.head, ["---"] * len(table.head), *table.rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def in_words(outcome: Outcome, render: Callable[[Table], str]) -> str:
    """Everything about one outcome but its raw samples."""
    bullet = "- " if render is markdown else "  "
    if not outcome.reports:
        facts = [f"{bullet}{name}: {value}" for name, value in outcome.environment.items()]
        void = [f"void: a result was wrong: {outcome.wrong}"] if outcome.wrong else []
        return "\n\n".join([render(outcome.table), *void, "\n".join(facts)])
    pairs = sorted({len(report.samples["ratio"]) for report in outcome.reports.values()})
    warm = next(iter(outcome.reports.values())).warmup
    how = (
        f"{' or '.join(map(str, pairs))} pairs, {warm} more to warm up; the control is the peer slowed by {CONTROL:.0%}"
    )
    facts = [f"{bullet}{name}: {value}" for name, value in ({"runs": how} | outcome.environment).items()]
    return "\n\n".join([render(outcome.table), render(compared(outcome)), "\n".join(facts)])


def keep(outcome: Outcome, folder: Path) -> Path:
    """Write everything, raw samples too, as ``NAME.json``."""
    path = folder / f"{outcome.name}.json"
    path.write_text(json.dumps(asdict(outcome), indent=1) + "\n", encoding="utf-8")
    return path
