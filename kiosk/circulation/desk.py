"""The circulation desk: the one path by which a kiosk asks its library system for anything.

Every operation is in the journal before the system hears of it, and its answer is in the journal before the caller
hears it. No exception comes out of here: what went wrong on the way is ``Unknown``, to the patron as in the journal,
because a call that failed may still have had its effect.

The desk does not decide what may be lent (the library system does) nor what an operation's state may become (the
journal does).
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar, runtime_checkable

from kiosk.circulation.journal import OPEN, Journal, Kind, Operation, State
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.port import (
    Borrowed,
    CheckinOutcome,
    CheckoutOutcome,
    Circulation,
    Item,
    Patron,
    PatronRef,
    Refusal,
    Refused,
    Renewed,
    RenewOutcome,
    Secret,
    SystemStatus,
    Unknown,
)

log = logging.getLogger(__name__)
T = TypeVar("T")

#: An answer of any operation, as the desk writes it down.
_Answer = CheckoutOutcome | CheckinOutcome | RenewOutcome | Sequence[RenewOutcome] | int


#: How long after it was asked for an operation that was cut short is still carried out. Later the patron has left.
FRESH = timedelta(hours=1)


@runtime_checkable
class RemembersOperations(Protocol):
    """A system of our own: it knows which operations it has carried out, and which loan an item was in last."""

    def answered(self, op: str) -> bool:
        """Whether the operation was carried out or refused."""
        ...

    def fingerprint(self, item_id: str) -> str:
        """Another text after each loan and each return of the item."""
        ...


@dataclass(frozen=True, slots=True)
class Recovered:
    """An operation that ``recover`` has led on."""

    op: str
    kind: Kind
    item: str
    state: State


def nowhere(point: str) -> None:
    """The crash points' default: nothing happens there."""


def new_op() -> str:
    """An id for a new operation: a random UUID."""
    return str(uuid.uuid4())


class CirculationDesk:
    """All calls block and are made from one worker thread, as ``port.py`` asks.

    ``point`` is called at named places with nothing but the name, so that a test can pull the plug there:
    ``desk: asked``, ``desk: recorded``, ``desk: answered``, ``desk: written``.
    """

    def __init__(
        self,
        circulation: Circulation,
        journal: Journal,
        *,
        make_op: Callable[[], str] = new_op,
        point: Callable[[str], None] = nowhere,
    ) -> None:
        self.circulation = circulation
        self.journal = journal
        self._make_op = make_op
        self._point = point

    # questions

    def patron(self, ref: PatronRef, pin: Secret | None = None) -> Patron | Refusal | Unknown:
        return _asked("patron", lambda: self.circulation.patron(ref, pin))

    def item(self, item_id: str) -> Item | Refusal | Unknown:
        return _asked("item", lambda: self.circulation.item(item_id))

    def fees(self, ref: PatronRef) -> int | Unknown:
        return _asked("fees", lambda: self.circulation.fees(ref))

    def status(self) -> SystemStatus:
        answer = _asked("status", self.circulation.status)
        return SystemStatus(online=False) if isinstance(answer, Unknown) else answer

    def end_visit(self, ref: PatronRef) -> None:
        _asked("end_visit", lambda: self.circulation.end_visit(ref))

    # operations

    def checkout(self, ref: PatronRef, item_id: str) -> CheckoutOutcome:
        operation = Operation(self._make_op(), Kind.CHECKOUT, ref, item_id, fingerprint=self._fingerprint(item_id))
        return self._carry_out(operation, lambda: self.circulation.checkout(operation.op, ref, item_id))

    def checkin(self, item_id: str) -> CheckinOutcome:
        operation = Operation(self._make_op(), Kind.CHECKIN, None, item_id, fingerprint=self._fingerprint(item_id))
        return self._carry_out(operation, lambda: self.circulation.checkin(operation.op, item_id))

    def renew(self, ref: PatronRef, item_id: str) -> RenewOutcome:
        operation = Operation(self._make_op(), Kind.RENEW, ref, item_id)
        return self._carry_out(operation, lambda: self.circulation.renew(operation.op, ref, item_id))

    def renew_all(self, ref: PatronRef) -> Sequence[RenewOutcome] | Unknown:
        operation = Operation(self._make_op(), Kind.RENEW_ALL, ref)
        return self._carry_out(operation, lambda: self.circulation.renew_all(operation.op, ref))

    def pay(self, ref: PatronRef, amount: int) -> int | Refused | Unknown:
        operation = Operation(self._make_op(), Kind.PAY, ref, amount=amount)
        return self._carry_out(operation, lambda: self.circulation.pay(operation.op, ref, amount))

    # after a crash

    def recover(self) -> list[Recovered]:
        """Lead on what a crash, or a system that did not answer, has left open. Call at every start.

        A system that remembers operations is asked again under the same id, so each has exactly one effect. What it
        has never heard of is carried out only while that is still what the patron meant: soon after, and if nobody
        has lent or returned the item since; otherwise it goes to staff. Money is always left to staff.

        Of a system that forgets, an operation that may have been sent stays ``UNKNOWN``: asking could double it.
        """
        try:
            return [self._recover(entry) for entry in self.journal.entries(*OPEN)]
        except Exception as error:  # noqa: BLE001 - the kiosk must come up; what is open stays open for the next try
            log.error("open operations could not be recovered: %s", type(error).__name__)
            return []

    def _recover(self, entry: Entry) -> Recovered:
        op, state = entry.op, State(entry.state)
        if state is State.SENDING:
            self.journal.move(op, State.UNKNOWN, why="restart")
            state = State.UNKNOWN
        if isinstance(self.circulation, RemembersOperations):
            state = self._ask_again(self.circulation, entry, state)
        return Recovered(op, Kind(entry.kind), entry.item, state)

    def _ask_again(self, system: RemembersOperations, entry: Entry, state: State) -> State:
        op = entry.op
        if state is not State.PROBING:
            self.journal.move(op, State.PROBING)
        try:
            doubt = "" if system.answered(op) else self._doubt(system, entry)
        except Exception as error:  # noqa: BLE001 - a system that is away may raise anything; it is asked again later
            log.warning("a recovery's probe failed: %s", type(error).__name__)
            self.journal.move(op, State.PARKED, why=type(error).__name__)
            return State.PARKED
        if doubt:
            self.journal.move(op, State.CONFLICT, why=doubt)
            return State.CONFLICT
        self.journal.move(op, State.SENDING)
        answer = _asked(entry.kind, lambda: self._repeat(entry))
        return self._write_down(op, answer)

    def _doubt(self, system: RemembersOperations, entry: Entry) -> str:
        """Why an operation that never took place must not take place now; empty if it may."""
        kind = Kind(entry.kind)
        if kind is Kind.PAY:
            return "payment"
        if abs(self.journal.now() - datetime.fromisoformat(entry.when)) > FRESH:
            return "too-old"
        if kind in (Kind.CHECKOUT, Kind.CHECKIN) and system.fingerprint(entry.item) != entry.fingerprint:
            return "moved-since"
        return ""

    def _repeat(self, entry: Entry) -> _Answer:
        kind, op, ref = Kind(entry.kind), entry.op, entry.patron
        if kind is Kind.CHECKIN:
            return self.circulation.checkin(op, entry.item)
        assert ref is not None  # every other operation is a patron's
        if kind is Kind.CHECKOUT:
            return self.circulation.checkout(op, ref, entry.item)
        if kind is Kind.RENEW:
            return self.circulation.renew(op, ref, entry.item)
        if kind is Kind.RENEW_ALL:
            return self.circulation.renew_all(op, ref)
        return self.circulation.pay(op, ref, entry.amount or 0)

    # inside

    def _carry_out(self, operation: Operation, call: Callable[[], T]) -> T | Unknown:
        """Journal, then system, then journal, then answer."""
        self._point("desk: asked")
        try:
            self.journal.record(operation, then=State.SENDING)
        except Exception as error:  # noqa: BLE001 - whether the row reached the disk is not known, so neither is this
            log.error("the journal could not take a %s: %s", operation.kind, type(error).__name__)
            return Unknown("journal")
        self._point("desk: recorded")
        answer = _asked(operation.kind, call)
        self._point("desk: answered")
        try:
            self._write_down(operation.op, answer)
        except Exception as error:  # noqa: BLE001 - a promise that is not in the journal must not be made
            log.error("the journal could not take the end of a %s: %s", operation.kind, type(error).__name__)
            return Unknown("journal")
        self._point("desk: written")
        return answer

    def _write_down(self, op: str, answer: object) -> State:
        state, due, why = _result(answer)
        self.journal.move(op, state, due=due, why=why)
        return state

    def _fingerprint(self, item_id: str) -> str | None:
        if not isinstance(self.circulation, RemembersOperations):
            return None
        system = self.circulation
        answer = _asked("fingerprint", lambda: system.fingerprint(item_id))
        return None if isinstance(answer, Unknown) else answer


def _asked(what: str, call: Callable[[], T]) -> T | Unknown:
    """The system's answer, or ``Unknown`` when it raised."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - a foreign system may raise anything; the kiosk goes on
        # Only the type: the message may hold what was asked about.
        log.error("the library system did not answer %s: %s", what, type(error).__name__)
        return Unknown(type(error).__name__)


def _result(answer: object) -> tuple[State, date | None, str]:
    """An answer as the journal keeps it."""
    match answer:
        case Borrowed(due=due) | Renewed(due=due):
            return State.DONE, due, ""
        case Refused(refusal=refusal):
            return State.REFUSED, None, refusal.code.value
        case Unknown(why=why):
            return State.UNKNOWN, None, why
        case list(outcomes):  # renew-all: the new dates, one by one
            return State.DONE, None, ", ".join(f"{o.item.id} {o.due}" for o in outcomes if isinstance(o, Renewed))
        case _:
            return State.DONE, None, ""
