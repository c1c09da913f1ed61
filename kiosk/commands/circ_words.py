"""Answers of circulation as a person at a terminal reads them, and as a program does."""

from __future__ import annotations

import click

from kiosk.circulation.counter import Done, Held
from kiosk.circulation.port import Borrowed, Item, Loan, Patron, Refusal, Refused, Renewed, Returned, Unknown
from kiosk.commands.setting import in_words, print_json

Outcome = Borrowed | Returned | Renewed | Held | Done | Refused | Unknown


def show(answer: Outcome, as_json: bool) -> None:
    """Print an operation's answer; anything but a yes ends with status 1."""
    if as_json:
        print_json(as_data(answer))
    if isinstance(answer, Refused | Unknown):
        raise click.ClickException(outcome_in_words(answer))
    if not as_json:
        click.echo(outcome_in_words(answer))


def show_all(answers: list[Outcome], as_json: bool) -> None:
    """Print the answers to one operation on many loans; status 1 unless all are yes."""
    if as_json:
        print_json([as_data(answer) for answer in answers])
    for answer in answers if not as_json else ():
        click.echo(outcome_in_words(answer))
    if not answers and not as_json:
        click.echo("There was nothing to renew.")
    if any(isinstance(answer, Refused | Unknown) for answer in answers):
        raise SystemExit(1)


def as_data(answer: Outcome) -> dict[str, object]:
    """An answer for programs."""
    return {"answer": type(answer).__name__.lower(), "outcome": answer}


def outcome_in_words(answer: Outcome) -> str:
    """An answer in a line."""
    match answer:
        case Borrowed(item=item, again=again):
            said = "Already borrowed" if again else "Borrowed"
            return f"{said} {_until(answer)}{_offline(answer.estimated)}: {named(item)}"
        case Returned(item=item, held=held, again=again):
            kept = ", kept for another patron" if held else ""
            said = "Was not on loan" if again else "Returned"
            return f"{said}{kept}{_offline(answer.estimated)} (bin: {answer.bin}): {named(item)}"
        case Renewed(item=item):
            return f"Renewed {_until(answer)}: {named(item)}"
        case Held(item=item, queue=queue, ready=ready, ready_until=until):
            if ready or until is not None:
                return f"Waits on the hold shelf{f' until {until}' if until else ''}: {named(item)}"
            return f"Waiting{f', place {queue}' if queue is not None else ''}: {named(item)}"
        case Done(item=about):
            return f"Done: {named(about)}" if about is not None else "Done."
        case Refused(refusal=refusal, item=copy):
            return f"Refused: {in_words(refusal)}{f': {named(copy)}' if copy is not None else ''}."
        case Unknown(why=why):
            return f"Not known whether it happened ({why}); it is in the journal and will be asked again."


def refused(refusal: Refusal, as_json: bool) -> click.ClickException:
    """A question's no, to be raised."""
    if as_json:
        print_json({"answer": "refused", "refusal": refusal})
    return click.ClickException(f"Refused: {in_words(refusal)}.")


def unanswered(why: str, as_json: bool) -> click.ClickException:
    """A question that the system did not answer, to be raised."""
    if as_json:
        print_json({"answer": "unknown", "why": why})
    return click.ClickException(f"The library system gave no answer ({why}).")


def show_patron(number: str, patron: Patron, as_json: bool) -> None:
    """An account."""
    if as_json:
        data = {name: getattr(patron, name) for name in _PATRON}
        print_json({"answer": "patron", "patron": {"number": number, **data}})
        return
    more = "no limit known" if patron.can_borrow is None else f"{patron.can_borrow} more allowed"
    click.echo(f"{patron.first_name}: {len(patron.loans)} on loan, {more}, fees Rp{patron.fees}")
    if patron.blocked is not None:
        click.echo(f"  may not borrow: {in_words(patron.blocked)}")
    for loan in patron.loans:
        click.echo(f"  {_due(loan)}: {named(loan.item)}")
    for hold in patron.holds:
        click.echo(f"  hold, {_readiness(hold.can_be_fetched, hold.ready_until)}: {hold.title}")


_PATRON = ("first_name", "loans", "holds", "can_borrow", "fees", "blocked", "language", "offline")


def named(item: Item) -> str:
    """A copy in a line."""
    parts = f", {item.parts} parts" if item.parts > 1 else ""
    return f"{item.id} {item.title}{f' / {item.author}' if item.author else ''}{parts}"


def _until(answer: Borrowed | Renewed) -> str:
    return f"until {answer.due}" if answer.due_known else "(the system told no due date)"


def _offline(estimated: bool) -> str:
    return " by the offline rules, to be confirmed" if estimated else ""


def _due(loan: Loan) -> str:
    return f"until {loan.due} ({loan.days_left} days)" if loan.due_known else "due date not told"


def _readiness(can_be_fetched: bool, until: object) -> str:
    if not can_be_fetched:
        return "waiting"
    return f"ready until {until}" if until else "ready"
