"""``pustaka library``: the embedded library: set up, add, list, show."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from kiosk.circulation.library.sample import load_sample
from kiosk.circulation.library.staff import NewItem, NewMember, StaffRoom
from kiosk.circulation.library.tags import tag_uid
from kiosk.circulation.port import Secret
from kiosk.commands.lazy import LazyGroup
from kiosk.commands.setting import config_option, json_option, open_library, print_json, print_table
from kiosk.config import KioskSettings

_DAY = click.DateTime(formats=["%Y-%m-%d"])


#: Imported when they are called.
_LATER = {
    "serve": ("kiosk.commands.serve:serve", "Offer the library over SIP2 to other kiosks, gates and sorters."),
    "account": ("kiosk.commands.serve:account", "Terminals that may use the SIP2 server."),
}


@click.group(cls=LazyGroup, later=_LATER, epilog="Example: pustaka library init --sample --config kiosk.toml")
def library() -> None:
    """The embedded library, for sites without a library system."""


@library.command(epilog="Example: pustaka library init --sample --config kiosk.toml")
@click.option("--sample", is_flag=True, help="Fill it with about 200 Indonesian titles and 20 made-up members.")
@config_option
def init(sample: bool, settings: KioskSettings) -> None:
    """Make the library's file with the default policy. Doing it again changes nothing."""
    with open_library(settings, create=True) as books:
        staff = StaffRoom(books)
        staff.set_up()
        if sample:
            load_sample(books)
        click.echo(
            f"{settings.in_data(settings.circulation.path)}: {len(staff.items())} items, {len(staff.members())} members"
        )


@library.group(epilog="Example: pustaka library add item B00900 --title 'Laut Bercerita' --config kiosk.toml")
def add() -> None:
    """Add a member, an item, a hold or a holiday."""


@add.command("member", epilog="Example: pustaka library add member A0042 'Sri Wahyuni' --type umum --config kiosk.toml")
@click.argument("number")
@click.argument("name")
@click.option("--type", "kind", default="umum", show_default=True, help="Member type.")
@click.option("--born", type=_DAY, help="Birth date, YYYY-MM-DD.")
@click.option("--expires", type=_DAY, help="Last valid day, YYYY-MM-DD.")
@click.option("--pin-stdin", is_flag=True, help="Read a PIN from standard input.")
@click.option("--language", default="", help="Language of the screen, such as id or en.")
@config_option
def add_member(
    number: str,
    name: str,
    kind: str,
    born: datetime | None,
    expires: datetime | None,
    pin_stdin: bool,
    language: str,
    settings: KioskSettings,
) -> None:
    """Add a member."""
    pin = Secret(sys.stdin.readline().strip()) if pin_stdin else None
    member = NewMember(
        number, name, kind, born.date() if born else None, expires.date() if expires else None, pin, language
    )
    with open_library(settings) as books:
        StaffRoom(books).add_member(member)
    click.echo("Added.")


@add.command("item", epilog="Example: pustaka library add item B00900 --title 'Laut Bercerita' --config kiosk.toml")
@click.argument("number")
@click.option("--title", required=True)
@click.option("--author", default="")
@click.option("--collection", default="umum", show_default=True)
@click.option("--call-number", default="")
@click.option("--no-loan", is_flag=True, help="For use in the library only.")
@click.option("--parts", type=click.IntRange(1, 99), default=1, help="Volumes or discs under this one number.")
@click.option("--min-age", type=click.IntRange(0, 99), default=0, help="Years; 0 is everybody.")
@click.option("--tag", default="", help="UID of its RFID tag, 16 hex digits; 'sample' makes one up.")
@config_option
def add_item(
    number: str,
    title: str,
    author: str,
    collection: str,
    call_number: str,
    no_loan: bool,
    parts: int,
    min_age: int,
    tag: str,
    settings: KioskSettings,
) -> None:
    """Add a copy; its title is made if it is new."""
    uid = tag_uid(number) if tag == "sample" else tag.upper()
    if uid and (len(uid) != 16 or set(uid) - set("0123456789ABCDEF")):
        raise click.BadParameter("a tag's UID has 16 hex digits, such as E00401001A2B3C4D.", param_hint="--tag")
    item = NewItem(number, title, author, collection, call_number, no_loan, parts, min_age, uid)
    with open_library(settings) as books:
        StaffRoom(books).add_item(item)
    click.echo("Added.")


@add.command("hold", epilog="Example: pustaka library add hold A0001 B00130 --config kiosk.toml")
@click.argument("member")
@click.argument("item")
@click.option("--this-copy", is_flag=True, help="This very copy, not any copy of its title.")
@config_option
def add_hold(member: str, item: str, this_copy: bool, settings: KioskSettings) -> None:
    """Let MEMBER wait for the title of ITEM."""
    with open_library(settings) as books:
        StaffRoom(books).add_hold(member, item, this_copy=this_copy)
    click.echo("Added.")


@add.command("holiday", epilog="Example: pustaka library add holiday 2027-03-10 'Idulfitri' --config kiosk.toml")
@click.argument("day", type=_DAY)
@click.argument("name")
@config_option
def add_holiday(day: datetime, name: str, settings: KioskSettings) -> None:
    """Add a day on which the library is shut."""
    with open_library(settings) as books:
        StaffRoom(books).add_holiday(day.date(), name)
    click.echo("Added.")


@library.command(epilog="Example: pustaka library unlock A0002 --config kiosk.toml")
@click.argument("member")
@config_option
def unlock(member: str, settings: KioskSettings) -> None:
    """Forget a card's wrong PIN tries."""
    with open_library(settings) as books:
        StaffRoom(books).unlock(member)
    click.echo("Unlocked.")


@library.command("list", epilog="Example: pustaka library list loans --config kiosk.toml --json")
@click.argument("what", type=click.Choice(["loans", "items", "members", "holds"]))
@config_option
@json_option
def list_(what: str, settings: KioskSettings, as_json: bool) -> None:
    """List running loans, items, members or running holds."""
    with open_library(settings) as books:
        staff = StaffRoom(books)
        lists: dict[str, Callable[[], list[Any]]] = {
            "loans": staff.loans,
            "items": staff.items,
            "members": staff.members,
            "holds": staff.holds,
        }
        rows = lists[what]()
    if as_json:
        print_json(rows)
    else:
        print_table(rows, empty=f"No {what}.")


@library.command(epilog="Example: pustaka library show B00130 --config kiosk.toml --json")
@click.argument("number")
@config_option
@json_option
def show(number: str, settings: KioskSettings, as_json: bool) -> None:
    """Show the item or member with this number."""
    with open_library(settings) as books:
        staff = StaffRoom(books)
        found: list[Any] = [row for row in staff.items() if row.item == number]
        found += [row for row in staff.members() if row.member == number]
    if not found:
        raise click.ClickException("There is neither an item nor a member with this number.")
    if as_json:
        print_json(found[0])
    else:
        print_table(found, empty="")
