"""``pustaka journal security``: tags whose alarm bit is not what it should be, and settling them."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import click

from kiosk.circulation import journal_requests
from kiosk.circulation.errors import JournalInUse
from kiosk.circulation.journal import Journal
from kiosk.circulation.journal_file import WantedBit
from kiosk.circulation.journal_requests import Request, Wanted
from kiosk.commands.journal import named_config, site_zone
from kiosk.commands.journal_words import local
from kiosk.commands.setting import config_option, json_option, print_json, read_journal, sentences
from kiosk.config import KioskSettings

_DO = "Lay the book on the kiosk's pad: it asks the library system, and sets what is right."
_ELSE = "Or set it at a staff station or replace the tag, then settle it here."


@dataclass(frozen=True, slots=True)
class WrongBit:
    """One tag, as staff see it. ``wanted`` is ``on`` or ``off``; ``settle`` is a command."""

    uid: str
    item: str
    wanted: str
    since: str
    why: str
    do: str
    settle: str


@click.group(invoke_without_command=True, epilog="Example: pustaka journal security list --config kiosk.toml --json")
@click.pass_context
def security(context: click.Context) -> None:
    """Tags whose alarm bit is not right: list them, or say that one is.

    The kiosk mends each by itself when its book is laid down again and the library system says which value is right.
    """
    if context.invoked_subcommand is None:
        list_.invoke(list_.make_context("list", [], parent=context))


@security.command("list", epilog="Example: pustaka journal security list --config kiosk.toml")
@config_option
@json_option
def list_(settings: KioskSettings, as_json: bool) -> None:
    """List tags whose alarm bit is wrong, the oldest first: which item, what it should be, since when, and why."""
    zone = site_zone(settings)
    with read_journal(settings) as record:
        wrong = [in_words(bit, zone, named_config()) for bit in record.security_list()]
    if as_json:
        print_json(wrong)
        return
    if not wrong:
        click.echo("Every alarm bit is right, as far as this kiosk knows.")
    for number, one in enumerate(wrong, start=1):
        item = one.item or "an item that is not known"
        click.echo(f"{'' if number == 1 else chr(10)}{number} of {len(wrong)}: {item}, tag {one.uid}, {one.since}")
        click.echo(f"  What is wrong   {one.why}")
        click.echo(f"  What to do      {one.do}")
        click.echo(f"  To settle it    {one.settle}")


@security.command(epilog="Example: pustaka journal security done E00401003123AA26 --config kiosk.toml")
@click.argument("uids", metavar="UID...", nargs=-1, required=True)
@config_option
@json_option
def done(uids: tuple[str, ...], settings: KioskSettings, as_json: bool) -> None:
    """Take tags off the list: their alarm bit was set elsewhere, or the tag is gone.

    Works while the kiosk runs. It does not touch any tag.
    """
    wanted = [uid.strip().upper() for uid in uids]
    with read_journal(settings) as record:
        listed = {bit.uid for bit in record.security_list()}
        journal = record.identity.id
    unknown = [uid for uid in wanted if uid not in listed]
    if unknown:
        raise click.ClickException(
            f"Tag {unknown[0]} is not on the list. 'pustaka journal security list' shows those that are."
        )
    noted = _take_off(settings, journal, wanted)
    if as_json:
        print_json({"uids": wanted, "state": "done" if noted else "requested"})
    else:
        click.echo("Done." if noted else "Noted. The kiosk is running and takes it up within a minute.")


def in_words(bit: WantedBit, zone: ZoneInfo, config: str = "") -> WrongBit:
    """What is wrong with a tag, and what to do about it."""
    if bit.armed:
        why = "Returned here, but its tag was gone, or did not take the value, before the alarm was on."
    else:
        why = "Borrowed here, but its tag was gone, or did not take the value, before the alarm was off."
    named = f" --config {shlex.quote(config)}" if config else ""
    return WrongBit(
        uid=bit.uid,
        item=bit.item,
        wanted="on" if bit.armed else "off",
        since=local(bit.since, zone),
        why=why,
        do=f"{_DO} {_ELSE}",
        settle=f"pustaka journal security done {bit.uid}{named}",
    )


def _take_off(settings: KioskSettings, journal: str, uids: list[str]) -> bool:
    """Cross them out, or ask the running kiosk to; answers whether it is done already."""
    with sentences():
        path = settings.in_data("journal.sqlite")
        try:
            writer = Journal.open(path, kiosk=settings.link.device)
        except JournalInUse:
            for uid in uids:
                request = Request(journal=journal, op=uid, wanted=Wanted.BIT_RIGHT, who="", why="")
                journal_requests.leave(path, request)
            return False
        try:
            for uid in uids:
                writer.security_done(uid)
        finally:
            writer.close()
    return True
