"""``pustaka library remove``: what is no longer wanted."""

from __future__ import annotations

from datetime import date

import click

from kiosk.circulation.library import removals
from kiosk.commands.library_options import DAY
from kiosk.commands.setting import config_option, open_library
from kiosk.config import KioskSettings


@click.group(epilog="Example: pustaka library remove holiday 2027-03-10 --config kiosk.toml")
def remove() -> None:
    """Remove a member, an item, a hold, a holiday, an opening, a rule, a type, a collection or a shelf."""


@remove.command(epilog="Example: pustaka library remove member A0042 --config kiosk.toml")
@click.argument("number")
@config_option
def member(number: str, settings: KioskSettings) -> None:
    """Erase the member NUMBER: name, number, birth date, PIN and holds.

    Past loans and fees stay for the figures, without the person. Nothing may be on loan or owed.
    """
    with open_library(settings) as books:
        past = removals.remove_member(books, number)
    click.echo("Removed. Past loans and fees stay, without the person." if past else "Removed.")


@remove.command(epilog="Example: pustaka library remove item B00900 --config kiosk.toml")
@click.argument("number")
@config_option
def item(number: str, settings: KioskSettings) -> None:
    """Remove an item that was never lent; set others to withdrawn."""
    with open_library(settings) as books:
        removals.remove_item(books, number)
    click.echo("Removed.")


@remove.command(epilog="Example: pustaka library remove hold 17 --config kiosk.toml")
@click.argument("number", type=int)
@config_option
def hold(number: int, settings: KioskSettings) -> None:
    """Cancel the hold NUMBER, as 'list holds' shows it."""
    with open_library(settings) as books:
        kept = removals.cancel_hold(books, number)
    click.echo(
        f"Cancelled. Take {kept} off the hold shelf and check it in again: it goes to whoever is next."
        if kept
        else "Cancelled."
    )


@remove.command(epilog="Example: pustaka library remove holiday 2027-03-10 --config kiosk.toml")
@click.argument("day", type=DAY)
@config_option
def holiday(day: date, settings: KioskSettings) -> None:
    """Remove a day on which the library is shut."""
    _remove(settings, "holiday", day.isoformat())


@remove.command(epilog="Example: pustaka library remove opening 2026-12-06 --config kiosk.toml")
@click.argument("day", type=DAY)
@config_option
def opening(day: date, settings: KioskSettings) -> None:
    """Remove an extra opening."""
    _remove(settings, "opening", day.isoformat())


@remove.command(epilog="Example: pustaka library remove rule pelajar daerah --config kiosk.toml")
@click.argument("member_type", metavar="TYPE")
@click.argument("collection")
@config_option
def rule(member_type: str, collection: str, settings: KioskSettings) -> None:
    """Remove a rule; the type's rule for any other collection ('*') takes its place, or nothing is lent."""
    _remove(settings, "rule", member_type, collection)


@remove.command("type", epilog="Example: pustaka library remove type guru --config kiosk.toml")
@click.argument("code")
@config_option
def type_(code: str, settings: KioskSettings) -> None:
    """Remove a member type that has neither members nor rules."""
    _remove(settings, "type", code)


@remove.command(epilog="Example: pustaka library remove collection av --config kiosk.toml")
@click.argument("code")
@config_option
def collection(code: str, settings: KioskSettings) -> None:
    """Remove a collection type that has no items."""
    _remove(settings, "collection", code)


@remove.command(epilog="Example: pustaka library remove shelf depan --config kiosk.toml")
@click.argument("code")
@config_option
def shelf(code: str, settings: KioskSettings) -> None:
    """Remove a hold shelf on which nothing lies."""
    _remove(settings, "shelf", code)


def _remove(settings: KioskSettings, what: str, *key: str) -> None:
    with open_library(settings) as books:
        removals.remove(books, what, *key)
    click.echo("Removed.")
