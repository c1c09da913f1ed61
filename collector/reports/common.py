"""What the reports share: the frame around their parts, names, bucket labels, the usual notes and method. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from collector.derive.background import Background
from collector.derive.facts import MILLI, DayFact
from collector.derive.rounding import nearest
from collector.reports.ask import Ask, Every, name
from collector.reports.charts.model import round_step
from collector.reports.figures import Figures
from collector.reports.model import Cell, Mark, Part, Report, Row
from collector.reports.words import ReportWords


def frame(
    report: str,
    ask: Ask,
    words: ReportWords,
    background: Background,
    parts: Sequence[Part],
    sentence: str,
    *,
    notes: Sequence[str] = (),
    method: Sequence[str] = (),
    extra: Mapping[str, object] | None = None,
    title: str = "",
) -> Report:
    """A report with its title, place and period."""
    return Report(
        report, words.language, title or words.say(f"{report}.title"), where(ask, words, background),
        words.span(ask.first, ask.last), sentence, ask.first, ask.last, ask.zone, tuple(parts), tuple(notes),
        tuple(method), extra=extra or {},
    )  # fmt: skip


def nothing(report: str, ask: Ask, words: ReportWords, background: Background, *, title: str = "") -> Report:
    """The answer where nothing is known: not a table of zeros."""
    return Report(
        report, words.language, title or words.say(f"{report}.title"), where(ask, words, background),
        words.span(ask.first, ask.last), words.say("nothing", period=words.span(ask.first, ask.last)), ask.first,
        ask.last, ask.zone, (), data=False,
    )  # fmt: skip


def bare(report: Report) -> Report:
    """The same, of which a terminal shows the table and notes alone."""
    return replace(report, bare=True)


def resaid(report: Report, sentence: str) -> Report:
    """The same with another sentence."""
    return replace(report, sentence=sentence)


def where(ask: Ask, words: ReportWords, background: Background) -> str:
    """All sites, a site, or one of its doors."""
    site = words.say("where.all") if ask.site is None else background.site(ask.site)
    if ask.door is None:
        return site
    return words.say("where.door", site=site, door=background.door(ask.site or "", ask.door))


def bucket_cell(start: date, every: Every, words: ReportWords) -> Cell:
    """The first cell of a row: the stable name for programs, words for people."""
    key = name(start, every)
    match every:
        case Every.WEEK:
            shown = words.say("week", week=key[-2:], first=words.short_day(start), year=str(start.year))
        case Every.MONTH:
            shown = words.month(start)
        case Every.YEAR:
            shown = key
        case _:
            shown = words.weekday_day(start)
    return Cell(key, text=shown)


def short_label(start: date, every: Every, words: ReportWords) -> str:
    """The same under a bar."""
    match every:
        case Every.MONTH:
            return words.short_month(start)
        case Every.YEAR:
            return str(start.year)
        case _:
            return words.short_day(start)


def grid(highest: int, words: ReportWords, lines: int = 5) -> tuple[tuple[int, str], ...]:
    """Hairlines for whole numbers up to ``highest``."""
    step = round_step(highest, lines)
    return tuple((value, words.number(value)) for value in range(step, highest + 1, step))


def column_sum(rows: Iterable[Row], at: int) -> int:
    """The sum of a column's whole numbers; what has none adds nothing."""
    return sum(value for row in rows if isinstance(value := row[at].value, int))


def share_cells(figures: Figures) -> tuple[Cell, Cell, Cell]:
    """Counted, estimated and missing per cent of the open hours; together 100."""
    parts = figures.shares
    if parts is None:
        return Cell(None, Mark.CLOSED), Cell(None, Mark.CLOSED), Cell(None, Mark.CLOSED)
    return Cell(parts[0]), Cell(parts[1]), Cell(parts[2])


def coverage(figures: Figures) -> Cell:
    """The share of open hours that a working sensor watched."""
    return share_cells(figures)[0]


def usual_notes(figures: Figures, words: ReportWords) -> list[str]:
    """What a sum of visits has to say of itself: estimates, untimed passages, closed hours, what is left out."""
    notes = []
    if figures.missing_s:
        hours = words.hours(figures.missing_s)
        notes.append(words.say("note.missing", hours=hours))
    if figures.estimated:
        notes.append(words.say("note.estimated", n=max(1, nearest(figures.estimated))))
    if figures.untimed:
        notes.append(words.say("note.untimed", n=max(1, nearest(figures.untimed))))
    closed = nearest(figures.closed_visits)
    if figures.open_s and closed > 0:
        notes.append(words.say("note.closed", n=closed))
    if not figures.open_s and figures.visits:
        notes.append(words.say("note.no_hours"))
    return notes


def factors(facts: Iterable[DayFact], words: ReportWords, background: Background) -> list[str]:
    """The factors that the doors' days were corrected by, in words. A factor of 1 is none."""
    found = sorted({(f.site, f.device, f.factor) for f in facts if f.factor != MILLI and f.device})
    lines = []
    for site, device, factor in found:
        known = [k for k in background.factors if (k.site, k.device, k.factor) == (site, device, factor)]
        door = background.door(site, device)
        if known:
            k = known[-1]
            lines.append(
                words.say(
                    "method.factor", door=door, factor=words.factor(factor), low=words.factor(k.low),
                    high=words.factor(k.high), n=k.passages, since=words.day(k.since),
                )
            )  # fmt: skip
        else:
            lines.append(words.say("method.factor.plain", door=door, factor=words.factor(factor)))
    return lines


def method(words: ReportWords) -> list[str]:
    """How visits are counted, in words that an auditor accepts."""
    return [words.say("method.visit"), words.say("method.estimate"), words.say("method.reported")]


def runs(days: Sequence[date]) -> list[tuple[date, date]]:
    """Sorted days as stretches without a gap."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found
