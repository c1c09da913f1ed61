"""``pustaka circ``: the kiosk's circulation without a screen, for scripts, commissioning and support."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.port import (
    Borrowed,
    Item,
    Patron,
    PatronRef,
    Refusal,
    Refused,
    Renewed,
    Returned,
    Secret,
    Unknown,
)
from kiosk.commands.setting import (
    config_option,
    in_words,
    json_option,
    open_library,
    print_json,
    sentences,
    write_journal,
)
from kiosk.config import KioskSettings


@click.group(epilog="Example: pustaka circ checkout A0001 B00130 --config kiosk.toml --json")
def circ() -> None:
    """Circulation without a screen.

    Each operation takes the same path as at the kiosk, journal and all; so while the kiosk runs, only the questions
    (patron, item, status) are answered.
    """


@circ.command(epilog="Example: echo 2580 | pustaka circ patron A0002 --pin-stdin --config kiosk.toml --json")
@click.argument("number")
@click.option("--pin", default=None, help="The PIN; other users of this machine can see it. Prefer --pin-stdin.")
@click.option("--pin-stdin", is_flag=True, help="Read the PIN from standard input.")
@config_option
@json_option
def patron(number: str, pin: str | None, pin_stdin: bool, settings: KioskSettings, as_json: bool) -> None:
    """Who is this, what have they on loan, and what stands in their way?"""
    if pin is not None and pin_stdin:
        raise click.UsageError("Give the PIN once: either --pin or --pin-stdin.")
    if pin_stdin:
        pin = sys.stdin.readline().strip()
    with open_library(settings) as library:
        answer = library.patron(PatronRef(number), Secret(pin) if pin is not None else None)
    if isinstance(answer, Refusal):
        raise _refused(answer, as_json)
    _show_patron(number, answer, as_json)


@circ.command(epilog="Example: pustaka circ item B00130 --config kiosk.toml")
@click.argument("item_id", metavar="ITEM")
@config_option
@json_option
def item(item_id: str, settings: KioskSettings, as_json: bool) -> None:
    """What is this copy?"""
    with open_library(settings) as library:
        answer = library.item(item_id)
    if isinstance(answer, Refusal):
        raise _refused(answer, as_json)
    if as_json:
        print_json({"answer": "item", "item": answer})
    else:
        click.echo(_named(answer))


@circ.command(epilog="Example: pustaka circ checkout A0001 B00130 --config kiosk.toml")
@click.argument("patron_number", metavar="PATRON")
@click.argument("item_id", metavar="ITEM")
@config_option
@json_option
def checkout(patron_number: str, item_id: str, settings: KioskSettings, as_json: bool) -> None:
    """Lend a copy to a patron."""
    with _desk(settings) as desk:
        _show(desk.checkout(PatronRef(patron_number), item_id), as_json)


@circ.command(epilog="Example: pustaka circ checkin B00130 --config kiosk.toml")
@click.argument("item_id", metavar="ITEM")
@config_option
@json_option
def checkin(item_id: str, settings: KioskSettings, as_json: bool) -> None:
    """Take a copy back, whoever had it."""
    with _desk(settings) as desk:
        _show(desk.checkin(item_id), as_json)


@circ.command(epilog="Example: pustaka circ renew A0001 --config kiosk.toml")
@click.argument("patron_number", metavar="PATRON")
@click.argument("item_id", metavar="[ITEM]", required=False)
@config_option
@json_option
def renew(patron_number: str, item_id: str | None, settings: KioskSettings, as_json: bool) -> None:
    """Extend one loan of a patron, or without ITEM all of them."""
    ref = PatronRef(patron_number)
    with _desk(settings) as desk:
        if item_id is not None:
            _show(desk.renew(ref, item_id), as_json)
            return
        answers = desk.renew_all(ref)
    if isinstance(answers, Unknown):
        _show(answers, as_json)
        return
    if as_json:
        print_json([_as_data(answer) for answer in answers])
    else:
        for answer in answers:
            click.echo(_in_words(answer))
    if not all(isinstance(answer, Renewed) for answer in answers):
        raise SystemExit(1)


@circ.command(epilog="Example: pustaka circ status --config kiosk.toml --json")
@config_option
@json_option
def status(settings: KioskSettings, as_json: bool) -> None:
    """Is the library system there, and what can it do?"""
    with open_library(settings) as library, sentences():
        answer = library.status()
    if as_json:
        print_json({"online": answer.online, "name": answer.name, "capabilities": sorted(answer.capabilities)})
    else:
        click.echo(
            f"{answer.name}: {'online' if answer.online else 'offline'}; {', '.join(sorted(answer.capabilities))}"
        )


_Outcome = Borrowed | Returned | Renewed | Refused | Unknown


@contextmanager
def _desk(settings: KioskSettings) -> Iterator[CirculationDesk]:
    with open_library(settings) as library, write_journal(settings) as journal:
        desk = CirculationDesk(library, journal)
        desk.recover()
        yield desk


def _show(answer: _Outcome, as_json: bool) -> None:
    """Print an operation's answer; anything but a yes ends with status 1."""
    if as_json:
        print_json(_as_data(answer))
    if isinstance(answer, Refused | Unknown):
        raise click.ClickException(_in_words(answer))
    if not as_json:
        click.echo(_in_words(answer))


def _as_data(answer: _Outcome) -> dict[str, object]:
    return {"answer": type(answer).__name__.lower(), "outcome": answer}


def _in_words(answer: _Outcome) -> str:
    match answer:
        case Borrowed(item=item, due=due, again=again):
            return f"{'Already borrowed' if again else 'Borrowed'} until {due}: {_named(item)}"
        case Returned(item=item, held=held, again=again):
            kept = ", kept for another patron" if held else ""
            return f"{'Was not on loan' if again else 'Returned'}{kept} (bin: {answer.bin}): {_named(item)}"
        case Renewed(item=item, due=due):
            return f"Renewed until {due}: {_named(item)}"
        case Refused(refusal=refusal, item=copy):
            return f"Refused: {in_words(refusal)}{f': {_named(copy)}' if copy is not None else ''}."
        case Unknown(why=why):
            return f"Not known whether it happened ({why}); it is in the journal and will be asked again."


def _refused(refusal: Refusal, as_json: bool) -> click.ClickException:
    if as_json:
        print_json({"answer": "refused", "refusal": refusal})
    return click.ClickException(f"Refused: {in_words(refusal)}.")


def _show_patron(number: str, patron: Patron, as_json: bool) -> None:
    if as_json:
        data = {name: getattr(patron, name) for name in _PATRON}
        print_json({"answer": "patron", "patron": {"number": number, **data}})
        return
    click.echo(
        f"{patron.first_name}: {len(patron.loans)} on loan, {patron.can_borrow} more allowed, fees Rp{patron.fees}"
    )
    if patron.blocked is not None:
        click.echo(f"  may not borrow: {in_words(patron.blocked)}")
    for loan in patron.loans:
        click.echo(f"  until {loan.due} ({loan.days_left} days): {_named(loan.item)}")
    for hold in patron.holds:
        click.echo(f"  hold, {f'ready until {hold.ready_until}' if hold.ready_until else 'waiting'}: {hold.title}")


_PATRON = ("first_name", "loans", "holds", "can_borrow", "fees", "blocked", "language", "offline")


def _named(item: Item) -> str:
    parts = f", {item.parts} parts" if item.parts > 1 else ""
    return f"{item.id} {item.title}{f' / {item.author}' if item.author else ''}{parts}"
