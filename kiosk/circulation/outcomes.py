"""A library system's answer as the journal keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kiosk.circulation.journal import State
from kiosk.circulation.port import (
    Borrowed,
    CheckinOutcome,
    CheckoutOutcome,
    Refused,
    Renewed,
    RenewOutcome,
    Unknown,
)

#: An answer of any operation.
Answer = CheckoutOutcome | CheckinOutcome | RenewOutcome | Sequence[RenewOutcome] | int


@dataclass(frozen=True, slots=True)
class Written:
    """The state an answer leads to, the due date it gave, and a code or note."""

    state: State
    due: date | None = None
    why: str = ""


def written(answer: Answer) -> Written:
    """What to write down of an answer."""
    match answer:
        case Borrowed(due=due, due_known=known) | Renewed(due=due, due_known=known):
            return Written(State.DONE, due if known else None)
        case Refused(refusal=refusal):
            return Written(State.REFUSED, why=refusal.code.value)
        case Unknown(why=why):
            return Written(State.UNKNOWN, why=why)
        case list() | tuple():  # renew-all: the new dates, one by one
            return Written(State.DONE, why=", ".join(_renewal(one) for one in answer if isinstance(one, Renewed)))
        case _:
            return Written(State.DONE)


def _renewal(renewed: Renewed) -> str:
    return f"{renewed.item.id} {renewed.due}" if renewed.due_known else renewed.item.id
