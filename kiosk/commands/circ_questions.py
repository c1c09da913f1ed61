"""Questions of ``pustaka circ``: they change nothing and are answered while the kiosk runs, too."""

from __future__ import annotations

import click

from kiosk.circulation.port import PatronRef, Refusal, Secret, Unknown
from kiosk.commands.circ_open import item_argument, opened_system, patron_argument, pin_options
from kiosk.commands.circ_words import named, refused, show_patron, unanswered
from kiosk.commands.setting import config_option, json_option, print_json
from kiosk.config import KioskSettings


@click.command(epilog="Example: echo 2580 | pustaka circ patron A0002 --pin-stdin --config kiosk.toml --json")
@patron_argument
@pin_options
@config_option
@json_option
def patron(number: str, pin: Secret | None, settings: KioskSettings, as_json: bool) -> None:
    """Who is this, what have they on loan, and what stands in their way?"""
    with opened_system(settings) as system:
        answer = system.patron(PatronRef(number), pin)
    if isinstance(answer, Refusal):
        raise refused(answer, as_json)
    show_patron(number, answer, as_json)


@click.command(epilog="Example: pustaka circ item B00130 --config kiosk.toml")
@item_argument
@config_option
@json_option
def item(item_id: str, settings: KioskSettings, as_json: bool) -> None:
    """What is this copy?"""
    with opened_system(settings) as system:
        answer = system.item(item_id)
    if isinstance(answer, Refusal):
        raise refused(answer, as_json)
    if as_json:
        print_json({"answer": "item", "item": answer})
    else:
        click.echo(named(answer))


@click.command(epilog="Example: pustaka circ fees A0006 --config kiosk.toml")
@patron_argument
@config_option
@json_option
def fees(number: str, settings: KioskSettings, as_json: bool) -> None:
    """What does a patron owe, in whole rupiah?"""
    with opened_system(settings) as system:
        answer = system.fees(PatronRef(number))
    if isinstance(answer, Unknown):
        raise unanswered(answer.why, as_json)
    if as_json:
        print_json({"answer": "fees", "fees": answer})
    else:
        click.echo(f"Rp{answer}")


@click.command(epilog="Example: pustaka circ status --config kiosk.toml --json")
@config_option
@json_option
def status(settings: KioskSettings, as_json: bool) -> None:
    """Is the library system there, and what can it do? Status 1 if it is not there."""
    with opened_system(settings) as system:
        answer = system.status()
    able = sorted(answer.capabilities)
    if as_json:
        print_json(
            {"online": answer.online, "name": answer.name, "capabilities": able, "clock_skew": answer.clock_skew}
        )
    else:
        click.echo(f"{answer.name}: {'online' if answer.online else 'offline'}; {', '.join(able)}")
        if answer.clock_skew is not None and abs(answer.clock_skew) >= 1:
            click.echo(f"Its clock is {answer.clock_skew:+.0f} seconds from this machine's.")
    if not answer.online:
        raise SystemExit(1)
