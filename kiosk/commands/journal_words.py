"""Operations of the journal in words, for staff at a terminal."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kiosk.circulation.conflicts import advice
from kiosk.circulation.journal import Kind, State
from kiosk.circulation.journal_file import Entry


@dataclass(frozen=True, slots=True)
class Line:
    """An operation, as staff see it in a table."""

    seq: int
    when: str
    kind: str
    patron: str
    item: str
    state: str
    promised: str
    due: str
    why: str
    who: str
    op: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A conflict, in words. ``settle`` and ``redo`` are commands; ``redo`` is empty where it could not help."""

    number: int
    op: str
    when: str
    what: str
    why: str
    do: str
    settle: str
    redo: str
    settled_soon: bool  # staff have settled it, and the running kiosk has not noted it yet


def line(entry: Entry) -> Line:
    """One row of the table; an unknown patron is blank."""
    return Line(
        seq=entry.seq,
        when=entry.when,
        kind=entry.kind,
        patron=entry.patron.number if entry.patron is not None else "",
        item=entry.item,
        state=entry.state,
        promised=_promise(entry),
        due=entry.due.isoformat() if entry.due else "",
        why=entry.why,
        who=entry.who,
        op=entry.op,
    )


def conflict(entry: Entry, zone: ZoneInfo, *, config: str = "", settled_soon: bool = False) -> Conflict:
    """What happened, why the kiosk stopped, what to do, and the commands that settle it.

    ``config`` is the kiosk's file, if the commands must name it.
    """
    said = advice(entry.why)
    command = f"pustaka journal resolve {entry.seq}"
    told = "--who NAME --why 'WHAT WAS DONE'" + (f" --config {shlex.quote(config)}" if config else "")
    return Conflict(
        number=entry.seq,
        op=entry.op,
        when=local(entry.when, zone),
        what=what_happened(entry),
        why=said.why,
        do=said.do,
        settle=f"{command} {told}",
        redo=f"{command} --redo {told}" if said.redo and may_redo(entry) else "",
        settled_soon=settled_soon,
    )


def may_redo(entry: Entry) -> bool:
    """Whether the journal would take the operation back into the queue."""
    return entry.state == State.CONFLICT and entry.promised and entry.kind in (Kind.CHECKOUT, Kind.CHECKIN)


def what_happened(entry: Entry) -> str:
    """One sentence or two: who, what, and what they were told."""
    who = f"Patron {entry.patron.number}" if entry.patron is not None else "A patron whose number is no longer kept"
    match Kind(entry.kind):
        case Kind.CHECKIN:
            asked = f"{entry.item} was given back."
        case Kind.CHECKOUT:
            asked = f"{who} asked to borrow {entry.item}."
        case Kind.RENEW:
            asked = f"{who} asked to renew {entry.item}."
        case Kind.RENEW_ALL:
            asked = f"{who} asked to renew all their loans."
        case Kind.PAY:
            asked = f"{who} paid Rp{entry.amount or 0}."
    return f"{asked} {_told(entry)}"


def local(moment: str, zone: ZoneInfo) -> str:
    """A moment of the journal by the library's clock, such as ``Mon 23 Nov 2026 09:00``."""
    return datetime.fromisoformat(moment).astimezone(zone).strftime("%a %d %b %Y %H:%M")


def _told(entry: Entry) -> str:
    if not entry.promised:
        return "They were told that it is not known whether it worked."
    if entry.kind == Kind.CHECKIN:
        return "The library system was away; the kiosk took it in and said thank you."
    return f"The library system was away; the kiosk lent it, due {day(entry.promised_due)}."


def day(when: date | None) -> str:
    """A date for a sentence."""
    return when.strftime("%a %d %b %Y") if when is not None else "on a day that was not said"


def _promise(entry: Entry) -> str:
    if not entry.promised:
        return ""
    return entry.promised_due.isoformat() if entry.promised_due is not None else "yes"
