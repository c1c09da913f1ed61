"""What people enter to correct figures: adjustments and factors. Raw counts are never touched.

Each edit is checked, written beside what was there before, audited, and marks the days it touches.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from collector.derive.adjust import Adjustment, Method
from collector.derive.calendar import QUARTER_MS, Calendar
from collector.derive.factors import HIGHEST, LOWEST, Factor
from collector.derive.facts import MILLI
from collector.errors import EditError
from collector.store import audit, dirty, sites
from collector.store.audit import Author
from collector.store.db import Db

#: No day at one door has more visits than this.
_MOST = 1_000_000 * MILLI
_ADJUSTMENT = (
    "id, site, device, method, begins, ends, value, why, who, at, approved_by, approved_at, withdrawn_by, "
    "withdrawn_at, withdrawn_why"
)
_FACTOR = "id, site, device, valid_from, factor, low, high, sample, method, digest, who, at, why, withdrawn_by"


class Sort(enum.StrEnum):
    """What can be withdrawn; the value is its table."""

    ADJUSTMENT = "adjustment"
    FACTOR = "factor"
    IMPORT = "history_batch"


@dataclass(frozen=True, slots=True)
class NewAdjustment:
    """An adjustment to be entered; see :mod:`collector.derive.adjust` for what each method takes."""

    site: str
    device: str
    method: Method
    start: int
    end: int
    value: int
    why: str


@dataclass(frozen=True, slots=True)
class NewFactor:
    """A factor to be entered, thousandths. ``digest``: SHA-256 of the tally's record, or empty."""

    site: str
    device: str
    valid_from: date
    factor: int
    low: int
    high: int
    sample: int
    method: str
    why: str
    digest: str = ""


def add_adjustment(db: Db, new: NewAdjustment, author: Author) -> int:
    """Enter an adjustment, which has no effect until somebody else approves it; answers its number.

    Raises:
        EditError: no such door, a span that does not fit the method, no reason, or a value that cannot be.
    """
    days = _known_door(db, new.site, new.device)
    if not new.why.strip():
        raise EditError("an adjustment needs a reason: say why with --why.")
    _check_span(new, days)
    _check_value(new)
    number = audit.next_id(db, "adjustment")
    audit.write(
        db, author, "adjustment", new.site, new.device,
        {"id": number, "method": new.method.value, "begins": new.start, "ends": new.end, "value": new.value,
         "why": new.why},
    )  # fmt: skip
    db.execute(
        "INSERT INTO adjustment VALUES (?,?,?,?,?,?,?,?,?,?,'',NULL,'',NULL,'')",
        (number, new.site, new.device, new.method.value, new.start, new.end, new.value, new.why, author.who, author.at),
    )
    return number


def approve_adjustment(db: Db, number: int, author: Author) -> Adjustment:
    """Give an adjustment its effect. Four eyes: not by whoever entered it.

    Raises:
        EditError: no such adjustment, approved already, withdrawn, or entered by the same person.
    """
    found = adjustment(db, number)
    if found.withdrawn_by:
        raise EditError(f"adjustment {number} was withdrawn by {found.withdrawn_by}; enter it again if it is right.")
    if found.approved_by:
        raise EditError(f"adjustment {number} was approved by {found.approved_by} already.")
    if _same(found.who, author.who):
        raise EditError(f"adjustment {number} was entered by {found.who}; somebody else must approve it.")
    audit.write(db, author, "adjustment approved", found.site, found.device, {"id": number})
    db.execute("UPDATE adjustment SET approved_by = ?, approved_at = ? WHERE id = ?", (author.who, author.at, number))
    _mark_span(db, found)
    return adjustment(db, number)


def add_factor(db: Db, new: NewFactor, author: Author) -> Factor:
    """Enter a version of a door's factor. It is used only when :attr:`Factor.allowed`; it is kept in any case.

    Raises:
        EditError: no such door, or numbers that cannot be a factor with its interval.
    """
    _known_door(db, new.site, new.device)
    if not new.low <= new.factor <= new.high:
        raise EditError(
            f"factor {new.factor / MILLI:g}: it must lie inside its interval "
            f"{new.low / MILLI:g} to {new.high / MILLI:g}."
        )
    if not (LOWEST <= new.factor <= HIGHEST and new.low > 0):
        raise EditError(
            f"factor {new.factor / MILLI:g}: expected {LOWEST / MILLI:g} to {HIGHEST / MILLI:g}; "
            "a counter so far off must be mended, not corrected."
        )
    if new.sample < 1:
        raise EditError(f"sample {new.sample}: a factor rests on at least one tallied passage.")
    if not new.method.strip():
        raise EditError("a factor needs a method: say how it was found, for example 'guided tally'.")
    number = audit.next_id(db, "factor")
    audit.write(
        db, author, "factor", new.site, new.device,
        {"id": number, "valid_from": new.valid_from, "factor": new.factor, "low": new.low, "high": new.high,
         "sample": new.sample, "method": new.method, "digest": new.digest, "why": new.why},
    )  # fmt: skip
    db.execute(
        "INSERT INTO factor VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,'',NULL,'')",
        (number, new.site, new.device, new.valid_from.isoformat(), new.factor, new.low, new.high, new.sample,
         new.method, new.digest, author.who, author.at, new.why),
    )  # fmt: skip
    dirty.mark_known(db, new.site, new.device, new.valid_from)
    return next(factor for factor in factors(db, new.site, new.device) if factor.id == number)


def withdraw(db: Db, sort: Sort, number: int, why: str, author: Author) -> None:
    """Take an adjustment, a factor or an import back. It stays on the list, with who withdrew it and why.

    Raises:
        EditError: no such thing, no reason, or withdrawn already.
    """
    what = sort.name.lower()
    site = site_of(db, sort, number)
    (withdrawn_by,) = db.execute(f"SELECT withdrawn_by FROM {sort.value} WHERE id = ?", (number,)).fetchone()
    if withdrawn_by:
        raise EditError(f"{what} {number} was withdrawn by {withdrawn_by} already.")
    if not why.strip():
        raise EditError(f"{what} {number}: say why it is withdrawn with --why.")
    mark, device = _MARKS[sort](db, number)
    audit.write(db, author, f"{what} withdrawn", site, device, {"id": number, "why": why})
    db.execute(
        f"UPDATE {sort.value} SET withdrawn_by = ?, withdrawn_at = ?, withdrawn_why = ? WHERE id = ?",
        (author.who, author.at, why, number),
    )
    mark()


def site_of(db: Db, sort: Sort, number: int) -> str:
    """The site of an adjustment, a factor or an import.

    Raises:
        EditError: there is none with this number.
    """
    row = db.execute(f"SELECT site FROM {sort.value} WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise EditError(f"{sort.name.lower()} {number}: there is none with this number.")
    return str(row[0])


def adjustment(db: Db, number: int) -> Adjustment:
    """One adjustment.

    Raises:
        EditError: there is none with this number.
    """
    row = db.execute(f"SELECT {_ADJUSTMENT} FROM adjustment WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise EditError(f"adjustment {number}: there is none with this number. See: pustaka visits adjustments SITE")
    return _as_adjustment(row)


def adjustments(db: Db, site: str, device: str | None = None) -> list[Adjustment]:
    """All of a door, or of a site (``None``), whatever became of them, by number."""
    more, values = ("", [site]) if device is None else (" AND device = ?", [site, device])
    found = db.execute(f"SELECT {_ADJUSTMENT} FROM adjustment WHERE site = ?{more} ORDER BY id", values)
    return [_as_adjustment(row) for row in found]


def factors(db: Db, site: str, device: str | None = None) -> list[Factor]:
    """All versions of a door's factor, or of a site's doors (``None``), by number."""
    more, values = ("", [site]) if device is None else (" AND device = ?", [site, device])
    found = db.execute(f"SELECT {_FACTOR} FROM factor WHERE site = ?{more} ORDER BY id", values)
    return [
        Factor(number, of, door, date.fromisoformat(valid_from), *rest) for number, of, door, valid_from, *rest in found
    ]


def mark_import(db: Db, number: int) -> None:
    """Mark what an import has figures for; also to be called when it has been written.

    Quarter hours are marked, not days: so its doors, too, are put on the list of doors.
    """
    db.execute(
        "INSERT INTO dirty (site, device, quarter) SELECT DISTINCT site, device, begins FROM history WHERE batch = ? "
        "ON CONFLICT (site, device, quarter) DO NOTHING",
        (number,),
    )


def _as_adjustment(row: Sequence[Any]) -> Adjustment:
    number, site, device, method, *rest = row
    return Adjustment(number, site, device, Method(method), *rest)


def _known_door(db: Db, site: str, device: str) -> Calendar:
    of = sites.site(db, site)
    known = [door.device for door in sites.doors(db, site)]
    if device not in known:
        names = ", ".join(known) or "none yet"
        raise EditError(f"door {device!r}: no such door at site {site!r} (known: {names}).")
    return sites.calendar(db, of)


def _check_span(new: NewAdjustment, days: Calendar) -> None:
    if new.end <= new.start:
        raise EditError("an adjustment's end must lie after its start.")
    if new.method is Method.EXCLUDE:
        if new.start % QUARTER_MS or new.end % QUARTER_MS:
            raise EditError("exclude: start and end must be full quarter hours, for example 09:15 and 10:30.")
        return
    day = days.day(days.date_of(new.start))
    if new.method is Method.SCALE:
        last = days.day(days.date_of(new.end - 1))
        begins = {hour.start for hour in day.hours}
        ends = {hour.end for hour in last.hours}
        if new.start not in begins or new.end not in ends:
            raise EditError("scale: start and end must be full hours of the local clock, for example 09:00 and 12:00.")
    elif (new.start, new.end) not in {(hour.start, hour.end) for hour in day.hours} | {(day.start, day.end)}:
        raise EditError(f"{new.method.value}: the span must be one full hour or one whole day of the local clock.")


def _check_value(new: NewAdjustment) -> None:
    lowest, highest = {
        Method.EXCLUDE: (0, 0),
        Method.SCALE: (0, 10 * MILLI),
        Method.ADD: (-_MOST, _MOST),
        Method.SET: (0, _MOST),
    }[new.method]
    if not lowest <= new.value <= highest:
        raise EditError(
            f"{new.method.value}: the value {new.value / MILLI:g} is not between {lowest // MILLI} "
            f"and {highest // MILLI}."
        )


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _mark_span(db: Db, found: Adjustment) -> None:
    days = sites.calendar(db, sites.site(db, found.site))
    dirty.mark_days(db, found.site, found.device, days.date_of(found.start), days.date_of(found.end - 1))


Marking = tuple[Callable[[], object], str]


def _marks_of_adjustment(db: Db, number: int) -> Marking:
    found = adjustment(db, number)
    return (lambda: _mark_span(db, found)), found.device


def _marks_of_factor(db: Db, number: int) -> Marking:
    row = db.execute("SELECT site, device, valid_from FROM factor WHERE id = ?", (number,)).fetchone()
    return (lambda: dirty.mark_known(db, row[0], row[1], date.fromisoformat(row[2]))), row[1]


def _marks_of_import(db: Db, number: int) -> Marking:
    return (lambda: mark_import(db, number)), ""


_MARKS: dict[Sort, Callable[[Db, int], Marking]] = {
    Sort.ADJUSTMENT: _marks_of_adjustment,
    Sort.FACTOR: _marks_of_factor,
    Sort.IMPORT: _marks_of_import,
}
