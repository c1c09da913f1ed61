"""What reports say beside figures, read from a store: names, calendar, factors, adjustments, publications."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from collector.derive.adjust import Adjustment, Method
from collector.derive.background import Background, Correction, FactorKnown, Published, Special, Trouble
from collector.derive.facts import MILLI
from collector.derive.local import local
from collector.store import edits, publications, sites
from collector.store.db import Db
from collector.store.port import DeviceRecord
from collector.store.sites import Role

#: Longer than any calendar: what stands a year before the period is read with it.
_BEFORE_DAYS = 400


def read(
    db: Db, devices: Iterable[DeviceRecord], site: str | None, first: date, last: date, month: date | None = None
) -> Background:
    """Everything about a site (all: ``None``) that a report from ``first`` to ``last`` may have to say.

    ``month``: also what of this month is published, which is known of one site only.
    """
    found = [one for one in sites.sites(db) if site in (None, one.site)]
    doors = [door for one in found for door in sites.doors(db, one.site)]
    known = [device for device in devices if site in (None, device.site)]
    names = {(d.site, d.device): d.info.name for d in known if d.info is not None and d.info.name}
    names |= {(door.site, door.device): door.name for door in doors if door.name and door.name != door.device}
    zones = {one.site: ZoneInfo(one.zone) for one in found}
    since = date.fromordinal(max(1, first.toordinal() - _BEFORE_DAYS))
    return Background(
        {one.site: one.name for one in found} | {d.site: d.site for d in known if d.site not in zones},
        {one.site: one.zone for one in found},
        names,
        frozenset((door.site, door.device) for door in doors if door.role is not Role.PERIMETER),
        tuple(
            Special(one.site, special.day, special.name or special.why, special.kind.value)
            for one in found
            for special in sites.specials(db, one.site, since, last)
        ),
        tuple(
            FactorKnown(f.site, f.device, f.valid_from, f.factor, f.low, f.high, f.sample, f.allowed)
            for one in found
            for f in edits.factors(db, one.site)
            if not f.withdrawn_by
        ),
        tuple(_corrections(db, zones)),
        None if month is None or site is None or site not in zones else _published(db, site, month, zones[site]),
        tuple(Trouble(d.site, d.device, d.lost_rows, d.conflicts) for d in known if d.lost_rows or d.conflicts),
    )


def _corrections(db: Db, zones: dict[str, ZoneInfo]) -> Sequence[Correction]:
    """Adjustments that have an effect."""
    return [
        Correction(
            a.site, a.device, local(a.start, zone).date(), local(a.end - 1, zone).date(), _amount(a), a.why,
            a.method.value, a.who, a.approved_by,
        )
        for name, zone in zones.items()
        for a in edits.adjustments(db, name)
        if a.effective
    ]  # fmt: skip


def _amount(adjustment: Adjustment) -> str:
    """What it does, in signs that need no language."""
    value = f"{abs(adjustment.value) / MILLI:g}"
    match adjustment.method:
        case Method.ADD:
            return f"+{value}" if adjustment.value >= 0 else f"−{value}"
        case Method.SET:
            return f"= {value}"
        case Method.SCALE:
            return f"× {value}"
        case _:
            return "× 0"


def _published(db: Db, site: str, month: date, zone: ZoneInfo) -> Published | None:
    newest = publications.newest(db, site, month)
    if newest is None:
        return None
    change = publications.change(db, site, month)
    on = datetime.fromtimestamp(newest.at / 1000, UTC).astimezone(zone).date()
    return Published(
        newest.revision, on, newest.who, newest.digest, None if change is None else round(change.by / MILLI)
    )
