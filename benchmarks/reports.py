"""Reports over five years of a hundred doors, beside queries over a table of counts.

Ours: ``pustaka report heatmap``, ``compare`` and ``monthly`` as JSON, each with a fresh look into the collector's store
(derived hours, days and the cube of months), over all sites at once; layout of paper is not in it. The peer is what
people do: sqlite-utils, one table with a row an hour and door, an index on it, and GROUP BY. It gives sums only: no
coverage, no alignment of weekdays, no method. Both sides read 100 doors at 50 sites.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.paired import Meters, Report, Side, compare_all, measure, median
from benchmarks.report_store import FIRST, counts, derived
from benchmarks.result import Benchmark, Outcome, Plan, Table, quantile
from collector.looking import look
from collector.reports import compare, heatmap, monthly, render
from collector.reports.ask import Ask, month_of
from collector.reports.model import Report as Made
from collector.reports.words import ReportWords
from collector.store.port import Reading

DOORS, DAYS, PAIRS, ALONE = 100, 1826, 8, 60
GOAL_MS = 150

_SUM = "sum(visits) AS n FROM count WHERE at >= ? AND at < ?"


@dataclass(frozen=True)
class Question:
    """One report: how each side answers it, and the sum that both must find."""

    name: str
    ask: Ask
    queries: tuple[tuple[str, tuple[str, ...]], ...]
    told: Callable[[Any], int]


class Bench:
    """Both stores, with the same counts in them."""

    def __init__(self, folder: Path, doors: int, days: int) -> None:
        self.store, self.table = folder / "desk.sqlite", folder / "counts.sqlite"
        derived(self.store, doors, days)
        counts(self.table, doors, days)
        self.last = FIRST + timedelta(days=days - 1)

    def questions(self) -> tuple[Question, ...]:
        """Five years of hours, this year beside the last, the last month."""
        last = self.last
        year = Ask(last - timedelta(days=333), last, "Asia/Makassar", last + timedelta(days=1))
        month = Ask(*month_of(last), "Asia/Makassar", last + timedelta(days=1))
        span = (_from(year.first), _after(last))
        back = (_from(year.first - timedelta(days=364)), _after(last - timedelta(days=364)))
        of_month, years = (_from(month.first), _after(last)), (_from(date(last.year - 1, 1, 1)), _after(last))
        by_week = f"SELECT strftime('%Y-%W', at) AS week, {_SUM} GROUP BY 1"
        return (
            Question(
                "heat map, 5 years",
                Ask(FIRST, last, "Asia/Makassar", last + timedelta(days=1)),
                (
                    (
                        "SELECT site, strftime('%w', at) AS weekday, substr(at, 12, 2) AS hour, sum(visits) AS n, "
                        "count(DISTINCT substr(at, 1, 10)) AS days FROM count GROUP BY 1, 2, 3",
                        (),
                    ),
                ),
                lambda found: sum(row["visits"] for row in _part(found, "cells")["rows"]),
            ),
            Question("year on year, by week", year, ((by_week, span), (by_week, back)), _of_compare),
            Question(
                "month",
                month,
                (
                    (f"SELECT substr(at, 1, 10) AS day, {_SUM} GROUP BY 1", of_month),
                    (f"SELECT substr(at, 1, 7) AS month, {_SUM} GROUP BY 1", years),
                    (f"SELECT site, door, {_SUM} GROUP BY 1, 2", of_month),
                    (
                        f"SELECT strftime('%w', at) AS weekday, substr(at, 12, 2) AS hour, {_SUM} GROUP BY 1, 2",
                        of_month,
                    ),
                ),
                lambda found: int(_part(found, "days")["sums"][0]["visits"]),
            ),
        )  # fmt: skip

    def ours(self, question: Question, expected: int) -> Side:
        """A report as JSON."""
        words = ReportWords("id")

        def run() -> str:
            return render.text(look(str(self.store), made), "json")

        def made(reading: Reading) -> Made:
            ask = question.ask
            known = reading.background(None, ask.first, ask.last)
            if question.name == "month":
                return monthly.monthly(reading.facts(), None, ask, words, known)
            if question.name.startswith("heat"):
                return heatmap.heatmap(reading.facts(), ask, words, known)
            return compare.compare(reading.facts(), ask, words, known)

        def check(text: str) -> str:
            return _differs(question.told(json.loads(text)), expected)

        return Side("pustaka report, all sites", run, check)

    def peer(self, question: Question, expected: int) -> Side:
        """The queries, as JSON."""
        from sqlite_utils import Database

        def run() -> str:
            table = Database(self.table)
            answers = [list(table.query(sql, values)) for sql, values in question.queries]
            table.close()
            return json.dumps(answers)

        def check(text: str) -> str:
            return _differs(sum(row["n"] for row in json.loads(text)[0]), expected)

        return Side("sqlite-utils, GROUP BY over a table of counts", run, check)

    def expected(self, question: Question) -> int:
        """The visits of the period, added up row by row."""
        from sqlite_utils import Database

        table = Database(self.table)
        ask = question.ask
        row = next(iter(table.query(f"SELECT {_SUM}", (_from(ask.first), _after(ask.last)))))
        table.close()
        return int(row["n"])


def _part(found: Mapping[str, Any], key: str) -> Any:
    return next(part for part in found["parts"] if part["key"] == key)


def _of_compare(found: Mapping[str, Any]) -> int:
    return int(_part(found, "compare")["sums"][0]["visits"])


def _from(day: date) -> str:
    return f"{day} 00:00"


def _after(day: date) -> str:
    return _from(day + timedelta(days=1))


def _differs(found: int, expected: int) -> str:
    return "" if found == expected else f"{found} visits instead of {expected}"


def run(plan: Plan) -> Outcome:
    """Three reports in pairs, and the slowest of ours."""
    bench = Bench(plan.folder, plan.choose(DOORS, 4), plan.choose(DAYS, 800))
    reports: dict[str, Report] = {}
    raw: dict[str, list[float]] = {}
    rows: list[tuple[str, ...]] = []
    for question in bench.questions():
        expected = bench.expected(question)
        peer, ours = bench.peer(question, expected), bench.ours(question, expected)
        (report,) = compare_all(peer, ours, metrics=("wall",), pairs=plan.choose(PAIRS, 2), warmup=plan.choose(2, 0))
        reports[question.name] = report
        raw[question.name] = [measure(ours, Meters()).wall for _ in range(plan.choose(ALONE, 2))]
        walls = [pair[0].wall for pair in report.samples["ratio"]]
        for side, slow in ((0, quantile(walls, 0.95)), (1, quantile(raw[question.name], 0.95))):
            name = (report.peer, report.ours)[side]
            rows.append((question.name, name, f"{median(report, side, 'wall') * 1000:.0f} ms", f"{slow * 1000:.0f} ms"))
    facts = {
        "stores": f"{bench.store.stat().st_size >> 20} MiB derived, {bench.table.stat().st_size >> 20} MiB of counts",
        "goal": f"p95 of ours at most {GOAL_MS} ms, of {ALONE} runs one after the other",
    }
    head = ("report", "side", "median", "p95")
    return Outcome("reports", reports, Table(head, tuple(rows)), facts, raw)


REPORTS = Benchmark(
    "reports", "How long do a heat map, year on year and a month take over five years of a hundred doors?", run
)
