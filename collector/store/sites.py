"""Sites, their doors and their calendar in the store: reading and editing. Every edit is audited and marks what it
touches; figures follow at the next refresh.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from collector.derive import weekly
from collector.derive.calendar import Calendar, Kind, Rule, Special
from collector.derive.facts import WHOLE_SITE
from collector.errors import EditError
from collector.store import audit, dirty
from collector.store.audit import Author
from collector.store.db import Db
from devices.contract import ContractError, check_id

#: A first rule holds for all that was before it.
ALWAYS = date(2000, 1, 1)


class Role(enum.StrEnum):
    """What a door is for. Only perimeter doors make the site's visits."""

    PERIMETER = "perimeter"
    INTERNAL = "internal"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Site:
    """A library. ``week_start``: the weekday on which its week begins (0: Monday)."""

    site: str
    name: str
    zone: str
    week_start: int = 0


@dataclass(frozen=True, slots=True)
class DoorEntry:
    """A door. Days left open (``None``) are its first and last with data; ``first_day``/``last_day`` say which."""

    site: str
    device: str
    name: str
    role: Role
    from_day: date | None = None
    until_day: date | None = None
    first_day: date | None = None
    last_day: date | None = None

    @property
    def first(self) -> date | None:
        """The first day on which it is in use; ``None`` while nothing is known of it."""
        return self.from_day or self.first_day

    @property
    def last(self) -> date | None:
        """The last day; ``None``: still in use."""
        return self.until_day or self.last_day

    def in_use(self, day: date) -> bool:
        """Whether it counts on this day."""
        return self.first is not None and self.first <= day and (self.last is None or day <= self.last)


def sites(db: Db) -> list[Site]:
    """Every site, by id."""
    return [Site(*row) for row in db.execute("SELECT site, name, zone, week_start FROM site ORDER BY site")]


def site(db: Db, name: str) -> Site:
    """One site.

    Raises:
        EditError: nobody has heard of it.
    """
    row = db.execute("SELECT site, name, zone, week_start FROM site WHERE site = ?", (name,)).fetchone()
    if row is None:
        known = ", ".join(found.site for found in sites(db)) or "none yet"
        raise EditError(f"site {name!r}: no such site (known: {known}). Make it with: pustaka site set {name}")
    return Site(*row)


def doors(db: Db, name: str | None = None) -> list[DoorEntry]:
    """The doors of a site (``None``: of all)."""
    where, values = ("WHERE site = ?", [name]) if name is not None else ("", [])
    found = db.execute(
        f"SELECT site, device, name, role, from_day, until_day, first_day, last_day FROM door {where} "
        "ORDER BY site, device",
        values,
    )
    return [DoorEntry(row[0], row[1], row[2], Role(row[3]), *(_date(day) for day in row[4:])) for row in found]


def calendar(db: Db, of: Site) -> Calendar:
    """A site's calendar."""
    return Calendar(zone(of.zone), rules(db, of.site), {found.day: found for found in specials(db, of.site)})


def rules(db: Db, name: str) -> list[Rule]:
    """Its weekly hours, oldest first."""
    found = db.execute("SELECT valid_from, weekly FROM opening WHERE site = ? ORDER BY valid_from", (name,))
    return [Rule(date.fromisoformat(day), weekly.parse(text)) for day, text in found]


def specials(db: Db, name: str, first: date = date.min, last: date = date.max) -> list[Special]:
    """Its special days, in order."""
    found = db.execute(
        "SELECT day, kind, name, why, spans FROM special WHERE site = ? AND day >= ? AND day <= ? ORDER BY day",
        (name, first.isoformat(), last.isoformat()),
    )
    return [
        Special(date.fromisoformat(day), Kind(kind), called, why, weekly.spans(spans))
        for day, kind, called, why, spans in found
    ]


def ensure(db: Db, name: str, default_zone: str) -> None:
    """Put a site on the list that was only heard of; its name is its id until somebody gives it one."""
    db.execute(
        "INSERT INTO site VALUES (?, ?, ?, 0) ON CONFLICT (site) DO NOTHING", (name, name, zone(default_zone).key)
    )


def set_site(db: Db, new: Site, author: Author) -> None:
    """Make or change a site. Another time zone moves every day of it.

    Raises:
        EditError: no such time zone, or an id that no topic can have.
    """
    _check_id(new.site, "site")
    zone(new.zone)
    if not 0 <= new.week_start <= 6:
        raise EditError(f"week start {new.week_start}: expected 0 (Monday) to 6 (Sunday).")
    old = db.execute("SELECT zone FROM site WHERE site = ?", (new.site,)).fetchone()
    if old is not None and old[0] != new.zone:
        _check_unbound(db, new.site)
    db.execute(
        "INSERT INTO site VALUES (?, ?, ?, ?) ON CONFLICT (site) DO UPDATE SET name = excluded.name, "
        "zone = excluded.zone, week_start = excluded.week_start",
        (new.site, new.name, new.zone, new.week_start),
    )
    audit.write(db, author, "site", new.site, "", {"name": new.name, "zone": new.zone, "week_start": new.week_start})
    if old is not None and old[0] != new.zone:
        dirty.mark_known(db, new.site, None, date.min)
        db.execute("UPDATE door SET first_day = NULL, last_day = NULL WHERE site = ?", (new.site,))
        db.execute(
            "INSERT INTO dirty (site, device, quarter) SELECT site, device, quarter FROM quarter_hour WHERE site = ? "
            "ON CONFLICT (site, device, quarter) DO NOTHING",
            (new.site,),
        )


def set_door(db: Db, new: DoorEntry, author: Author) -> None:
    """Make or change a door.

    Raises:
        EditError: no such site, an id that no topic can have, or days in the wrong order.
    """
    site(db, new.site)
    _check_id(new.device, "door")
    if new.from_day and new.until_day and new.until_day < new.from_day:
        raise EditError(f"door {new.device!r}: until {new.until_day} is before from {new.from_day}.")
    db.execute(
        "INSERT INTO door (site, device, name, role, from_day, until_day) VALUES (?,?,?,?,?,?) "
        "ON CONFLICT (site, device) DO UPDATE SET name = excluded.name, role = excluded.role, "
        "from_day = excluded.from_day, until_day = excluded.until_day",
        (new.site, new.device, new.name, new.role.value, _text(new.from_day), _text(new.until_day)),
    )
    detail = {"name": new.name, "role": new.role.value, "from": new.from_day, "until": new.until_day}
    audit.write(db, author, "door", new.site, new.device, detail)
    dirty.mark_known(db, new.site, new.device, date.min)
    dirty.mark_known(db, new.site, WHOLE_SITE, date.min)  # another role changes the site, and not the door
    # Days that have no facts yet, because it was not in use.
    first = min((day for day in (new.from_day, _seen_since(db, new)) if day), default=None)
    last = _newest_day(db, new.site)
    if first is not None and last is not None and first <= last:
        dirty.mark_days(db, new.site, new.device, first, last)


def set_hours(db: Db, name: str, valid_from: date, text: str, author: Author) -> str:
    """Weekly hours valid from a day; replaces a rule of the same day. Answers them as they were understood.

    Raises:
        EditError: no such site, or hours that cannot be read.
    """
    site(db, name)
    written = weekly.write(weekly.parse(text))
    db.execute(
        "INSERT INTO opening VALUES (?, ?, ?) ON CONFLICT (site, valid_from) DO UPDATE SET weekly = excluded.weekly",
        (name, valid_from.isoformat(), written),
    )
    audit.write(db, author, "hours", name, "", {"valid_from": valid_from, "weekly": written})
    dirty.mark_known(db, name, None, valid_from)
    _mark_lost(db, name)
    return written


def set_specials(db: Db, name: str, days: Iterable[Special], author: Author) -> list[Special]:
    """Enter special days; one that is there already is replaced. Answers those that changed anything.

    Raises:
        EditError: no such site.
    """
    site(db, name)
    changed = []
    for new in days:
        if specials(db, name, new.day, new.day) == [new]:
            continue
        db.execute(
            "INSERT INTO special VALUES (?,?,?,?,?,?) ON CONFLICT (site, day) DO UPDATE SET kind = excluded.kind, "
            "name = excluded.name, why = excluded.why, spans = excluded.spans",
            (name, new.day.isoformat(), new.kind.value, new.name, new.why, weekly.write_spans(new.spans)),
        )
        audit.write(db, author, "special", name, "", _in_words(new))
        _mark_special(db, name, new.day)
        changed.append(new)
    return changed


def remove_special(db: Db, name: str, day: date, author: Author) -> Special:
    """A day is like any other again; answers what it was.

    Raises:
        EditError: it was no special day.
    """
    found = specials(db, name, day, day)
    if not found:
        raise EditError(f"{day}: not a special day of site {name!r}; nothing to take back.")
    db.execute("DELETE FROM special WHERE site = ? AND day = ?", (name, day.isoformat()))
    audit.write(db, author, "special withdrawn", name, "", _in_words(found[0]))
    _mark_special(db, name, day)
    return found[0]


def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name.

    Raises:
        EditError: no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise EditError(
            f"time zone {name!r}: no such zone; expected for example Asia/Jakarta, Asia/Makassar or Asia/Jayapura."
        ) from None


def _check_unbound(db: Db, name: str) -> None:
    """Days of adjustments and of imported history are those of the zone in which they were entered."""
    for table, what in (("adjustment", "adjustment"), ("history_batch", "import")):
        row = db.execute(f"SELECT min(id) FROM {table} WHERE site = ? AND withdrawn_by = ''", (name,)).fetchone()
        if row[0] is not None:
            raise EditError(
                f"site {name!r}: its time zone cannot change while {what} {row[0]} stands, which is of a day of the "
                "old zone. Withdraw it first, and enter it again afterwards."
            )


def _mark_special(db: Db, name: str, day: date) -> None:
    """The day, and the next one: a span past midnight comes or goes with it."""
    dirty.mark_known(db, name, None, day, date.fromordinal(day.toordinal() + 1))
    _mark_lost(db, name)


def _mark_lost(db: Db, name: str) -> None:
    """Passages lost over several days are shared out by open time, so all of these days are touched."""
    days = Calendar(zone(site(db, name).zone))
    for device, after, before in db.execute(
        "SELECT device, after_ms, before_ms FROM lost WHERE site = ?", (name,)
    ).fetchall():
        first, last = days.date_of(after), days.date_of(before)
        if first != last:
            dirty.mark_days(db, name, device, first, last)


def _in_words(special: Special) -> dict[str, object]:
    return {
        "day": special.day, "kind": special.kind.value, "name": special.name, "why": special.why,
        "hours": weekly.write_spans(special.spans),
    }  # fmt: skip


def _seen_since(db: Db, door: DoorEntry) -> date | None:
    row = db.execute("SELECT first_day FROM door WHERE site = ? AND device = ?", (door.site, door.device)).fetchone()
    return _date(row[0]) if row else None


def _newest_day(db: Db, name: str) -> date | None:
    row = db.execute("SELECT zone, until FROM site JOIN derived_until USING (site) WHERE site = ?", (name,)).fetchone()
    return None if row is None else Calendar(zone(row[0])).date_of(row[1] - 1)


def _check_id(text: str, what: str) -> None:
    try:
        check_id(text, what)
    except ContractError as error:
        raise EditError(f"{error}.") from error


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def in_use(entries: Sequence[DoorEntry], day: date) -> list[DoorEntry]:
    """The perimeter doors that make the site's visits on a day."""
    return [door for door in entries if door.role is Role.PERIMETER and door.in_use(day)]
