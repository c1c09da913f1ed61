"""The visits report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from collector.derive.local import By, Door, Passages, Visits
from collector.reports import table

Days = tuple[date, date]


def _figures(passages: Passages) -> dict[str, int]:
    return {
        "in": passages.into,
        "out": passages.out,
        "turned_back": passages.turned_back,
        "estimated_in": passages.estimated_in,
        "estimated_out": passages.estimated_out,
        "untimed_in": passages.untimed_in,
        "untimed_out": passages.untimed_out,
    }


def as_json(found: Visits, days: Days, zone: ZoneInfo, by: By) -> str:
    """Totals by door, the total, and the buckets. ``estimated_*`` and ``untimed_*`` are parts of ``in`` and ``out``."""
    return table.dump(
        {
            "from": days[0].isoformat(),
            "to": days[1].isoformat(),
            "zone": str(zone),
            "by": by.value,
            "doors": [
                {"site": door.site, "device": door.device, **_figures(passages)}
                for door, passages in sorted(found.doors.items(), key=_by_door)
            ],
            "total": _figures(found.total),
            "buckets": [
                {"start": start.isoformat(), "site": door.site, "device": door.device, **_figures(passages)}
                for start, doors in sorted(found.buckets.items())
                for door, passages in sorted(doors.items(), key=_by_door)
            ],
        }
    )


def _by_door(entry: tuple[Door, Passages]) -> tuple[str, str]:
    return entry[0].site, entry[0].device


def _rows(found: Visits, by: By) -> list[list[table.Cell]]:
    return [
        [label(start, by), door.site, door.device, passages.into, passages.out, passages.turned_back]
        for start, doors in sorted(found.buckets.items())
        for door, passages in sorted(doors.items(), key=_by_door)
    ]


def label(start: datetime, by: By) -> str:
    """A bucket's name: the local day, and the time where it is shorter than a day."""
    return start.strftime("%Y-%m-%d" if by is By.DAY else "%Y-%m-%d %H.%M")


def as_table(found: Visits, days: Days, _zone: ZoneInfo, by: By) -> str:
    """For the terminal."""
    head = ["from", "site", "door", "in", "out", "turned back"]
    rows = _rows(found, by)
    if not found.doors:
        return f"No counts from {days[0]} to {days[1]}: no door has sent any. That is not zero."
    total = found.total
    lines = [table.text(head, [*rows, ["total", "", "", total.into, total.out, total.turned_back]])]
    if total.untimed_in or total.untimed_out:
        lines.append(
            f"In the total: {total.untimed_in} in and {total.untimed_out} out of rows that never came, "
            "known from the running totals."
        )
    if total.estimated_in or total.estimated_out:
        lines.append(f"The time of {total.estimated_in} in and {total.estimated_out} out is an estimate.")
    return "\n".join(lines)


def as_csv(found: Visits, _days: Days, _zone: ZoneInfo, by: By) -> str:
    """One line a bucket and door."""
    return table.comma(["from", "site", "door", "in", "out", "turned_back"], _rows(found, by))


FORMATS: dict[str, Callable[[Visits, Days, ZoneInfo, By], str]] = {
    "json": as_json,
    "table": as_table,
    "csv": as_csv,
}
