"""What the commands for people's edits share: a transaction, who edits, and how an answer is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from collector.derive.facts import MILLI, WHOLE_SITE, DayFact, Scope
from collector.derive.refresh import rebuild as rebuilt
from collector.derive.refresh import refresh
from collector.derive.refreshed import Refreshed
from collector.errors import CollectorError, EditError
from collector.looking import now as now
from collector.looking import store_option as store_option
from collector.store.audit import Author
from collector.store.db import Db
from collector.store.facts import SqlFacts
from collector.store.open import is_url, open_reader, open_store

who_option = click.option(
    "--who", envvar="PUSTAKA_WHO", required=True, help="Who makes this edit (or the variable PUSTAKA_WHO)."
)
json_option = click.option("--json", "as_json", is_flag=True, help="JSON, for programs.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Show which figures would change, and change nothing.")
day_type = click.DateTime(formats=["%Y-%m-%d"])
month_type = click.DateTime(formats=["%Y-%m"])


#: Days derived in one transaction.
_PIECE = 100


class _Back(Exception):
    """Leave a transaction without leaving anything in it."""


@contextmanager
def sentences() -> Iterator[None]:
    """What the store refuses, as the command's refusal."""
    try:
        yield
    except CollectorError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def editing(store: str, *, make: bool = False, dry_run: bool = False) -> Iterator[Db]:
    """A transaction in a store, with its errors as the command's. ``make``: the store need not be there yet.

    ``dry_run`` takes everything back at the end.
    """
    with sentences():
        _must_exist(store, make=make)
        opened = open_store(store)
        try:
            with opened.edit() as db:
                yield db
                if dry_run:
                    raise _Back
        except _Back:
            pass
        finally:
            opened.close()


def _must_exist(store: str, *, make: bool = False) -> None:
    if not make and not is_url(store) and not Path(store).exists():
        raise EditError(f"{store}: no such store. Start 'pustaka collector' once, or name another with --store.")


@contextmanager
def looking(store: str) -> Iterator[Db]:
    """One moment of a store, to look at only, with its errors as the command's."""
    with sentences(), open_reader(store).look() as db:
        yield db


def derive(store: str, *, rebuild: bool = False) -> Refreshed:
    """Derive all that waits, a bounded piece in each transaction, so that a collector on this store can write between.

    ``rebuild``: everything, from the raw rows; in one piece, so that nobody sees half of it.

    Raises:
        CollectorError: the store cannot be used.
    """
    _must_exist(store)
    quarters = days = changed = 0
    with closing(open_store(store)) as opened:
        if rebuild:
            opened.rebuild()
            with opened.edit() as db:
                return rebuilt(db, now())
        while True:
            with opened.edit() as db:
                done = refresh(db, now(), limit=_PIECE)
            quarters, days, changed = quarters + done.quarters, days + done.days, changed + done.changed
            if not done.more:
                return Refreshed(quarters, days, changed)


def author(who: str) -> Author:
    """Who edits now."""
    return Author(who, now())


def show(value: object, lines: list[str], *, as_json: bool) -> None:
    """An answer, for programs or people."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str) if as_json else "\n".join(lines))


def as_day(given: datetime | None) -> date | None:
    """A day that was given, or not."""
    return None if given is None else given.date()


def moment(text: str, zone: ZoneInfo, what: str) -> int:
    """A local time such as ``2026-11-03 09:00`` as ms of UTC; a day alone is its first moment.

    Raises:
        EditError: not a time.
    """
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"):
        try:
            return int(datetime.strptime(text, form).replace(tzinfo=zone).timestamp() * 1000)
        except ValueError:
            continue
    raise EditError(f"{what} {text!r}: expected a local time such as '2026-11-03 09:00', or a day.")


def milli(text: str, what: str) -> int:
    """A number with at most three decimals as thousandths.

    Raises:
        EditError: not a number.
    """
    whole, _, rest = text.strip().lstrip("+-").partition(".")
    if not (whole.isdigit() and len(rest) <= 3 and (rest.isdigit() or not rest)):
        raise EditError(f"{what} {text!r}: expected a number with at most three decimals, for example 1.083.")
    value = int(whole) * MILLI + int((rest + "000")[:3])
    return -value if text.strip().startswith("-") else value


def preview(db: Db, site: str, act: Callable[[], object]) -> tuple[list[dict[str, object]], list[str]]:
    """What an edit would do to the days of a site, in a transaction that is taken back afterwards."""
    at = now()
    refresh(db, at)
    before = _days(db, site)
    act()
    refresh(db, at)
    after = _days(db, site)
    changed = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    found = [_difference(*key, before.get(key), after.get(key)) for key in changed]
    whole = [line for line in found if line["door"] == WHOLE_SITE]
    lines = [
        f"{line['day']}  {line['visits']} -> {line['new']}  ({line['status']} -> {line['new_status']})"
        for line in whole
    ]
    return found, [*lines, f"{len(whole)} days of {site} would change. Nothing was changed."]


def _days(db: Db, site: str) -> dict[tuple[date, str], DayFact]:
    facts = SqlFacts(db)
    days = [
        *facts.days(Scope(site, WHOLE_SITE), date.min, date.max),
        *facts.days(Scope(site, None), date.min, date.max),
    ]
    return {(day.day, day.device): day for day in days}


def _difference(day: date, door: str, old: DayFact | None, new: DayFact | None) -> dict[str, object]:
    return {
        "day": str(day), "door": door, "visits": _visits(old), "new": _visits(new), "status": _status(old),
        "new_status": _status(new),
    }  # fmt: skip


def _visits(day: DayFact | None) -> float | None:
    return None if day is None else day.visits / MILLI


def _status(day: DayFact | None) -> str | None:
    return None if day is None else day.status.value
