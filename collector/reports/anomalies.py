"""``report anomalies``: what was not as usual, each with what was expected, and doors whose counter may not be well.

Ordinary weeks are learnt, door by door, from up to a year before the period (and from the period itself), see
:mod:`collector.derive.anomaly`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date, timedelta
from itertools import groupby

from collector.derive.anomaly.find import Anomaly, find
from collector.derive.anomaly.find import Kind as Unusual
from collector.derive.anomaly.history import observed
from collector.derive.anomaly.ordinary import Ordinary, ordinary_days
from collector.derive.anomaly.suspicions import Suspected, Suspicion, suspect
from collector.derive.anomaly.weeks import fit
from collector.derive.background import Background
from collector.derive.facts import Facts, HourFact
from collector.reports.ask import Ask
from collector.reports.charts.model import Bar, Bars, Sort, highest, label_every
from collector.reports.common import frame, grid, nothing
from collector.reports.model import Cell, Column, Kind, Part, Report, Row
from collector.reports.words import ReportWords

#: How far back ordinary weeks are learnt from.
LEARN_DAYS = 371
#: The band of a chart holds so many of ordinary days, as the ranges of the table do.
_SHARE = 0.95


def anomalies(facts: Facts, ask: Ask, words: ReportWords, background: Background) -> Report:
    """The report. Each door is judged by itself; where a door is asked for, only that one."""
    hours = facts.hours(ask.apart, ask.first - timedelta(days=LEARN_DAYS), ask.last)
    unusual: list[Row] = []
    suspected: list[Row] = []
    days: dict[date, Ordinary] = {}
    charted: tuple[float, Cell, dict[date, Ordinary], set[date]] | None = None  # the door with the least likely finding
    learnt = short = 0
    of_door = sorted(hours, key=lambda hour: (hour.site, hour.device, hour.start))
    for (site, device), group in groupby(of_door, key=lambda hour: (hour.site, hour.device)):
        mine = list(group)
        history = observed(mine)
        found = find(history)
        weeks = fit(history, {(a.day, slot) for a in found for slot in range(a.first, a.last + 1)})
        mine_days = ordinary_days((one for one in history if one.day >= ask.first), weeks)
        learnt, short = learnt + (weeks is not None), short + (weeks is None)
        door = Cell(f"{site}/{device}", text=background.door(site, device))
        news = [a for a in found if a.day >= ask.first]
        unusual += [_unusual(a, door, words) for a in news]
        rarest = max((a.level for a in news), default=0.0)
        if news and (charted is None or rarest > charted[0]):
            charted = rarest, door, mine_days, {a.day for a in news}
        for day, ordinary in mine_days.items():
            days.setdefault(day, Ordinary()).add(ordinary)
        both_ways = any(hour.raw_out for hour in mine)
        signs = suspect(_of_period(mine, ask.first), weeks, both_ways=both_ways)
        suspected += [_suspected(s, door, words) for s in signs]
    if not learnt and not short:
        return nothing("anomalies", ask, words, background)
    said = [words.say("anomalies.found", n=len(unusual))] if unusual else []
    said += [words.say("anomalies.doors", n=len(suspected))] if suspected else []
    sentence = " ".join(said) or words.say("anomalies.none")
    rows = tuple(sorted(unusual, key=_by_day))
    opened = {hour.day for hour in hours if hour.open_s}
    if charted is None:
        chart = _chart(days, set(), opened, ask, words, sentence, words.say("anomalies.charted_all"))
    else:
        caption = words.say("anomalies.charted", door=charted[1].text)
        chart = _chart(charted[2], charted[3], opened, ask, words, sentence, caption)
    parts = [
        Part("unusual", words.say("anomalies.unusual"), _unusual_columns(words), rows, chart=chart),
        Part("suspicions", words.say("anomalies.suspicions"), _suspected_columns(words), tuple(suspected)),
    ]
    notes = [words.say("anomalies.short", n=short)] if short else []
    return frame(
        "anomalies", ask, words, background, parts, sentence, notes=notes, method=[words.say("anomalies.method")]
    )


def _chart(
    days: Mapping[date, Ordinary],
    marked: Set[date],
    opened: Set[date],
    ask: Ask,
    words: ReportWords,
    alt: str,
    caption: str,
) -> Bars:
    """Who came in, day by day, with what is usual; days with a finding stand out."""
    bars = []
    for day in ask.days():
        ordinary = days.get(day)
        if ordinary is None:
            bars.append(Bar(words.short_day(day), None, sort=Sort.MISSING if day in opened else Sort.CLOSED))
            continue
        low, high = ordinary.band(_SHARE) or (None, None)
        bars.append(
            Bar(
                words.short_day(day), ordinary.counted, strong=day in marked, low=low, high=high,
                figure=words.number(ordinary.counted) if day in marked else "",
            )
        )  # fmt: skip
    top = max(highest([bar.value for bar in bars]), highest([bar.high for bar in bars]))
    return Bars(tuple(bars), label_every(len(bars), 10), alt, grid(top, words), soft=True, usual=True, caption=caption)


def _of_period(hours: Sequence[HourFact], first: date) -> list[HourFact]:
    return [hour for hour in hours if hour.day >= first]


def _by_day(row: Row) -> tuple[str, str]:
    return str(row[0].value), str(row[1].value)


def _unusual_columns(words: ReportWords) -> tuple[Column, ...]:
    return (
        Column("day", words.say("head.day"), Kind.DAY),
        Column("door", words.say("head.door")),
        Column("from_hour", words.say("anomalies.when")),
        Column("to_hour", words.say("anomalies.when"), Kind.COUNT, detail=True),
        Column("kind", words.say("anomalies.what")),
        Column("in", words.say("head.in"), Kind.COUNT),
        Column("low", words.say("anomalies.low"), Kind.COUNT),
        Column("high", words.say("anomalies.high"), Kind.COUNT),
        Column("level", words.say("anomalies.level"), Kind.TENTHS, detail=True),
        Column("why", words.say("anomalies.why"), spoken=True),
    )


def _unusual(found: Anomaly, door: Cell, words: ReportWords) -> Row:
    hours = words.hours_of_day(found.first, found.last + 1)
    day = found.kind in (Unusual.BUSY_DAY, Unusual.QUIET_DAY)
    told = words.say(
        "anomalies.day" if day else "anomalies.hours", day=words.weekday_day(found.day), hours=hours,
        counted=found.counted, low=found.low, high=found.high,
    )  # fmt: skip
    return (
        Cell(found.day), door, Cell(found.first, text=words.say("anomalies.all_day") if day else hours),
        Cell(found.last + 1), Cell(found.kind.value, text=words.say(f"anomalies.kind.{found.kind.value}")),
        Cell(found.counted), Cell(found.low), Cell(found.high), Cell(round(found.level * 10)), Cell(told),
    )  # fmt: skip


def _suspected_columns(words: ReportWords) -> tuple[Column, ...]:
    return (
        Column("door", words.say("head.door")),
        Column("kind", words.say("anomalies.what")),
        Column("from", words.say("head.from"), Kind.DAY),
        Column("to", words.say("anomalies.until"), Kind.DAY),
        Column("in", words.say("head.in"), Kind.COUNT),
        Column("out", words.say("head.out"), Kind.COUNT),
        Column("why", words.say("anomalies.why"), spoken=True),
    )


def _suspected(found: Suspected, door: Cell, words: ReportWords) -> Row:
    kind = found.kind.value
    told = words.say(
        f"anomalies.suspicion.{kind}", hours=found.hours, since=words.hour(found.from_hour),
        expected=round(found.expected), into=found.into, out=found.out,
        percent=words.percent(round(found.apart * 1000)),
    )  # fmt: skip
    none = found.kind is Suspicion.DEAD
    return (
        door, Cell(kind, text=words.say(f"anomalies.suspicion.{kind}.name")), Cell(found.first), Cell(found.last),
        Cell(0 if none else found.into), Cell(0 if none else found.out), Cell(told),
    )  # fmt: skip
