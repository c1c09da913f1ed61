"""The loans report: counts of kiosk operations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from collector.derive.local import By, Door, Loans, Operations
from collector.reports import table
from collector.reports.visits import label

Days = tuple[date, date]


def _figures(operations: Operations) -> dict[str, object]:
    figures: dict[str, dict[str, int]] = {}
    for (op, result), n in sorted(operations.counts.items()):
        figures.setdefault(op, {})[result] = n
    return {"operations": figures, "refusals": dict(sorted(operations.refusals.items()))}


def as_json(found: Loans, days: Days, zone: ZoneInfo, by: By) -> str:
    """``operations[op][result]`` and ``refusals[code]``, by kiosk, in total and by bucket."""
    return table.dump(
        {
            "from": days[0].isoformat(),
            "to": days[1].isoformat(),
            "zone": str(zone),
            "by": by.value,
            "kiosks": [
                {"site": kiosk.site, "device": kiosk.device, **_figures(operations)}
                for kiosk, operations in sorted(found.kiosks.items(), key=_by_kiosk)
            ],
            "total": _figures(found.total),
            "buckets": [
                {"start": start.isoformat(), "site": kiosk.site, "device": kiosk.device, **_figures(operations)}
                for start, kiosks in sorted(found.buckets.items())
                for kiosk, operations in sorted(kiosks.items(), key=_by_kiosk)
            ],
        }
    )


def _by_kiosk(entry: tuple[Door, Operations]) -> tuple[str, str]:
    return entry[0].site, entry[0].device


def _rows(found: Loans, by: By) -> list[list[table.Cell]]:
    return [
        [label(start, by), kiosk.site, kiosk.device, op, result, n]
        for start, kiosks in sorted(found.buckets.items())
        for kiosk, operations in sorted(kiosks.items(), key=_by_kiosk)
        for (op, result), n in sorted(operations.counts.items())
    ]


_HEAD = ["from", "site", "kiosk", "operation", "result", "number"]


def as_table(found: Loans, days: Days, _zone: ZoneInfo, by: By) -> str:
    """For the terminal."""
    if not found.kiosks:
        return f"No transactions from {days[0]} to {days[1]}: no kiosk has sent any."
    totals: list[list[table.Cell]] = [
        ["total", "", "", op, result, n] for (op, result), n in sorted(found.total.counts.items())
    ]
    return table.text(_HEAD, _rows(found, by) + totals)


def as_csv(found: Loans, _days: Days, _zone: ZoneInfo, by: By) -> str:
    """One line a bucket, kiosk, operation and result."""
    return table.comma(_HEAD, _rows(found, by))


FORMATS: dict[str, Callable[[Loans, Days, ZoneInfo, By], str]] = {"json": as_json, "table": as_table, "csv": as_csv}
