"""``report monthly``: the month on one printed page: figures, days, the year so far, doors, hours, method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from collector.derive.background import Background
from collector.derive.conversion import Conversion
from collector.derive.facts import DayFact, Facts, MonthSum
from collector.derive.local import Operations
from collector.derive.rounding import nearest, whole
from collector.reports import common, heatmap, quality
from collector.reports.ask import Ask, month_of, year_before
from collector.reports.charts.model import Bar, Bars, Sort, highest
from collector.reports.compare import comparable
from collector.reports.cube import slots
from collector.reports.figures import Figures, change, total
from collector.reports.loans import kiosk_visits, per_hundred, per_visit
from collector.reports.model import Cell, Column, Kind, Mark, Part, Printed, Report, Row
from collector.reports.words import ReportWords

#: So many of the month's happenings are told; the report on data quality has all.
HAPPENINGS = 8
UNSIGNED = Printed()


def monthly(
    facts: Facts, kiosks: Operations | None, ask: Ask, words: ReportWords, background: Background,
    printed: Printed = UNSIGNED, compared: Conversion | None = None,
) -> Report:  # fmt: skip
    """The report of the month in which ``ask`` begins. ``compared``: what the kiosks lent beside the visits of the days
    on which both are known."""
    first, last = month_of(ask.first)
    ask = replace(ask, first=first, last=last)
    title = words.say("monthly.title", month=words.month(first))
    days = facts.days(ask.together, first, last)
    if not days:
        return common.nothing("monthly", ask, words, background, title=title)
    figures = total(days)
    back = (year_before(first), year_before(last))
    pairs = comparable(facts.day_visits(ask.together, first, last), facts.day_visits(ask.together, *back), ask)
    open_days = len({fact.day for fact in days if fact.open_s})
    visits = nearest(figures.visits)
    sentences = [
        words.say("monthly.at_least" if figures.missing_s else "monthly.sentence", n=visits, days=open_days)
    ]  # fmt: skip
    percent = change(pairs.now, pairs.before) if pairs.days else None
    several = ".sites" if len({fact.site for fact in days}) > 1 else ""
    if percent is not None:
        key = "monthly.same" if percent == 0 else "monthly.more" if percent > 0 else "monthly.fewer"
        sentences.append(words.say(key + several, percent=words.about(percent), n=pairs.days))
    lent = None if kiosks is None else kiosks.done("checkout")
    hundred = None if lent is None or figures.missing_s else per_hundred(lent, visits)
    if hundred is not None:
        sentences.append(words.say("monthly.lent", n=words.number((hundred + 5) // 10)))
    by_door = quality.of_doors(facts, ask)
    doors = quality.door_rows(by_door, ask, words, background)
    week = heatmap.hours_of_week(slots(facts, ask.together, first, last))
    months = facts.months(ask.together, date(first.year - 1, 1, 1), last)
    parts = [
        day_part(days, words), month_part(months, first, words), doors, heatmap.square(week, words),
        service_part(figures, kiosks, words, compared),
    ]  # fmt: skip
    happened = quality.happenings(by_door, words, background, ask)
    notes = [*common.usual_notes(figures, words), *happened[:HAPPENINGS]]
    if len(happened) > HAPPENINGS:
        notes.append(words.say("monthly.more_notes", n=len(happened) - HAPPENINGS))
    if pairs.left_out and pairs.days:
        notes.append(words.say("monthly.left_out.sites" if several else "monthly.left_out", n=pairs.left_out))
    if background.published is not None and background.published.changed:
        notes.append(
            words.say("monthly.changed", n=background.published.changed, revision=str(background.published.revision))
        )
    all_doors = [fact for each in by_door.values() for fact in each]
    method = [*common.method(words), *common.factors(all_doors, words, background)]
    report = common.frame(
        "monthly", ask, words, background, parts, " ".join(sentences), notes=notes, method=method, title=title,
        extra={"open_days": open_days, "loans_per_hundred_visits": None if hundred is None else hundred / 10},
    )  # fmt: skip
    return replace(report, printed=_printed(printed, words, background))


def _printed(printed: Printed, words: ReportWords, background: Background) -> Printed:
    published = background.published
    if published is None:
        return replace(printed, revision=words.say("printed.draft"), digest="")
    revision = words.say("printed.revision", n=published.revision, day=words.day(published.on))
    digest = " ".join(published.digest[at : at + 4] for at in range(0, 16, 4))
    return replace(printed, revision=revision, digest=digest)


def day_part(days: Sequence[DayFact], words: ReportWords) -> Part:
    """Each day of the month, all asked sites together."""
    by_day: dict[date, Figures] = {}
    for fact in days:
        by_day.setdefault(fact.day, Figures()).add_day(fact)
    keys = sorted(by_day)
    rows, bars = [], []
    for day, value in zip(keys, whole([by_day[key].visits for key in keys]), strict=True):
        figures = by_day[day]
        mark = figures.mark
        none = mark in (Mark.MISSING, Mark.CLOSED)
        guess = min(value, nearest(figures.estimated))
        word = {Mark.NONE: "counted", Mark.LOWER: "partly"}.get(mark, mark.value)
        rows.append(
            (
                Cell(day), Cell(None if none else value, mark), Cell(guess), Cell((figures.open_s + 180) // 360),
                common.coverage(figures), Cell(word, text=words.say(f"status.{word}")),
            )
        )  # fmt: skip
        sort = Sort.MISSING if mark is Mark.MISSING else Sort.CLOSED if mark is Mark.CLOSED else Sort.COUNTED
        bars.append(Bar(str(day.day), None if none else value, guess, sort, gap=figures.missing_s > 0))
    figures = total(days)
    everything = common.column_sum(rows, 1)
    columns = (
        Column("day", words.say("head.day"), Kind.DAY), Column("visits", words.say("head.visits"), Kind.COUNT),
        Column("estimated", words.say("head.estimated"), Kind.COUNT),
        Column("open_hours", words.say("head.open_hours"), Kind.TENTHS),
        Column("coverage", words.say("head.coverage"), Kind.PERCENT), Column("status", words.say("head.status")),
    )  # fmt: skip
    last: Row = (
        Cell("total", text=words.say("total")), Cell(everything, Mark.LOWER if figures.missing_s else Mark.NONE),
        Cell(common.column_sum(rows, 2)), Cell((figures.open_s + 180) // 360),
        common.coverage(figures), Cell(None),
    )  # fmt: skip
    ticks = tuple(at for at, day in enumerate(keys) if day.day == 1 or day.day % 5 == 0 or at == len(keys) - 1)
    if len(ticks) > 1 and ticks[-1] - ticks[-2] < 2:
        ticks = (*ticks[:-2], ticks[-1])
    open_days = sum(1 for key in keys if by_day[key].open_s)
    mean = words.say("monthly.mean", n=everything // open_days) if open_days and not figures.missing_s else ""
    chart = Bars(
        tuple(bars), ticks, words.say("monthly.days_alt", n=everything),
        common.grid(highest([b.value for b in bars]), words, 3)
    )  # fmt: skip
    return Part("days", words.say("monthly.days"), columns, tuple(rows), (last,), chart=chart, note=mean)


def month_part(years: Sequence[MonthSum], first: date, words: ReportWords) -> Part:
    """The months of the year up to this one, beside those of the year before."""
    by_month: dict[date, Figures] = {}
    for sums in years:
        by_month.setdefault(sums.month, Figures()).add_month(sums)
    months = [date(first.year, month, 1) for month in range(1, first.month + 1)]
    this, that = _of_months(by_month, months), _of_months(by_month, [m.replace(year=m.year - 1) for m in months])
    rows, bars = [], []
    for month, now, before in zip(months, this, that, strict=True):
        n, b = common.column_sum([(now,)], 0), common.column_sum([(before,)], 0)
        both = now.value is not None and before.value is not None
        percent = change(n, b) if both and Mark.LOWER not in (now.mark, before.mark) else None
        rows.append((Cell(f"{month:%Y-%m}", text=words.month(month)), now, before, Cell(percent)))
        guess = nearest(by_month[month].estimated) if month in by_month else 0
        value = None if now.value is None else n
        label = words.short_month(month) if value is None else f"{words.short_month(month)} {words.number(value)}"
        bars.append(
            Bar(
                label, value, guess, Sort.MISSING if value is None else Sort.COUNTED, gap=now.mark is Mark.LOWER,
                before=None if before.value is None else b, strong=month == first,
            )
        )  # fmt: skip
    columns = (
        Column("month", words.say("head.month")), Column("visits", str(first.year), Kind.COUNT),
        Column("year_before", str(first.year - 1), Kind.COUNT), Column("change", words.say("head.change"), Kind.CHANGE),
    )  # fmt: skip
    chart = Bars(
        tuple(bars), tuple(range(len(bars))), words.say("monthly.months_alt", year=str(first.year)),
        before=str(first.year - 1), soft=True,
    )  # fmt: skip
    title = words.say("monthly.months", year=str(first.year - 1))
    note = words.say("monthly.months_note", year=str(first.year - 1))
    return Part("months", title, columns, tuple(rows), chart=chart, note=note)


def _of_months(by_month: dict[date, Figures], months: Sequence[date]) -> list[Cell]:
    known = [month for month in months if month in by_month and by_month[month].mark is not Mark.MISSING]
    values = dict(zip(known, whole([by_month[month].visits for month in known]), strict=True))
    return [
        Cell(values[month], by_month[month].mark) if month in values else Cell(None, Mark.MISSING) for month in months
    ]


def service_part(
    figures: Figures, kiosks: Operations | None, words: ReportWords, compared: Conversion | None = None
) -> Part:
    """The lines that the yearly form will ask for, as far as doors and kiosks know them."""
    columns = (Column("line", words.say("iplm.line")), Column("value", words.say("iplm.value"), Kind.COUNT))
    unknown = words.say("iplm.not_known")

    def row(key: str, value: int | None, mark: Mark = Mark.NONE) -> Row:
        return (Cell(key, text=words.say(f"monthly.{key}")), Cell(value, mark, "" if value is not None else unknown))

    def done(op: str) -> int | None:
        return None if kiosks is None else kiosks.done(op)

    known = compared is not None and compared.per_visit is not None
    rate = (
        words.say("monthly.per_visit.days", n=compared.days) if known and compared else words.say("monthly.per_visit")
    )
    rows = (
        row("visits", nearest(figures.visits), Mark.LOWER if figures.missing_s else Mark.NONE),
        row("estimated", nearest(figures.estimated)),
        row("kiosk_users", None if kiosks is None else kiosk_visits(kiosks)),
        row("kiosk_loans", done("checkout")),
        (Cell("per_visit", text=rate), per_visit(compared, words)),
        row("returned", done("checkin")),
        row("renewed", done("renew")),
    )
    return Part("service", words.say("monthly.service"), columns, rows)
