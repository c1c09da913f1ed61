"""Visits in the layouts of others: Springshare's LibInsight, and the British ``physical_visits`` table.

*LibInsight*: the upload to a library of a Gate Count data set takes CSV with the columns ``date``, ``gate_start`` and
``gate_end``; a library set up as "Automatic/Unidirectional" makes visits of ``gate_end - gate_start``. Source: the
help pages of ask.springshare.com on Gate Count data sets (FAQ 571 and 573), and two public programs that feed it:
uoregon-libraries/gatecount-api (which also found that batches must not be small, and sends at most 450 rows, from a
``gate_start`` of 0) and matjmiles/SenSourceToLibInsights (names of the columns). Hours are ``YYYY-MM-DD HH:MM``.

*physical_visits*: LibrariesHacked/schema-librarydata, ``physical_visits.json``: six columns, all required.

Neither layout has a word for "missing": such rows are left out, and said. A zero is written as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from collector.derive.background import Background
from collector.derive.facts import DayFact, HourFact
from collector.derive.local import local
from collector.derive.rounding import whole
from collector.errors import ReportError
from collector.reports import table
from collector.reports.ask import Ask, Every, bucket
from collector.reports.figures import Figures
from collector.reports.model import Mark

BATCH = 450


@dataclass(frozen=True, slots=True)
class Export:
    """CSV files to upload one after the other, and sentences about what they do not say."""

    files: tuple[str, ...]
    remarks: tuple[str, ...]


def uk(days: Sequence[DayFact], ask: Ask, every: Every, authority: str, background: Background) -> Export:
    """``physical_visits``: a row a site and bucket (day, week, month or year)."""
    sums: dict[tuple[date, str], Figures] = {}
    for fact in days:
        sums.setdefault((bucket(fact.day, every), fact.site), Figures()).add_day(fact)
    keys = sorted(sums)
    rows: list[list[table.Cell]] = []
    missing = lower = 0
    for key, visits in zip(keys, whole([sums[k].visits for k in keys]), strict=True):
        mark = sums[key].mark
        if mark is Mark.MISSING:
            missing += 1
            continue
        lower += mark is Mark.LOWER
        start, end = max(key[0], ask.first), min(_end(key[0], every), ask.last)
        rows.append(
            [authority, background.site(key[1]), start.isoformat(), end.isoformat(), "automatic", visits]
        )  # fmt: skip
    head = ["Local authority", "Library name", "Count start", "Count end", "Count type", "Visits"]
    return Export((table.comma(head, rows),), _remarks(missing, lower))


def libinsight(facts: Sequence[DayFact] | Sequence[HourFact], zone: ZoneInfo) -> Export:
    """One library's days or hours, in batches of at most :data:`BATCH` rows of about the same size.

    Raises:
        ReportError: facts of several sites, which an upload cannot hold.
    """
    if len({fact.site for fact in facts}) > 1:
        raise ReportError("LibInsight takes one library an upload: say which one with --site.")
    known, missing, lower = [], 0, 0
    for fact in facts:
        figures = Figures()
        if isinstance(fact, HourFact):
            if not fact.open_s and not fact.visits:
                continue  # closed, and nobody came: no row rather than 16 zeros a night
            figures.add_hour(fact, 1000)
        else:
            figures.add_day(fact)
        if figures.mark is Mark.MISSING:
            missing += 1
            continue
        lower += figures.mark is Mark.LOWER
        known.append(fact)
    rows: list[list[table.Cell]] = [
        [_when(fact, zone), 0, visits] for fact, visits in zip(known, whole([f.visits for f in known]), strict=True)
    ]
    files = max(1, -(-len(rows) // BATCH))
    size = -(-len(rows) // files) if rows else 1
    batches = [rows[at : at + size] for at in range(0, len(rows), size)] or [[]]
    return Export(
        tuple(table.comma(["date", "gate_start", "gate_end"], batch) for batch in batches), _remarks(missing, lower)
    )


def _when(fact: DayFact | HourFact, zone: ZoneInfo) -> str:
    return f"{local(fact.start, zone):%Y-%m-%d %H:%M}" if isinstance(fact, HourFact) else fact.day.isoformat()


def _end(start: date, every: Every) -> date:
    day = start
    while bucket(day + timedelta(days=1), every) == start:
        day += timedelta(days=1)
    return day


def _remarks(missing: int, lower: int) -> tuple[str, ...]:
    remarks = []
    if missing:
        remarks.append(f"{missing} rows have no data and are left out: that is not zero.")
    if lower:
        remarks.append(f"{lower} rows are a lower bound: a part of their open hours has no data.")
    return tuple(remarks)
