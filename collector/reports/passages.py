"""What sensors counted, before anything is derived from it: passages by door, in quarter hours, hours or days. Pure."""

from __future__ import annotations

from datetime import datetime

from collector.derive.background import Background
from collector.derive.local import By, Door, Passages, Visits
from collector.reports import common
from collector.reports.ask import Ask, Every, bucket
from collector.reports.model import Cell, Column, Kind, Part, Report
from collector.reports.words import ReportWords

#: The buckets that quarter hours can be put into.
BY = {Every.QUARTER: By.QUARTER, Every.HOUR: By.HOUR}


def figures(passages: Passages) -> dict[str, int]:
    """For JSON. ``estimated_*`` (of its time) and ``untimed_*`` are parts of ``in`` and ``out``."""
    return {
        "in": passages.into,
        "out": passages.out,
        "turned_back": passages.turned_back,
        "estimated_in": passages.estimated_in,
        "estimated_out": passages.estimated_out,
        "untimed_in": passages.untimed_in,
        "untimed_out": passages.untimed_out,
    }


def entries(found: Visits) -> dict[str, object]:
    """All of it for JSON: by door, in total, by bucket and door."""
    return {
        "doors": [
            {"site": door.site, "device": door.device, **figures(passages)}
            for door, passages in sorted(found.doors.items(), key=by_door)
        ],
        "total": figures(found.total),
        "buckets": [
            {"start": start.isoformat(), "site": door.site, "device": door.device, **figures(passages)}
            for start, doors in sorted(found.buckets.items())
            for door, passages in sorted(doors.items(), key=by_door)
        ],
    }


def by_door(entry: tuple[Door, object]) -> tuple[str, str]:
    """Sorting by site, then door."""
    return entry[0].site, entry[0].device


def label(start: datetime, every: Every) -> str:
    """A bucket's name: the local day, and the time where it is shorter than a day."""
    return start.strftime("%Y-%m-%d %H.%M" if every in BY else "%Y-%m-%d")


def _grouped(found: Visits, every: Every, words: ReportWords) -> dict[Cell, dict[Door, Passages]]:
    """Buckets by what stands in front of their rows; days may be put together to weeks, months, years."""
    grouped: dict[Cell, dict[Door, Passages]] = {}
    for start, doors in sorted(found.buckets.items()):
        key = (
            Cell(label(start, every)) if every in BY else common.bucket_cell(bucket(start.date(), every), every, words)
        )
        slot = grouped.setdefault(key, {})
        for door, passages in doors.items():
            into = slot.setdefault(door, Passages())
            into.into += passages.into
            into.out += passages.out
            into.turned_back += passages.turned_back
    return grouped


def notes(found: Visits, words: ReportWords) -> list[str]:
    """What the totals have to say of themselves."""
    total, lines = found.total, []
    if total.untimed_in or total.untimed_out:
        lines.append(words.say("passages.untimed", into=total.untimed_in, out=total.untimed_out))
    if total.estimated_in or total.estimated_out:
        lines.append(words.say("passages.estimated", into=total.estimated_in, out=total.estimated_out))
    return lines


def raw(found: Visits, ask: Ask, every: Every, words: ReportWords, background: Background) -> Report:
    """The visits report of a store that has no opening hours and corrections yet: passages, as counted."""
    if not found.doors:
        return common.nothing("visits", ask, words, background)
    columns = (
        Column("from", words.say("head.from")),
        Column("site", words.say("head.site")),
        Column("door", words.say("head.door")),
        Column("in", words.say("head.in"), Kind.COUNT),
        Column("out", words.say("head.out"), Kind.COUNT),
        Column("turned_back", words.say("head.turned_back"), Kind.COUNT),
    )
    rows = tuple(
        (
            start,
            Cell(door.site, text=background.site(door.site)),
            Cell(door.device, text=background.door(door.site, door.device)),
            Cell(passages.into),
            Cell(passages.out),
            Cell(passages.turned_back),
        )
        for start, doors in _grouped(found, every, words).items()
        for door, passages in sorted(doors.items(), key=by_door)
    )
    total = found.total
    last = (
        Cell("total", text=words.say("total")), Cell(""), Cell(""), Cell(total.into), Cell(total.out),
        Cell(total.turned_back),
    )  # fmt: skip
    part = Part("visits", words.say("visits.part"), columns, rows, (last,))
    report = common.frame(
        "visits", ask, words, background, [part], words.say("passages.sentence", into=total.into, out=total.out),
        notes=notes(found, words), method=[words.say("passages.method")], extra={"by": every.value, **entries(found)},
    )  # fmt: skip
    return common.bare(report)
