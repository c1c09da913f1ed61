"""A visit driven by hand, answers made up on the spot, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from kiosk.circulation.port import Borrowed, Item, Loan, Patron, PatronRef, Refusal, Refused, Returned
from kiosk.session.machine import step
from kiosk.session.model import (
    Button,
    CardSeen,
    CheckedIn,
    CheckedOut,
    Checkin,
    Checkout,
    Effect,
    Event,
    Mode,
    PatronAnswered,
    Pressed,
    Row,
    Secured,
    State,
    TagArrived,
    TagLeft,
    TagRead,
    TimerFired,
)

SARI = PatronRef("A0001")
DUE = date(2026, 12, 2)
E = TypeVar("E")


def patron(ref: PatronRef = SARI, **more: object) -> Patron:
    return Patron(ref, "Sari", can_borrow=5, **more)  # type: ignore[arg-type]


def item(number: str) -> Item:
    return Item(number, f"Title of {number}", "Author")


@dataclass
class Visit:
    """A state, driven event by event; ``asked`` holds every effect so far."""

    state: State = field(default_factory=State)
    asked: list[Effect] = field(default_factory=list)

    def take(self, *events: Event) -> list[Effect]:
        """Step through events; the answer holds the effects of these only."""
        new: list[Effect] = []
        for event in events:
            self.state, effects = step(self.state, event)
            new.extend(effects)
        self.asked.extend(new)
        return new

    def of(self, what: type[E]) -> list[E]:
        return [effect for effect in self.asked if isinstance(effect, what)]

    def press(self, button: Button, key: str = "") -> list[Effect]:
        return self.take(Pressed(button, key))

    def fire(self, timer: object, key: str = "") -> list[Effect]:
        return self.take(TimerFired(self.state.visit, timer, key))  # type: ignore[arg-type]

    def log_in(self, **more: object) -> None:
        self.take(CardSeen(SARI))
        self.take(PatronAnswered(self.state.visit, patron(**more)))

    def lay(self, uid: str, item_id: str = "", part: int = 1, parts: int = 1, lendable: bool = True) -> list[Effect]:
        return self.take(TagArrived(uid), TagRead(uid, item_id, part, parts, lendable))

    def lift(self, uid: str) -> list[Effect]:
        return self.take(TagLeft(uid))

    def borrowed(self, item_id: str, again: bool = False) -> list[Effect]:
        return self.take(CheckedOut(self.state.visit, item_id, Borrowed(item(item_id), DUE, again)))

    def refused(self, item_id: str, refusal: Refusal) -> list[Effect]:
        return self.take(CheckedOut(self.state.visit, item_id, Refused(refusal, item(item_id))))

    def returned(self, item_id: str, **more: object) -> list[Effect]:
        outcome = Returned(item(item_id), **more)  # type: ignore[arg-type]
        return self.take(CheckedIn(self.state.visit, item_id, outcome))

    def secured(self, uid: str, armed: bool, ok: bool = True) -> list[Effect]:
        return self.take(Secured(self.state.visit, uid, armed, ok))

    def row(self, item_id: str, mode: Mode = Mode.BORROW) -> Row:
        row = self.state.row(mode, item_id)
        assert row is not None, f"no row for {item_id}; there are {[row.key for row in self.state.rows]}"
        return row

    @property
    def checkouts(self) -> list[str]:
        return [effect.item_id for effect in self.of(Checkout)]

    @property
    def checkins(self) -> list[str]:
        return [effect.item_id for effect in self.of(Checkin)]


def loan(number: str, days_left: int = 5) -> Loan:
    return Loan(item(number), DUE, days_left)
