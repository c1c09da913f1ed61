"""``report visits``: visits by quarter hour, hour, day, week, month or year, of each door or of each site.

Beside what is reported stand the passages counted (raw), and what they are with the door's factor (corrected). What is
reported beyond that are adjustments, estimates and passages without a time. A visit is a person who comes in by a
perimeter door: doors inside are listed, and left out of the sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from collector.derive.background import Background
from collector.derive.facts import MILLI, WHOLE_SITE, DayFact, HourFact
from collector.derive.local import Passages, Visits, local
from collector.derive.rounding import nearest, whole
from collector.reports import common, passages, visits_json
from collector.reports.ask import Ask, Every, bucket
from collector.reports.charts.model import Bar, Bars, Sort, highest, label_every
from collector.reports.figures import Figures
from collector.reports.model import Cell, Column, Kind, Mark, Part, Report, Row
from collector.reports.visits_json import Key
from collector.reports.words import ReportWords


@dataclass(frozen=True, slots=True)
class Material:
    """What the report is made of. ``together``/``apart``: of the site as one, of each door; ``hours_*`` only where
    the buckets are hours. ``passages`` may be absent for wide buckets."""

    together: Sequence[DayFact]
    apart: Sequence[DayFact]
    hours_together: Sequence[HourFact] = ()
    hours_apart: Sequence[HourFact] = ()
    passages: Visits | None = None


def visits(
    made_of: Material, ask: Ask, every: Every, words: ReportWords, background: Background, *, by_site: bool = False
) -> Report:
    """The report. Without any derived fact it is the one of passages."""
    hourly = every is Every.HOUR
    facts = made_of.hours_apart if hourly else made_of.apart
    if every is Every.QUARTER or not facts:
        found = made_of.passages or Visits(Passages(), {}, {})
        return passages.raw(found, ask, every, words, background)
    sums = _hours(made_of) if hourly else _days(made_of.apart, every)
    outer = _hours_of(made_of.hours_together, {}) if hourly else _days(made_of.together, every)
    if by_site:
        sums = _by_site(sums, outer, background)
    total = _total(sums, outer, background)
    keys = sorted(sums, key=lambda key: (key[0], key[1], key[2]))
    rows = _rows(keys, sums, ask, every, words, background, by_site=by_site, turned=_turned(made_of, hourly))
    inside = sorted({(s, d) for _, s, d in sums if d and not background.perimeter(s, d)})
    notes = common.usual_notes(total, words)
    if inside:
        doors = ", ".join(background.door(site, device) for site, device in inside)
        notes.append(words.say("visits.inside", doors=doors))
    if made_of.passages is not None:
        notes += passages.notes(made_of.passages, words)[1:]
    chart = _chart(outer, every, ask, words)
    part = Part(
        "visits", words.say("visits.part"), _columns(words, by_site=by_site), tuple(rows),
        (_total_row(rows, total, words, background, by_site=by_site),), chart=chart,
    )  # fmt: skip
    report = common.frame(
        "visits", ask, words, background, [part], chart.alt, notes=notes,
        method=[*common.method(words), *common.factors(made_of.apart, words, background)],
        extra=visits_json.entries(made_of.passages, sums, total, every, ask),
    )  # fmt: skip
    return common.bare(report)


def _days(facts: Iterable[DayFact], every: Every) -> dict[Key, Figures]:
    found: dict[Key, Figures] = {}
    for fact in facts:
        found.setdefault((bucket(fact.day, every), fact.site, fact.device), Figures()).add_day(fact)
    return found


def _hours(made_of: Material) -> dict[Key, Figures]:
    factors = {(fact.site, fact.device, fact.day): fact.factor for fact in made_of.apart}
    return _hours_of(made_of.hours_apart, factors)


def _hours_of(facts: Iterable[HourFact], factors: dict[tuple[str, str, date], int]) -> dict[Key, Figures]:
    """Hours that were open, or in which somebody passed."""
    found: dict[Key, Figures] = {}
    for fact in facts:
        if fact.open_s or fact.visits or fact.raw_in or fact.raw_out:
            factor = factors.get((fact.site, fact.device, fact.day), MILLI)
            found.setdefault((fact.start, fact.site, fact.device), Figures()).add_hour(fact, factor)
    return found


def _by_site(sums: dict[Key, Figures], outer: dict[Key, Figures], background: Background) -> dict[Key, Figures]:
    """Sites as one, corrected as the sum of their doors (a site has no factor of its own)."""
    for figures in outer.values():
        figures.corrected = 0
    for (start, site, device), figures in sums.items():
        if background.perimeter(site, device) and (start, site, WHOLE_SITE) in outer:
            outer[start, site, WHOLE_SITE].corrected += figures.corrected
    return outer


def _total(sums: dict[Key, Figures], outer: dict[Key, Figures], background: Background) -> Figures:
    """Everything: times and visits of the sites as one, passages of their perimeter doors."""
    total = Figures()
    for figures in outer.values():
        total.add(figures)
    doors = [figures for (_, site, device), figures in sums.items() if background.perimeter(site, device)]
    total.raw_in, total.raw_out = sum(f.raw_in for f in doors), sum(f.raw_out for f in doors)
    total.turned_back, total.corrected = sum(f.turned_back for f in doors), sum(f.corrected for f in doors)
    return total


def _turned(made_of: Material, hourly: bool) -> dict[tuple[int, str, str], int]:
    """Who turned back, by hour: facts of hours do not hold it."""
    if not hourly or made_of.passages is None:
        return {}
    return {
        (int(start.timestamp() * 1000), door.site, door.device): found.turned_back
        for start, doors in made_of.passages.buckets.items()
        for door, found in doors.items()
    }


def _columns(words: ReportWords, *, by_site: bool) -> tuple[Column, ...]:
    door = () if by_site else (Column("door", words.say("head.door")),)
    return (
        Column("from", words.say("head.from")),
        Column("site", words.say("head.site")),
        *door,
        Column("in", words.say("head.in"), Kind.COUNT),
        Column("out", words.say("head.out"), Kind.COUNT),
        Column("turned_back", words.say("head.turned_back"), Kind.COUNT, detail=True),
        Column("raw", words.say("head.raw"), Kind.COUNT, detail=True),
        Column("corrected", words.say("head.corrected"), Kind.COUNT),
        Column("reported", words.say("head.visits"), Kind.COUNT),
        Column("estimated", words.say("head.estimated"), Kind.COUNT),
        Column("untimed", words.say("head.untimed"), Kind.COUNT, detail=True),
        Column("closed", words.say("head.in_closed"), Kind.COUNT),
        Column("per_open_hour", words.say("head.per_hour"), Kind.TENTHS),
        Column("open_hours", words.say("head.open_hours"), Kind.TENTHS, detail=True),
        Column("coverage", words.say("head.coverage"), Kind.PERCENT),
        Column("status", words.say("head.status")),
    )


def _rows(
    keys: Sequence[Key],
    sums: dict[Key, Figures],
    ask: Ask,
    every: Every,
    words: ReportWords,
    background: Background,
    *,
    by_site: bool,
    turned: dict[tuple[int, str, str], int],
) -> list[Row]:
    columns: dict[str, dict[Key, int]] = {
        name: {} for name in ("corrected", "visits", "estimated", "untimed", "closed")
    }
    for outside in (True, False):
        mine = [key for key in keys if (not key[2] or background.perimeter(key[1], key[2])) is outside]
        for name, numbers in columns.items():
            parts = [sums[k].closed_visits if name == "closed" else int(getattr(sums[k], name)) for k in mine]
            numbers.update(zip(mine, whole(parts), strict=True))
    zone = ZoneInfo(ask.zone)
    rows = []
    for key in keys:
        start, site, device = key
        figures = sums[key]
        mark = figures.mark
        none = mark in (Mark.MISSING, Mark.CLOSED)
        door = () if by_site else (Cell(device, text=background.door(site, device)),)
        back = turned.get((start, site, device), 0) if isinstance(start, int) else figures.turned_back
        rows.append(
            (
                _label(start, every, words, zone), Cell(site, text=background.site(site)), *door,
                Cell(figures.raw_in), Cell(figures.raw_out), Cell(back), Cell(figures.raw_in),
                Cell(columns["corrected"][key]), Cell(None if none else columns["visits"][key], mark),
                Cell(columns["estimated"][key]), Cell(columns["untimed"][key]), Cell(max(0, columns["closed"][key])),
                *_rates(figures), _status(figures, words),
            )
        )  # fmt: skip
    return rows


def _label(start: date | int, every: Every, words: ReportWords, zone: ZoneInfo) -> Cell:
    if isinstance(start, int):
        return Cell(passages.label(local(start, zone), every))
    return common.bucket_cell(start, every, words)


def _rates(figures: Figures) -> tuple[Cell, Cell, Cell]:
    rate = figures.per_open_hour
    closed = Mark.CLOSED if not figures.open_s else Mark.MISSING
    return (
        Cell(rate, closed if rate is None else Mark.LOWER if figures.missing_s else Mark.NONE),
        Cell((figures.open_s + 180) // 360),
        common.coverage(figures),
    )


def _status(figures: Figures, words: ReportWords) -> Cell:
    word = {Mark.NONE: "counted", Mark.LOWER: "partly"}.get(figures.mark, figures.mark.value)
    return Cell(word, text=words.say(f"status.{word}"))


def _total_row(
    rows: Sequence[Row], total: Figures, words: ReportWords, background: Background, *, by_site: bool
) -> Row:  # fmt: skip
    """Sums of the rows shown, of perimeter doors."""
    first = 2 if by_site else 3

    def outside(row: Row) -> bool:
        return by_site or background.perimeter(str(row[1].value), str(row[2].value))

    def column(at: int) -> Cell:
        return Cell(common.column_sum(filter(outside, rows), at))

    numbers = [column(at) for at in range(first, first + 9)]
    visits = numbers[5]
    numbers[5] = Cell(visits.value, Mark.LOWER if total.missing_s else Mark.NONE)
    empty = (Cell(""),) if by_site else (Cell(""), Cell(""))
    return (Cell("total", text=words.say("total")), *empty, *numbers, *_rates(total), _status(total, words))


def _chart(outer: dict[Key, Figures], every: Every, ask: Ask, words: ReportWords) -> Bars:
    """All sites as one, by bucket."""
    by_start: dict[date | int, Figures] = {}
    days: set[date] = set()
    for (start, _, _), figures in outer.items():
        by_start.setdefault(start, Figures()).add(figures)
        if figures.open_s and isinstance(start, date):
            days.add(start)
    starts = sorted(by_start)
    values = whole([by_start[start].visits for start in starts])
    zone = ZoneInfo(ask.zone)
    bars = []
    for start, value in zip(starts, values, strict=True):
        figures = by_start[start]
        label = (
            f"{local(start, zone):%H.%M}" if isinstance(start, int) else common.short_label(start, every, words)
        )  # fmt: skip
        sort = figures.sort
        none = sort in (Sort.MISSING, Sort.CLOSED) and not value
        bars.append(
            Bar(label, None if none else value, min(value, nearest(figures.estimated)), sort, gap=figures.missing_s > 0)
        )
    missing = any(figures.missing_s for figures in by_start.values())
    alt = words.say("visits.at_least" if missing else "visits.sentence", n=sum(values))
    return Bars(tuple(bars), label_every(len(bars), 14), alt, common.grid(highest([b.value for b in bars]), words))
