"""What ``pustaka circ`` does for staff where the library system offers it: holds, blocked cards, notes."""

from __future__ import annotations

import uuid

import click

from kiosk.circulation.counter import BlocksPatrons, KeepsNotes, TakesHolds
from kiosk.circulation.port import PatronRef, Unknown
from kiosk.commands.circ_open import item_argument, opened_system, patron_argument
from kiosk.commands.circ_words import Outcome, show, unanswered
from kiosk.commands.setting import config_option, json_option
from kiosk.config import KioskSettings
from kiosk.systems import System


@click.command(epilog="Example: pustaka circ hold A0001 B00130 --config kiosk.toml")
@patron_argument
@item_argument
@config_option
@json_option
def hold(number: str, item_id: str, settings: KioskSettings, as_json: bool) -> None:
    """Let a patron wait for the title of a copy."""
    with opened_system(settings) as system:
        answer = _holds(system).hold(_op(), PatronRef(number), item_id)
    _show(answer, as_json)


@click.command(epilog="Example: pustaka circ unhold A0001 B00130 --config kiosk.toml")
@patron_argument
@item_argument
@config_option
@json_option
def unhold(number: str, item_id: str, settings: KioskSettings, as_json: bool) -> None:
    """Take a patron off the waiting list of a copy's title."""
    with opened_system(settings) as system:
        answer = _holds(system).cancel_hold(_op(), PatronRef(number), item_id)
    _show(answer, as_json)


@click.command(epilog="Example: pustaka circ block A0001 --why 'Card found in the kiosk' --config kiosk.toml")
@patron_argument
@click.option("--why", default="", help="A note for staff; some systems keep it.")
@config_option
@json_option
def block(number: str, why: str, settings: KioskSettings, as_json: bool) -> None:
    """Block a card: nothing is lent on it until the block is taken back."""
    with opened_system(settings) as system:
        answer = _blocks(system).block_patron(_op(), PatronRef(number), why)
    _show(answer, as_json)


@click.command(epilog="Example: pustaka circ enable A0001 --config kiosk.toml")
@patron_argument
@config_option
@json_option
def enable(number: str, settings: KioskSettings, as_json: bool) -> None:
    """Take the block of a card back."""
    with opened_system(settings) as system:
        answer = _blocks(system).enable_patron(_op(), PatronRef(number))
    _show(answer, as_json)


@click.command(epilog="Example: pustaka circ note B00130 'Spine is loose' --config kiosk.toml")
@item_argument
@click.argument("text")
@config_option
@json_option
def note(item_id: str, text: str, settings: KioskSettings, as_json: bool) -> None:
    """Keep a note with a copy (SIP2: item properties)."""
    with opened_system(settings) as system:
        answer = _notes(system).update_item(_op(), item_id, text)
    _show(answer, as_json)


def _holds(system: System) -> TakesHolds:
    if isinstance(system, TakesHolds):
        return system
    raise _lacks("takes no holds from a terminal; place them in its own programs")


def _blocks(system: System) -> BlocksPatrons:
    if isinstance(system, BlocksPatrons):
        return system
    raise _lacks("lets no terminal block a card; do it in its own programs")


def _notes(system: System) -> KeepsNotes:
    if isinstance(system, KeepsNotes):
        return system
    raise _lacks("keeps no notes on copies; write them down elsewhere")


def _lacks(what: str) -> click.ClickException:
    return click.ClickException(f"This library system {what}.")


def _show(answer: Outcome, as_json: bool) -> None:
    if isinstance(answer, Unknown):
        # Not the journal's business: nobody was promised anything, so nobody asks again by himself.
        raise unanswered(f"{answer.why}; look there before you try again", as_json)
    show(answer, as_json)


def _op() -> str:
    return str(uuid.uuid4())
