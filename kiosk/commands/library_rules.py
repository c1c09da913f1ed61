"""``pustaka library rules`` and ``policy``."""

from __future__ import annotations

import click

from kiosk.circulation.library import changes, lists
from kiosk.circulation.library import policy as policies
from kiosk.circulation.library.changes import Value
from kiosk.circulation.library.transfer import values
from kiosk.commands.library_options import RUPIAH
from kiosk.commands.setting import config_option, json_option, open_library, print_json
from kiosk.config import KioskSettings


@click.command(epilog="Example: pustaka library rules pelajar daerah --config kiosk.toml")
@click.argument("member_type", metavar="[TYPE]", required=False)
@click.argument("collection", required=False)
@config_option
@json_option
def rules(member_type: str | None, collection: str | None, settings: KioskSettings, as_json: bool) -> None:
    """Say the rules in words: all, those of a member TYPE, or the one that applies to it and a COLLECTION."""
    with open_library(settings) as books, books.store.reading() as db:
        limits = {line.code: line.limit for line in lists.types(db)}
        if member_type is not None and member_type not in limits:
            raise click.ClickException(f"There is no member type '{member_type}'. There are {', '.join(limits)}.")
        if collection is not None and collection not in {line.code for line in lists.collections(db)}:
            raise click.ClickException(f"There is no collection '{collection}'.")
        if member_type is not None and collection is not None:
            rule = policies.effective(db, member_type, collection)
            found = [] if rule is None else [rule]
        else:
            found = [line for line in lists.rules(db) if member_type in (None, line.member_type)]
    if as_json:
        print_json(found)
        return
    for line in found:
        click.echo(policies.rule_in_words(line, limits[line.member_type]))
    if not found:
        click.echo("There is no rule, so nothing is lent.")


def _closed(_context: click.Context, _parameter: click.Parameter, value: str | None) -> frozenset[int] | None:
    if value is None:
        return None
    names = [name.strip().lower()[:3] for name in value.split(",") if name.strip().lower() != "none"]
    unknown = [name for name in names if name not in policies.WEEKDAYS]
    if unknown:
        raise click.BadParameter(f"'{unknown[0]}' is no weekday; use mon, tue, wed, thu, fri, sat, sun or none.")
    return frozenset(policies.WEEKDAYS.index(name) for name in names)


def _amount_or_never(_context: click.Context, _parameter: click.Parameter, value: str | None) -> int | None:
    """-1 is never."""
    if value is None or value == "never":
        return None if value is None else -1
    try:
        return values.cost(value)
    except values.BadValue as error:
        raise click.BadParameter(f"expected {error}, or never.") from error


@click.command(epilog="Example: pustaka library policy --pins required --closed sat,sun --config kiosk.toml")
@click.option("--pins", type=click.Choice(["optional", "required"]), help="Whether members without a PIN are served.")
@click.option("--block-overdue/--no-block-overdue", default=None, help="Something overdue blocks borrowing.")
@click.option("--overdue-blocks-renewal/--overdue-lets-renew", default=None, help="… and renewing other loans.")
@click.option("--fee-block", callback=_amount_or_never, metavar="RUPIAH|never", help="Owing more than this blocks.")
@click.option("--fee-blocks-renewal/--fee-lets-renew", default=None, help="… renewing too.")
@click.option("--hold-days", type=click.IntRange(1, 365), help="Open days for which a ready hold is kept.")
@click.option("--shelf", help="Hold shelf for holds that name none.")
@click.option("--replacement-fee", type=RUPIAH, help="What a lost copy costs that has no cost of its own.")
@click.option("--closed", callback=_closed, metavar="DAYS|none", help="Weekdays on which the library is shut: sat,sun.")
@click.option("--keep-days", type=click.IntRange(30), help="Days of use for which answers to operations are kept.")
@config_option
@json_option
def policy(
    pins: str | None,
    block_overdue: bool | None,
    overdue_blocks_renewal: bool | None,
    fee_block: int | None,
    fee_blocks_renewal: bool | None,
    hold_days: int | None,
    shelf: str | None,
    replacement_fee: int | None,
    closed: frozenset[int] | None,
    keep_days: int | None,
    settings: KioskSettings,
    as_json: bool,
) -> None:
    """Show what the library as a whole has decided, after changing what is named.

    With --pins optional, whoever types a number at a kiosk learns whether it exists, and opens the account if it has no
    PIN. With --pins required every card is asked for a PIN, known or not, and members without one are not served.
    """
    said: dict[str, Value] = {
        "pins": pins,
        "block_overdue": block_overdue,
        "overdue_blocks_renewal": overdue_blocks_renewal,
        "fee_blocks_renewal": fee_blocks_renewal,
        "shelf_days": hold_days,
        "shelf": shelf,
        "replacement_fee": replacement_fee,
        "keep_days": keep_days,
    }
    wanted: dict[str, Value] = {
        name: int(value) if isinstance(value, bool) else value for name, value in said.items() if value is not None
    }
    if fee_block is not None:
        wanted["fee_block"] = None if fee_block == -1 else fee_block
    with open_library(settings) as books:
        if wanted:
            changes.change_policy(books, wanted)
        if closed is not None:
            changes.closed_weekdays(books, closed)
        with books.store.reading() as db:
            line = policies.read(db)
    if as_json:
        print_json(line)
        return
    for sentence in policies.in_words(line):
        click.echo(sentence)
