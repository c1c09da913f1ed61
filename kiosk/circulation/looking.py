"""Looking at a library system: what it knows of an operation, its item and its patron. Nothing is changed by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from kiosk.circulation.decisions import Seen
from kiosk.circulation.errors import CirculationError
from kiosk.circulation.journal import Kind, State
from kiosk.circulation.journal_file import Entry, JournalReader
from kiosk.circulation.port import Circulation, Code, PatronRef, Refusal, Unknown
from kiosk.circulation.probing import Copy, CopyStatus, Probing, RemembersOperations, same_loan


@runtime_checkable
class KeepsTrace(Protocol):
    """A system of our own: it can tell whether an item was moved since."""

    def fingerprint(self, item_id: str) -> str:
        """Another text after each loan and each return of the item."""
        ...


class UnclearError(CirculationError):
    """The system gave no usable answer to a question; later, perhaps."""


@dataclass(frozen=True, slots=True)
class Looked:
    """``unsure``: whether the patron has the item could not be told this time; it may be another time."""

    seen: Seen
    unsure: bool = False


def look(system: Circulation, journal: JournalReader, entry: Entry) -> Looked:
    """What the system shows of this operation.

    Raises:
        SystemAway: it cannot be reached.
        UnclearError: it gave no usable answer. (It may raise anything else, too.)
    """
    kind = Kind(entry.kind)
    answered = system.answered(entry.op) if isinstance(system, RemembersOperations) else None
    if answered:
        return Looked(Seen(answered=True))
    moves = kind in (Kind.CHECKOUT, Kind.CHECKIN)
    trace = system.fingerprint(entry.item) if moves and isinstance(system, KeepsTrace) else None
    needless = answered is False and not entry.promised
    if needless or kind in (Kind.PAY, Kind.RENEW_ALL) or not isinstance(system, Probing):
        return Looked(Seen(answered, trace=trace))
    copy = _copy(system, entry.item)
    if kind is Kind.CHECKIN:
        ours = copy is not None and copy.status.on_loan and _is_ours(system, journal, entry, copy)
        return Looked(Seen(answered, copy, known=copy is not None, trace=trace, ours=ours))
    if copy is not None and copy.status is CopyStatus.AVAILABLE and entry.state == State.PARKED:
        # Never sent, and on nobody's account: the long question for the patron's list can be saved.
        return Looked(Seen(answered, copy, has_it=False, trace=trace))
    has_it = _has(system, entry.patron, entry.item)
    return Looked(Seen(answered, copy, copy is not None, has_it, trace), unsure=has_it is None)


def _copy(system: Probing, item: str) -> Copy | None:
    match system.copy(item):
        case Copy() as copy:
            return copy
        case Refusal(code=Code.UNKNOWN_ITEM):
            return None
        case Refusal(code=code):
            raise UnclearError(f"The library system does not show the item ({code}).")
        case Unknown(why=why):
            raise UnclearError(f"The library system gave no usable answer about the item ({why}).")


def _has(system: Probing, ref: PatronRef | None, item: str) -> bool | None:
    answer = system.has_on_loan(ref, item) if ref is not None else Unknown("forgotten")
    return None if isinstance(answer, Unknown) else answer


def _is_ours(system: Probing, journal: JournalReader, entry: Entry, copy: Copy) -> bool:
    """Whether the item's loan was made by the operation before this one, here: same patron, same date."""
    before = journal.before(entry)
    if before is None or before.state != State.DONE or before.kind == Kind.CHECKIN:
        return False
    return _was_made_by(journal, before, copy) and _has(system, before.patron, entry.item) is True


def _was_made_by(journal: JournalReader, done: Entry, copy: Copy) -> bool:
    """Whether this operation, or the one that it repeats, made the loan that is seen now.

    A renewal says so only when the system answered it: one that was taken for done because the due date had moved may
    have been asked for by somebody who did not have the item, and the loan seen then may be newer than this return. A
    loan that was found there without ever having been sent was made by another desk: before this return only if it is
    the one that the promise knew of, or if the patron had borrowed the item here and only asked again.
    """
    if done.due is not None and copy.due is not None and done.due != copy.due:
        return False
    history = journal.history(done.op)
    if done.kind == Kind.RENEW and State.PROBING.value in history:
        return False
    if State.SENDING.value in history or same_loan(done.fingerprint or "", copy):
        return True
    first = journal.before(done)
    if first is None or first.state != State.DONE or first.kind != Kind.CHECKOUT or done.kind != Kind.CHECKOUT:
        return False
    return first.patron_mark == done.patron_mark and _was_made_by(journal, first, copy)
