"""A calibration for people and for the file: what was found, whether it is used, and the trail of how. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Final

from devices.door.calibration import MINUTES, SAMPLE, Calibration
from devices.door.ratio import share
from devices.door.tally import Tally
from devices.door.words import clock

METHOD: Final = "guided tally, ratio by minutes"
#: A calibration is due again after so many months.
MONTHS: Final = 6


@dataclass(frozen=True)
class Trail:
    """How the result came about: what an auditor asks for."""

    tally_file: str
    counts_from: str
    software: str
    made: str  # UTC, ISO 8601
    site: str = ""
    device: str = ""
    faults: tuple[str, ...] = ()  # of the counter, in the tally's time


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the month's last."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first.replace(day=min(day.day, (following - first).days))


def day_of(tally: Tally) -> date:
    """The tally's first day, in UTC."""
    return datetime.fromtimestamp(tally.spans[0].begin / 1000 if tally.spans else 0, UTC).date()


def verdict(found: Calibration) -> str:
    """Whether the factor is used, and why."""
    if found.factor is None:
        return "There is no factor: nobody came in, or nobody was counted."
    short = f"{found.seen} of {SAMPLE} passages were tallied"
    if found.seen < SAMPLE:
        return f"The factor is not used, and the count stays as it is: {short}."
    if not found.factor.excludes_one:
        return (
            "The factor is not used, and the count stays as it is: its interval holds 1, so the counter may be right."
        )
    return "The factor is used: the sample is large enough and its interval excludes 1."


def as_data(tally: Tally, found: Calibration, trail: Trail) -> dict[str, object]:
    """Everything, for programs and for the file; UTC throughout."""
    recall, right = share(found.matched, found.seen), share(found.right, found.matched)
    factor = found.factor
    return {
        "kind": "door-calibration",
        "version": 1,
        "site": trail.site or tally.about.get("site", ""),
        "device": trail.device or tally.about.get("device", ""),
        "door": tally.about.get("door", ""),
        "who": people(tally),
        "started": _time(tally.spans[0].begin if tally.spans else None),
        "ended": _time(tally.spans[-1].end if tally.spans else None),
        "minutes": round(found.watched_ms / 60_000, 1),
        "tallied": {
            "passages": found.seen, "in": found.seen_in, "out": found.seen_out, "children": found.children,
            "staff": found.staff,
        },
        "counted": {"passages": found.counted, "in": found.counted_in, "out": found.counted_out},
        "alignment": {
            "by": "row" if found.by_row else "passage", "matched": found.matched, "missed": found.missed,
            "false": found.false, "clock_offset_ms": found.offset_ms, "agreement": _round(found.agreement),
            "by_chance": _round(found.chance),
        },
        "recall": _share(recall),
        "direction_accuracy": _share(right),
        "factor": None if factor is None else {
            "value": _round(factor.value), "low": _round(factor.low), "high": _round(factor.high),
            "sample": found.seen, "method": METHOD,
        },
        "used": found.used,
        "enough": found.enough,
        "verdict": verdict(found),
        "levels": [asdict(level) for level in found.levels],
        "faults": list(trail.faults),
        "renew_by": str(months_later(day_of(tally), MONTHS)),
        "software": trail.software,
        "tally_file": trail.tally_file,
        "tally_sha256": tally.digest,
        "counts_from": trail.counts_from,
        "made": trail.made,
    }  # fmt: skip


def as_text(tally: Tally, found: Calibration, trail: Trail) -> str:
    """The same for people."""
    said = [
        f"{found.seen} passages were tallied in {clock(found.watched_ms)}, {found.counted} were counted.",
        _alignment(found),
        *_factor(found),
        verdict(found),
    ]
    if not found.enough:
        said.append(f"A calibration asks for {SAMPLE} passages or {MINUTES} minutes: go on with --resume.")
    said += [f"The counter reported in this time: {', '.join(trail.faults)}. Mend that first."] if trail.faults else []
    said += [f"Tally it again by {months_later(day_of(tally), MONTHS)}, or after any change at the sensor.", ""]
    return "\n".join([*said, *_levels(found), *_trail(tally, found, trail)])


def _alignment(found: Calibration) -> str:
    parts = []
    if (recall := share(found.matched, found.seen)) is not None:
        parts.append(f"Found {_percent(recall)} of the passages")
    parts.append(f"{found.false} counted without anybody")
    if (right := share(found.right, found.matched)) is not None:
        parts.append(f"direction right for {_percent(right)}")
    where = " (to the row: when in a minute is not known)" if found.by_row else ""
    return "; ".join(parts) + where + "."


def _factor(found: Calibration) -> list[str]:
    if found.factor is None:
        return []
    factor = found.factor
    return [
        f"Factor {factor.value:.3f}, 95 % interval {factor.low:.3f} to {factor.high:.3f}: "
        f"{found.seen_in} came in, {found.counted_in} were counted in."
    ]


def _levels(found: Calibration) -> list[str]:
    rows = [f"{'minutes that were':<20}{'seen':>6}{'found':>7}{'false':>7}"]
    rows += [f"{level.name:<20}{level.seen:>6}{level.matched:>7}{level.false:>7}" for level in found.levels]
    return [*rows, ""]


def _trail(tally: Tally, found: Calibration, trail: Trail) -> list[str]:
    site, device = (trail.site or tally.about.get("site", "")), (trail.device or tally.about.get("device", ""))
    door = "/".join(part for part in (site, device) if part)
    name = tally.about.get("door", "")
    chance = "" if found.chance is None else f", {found.chance:.0%} would by chance"
    rows: Sequence[tuple[str, str]] = (
        ("door", f"{name} ({door})" if name and door else name or door or "not named"),
        ("tallied by", ", ".join(people(tally)) or "not named"),
        ("from", f"{_time(tally.spans[0].begin)} to {_time(tally.spans[-1].end)}" if tally.spans else "-"),
        ("persons", f"{found.children} children and {found.staff} staff among them"),
        ("fits", f"{found.agreement:.0%} of what could{chance}; clocks {found.offset_ms / 1000:+.1f} s apart"),
        ("counts from", trail.counts_from),
        ("tally", f"{trail.tally_file}, SHA-256 {tally.digest}"),
        ("software", trail.software),
        ("made", trail.made),
    )
    return [f"{key:<12}{value}" for key, value in rows]


def people(tally: Tally) -> list[str]:
    """Who tallied."""
    return sorted({tap.by for tap in tally.taps if tap.by}) or [p for p in (tally.about.get("person", ""),) if p]


def _percent(value: tuple[float, float, float]) -> str:
    p, low, high = value
    return f"{p:.1%} ({low:.0%} to {high:.0%})"


def _share(value: tuple[float, float, float] | None) -> dict[str, float | None] | None:
    return None if value is None else dict(zip(("value", "low", "high"), map(_round, value), strict=True))


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _time(t_ms: int | None) -> str:
    return "" if t_ms is None else datetime.fromtimestamp(t_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
