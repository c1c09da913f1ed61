"""``pustaka library add``: something new by hand."""

from __future__ import annotations

import re
import sys
from datetime import date

import click

from kiosk.circulation.library import losses
from kiosk.circulation.library.staff import NewItem, NewMember, NewRule, StaffRoom
from kiosk.circulation.library.tags import tag_uid
from kiosk.circulation.port import Secret
from kiosk.commands.library_options import DAY, NUMBER, RUPIAH, TEXT, rule_options
from kiosk.commands.setting import config_option, open_library
from kiosk.config import KioskSettings


@click.group(epilog="Example: pustaka library add item B00900 --title 'Laut Bercerita' --config kiosk.toml")
def add() -> None:
    """Add a member, an item, a hold, a fee, a holiday, an extra opening, a rule, a type, a collection or a shelf."""


@add.command(epilog="Example: pustaka library add member A0042 'Sri Wahyuni' --type umum --config kiosk.toml")
@click.argument("number", type=NUMBER)
@click.argument("name", type=TEXT)
@click.option("--type", "kind", default="umum", show_default=True, help="Member type.")
@click.option("--born", type=DAY, help="Birth date, such as 1990-01-31 or 31/1/1990.")
@click.option("--expires", type=DAY, help="Last valid day.")
@click.option("--pin-stdin", is_flag=True, help="Read a PIN from standard input.")
@click.option("--language", default="", help="Language of the screen, such as id or en.")
@config_option
def member(
    number: str,
    name: str,
    kind: str,
    born: date | None,
    expires: date | None,
    pin_stdin: bool,
    language: str,
    settings: KioskSettings,
) -> None:
    """Add a member."""
    pin = Secret(sys.stdin.readline().strip()) if pin_stdin else None
    with open_library(settings) as books:
        StaffRoom(books).add_member(NewMember(number, name, kind, born, expires, pin, language))
    click.echo("Added.")


@add.command(epilog="Example: pustaka library add item B00900 --title 'Laut Bercerita' --config kiosk.toml")
@click.argument("number", type=NUMBER)
@click.option("--title", required=True, type=TEXT)
@click.option("--author", default="", type=TEXT)
@click.option("--collection", default="umum", show_default=True)
@click.option("--call-number", default="", type=TEXT)
@click.option("--no-loan", is_flag=True, help="For use in the library only.")
@click.option("--parts", type=click.IntRange(1, 99), default=1, help="Volumes or discs under this one number.")
@click.option("--min-age", type=click.IntRange(0, 99), default=0, help="Years; 0 is everybody.")
@click.option("--tag", default="", help="UID of its RFID tag, 16 hex digits; 'sample' makes one up.")
@click.option("--location", default="", type=TEXT, help="Where it belongs.")
@click.option("--cost", type=RUPIAH, help="What replacing it costs, in rupiah.")
@config_option
def item(
    number: str,
    title: str,
    author: str,
    collection: str,
    call_number: str,
    no_loan: bool,
    parts: int,
    min_age: int,
    tag: str,
    location: str,
    cost: int | None,
    settings: KioskSettings,
) -> None:
    """Add a copy; its title is made if it is new."""
    uid = tag_uid(number) if tag == "sample" else tag.upper()
    if uid and not re.fullmatch("[0-9A-F]{16}", uid):
        raise click.BadParameter("a tag's UID has 16 hex digits, such as E00401001A2B3C4D.", param_hint="--tag")
    new = NewItem(number, title, author, collection, call_number, no_loan, parts, min_age, uid, location, cost)
    with open_library(settings) as books:
        StaffRoom(books).add_item(new)
    click.echo("Added.")


@add.command(epilog="Example: pustaka library add hold A0001 B00130 --config kiosk.toml")
@click.argument("member")
@click.argument("item")
@click.option("--this-copy", is_flag=True, help="This very copy, not any copy of its title.")
@click.option("--shelf", default="", help="Hold shelf to fetch it from; otherwise the usual one.")
@config_option
def hold(member: str, item: str, this_copy: bool, shelf: str, settings: KioskSettings) -> None:
    """Let MEMBER wait for the title of ITEM."""
    with open_library(settings) as books:
        StaffRoom(books).add_hold(member, item, this_copy=this_copy, shelf=shelf)
    click.echo("Added.")


@add.command(epilog="Example: pustaka library add fee A0001 15000 --kind damage --item B00130 --config kiosk.toml")
@click.argument("member")
@click.argument("amount", type=RUPIAH)
@click.option("--kind", default="other", show_default=True, help="What it is for, in one word.")
@click.option("--item", default="", help="The item it is about.")
@config_option
def fee(member: str, amount: int, kind: str, item: str, settings: KioskSettings) -> None:
    """Charge MEMBER an AMOUNT of rupiah."""
    with open_library(settings) as books:
        owed = losses.fee(books, member, amount, kind, item)
    click.echo(f"Charged. Rp{owed} is owed now.")


@add.command(epilog="Example: pustaka library add holiday 2027-03-10 'Idulfitri' --config kiosk.toml")
@click.argument("day", type=DAY)
@click.argument("name", type=TEXT)
@config_option
def holiday(day: date, name: str, settings: KioskSettings) -> None:
    """Add a day on which the library is shut."""
    with open_library(settings) as books:
        StaffRoom(books).add_holiday(day, name)
    click.echo("Added.")


@add.command(epilog="Example: pustaka library add opening 2026-12-06 'Festival literasi' --config kiosk.toml")
@click.argument("day", type=DAY)
@click.argument("name", type=TEXT)
@config_option
def opening(day: date, name: str, settings: KioskSettings) -> None:
    """Add a day on which the library is open although it would be shut."""
    with open_library(settings) as books:
        StaffRoom(books).add_opening(day, name)
    click.echo("Added.")


@add.command(epilog="Example: pustaka library add type guru Guru --limit 5 --config kiosk.toml")
@click.argument("code", type=NUMBER)
@click.argument("name", type=TEXT)
@click.option("--limit", type=click.IntRange(0), required=True, help="How many copies at once.")
@config_option
def type(code: str, name: str, limit: int, settings: KioskSettings) -> None:
    """Add a member type. It borrows nothing before it has a rule."""
    with open_library(settings) as books:
        StaffRoom(books).add_type(code, name, limit)
    click.echo(f"Added. Give it a rule: pustaka library add rule {code} '*'")


@add.command(epilog="Example: pustaka library add collection av 'Audio visual' --config kiosk.toml")
@click.argument("code", type=NUMBER)
@click.argument("name", type=TEXT)
@config_option
def collection(code: str, name: str, settings: KioskSettings) -> None:
    """Add a collection type."""
    with open_library(settings) as books:
        StaffRoom(books).add_collection(code, name)
    click.echo("Added.")


@add.command(epilog="Example: pustaka library add shelf depan 'Rak reservasi, meja depan' --usual --config kiosk.toml")
@click.argument("code", type=NUMBER)
@click.argument("name", type=TEXT)
@click.option(
    "--usual", is_flag=True, help="Holds that name no shelf lie here; the first shelf is the usual one anyway."
)
@config_option
def shelf(code: str, name: str, usual: bool, settings: KioskSettings) -> None:
    """Add a shelf for holds that are ready. Patrons are told its NAME."""
    with open_library(settings) as books:
        StaffRoom(books).add_shelf(code, name, usual=usual)
    click.echo("Added.")


@add.command(epilog="Example: pustaka library add rule pelajar daerah --days 3 --limit 1 --suspend --config kiosk.toml")
@click.argument("member_type", metavar="TYPE")
@click.argument("collection")
@rule_options
@config_option
def rule(
    member_type: str,
    collection: str,
    days: int | None,
    working_days: bool | None,
    limit: int | None,
    renewals: int | None,
    fee: int | None,
    suspend: bool | None,
    grace: int | None,
    settings: KioskSettings,
) -> None:
    """Say how members of TYPE borrow from COLLECTION ('*': from any that has no rule of its own)."""
    usual = NewRule(member_type, collection)
    new = NewRule(
        member_type,
        collection,
        usual.days if days is None else days,
        usual.working_days if working_days is None else working_days,
        None if limit == -1 else limit,
        usual.renewals if renewals is None else renewals,
        fee or 0,
        bool(suspend),
        grace or 0,
    )
    with open_library(settings) as books:
        StaffRoom(books).add_rule(new)
    click.echo("Added.")
