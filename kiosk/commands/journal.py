"""``pustaka journal``: what was promised to whom, whether the record is whole, and what staff must settle."""

from __future__ import annotations

from dataclasses import dataclass

import click

from kiosk.circulation.journal import State
from kiosk.circulation.journal_file import Entry
from kiosk.commands.setting import config_option, json_option, print_json, print_table, read_journal, write_journal
from kiosk.config import KioskSettings


@dataclass(frozen=True, slots=True)
class Line:
    """An operation, as staff see it."""

    seq: int
    when: str
    kind: str
    patron: str
    item: str
    state: str
    due: str
    why: str
    who: str
    op: str


@click.group(epilog="Example: pustaka journal verify --config kiosk.toml")
def journal() -> None:
    """The kiosk's journal. Only 'resolve' writes; the others work while the kiosk runs."""


@journal.command("list", epilog="Example: pustaka journal list --limit 20 --config kiosk.toml --json")
@click.option("--limit", type=click.IntRange(1), default=None, help="Only the newest so many.")
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only those in this state.")
@config_option
@json_option
def list_(limit: int | None, state: str | None, settings: KioskSettings, as_json: bool) -> None:
    """List operations, oldest first."""
    _list(settings, as_json, [state] if state else [], limit, "No operations.")


@journal.command(epilog="Example: pustaka journal conflicts --config kiosk.toml")
@config_option
@json_option
def conflicts(settings: KioskSettings, as_json: bool) -> None:
    """List what only staff can settle."""
    _list(settings, as_json, [State.CONFLICT.value], None, "No conflicts.")


@journal.command(epilog="Example: pustaka journal verify --config kiosk.toml --json")
@config_option
@json_option
def verify(settings: KioskSettings, as_json: bool) -> None:
    """Check that no row was changed, removed or put elsewhere since it was written."""
    with read_journal(settings) as record:
        problems = record.verify()
        head = record.head()
    if as_json:
        print_json({"whole": not problems, "rows": head.n, "head": head.hash, "problems": problems})
    if problems:
        raise click.ClickException(f"The journal was damaged or changed: {'; '.join(problems)}.")
    if not as_json:
        click.echo(f"The journal is whole: {head.n} rows, the last with hash {head.hash}.")


@journal.command(epilog="Example: pustaka journal resolve OP --who Rina --why 'Book found on the shelf' --config …")
@click.argument("op")
@click.option("--who", required=True, help="Who has settled it.")
@click.option("--why", required=True, help="How, in a few words.")
@config_option
@json_option
def resolve(op: str, who: str, why: str, settings: KioskSettings, as_json: bool) -> None:
    """Mark a conflict as settled."""
    with write_journal(settings) as record:
        record.resolve(op, who=who, why=why)
    if as_json:
        print_json({"op": op, "state": State.RESOLVED.value})
    else:
        click.echo("Resolved.")


def _list(settings: KioskSettings, as_json: bool, states: list[str], limit: int | None, empty: str) -> None:
    with read_journal(settings) as record:
        lines = [_line(entry) for entry in record.entries(*states, limit=limit)]
    if as_json:
        print_json(lines)
    else:
        print_table(lines, empty)


def _line(entry: Entry) -> Line:
    return Line(
        seq=entry.seq,
        when=entry.when,
        kind=entry.kind,
        patron=entry.patron.number if entry.patron is not None else "",
        item=entry.item,
        state=entry.state,
        due=entry.due.isoformat() if entry.due else "",
        why=entry.why,
        who=entry.who,
        op=entry.op,
    )
