"""``report iplm``: the lines of the yearly form for the index of community literacy development (IPLM).

Source: Peraturan Perpustakaan Nasional 7/2025 (Pedoman Indeks Pembangunan Literasi Masyarakat), article 15: (2) a to e
are the indicators of service, (3) a to d those of management. Doors know who came, kiosks what was lent; what neither
can know stays "not known" until somebody gives it on the command line, and is then marked as given. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from collector.derive.background import Background
from collector.derive.facts import DayFact, Facts
from collector.derive.local import Operations
from collector.derive.rounding import nearest, whole
from collector.reports import common
from collector.reports.ask import Ask
from collector.reports.charts.model import Bar, Bars, Sort, highest
from collector.reports.figures import Figures, ratio, total
from collector.reports.loans import kiosk_visits
from collector.reports.model import Cell, Column, Kind, Mark, Part, Report, Row
from collector.reports.words import ReportWords

#: What a person may give: name → (article, the message's key).
GIVEN = {
    "participants": "15(2)a",
    "online_users": "15(2)b",
    "ict_users": "15(2)c",
    "desk_loans": "15(2)d",
    "read_in_house": "15(2)d",
    "interloans": "15(2)d",
    "digital_uses": "15(2)e",
    "programmes": "15(3)a",
    "partnerships": "15(3)b",
    "services": "15(3)c",
    "documents": "15(3)d",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the command line says: population of the area, registered members, and the figures of :data:`GIVEN`."""

    population: int | None = None
    members: int | None = None
    figures: Mapping[str, int] | None = None


def iplm(
    facts: Facts, kiosks: Operations | None, ask: Ask, words: ReportWords, background: Background, told: Told
) -> Report:
    """The report of a year (or another period). ``kiosks`` is ``None`` where no kiosk has sent anything."""
    days = facts.days(ask.together, ask.first, ask.last)
    if not days and kiosks is None:
        return common.nothing("iplm", ask, words, background)
    figures = total(days)
    rows = lines(figures, days, kiosks, words, told)
    columns = (
        Column("article", words.say("iplm.article")), Column("line", words.say("iplm.line")),
        Column("value", words.say("iplm.value"), Kind.COUNT), Column("source", words.say("iplm.source")),
    )  # fmt: skip
    unknown = sum(1 for row in rows if row[2].value is None)
    visits = nearest(figures.visits)
    key = "iplm.at_least" if figures.missing_s else "iplm.sentence"
    sentence = words.say(key, n=visits, days=len({d.day for d in days if d.open_s})) if days else words.say("iplm.none")
    notes = common.usual_notes(figures, words)
    if unknown:
        notes.append(words.say("iplm.unknown", n=unknown))
    part = Part("lines", words.say("iplm.part"), columns, rows)
    months = _months(days, words, sentence)
    return common.frame(
        "iplm", ask, words, background, [part, months], sentence, notes=notes,
        method=[words.say("iplm.method"), *common.method(words)],
    )  # fmt: skip


def lines(
    figures: Figures, days: Sequence[DayFact], kiosks: Operations | None, words: ReportWords, told: Told
) -> tuple[Row, ...]:
    """The form's lines, then what explains them."""
    given = told.figures or {}
    visits = nearest(figures.visits)
    mark = Mark.LOWER if figures.missing_s else Mark.NONE
    doors = "estimated" if figures.estimated else "counted"

    def row(
        article: str, key: str, value: int | None, source: str, mark: Mark = Mark.NONE, kind: Kind | None = None
    ) -> Row:
        known = value is not None
        word = source if known else "unknown"
        text = "" if known else words.say("iplm.not_known")
        return (
            Cell(article), Cell(key, text=words.say(f"iplm.{key}")),
            Cell(value, mark if known else Mark.NONE, text, kind),
            Cell(word, text=words.say(f"source.{word}")),
        )  # fmt: skip

    def asked(key: str) -> Row:
        return row(GIVEN[key], key, given.get(key), "given")

    def done(op: str) -> int | None:
        return None if kiosks is None else kiosks.done(op)

    lent = done("checkout")
    desk = given.get("desk_loans")
    all_lent = None if lent is None or desk is None else lent + desk
    per_head = None if not told.population else ratio(visits * 100, told.population)
    per_member = None if not told.members else ratio(visits * 100, told.members)
    open_days = len({fact.day for fact in days if fact.open_s})
    parts = figures.shares
    return (
        asked("participants"),
        row("15(2)b", "visits", visits if days else None, doors, mark),
        asked("online_users"),
        asked("ict_users"),
        row("15(2)d", "lent", all_lent, "summed"),
        row("15(2)d", "kiosk_loans", lent, "kiosk"),
        asked("desk_loans"),
        asked("read_in_house"),
        asked("interloans"),
        asked("digital_uses"),
        *(asked(key) for key in ("programmes", "partnerships", "services", "documents")),
        row("", "per_head", per_head, "computed", mark, Kind.HUNDREDTHS),
        row("", "per_member", per_member, "computed", mark, Kind.HUNDREDTHS),
        row("", "open_days", open_days if days else None, "hours"),
        row("", "open_hours", figures.open_s // 3600 if figures.open_s else None, "hours"),
        row("", "kiosk_users", None if kiosks is None else kiosk_visits(kiosks), "kiosk"),
        row("", "returned", done("checkin"), "kiosk"),
        row("", "renewed", done("renew"), "kiosk"),
        row("", "coverage", None if parts is None else parts[0], "computed", Mark.NONE, Kind.PERCENT),
        row("", "estimated_share", None if parts is None else parts[1], "computed", Mark.NONE, Kind.PERCENT),
    )


def _months(days: Sequence[DayFact], words: ReportWords, alt: str) -> Part:
    """Visits by month."""
    by_month: dict[date, Figures] = {}
    for fact in days:
        by_month.setdefault(fact.day.replace(day=1), Figures()).add_day(fact)
    opened: dict[date, set[date]] = {}
    for fact in days:
        if fact.open_s:
            opened.setdefault(fact.day.replace(day=1), set()).add(fact.day)
    months = sorted(by_month)
    values = dict(zip(months, whole([by_month[m].visits for m in months]), strict=True))
    rows = []
    bars = []
    for month in months:
        figures, value = by_month[month], values[month]
        mark = figures.mark
        none = mark in (Mark.MISSING, Mark.CLOSED)
        rows.append(
            (
                Cell(f"{month:%Y-%m}", text=words.month(month)), Cell(None if none else value, mark),
                Cell(min(value, nearest(figures.estimated))), Cell(len(opened.get(month, ()))),
                common.coverage(figures),
            )
        )  # fmt: skip
        sort = figures.sort if none else Sort.COUNTED
        bars.append(
            Bar(
                words.short_month(month), None if none else value, min(value, nearest(figures.estimated)), sort,
                gap=figures.missing_s > 0, figure="" if none else words.number(value),
            )
        )  # fmt: skip
    columns = (
        Column("month", words.say("head.month")), Column("visits", words.say("head.visits"), Kind.COUNT),
        Column("estimated", words.say("head.estimated"), Kind.COUNT),
        Column("open_days", words.say("head.open_days"), Kind.COUNT),
        Column("coverage", words.say("head.coverage"), Kind.PERCENT),
    )  # fmt: skip
    figures = total(days)
    last = (
        Cell("total", text=words.say("total")),
        Cell(sum(values.values()), Mark.LOWER if figures.missing_s else Mark.NONE),
        Cell(common.column_sum(rows, 2)), Cell(sum(len(each) for each in opened.values())), common.coverage(figures),
    )  # fmt: skip
    chart = Bars(tuple(bars), tuple(range(len(bars))), alt, common.grid(highest(list(values.values())), words))
    return Part("months", words.say("iplm.months"), columns, tuple(rows), (last,), chart=chart)
