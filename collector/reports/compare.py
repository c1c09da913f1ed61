"""``report compare``: a period beside the one 52 weeks before, so that a Tuesday stands beside a Tuesday.

Only days are summed whose figures are complete in both years (a closed day is complete: nobody could come); what was
left out is said. Holidays that moved are named, since no shift of the calendar can align them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from collector.derive.background import Background
from collector.derive.facts import DayVisits, Facts
from collector.derive.rounding import nearest, whole
from collector.reports.ask import Ask, Every, bucket, year_before
from collector.reports.charts.model import Happening, Line, Lines, Point, highest, label_every
from collector.reports.common import bucket_cell, frame, grid, nothing, runs, short_label
from collector.reports.figures import change
from collector.reports.model import Cell, Column, Kind, Mark, Part, Report
from collector.reports.words import ReportWords

YEAR = timedelta(days=364)


@dataclass(slots=True)
class Pairs:
    """Sums over days of both years, in thousandths. ``seen_*`` hold every number there is, comparable or not."""

    now: int = 0
    before: int = 0
    estimated: int = 0
    estimated_before: int = 0
    days: int = 0
    left_out: int = 0
    left_now: int = 0
    left_before: int = 0
    seen_now: int = 0
    seen_before: int = 0
    known_now: int = 0
    known_before: int = 0


def compare(facts: Facts, ask: Ask, words: ReportWords, background: Background, every: Every = Every.WEEK) -> Report:
    """The report."""
    last = min(ask.last, ask.today - timedelta(days=1)) if ask.last >= ask.today > ask.first else ask.last
    ask = replace(ask, last=last)
    now = facts.day_visits(ask.together, ask.first, last)
    before = facts.day_visits(ask.together, year_before(ask.first), year_before(last))
    if not now and not before:
        return nothing("compare", ask, words, background)
    buckets = _pair(now, before, every, ask)
    keys = sorted(buckets)
    everything = _together(buckets.values())
    this = whole([buckets[key].now for key in keys])
    that = whole([buckets[key].before for key in keys])
    rows = tuple(
        _row(bucket_cell(key, every, words), n, b, buckets[key]) for key, n, b in zip(keys, this, that, strict=True)
    )
    total = _row(Cell("total", text=words.say("total")), sum(this), sum(that), everything)
    columns = (
        Column("from", words.say("head.period")),
        Column("visits", words.say("head.this"), Kind.COUNT),
        Column("year_before", words.say("head.before"), Kind.COUNT),
        Column("difference", words.say("head.difference"), Kind.SIGNED),
        Column("change", words.say("head.change"), Kind.CHANGE),
        Column("days", words.say("head.days_compared"), Kind.COUNT),
        Column("left_out", words.say("head.left_out"), Kind.COUNT),
        Column("estimated", words.say("head.estimated"), Kind.COUNT, detail=True),
        Column("estimated_before", words.say("head.estimated_before"), Kind.COUNT, detail=True),
    )
    several = len({day.site for day in now}) > 1
    sentence = _sentence(everything, sum(this), sum(that), words, several=several)
    chart = _chart(keys, buckets, every, ask, words, background, sentence, sum(this), sum(that))
    notes = []
    if everything.left_out:
        notes.append(
            words.say(
                "compare.left_out.sites" if several else "compare.left_out", n=everything.left_out,
                now=nearest(everything.left_now), before=nearest(everything.left_before),
            )
        )  # fmt: skip
    if everything.estimated or everything.estimated_before:
        notes.append(
            words.say(
                "compare.estimated", now=nearest(everything.estimated), before=nearest(everything.estimated_before)
            )
        )
    notes += _moved(ask, words, background)
    part = Part("compare", words.say("compare.part"), columns, rows, (total,), chart=chart)
    return frame(
        "compare", ask, words, background, [part], sentence, notes=notes, method=[words.say("compare.method")],
        extra={"by": every.value, "aligned_days": 364},
    )  # fmt: skip


def comparable(now: Iterable[DayVisits], before: Iterable[DayVisits], ask: Ask) -> Pairs:
    """The sums over the days of both years that are complete in both."""
    return _together(_pair(now, before, Every.YEAR, ask).values())


def _together(each: Iterable[Pairs]) -> Pairs:
    everything = Pairs()
    for pairs in each:
        for field in Pairs.__slots__:
            setattr(everything, field, getattr(everything, field) + getattr(pairs, field))
    return everything


def _pair(now: Iterable[DayVisits], before: Iterable[DayVisits], every: Every, ask: Ask) -> dict[date, Pairs]:
    """Every day of this period with the one a year before, by bucket."""
    buckets: dict[date, Pairs] = {}
    days: dict[str, tuple[str, Pairs]] = {}  # a day of this period → the one a year before, and its bucket
    later: dict[str, str] = {}
    for day in ask.days():
        start = max(bucket(day, every), ask.first) if every is Every.YEAR else bucket(day, every)
        earlier = year_before(day).isoformat()
        days[day.isoformat()] = earlier, buckets.setdefault(start, Pairs())
        later[earlier] = day.isoformat()
    others = {(that[0], that[2]): that for that in before}
    for this in now:  # tens of thousands: unpacked, since names cost more than what is done with them
        site, _, of_day, visits, estimated, complete = this
        earlier, pairs = days[of_day]
        that = others.pop((site, earlier), None)
        if that is None or not complete or not that[5]:
            _add(pairs, this, that)
            continue
        pairs.days += 1
        pairs.now += visits
        pairs.before += that[3]
        if estimated or that[4]:
            pairs.estimated += estimated
            pairs.estimated_before += that[4]
    for pairs in {id(of): of for _, of in days.values()}.values():  # so far only complete days, which are known
        pairs.seen_now += pairs.now
        pairs.seen_before += pairs.before
        pairs.known_now += pairs.days
        pairs.known_before += pairs.days
    for gone in others.values():
        _add(days[later[gone.day]][1], None, gone)
    return {start: pairs for start, pairs in buckets.items() if pairs.days or pairs.left_out}


def _add(pairs: Pairs, this: DayVisits | None, that: DayVisits | None) -> None:
    """A day that is not complete in both years: it is left out, with what is known of it."""
    pairs.left_out += 1
    if this is not None:
        pairs.left_now += this.visits
        pairs.seen_now += this.visits
        pairs.known_now += bool(this.complete or this.visits)
    if that is not None:
        pairs.left_before += that.visits
        pairs.seen_before += that.visits
        pairs.known_before += bool(that.complete or that.visits)


def _row(label: Cell, now: int, before: int, pairs: Pairs) -> tuple[Cell, ...]:
    if not pairs.days:
        unknown = Cell(None, Mark.MISSING)
        return (label, unknown, unknown, unknown, unknown, Cell(0), Cell(pairs.left_out), Cell(0), Cell(0))
    percent = change(now, before)
    return (
        label, Cell(now, Mark.ESTIMATED if pairs.estimated else Mark.NONE),
        Cell(before, Mark.ESTIMATED if pairs.estimated_before else Mark.NONE), Cell(now - before),
        Cell(percent, Mark.NONE), Cell(pairs.days), Cell(pairs.left_out),
        Cell(nearest(pairs.estimated)), Cell(nearest(pairs.estimated_before)),
    )  # fmt: skip


def _sentence(pairs: Pairs, now: int, before: int, words: ReportWords, *, several: bool) -> str:
    percent = change(now, before)
    if not pairs.days or percent is None:
        return words.say("compare.none")
    key = "compare.same" if percent == 0 else "compare.more" if percent > 0 else "compare.fewer"
    key += ".sites" if several else ""
    return words.say(key, n=now, before=before, percent=words.about(percent), days=pairs.days)


def _chart(
    keys: list[date],
    buckets: dict[date, Pairs],
    every: Every,
    ask: Ask,
    words: ReportWords,
    background: Background,
    alt: str,
    now: int,
    before: int,
) -> Lines:
    """Everything that has a number, comparable or not; what has none is a gap."""
    whole_ones = [key for key in keys if not _cut(key, every, ask)]
    if len(whole_ones) >= 3:  # a week of which the period has three days would look like a fall
        keys = whole_ones
    this = tuple(_point(buckets[k].seen_now, buckets[k].known_now, buckets[k], buckets[k].estimated) for k in keys)
    that = tuple(
        _point(buckets[k].seen_before, buckets[k].known_before, buckets[k], buckets[k].estimated_before) for k in keys
    )
    top = highest([p.value for p in (*this, *that)])
    labelled = _months(keys) if every in (Every.DAY, Every.WEEK) and len(keys) > 13 else label_every(len(keys), 12)
    ticks = tuple(
        (at, words.short_month(keys[at]) if every in (Every.DAY, Every.WEEK) and len(keys) > 13
         else short_label(keys[at], every, words)) for at in labelled
    )  # fmt: skip
    year, other = _years(ask, words)
    return Lines(
        Line(year, words.number(now), this), Line(other, words.number(before), that), ticks, grid(top, words),
        _happenings(keys, every, ask, background), alt,
    )  # fmt: skip


def _point(visits: int, known: int, pairs: Pairs, estimated: int) -> Point:
    """The sum of a bucket; a gap where more than half of its days are unknown."""
    return Point(nearest(visits) if known and 2 * known >= pairs.days + pairs.left_out else None, estimated > 0)


def _cut(start: date, every: Every, ask: Ask) -> bool:
    """Whether a part of the bucket lies outside the period, or is not over."""
    return start < ask.first or bucket(min(ask.last, ask.today - timedelta(days=1)) + timedelta(days=1), every) == start


def _years(ask: Ask, words: ReportWords) -> tuple[str, str]:
    if ask.first.year == ask.last.year:
        return str(ask.last.year), str(year_before(ask.last).year)
    return words.say("compare.now"), words.say("compare.before")


def _months(keys: list[date]) -> list[int]:
    """Where a month begins; every second or third where there are many."""
    at = [i for i, key in enumerate(keys) if key.day <= 7 and (i == 0 or keys[i - 1].month != key.month)]
    return at[:: max(1, -(-len(at) // 13))]


def _happenings(keys: list[date], every: Every, ask: Ask, background: Background) -> tuple[Happening, ...]:
    if every not in (Every.DAY, Every.WEEK) or not keys:
        return ()
    place = {key: at for at, key in enumerate(keys)}
    found = []
    for name, first, last, earlier in _named(ask, background):
        shift = YEAR if earlier else timedelta()
        positions = [
            place[start]
            for n in range((last - first).days + 1)
            if (start := bucket(first + shift + timedelta(days=n), every)) in place
        ]
        if positions:
            found.append(Happening(min(positions), max(positions), name, earlier))
    return tuple(sorted(found, key=lambda h: (h.first, h.before, h.name)))


def _named(ask: Ask, background: Background) -> list[tuple[str, date, date, bool]]:
    """Named stretches of this period, and of the one before."""
    found = []
    for earlier in (False, True):
        first, last = (year_before(ask.first), year_before(ask.last)) if earlier else (ask.first, ask.last)
        by_name: dict[str, set[date]] = {}
        for special in background.special_days(ask.site, first, last):
            if special.kind != "hours":
                by_name.setdefault(special.name, set()).add(special.day)
        for name, days in by_name.items():
            found += [(name, a, b, earlier) for a, b in runs(sorted(days))]
    return found


def _next_year(day: date) -> date:
    """The same day of the month a year on."""
    return day + timedelta(days=1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def _moved(ask: Ask, words: ReportWords, background: Background) -> list[str]:
    """Holidays that do not stand beside themselves."""
    named = _named(ask, background)
    lines = []
    for name, first, _, earlier in sorted(named, key=lambda n: (n[1], n[0])):
        if earlier:
            continue
        others = [a for other, a, _, was in named if was and other == name]
        if not others:
            lines.append(words.say("compare.only", name=name, day=words.day(first)))
            continue
        other = min(others, key=lambda a: abs((a + YEAR - first).days))
        days = (first - _next_year(other)).days
        key = "compare.later" if days > 0 else "compare.earlier" if days else "compare.fixed"
        lines.append(words.say(key, name=name, day=words.day(first), other=words.day(other), n=abs(days)))
    return lines
