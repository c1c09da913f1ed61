"""Operations of ``pustaka circ``: through the desk and its journal, as at the kiosk."""

from __future__ import annotations

import click

from kiosk.circulation.port import PatronRef, Refused, Unknown
from kiosk.commands.circ_open import item_argument, opened_desk, opened_system, patron_argument
from kiosk.commands.circ_words import show, show_all
from kiosk.commands.setting import config_option, json_option, print_json
from kiosk.config import KioskSettings


@click.command(epilog="Example: pustaka circ checkout A0001 B00130 --config kiosk.toml")
@patron_argument
@item_argument
@config_option
@json_option
def checkout(number: str, item_id: str, settings: KioskSettings, as_json: bool) -> None:
    """Lend a copy to a patron."""
    with opened_desk(settings) as desk:
        answer = desk.checkout(PatronRef(number), item_id)
    show(answer, as_json)


@click.command(epilog="Example: pustaka circ checkin B00130 --config kiosk.toml")
@item_argument
@config_option
@json_option
def checkin(item_id: str, settings: KioskSettings, as_json: bool) -> None:
    """Take a copy back, whoever had it."""
    with opened_desk(settings) as desk:
        answer = desk.checkin(item_id)
    show(answer, as_json)


@click.command(epilog="Example: pustaka circ renew A0001 B00130 --config kiosk.toml")
@patron_argument
@click.argument("item_id", metavar="[ITEM]", required=False)
@config_option
@json_option
def renew(number: str, item_id: str | None, settings: KioskSettings, as_json: bool) -> None:
    """Extend one loan of a patron, or without ITEM all of them."""
    if item_id is None:
        _renew_all(number, settings, as_json)
        return
    with opened_desk(settings) as desk:
        answer = desk.renew(PatronRef(number), item_id)
    show(answer, as_json)


@click.command("renew-all", epilog="Example: pustaka circ renew-all A0001 --config kiosk.toml --json")
@patron_argument
@config_option
@json_option
def renew_all(number: str, settings: KioskSettings, as_json: bool) -> None:
    """Extend every loan of a patron that may be extended; status 1 unless all were."""
    _renew_all(number, settings, as_json)


def _renew_all(number: str, settings: KioskSettings, as_json: bool) -> None:
    with opened_desk(settings) as desk:
        answers = desk.renew_all(PatronRef(number))
    if isinstance(answers, Unknown):
        show(answers, as_json)
    else:
        show_all(list(answers), as_json)


@click.command(epilog="Example: pustaka circ pay A0006 5000 --config kiosk.toml")
@patron_argument
@click.argument("amount", type=click.IntRange(1))
@config_option
@json_option
def pay(number: str, amount: int, settings: KioskSettings, as_json: bool) -> None:
    """Book a payment of AMOUNT whole rupiah, and say what is still owed."""
    with opened_desk(settings) as desk:
        answer = desk.pay(PatronRef(number), amount)
    if isinstance(answer, Refused | Unknown):
        show(answer, as_json)
    elif as_json:
        print_json({"answer": "paid", "owed": answer})
    else:
        click.echo(f"Paid. Still owed: Rp{answer}")


@click.command(epilog="Example: pustaka circ end A0001 --config kiosk.toml")
@patron_argument
@config_option
@json_option
def end(number: str, settings: KioskSettings, as_json: bool) -> None:
    """Tell the system that a patron has left (SIP2's message 35). A system that has no use for it does nothing."""
    with opened_system(settings) as system:
        system.end_visit(PatronRef(number))
    if as_json:
        print_json({"answer": "ended"})
    else:
        click.echo("Ended.")
