"""``report heatmap``: when people come, hour of the day by weekday.

A cell is the mean of visits in that hour over the days on which it was open and has a number. Over several sites it is
the sum of their means. Hours that were never open are closed; hours that were, and never had a number, are missing.
The figures of a row add up to the row's sum. An hour of which a quarter or more is an estimate is hatched.
"""

from __future__ import annotations

from dataclasses import dataclass

from collector.derive.background import Background
from collector.derive.facts import MILLI, Facts
from collector.derive.rounding import whole
from collector.reports.ask import Ask
from collector.reports.charts.model import Heat, HeatCell, HeatRow, Sort
from collector.reports.common import frame, nothing
from collector.reports.cube import Slots, slots
from collector.reports.model import Audience, Cell, Column, Kind, Mark, Part, Report
from collector.reports.words import ReportWords

WEEK = range(7)


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the week, all asked sites together. ``mean`` and ``visits`` in thousandths."""

    mean: int | None
    visits: int
    estimated: int
    hours: int
    missing: int

    @property
    def sort(self) -> Sort:
        """Which of the marks it has."""
        if self.mean is None:
            return Sort.MISSING if self.missing else Sort.CLOSED
        return Sort.ESTIMATED if self.visits and self.estimated * 4 >= self.visits else Sort.COUNTED


def hours_of_week(found: Slots) -> dict[tuple[int, int], Hour]:
    """(weekday, hour) over all sites."""
    summed: dict[tuple[int, int], Hour] = {}
    nothing_yet = Hour(None, 0, 0, 0, 0)
    for (_, weekday, hour), slot in found.items():
        so_far, mean = summed.get((weekday, hour), nothing_yet), slot.mean()
        known = [value for value in (so_far.mean, mean) if value is not None]
        summed[weekday, hour] = Hour(
            sum(known) if known else None, so_far.visits + slot.visits, so_far.estimated + slot.estimated,
            so_far.hours + slot.hours, so_far.missing + slot.missing,
        )  # fmt: skip
    return summed


def heatmap(facts: Facts, ask: Ask, words: ReportWords, background: Background) -> Report:
    """The report."""
    week = hours_of_week(slots(facts, ask.together, ask.first, ask.last))
    if not any(hour.hours or hour.missing or hour.visits for hour in week.values()):
        return nothing("heatmap", ask, words, background)
    peak = peak_of(week)
    sentence = finding(week, peak, words)
    notes = []
    closed = sum(hour.visits for hour in week.values() if hour.sort is Sort.CLOSED)
    if closed >= MILLI:
        notes.append(words.say("heatmap.closed", n=closed // MILLI))
    if any(hour.missing for hour in week.values()):
        notes.append(words.say("heatmap.missing", n=sum(hour.missing for hour in week.values())))
    if any(hour.sort is Sort.ESTIMATED for hour in week.values()):
        notes.append(words.say("heatmap.estimated"))
    parts = (square(week, words), cells(week, words))
    return frame(
        "heatmap", ask, words, background, parts, sentence, notes=notes, method=[words.say("heatmap.method")],
        extra={"peak": None if peak is None else {"weekday": peak[0], "hour": peak[1]}},
    )  # fmt: skip


def peak_of(week: dict[tuple[int, int], Hour]) -> tuple[int, int] | None:
    """The busiest hour of the week; the earliest of equals."""
    known = [(-hour.mean, key) for key, hour in week.items() if hour.mean]
    return min(known)[1] if known else None


def finding(week: dict[tuple[int, int], Hour], peak: tuple[int, int] | None, words: ReportWords) -> str:
    """The finding in words; also the text alternative of the picture."""
    if peak is None:
        return words.say("heatmap.none" if any(hour.hours for hour in week.values()) else "heatmap.unknown")
    fine = _fine(week)
    mean = week[peak].mean or 0
    return words.say(
        "heatmap.peak",
        weekday=words.weekday(peak[0]),
        hours=words.hour(peak[1]),
        mean=words.tenths(_tenths(mean)) if fine else (mean + MILLI // 2) // MILLI,
    )


def square(week: dict[tuple[int, int], Hour], words: ReportWords) -> Part:
    """The map: a table and a picture with the same numbers."""
    shown = [h for h in range(24) if any(_open(week.get((weekday, h))) for weekday in WEEK)] or list(range(24))
    across = range(shown[0], shown[-1] + 1)
    fine, peak = _fine(week), peak_of(week)
    highest = max((hour.mean or 0 for hour in week.values()), default=0)
    step = max(1, highest // (8 * MILLI)) * MILLI if not fine else max(1, highest // 8)
    rows, drawn = [], []
    for weekday in WEEK:
        hours = [week.get((weekday, h)) for h in across]
        means = [None if hour is None else hour.mean for hour in hours]
        figures = iter(_figures([mean for mean in means if mean is not None], fine))
        row: list[Cell] = [Cell(weekday + 1, text=words.weekday(weekday))]
        strip: list[HeatCell] = []
        total, lower = 0, False
        for h, hour, mean in zip(across, hours, means, strict=True):
            if hour is None or mean is None:
                missing = hour is not None and hour.sort is Sort.MISSING
                lower |= missing
                row.append(Cell(None, Mark.MISSING if missing else Mark.CLOSED))
                strip.append(HeatCell(Sort.MISSING if missing else Sort.CLOSED))
                continue
            figure = next(figures)
            total += figure
            text = words.tenths(figure) if fine else words.number(figure)
            at_peak = peak == (weekday, h)
            guess = hour.sort is Sort.ESTIMATED
            row.append(Cell(figure, Mark.ESTIMATED if guess else Mark.NONE, f"[{text}]" if at_peak else ""))
            strip.append(HeatCell(hour.sort, min(7, mean // step), text, at_peak))
        known = any(mean is not None for mean in means)
        mark = Mark.LOWER if lower else Mark.NONE
        row.append(Cell(total, mark) if known else Cell(None, Mark.MISSING if lower else Mark.CLOSED))
        rows.append(tuple(row))
        sum_text = words.tenths(total) if fine else words.number(total)
        drawn.append(
            HeatRow(words.weekday(weekday), tuple(strip), (f"≥ {sum_text}" if lower else sum_text) if known else "–")
        )
    kind = Kind.TENTHS if fine else Kind.COUNT
    columns = (
        Column("weekday", words.say("head.weekday"), Kind.COUNT),
        *(Column(f"h{h:02d}", f"{h:02d}", kind) for h in across),
        Column("day", words.say("head.whole_day"), kind),
    )
    scale = tuple(
        (words.tenths(_tenths(at * step)) if fine else words.number(at * step // MILLI)) + ("+" if at == 7 else "")
        for at in range(8)
    )
    chart = Heat(
        tuple(f"{h:02d}" for h in across), tuple(drawn), scale, words.say("head.whole_day"), finding(week, peak, words)
    )
    return Part(
        "map", words.say("heatmap.part"), columns, tuple(rows), chart=chart, audience=Audience.PEOPLE,
        note=words.say("heatmap.note") if peak else "",
    )  # fmt: skip


def cells(week: dict[tuple[int, int], Hour], words: ReportWords) -> Part:
    """The same as a list: one row an hour of the week."""
    columns = (
        Column("weekday", words.say("head.weekday"), Kind.COUNT),
        Column("hour", words.say("head.hour"), Kind.COUNT),
        Column("mean", words.say("head.mean"), Kind.TENTHS),
        Column("visits", words.say("head.visits"), Kind.COUNT),
        Column("estimated", words.say("head.estimated"), Kind.COUNT),
        Column("hours", words.say("head.open_hours"), Kind.COUNT),
        Column("missing", words.say("head.missing_hours"), Kind.COUNT),
        Column("status", words.say("head.status")),
    )
    keys = sorted(week)
    visits = whole([week[key].visits for key in keys])
    rows = tuple(
        (
            Cell(key[0] + 1), Cell(key[1]), Cell(None if week[key].mean is None else _tenths(week[key].mean or 0)),
            Cell(n), Cell(min(n, (week[key].estimated + MILLI // 2) // MILLI)), Cell(week[key].hours),
            Cell(week[key].missing), Cell(week[key].sort.value),
        )
        for key, n in zip(keys, visits, strict=True)
    )  # fmt: skip
    return Part("cells", words.say("heatmap.cells"), columns, rows, audience=Audience.PROGRAMS)


def _open(hour: Hour | None) -> bool:
    return hour is not None and (hour.hours > 0 or hour.missing > 0)


def _fine(week: dict[tuple[int, int], Hour]) -> bool:
    """Whether so few come that tenths have to be shown."""
    return max((hour.mean or 0 for hour in week.values()), default=0) < 10 * MILLI


def _tenths(thousandths: int) -> int:
    return (thousandths + 50) // 100


def _figures(means: list[int], fine: bool) -> list[int]:
    """Whole numbers (or tenths) of thousandths, which add up."""
    return whole([mean * 10 for mean in means]) if fine else whole(means)
