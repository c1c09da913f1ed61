"""The visits report for programs: exact numbers by door, in total and by bucket."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from collector.derive.facts import MILLI
from collector.derive.local import Door, Passages, Visits, local
from collector.reports import passages
from collector.reports.ask import Ask, Every
from collector.reports.figures import Figures

Key = tuple[date | int, str, str]  # the bucket's first day, or the hour's moment in ms of UTC; site; door


def entries(
    found: Visits | None, sums: dict[Key, Figures], total: Figures, every: Every, ask: Ask
) -> dict[str, object]:
    """The same by door for programs: passages where they were read, and what is derived beside them."""
    doors: dict[tuple[str, str], Figures] = {}
    for (_, site, device), figures in sums.items():
        doors.setdefault((site, device), Figures()).add(figures)
    extra: dict[str, object] = {"by": every.value}
    if found is not None:
        extra |= passages.entries(found)
        by_door = {(d["site"], d["device"]): d for d in extra["doors"]}  # type: ignore[attr-defined]
        for (site, device), figures in doors.items():
            if (site, device) in by_door:
                by_door[site, device] |= derived(figures)
        extra["total"] |= derived(total)  # type: ignore[operator]
        return extra
    zone = ZoneInfo(ask.zone)
    extra["doors"] = [{"site": s, "device": d, **_counted(f), **derived(f)} for (s, d), f in sorted(doors.items())]
    extra["total"] = _counted(total) | derived(total)
    extra["buckets"] = [
        {"start": _start(key[0], zone), "site": key[1], "device": key[2], **_counted(f), **derived(f)}
        for key, f in sorted(sums.items(), key=lambda entry: str(entry[0]))
    ]
    return extra


def _start(start: date | int, zone: ZoneInfo) -> str:
    moment = local(start, zone) if isinstance(start, int) else datetime(start.year, start.month, start.day, tzinfo=zone)
    return moment.isoformat()


def _counted(figures: Figures) -> dict[str, object]:
    return {"in": figures.raw_in, "out": figures.raw_out, "turned_back": figures.turned_back}


def derived(figures: Figures) -> dict[str, object]:
    """Visits as exact numbers (a factor makes fractions), hours and shares."""
    parts = figures.shares
    names = ("counted_pct", "estimated_pct", "missing_pct")
    return {
        "corrected": figures.corrected / MILLI,
        "visits": figures.visits / MILLI,
        "estimated": figures.estimated / MILLI,
        "untimed": figures.untimed / MILLI,
        "in_closed_hours": max(0, figures.closed_visits) / MILLI,
        "open_hours": figures.open_s / 3600,
        **{name: None if parts is None else parts[at] / 10 for at, name in enumerate(names)},
    }


def of_doors(found: Visits, site: str | None, door: str | None) -> Visits:
    """Only what the asked doors counted."""

    def asked(each: Door) -> bool:
        return site in (None, each.site) and door in (None, each.device)

    result = Visits(Passages(), {}, {})
    for each, counted in found.doors.items():
        if asked(each):
            result.doors[each] = counted
            for field in passages.figures(counted):
                name = {"in": "into", "out": "out", "turned_back": "turned_back"}.get(field, field)
                setattr(result.total, name, getattr(result.total, name) + getattr(counted, name))
    for start, doors in found.buckets.items():
        kept = {each: counted for each, counted in doors.items() if asked(each)}
        if kept:
            result.buckets[start] = kept
    return result
