"""``pustaka library init``, ``pin`` and ``unlock``."""

from __future__ import annotations

import secrets
import sys

import click

from kiosk.circulation.library import changes
from kiosk.circulation.library.sample import load_sample
from kiosk.circulation.library.staff import StaffRoom
from kiosk.circulation.port import Secret
from kiosk.commands.setting import config_option, json_option, open_library, print_json
from kiosk.config import KioskSettings


@click.command(epilog="Example: pustaka library init --sample --config kiosk.toml")
@click.option("--sample", is_flag=True, help="Fill it with about 200 Indonesian titles and 20 made-up members.")
@config_option
@json_option
def init(sample: bool, settings: KioskSettings, as_json: bool) -> None:
    """Make the library's file with the default policy. Doing it again changes nothing."""
    with open_library(settings, create=True) as books:
        staff = StaffRoom(books)
        staff.set_up()
        if sample:
            load_sample(books)
        items, members = staff.count()
    path = settings.in_data(settings.circulation.path)
    if as_json:
        print_json({"path": str(path), "items": items, "members": members})
    else:
        click.echo(f"{path}: {items} items, {members} members")


@click.command(epilog="Example: pustaka library unlock A0002 --config kiosk.toml")
@click.argument("member")
@config_option
def unlock(member: str, settings: KioskSettings) -> None:
    """Forget a card's wrong PIN tries."""
    with open_library(settings) as books:
        StaffRoom(books).unlock(member)
    click.echo("Unlocked.")


@click.command(epilog="Example: pustaka library pin A0002 --generate --config kiosk.toml")
@click.argument("member")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the PIN from standard input.")
@click.option("--generate", is_flag=True, help="Make up a PIN and print it once, for the member's slip.")
@click.option("--remove", is_flag=True, help="Take the PIN away.")
@config_option
def pin(member: str, from_stdin: bool, generate: bool, remove: bool, settings: KioskSettings) -> None:
    """Give MEMBER a PIN (asked for twice, without showing it), or take it away. Wrong tries are forgotten."""
    if from_stdin + generate + remove > 1:
        raise click.UsageError("Only one of --stdin, --generate and --remove.")
    length = settings.circulation.pin_length
    chosen = None if remove else _chosen(length, from_stdin=from_stdin, generate=generate)
    with open_library(settings) as books:
        changes.change_pin(books, member, None if chosen is None else Secret(chosen))
    click.echo("The PIN was removed." if chosen is None else f"PIN: {chosen}" if generate else "The PIN was set.")


def _chosen(length: int, *, from_stdin: bool, generate: bool) -> str:
    if generate:
        return f"{secrets.randbelow(10**length):0{length}}"
    if from_stdin:
        text = sys.stdin.readline().strip()
    else:
        text = click.prompt("PIN", hide_input=True, confirmation_prompt=True, type=str).strip()
    if len(text) != length or not text.isdecimal() or not text.isascii():
        raise click.BadParameter(f"a PIN has {length} digits here (circulation.pin_length).", param_hint="PIN")
    return text
