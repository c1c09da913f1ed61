"""``pustaka visits adjust|adjustments|approve|withdraw|factor``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import click

from collector import hands
from collector.derive.adjust import Adjustment, Method
from collector.derive.factors import Factor
from collector.derive.facts import MILLI
from collector.errors import EditError
from collector.hands import author, dry_run_option, editing, json_option, looking, show, store_option, who_option
from collector.store import edits, sites
from collector.store.db import Db
from collector.store.edits import NewAdjustment, NewFactor, Sort


@click.command(
    epilog="Example: pustaka visits adjust kota pintu-1 --method exclude --from '2026-11-03 09:00' "
    "--to '2026-11-03 10:30' --why 'parade of a school' --who rina"
)
@click.argument("name", metavar="SITE")
@click.argument("device", metavar="DOOR")
@click.option("--method", type=click.Choice([m.value for m in Method]), required=True, help="What it does.")
@click.option("--from", "first", required=True, help="Begin, local time; with a day alone: the whole day.")
@click.option("--to", "last", help="End, local time. Left out: of the hour, or of the day.")
@click.option(
    "--value", default="0", help="set, add: visits, for example 120 or -15. scale: a factor, for example 0.9."
)
@click.option("--why", default="", help="The reason.")
@store_option
@who_option
@dry_run_option
@json_option
def adjust(
    name: str, device: str, method: str, first: str, last: str | None, value: str, why: str, store: str, who: str,
    dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Enter an adjustment of a door. It has no effect until somebody else approves it."""
    with editing(store, dry_run=dry_run) as db:
        start, end = _span(db, name, first, last)
        new = NewAdjustment(name, device, Method(method), start, end, hands.milli(value, "--value"), why)
        if dry_run:

            def act() -> None:
                number = edits.add_adjustment(db, new, author(who))
                edits.approve_adjustment(db, number, author(f"{who} (dry run)"))

            found, lines = hands.preview(db, name, act)
            show(found, lines, as_json=as_json)
            return
        number = edits.add_adjustment(db, new, author(who))
    line = (
        f"adjustment {number} is entered. It counts once somebody else says: pustaka visits approve {number} --who NAME"
    )
    show({"id": number, "approved": False}, [line], as_json=as_json)


def _span(db: Db, name: str, first: str, last: str | None) -> tuple[int, int]:
    calendar = sites.calendar(db, sites.site(db, name))
    start = hands.moment(first, calendar.zone, "--from")
    if last is not None:
        return start, hands.moment(last, calendar.zone, "--to")
    day = calendar.day(calendar.date_of(start))
    if ":" not in first:
        return day.start, day.end
    return start, next((hour.end for hour in day.hours if hour.start == start), start)


@click.command(epilog="Example: pustaka visits adjustments kota --json")
@click.argument("name", metavar="SITE")
@store_option
@json_option
def adjustments(name: str, store: str, as_json: bool) -> None:
    """Adjustments of a site and what became of them."""
    with looking(store) as db:
        calendar = sites.calendar(db, sites.site(db, name))
        found = edits.adjustments(db, name)
    lines = [_line(one, calendar.zone) for one in found]
    show([asdict(one) for one in found], lines or [f"{name}: no adjustments."], as_json=as_json)


def _line(one: Adjustment, zone: object) -> str:
    first, last = (_local(ms, zone) for ms in (one.start, one.end))
    state = "waits for approval"
    if one.withdrawn_by:
        state = f"withdrawn by {one.withdrawn_by}: {one.withdrawn_why}"
    elif one.approved_by:
        state = f"approved by {one.approved_by}"
    value = "" if one.method is Method.EXCLUDE else f" {one.value / MILLI:g}"
    return f"{one.id}  {one.device}  {first} to {last}  {one.method.value}{value}  {one.why} ({one.who}); {state}"


def _local(ms: int, zone: object) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone):%Y-%m-%d %H:%M}"  # type: ignore[arg-type]


@click.command(epilog="Example: pustaka visits approve 12 --who budi")
@click.argument("number", type=int)
@store_option
@who_option
@json_option
def approve(number: int, store: str, who: str, as_json: bool) -> None:
    """Give an adjustment its effect. Whoever entered it cannot."""
    with editing(store) as db:
        found = edits.approve_adjustment(db, number, author(who))
    line = f"adjustment {number} of {found.site}/{found.device} is approved. Figures follow with the next refresh."
    show(asdict(found), [line], as_json=as_json)


@click.command(epilog="Example: pustaka visits withdraw adjustment 12 --why 'wrong day' --who budi")
@click.argument("what", type=click.Choice([sort.name.lower() for sort in Sort]))
@click.argument("number", type=int)
@click.option("--why", default="", help="The reason.")
@store_option
@who_option
@dry_run_option
@json_option
def withdraw(what: str, number: int, why: str, store: str, who: str, dry_run: bool, as_json: bool) -> None:
    """Take back an adjustment, a factor or an import. It stays on the list, with the reason."""
    sort = Sort[what.upper()]
    with editing(store, dry_run=dry_run) as db:
        if dry_run:
            name = edits.site_of(db, sort, number)
            found, lines = hands.preview(db, name, lambda: edits.withdraw(db, sort, number, why, author(who)))
            show(found, lines, as_json=as_json)
            return
        edits.withdraw(db, sort, number, why, author(who))
    line = f"{what} {number} is withdrawn. Figures follow with the next refresh."
    show({"withdrawn": what, "id": number}, [line], as_json=as_json)


@click.command(
    epilog="Example: pustaka visits factor kota pintu-1 --factor 1.083 --interval 1.041 1.127 --sample 240 "
    "--method 'guided tally' --from 2026-11-01 --who rina"
)
@click.argument("name", metavar="SITE")
@click.argument("device", metavar="DOOR", required=False)
@click.option("--factor", "number", help="Persons who came in / persons counted. Left out: list what is entered.")
@click.option("--interval", nargs=2, help="Its 95 % interval.")
@click.option("--sample", type=int, default=0, help="Passages tallied.")
@click.option("--method", default="", help="How it was found.")
@click.option("--from", "first", type=hands.day_type, help="The first day it holds. Left out: today.")
@click.option("--digest", default="", help="SHA-256 of the tally's record.")
@click.option("--why", default="", help="Why now, for example 'sensor changed'.")
@store_option
@click.option("--who", envvar="PUSTAKA_WHO", default="", help="Who enters it (or the variable PUSTAKA_WHO).")
@dry_run_option
@json_option
def factor(
    name: str, device: str | None, number: str | None, interval: tuple[str, str] | None, sample: int, method: str,
    first: datetime | None, digest: str, why: str, store: str, who: str, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Enter a version of a door's factor, or list what is entered.

    It is used only if at least 100 passages were tallied and the interval excludes 1; it is kept in any case.
    """
    if number is None:
        with looking(store) as db:
            sites.site(db, name)
            known = edits.factors(db, name, device)
        show([_as_data(one) for one in known], [_factor_line(one) for one in known] or ["No factors."], as_json=as_json)
        return
    with editing(store, dry_run=dry_run) as db:
        if device is None or not interval:
            raise EditError("a factor needs its door and its interval: --factor 1.083 --interval 1.041 1.127.")
        calendar = sites.calendar(db, sites.site(db, name))
        new = NewFactor(
            name, device, hands.as_day(first) or calendar.date_of(hands.now()), hands.milli(number, "--factor"),
            hands.milli(interval[0], "--interval"), hands.milli(interval[1], "--interval"), sample, method, why, digest,
        )  # fmt: skip
        if dry_run:
            found, lines = hands.preview(db, name, lambda: edits.add_factor(db, new, author(who)))
            show(found, lines, as_json=as_json)
            return
        made = edits.add_factor(db, new, author(who))
    show(_as_data(made), [_factor_line(made), "Figures follow with the next refresh."], as_json=as_json)


def _as_data(one: Factor) -> dict[str, object]:
    return asdict(one) | {"used": one.allowed and not one.withdrawn_by}


def _factor_line(one: Factor) -> str:
    used = "used" if one.allowed else "kept, not used: it needs 100 passages and an interval that excludes 1"
    if one.withdrawn_by:
        used = f"withdrawn by {one.withdrawn_by}"
    numbers = f"{one.factor / MILLI:.3f} ({one.low / MILLI:.3f} to {one.high / MILLI:.3f}, {one.sample} passages)"
    return f"{one.id}  {one.device}  from {one.valid_from}  {numbers}  {one.method}; {used}"
