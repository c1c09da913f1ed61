"""``pustaka site``: the libraries, their doors and their calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import click

from collector import hands
from collector.derive import weekly
from collector.derive.calendar import Kind, Special
from collector.derive.holidays import indonesia
from collector.errors import EditError
from collector.hands import (
    as_day,
    author,
    dry_run_option,
    editing,
    json_option,
    looking,
    show,
    store_option,
    who_option,
)
from collector.store import sites
from collector.store.db import Db
from collector.store.sites import DoorEntry, Role, Site

WEEKDAYS = click.Choice(weekly.NAMES)


@click.group(epilog='Example: pustaka site hours kota "mon-fri 08:00-16:00; sat 08:00-12:00" --who rina')
def site() -> None:
    """The libraries: name, time zone, doors, opening hours, holidays."""


@site.command("list", epilog="Example: pustaka site list --json")
@store_option
@json_option
def site_list(store: str, as_json: bool) -> None:
    """Every site with its hours of today and its doors."""
    with looking(store) as db:
        found = [_as_data(db, one) for one in sites.sites(db)]
    lines = []
    for one in found:
        lines.append(f"{one['site']}  {one['name']}  {one['zone']}  open: {one['hours'] or 'hours not entered'}")
        lines += [
            f"  {door['door']}  {door['role']}  {door['from'] or '?'} to {door['until'] or 'today'}  {door['name']}"
            for door in one["doors"]  # type: ignore[attr-defined]
        ]
    show(found, lines or ["No site is known yet. Make one with: pustaka site set ID"], as_json=as_json)


def _as_data(db: Db, one: Site) -> dict[str, object]:
    today = sites.calendar(db, one).date_of(hands.now())
    valid = [rule for rule in sites.rules(db, one.site) if rule.valid_from <= today]
    return {
        "site": one.site,
        "name": one.name,
        "zone": one.zone,
        "week_start": weekly.NAMES[one.week_start],
        "hours": weekly.write(valid[-1].week) if valid else None,
        "doors": [
            {"door": door.device, "name": door.name, "role": door.role.value, "from": door.first, "until": door.last}
            for door in sites.doors(db, one.site)
        ],
    }


@site.command("set", epilog="Example: pustaka site set kota --name 'Perpustakaan Kota' --zone Asia/Makassar --who rina")
@click.argument("name", metavar="SITE")
@click.option("--name", "called", help="Its name, as reports show it.")
@click.option("--zone", help="Its time zone. Left out for a new site: Asia/Makassar.")
@click.option("--week-start", type=WEEKDAYS, help="The first day of its week.")
@store_option
@who_option
@json_option
def site_set(
    name: str, called: str | None, zone: str | None, week_start: str | None, store: str, who: str, as_json: bool
) -> None:
    """Make a site, or change it. What is left out stays."""
    with editing(store, make=True) as db:
        old = next((one for one in sites.sites(db) if one.site == name), Site(name, name, "Asia/Makassar"))
        new = Site(
            name, called or old.name, zone or old.zone, weekly.NAMES.index(week_start) if week_start else old.week_start
        )
        sites.set_site(db, new, author(who))
        data = _as_data(db, new)
    show(data, [f"{name}: {new.name}, {new.zone}, week begins on {weekly.NAMES[new.week_start]}."], as_json=as_json)


@site.command("door", epilog="Example: pustaka site door kota pintu-2 --role staff --name 'Pintu staf' --who rina")
@click.argument("name", metavar="SITE")
@click.argument("device", metavar="DOOR")
@click.option("--name", "called", help="Its name, as reports show it.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Only perimeter doors make visits.")
@click.option("--from", "first", type=hands.day_type, help="The first day it counts. Left out: its first with data.")
@click.option("--until", "last", type=hands.day_type, help="The last day it counts. Left out: still in use.")
@store_option
@who_option
@json_option
def site_door(
    name: str, device: str, called: str | None, role: str | None, first: datetime | None, last: datetime | None,
    store: str, who: str, as_json: bool,
) -> None:  # fmt: skip
    """Make a door, or change it. What is left out stays."""
    with editing(store) as db:
        entries = {door.device: door for door in sites.doors(db, name)}
        old = entries.get(device, DoorEntry(name, device, device, Role.PERIMETER))
        new = replace(
            old,
            name=called or old.name,
            role=Role(role) if role else old.role,
            from_day=as_day(first) or old.from_day,
            until_day=as_day(last) or old.until_day,
        )
        sites.set_door(db, new, author(who))
    data = {"site": name, "door": device, "name": new.name, "role": new.role.value, "from": new.from_day,
            "until": new.until_day}  # fmt: skip
    show(data, [f"{name}/{device}: {new.name}, {new.role.value}."], as_json=as_json)


@site.command("hours", epilog='Example: pustaka site hours kota "mon-fri 08:00-16:00; sat 08:00-12:00" --who rina')
@click.argument("name", metavar="SITE")
@click.argument("text", metavar="HOURS")
@click.option(
    "--from", "first", type=hands.day_type, help="The first day. Left out: always for a first rule, else today."
)
@store_option
@who_option
@dry_run_option
@json_option
def site_hours(
    name: str, text: str, first: datetime | None, store: str, who: str, dry_run: bool, as_json: bool
) -> None:  # fmt: skip
    """Weekly opening hours, valid from a day until the next rule. A new rule of the same day replaces it."""
    with editing(store, dry_run=dry_run) as db:
        one = sites.site(db, name)
        today = sites.calendar(db, one).date_of(hands.now())
        valid_from = as_day(first) or (today if sites.rules(db, name) else sites.ALWAYS)
        if dry_run:
            found, lines = hands.preview(db, name, lambda: sites.set_hours(db, name, valid_from, text, author(who)))
            show(found, lines, as_json=as_json)
            return
        written = sites.set_hours(db, name, valid_from, text, author(who))
    data = {"site": name, "from": valid_from, "hours": written}
    show(data, [f"{name}: {written}, from {valid_from}. Figures follow with the next refresh."], as_json=as_json)


@site.command(
    "close", epilog="Example: pustaka site close kota 2026-11-03 --name 'Pembersihan' --why 'stok opname' --who rina"
)
@click.argument("name", metavar="SITE")
@click.argument("first", metavar="DAY", type=hands.day_type)
@click.option("--to", "last", type=hands.day_type, help="The last day, included. Left out: one day.")
@click.option("--name", "called", default="", help="What the day is called.")
@click.option("--why", default="", help="The reason.")
@click.option("--hours", "spans", default="closed", help="Other hours instead of none, for example '10:00-14:00'.")
@click.option("--holiday", is_flag=True, help="A public holiday: never like other days, even when open.")
@click.option("--undo", is_flag=True, help="The days are like any others again.")
@store_option
@who_option
@dry_run_option
@json_option
def site_close(
    name: str, first: datetime, last: datetime | None, called: str, why: str, spans: str, holiday: bool, undo: bool,
    store: str, who: str, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Close a site for a day or several, or give it other hours."""
    begin, end = first.date(), (last or first).date()
    if end < begin:
        raise click.BadParameter(f"{end} is before {begin}", param_hint="--to")
    days = [begin + timedelta(days=i) for i in range((end - begin).days + 1)]
    with editing(store, dry_run=dry_run) as db:

        def act() -> list[Special]:
            if undo:
                return [sites.remove_special(db, name, day, author(who)) for day in days]
            if not called.strip():
                raise EditError("say what the day is called with --name, for example 'Hari Kartini'.")
            hours = weekly.spans(spans)
            kind = Kind.HOLIDAY if holiday else Kind.HOURS if hours else Kind.CLOSURE
            return sites.set_specials(db, name, [Special(day, kind, called, why, hours) for day in days], author(who))

        if dry_run:
            found, lines = hands.preview(db, name, act)
            show(found, lines, as_json=as_json)
            return
        changed = act()
    words = "taken back" if undo else "entered"
    show(
        _specials(changed), [_special_line(one) for one in changed] + [f"{len(changed)} days {words}."], as_json=as_json
    )


@site.group(epilog="Example: pustaka site holidays load --year 2026")
def holidays() -> None:
    """Special days: what is entered, and the public holidays of Indonesia."""


@holidays.command("list", epilog="Example: pustaka site holidays list kota --year 2026")
@click.argument("name", metavar="SITE")
@click.option("--year", type=int, help="Only this year.")
@store_option
@json_option
def holidays_list(name: str, year: int | None, store: str, as_json: bool) -> None:
    """The special days that are entered."""
    with looking(store) as db:
        sites.site(db, name)
        found = [one for one in sites.specials(db, name) if year is None or one.day.year == year]
    lines = [_special_line(one) for one in found]
    show(_specials(found), lines or [f"{name}: no special days are entered."], as_json=as_json)


@holidays.command("load", epilog="Example: pustaka site holidays load --year 2026 --site kota --apply --who rina")
@click.option("--year", type=int, required=True, help="Which year.")
@click.option("--site", "names", multiple=True, help="Which sites. Left out: all of them.")
@click.option("--lang", type=click.Choice(["id", "en"]), default="id", show_default=True, help="The names' language.")
@click.option("--apply", "apply_", is_flag=True, help="Enter them. Left out: only show them.")
@store_option
@click.option("--who", envvar="PUSTAKA_WHO", help="Who enters them (or the variable PUSTAKA_WHO).")
@json_option
def holidays_load(
    year: int, names: tuple[str, ...], lang: str, apply_: bool, store: str, who: str | None, as_json: bool
) -> None:
    """Propose the public holidays of Indonesia. Days that are entered already stay as they are."""
    if apply_ and not who:
        raise click.UsageError("to enter holidays say who you are with --who.")
    with editing(store, dry_run=not apply_) as db:
        chosen = [sites.site(db, name).site for name in names] or [one.site for one in sites.sites(db)]
        proposed = indonesia(year, language="id" if lang == "id" else "en_US")
        data: list[dict[str, object]] = []
        lines: list[str] = []
        for name in chosen:
            known = {one.day for one in sites.specials(db, name, date(year, 1, 1), date(year, 12, 31))}
            new = [one for one in proposed if one.day not in known]
            sites.set_specials(db, name, new, author(who or "proposal"))
            data.append({"site": name, "days": _specials(new), "entered": apply_})
            lines += [f"{name}:", *(f"  {_special_line(one)}" for one in new)]
    hint = "Entered." if apply_ else "Nothing was changed. Check the predicted dates, then add --apply --who NAME."
    show(data, [*lines, hint] if data else ["No site is known yet."], as_json=as_json)


def _specials(found: list[Special]) -> list[dict[str, object]]:
    return [
        {
            "day": one.day,
            "kind": one.kind.value,
            "name": one.name,
            "why": one.why,
            "hours": weekly.write_spans(one.spans),
        }
        for one in found
    ]


def _special_line(one: Special) -> str:
    return f"{one.day}  {one.kind.value}  {weekly.write_spans(one.spans)}  {one.name}" + (
        f" ({one.why})" if one.why else ""
    )
