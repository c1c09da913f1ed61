"""``report quality``: how far the figures of each door can be trusted, day by day, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from collector.derive.background import Background
from collector.derive.facts import MILLI, DayFact, Facts, Status
from collector.derive.rounding import whole
from collector.reports import common
from collector.reports.ask import Ask
from collector.reports.charts.model import Sort, Strip, StripDay, StripRow
from collector.reports.figures import Figures, ratio, total
from collector.reports.model import Audience, Cell, Column, Kind, Mark, Part, Report, Row
from collector.reports.words import ReportWords

#: In and out may differ so much (tenths of a per cent) before it is worth a look; counting.md, fault check 4.
IMBALANCE = 150
#: A factor is measured again after so many days.
FACTOR_DAYS = 183

ByDoor = dict[tuple[str, str], list[DayFact]]


def quality(facts: Facts, ask: Ask, words: ReportWords, background: Background) -> Report:
    """The report."""
    return of_days(of_doors(facts, ask), ask, words, background)


def of_doors(facts: Facts, ask: Ask) -> ByDoor:
    """The days of each door."""
    by_door: ByDoor = {}
    for fact in facts.days(ask.apart, ask.first, ask.last):
        by_door.setdefault((fact.site, fact.device), []).append(fact)
    return by_door


def of_days(by_door: ByDoor, ask: Ask, words: ReportWords, background: Background) -> Report:
    """The report of days that were read already."""
    if not by_door:
        return common.nothing("quality", ask, words, background)
    part, sums, everything = _doors(by_door, ask, words, background)
    parts = everything.shares or (0, 0, 0)
    sentence = words.say(
        "quality.sentence", counted=words.percent(parts[0]), estimated=words.percent(parts[1]),
        missing=words.percent(parts[2]),
    )  # fmt: skip
    doors = sorted(by_door)
    notes = [*worries(by_door, sums, ask, words, background), *happenings(by_door, words, background, ask)]
    inside = [background.door(*door) for door in doors if not background.perimeter(*door)]
    if inside:
        notes.append(words.say("visits.inside", doors=", ".join(inside)))
    chart = _strip(doors, by_door, sums, ask, words, background, sentence)
    days = _days(doors, by_door, words, background)
    return common.frame(
        "quality", ask, words, background, [replace(part, chart=chart), days], sentence, notes=notes,
        method=[words.say("quality.method"), *common.method(words)],
    )  # fmt: skip


def _doors(
    by_door: ByDoor, ask: Ask, words: ReportWords, background: Background
) -> tuple[Part, dict[tuple[str, str], Figures], Figures]:
    """A row a door; the sums of each, and those of the perimeter doors together."""
    doors = sorted(by_door)
    sums = {door: total(by_door[door]) for door in doors}
    everything = Figures()
    outer = [door for door in doors if background.perimeter(*door)]
    for door in outer:
        everything.add(sums[door])
    visits: dict[tuple[str, str], int] = {}
    corrected: dict[tuple[str, str], int] = {}
    for some in (outer, [door for door in doors if door not in outer]):
        visits.update(zip(some, whole([sums[d].visits for d in some]), strict=True))
        corrected.update(zip(some, whole([sums[d].corrected for d in some]), strict=True))
    rows = {d: _row(d, sums[d], by_door[d][-1].factor, corrected[d], visits[d], ask, background) for d in doors}
    last = _total([rows[door] for door in outer], everything, words)
    part = Part("doors", words.say("quality.part"), _columns(words), tuple(rows.values()), (last,))
    return part, sums, everything


def door_rows(by_door: ByDoor, ask: Ask, words: ReportWords, background: Background) -> Part:
    """From what was counted to what is reported, a line a door: the part that a printed month has of it."""
    outer = {door: days for door, days in by_door.items() if background.perimeter(*door)}
    if not outer:  # figures from another system, which knew no doors
        return Part("doors", words.say("monthly.doors"), (Column("door", words.say("head.door")),), ())
    part, _, _ = _doors(outer, ask, words, background)
    keys = [column.key for column in part.columns]
    wanted = ["site", "door", "in", "corrected", "beyond", "reported", "counted", "estimated", "missing"]
    at = [keys.index(key) for key in wanted]
    several = len({site for site, _ in outer}) > 1

    def pick(row: Row) -> Row:
        return tuple(row[i] for i in at)

    def named(row: Row) -> Row:
        site, door, *others = pick(row)
        if several and site.text != door.text:
            door = replace(door, text=words.say("where.door", site=site.text, door=door.text))
        return (site, door, *others)

    in_words = words.say("total")
    return replace(
        part, columns=tuple(replace(part.columns[i], detail=part.columns[i].key == "site") for i in at),
        rows=tuple(named(row) for row in part.rows), title=words.say("monthly.doors"),
        totals=tuple((Cell("total"), Cell("total", text=in_words), *pick(row)[2:]) for row in part.totals),
    )  # fmt: skip


def _columns(words: ReportWords) -> tuple[Column, ...]:
    return (
        Column("site", words.say("head.site")),
        Column("door", words.say("head.door")),
        Column("counted", words.say("head.counted_pct"), Kind.PERCENT),
        Column("estimated", words.say("head.estimated_pct"), Kind.PERCENT),
        Column("missing", words.say("head.missing_pct"), Kind.PERCENT),
        Column("open_hours", words.say("head.open_hours"), Kind.TENTHS, detail=True),
        Column("in", words.say("head.raw"), Kind.COUNT),
        Column("out", words.say("head.raw_out"), Kind.COUNT),
        Column("imbalance", words.say("head.imbalance"), Kind.PERCENT),
        Column("turned_back", words.say("head.turned_back"), Kind.COUNT, detail=True),
        Column("ambiguous", words.say("head.ambiguous"), Kind.COUNT, detail=True),
        Column("factor", words.say("head.factor"), Kind.FACTOR),
        Column("factor_days", words.say("head.factor_days"), Kind.COUNT),
        Column("corrected", words.say("head.corrected"), Kind.COUNT),
        Column("beyond", words.say("head.beyond"), Kind.SIGNED),
        Column("reported", words.say("head.reported"), Kind.COUNT),
    )


def _row(
    door: tuple[str, str],
    figures: Figures,
    factor: int,
    corrected: int,
    reported: int,
    ask: Ask,
    background: Background,
) -> Row:
    known = background.factor(*door, ask.last)
    imbalance = figures.imbalance
    return (
        Cell(door[0], text=background.site(door[0])), Cell(door[1], text=background.door(*door)),
        *common.share_cells(figures), Cell((figures.open_s + 180) // 360), Cell(figures.raw_in), Cell(figures.raw_out),
        Cell(imbalance), Cell(figures.turned_back), Cell(figures.ambiguous), Cell(factor),
        Cell(None if known is None else (ask.last - known.since).days), Cell(corrected), Cell(reported - corrected),
        Cell(reported, Mark.LOWER if figures.missing_s else Mark.NONE),
    )  # fmt: skip


def _total(rows: Sequence[Row], figures: Figures, words: ReportWords) -> Row:
    def summed(at: int) -> Cell:
        return Cell(common.column_sum(rows, at))

    reported = Cell(summed(15).value, Mark.LOWER if figures.missing_s else Mark.NONE)
    return (
        Cell("total", text=words.say("total")), Cell(""), *common.share_cells(figures),
        Cell((figures.open_s + 180) // 360), summed(6), summed(7), Cell(figures.imbalance), summed(9), summed(10),
        Cell(None), Cell(None), summed(13), summed(14), reported,
    )  # fmt: skip


def _days(
    doors: Sequence[tuple[str, str]], by_door: ByDoor, words: ReportWords,
    background: Background,
) -> Part:  # fmt: skip
    """Each day at each door, for programs and auditors."""
    columns = (
        Column("day", words.say("head.day"), Kind.DAY), Column("site", words.say("head.site")),
        Column("door", words.say("head.door")), Column("in", words.say("head.raw"), Kind.COUNT),
        Column("out", words.say("head.raw_out"), Kind.COUNT), Column("factor", words.say("head.factor"), Kind.FACTOR),
        Column("corrected", words.say("head.corrected"), Kind.TENTHS),
        Column("reported", words.say("head.reported"), Kind.TENTHS),
        Column("counted", words.say("head.counted_pct"), Kind.PERCENT),
        Column("estimated", words.say("head.estimated_pct"), Kind.PERCENT),
        Column("missing", words.say("head.missing_pct"), Kind.PERCENT), Column("status", words.say("head.status")),
    )  # fmt: skip
    rows = []
    for door in doors:
        for fact in by_door[door]:
            figures = total([fact])
            none = figures.mark in (Mark.MISSING, Mark.CLOSED)
            rows.append(
                (
                    Cell(fact.day), Cell(door[0], text=background.site(door[0])),
                    Cell(door[1], text=background.door(*door)), Cell(fact.raw_in), Cell(fact.raw_out),
                    Cell(fact.factor), Cell(ratio(fact.raw_in * fact.factor, 100)),
                    Cell(None if none else ratio(fact.visits, 100), figures.mark), *common.share_cells(figures),
                    Cell(fact.status.value, text=words.say(f"status.{fact.status.value}")),
                )
            )  # fmt: skip
    return Part("days", words.say("quality.days"), columns, tuple(rows), audience=Audience.PROGRAMS)


def _strip(
    doors: Sequence[tuple[str, str]],
    by_door: ByDoor,
    sums: dict[tuple[str, str], Figures],
    ask: Ask,
    words: ReportWords,
    background: Background,
    alt: str,
) -> Strip:
    days = list(ask.days())
    rows = []
    for door in doors:
        known = {fact.day: fact for fact in by_door[door]}
        parts = sums[door].shares
        figures = ("–", "–", "–") if parts is None else tuple(words.percent(part) for part in parts)
        factor = by_door[door][-1].factor
        rows.append(
            StripRow(
                background.door(*door), tuple(_strip_day(known.get(day)) for day in days),
                (*figures, words.factor(factor)), (False, False, parts is not None and parts[2] > 0, False),
            )
        )  # fmt: skip
    every = max(1, -(-len(days) // 70)) * 7
    offset = (7 - days[0].weekday()) % 7 if len(days) > 10 else 0
    ticks = tuple((at, words.short_day(days[at])) for at in range(offset, len(days), every))
    heads = tuple(words.say(f"strip.{name}") for name in ("counted", "estimated", "missing", "factor"))
    return Strip(tuple(rows), ticks, heads, alt)


def _strip_day(fact: DayFact | None) -> StripDay:
    if fact is None:
        return StripDay(Sort.MISSING)
    parts = total([fact]).shares
    if parts is None:
        return StripDay(Sort.CLOSED)
    if fact.status is Status.COUNTED and not fact.visits:
        return StripDay(Sort.ZERO)
    return StripDay(Sort.COUNTED, parts[0], parts[1])


def worries(
    by_door: ByDoor, sums: dict[tuple[str, str], Figures], ask: Ask, words: ReportWords,
    background: Background,
) -> list[str]:  # fmt: skip
    """What somebody should look at: imbalance, old factors, lost rows, copied cards."""
    lines = []
    for door in sorted(by_door):
        shown, figures = background.door(*door), sums[door]
        imbalance = figures.imbalance
        if imbalance is not None and imbalance > IMBALANCE and figures.raw_in + figures.raw_out >= 100:
            lines.append(words.say("quality.imbalance", door=shown, percent=words.percent(imbalance)))
        known = background.factor(*door, ask.last)
        if known is not None and (ask.last - known.since).days > FACTOR_DAYS:
            lines.append(words.say("quality.old_factor", door=shown, since=words.day(known.since)))
        if known is not None and not known.used:
            lines.append(words.say("quality.unused", door=shown, factor=words.factor(known.factor), n=known.passages))
    for trouble in background.troubles:
        shown = background.door(trouble.site, trouble.device)
        if trouble.lost:
            lines.append(words.say("quality.lost", door=shown, n=trouble.lost))
        if trouble.conflicts:
            lines.append(words.say("quality.conflicts", door=shown, n=trouble.conflicts))
    return lines


def happenings(by_door: ByDoor, words: ReportWords, background: Background, ask: Ask) -> list[str]:
    """What happened, dated: missing and estimated stretches, days on which nobody came, closures, corrections."""
    dated: list[tuple[date, str]] = []
    for door, facts in by_door.items():
        shown = background.door(*door)
        for key, wanted in (
            ("quality.missing", [f for f in facts if f.missing_s]),
            ("quality.estimated", [f for f in facts if f.estimated >= MILLI and not f.missing_s]),
            ("quality.untimed", [f for f in facts if f.untimed]),
            ("quality.zero", [f for f in facts if f.open_s and f.status is Status.COUNTED and not f.visits]),
        ):
            for first, last in common.runs(sorted({f.day for f in wanted})):
                among = [f for f in wanted if first <= f.day <= last]
                lasting = sum(f.missing_s or f.open_s - f.seen_s for f in among)
                visits = words.number(sum(f.untimed for f in among) // MILLI)
                said = words.say(
                    key, door=shown, days=words.span(first, last), hours=words.hours(lasting), visits=visits
                )
                dated.append((first, said))
    named: dict[tuple[str, str], list[date]] = {}
    for special in background.special_days(ask.site, ask.first, ask.last):
        named.setdefault((special.kind, special.name), []).append(special.day)
    for (kind, name), days in named.items():
        for first, last in common.runs(sorted(set(days))):
            dated.append((first, words.say(f"quality.special.{kind}", days=words.span(first, last), name=name)))
    for c in background.corrections:
        if c.first <= ask.last and c.last >= ask.first and ask.site in (None, c.site):
            dated.append(
                (
                    c.first,
                    words.say(
                        "quality.correction", what=c.what, door=background.door(c.site, c.device) or
                        background.site(c.site), days=words.span(c.first, c.last), why=c.why, who=c.who,
                        approved=c.approved,
                    ),
                )
            )  # fmt: skip
    return [line for _, line in sorted(dated)]
