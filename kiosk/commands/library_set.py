"""``pustaka library set`` and ``pay``: changing what is there."""

from __future__ import annotations

from datetime import date

import click

from kiosk.circulation.library import changes, losses
from kiosk.circulation.library.changes import Value
from kiosk.circulation.library.staff import STATUSES
from kiosk.circulation.library.transfer import values
from kiosk.commands.library_options import DAY, RUPIAH, TEXT, rule_options
from kiosk.commands.setting import config_option, json_option, open_library, print_json
from kiosk.config import KioskSettings


@click.group("set", epilog="Example: pustaka library set member A0001 --blocked --config kiosk.toml")
def set_() -> None:
    """Change a member, an item, a rule or a member type's limit."""


@set_.command(epilog="Example: pustaka library set member A0001 --no-blocked --expires 31/12/2027 --config kiosk.toml")
@click.argument("number")
@click.option("--name", type=TEXT)
@click.option("--type", "kind", help="Member type.")
@click.option("--born", type=DAY, help="Birth date.")
@click.option("--expires", type=DAY, help="Last valid day.")
@click.option("--never-expires", is_flag=True, help="The membership has no end.")
@click.option("--pending/--no-pending", default=None, help="Not active yet.")
@click.option("--blocked/--no-blocked", default=None, help="May not borrow.")
@click.option("--suspended-until", type=DAY, help="First day on which borrowing is possible again.")
@click.option("--no-suspension", is_flag=True, help="End a suspension.")
@click.option("--language", help="Language of the screen, such as id or en.")
@config_option
def member(
    number: str,
    name: str | None,
    kind: str | None,
    born: date | None,
    expires: date | None,
    never_expires: bool,
    pending: bool | None,
    blocked: bool | None,
    suspended_until: date | None,
    no_suspension: bool,
    language: str | None,
    settings: KioskSettings,
) -> None:
    """Change what is known of the member NUMBER."""
    if never_expires and expires is not None:
        raise click.UsageError("Either --expires or --never-expires.")
    if no_suspension and suspended_until is not None:
        raise click.UsageError("Either --suspended-until or --no-suspension.")
    said: dict[str, Value] = {
        "name": name,
        "type": kind,
        "born": _iso(born),
        "expires": _iso(expires),
        "pending": pending,
        "blocked": blocked,
        "suspended_until": _iso(suspended_until),
        "language": language,
    }
    wanted = _said(said)
    if never_expires:
        wanted["expires"] = None
    if no_suspension:
        wanted["suspended_until"] = None
    with open_library(settings) as books:
        changes.change_member(books, number, _something(wanted))
    click.echo("Changed.")


@set_.command(epilog="Example: pustaka library set item B00130 --status lost --config kiosk.toml")
@click.argument("number")
@click.option("--status", type=click.Choice(STATUSES))
@click.option("--charge", type=RUPIAH, help="With --status lost: what the borrower owes, if not what it costs.")
@click.option("--replaced-by", metavar="ITEM", help="The copy that came in its place; this one is withdrawn.")
@click.option("--title", type=TEXT, help="For all copies of the title; --author and --call-number too.")
@click.option("--author", type=TEXT)
@click.option("--call-number", type=TEXT)
@click.option("--collection")
@click.option("--no-loan/--loan", default=None, help="For use in the library only.")
@click.option("--parts", type=click.IntRange(1, 99), help="Volumes or discs under this one number.")
@click.option("--min-age", type=click.IntRange(0, 99), help="Years; 0 is everybody.")
@click.option("--tag", help="UID of its RFID tag, 16 hex digits; '' takes it away.")
@click.option("--location", type=TEXT, help="Where it belongs.")
@click.option("--cost", type=RUPIAH, help="What replacing it costs, in rupiah.")
@config_option
def item(
    number: str,
    status: str | None,
    charge: int | None,
    replaced_by: str | None,
    title: str | None,
    author: str | None,
    call_number: str | None,
    collection: str | None,
    no_loan: bool | None,
    parts: int | None,
    min_age: int | None,
    tag: str | None,
    location: str | None,
    cost: int | None,
    settings: KioskSettings,
) -> None:
    """Change what is known of the item NUMBER.

    A lost item's loan ends; its borrower is charged --charge, else the item's cost, else the library's replacement fee.
    """
    if charge is not None and status != "lost":
        raise click.UsageError("--charge goes with --status lost.")
    if replaced_by is not None and status is not None:
        raise click.UsageError("--replaced-by withdraws the item; it needs no --status.")
    wanted = _said(
        {
            "title": title,
            "author": author,
            "call_number": call_number,
            "collection": collection,
            "no_loan": no_loan,
            "parts": parts,
            "min_age": min_age,
            "tag_uid": _tag(tag),
            "location": location,
            "cost": cost,
            "status": None if status == "lost" else status,
        }
    )
    if status != "lost" and replaced_by is None:
        _something(wanted)
    with open_library(settings) as books:
        if wanted:
            changes.change_item(books, number, wanted)
        if status == "lost":
            click.echo(_in_words(losses.lose(books, number, charge)))
        elif replaced_by is not None:
            waived = losses.replace(books, number, replaced_by)
            click.echo(f"Replaced.{f' Rp{waived} was waived.' if waived else ''}")
        else:
            click.echo("Changed.")


@set_.command(epilog="Example: pustaka library set rule umum '*' --days 14 --calendar-days --config kiosk.toml")
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
    """Change how members of TYPE borrow from COLLECTION. Loans that run keep their due date."""
    wanted = _said(
        {
            "days": days,
            "working_days": working_days,
            "renewals": renewals,
            "fee_per_day": fee,
            "suspend": suspend,
            "grace": grace,
        }
    )
    if limit is not None:
        wanted["loan_limit"] = None if limit == -1 else limit
    with open_library(settings) as books:
        changes.change_rule(books, member_type, collection, _something(wanted))
    click.echo("Changed.")


@set_.command("type", epilog="Example: pustaka library set type umum --limit 4 --config kiosk.toml")
@click.argument("code")
@click.option("--limit", type=click.IntRange(0), required=True, help="How many copies at once.")
@config_option
def type_(code: str, limit: int, settings: KioskSettings) -> None:
    """Change how many copies members of the type CODE may have at once."""
    with open_library(settings) as books:
        changes.change_limit(books, code, limit)
    click.echo("Changed.")


@click.command(epilog="Example: pustaka library pay A0001 5000 --config kiosk.toml")
@click.argument("member")
@click.argument("amount", type=RUPIAH)
@click.option("--waive", is_flag=True, help="It is not paid but forgiven.")
@config_option
@json_option
def pay(member: str, amount: int, waive: bool, settings: KioskSettings, as_json: bool) -> None:
    """Book that MEMBER paid an AMOUNT of rupiah."""
    with open_library(settings) as books:
        owed = losses.fee(books, member, -amount, "waived" if waive else "payment")
    if as_json:
        print_json({"owed": owed})
    else:
        click.echo(f"Booked. Rp{owed} is owed now.")


def _said(said: dict[str, Value]) -> dict[str, Value]:
    """Those that were named; switches as 1 and 0."""
    return {name: int(value) if isinstance(value, bool) else value for name, value in said.items() if value is not None}


def _something(wanted: dict[str, Value]) -> dict[str, Value]:
    if not wanted:
        raise click.UsageError("Nothing to change was named; see --help.")
    return wanted


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _tag(tag: str | None) -> str | None:
    if not tag:
        return tag
    try:
        return values.tag(tag)
    except values.BadValue as error:
        raise click.BadParameter(f"expected {error}.", param_hint="--tag") from error


def _in_words(lost: losses.Lost) -> str:
    if not lost.was_on_loan:
        return "Lost. It was not on loan."
    charged = f"Rp{lost.charged} was charged to the borrower" if lost.charged else "nothing was charged"
    return f"Lost. Its loan has ended; {charged}."
