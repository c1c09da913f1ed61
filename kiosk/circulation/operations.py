"""The desk's operations: one path, online and offline.

Online: journal (``RECORDED`` and ``SENDING`` in one commit), then the system, then the journal, then the answer.
Nothing was sent: with a promise the operation waits (``PARKED``), else it is refused. No usable answer: the operation
is ``UNKNOWN``, and the patron hears a promise by the offline rules, written down first, or that nobody knows. Offline:
the rules decide at once, and the promise is in the journal (``PARKED``) before the patron hears it.

An operation on an item of which an earlier one is still open does not go to the system: the earlier one is led on
first, and if it cannot be settled, the new one waits behind it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from kiosk.circulation.decisions import Seen
from kiosk.circulation.errors import SystemAway
from kiosk.circulation.journal import Journal, Kind, Operation, State
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.looking import KeepsTrace
from kiosk.circulation.outcomes import Answer, written
from kiosk.circulation.port import (
    Borrowed,
    Circulation,
    Code,
    PatronRef,
    Refusal,
    Refused,
    Renewed,
    Returned,
    Unknown,
)
from kiosk.circulation.presence import Presence
from kiosk.circulation.probing import Copy, Probing
from kiosk.circulation.promises import OfflineRules, Promise
from kiosk.circulation.replay import Replayer

log = logging.getLogger(__name__)

OFFLINE = Refused(Refusal(Code.OFFLINE))

#: A look that took longer than this and showed nothing has met a system that does not answer.
_PATIENCE_NS = 1_000_000_000

#: Kinds that may be promised without the system.
_PROMISED = frozenset({Kind.CHECKOUT, Kind.CHECKIN})


@dataclass(frozen=True, slots=True)
class Wish:
    """What the patron asks for."""

    kind: Kind
    patron: PatronRef | None = None
    item: str = ""
    amount: int | None = None


class Operations:
    """Carries wishes out. ``point``: see ``desk.py``."""

    def __init__(
        self,
        system: Circulation,
        journal: Journal,
        presence: Presence,
        replayer: Replayer,
        rules: OfflineRules | None,
        make_op: Callable[[], str],
        point: Callable[[str], None],
    ) -> None:
        self._system = system
        self._journal = journal
        self._presence = presence
        self._replayer = replayer
        self._rules = rules
        self._make_op = make_op
        self._point = point

    def ask(self, wish: Wish, call: Callable[[str], Answer]) -> Answer:
        """Carry out ``wish``; ``call`` asks the system for it, under an operation's id."""
        self._point("desk: asked")
        try:
            earlier = self._settle_earlier(wish) if not self._away() else None
            if earlier is not None:
                return earlier
            fingerprint = self._fingerprint(wish) if not self._away() else None
            if self._away():
                return self._without_system(wish, OFFLINE)
            operation = Operation(self._make_op(), wish.kind, wish.patron, wish.item, wish.amount, fingerprint)
            self._journal.record(operation, then=State.SENDING)
        except Exception as error:  # noqa: BLE001 - whether the row reached the disk is not known, so neither is this
            return self._journal_failed(wish.kind, error)
        self._point("desk: recorded")
        return self._send(wish, operation.op, call)

    def _away(self) -> bool:
        return not self._presence.online

    # online

    def _send(self, wish: Wish, op: str, call: Callable[[str], Answer]) -> Answer:
        nothing_sent = False
        answer: Answer
        try:
            answer = call(op)
        except SystemAway:
            nothing_sent, answer = True, Unknown(Code.OFFLINE.value)
        except Exception as error:  # noqa: BLE001 - a foreign system may raise anything, after whatever it has done
            # Only the type: the message may hold what was asked about.
            log.error("the library system did not answer %s: %s", wish.kind, type(error).__name__)
            answer = Unknown(type(error).__name__)
        self._point("desk: answered")
        try:
            if isinstance(answer, Unknown):
                self._presence.lost()
                answer = self._unanswered(wish, op, answer, nothing_sent=nothing_sent)
            else:
                self._presence.worked()
                said = written(answer)
                self._journal.move(op, said.state, due=said.due, why=said.why)
        except Exception as error:  # noqa: BLE001 - a promise that is not in the journal must not be made
            return self._journal_failed(wish.kind, error)
        self._point("desk: written")
        return answer

    def _unanswered(self, wish: Wish, op: str, unknown: Unknown, *, nothing_sent: bool) -> Answer:
        """No usable answer came: promise it by the offline rules if they allow it, and write down which it is."""
        promise = self._promise(wish, besides=op)
        if isinstance(promise, Promise):
            self._point("desk: promised")
            to = State.PARKED if nothing_sent else State.UNKNOWN
            self._journal.move(op, to, why=unknown.why, promise=promise, snapshot=self._snapshot())
            return _told(wish, promise)
        if nothing_sent:
            self._journal.move(op, State.REFUSED, why=Code.OFFLINE.value)
            return _refused(wish, promise or OFFLINE.refusal)
        self._journal.move(op, State.UNKNOWN, why=unknown.why)
        return unknown

    def _fingerprint(self, wish: Wish) -> str | None:
        """What the item's loan is now, for a later look to tell whether it is still the same one."""
        system, item = self._system, wish.item
        began = self._journal.clock.monotonic_ns()
        try:
            if wish.kind in _PROMISED and isinstance(system, KeepsTrace):
                return system.fingerprint(item)
            if wish.kind in (Kind.CHECKIN, Kind.RENEW) and isinstance(system, Probing):
                copy = system.copy(item)
                if isinstance(copy, Copy):
                    return copy.mark if wish.kind is Kind.CHECKIN else _text(copy.due)
                if isinstance(copy, Unknown) and self._journal.clock.monotonic_ns() - began > _PATIENCE_NS:
                    self._presence.lost()  # it keeps silent; the patron shall not wait for a second silence
        except SystemAway:
            self._presence.lost()
        except Exception as error:  # noqa: BLE001 - without a fingerprint the operation is still right, if it is answered
            log.error("the library system did not show an item: %s", type(error).__name__)
        return None

    # an earlier operation on the same item

    def _settle_earlier(self, wish: Wish) -> Answer | None:
        """Lead on what is open and in the way; answers the wish if it cannot go to the system, or was just settled."""
        for entry in self._in_the_way(wish):
            if self._replayer.is_held_up(entry):
                return self._without_system(wish, Unknown("earlier"))
            attempt = self._replayer.attempt(entry)
            if attempt.away:
                self._presence.lost()
                return self._without_system(wish, OFFLINE)
            if attempt.state is State.DONE and _same_wish(entry, wish):
                known = attempt.answer if attempt.answer is not None else _seen(entry, attempt.seen)
                if known is not None:
                    return known
            still = self._journal.entry(entry.op)
            if still is not None and still.state not in (State.DONE, State.REFUSED, State.CONFLICT):
                return self._without_system(wish, Unknown("earlier"))
        return None

    def _in_the_way(self, wish: Wish) -> list[Entry]:
        return [entry for entry in self._journal.waiting() if _is_in_the_way(entry, wish)]

    # offline

    def _without_system(self, wish: Wish, otherwise: Refused | Unknown) -> Answer:
        """By the offline rules; ``otherwise`` if there are none for this."""
        promise = self._promise(wish)
        if promise is None:
            return [OFFLINE] if wish.kind is Kind.RENEW_ALL and otherwise is OFFLINE else otherwise
        if isinstance(promise, Refusal):
            return otherwise if isinstance(otherwise, Unknown) else _refused(wish, promise)
        self._point("desk: promised")
        operation = Operation(self._make_op(), wish.kind, wish.patron, wish.item, None, promise.mark)
        operation = replace(operation, promised=True, promised_due=promise.due, snapshot=self._snapshot())
        self._journal.record(operation, then=State.PARKED)
        self._point("desk: parked")
        return _told(wish, promise)

    def _promise(self, wish: Wish, besides: str = "") -> Promise | Refusal | None:
        """What the rules say, given all that waits ``besides`` this operation; ``None``: they are not asked."""
        if self._rules is None or wish.kind not in _PROMISED:
            return None
        waiting = [entry for entry in self._journal.waiting() if entry.op != besides]
        try:
            if wish.kind is Kind.CHECKIN:
                return self._rules.checkin(wish.item, waiting)
            promise = self._rules.checkout(wish.patron or PatronRef(""), wish.item, waiting)
        except Exception as error:  # noqa: BLE001 - without rules nothing is promised
            log.error("the offline rules failed: %s", type(error).__name__)
            return None
        if isinstance(promise, Promise) and promise.due is None:
            log.error("the offline rules promised a loan without a date; it was not made")
            return None
        return promise

    def _snapshot(self) -> str:
        return self._rules.snapshot if self._rules is not None else ""

    def _journal_failed(self, kind: Kind, error: Exception) -> Unknown:
        log.error("the journal could not take a %s: %s", kind, type(error).__name__)
        return Unknown("journal")


def _is_in_the_way(entry: Entry, wish: Wish) -> bool:
    """Whether the two may touch the same loan or debt."""
    if wish.item and entry.item == wish.item:
        return True
    kinds = {Kind(entry.kind), wish.kind}
    renewals = Kind.RENEW_ALL in kinds and kinds <= {Kind.RENEW, Kind.RENEW_ALL}
    return entry.patron == wish.patron and (renewals or kinds == {Kind.PAY})


def _same_wish(entry: Entry, wish: Wish) -> bool:
    """Whether the patron asks again for what was asked before. A return is asked anew: for the place it goes to."""
    return entry.kind == wish.kind and wish.kind is not Kind.CHECKIN and entry.patron == wish.patron


def _seen(entry: Entry, seen: Seen | None) -> Answer | None:
    """The answer that never came, as a look has shown it; ``None`` if it does not show enough."""
    copy = seen.copy if seen is not None else None
    if copy is None:
        return None
    due = copy.due if copy.due is not None else date.max
    if Kind(entry.kind) is Kind.CHECKOUT:
        return Borrowed(copy.item, due, due_known=copy.due is not None)
    return Renewed(copy.item, due, due_known=copy.due is not None)


def _told(wish: Wish, promise: Promise) -> Borrowed | Returned:
    if wish.kind is Kind.CHECKIN:
        return Returned(promise.item, estimated=True)
    assert promise.due is not None  # _promise() sees to it
    return Borrowed(promise.item, promise.due, estimated=True)


def _refused(wish: Wish, refusal: Refusal) -> Answer:
    refused = Refused(refusal)
    return [refused] if wish.kind is Kind.RENEW_ALL else refused


def _text(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
