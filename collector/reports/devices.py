"""The fleet as text and JSON. Names and sentences that devices sent are shown without control characters."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from collector.fleet import Assessed, Fleet, State
from collector.reports import table
from collector.tidy import tidy
from collector.words import Words


def _utc(ms: int | None) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")


def _entry(assessed: Assessed, as_of: int, words: Words) -> dict[str, object]:
    device = assessed.device
    return {
        "site": device.site,
        "device": device.device,
        "name": assessed.name,
        "kind": assessed.kind,
        "state": assessed.state.value,
        "why": [
            {"cause": why.cause.value, "text": words.why(why, as_of), "since": _utc(why.since)} for why in assessed.why
        ],
        "last_heard": _utc(device.heard),
        "status": device.status.value if device.status else None,
        "software": device.info.software if device.info else None,
        "backlog": device.health.backlog if device.health else None,
        "rows": device.rows,
        "lost_rows": device.lost_rows,
        "awaited_rows": device.awaited_rows,
        "conflicts": device.conflicts,
    }


def _english(zone: ZoneInfo) -> Words:
    return Words("en", zone)


def as_json(fleet: Fleet) -> str:
    """All devices, most urgent first; times in UTC."""
    words = _english(ZoneInfo("UTC"))
    return table.dump(
        {
            "as_of": _utc(fleet.as_of),
            "deaf_since": _utc(fleet.deaf_since),
            "states": {state.value: fleet.count(state) for state in State},
            "devices": [_entry(assessed, fleet.as_of, words) for assessed in fleet.devices],
        }
    )


def as_table(fleet: Fleet, zone: ZoneInfo) -> str:
    """All devices for the terminal."""
    words = _english(zone)
    lines = [words.say("deaf", since=words.moment(fleet.deaf_since, fleet.as_of))] if fleet.deaf_since else []
    if not fleet.devices:
        return "\n".join([*lines, words.say("fleet.empty")])
    rows: list[list[table.Cell]] = [
        [
            words.state(assessed.state),
            assessed.device.site,
            assessed.device.device,
            tidy(assessed.name, 32),
            _heard(assessed, fleet, words),
            words.records(assessed.device),
            " ".join(words.why(why, fleet.as_of) for why in assessed.why),
        ]
        for assessed in fleet.devices
    ]
    return "\n".join([*lines, table.text(["state", "site", "device", "name", "last heard", "records", "why"], rows)])


def _heard(assessed: Assessed, fleet: Fleet, words: Words) -> str:
    heard = assessed.device.heard
    return words.say("heard.never") if heard is None else f"{words.age(fleet.as_of - heard)} ago"


def one_as_json(assessed: Assessed) -> str:
    """Everything known of one device."""
    device = assessed.device
    as_of = device.heard or device.first_seen
    entry = _entry(assessed, as_of, _english(ZoneInfo("UTC")))
    entry["info"] = msgspec.to_builtins(device.info)
    entry["health"] = msgspec.to_builtins(device.health)
    entry["totals"] = msgspec.to_builtins(device.totals)
    entry["alerts"] = [{"id": a.id, "since": _utc(a.since), **msgspec.to_builtins(a.alert)} for a in device.alerts]
    return table.dump(entry)


def one_as_text(assessed: Assessed, fleet: Fleet, zone: ZoneInfo) -> str:
    """One device for the terminal."""
    words = _english(zone)
    device, info, health = assessed.device, assessed.device.info, assessed.device.health
    facts = [
        ("device", f"{device.site}/{device.device}"),
        ("name", tidy(assessed.name)),
        ("state", words.state(assessed.state)),
        *[("why", f"{words.cause(why)}. {words.why(why, fleet.as_of)}") for why in assessed.why],
        ("last heard", _heard(assessed, fleet, words)),
        ("kind", tidy(assessed.kind) or "not known"),
        ("software", tidy(info.software) if info else "not known"),
        ("records", f"{device.rows} kept, {device.awaited_rows} awaited, {device.lost_rows} lost"),
    ]
    if health is not None:
        facts.append(("backlog", f"{health.backlog} rows"))
        facts += [(tidy(name, 24), tidy(part.state, 24)) for name, part in sorted(health.parts.items())]
    width = max(len(name) for name, _ in facts)
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in facts)
