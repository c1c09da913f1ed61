"""What is frozen when a month is published: its figures, how they came about, and a fingerprint. Pure.

The body is plain data. Its *canonical* form is JSON in UTF-8 with sorted keys, no spaces and whole numbers only; the
digest is the SHA-256 of that, so that anybody can check a printed fingerprint with any tool.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from collector.derive import estimate
from collector.derive.adjust import Adjustment
from collector.derive.factors import Factor
from collector.derive.facts import WHOLE_SITE, DayFact, Status

#: Of the body's layout.
VERSION = 1
Body = dict[str, Any]

_DAY = ("raw_in", "raw_out", "visits", "estimated", "untimed", "open_visits", "open_s", "seen_s", "missing_s", "factor")


@dataclass(frozen=True, slots=True)
class Sources:
    """What a month's figures rest on. ``days``: of each door and of the whole site."""

    site: str
    name: str
    zone: str
    month: date
    days: Sequence[DayFact]
    factors: Sequence[Factor]
    adjustments: Sequence[Adjustment]
    estimated_hours: int
    roles: Mapping[str, str]
    hours: Sequence[tuple[str, str]]
    specials: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Change:
    """How a month differs from what was published: visits then and now (thousandths), and why, in words."""

    revision: int
    published: int
    now: int
    reasons: tuple[str, ...]

    @property
    def by(self) -> int:
        """The difference in thousandths."""
        return self.now - self.published


def body(of: Sources) -> Body:
    """The month as it is frozen."""
    whole = [day for day in of.days if day.device == WHOLE_SITE]
    return {
        "version": VERSION,
        "site": of.site,
        "name": of.name,
        "zone": of.zone,
        "month": f"{of.month:%Y-%m}",
        "unit": "thousandths of a visit; seconds",
        "method": {
            "visits": "persons coming in at perimeter doors: raw in x factor, with adjustments and estimates",
            "estimates": f"like-hours {estimate.VERSION}",
            "estimated_hours": of.estimated_hours,
        },
        "totals": _totals(whole),
        "days": [_day(day) for day in whole],
        "doors": {
            device: {"role": of.roles.get(device, ""), "days": [_day(day) for day in of.days if day.device == device]}
            for device in sorted({day.device for day in of.days} - {WHOLE_SITE})
        },
        "factors": [
            {"id": f.id, "door": f.device, "valid_from": f.valid_from.isoformat(), "factor": f.factor, "low": f.low,
             "high": f.high, "sample": f.sample, "method": f.method, "used": f.allowed, "digest": f.digest}
            for f in of.factors
        ],
        "adjustments": [
            {"id": a.id, "door": a.device, "method": a.method.value, "begins": a.start, "ends": a.end,
             "value": a.value, "why": a.why, "who": a.who, "approved_by": a.approved_by}
            for a in of.adjustments
        ],
        "opening_hours": [list(rule) for rule in of.hours],
        "special_days": [list(special) for special in of.specials],
    }  # fmt: skip


def canonical(of: Body) -> bytes:
    """The form that the digest is taken of."""
    return json.dumps(of, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(of: Body) -> str:
    """SHA-256 of the canonical form, in hexadecimal digits."""
    return hashlib.sha256(canonical(of)).hexdigest()


def reasons(old: Body, new: Body) -> tuple[str, ...]:
    """Why two bodies of one month differ, in short sentences; empty when they do not."""
    found = [
        *_listed("adjustment", old["adjustments"], new["adjustments"]),
        *_listed("factor", old["factors"], new["factors"]),
    ]
    late = _days_where(old, new, lambda was, now: (was["raw_in"], was["raw_out"]) != (now["raw_in"], now["raw_out"]))
    if late:
        found.append(f"late records: raw counts changed on {_dates(late)}")
    seen = _days_where(old, new, lambda was, now: was["seen_s"] != now["seen_s"])
    if set(seen) - set(late):
        found.append(f"late records: watched time changed on {_dates(sorted(set(seen) - set(late)))}")
    estimated = _days_where(old, new, lambda was, now: was["estimated"] != now["estimated"])
    if set(estimated) - set(late):
        found.append(f"estimates worked out again on {_dates(sorted(set(estimated) - set(late)))}")
    for key, words in (
        ("opening_hours", "opening hours changed"),
        ("special_days", "special days changed"),
        ("name", "the site's name changed"),
        ("zone", "the site's time zone changed"),
    ):
        if old[key] != new[key]:
            found.append(words)
    if {d: v["role"] for d, v in old["doors"].items()} != {d: v["role"] for d, v in new["doors"].items()}:
        found.append("the list of doors changed")
    if not found and digest(old) != digest(new):
        found.append("the way of counting changed")
    return tuple(found)


def _day(day: DayFact) -> Body:
    return {"day": day.day.isoformat(), "status": day.status.value} | {name: getattr(day, name) for name in _DAY}


def _totals(days: Iterable[DayFact]) -> Body:
    known = list(days)
    sums = {name: sum(getattr(day, name) for day in known) for name in _DAY if name != "factor"}
    return sums | {
        "days_" + status.value: sum(day.status is status for day in known) for status in Status
    }  # fmt: skip


def _listed(what: str, old: Sequence[Body], new: Sequence[Body]) -> list[str]:
    was, now = {entry["id"]: entry for entry in old}, {entry["id"]: entry for entry in new}
    words = [f"{what} {number} ({now[number].get('why') or now[number]['method']})" for number in now.keys() - was]
    return sorted(words) + [f"{what} {number} withdrawn" for number in sorted(was.keys() - now)]


def _days_where(old: Body, new: Body, differ: Any) -> list[str]:
    """Days on which any door, or the site, differs; a day that one of both lacks differs too."""
    found: set[str] = set()
    for was, now in [(old["days"], new["days"]), *_pairs(old["doors"], new["doors"])]:
        before, after = {day["day"]: day for day in was}, {day["day"]: day for day in now}
        found |= before.keys() ^ after.keys()
        found |= {day for day in before.keys() & after if differ(before[day], after[day])}
    return sorted(found)


def _pairs(old: Body, new: Body) -> list[tuple[list[Body], list[Body]]]:
    return [(old.get(d, {}).get("days", []), new.get(d, {}).get("days", [])) for d in sorted(old.keys() | new)]


def _dates(days: Sequence[str]) -> str:
    return ", ".join(days) if len(days) <= 3 else f"{len(days)} days from {days[0]} to {days[-1]}"
