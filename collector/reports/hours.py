"""``report hours``: the hours of the day, over all days on which they were open, with the peak."""

from __future__ import annotations

from collector.derive.background import Background
from collector.derive.facts import MILLI, Facts
from collector.derive.rounding import nearest, whole
from collector.reports import common
from collector.reports.ask import Ask
from collector.reports.charts.model import Bar, Bars, Sort, highest
from collector.reports.common import frame, grid, nothing
from collector.reports.cube import Slot, slots
from collector.reports.figures import ratio, shares
from collector.reports.model import Cell, Column, Kind, Mark, Part, Report
from collector.reports.words import ReportWords


def hours(facts: Facts, ask: Ask, words: ReportWords, background: Background) -> Report:
    """The report. ``mean`` is visits in that hour of an open day; several sites are one."""
    by_hour: dict[int, Slot] = {}
    for (_, _, hour), slot in slots(facts, ask.together, ask.first, ask.last).items():
        sums = by_hour.setdefault(hour, Slot())
        sums.hours += slot.hours
        sums.missing += slot.missing
        sums.visits += slot.visits
        sums.estimated += slot.estimated
    known = [h for h, slot in sorted(by_hour.items()) if slot.hours or slot.missing or slot.visits >= MILLI]
    if not known:
        return nothing("hours", ask, words, background)
    peak = max(known, key=lambda h: (by_hour[h].mean() or 0, -h))
    visits = dict(zip(known, whole([by_hour[h].visits for h in known]), strict=True))
    part_of = dict(zip(known, shares([by_hour[h].visits for h in known]), strict=True))
    rows, bars = [], []
    for h in range(known[0], known[-1] + 1):
        slot = by_hour.get(h, Slot())
        mean, mark = slot.mean(), _mark(slot)
        none = mark in (Mark.MISSING, Mark.CLOSED) and not visits.get(h)
        guess = min(visits.get(h, 0), nearest(slot.estimated))
        rows.append(
            (
                Cell(h, text=words.hour(h)),
                Cell(None if none else visits[h], mark if none or mark is not Mark.CLOSED else Mark.NONE),
                Cell(None if none else guess),
                Cell(None if mean is None else ratio(mean, 100), Mark.CLOSED if mean is None else Mark.NONE),
                Cell(None if none else part_of[h]),
                Cell(slot.hours),
                Cell(slot.missing),
                Cell(_word(mark), text=words.say(f"status.{_word(mark)}")),
            )
        )
        sort = Sort.MISSING if mark is Mark.MISSING else Sort.CLOSED if mark is Mark.CLOSED else Sort.COUNTED
        bars.append(
            Bar(
                f"{h:02d}", None if none else visits[h], guess, sort, strong=h == peak and bool(by_hour[h].visits),
                figure="" if none or not visits.get(h) else words.number(visits[h]),
            )
        )  # fmt: skip
    everything = sum(visits.values())
    total = (
        Cell("total", text=words.say("total")),
        Cell(everything, Mark.LOWER if any(s.missing for s in by_hour.values()) else Mark.NONE),
        Cell(common.column_sum(rows, 2)), Cell(None), Cell(1000 if everything else None),
        Cell(sum(s.hours for s in by_hour.values())),
        Cell(sum(s.missing for s in by_hour.values())), Cell(None),
    )  # fmt: skip
    columns = (
        Column("hour", words.say("head.hour"), Kind.COUNT),
        Column("visits", words.say("head.visits"), Kind.COUNT),
        Column("estimated", words.say("head.estimated"), Kind.COUNT),
        Column("mean", words.say("head.mean_day"), Kind.TENTHS),
        Column("share", words.say("head.share"), Kind.PERCENT),
        Column("open_hours", words.say("head.open_hours"), Kind.COUNT),
        Column("missing_hours", words.say("head.missing_hours"), Kind.COUNT),
        Column("status", words.say("head.status")),
    )
    mean = by_hour[peak].mean()
    sentence = (
        words.say("hours.none")
        if mean is None
        else words.say("hours.peak", hours=words.hour(peak), mean=words.tenths(ratio(mean, 100)))
    )
    chart = Bars(
        tuple(bars), tuple(range(len(bars))), sentence, grid(highest([bar.value for bar in bars]), words)
    )  # fmt: skip
    part = Part("hours", words.say("hours.part"), columns, tuple(rows), (total,), chart=chart)
    notes = [words.say("hours.missing", n=total[6].value)] if total[6].value else []
    return frame(
        "hours", ask, words, background, [part],
        sentence, notes=notes, method=[words.say("hours.method")], extra={"peak": None if mean is None else peak},
    )  # fmt: skip


def _mark(slot: Slot) -> Mark:
    if slot.missing and (slot.hours or slot.visits):
        return Mark.LOWER
    if not slot.hours:
        return Mark.MISSING if slot.missing else Mark.CLOSED
    return Mark.ESTIMATED if slot.estimated else Mark.NONE


def _word(mark: Mark) -> str:
    return {Mark.NONE: "counted", Mark.LOWER: "partly"}.get(mark, mark.value)
