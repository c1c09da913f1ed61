"""The circulation desk: the one path by which a kiosk asks its library system for anything, online and offline.

Every operation is in the journal before the system hears of it, and its answer, or the promise made without the system,
is in the journal before the caller hears it. No exception comes out of here: what went wrong on the way is ``Unknown``,
to the patron as in the journal, because a call that failed may still have had its effect.

The desk does not decide what may be lent (the library system does, or the offline rules), nor what an operation's state
may become (the journal does), nor what is made of an operation whose fate is unknown (``decisions.py``).

``questions.py`` asks, ``operations.py`` carries out, ``replay.py`` leads on what is not settled, ``presence.py`` knows
whether the system is there, ``background.py`` is the work between patrons.
"""

from __future__ import annotations

import logging
import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from kiosk.circulation import journal_requests
from kiosk.circulation.background import Background
from kiosk.circulation.journal import Journal, Kind, State
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.operations import Operations, Wish
from kiosk.circulation.port import (
    CheckinOutcome,
    CheckoutOutcome,
    Circulation,
    Item,
    Patron,
    PatronRef,
    Refusal,
    Refused,
    RenewOutcome,
    Secret,
    SystemStatus,
    Unknown,
)
from kiosk.circulation.presence import Presence
from kiosk.circulation.probing import RemembersOperations
from kiosk.circulation.promises import OfflineRules
from kiosk.circulation.questions import Questions
from kiosk.circulation.replay import Replayer, nowhere
from kiosk.circulation.retention import Retention
from kiosk.circulation.whereabouts import Whereabouts, by_journal, by_system

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recovered:
    """An operation that ``recover`` has found, and the state it is in now."""

    op: str
    kind: Kind
    item: str
    state: State


def new_op() -> str:
    """An id for a new operation: a random UUID."""
    return str(uuid.uuid4())


def nobody(online: bool) -> None:
    """Hears of changes, by default."""


class CirculationDesk:
    """All calls block and are made from one worker thread, as ``port.py`` asks; ``online`` may be read from any.

    ``offline`` are the rules that hold without the system; without any, everything is refused then. ``changed`` hears
    of each going and coming of the system, on the worker thread. ``replay_forced``: tell the system not to refuse what
    was promised (SIP2: *no block*). ``forget_after``: how long the numbers of patrons of settled operations are kept.
    ``jitter`` gives numbers from 0 to 1.

    ``point`` is called at named places with nothing but the name, so that a test can pull the plug there:
    ``desk: asked``, ``desk: recorded`` (and about to be sent), ``desk: answered``, ``desk: promised`` (and not written
    yet), ``desk: parked`` (promised, and written), ``desk: written``; and those of ``replay.py``.
    """

    def __init__(
        self,
        circulation: Circulation,
        journal: Journal,
        *,
        offline: OfflineRules | None = None,
        make_op: Callable[[], str] = new_op,
        point: Callable[[str], None] = nowhere,
        changed: Callable[[bool], None] = nobody,
        replay_forced: bool = False,
        forget_after: timedelta | None = timedelta(days=30),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.circulation = circulation
        self.journal = journal
        self._presence = Presence(journal.clock, jitter, changed)
        self._replayer = Replayer(circulation, journal, forced=replay_forced, point=point)
        self._questions = Questions(circulation, self._presence, offline)
        self._operations = Operations(
            circulation, journal, self._presence, self._replayer, offline, make_op=make_op, point=point
        )
        self._background = Background(
            circulation,
            journal,
            self._presence,
            self._questions,
            self._replayer,
            Retention(journal, journal.clock, forget_after),
        )

    # is it there?

    @property
    def online(self) -> bool:
        """Whether the system answered last; true at the start."""
        return self._presence.online

    @property
    def offline_since(self) -> datetime | None:
        """Since when it does not answer; ``None`` while it does."""
        return self._presence.offline_since

    # questions

    def patron(self, ref: PatronRef, pin: Secret | None = None) -> Patron | Refusal | Unknown:
        return self._questions.patron(ref, pin)

    def item(self, item_id: str) -> Item | Refusal | Unknown:
        return self._questions.item(item_id)

    def whereabouts(self, item_id: str) -> Whereabouts:
        """Whether the item is on loan, for its security bit: what this kiosk has promised, else what the system says.

        Raises:
            sqlite3.Error: the journal cannot be read.
        """
        known = by_journal(item_id, self.journal.unsettled())
        return known if known is not None else by_system(self._questions.copy(item_id))

    def fees(self, ref: PatronRef) -> int | Unknown:
        return self._questions.fees(ref)

    def status(self) -> SystemStatus:
        return self._questions.status()

    def end_visit(self, ref: PatronRef) -> None:
        self._questions.end_visit(ref)

    # operations

    def checkout(self, ref: PatronRef, item_id: str) -> CheckoutOutcome:
        system, wish = self.circulation, Wish(Kind.CHECKOUT, ref, item_id)
        return cast(CheckoutOutcome, self._operations.ask(wish, lambda op: system.checkout(op, ref, item_id)))

    def checkin(self, item_id: str) -> CheckinOutcome:
        system, wish = self.circulation, Wish(Kind.CHECKIN, None, item_id)
        return cast(CheckinOutcome, self._operations.ask(wish, lambda op: system.checkin(op, item_id)))

    def renew(self, ref: PatronRef, item_id: str) -> RenewOutcome:
        system, wish = self.circulation, Wish(Kind.RENEW, ref, item_id)
        return cast(RenewOutcome, self._operations.ask(wish, lambda op: system.renew(op, ref, item_id)))

    def renew_all(self, ref: PatronRef) -> Sequence[RenewOutcome] | Unknown:
        """One outcome for each loan; offline, one refusal without an item."""
        system, wish = self.circulation, Wish(Kind.RENEW_ALL, ref)
        answer = self._operations.ask(wish, lambda op: system.renew_all(op, ref))
        return cast("Sequence[RenewOutcome] | Unknown", answer)

    def pay(self, ref: PatronRef, amount: int) -> int | Refused | Unknown:
        system, wish = self.circulation, Wish(Kind.PAY, ref, amount=amount)
        return cast("int | Refused | Unknown", self._operations.ask(wish, lambda op: system.pay(op, ref, amount)))

    # between patrons

    def tend(self) -> float:
        """One short piece of work: what staff ask for, forgetting, is the system back, replaying one operation.

        Answers the seconds until it wants to be called again; 0 means that there is more to do, after any patron.
        """
        return self._background.tend()

    def recover(self) -> list[Recovered]:
        """Find what a crash, or a system that did not answer, has left open. Call at every start, once.

        Whatever was being sent may have happened. A system that remembers operations is asked at once for those that
        nobody was promised; everything else is led on by ``tend``.
        """
        journal_requests.make_folder(self.journal.path)
        try:
            self._replayer.restarted()
            return [
                Recovered(entry.op, Kind(entry.kind), entry.item, self._lead_on(entry))
                for entry in self.journal.waiting()
            ]
        except Exception as error:  # noqa: BLE001 - the kiosk must come up; what is open stays open for the next try
            log.error("open operations could not be recovered: %s", type(error).__name__)
            return []

    def _lead_on(self, entry: Entry) -> State:
        remembers = isinstance(self.circulation, RemembersOperations)
        if not remembers or entry.promised or self._replayer.is_held_up(entry):
            return State(entry.state)
        return self._replayer.attempt(entry).state
