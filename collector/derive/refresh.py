"""Keep the facts up to date: only days that something touched are derived again.

Theory of operation. Where rows arrive, the quarter hours they touch are marked (``dirty``); where people edit,
the days (``dirty_day``). :func:`refresh` turns the former into the latter and derives marked days, doors before
sites and each door's days in order. Its cost therefore follows what is new, not what there is. Whatever it derives is a
function of the quarter hours, the lost rows, what people entered and the moment: the order in which rows came,
in how many pieces, and how often this ran in between, leave no trace. :func:`rebuild` from nothing gives the same.

Three things reach beyond the day that was touched:

* an hour that later estimates rest on: those days (same door and weekday, at most 26 of them) are marked when the
  hour changes;
* the cube, whose cells change by the difference;
* the site as a whole, marked when one of its doors changes.

Where passages were lost over several days, the receiving half marks all of these.

Time itself touches days too: an hour is judged half an hour after it ended (``GRACE_MS``), since a quiet door tells
only each 15 minutes that it watches. With every full hour each door's newest day is derived again, which is how a
silent door comes to have missing hours.

Marks are taken away *before* their data is read, so that a row committed meanwhile is either seen or marked anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from collector.derive import cube, estimate, whole_site
from collector.derive.adjust import Adjustment, effective
from collector.derive.calendar import Calendar
from collector.derive.day import Derived, Hour, Inputs, derive
from collector.derive.factors import Factor, in_use
from collector.derive.facts import WHOLE_SITE, Status
from collector.derive.lost import Lost, on_day
from collector.derive.refreshed import Refreshed
from collector.store import dirty, edits, fact_rows, sites
from collector.store.db import Db
from collector.store.sites import DoorEntry, Site

HOUR_MS = 3_600_000
#: How long after its end an hour is judged.
GRACE_MS = 1_800_000
DEFAULT_ZONE = "Asia/Makassar"
#: Marks turned at once.
_QUARTERS = 5_000
#: Tables that hold nothing but what can be derived.
DERIVED = ("hour_fact", "day_fact", "week_hour", "year_hour", "estimate", "derived_until", "dirty_day")


def horizon(now: int) -> int:
    """Hours that end later than this are not over yet."""
    judged = now - GRACE_MS
    return judged - judged % HOUR_MS


def refresh(db: Db, now: int, *, limit: int | None = None, default_zone: str = DEFAULT_ZONE) -> Refreshed:
    """Derive what is marked, inside the caller's transaction.

    ``now``: ms of UTC. ``limit``: door-days and site-days at most (``None``: all). ``default_zone``: of sites that were
    only heard of.
    """
    if not _waits(db, horizon(now)):
        return Refreshed()
    take_turn(db)
    work = _Work(db, horizon(now))
    quarters = taken = work.take_quarters(default_zone)
    while limit is None and taken == _QUARTERS:
        taken = work.take_quarters(default_zone)
        quarters += taken
    work.advance()
    days, changed = work.derive_days(limit)
    more = taken == _QUARTERS or any(dirty.some(db, 1, whole_site=whole) for whole in (False, True))
    return Refreshed(quarters, days, changed, more)


def take_turn(db: Db) -> None:
    """From here to the end of the transaction nobody else derives: what is read of figures is of one moment."""
    db.execute("UPDATE derive_turn SET turns = turns + 1 WHERE id = 1")


def _waits(db: Db, until: int) -> bool:
    """Whether there is anything to do; only looks, so that an idle desk writes nothing."""
    for sql, values in (
        ("SELECT 1 FROM dirty LIMIT 1", ()),
        ("SELECT 1 FROM dirty_day LIMIT 1", ()),
        ("SELECT 1 FROM site s LEFT JOIN derived_until u ON u.site = s.site WHERE coalesce(u.until, -1) <> ? LIMIT 1",
         (until,)),
    ):  # fmt: skip
        if db.execute(sql, values).fetchone() is not None:
            return True
    return False


def rebuild(db: Db, now: int, *, default_zone: str = DEFAULT_ZONE) -> Refreshed:
    """Empty the derived tables and derive everything again."""
    for table in DERIVED:
        db.execute(f"DELETE FROM {table}")
    db.execute("UPDATE door SET first_day = NULL, last_day = NULL")
    db.execute(
        "INSERT INTO dirty (site, device, quarter) SELECT site, device, quarter FROM quarter_hour WHERE 1 = 1 "
        "ON CONFLICT (site, device, quarter) DO NOTHING"
    )
    for (batch,) in db.execute("SELECT id FROM history_batch").fetchall():
        edits.mark_import(db, batch)
    return refresh(db, now, default_zone=default_zone)


@dataclass(slots=True)
class _Door:
    """What a door's days need beside their quarter hours; read once a turn."""

    entry: DoorEntry
    factors: Sequence[Factor]
    adjustments: Sequence[Adjustment]
    lost: Sequence[Lost]
    has_past: bool


@dataclass(slots=True)
class _Library:
    """A site in this turn."""

    site: Site
    calendar: Calendar
    until: int
    doors: dict[str, DoorEntry] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The newest day that has facts."""
        return self.calendar.date_of(self.until)


class _Work:
    """One turn."""

    def __init__(self, db: Db, until: int) -> None:
        self._db = db
        self._until = until
        self._libraries: dict[str, _Library] = {}
        self._doors: dict[tuple[str, str], _Door] = {}

    # -- what is touched ------------------------------------------------------------------------------------------

    def take_quarters(self, default_zone: str) -> int:
        """Turn marked quarter hours into marked days, and put devices that count on the list of doors."""
        found = self._db.execute(
            "SELECT site, device, quarter FROM dirty ORDER BY site, device, quarter LIMIT ?", (_QUARTERS,)
        ).fetchall()
        if not found:
            return 0
        self._db.executemany("DELETE FROM dirty WHERE site = ? AND device = ? AND quarter = ?", found)
        by_device: dict[tuple[str, str], list[int]] = {}
        for site, device, quarter in found:
            by_device.setdefault((site, device), []).append(quarter)
        for site, device in by_device:
            sites.ensure(self._db, site, default_zone)
            self._enlist(site, device, by_device[site, device])
        return len(found)

    def _enlist(self, site: str, device: str, quarters: Sequence[int]) -> None:
        library = self._library(site)
        if device not in library.doors and not self._counts(site, device, quarters[0], quarters[-1]):
            return
        dirty.mark(self._db, {(site, device, library.calendar.date_of(quarter)) for quarter in quarters})
        self._find_days(site, device, library)

    def _counts(self, site: str, device: str, first: int, last: int) -> bool:
        """Whether a device that nobody entered counts people: then it is a perimeter door until somebody says else."""
        span = (site, device, first, last)
        counted = self._db.execute(
            "SELECT 1 FROM quarter_hour WHERE site = ? AND device = ? AND quarter >= ? AND quarter <= ? "
            "AND entered + gone > 0 LIMIT 1",
            span,
        ).fetchone()
        return counted is not None or self._has_past(site, device)

    def _has_past(self, site: str, device: str) -> bool:
        sql = "SELECT 1 FROM history WHERE site = ? AND device = ? LIMIT 1"
        return self._db.execute(sql, (site, device)).fetchone() is not None

    def _find_days(self, site: str, device: str, library: _Library) -> None:
        """From when to when a door has data. Days that thereby come into use, or leave it, are touched."""
        (first,) = self._db.execute(
            "SELECT min(quarter) FROM quarter_hour WHERE site = ? AND device = ?", (site, device)
        ).fetchone()
        (begins, ends) = self._db.execute(
            "SELECT min(h.begins), max(h.ends) FROM history h JOIN history_batch b ON b.id = h.batch "
            "WHERE h.site = ? AND h.device = ? AND b.withdrawn_by = ''",
            (site, device),
        ).fetchone()
        known = [library.calendar.date_of(ms) for ms in (first, begins) if ms is not None]
        first_day = min(known, default=None)
        last_day = library.calendar.date_of(ends - 1) if first is None and ends is not None else None
        old = library.doors.get(device)
        entry = DoorEntry(
            site, device, old.name if old else device, old.role if old else sites.Role.PERIMETER,
            old.from_day if old else None, old.until_day if old else None, first_day, last_day,
        )  # fmt: skip
        if entry == old:
            return
        library.doors[device] = entry
        self._doors.pop((site, device), None)
        self._db.execute(
            "INSERT INTO door VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (site, device) DO UPDATE SET "
            "first_day = excluded.first_day, last_day = excluded.last_day",
            (site, device, entry.name, entry.role.value, _text(entry.from_day), _text(entry.until_day),
             _text(first_day), _text(last_day)),
        )  # fmt: skip
        self._mark_use(library, old, entry)

    def _mark_use(self, library: _Library, old: DoorEntry | None, new: DoorEntry) -> None:
        today, far = library.today, date.max
        edges = [(new.first or far, new.last or far)]
        if old is not None:
            edges = [(old.first or far, new.first or far), (old.last or far, new.last or far)]
        for edge in edges:
            if edge[0] != edge[1]:
                dirty.mark_days(self._db, new.site, new.device, min(edge), min(max(edge), today))

    def advance(self) -> None:
        """Time passed: mark the days that it touched, of every door."""
        rows = self._db.execute(
            "SELECT s.site, u.until FROM site s LEFT JOIN derived_until u ON u.site = s.site ORDER BY s.site"
        ).fetchall()
        for site, until in rows:
            if until == self._until:
                continue
            library = self._library(site)
            first, last = date.min, library.today
            if until is not None:
                first, last = sorted((library.calendar.date_of(until), library.today))
            for entry in library.doors.values():
                if entry.first is not None:
                    dirty.mark_days(
                        self._db, site, entry.device, max(first, entry.first), min(last, entry.last or last)
                    )
            self._db.execute(
                "INSERT INTO derived_until VALUES (?, ?) ON CONFLICT (site) DO UPDATE SET until = excluded.until",
                (site, self._until),
            )

    # -- deriving -------------------------------------------------------------------------------------------------

    def derive_days(self, limit: int | None) -> tuple[int, int]:
        """Derive marked days; answers how many were derived, and how many changed."""
        done = changed = 0
        for whole in (False, True):
            while (limit is None or done < limit) and (
                marks := dirty.some(self._db, min(500, (limit - done) if limit is not None else 500), whole_site=whole)
            ):
                dirty.clear(self._db, marks)
                for site, device, day in marks:
                    step = self._site_day if whole else self._door_day
                    changed += step(site, device, day)
                done += len(marks)
        return done, changed

    def _door_day(self, site: str, device: str, day: date) -> bool:
        library = self._library(site)
        door = self._door(site, device)
        old = fact_rows.hours(self._db, site, device, day)
        old_day = fact_rows.day(self._db, site, device, day)
        if door is None or not door.entry.in_use(day) or day > library.today:
            if old_day is None and not old:
                return False
            new = None
        else:
            new = self._derive(library, door, day)
        hours = list(new.hours) if new is not None else []
        estimates = new.estimates if new is not None else ()
        if estimates or any(hour.fact.status is Status.ESTIMATED for hour in old):
            fact_rows.put_estimates(self._db, site, device, day, estimates)
        if new is not None and (hours, new.day) == (old, old_day):
            return False
        fact_rows.put_day(self._db, site, device, day, new.day if new is not None else None)
        self._put_hours(site, device, day, old, hours)
        self._mark_estimates(library, device, day, old, hours)
        dirty.mark(self._db, [(site, WHOLE_SITE, day)])
        return True

    def _derive(self, library: _Library, door: _Door, day: date) -> Derived:
        site, device = door.entry.site, door.entry.device
        local = library.calendar.day(day)
        lost = [hole for hole in door.lost if hole.overlaps(local.start, local.end)]
        given = Inputs(
            site,
            device,
            local,
            fact_rows.quarters(self._db, site, device, local.start, local.end),
            in_use(door.factors, day),
            self._until,
            lost,
            on_day(lost, library.calendar, day),
            fact_rows.past(self._db, site, device, local.start, local.end) if door.has_past else (),
            effective(door.adjustments, local.start, local.end),
        )
        return derive(given, lambda: fact_rows.likes(self._db, site, device, estimate.like_days(day)))

    def _site_day(self, site: str, _device: str, day: date) -> bool:
        library = self._library(site)
        doors = [entry.device for entry in sites.in_use(list(library.doors.values()), day)]
        old = fact_rows.hours(self._db, site, WHOLE_SITE, day)
        facts = fact_rows.days_of_doors(self._db, site, doors, day) if doors else []
        new_day = whole_site.day(facts) if facts else None
        hours = whole_site.hours(fact_rows.hours_of_doors(self._db, site, doors, day), len(facts)) if facts else []
        new = [Hour(fact, usable=False) for fact in hours]
        if (new, new_day) == (old, fact_rows.day(self._db, site, WHOLE_SITE, day)):
            return False
        fact_rows.put_day(self._db, site, WHOLE_SITE, day, new_day)
        self._put_hours(site, WHOLE_SITE, day, old, new)
        return True

    def _put_hours(self, site: str, device: str, day: date, old: Sequence[Hour], new: Sequence[Hour]) -> None:
        if old == new:
            return
        fact_rows.put_hours(self._db, site, device, day, new)
        change = cube.change([hour.fact for hour in old], [hour.fact for hour in new])
        fact_rows.add_to_cells(self._db, change)

    def _mark_estimates(
        self, library: _Library, device: str, day: date, old: Sequence[Hour], new: Sequence[Hour]
    ) -> None:
        """Mark later days whose estimates rest, or could rest, on hours that changed here."""
        later = estimate.days_that_look_at(day, library.today)
        if not later:
            return
        changed = _like(old) ^ _like(new)
        if changed:
            doubtful = fact_rows.days_in_doubt(
                self._db, library.site.site, device, later, (like[0] for like in changed)
            )
            dirty.mark(self._db, [(library.site.site, device, found) for found in doubtful])

    # -- what is read once a turn ---------------------------------------------------------------------------------

    def _library(self, site: str) -> _Library:
        if site not in self._libraries:
            found = sites.site(self._db, site)
            doors = {door.device: door for door in sites.doors(self._db, site)}
            self._libraries[site] = _Library(found, sites.calendar(self._db, found), self._until, doors)
        return self._libraries[site]

    def _door(self, site: str, device: str) -> _Door | None:
        if (site, device) not in self._doors:
            entry = self._library(site).doors.get(device)
            if entry is None:
                return None
            self._doors[site, device] = _Door(
                entry, edits.factors(self._db, site, device), edits.adjustments(self._db, site, device),
                fact_rows.lost(self._db, site, device), self._has_past(site, device),
            )  # fmt: skip
        return self._doors[site, device]


def _like(hours: Iterable[Hour]) -> set[tuple[int, int, int, int]]:
    return {(h.fact.hour, h.fact.start, h.fact.visits, h.fact.open_s) for h in hours if h.usable}


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
