"""What becomes of an operation that is not settled, as pure functions of the journal's entry and of what was seen.

The rules, for what the system is seen to say:

=============  ===========================================  ==========================================
checkout P, I  P has I                                      done
checkout       I is on loan, not to P                       conflict: on loan to another
checkout       I is on loan, to whom cannot be told         conflict
checkout       I is not on loan                             send
checkin I      I is not on loan                             done (lost or missing: send)
checkin        I is on loan, the same loan as then          send
checkin        I is on loan, another or unknown loan        conflict: never close somebody else's loan
renew P, I     due later than then                          done
renew          due as then                                  send
renew          P no longer has I, or due earlier            conflict
renew-all      (what was renewed cannot be seen)            conflict
pay            (money is never sent twice)                  conflict
=============  ===========================================  ==========================================

* What nobody was promised is sent only while it is fresh: later the patron has left, and staff look at it.
* A promised date is a floor: a loan that ends earlier is a conflict, not a success.
* A system that remembers operations answers the same id with what it answered before, so that is simply asked.
* What may still be on its way (``UNKNOWN``) is not sent again until it was absent twice, after the quiet time.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kiosk.circulation.conflicts import Reason
from kiosk.circulation.journal import Kind
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.probing import Copy, CopyStatus, same_loan


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the system showed.

    ``answered``: whether it has carried out or refused this very operation; ``None`` if it does not keep that.
    ``copy``: the item; ``None`` if the system cannot be looked at or (``known`` false) has no such item.
    ``has_it``: whether the patron has the item; ``None`` if that cannot be told.
    ``trace``: a text that differs after each loan and each return, of a system that has one.
    ``ours``: the present loan is the one that an earlier operation of this kiosk made.
    """

    answered: bool | None = None
    copy: Copy | None = None
    known: bool = True
    has_it: bool | None = None
    trace: str | None = None
    ours: bool = False


class Act(enum.Enum):
    """What to do next."""

    DONE = "done"
    SEND = "send"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Decision:
    """``due`` is the loan's date, when that is known; ``reason`` is a conflict's."""

    act: Act
    due: date | None = None
    reason: Reason | None = None


SEND = Decision(Act.SEND)


def conflict(reason: Reason, due: date | None = None) -> Decision:
    """Leave it to staff."""
    return Decision(Act.CONFLICT, due, reason)


def done(entry: Entry, due: date | None) -> Decision:
    """It has happened, unless it is less than what was promised."""
    if entry.promised_due is not None and due is not None and due < entry.promised_due:
        return conflict(Reason.DUE_EARLIER, due)
    return Decision(Act.DONE, due)


def decide(entry: Entry, seen: Seen, *, fresh: bool) -> Decision:
    """The table above. ``fresh``: so little time has passed that the patron may still be there."""
    kind = Kind(entry.kind)
    if seen.answered:
        return SEND
    if kind is Kind.PAY:
        return conflict(Reason.PAYMENT)
    if kind is not Kind.CHECKIN and entry.patron is None:
        return conflict(Reason.CANNOT_TELL)
    if seen.answered is False and not entry.promised:
        return _never_heard_of(entry, seen, fresh)
    if kind is Kind.RENEW_ALL:
        return conflict(Reason.RENEWALS)
    if seen.copy is None and seen.known:
        return conflict(Reason.CANNOT_LOOK)
    return _TABLE[kind](entry, seen, fresh)


def may_act(decision: Decision, *, doubtful: bool, quiet: bool, agreed: bool) -> bool:
    """Whether a decision may be carried out now.

    ``doubtful``: the operation was sent, and may yet take effect. What *has* happened is believed at once; that
    something has not is believed after the quiet time, and acted upon when an earlier look then ``agreed``.
    """
    if not doubtful or decision.act is Act.DONE:
        return True
    return quiet and (agreed or decision.act is Act.CONFLICT)


def _never_heard_of(entry: Entry, seen: Seen, fresh: bool) -> Decision:
    """A system that remembers has not carried it out, and nobody was promised anything."""
    if not fresh:
        return conflict(Reason.TOO_OLD)
    moves = entry.kind in (Kind.CHECKOUT, Kind.CHECKIN)
    if moves and seen.trace is not None and seen.trace != entry.fingerprint:
        return conflict(Reason.MOVED_SINCE)
    return SEND


def _checkout(entry: Entry, seen: Seen, fresh: bool) -> Decision:
    if seen.has_it:
        return done(entry, seen.copy.due if seen.copy is not None else None)
    if seen.copy is not None and seen.copy.status.on_loan:
        return conflict(Reason.CANNOT_TELL if seen.has_it is None else Reason.ON_LOAN_TO_ANOTHER)
    return _absent(entry, fresh)


def _checkin(entry: Entry, seen: Seen, fresh: bool) -> Decision:
    if seen.copy is None:
        return _absent(entry, fresh)  # the system does not know the item; its refusal is what staff should see
    copy = seen.copy
    same = seen.ours or _same(entry, seen, copy)
    if copy.status in (CopyStatus.LOST, CopyStatus.MISSING):
        same = same or not copy.mark  # a loan may still hang on it; without one, its return can harm nobody
    elif not copy.status.on_loan:
        return Decision(Act.DONE)
    return _absent(entry, fresh) if same else conflict(Reason.RELENT)


def _same(entry: Entry, seen: Seen, copy: Copy) -> bool:
    """Whether the present loan is the one that the returned item was in."""
    mark = entry.fingerprint
    return bool(mark) and mark is not None and (same_loan(mark, copy) or mark == seen.trace)


def _renew(entry: Entry, seen: Seen, fresh: bool) -> Decision:
    before, copy = _as_day(entry.fingerprint), seen.copy
    if seen.has_it is False:
        return conflict(Reason.MOVED_SINCE)
    if copy is None or copy.due is None or before is None:
        return conflict(Reason.CANNOT_TELL)
    if copy.due > before:
        return done(entry, copy.due)
    return _absent(entry, fresh) if copy.due == before else conflict(Reason.MOVED_SINCE)


def _absent(entry: Entry, fresh: bool) -> Decision:
    """It has not happened."""
    return SEND if entry.promised or fresh else conflict(Reason.TOO_OLD)


def _as_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


_TABLE: dict[Kind, Callable[[Entry, Seen, bool], Decision]] = {
    Kind.CHECKOUT: _checkout,
    Kind.CHECKIN: _checkin,
    Kind.RENEW: _renew,
}
