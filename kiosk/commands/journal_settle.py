"""``pustaka journal resolve``: staff settle conflicts, whether the kiosk runs or not."""

from __future__ import annotations

import click

from kiosk.circulation import journal_requests
from kiosk.circulation.errors import JournalInUse
from kiosk.circulation.journal import Journal, State
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.journal_requests import Request, Wanted
from kiosk.commands.journal import found, read_conflicts
from kiosk.commands.journal_words import may_redo
from kiosk.commands.setting import config_option, json_option, print_json, read_journal, sentences
from kiosk.config import KioskSettings

_AGAIN, _LEAVE = "again", ""


@click.command(
    epilog="Example: pustaka journal resolve 17 --who Rina --why 'Book found on the shelf' --config kiosk.toml"
)
@click.argument("op", required=False)
@click.option("--who", help="Who has settled it.")
@click.option("--why", help="How, in a few words.")
@click.option("--redo", is_flag=True, help="Try it once more, now that its cause was mended.")
@config_option
@json_option
def resolve(
    op: str | None, who: str | None, why: str | None, redo: bool, settings: KioskSettings, as_json: bool
) -> None:
    """Mark a conflict as settled. OP is its number or id; without it, go through all of them one by one.

    With --redo the kiosk tries it once more, by the same rules as before: it looks first, and never ends somebody
    else's loan. Only what a patron was promised can be tried again.
    """
    if op is None:
        if redo or why is not None or as_json:
            raise click.UsageError("Name the operation: --why, --redo and --json are for a single one.")
        _walk_through(settings, who)
        return
    if who is None or why is None:
        raise click.UsageError("Say who has settled it and how: --who NAME --why 'WHAT WAS DONE'.")
    state = _settle(settings, op, Wanted.REDO if redo else Wanted.RESOLVE, who, why)
    if as_json:
        with read_journal(settings) as record:
            print_json({"op": found(record, op).op, "state": state})
    else:
        click.echo(_SENTENCES[state])


_REQUESTED = "requested"
_SENTENCES = {
    State.RESOLVED.value: "Resolved.",
    State.PARKED.value: "It will be tried again.",
    State.UNKNOWN.value: "It will be looked at, and tried again.",
    _REQUESTED: "Noted. The kiosk is running and takes it up within a minute.",
}


def _walk_through(settings: KioskSettings, who: str | None) -> None:
    """Show each conflict, ask what was done, settle it or leave it."""
    waiting = [one for one in read_conflicts(settings) if not one.settled_soon]
    if not waiting:
        click.echo("No conflicts.")
        return
    who = who or click.prompt("Your name")
    for number, one in enumerate(waiting, start=1):
        click.echo(f"\n{number} of {len(waiting)}: number {one.number}, {one.when}")
        click.echo(f"  What happened   {one.what}\n  Why it stopped  {one.why}\n  What to do      {one.do}")
        again = f", '{_AGAIN}' to try it again" if one.redo else ""
        done = click.prompt(f"What was done? (Enter to leave it{again})", default=_LEAVE, show_default=False)
        if not done.strip():
            click.echo("Left.")
            continue
        redo = bool(one.redo) and done.strip().lower() == _AGAIN
        wanted, why = (Wanted.REDO, "the cause was mended") if redo else (Wanted.RESOLVE, done)
        click.echo(_SENTENCES[_settle(settings, one.op, wanted, who, why)])


def _settle(settings: KioskSettings, op: str, wanted: Wanted, who: str, why: str) -> str:
    """Write it into the journal, or ask the running kiosk to; answers the state, or that it was asked for."""
    with read_journal(settings) as record:
        entry = found(record, op)
        _refuse_nonsense(entry, wanted, who, why)
        request = Request(journal=record.identity.id, op=entry.op, wanted=wanted, who=who, why=why)
    with sentences():
        path = settings.in_data("journal.sqlite")
        try:
            writer = Journal.open(path, kiosk=settings.link.device)
        except JournalInUse:
            journal_requests.leave(path, request)
            return _REQUESTED
        try:
            if wanted is Wanted.REDO:
                return writer.redo(entry.op, who=who, why=why).value
            writer.resolve(entry.op, who=who, why=why)
        finally:
            writer.close()
    return State.RESOLVED.value


def _refuse_nonsense(entry: Entry, wanted: Wanted, who: str, why: str) -> None:
    """What the journal would refuse is said here, before anything is left for a running kiosk."""
    if not who.strip() or not why.strip():
        raise click.ClickException("A conflict is settled with a name and a reason; one of them is empty.")
    if entry.state != State.CONFLICT:
        raise click.ClickException(
            f"Operation {entry.seq} is {entry.state}, not in conflict; there is nothing to settle."
        )
    if wanted is Wanted.REDO and not may_redo(entry):
        raise click.ClickException(
            f"Operation {entry.seq} was promised to nobody and cannot be tried again. "
            "Settle it, and do it anew at the kiosk or in the library system."
        )
