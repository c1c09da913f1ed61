"""Published months: frozen figures with a revision number and a fingerprint, never overwritten."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

from collector.derive import publication
from collector.derive.adjust import effective
from collector.derive.facts import WHOLE_SITE, Scope, Status
from collector.derive.publication import Body, Change, Sources
from collector.derive.refresh import take_turn
from collector.errors import EditError
from collector.store import audit, dirty, edits, sites
from collector.store.audit import Author
from collector.store.db import Db
from collector.store.facts import SqlFacts


@dataclass(frozen=True, slots=True)
class Publication:
    """One revision of a month. ``reasons``: why there is one after the first."""

    site: str
    month: date
    revision: int
    digest: str
    who: str
    at: int
    reasons: tuple[str, ...]
    body: Body


def publish(db: Db, name: str, month: date, author: Author) -> Publication:
    """Freeze a month as its next revision.

    Raises:
        EditError: no such site, the month is not over, figures still wait to be derived, or nothing changed since the
            last revision.
    """
    first, last = _month(month)
    take_turn(db)
    _check_over(db, name, first, last)
    body = _body(db, name, first, last)
    old = newest(db, name, month)
    if old is not None and old.digest == publication.digest(body):
        raise EditError(f"{name} {first:%Y-%m}: nothing changed since revision {old.revision}; it stands as it is.")
    reasons = publication.reasons(old.body, body) if old is not None else ()
    revision = old.revision + 1 if old is not None else 1
    digest = publication.digest(body)
    db.execute(
        "INSERT INTO publication VALUES (?,?,?,?,?,?,?,?)",
        (name, first.isoformat(), revision, publication.canonical(body).decode(), digest, author.who, author.at,
         json.dumps(reasons, ensure_ascii=False)),
    )  # fmt: skip
    detail = {"month": f"{first:%Y-%m}", "revision": revision, "digest": digest, "reasons": reasons}
    audit.write(db, author, "published", name, "", detail)
    return Publication(name, first, revision, digest, author.who, author.at, reasons, body)


def revisions(db: Db, name: str, month: date) -> list[Publication]:
    """Every revision of a month, oldest first."""
    found = db.execute(
        "SELECT site, month, revision, digest, who, at, reasons, body FROM publication WHERE site = ? AND month = ? "
        "ORDER BY revision",
        (name, month.replace(day=1).isoformat()),
    )
    return [
        Publication(of, date.fromisoformat(day), revision, digest, who, at, tuple(json.loads(why)), json.loads(body))
        for of, day, revision, digest, who, at, why, body in found
    ]


def newest(db: Db, name: str, month: date) -> Publication | None:
    """The revision that holds; ``None`` when the month was never published."""
    found = revisions(db, name, month)
    return found[-1] if found else None


def change(db: Db, name: str, month: date) -> Change | None:
    """How the month's figures differ from its newest revision; ``None`` when they do not, or it has none."""
    old = newest(db, name, month)
    if old is None:
        return None
    body = _body(db, name, *_month(month))
    if publication.digest(body) == old.digest:
        return None
    visits = old.body["totals"]["visits"], body["totals"]["visits"]
    return Change(old.revision, *visits, publication.reasons(old.body, body))


def published_months(db: Db, name: str | None = None) -> list[tuple[str, date]]:
    """Months with a revision, by site and month."""
    where, values = ("WHERE site = ?", [name]) if name is not None else ("", [])
    found = db.execute(f"SELECT DISTINCT site, month FROM publication {where} ORDER BY site, month", values)
    return [(of, date.fromisoformat(month)) for of, month in found]


def _month(month: date) -> tuple[date, date]:
    first = month.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _check_over(db: Db, name: str, first: date, last: date) -> None:
    calendar = sites.calendar(db, sites.site(db, name))
    row = db.execute("SELECT until FROM derived_until WHERE site = ?", (name,)).fetchone()
    if row is None or row[0] < calendar.bounds(last)[1]:
        raise EditError(f"{name} {first:%Y-%m}: the month is not over yet, or was not derived to its end. Try later.")
    span = calendar.bounds(first)[0], calendar.bounds(last)[1]
    if dirty.any_in(db, name, (first, last), span):
        raise EditError(f"{name} {first:%Y-%m}: figures wait to be derived. Run: pustaka visits refresh")


def _body(db: Db, name: str, first: date, last: date) -> Body:
    site = sites.site(db, name)
    calendar = sites.calendar(db, site)
    start, end = calendar.bounds(first)[0], calendar.bounds(last)[1]
    facts = SqlFacts(db)
    days = [*facts.days(Scope(name, WHOLE_SITE), first, last), *facts.days(Scope(name, None), first, last)]
    if not days:
        raise EditError(f"{name} {first:%Y-%m}: no door has sent any figure of this month; that is not zero.")
    (estimated,) = db.execute(
        "SELECT count(*) FROM hour_fact WHERE site = ? AND device <> ? AND day >= ? AND day <= ? AND status = ?",
        (name, WHOLE_SITE, first.isoformat(), last.isoformat(), Status.ESTIMATED.value),
    ).fetchone()
    hours = db.execute(
        "SELECT valid_from, weekly FROM opening WHERE site = ? AND valid_from <= ? ORDER BY valid_from",
        (name, last.isoformat()),
    ).fetchall()
    specials = [(s.day.isoformat(), s.kind.value, s.name) for s in sites.specials(db, name, first, last)]
    factors = [f for f in edits.factors(db, name) if f.valid_from <= last and not f.withdrawn_by]
    return publication.body(
        Sources(
            name,
            site.name,
            site.zone,
            first,
            days,
            factors,
            effective(edits.adjustments(db, name), start, end),
            int(estimated),
            {door.device: door.role.value for door in sites.doors(db, name)},
            [(valid_from, weekly) for valid_from, weekly in hours],
            specials,
        )
    )
