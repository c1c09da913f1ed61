"""``pustaka visits import|imports``: figures of other systems."""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import asdict
from pathlib import Path

import click

from collector import hands
from collector.derive.calendar import Calendar
from collector.errors import CollectorError, EditError
from collector.hands import author, editing, json_option, looking, show, store_option
from collector.history.entries import Shape
from collector.history.examine import Examined, How, examine
from collector.history.figures import Figure, figures
from collector.history.layout import Role
from collector.history.moments import Order
from collector.history.telling import as_json as told_json
from collector.history.telling import as_text as told_text
from collector.store import history, sites
from collector.store.db import Db
from collector.store.history import Source
from collector.store.sites import DoorEntry

_COLUMNS = {
    "date": Role.START, "time": Role.TIME, "end": Role.END, "in": Role.INTO, "out": Role.OUT,
    "door_column": Role.DOOR, "direction": Role.WAY,
}  # fmt: skip


@click.command(
    "import",
    epilog="Example: pustaka visits import gate-2024.csv --site kota --door pintu-1 --dry-run    "
    "then again with --who rina instead of --dry-run",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--site", "name", required=True, help="The site the visits are of.")
@click.option("--door", help="The door they came through, where the file names none.")
@click.option("--map", "mapped", multiple=True, metavar="NAME=DOOR", help="A door's id for its name in the file.")
@click.option("--kind", type=click.Choice([shape.value for shape in Shape]), help="What a row tells, if not found out.")
@click.option("--dates", type=click.Choice([order.value for order in Order]), help="Which number of a date is the day.")
@click.option("--max", "most", type=click.IntRange(1), help="The highest number a running counter shows, e.g. 999999.")
@click.option("--date", help="The column of dates, by its heading or number.")
@click.option("--time", help="The column of times.")
@click.option("--end", help="The column of ends.")
@click.option("--in", "in_", help="The column of people in.")
@click.option("--out", help="The column of people out.")
@click.option("--door-column", help="The column of doors.")
@click.option("--direction", help="The column of directions, in a file with a row for each.")
@click.option("--in-is", default="", help="The value in it that means in.")
@click.option("--leave-out-jumps", is_flag=True, help="Do not take in what is far more than usual.")
@click.option("--why", default="", help="A note for the audit.")
@click.option("--who", envvar="PUSTAKA_WHO", default="", help="Who takes it in (or the variable PUSTAKA_WHO).")
@click.option("--dry-run", is_flag=True, help="Show the data quality report, and take nothing in.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@store_option
@json_option
def import_(
    file: Path, name: str, door: str | None, mapped: tuple[str, ...], kind: str | None, dates: str | None,
    most: int | None, in_is: str, leave_out_jumps: bool, why: str, who: str, dry_run: bool, yes: bool, store: str,
    as_json: bool, in_: str | None, **columns: str | None,
) -> None:  # fmt: skip
    """Take in visits that another system counted: daily or hourly counts, intervals, running totals; CSV or Excel.

    First comes a data quality report. What is taken in can be taken back: pustaka visits withdraw import NUMBER.
    """
    named = {_COLUMNS[key]: value for key, value in {**columns, "in": in_}.items() if value}
    try:
        with looking(store) as db:
            where = sites.site(db, name)
            calendar = sites.calendar(db, where)
        how = How(
            sites.zone(where.zone), hands.now(), Shape(kind) if kind else None, Order(dates) if dates else None,
            most, named, leave_out_jumps, in_is,
        )  # fmt: skip
        found, kept = _examined(file, how, calendar)
        with looking(store) as db:
            ids = _doors(db, name, kept, door, mapped)
        if as_json and dry_run:
            click.echo(told_json(found))
            return
        if not as_json:
            click.echo(told_text(found))
        if dry_run:
            click.echo("Nothing was taken in.")
            return
        _ask(yes=yes, who=who)
        with editing(store) as db:  # only now: while somebody reads and thinks, the collector must go on writing
            number = _take_in(db, Source(name, file.name, found.digest, why), kept, ids, who)
        hands.derive(store)
    except CollectorError as error:
        raise click.ClickException(str(error)) from error
    line = f"Import {number}: {len(kept)} figures at {', '.join(sorted(set(ids.values())))}. "
    line += f"To take it back: pustaka visits withdraw import {number} --why …"
    data = {"import": number, "figures": len(kept), "in": sum(each.entered for each in kept), "doors": ids}
    show(data, [line], as_json=as_json)


def _examined(file: Path, how: How, calendar: Calendar) -> tuple[Examined, list[Figure]]:
    found = examine(file, how)
    kept, said = figures(found.taken, calendar)
    return found.with_findings(said), kept


def _doors(db: Db, site: str, kept: list[Figure], door: str | None, mapped: tuple[str, ...]) -> dict[str, str]:
    """The door's id for each name in the file; one that is not known yet is made when it is taken in.

    Raises:
        EditError: a name that gives no id, or none where it is needed.
    """
    told = dict(_pair(each) for each in mapped)
    in_file = sorted({each.door for each in kept})
    if door and len(in_file) > 1:
        raise EditError(
            f"--door {door}: the file has several doors ({', '.join(map(repr, in_file))}). "
            "Say each with --map NAME=DOOR."
        )
    if door:
        told = dict.fromkeys(in_file, door) | told
    known = sites.doors(db, site)
    by_name = {entry.name.casefold(): entry.device for entry in known} | {entry.device: entry.device for entry in known}
    ids: dict[str, str] = {}
    for name in in_file:
        found = told.get(name) or by_name.get(name.casefold()) or _slug(name)
        if not found and len(known) == 1:
            found = known[0].device
        if not found:
            names = ", ".join(entry.device for entry in known) or "none yet"
            raise EditError(
                f"the file names no door. Say which one it is with --door (doors of {site}: {names}; "
                "one that is new is made)."
            )
        if found in ids.values():
            other = next(each for each, device in ids.items() if device == found)
            raise EditError(
                f"{other!r} and {name!r} would both be the door {found}. Give each its own with --map NAME=DOOR."
            )
        ids[name] = found
    return ids


def _pair(text: str) -> tuple[str, str]:
    name, equals, door = text.rpartition("=")
    if not equals or not door:
        raise EditError(f"--map {text!r}: expected NAME=DOOR, for example 'Pintu Utara=pintu-1'.")
    return name, door


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:32].strip("-")


def _ask(*, yes: bool, who: str) -> None:
    if not who.strip():
        raise EditError("nothing was taken in: say who does it with --who, or look only with --dry-run.")
    if yes:
        return
    if not sys.stdin.isatty():
        raise EditError("nothing was taken in: look at the report, then run the same again with --yes.")
    if not click.confirm("Take it in?"):
        raise EditError("nothing was taken in.")


def _take_in(db: Db, source: Source, kept: list[Figure], ids: dict[str, str], who: str) -> int:
    by = author(who)
    known = {entry.device for entry in sites.doors(db, source.site)}
    for name, device in ids.items():
        if device not in known:
            new = DoorEntry(source.site, device, name or device, sites.Role.PERIMETER, None, None, None, None)
            sites.set_door(db, new, by)
            known.add(device)
    return history.take_in(db, source, kept, ids, by)


@click.command(epilog="Example: pustaka visits imports kota --json")
@click.argument("name", metavar="[SITE]", required=False)
@store_option
@json_option
def imports(name: str | None, store: str, as_json: bool) -> None:
    """What was taken in from other systems, and what was taken back."""
    with looking(store) as db:
        found = history.batches(db, name)
    lines = [
        f"{each.id}  {each.site}  {each.source}  {each.who}  {each.digest[:16]}"
        + (f"  withdrawn by {each.withdrawn_by}: {each.withdrawn_why}" if each.withdrawn_by else "")
        for each in found
    ]
    show([asdict(each) for each in found], lines or ["Nothing was taken in yet."], as_json=as_json)
