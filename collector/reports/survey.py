"""``report survey``: a year's visits from one typical week, where a form asks for that and not for a count.

Sources: the US Public Libraries Survey takes a typical week × 52 where there is no count over the year; British
authorities project sample weeks × 50. A typical week is chosen by rule, so that anybody chooses the same: of the weeks
from Monday to Sunday that lie wholly in the period, in which every open hour was counted (none missing, none
estimated), which have no holiday or closure and the usual opening hours of each weekday, the one whose days are
together nearest to the median of each weekday; the earlier of equals. The result is an estimate and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

from collector.derive.background import Background
from collector.derive.facts import DayFact, Facts, Status
from collector.derive.rounding import nearest, whole
from collector.reports import common
from collector.reports.ask import Ask
from collector.reports.charts.model import Bar, Bars, Sort, highest
from collector.reports.figures import change
from collector.reports.model import Cell, Column, Kind, Mark, Part, Report
from collector.reports.words import ReportWords

PLS_WEEKS, UK_WEEKS = 52, 50


@dataclass(frozen=True, slots=True)
class Sample:
    """The typical week of a site: its days from Monday on, and how many weeks there were to choose from."""

    site: str
    days: tuple[DayFact, ...]
    candidates: int

    @property
    def visits(self) -> int:
        """Visits of the week, in thousandths."""
        return sum(day.visits for day in self.days)


def typical_week(site: str, days: Sequence[DayFact], holidays: frozenset[date]) -> Sample | None:
    """The typical week of one site; see the module's text. ``None``: no week qualifies."""
    by_day = {fact.day: fact for fact in days}
    usual = [_usual([f.open_s for f in days if f.day.weekday() == weekday]) for weekday in range(7)]
    weeks = []
    for start in (day for day in sorted(by_day) if day.weekday() == 0):
        week = [by_day.get(start + timedelta(days=n)) for n in range(7)]
        if all(fact is not None and _fits(fact, usual[n], holidays) for n, fact in enumerate(week)):
            weeks.append(tuple(fact for fact in week if fact is not None))
    if not weeks:
        return None
    middle = [median_low([week[n].visits for week in weeks]) for n in range(7)]
    nearest_first = sorted(
        weeks, key=lambda week: (sum(abs(week[n].visits - middle[n]) for n in range(7)), week[0].day)
    )
    return Sample(site, nearest_first[0], len(weeks))


def _usual(seconds: Sequence[int]) -> int:
    return median_low(seconds) if seconds else 0


def _fits(fact: DayFact, usual: int, holidays: frozenset[date]) -> bool:
    sure = fact.status is Status.COUNTED and fact.seen_s >= fact.open_s and not fact.estimated
    return (
        fact.day not in holidays
        and not fact.missing_s
        and fact.open_s == usual
        and (sure or (fact.status is Status.CLOSED and not fact.open_s))
    )


def survey(facts: Facts, ask: Ask, words: ReportWords, background: Background, weeks: int = PLS_WEEKS) -> Report:
    """The report, with a projection for each site that has a typical week."""
    by_site: dict[str, list[DayFact]] = {}
    for fact in facts.days(ask.together, ask.first, ask.last):
        by_site.setdefault(fact.site, []).append(fact)
    if not by_site:
        return common.nothing("survey", ask, words, background)
    samples: list[Sample] = []
    notes = []
    for site, days in sorted(by_site.items()):
        special = frozenset(s.day for s in background.special_days(site, ask.first, ask.last))
        sample = typical_week(site, days, special)
        if sample is None:
            notes.append(words.say("survey.no_week", site=background.site(site)))
            continue
        samples.append(sample)
        notes += _beside(sample, days, weeks, words, background)
    sentence = (
        words.say("survey.sentence", n=sum(nearest(s.visits) * weeks for s in samples), weeks=str(weeks))
        if samples else words.say("survey.none")
    )  # fmt: skip
    parts = [_projections(samples, weeks, words, background), _week(samples, words, background, sentence)]
    return common.frame(
        "survey", ask, words, background, parts if samples else [], sentence, notes=notes,
        method=[words.say("survey.method", weeks=str(weeks)), words.say("method.visit")],
        extra={"weeks": weeks, "reporting_method": "ES"},
    )  # fmt: skip


def _beside(
    sample: Sample, days: Sequence[DayFact], weeks: int, words: ReportWords, background: Background
) -> list[str]:  # fmt: skip
    """Where the whole year was counted, what the count says."""
    if len(days) < 360 or any(fact.missing_s for fact in days):
        return []
    counted, projected = sum(fact.visits for fact in days), nearest(sample.visits) * weeks
    percent = change(projected, nearest(counted))
    shown = "" if percent is None else words.change(percent)
    return [words.say("survey.counted", site=background.site(sample.site), n=nearest(counted), change=shown)]


def _projections(samples: Sequence[Sample], weeks: int, words: ReportWords, background: Background) -> Part:
    columns = (
        Column("site", words.say("head.site")), Column("from", words.say("survey.from"), Kind.DAY),
        Column("to", words.say("survey.to"), Kind.DAY), Column("week", words.say("survey.week"), Kind.COUNT),
        Column("weeks", words.say("survey.weeks"), Kind.COUNT), Column("year", words.say("survey.year"), Kind.COUNT),
        Column("candidates", words.say("survey.candidates"), Kind.COUNT), Column("status", words.say("head.status")),
    )  # fmt: skip
    guess = Cell("estimated", text=words.say("status.estimated"))
    rows = tuple(
        (
            Cell(s.site, text=background.site(s.site)), Cell(s.days[0].day), Cell(s.days[6].day),
            Cell(nearest(s.visits)), Cell(weeks), Cell(nearest(s.visits) * weeks, Mark.ESTIMATED), Cell(s.candidates),
            guess,
        )
        for s in samples
    )  # fmt: skip
    week = sum(nearest(s.visits) for s in samples)
    last = (
        Cell("total", text=words.say("total")), Cell(None), Cell(None), Cell(week), Cell(None),
        Cell(week * weeks, Mark.ESTIMATED), Cell(None), guess,
    )  # fmt: skip
    return Part("projection", words.say("survey.part"), columns, rows, (last,) if len(rows) > 1 else ())


def _week(samples: Sequence[Sample], words: ReportWords, background: Background, alt: str) -> Part:
    columns = (
        Column("site", words.say("head.site")), Column("day", words.say("head.day"), Kind.DAY),
        Column("visits", words.say("head.visits"), Kind.COUNT), Column("status", words.say("head.status")),
    )  # fmt: skip
    rows = []
    totals = [0] * 7
    for s in samples:
        for n, (fact, visits) in enumerate(zip(s.days, whole([d.visits for d in s.days]), strict=True)):
            closed = fact.status is Status.CLOSED and not visits
            totals[n] += visits
            rows.append(
                (
                    Cell(s.site, text=background.site(s.site)), Cell(fact.day),
                    Cell(None if closed else visits, Mark.CLOSED if closed else Mark.NONE),
                    Cell(fact.status.value, text=words.say(f"status.{fact.status.value}")),
                )
            )  # fmt: skip
    open_days = {fact.day.weekday() for s in samples for fact in s.days if fact.open_s or fact.visits}
    bars = tuple(
        Bar(
            words.weekday(n), totals[n] if n in open_days else None, 0,
            Sort.COUNTED if n in open_days else Sort.CLOSED, figure=words.number(totals[n]) if n in open_days else "",
        )
        for n in range(7)
    )  # fmt: skip
    chart = Bars(bars, tuple(range(7)), alt, common.grid(highest(totals), words))
    last = (Cell("total", text=words.say("total")), Cell(None), Cell(sum(totals)), Cell(None))
    return Part("week", words.say("survey.week_part"), columns, tuple(rows), (last,), chart=chart)
