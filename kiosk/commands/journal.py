"""``pustaka journal``: what was promised to whom, whether the record is whole, and what staff must settle."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from kiosk.circulation import journal_export, journal_requests
from kiosk.circulation.journal import State
from kiosk.circulation.journal_file import Entry, JournalReader
from kiosk.commands.journal_words import Conflict, conflict, line, local, what_happened
from kiosk.commands.lazy import LazyCommands
from kiosk.commands.setting import (
    CONFIG_FILE,
    config_option,
    json_option,
    maybe_config_option,
    print_json,
    print_table,
    read_journal,
    sentences,
)
from kiosk.config import KioskSettings


@dataclass(frozen=True, slots=True)
class Stage:
    """One state of an operation, as staff see it."""

    when: str
    state: str
    promised: bool
    due: str
    why: str
    who: str


@click.group(
    cls=LazyCommands,
    table={
        "resolve": ("kiosk.commands.journal_settle:resolve", "Settle conflicts, one by one or a single one."),
        "security": ("kiosk.commands.journal_security:security", "Tags whose alarm bit is not right."),
        "export": ("kiosk.commands.journal_exporting:export", "Write the journal to a file that others can verify."),
    },
    epilog="Example: pustaka journal conflicts --config kiosk.toml",
)
def journal() -> None:
    """The kiosk's journal. Every command works while the kiosk runs."""


@journal.command("list", epilog="Example: pustaka journal list --limit 20 --config kiosk.toml --json")
@click.option("--limit", type=click.IntRange(1), default=None, help="Only the newest so many.")
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only those in this state.")
@config_option
@json_option
def list_(limit: int | None, state: str | None, settings: KioskSettings, as_json: bool) -> None:
    """List operations, oldest first."""
    with read_journal(settings) as record:
        lines = [line(entry) for entry in record.entries(*([state] if state else []), limit=limit)]
    if as_json:
        print_json(lines)
    else:
        print_table(lines, "No operations.")


@journal.command(epilog="Example: pustaka journal show 17 --config kiosk.toml")
@click.argument("op")
@config_option
@json_option
def show(op: str, settings: KioskSettings, as_json: bool) -> None:
    """Show one operation, by its number or id, with everything that became of it."""
    zone = site_zone(settings)
    with read_journal(settings) as record:
        entry = found(record, op)
        stages = [
            Stage(local(step.when, zone), step.state, step.promised, str(step.due or ""), step.why, step.who)
            for step in record.steps(entry.op)
        ]
    if as_json:
        print_json({"operation": line(entry), "history": stages})
        return
    click.echo(f"Number {entry.seq}, {local(entry.when, zone)}: {what_happened(entry)}")
    print_table(stages, "")
    if entry.state == State.CONFLICT:
        _say(conflict(entry, zone, config=named_config()))


@journal.command(epilog="Example: pustaka journal conflicts --config kiosk.toml")
@config_option
@json_option
def conflicts(settings: KioskSettings, as_json: bool) -> None:
    """List what only staff can settle: what happened, why the kiosk stopped, and what to do."""
    lines = read_conflicts(settings)
    if as_json:
        print_json(lines)
    elif not lines:
        click.echo("No conflicts.")
    for number, one in enumerate([] if as_json else lines, start=1):
        click.echo(f"{'' if number == 1 else chr(10)}{number} of {len(lines)}: number {one.number}, {one.when}")
        _say(one)


@journal.command(epilog="Example: pustaka journal verify --config kiosk.toml --json")
@click.option(
    "--file", type=click.Path(dir_okay=False, path_type=Path), help="An export instead of the journal itself."
)
@maybe_config_option
@json_option
def verify(file: Path | None, settings: KioskSettings | None, as_json: bool) -> None:
    """Check that no row was changed, removed or put elsewhere since it was written."""
    if file is not None:
        with sentences():
            checked = journal_export.check(file)
        problems, head = checked.problems, checked.head
    elif settings is None:
        raise click.UsageError("Verify what? Name a kiosk with --config kiosk.toml, or an export with --file FILE.")
    else:
        with read_journal(settings) as record:
            problems = record.verify()
            head = record.head()
    name = "journal" if file is None else "export"
    if as_json:
        print_json({"whole": not problems, "rows": head.n, "head": head.hash, "problems": problems})
    if problems:
        raise click.ClickException(f"The {name} was damaged or changed: {'; '.join(problems)}.")
    if not as_json:
        click.echo(f"The {name} is whole: {head.n} rows, the last with hash {head.hash}.")


def read_conflicts(settings: KioskSettings) -> list[Conflict]:
    """Every conflict, the oldest first; those that staff have settled while the kiosk runs are marked."""
    zone = site_zone(settings)
    with read_journal(settings) as record:
        asked = {request.op for request in journal_requests.pending(record.path)}
        entries = record.entries(State.CONFLICT.value)
    return [conflict(entry, zone, config=named_config(), settled_soon=entry.op in asked) for entry in entries]


def found(record: JournalReader, op: str) -> Entry:
    """The operation with this number or id, or the command ends with a sentence."""
    entry = record.entry(op)
    if entry is None:
        raise click.ClickException(f"There is no operation {op} in the journal. 'pustaka journal list' shows them.")
    return entry


def named_config() -> str:
    """The kiosk's file, unless the environment names it already."""
    file = str(click.get_current_context().meta.get(CONFIG_FILE, ""))
    return "" if file == os.environ.get("PUSTAKA_CONFIG") else file


def site_zone(settings: KioskSettings) -> ZoneInfo:
    """The library's time zone, or the command ends with a sentence."""
    try:
        return ZoneInfo(settings.site.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.UsageError(f"site.zone: there is no time zone '{settings.site.zone}'.") from error


def _say(one: Conflict) -> None:
    click.echo(f"  What happened   {one.what}")
    click.echo(f"  Why it stopped  {one.why}")
    click.echo(f"  What to do      {one.do}")
    if one.settled_soon:
        click.echo("  Settled         The running kiosk notes it within a minute.")
        return
    if one.redo:
        click.echo(f"  To try again    {one.redo}")
    click.echo(f"  To settle it    {one.settle}")
