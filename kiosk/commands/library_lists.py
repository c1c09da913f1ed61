"""``pustaka library list`` and ``show``."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import click
import msgspec

from kiosk.circulation.library import lists
from kiosk.circulation.library.show import ItemShown, MemberShown, look_up
from kiosk.commands.setting import config_option, json_option, open_library, print_json, print_table
from kiosk.config import KioskSettings

_List = Callable[[sqlite3.Connection, date, str, int], Sequence[Any]]

#: What can be listed, in the order of the help.
_LISTS: dict[str, _List] = {
    "loans": lists.loans,
    "items": lambda db, _today, search, limit: lists.items(db, search, limit),
    "members": lambda db, _today, search, limit: lists.members(db, search, limit),
    "holds": lambda db, _today, search, limit: lists.holds(db, search, limit),
    "fees": lambda db, _today, search, limit: lists.fees(db, search, limit),
    "holidays": lambda db, _today, search, limit: lists.holidays(db, search, limit),
    "rules": lambda db, _today, search, limit: lists.rules(db, search, limit),
    "types": lambda db, _today, search, limit: lists.types(db, search, limit),
    "collections": lambda db, _today, search, limit: lists.collections(db, search, limit),
    "shelves": lambda db, _today, search, limit: lists.shelves(db, search, limit),
    "imports": lambda db, _today, _search, limit: lists.imports(db, limit),
}


@click.command("list", epilog="Example: pustaka library list loans --search aminah --limit 20 --config kiosk.toml")
@click.argument("what", type=click.Choice(list(_LISTS)))
@click.option("--search", default="", help="Only rows with this text in number, name or title.")
@click.option("--limit", type=click.IntRange(1), help="At most so many rows.")
@config_option
@json_option
def list_(what: str, search: str, limit: int | None, settings: KioskSettings, as_json: bool) -> None:
    """List running loans, items, members, running holds, fees, holidays, rules and more."""
    if what == "imports" and search:
        raise click.UsageError("Imports cannot be searched; use --limit.")
    with open_library(settings) as books, books.store.reading() as db:
        rows = _LISTS[what](db, books.now().today, search, lists.ALL if limit is None else limit)
    if as_json:
        print_json(rows)
    else:
        print_table(rows, empty=f"No {what}.")


@click.command(epilog="Example: pustaka library show B00130 --config kiosk.toml --json")
@click.argument("number")
@config_option
@json_option
def show(number: str, settings: KioskSettings, as_json: bool) -> None:
    """Show the item or member with this NUMBER, and how things stand in words."""
    with open_library(settings) as books:
        found = look_up(books, number.strip())
    if found is None:
        raise click.ClickException("There is neither an item nor a member with this number.")
    if as_json:
        rest = {name: getattr(found, name) for name in found.__dataclass_fields__ if name != "line"}
        print_json({**_plain(found.line), **rest})
    elif isinstance(found, ItemShown):
        _print_item(found)
    else:
        _print_member(found)


def _plain(line: object) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(line)
    return plain


def _print_item(found: ItemShown) -> None:
    line = found.line
    click.echo(f"Item {line.item}: {line.title}{f' / {line.author}' if line.author else ''}")
    for sentence in found.state:
        click.echo(f"  {sentence}")
    for name, value in (
        ("collection", line.collection),
        ("call number", line.call_number),
        ("location", line.location),
        ("parts", str(line.parts) if line.parts > 1 else ""),
        ("tag", line.tag_uid),
        ("replacing it costs", "" if line.cost is None else f"Rp{line.cost}"),
    ):
        if value:
            click.echo(f"  {name}: {value}")


def _print_member(found: MemberShown) -> None:
    line = found.line
    click.echo(f"Member {line.member}: {line.name} ({line.type})")
    for sentence in found.state:
        click.echo(f"  {sentence}")
    if line.expires:
        click.echo(f"  valid until: {line.expires}")
    for loan in found.loans:
        click.echo(f"  has {loan.item} until {loan.due} ({loan.days_left} days): {loan.title}")
    for hold in found.holds:
        place = f" on '{hold.shelf}'" if hold.shelf else ""
        ready = f"{hold.ready_item} is ready{place} until {hold.ready_until}" if hold.ready_item else "waits"
        click.echo(f"  hold {hold.hold}, {ready}: {hold.title}")
