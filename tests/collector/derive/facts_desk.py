"""A store in memory whose quarter hours a test fills as the receiving half would."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.derive.facts import DayFact, HourFact, Scope
from collector.derive.refresh import refresh
from collector.store import schema, sites
from collector.store.audit import Author
from collector.store.facts import SqlFacts
from collector.store.sites import DoorEntry, Role, Site

QUARTER = 900_000
HOUR = 3_600_000
DAY = 86_400_000
WITA = ZoneInfo("Asia/Makassar")
AUTHOR = Author("rina", 1_700_000_000_000)
OTHER = Author("budi", 1_700_000_100_000)
SITE = "kota"


def ms(day: date | str, clock: str = "00:00", zone: ZoneInfo = WITA) -> int:
    """A moment of the wall clock."""
    of = date.fromisoformat(day) if isinstance(day, str) else day
    hour, minute = clock.split(":")
    return int(datetime(of.year, of.month, of.day, int(hour), int(minute), tzinfo=zone).timestamp() * 1000)


class Desk:
    """One store, with the calls that tests need."""

    def __init__(
        self, zone: str = "Asia/Makassar", weekly: str | None = "mon-sun 08:00-16:00", path: Path | str = ":memory:"
    ) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA synchronous = OFF")
        schema.migrate(self.db)
        self.zone = ZoneInfo(zone)
        self.weekly = weekly
        sites.set_site(self.db, Site(SITE, "Kota", zone), AUTHOR)
        if weekly:
            sites.set_hours(self.db, SITE, sites.ALWAYS, weekly, AUTHOR)

    def door(self, device: str = "pintu-1", role: Role = Role.PERIMETER, **days: date | None) -> None:
        """Enter a door."""
        sites.set_door(self.db, DoorEntry(SITE, device, device, role, **days), AUTHOR)

    def put(
        self, start: int, into: int, out: int = 0, *, device: str = "pintu-1", seen_ms: int = QUARTER, est: int = 0,
        site: str = SITE, **more: int,
    ) -> None:  # fmt: skip
        """A quarter hour, as it stands now."""
        values = (site, device, start, 1, into, out, more.get("tb", 0), more.get("amb", 0), 0, est, 0, seen_ms)
        self.db.execute(
            "INSERT OR REPLACE INTO quarter_hour (site, device, quarter, rows, entered, gone, turned_back, ambiguous, "
            "glitch, est_entered, est_gone, seen_ms) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            values,
        )
        self.db.execute("INSERT OR IGNORE INTO dirty VALUES (?, ?, ?)", (site, device, start))

    def lose(
        self, after: int, before: int, rows: int, into: int, out: int = 0, *, below: int = 1, device: str = "pintu-1"
    ) -> None:  # fmt: skip
        """Rows that never came; every local day between is marked, as the receiving half does."""
        self.db.execute(
            "INSERT INTO lost VALUES (?,?,'e1',?,?,?,?,?,?)",
            (SITE, device, below, below + rows + 1, after, before, into, out),
        )
        self._soil_lost(after, before, device)

    def find(self, below: int, after: int, before: int, device: str = "pintu-1") -> None:
        """The rows came after all."""
        self.db.execute("DELETE FROM lost WHERE site = ? AND device = ? AND below = ?", (SITE, device, below))
        self._soil_lost(after, before, device)

    def _soil_lost(self, after: int, before: int, device: str) -> None:
        for at in [*range(after, before, DAY // 2), after, before]:
            self.db.execute("INSERT OR IGNORE INTO dirty VALUES (?, ?, ?)", (SITE, device, at - at % QUARTER))

    def drop(self, start: int, device: str = "pintu-1") -> None:
        """A quarter hour whose rows turned out to belong elsewhere."""
        self.db.execute("DELETE FROM quarter_hour WHERE site = ? AND device = ? AND quarter = ?", (SITE, device, start))
        self.db.execute("INSERT OR IGNORE INTO dirty VALUES (?, ?, ?)", (SITE, device, start))

    def hour(self, day: date | str, clock: str, into: int, *, device: str = "pintu-1", seen: float = 1.0) -> None:
        """An hour of four equal quarters (``into`` is a multiple of 4), of which the first part was watched."""
        start = ms(day, clock, self.zone)
        for i in range(4):
            share = min(1.0, max(0.0, seen * 4 - i))
            if share > 0:
                self.put(start + i * QUARTER, into // 4, device=device, seen_ms=int(share * QUARTER))

    def day(self, day: date | str, into: int = 8, *, device: str = "pintu-1", skip: Iterable[int] = ()) -> None:
        """Every hour from 8 to 16 with ``into`` visits, all watched, but those in ``skip``."""
        for hour in range(8, 16):
            if hour not in skip:
                self.hour(day, f"{hour:02}:00", into, device=device)

    def refresh(self, day: date | str, clock: str = "23:45", **options: int) -> None:
        """Derive, when the wall clock shows this."""
        refresh(self.db, ms(day, clock, self.zone), **options)

    def day_fact(self, day: date | str, device: str = "pintu-1") -> DayFact:
        """The day's fact."""
        of = date.fromisoformat(day) if isinstance(day, str) else day
        (fact,) = SqlFacts(self.db).days(Scope(SITE, device), of, of)
        return fact

    def hour_fact(self, day: date | str, hour: int, device: str = "pintu-1") -> HourFact:
        """The fact of an hour (the first, where it comes twice)."""
        of = date.fromisoformat(day) if isinstance(day, str) else day
        return next(fact for fact in SqlFacts(self.db).hours(Scope(SITE, device), of, of) if fact.hour == hour)

    def table(self, name: str) -> list[tuple[object, ...]]:
        """A table's rows."""
        return sorted(self.db.execute(f"SELECT * FROM {name}").fetchall(), key=repr)

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything that was derived."""
        names = ("hour_fact", "day_fact", "week_hour", "year_hour", "estimate", "derived_until", "dirty_day", "door")
        return {name: self.table(name) for name in names}


def days_from(first: str, number: int, step: int = 1) -> list[date]:
    """So many days."""
    return [date.fromisoformat(first) + timedelta(days=i * step) for i in range(number)]


def shuffled(items: Iterable[tuple[object, ...]], seed: int) -> list[tuple[object, ...]]:
    """In an order of its own."""
    found = list(items)
    random.Random(seed).shuffle(found)
    return found
