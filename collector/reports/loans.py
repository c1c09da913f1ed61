"""``report loans``: counts of kiosk operations, and loans beside visits. Never what was lent, never to whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from collector.derive.background import Background
from collector.derive.conversion import Conversion, grouped, together
from collector.derive.facts import DayFact
from collector.derive.local import Door, Loans, Operations
from collector.derive.rounding import nearest, whole
from collector.reports import common, passages
from collector.reports.ask import Ask, Every, bucket, name
from collector.reports.charts.model import Bar, Bars, highest, label_every
from collector.reports.figures import ratio, total
from collector.reports.model import Cell, Column, Kind, Part, Report, Row
from collector.reports.words import ReportWords

Buckets = dict[tuple[str, str], dict[Door, Operations]]  # (name, words for it) → kiosk → operations


def _entry(operations: Operations) -> dict[str, object]:
    figures: dict[str, dict[str, int]] = {}
    for (op, result), n in sorted(operations.counts.items()):
        figures.setdefault(op, {})[result] = n
    return {"operations": figures, "refusals": dict(sorted(operations.refusals.items()))}


def loans(
    found: Loans, days: Sequence[DayFact], ask: Ask, every: Every, words: ReportWords, background: Background,
    compared: Sequence[Conversion] = (),
) -> Report:  # fmt: skip
    """The report. ``found`` in buckets of days or shorter; ``days`` are the sites' visits, if any are known;
    ``compared`` the same days with what the kiosks lent."""
    found = _of_sites(found, ask.site)
    if not found.kiosks:
        report = common.nothing("loans", ask, words, background)
        return common.resaid(report, words.say("loans.nothing", period=words.span(ask.first, ask.last)))
    buckets = _buckets(found, every, words)
    columns = (
        Column("from", words.say("head.from")), Column("site", words.say("head.site")),
        Column("kiosk", words.say("head.kiosk")), Column("operation", words.say("head.operation")),
        Column("result", words.say("head.result")), Column("number", words.say("head.number"), Kind.COUNT),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(key[0], text=key[1]), Cell(kiosk.site, text=background.site(kiosk.site)),
            Cell(kiosk.device, text=background.door(kiosk.site, kiosk.device)), Cell(op, text=words.operation(op)),
            Cell(result, text=words.operation(result)), Cell(n),
        )
        for key, kiosks in sorted(buckets.items())
        for kiosk, operations in sorted(kiosks.items(), key=passages.by_door)
        for (op, result), n in sorted(operations.counts.items())
    )  # fmt: skip
    totals: tuple[Row, ...] = tuple(
        (
            Cell("total", text=words.say("total")),
            Cell(""),
            Cell(""),
            Cell(op, text=words.operation(op)),
            Cell(result, text=words.operation(result)),
            Cell(n),
        )
        for (op, result), n in sorted(found.total.counts.items())
    )
    lent = found.total.done("checkout")
    visits = total(days)
    notes = []
    hundred = per_hundred(lent, nearest(visits.visits)) if not visits.missing_s else None
    if hundred is not None:
        notes.append(words.say("loans.per_visit", n=words.tenths(hundred), visits=nearest(visits.visits)))
    sentence = words.say(
        "loans.sentence", lent=lent, back=found.total.done("checkin"), renewed=found.total.done("renew")
    )
    part = Part(
        "loans", words.say("loans.part"), columns, rows, totals, chart=_chart(buckets, ask, every, words, sentence),
        note=words.say("loans.bars"),
    )  # fmt: skip
    parts, method = [part], [words.say("loans.method")]
    if compared:
        parts.append(conversion_part(compared, every, words))
        method.append(words.say("conversion.method"))
    report = common.frame(
        "loans", ask, words, background, parts, sentence, notes=notes, method=method,
        extra=_extra(found, buckets, every, hundred),
    )  # fmt: skip
    return common.bare(report)


def conversion_part(compared: Sequence[Conversion], every: Every, words: ReportWords) -> Part:
    """Checkouts per visit by day, week, month or year; "not known" where either side is."""
    every = Every.DAY if every in passages.BY else every
    columns = (
        Column("from", words.say("head.from")), Column("visits", words.say("head.visits"), Kind.COUNT),
        Column("checkouts", words.say("conversion.checkouts"), Kind.COUNT),
        Column("per_visit", words.say("conversion.per_visit"), Kind.HUNDREDTHS),
        Column("days", words.say("head.days_compared"), Kind.COUNT),
        Column("left_out", words.say("head.left_out"), Kind.COUNT),
    )  # fmt: skip
    found = [one for one in grouped(compared, lambda day: bucket(day, every)) if one.days or one.left_out]
    everything = together(compared, compared[0].day)
    seen = whole([one.visits for one in found])
    rows = tuple(
        _converted(common.bucket_cell(one.day, every, words), one, n, words)
        for one, n in zip(found, seen, strict=True)
    )  # fmt: skip
    last = _converted(Cell("total", text=words.say("total")), everything, sum(seen), words)
    return Part("conversion", words.say("conversion.part"), columns, rows, (last,))


def _converted(label: Cell, one: Conversion, visits: int, words: ReportWords) -> Row:
    rate = per_visit(one, words)
    known = one.days > 0
    return (
        label, Cell(visits if known else None, text="" if known else words.say("iplm.not_known")),
        Cell(one.checkouts if known else None, text="" if known else words.say("iplm.not_known")), rate,
        Cell(one.days), Cell(one.left_out),
    )  # fmt: skip


def per_visit(one: Conversion | None, words: ReportWords) -> Cell:
    """Checkouts per visit in hundredths, or "not known"."""
    rate = None if one is None else one.per_visit
    if rate is None:
        return Cell(None, text=words.say("iplm.not_known"), kind=Kind.HUNDREDTHS)
    return Cell(nearest(rate * 100), kind=Kind.HUNDREDTHS)


def per_hundred(lent: int, visits: int) -> int | None:
    """Loans at the kiosks for each hundred visits, in tenths; ``None`` without visits."""
    return ratio(lent * 1000, visits) if visits > 0 else None


def kiosk_visits(kiosks: Operations) -> int | None:
    """How often patrons used a kiosk; ``None`` where the kiosks do not tell."""
    return kiosks.done("visit") if any(op == "visit" for op, _ in kiosks.counts) else None


def _of_sites(found: Loans, site: str | None) -> Loans:
    """Only the kiosks of the asked site."""
    if site is None:
        return found
    result = Loans(Operations(), {k: o for k, o in found.kiosks.items() if k.site == site}, {})
    for operations in result.kiosks.values():
        _add(result.total, operations)
    for start, kiosks in found.buckets.items():
        kept = {k: o for k, o in kiosks.items() if k.site == site}
        if kept:
            result.buckets[start] = kept
    return result


def _add(into: Operations, operations: Operations) -> None:
    for key, n in operations.counts.items():
        into.counts[key] = into.counts.get(key, 0) + n
    for code, n in operations.refusals.items():
        into.refusals[code] = into.refusals.get(code, 0) + n


def _buckets(found: Loans, every: Every, words: ReportWords) -> Buckets:
    result: Buckets = {}
    for start, kiosks in found.buckets.items():
        slot = result.setdefault(_name(start, every, words), {})
        for kiosk, operations in kiosks.items():
            _add(slot.setdefault(kiosk, Operations()), operations)
    return result


def _name(start: datetime, every: Every, words: ReportWords) -> tuple[str, str]:
    if every in passages.BY:
        label = passages.label(start, every)
        return label, label
    day = bucket(start.date(), every)
    return name(day, every), common.bucket_cell(day, every, words).text


def _chart(buckets: Buckets, ask: Ask, every: Every, words: ReportWords, alt: str) -> Bars:
    """What was lent. A day on which no kiosk sent anything keeps its place, without a bar."""
    keys = sorted(buckets)
    if every is Every.DAY:
        days = list(ask.days())
        known = {key[0]: key for key in keys}
        keys = [known.get(day.isoformat(), (day.isoformat(), "")) for day in days]
    values = [sum(o.done("checkout") for o in buckets[key].values()) if key in buckets else None for key in keys]
    bars = tuple(Bar(_under(key, words), value) for key, value in zip(keys, values, strict=True))
    return Bars(bars, label_every(len(bars), 8), alt, common.grid(highest(values), words))


def _under(key: tuple[str, str], words: ReportWords) -> str:
    """Short enough to stand under a bar: the time of a quarter hour, a day without weekday and year."""
    name, _, clock = key[0].partition(" ")
    return clock or (words.short_day(date.fromisoformat(name)) if len(name) == 10 else name)


def _extra(found: Loans, buckets: Buckets, every: Every, hundred: int | None) -> dict[str, object]:
    wide = every not in (Every.QUARTER, Every.HOUR, Every.DAY)
    entries: list[tuple[str, Door, Operations]] = (
        [(key[0], kiosk, o) for key, kiosks in sorted(buckets.items()) for kiosk, o in kiosks.items()]
        if wide
        else [
            (start.isoformat(), kiosk, o)
            for start, kiosks in sorted(found.buckets.items())
            for kiosk, o in kiosks.items()
        ]
    )
    return {
        "by": every.value,
        "kiosks": [
            {"site": kiosk.site, "device": kiosk.device, **_entry(operations)}
            for kiosk, operations in sorted(found.kiosks.items(), key=passages.by_door)
        ],
        "total": _entry(found.total),
        "per_hundred_visits": None if hundred is None else hundred / 10,
        "buckets": [
            {"start": start, "site": kiosk.site, "device": kiosk.device, **_entry(operations)}
            for start, kiosk, operations in sorted(entries, key=lambda e: (e[0], *passages.by_door((e[1], None))))
        ],
    }
