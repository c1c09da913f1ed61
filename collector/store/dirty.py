"""Marks of what must be derived again: local days of doors (device ``""``: of the site as a whole)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from collector.derive.facts import WHOLE_SITE
from collector.store.db import Db

#: site, device, local day.
Mark = tuple[str, str, date]

#: A mark that is there is written again, so that whoever takes it away at this moment waits for us, or we for him.
_MARK = "INSERT INTO dirty_day VALUES (?, ?, ?) ON CONFLICT (site, device, day) DO UPDATE SET day = excluded.day"


def mark(db: Db, marks: Iterable[Mark]) -> None:
    """Mark days."""
    rows = [(site, device, day.isoformat()) for site, device, day in marks]
    if rows:
        db.executemany(_MARK, rows)


def mark_days(db: Db, site: str, device: str, first: date, last: date) -> None:
    """Mark a door's days from ``first`` to ``last``, both included."""
    mark(db, ((site, device, first + timedelta(days=i)) for i in range((last - first).days + 1)))


def mark_known(db: Db, site: str, device: str | None, first: date, last: date | None = None) -> int:
    """Mark those days that have facts, of one device or (``None``) of all the site's doors; answers how many."""
    where, values = "site = ? AND day >= ?", [site, first.isoformat()]
    if last is not None:
        where, values = where + " AND day <= ?", [*values, last.isoformat()]
    if device is not None:
        where, values = where + " AND device = ?", [*values, device]
    found = [
        (site, of, date.fromisoformat(day))
        for of, day in db.execute(f"SELECT device, day FROM day_fact WHERE {where}", values)
        if device is not None or of != WHOLE_SITE
    ]
    mark(db, found)
    return len(found)


def some(db: Db, limit: int, *, whole_site: bool) -> list[Mark]:
    """The first marked days, in order: of doors, or of sites as a whole."""
    sign = "=" if whole_site else "<>"
    found = db.execute(
        f"SELECT site, device, day FROM dirty_day WHERE device {sign} ? ORDER BY site, device, day LIMIT ?",
        (WHOLE_SITE, limit),
    )
    return [(site, device, date.fromisoformat(day)) for site, device, day in found]


def clear(db: Db, marks: Iterable[Mark]) -> None:
    """Take marks away."""
    rows = [(site, device, day.isoformat()) for site, device, day in marks]
    if rows:
        db.executemany("DELETE FROM dirty_day WHERE site = ? AND device = ? AND day = ?", rows)


def any_in(db: Db, site: str, days: tuple[date, date], span: tuple[int, int]) -> bool:
    """Whether anything of these days (first and last), which are this ``span`` in ms of UTC, waits to be derived."""
    marked = db.execute(
        "SELECT 1 FROM dirty_day WHERE site = ? AND day >= ? AND day <= ? LIMIT 1",
        (site, days[0].isoformat(), days[1].isoformat()),
    ).fetchone()
    arrived = db.execute(
        "SELECT 1 FROM dirty WHERE site = ? AND quarter >= ? AND quarter < ? LIMIT 1", (site, *span)
    ).fetchone()
    return marked is not None or arrived is not None
