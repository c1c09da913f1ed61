"""``report occupancy``: how many people were inside, by quarter hour, hour or day, always with ±.

The levels are those of :mod:`collector.derive.occupancy`, worked out in quarter hours for each site by itself; an hour
and a day show their fullest quarter. A day is not known, and says why, when a perimeter door did not count during a
part of its open hours, or no passages of one direction came. Today is scaled as the days before it were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from collector.derive.background import Background
from collector.derive.facts import WHOLE_SITE, HourFact
from collector.derive.local import local, span
from collector.derive.occupancy import Flow, Level, Occupancy
from collector.derive.occupancy import occupancy as levels_of
from collector.reports import common
from collector.reports.ask import Ask, Every
from collector.reports.charts.model import Bar, Bars, Sort, highest, label_every
from collector.reports.model import Cell, Column, Kind, Mark, Part, Report, Row
from collector.reports.words import ReportWords
from collector.store.port import QuarterHour

#: So many days before today tell how its outs are scaled.
LEARN_DAYS = 7
QUARTER_MS = 900_000
_HOUR_MS = 4 * QUARTER_MS


@dataclass(frozen=True, slots=True)
class Material:
    """Quarter hours, and hours of the sites and of each door; from :data:`LEARN_DAYS` before the period."""

    quarters: Sequence[QuarterHour]
    together: Sequence[HourFact]
    apart: Sequence[HourFact]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a site. ``state``: known, running, unseen, one_way, unlearnt, closed."""

    site: str
    day: date
    state: str
    flows: tuple[Flow, ...]
    shown: tuple[int, ...]  # starts of the quarter hours worth a line: open, or with passages
    found: Occupancy

    @property
    def known(self) -> bool:
        """Whether it has levels."""
        return self.state in ("known", "running")


def first_day(ask: Ask) -> date:
    """From when on material is needed."""
    return ask.first - timedelta(days=LEARN_DAYS)


def occupancy(made_of: Material, ask: Ask, every: Every, words: ReportWords, background: Background) -> Report:
    """The report. ``every``: ``QUARTER``, ``HOUR`` or ``DAY``."""
    known = _days(made_of, ask, background)
    days = [day for day in known if day.day >= ask.first]
    if not days:
        return common.nothing("occupancy", ask, words, background)
    zone, several = ZoneInfo(ask.zone), ask.site is None and len({day.site for day in days}) > 1
    peak = _peak(_together(days))
    sentence = words.say("occupancy.none", period=words.span(ask.first, ask.last))
    if peak is not None:
        at = local(peak.start, zone)
        sentence = words.say(
            "occupancy.sentence", n=peak.inside, band=peak.high - peak.inside, day=words.weekday_day(at.date()),
            time=f"{at:%H.%M}",
        )  # fmt: skip
    chart = _chart(days, every, ask, words, sentence)
    parts = [_day_part(days, zone, words, background, several=several)]
    if every is not Every.DAY:
        parts.insert(0, _level_part(days, every, zone, words, background, several=several))
    parts[0] = Part(parts[0].key, parts[0].title, parts[0].columns, parts[0].rows, chart=chart)
    return common.frame(
        "occupancy", ask, words, background, parts, sentence, notes=_notes(days, known, words, background),
        method=[words.say("occupancy.method")],
        extra={"by": every.value, "peak": None if peak is None else _entry(peak, zone)},
    )  # fmt: skip


def _entry(level: Level, zone: ZoneInfo) -> dict[str, object]:
    return {
        "start": local(level.start, zone).isoformat(), "inside": level.inside, "low": level.low, "high": level.high,
    }  # fmt: skip


def _days(made_of: Material, ask: Ask, background: Background) -> list[Day]:
    """Every day of every site of which anything is known, those before the period too."""
    zone = ZoneInfo(ask.zone)
    passed: dict[tuple[str, date], dict[int, Flow]] = {}
    for quarter in made_of.quarters:
        if ask.site not in (None, quarter.site) or not background.perimeter(quarter.site, quarter.device):
            continue
        of_day = passed.setdefault((quarter.site, local(quarter.start, zone).date()), {})
        so_far = of_day.get(quarter.start, Flow(quarter.start, 0, 0))
        doubt = quarter.ambiguous + quarter.est_into + quarter.est_out
        of_day[quarter.start] = Flow(
            quarter.start, so_far.into + quarter.into, so_far.out + quarter.out, so_far.ambiguous + doubt
        )
    opened: dict[tuple[str, date], list[HourFact]] = {}
    for hour in made_of.together:
        opened.setdefault((hour.site, hour.day), []).append(hour)
    blind = {
        (hour.site, hour.day, hour.start)
        for hour in made_of.apart
        if hour.device != WHOLE_SITE and background.perimeter(hour.site, hour.device) and 2 * hour.seen_s < hour.open_s
    }
    for (site, day), facts in opened.items():  # hours of another system have no quarter hours to work from
        own = passed.get((site, day), {})
        for fact in facts:
            quarters = range(fact.start, fact.start + _HOUR_MS, QUARTER_MS)
            if fact.raw_in > sum(own[start].into for start in quarters if start in own):
                blind.add((site, day, fact.start))
    found: list[Day] = []
    for site, day in sorted({*passed, *opened}, key=lambda key: (key[1], key[0])):
        hours = opened.get((site, day), [])
        before = [one for one in found if one.site == site and one.day >= day - timedelta(days=LEARN_DAYS)]
        starts = {start for s, d, start in blind if (s, d) == (site, day)}
        found.append(_day(site, day, passed.get((site, day), {}), hours, starts, before, ask, zone))
    return found


def _day(
    site: str, day: date, passed: dict[int, Flow], hours: Sequence[HourFact], blind: set[int], before: Sequence[Day],
    ask: Ask, zone: ZoneInfo,
) -> Day:  # fmt: skip
    begin, end = span(day, day, zone)
    running = day == ask.today
    if running:  # up to the last quarter hour that was heard of; what is still to come was not missed
        end = max(passed, default=begin - QUARTER_MS) + QUARTER_MS
        blind = {start for start in blind if start + _HOUR_MS <= end}
    flows = tuple(passed.get(start, Flow(start, 0, 0)) for start in range(begin, end, QUARTER_MS))
    into, out = sum(flow.into for flow in flows), sum(flow.out for flow in flows)
    opening = [hour for hour in hours if hour.open_s]
    lit = {start for hour in opening for start in range(hour.start, hour.start + _HOUR_MS, QUARTER_MS)}
    shown = tuple(flow.start for flow in flows if flow.into or flow.out or flow.start in lit)
    past = [one for one in before if one.state == "known" and one.found.peak is not None]
    state = "running" if running else "known"
    if blind:
        state = "unseen"
    elif not opening and not into and not out:
        state = "closed"
    elif running and not past:
        state = "unlearnt"
    elif not running and not (into and out):
        state = "one_way" if into or out else "known"
    usual = [flow for one in past for flow in one.flows]
    scale = (sum(flow.into for flow in usual), sum(flow.out for flow in usual)) if running else None
    found = _never_exact(levels_of(flows, _closes(opening), scale))
    if not into and not out and state == "known":  # open, watched, and nobody came: that is counted
        found = Occupancy(tuple(Level(flow.start, 0, 0, 0) for flow in flows), None, None, None)
    return Day(site, day, state, flows, shown, found)


def _never_exact(found: Occupancy) -> Occupancy:
    """With a band of at least one where anybody is inside: ins and outs that happen to balance prove nothing."""
    levels = tuple(
        replace(level, low=level.inside - 1, high=level.inside + 1) if level.inside and level.high == level.inside
        else level
        for level in found.levels
    )  # fmt: skip
    return replace(found, levels=levels)


def _closes(opening: Sequence[HourFact]) -> int | None:
    """When the last open hour of the day ends; an hour that is open in part is so from its beginning, unless it is the
    day's first."""
    if not opening:
        return None
    last = max(opening, key=lambda hour: hour.start)
    follows = any(hour.start == last.start - _HOUR_MS for hour in opening)
    return last.start + (last.open_s * 1000 if follows else _HOUR_MS)


def _together(days: Sequence[Day]) -> list[Level]:
    """Levels of all sites at once; only moments at which every site of the day is known."""
    sums: dict[int, list[Level]] = {}
    sites: dict[int, int] = {}
    for day in days:
        for flow in day.flows:
            sites[flow.start] = sites.get(flow.start, 0) + (day.state != "closed")
        for level in day.found.levels if day.known else ():
            sums.setdefault(level.start, []).append(level)
    return [
        Level(start, sum(a.inside for a in each), sum(a.low for a in each), sum(a.high for a in each))
        for start, each in sorted(sums.items())
        if len(each) == sites[start]
    ]


def _peak(levels: Sequence[Level]) -> Level | None:
    """The fullest; the earliest of equals."""
    return max(levels, key=lambda level: (level.inside, -level.start), default=None)


def _level_part(
    days: Sequence[Day], every: Every, zone: ZoneInfo, words: ReportWords, background: Background, *, several: bool
) -> Part:
    alone = len({day.day for day in days}) == 1
    columns = (
        Column("day", words.say("head.day"), Kind.DAY, detail=alone), Column("time", words.say("occupancy.time")),
        Column("site", words.say("head.site"), detail=not several), Column("in", words.say("head.in"), Kind.COUNT),
        Column("out", words.say("head.out"), Kind.COUNT), Column("inside", words.say("occupancy.inside"), Kind.COUNT),
        Column("band", words.say("occupancy.band"), Kind.BAND),
        Column("low", words.say("occupancy.low"), Kind.COUNT, detail=True),
        Column("high", words.say("occupancy.high"), Kind.COUNT, detail=True),
    )  # fmt: skip
    rows: list[Row] = []
    for day in days:
        flows = {flow.start: flow for flow in day.flows}
        levels = {level.start: level for level in day.found.levels} if day.known else {}
        for slot in _by_slot(day.shown, every, zone).values():
            fullest = _peak([levels[start] for start in slot if start in levels])
            at = local(slot[0], zone)
            clock = f"{at:%H.%M}" if every is Every.QUARTER else words.hour(at.hour)
            rows.append(
                (
                    Cell(day.day), Cell(at.isoformat(timespec="minutes"), text=clock),
                    Cell(day.site, text=background.site(day.site)), Cell(sum(flows[start].into for start in slot)),
                    Cell(sum(flows[start].out for start in slot)), *_level(fullest, Mark.MISSING),
                )
            )  # fmt: skip
    return Part("levels", words.say("occupancy.levels"), columns, tuple(rows))


def _by_slot(starts: Sequence[int], every: Every, zone: ZoneInfo) -> dict[tuple[int, int], list[int]]:
    """Quarter hours by the line that shows them. An hour that the clock repeats is two, told by its distance to UTC."""
    found: dict[tuple[int, int], list[int]] = {}
    for start in starts:
        at = local(start, zone)
        offset = int((at.utcoffset() or timedelta()).total_seconds())
        key = (start, 0) if every is Every.QUARTER else (at.hour, -offset)
        found.setdefault(key, []).append(start)
    return found


def _level(level: Level | None, mark: Mark) -> tuple[Cell, Cell, Cell, Cell]:
    """Inside, band, at least, at most."""
    if level is None:
        return Cell(None, mark), Cell(None, mark), Cell(None, mark), Cell(None, mark)
    return Cell(level.inside), Cell(level.high - level.inside), Cell(level.low), Cell(level.high)


def _day_part(
    days: Sequence[Day], zone: ZoneInfo, words: ReportWords, background: Background, *, several: bool
) -> Part:
    columns = (
        Column("day", words.say("head.day"), Kind.DAY), Column("site", words.say("head.site"), detail=not several),
        Column("in", words.say("head.in"), Kind.COUNT), Column("out", words.say("head.out"), Kind.COUNT),
        Column("imbalance", words.say("occupancy.imbalance"), Kind.CHANGE),
        Column("peak", words.say("occupancy.peak"), Kind.COUNT), Column("band", words.say("occupancy.band"), Kind.BAND),
        Column("low", words.say("occupancy.low"), Kind.COUNT, detail=True),
        Column("high", words.say("occupancy.high"), Kind.COUNT, detail=True),
        Column("peak_at", words.say("occupancy.peak_at")), Column("emptied", words.say("occupancy.emptied")),
        Column("status", words.say("head.status")),
    )  # fmt: skip
    rows: list[Row] = []
    for day in days:
        peak = _peak(day.found.levels) if day.known else None
        at = peak.start if peak is not None and peak.inside else None
        emptied = day.found.emptied if day.known else None
        rows.append(
            (
                Cell(day.day), Cell(day.site, text=background.site(day.site)),
                Cell(sum(flow.into for flow in day.flows)), Cell(sum(flow.out for flow in day.flows)),
                Cell(day.found.imbalance if day.state != "unseen" else None),
                *_level(peak, Mark.CLOSED if day.state == "closed" else Mark.MISSING),
                _clock(at, zone), _clock(emptied, zone),
                Cell(day.state, text=words.say(f"occupancy.word.{day.state}")),
            )
        )  # fmt: skip
    return Part("days", words.say("occupancy.days"), columns, tuple(rows))


def _clock(ms: int | None, zone: ZoneInfo) -> Cell:
    if ms is None:
        return Cell(None)
    at = local(ms, zone)
    return Cell(at.isoformat(timespec="minutes"), text=f"{at:%H.%M}")


def _chart(days: Sequence[Day], every: Every, ask: Ask, words: ReportWords, alt: str) -> Bars:
    """One day: its hours or quarters; several: the peak of each."""
    zone = ZoneInfo(ask.zone)
    levels = {level.start: level for level in _together(days)}
    slots: list[tuple[str, list[int], bool]] = []
    if ask.first == ask.last and every is not Every.DAY:
        starts = sorted({start for day in days for start in day.shown})
        for slot in _by_slot(starts, every, zone).values():
            at = local(slot[0], zone)
            slots.append((f"{at:%H.%M}" if every is Every.QUARTER else f"{at:%H}", slot, False))
    else:
        of_day = {day.day: [d for d in days if d.day == day.day] for day in days}
        for each in ask.days():
            here = of_day.get(each, [])
            shut = bool(here) and all(day.state == "closed" for day in here)
            starts = [flow.start for day in here for flow in day.flows]
            slots.append((words.short_day(each), starts, shut))
    fullest = [None if shut else _peak([levels[start] for start in slot if start in levels]) for _, slot, shut in slots]
    most = max((level.inside for level in fullest if level), default=0)
    roomy = len(slots) <= 31
    bars = tuple(
        Bar(
            label, None if level is None else level.inside, 0,
            Sort.CLOSED if shut else Sort.MISSING if level is None else Sort.COUNTED,
            strong=level is not None and level.inside == most,
            figure=words.number(level.inside) if level is not None and level.inside and roomy else "",
            low=None if level is None else level.low, high=None if level is None else level.high,
        )
        for (label, _, shut), level in zip(slots, fullest, strict=True)
    )  # fmt: skip
    top = highest([bar.high for bar in bars])
    return Bars(bars, label_every(len(bars), 10), alt, common.grid(top, words))


def _notes(days: Sequence[Day], known: Sequence[Day], words: ReportWords, background: Background) -> list[str]:
    lines = []
    for state in ("unseen", "one_way"):
        for site in sorted({day.site for day in days if day.state == state}):
            missing = common.runs(sorted(day.day for day in days if (day.site, day.state) == (site, state)))
            said = ", ".join(words.span(first, last) for first, last in missing)
            lines.append(words.say(f"occupancy.{state}", site=background.site(site), days=said))
    for site in sorted({day.site for day in days}):
        apart = [abs(day.found.imbalance or 0) for day in days if day.site == site and day.known and day.found.doubtful]
        if apart:
            percent = words.percent(max(apart))
            lines.append(words.say("occupancy.doubtful", site=background.site(site), n=len(apart), percent=percent))
    for day in days:
        name = background.site(day.site)
        if day.state == "unlearnt":
            lines.append(words.say("occupancy.unlearnt", site=name))
        if day.state == "running":
            learnt = [one for one in known if one.site == day.site and one.state == "known" and one.day < day.day]
            since = day.day - timedelta(days=LEARN_DAYS)
            lines.append(words.say("occupancy.running", site=name, n=sum(1 for one in learnt if one.day >= since)))
    return lines
