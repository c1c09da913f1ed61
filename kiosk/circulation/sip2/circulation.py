"""Any library system over SIP2 as a ``Circulation``, with what replay and a counter ask of it beside.

Rules:

* An operation raises ``SystemAway`` only when nothing of it was sent. Once a byte may have left, the answer is what
  the system said, or ``Unknown``.
* A yes is said only on an answer that is believed (``connection.py``): the right message, number, patron and item.
* A no is explained as far as the system can be asked for the reason in the time that is left; the no itself stands.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from kiosk.circulation.errors import SystemAway
from kiosk.circulation.port import (
    Bin,
    Borrowed,
    CheckinOutcome,
    CheckoutOutcome,
    Code,
    Item,
    PatronRef,
    Refusal,
    Refused,
    RenewOutcome,
    Returned,
    Unknown,
)
from kiosk.circulation.probing import Copy, CopyStatus, Happened
from kiosk.circulation.sip2.amounts import write_amount
from kiosk.circulation.sip2.counter import Counter
from kiosk.circulation.sip2.outcomes import borrowed, borrowed_again, renewed, returned
from kiosk.circulation.sip2.patience import Deadline
from kiosk.circulation.sip2.profile import LoanLists, Profile
from kiosk.circulation.sip2.reading import item_of
from kiosk.circulation.sip2.refusals import (
    Explains,
    given,
    given_each,
    guessed,
    of_checkout,
    of_renewal,
    spoken,
    standing,
)
from kiosk.circulation.sip2.responses import (
    CheckinResponse,
    CheckoutResponse,
    FeePaidResponse,
    RenewAllResponse,
    RenewResponse,
)
from kiosk.circulation.sip2.values import MessageCode, Summary

_ON_SHELF = frozenset({CopyStatus.AVAILABLE, CopyStatus.RESHELVING, CopyStatus.HOLD_SHELF})


class SipCirculation(Counter):
    """Implements ``port.Circulation`` and ``probing.Probing``, and the protocols of ``counter.py``.

    Called from one worker thread. ``wire`` makes the connections; without it they are those of the settings.
    """

    # lending

    def checkout(self, op: str, ref: PatronRef, item_id: str, happened: Happened | None = None) -> CheckoutOutcome:
        """Lend. ``happened``: it took place before; its own date is sent, and *no block* where that was tried out."""
        number, item = self._safe(ref.number), self._safe(item_id)
        if not number or not item:
            return Refused(Refusal(Code.UNKNOWN_ITEM if number else Code.NO_MATCH))
        deadline = self.client.deadline()
        again = self._theirs_already(ref, item_id, deadline) if happened is None else None
        if again is not None:
            return again
        request = self.client.asking.checkout(op, number, item, self._pin_of(ref), happened)
        answer = self._told(request, CheckoutResponse, deadline)
        if not isinstance(answer, CheckoutResponse):
            return answer
        if not answer.ok:
            return self._not_lent(answer, ref, item_id, deadline)
        if self._visit is not None and self._visit.is_of(number):
            self._visit.has.add(item.casefold())
        due = self._days.read(answer.due_date) if answer.due_date.strip() else self._due_of(item_id, deadline)
        return borrowed(answer, item_id, due)

    def undo_checkout(self, op: str, ref: PatronRef, item_id: str) -> CheckinOutcome:
        """Take a checkout back at once, such as one whose security bit would not go off: with BI, or by a return."""
        number, item = self._safe(ref.number), self._safe(item_id)
        if not self.profile.cancel or not number or not item:
            return self.checkin(op, item_id)
        request = self.client.asking.checkout(op, number, item, self._pin_of(ref), cancel=True)
        answer = self._told(request, CheckoutResponse, self.client.deadline())
        if not isinstance(answer, CheckoutResponse):
            return answer
        shown = item_of(item_id, answer.title_identifier)
        if not answer.ok:
            return Refused(spoken(answer, self.profile), shown)
        self._is_back(item)
        return Returned(shown)

    def checkin(self, op: str, item_id: str, happened: Happened | None = None) -> CheckinOutcome:
        """Take back. ``happened``: it came back before; that day is sent as the return date."""
        item = self._safe(item_id)
        if not item:
            return Refused(Refusal(Code.UNKNOWN_ITEM))
        deadline = self.client.deadline()
        before = self._just_seen(item_id)
        if before is None and self.profile.item_before_checkin:
            before = self._seen(item_id, deadline)
        answer = self._told(self.client.asking.checkin(op, item, happened), CheckinResponse, deadline)
        if not isinstance(answer, CheckinResponse):
            return answer
        if not answer.ok:
            return self._not_taken(answer, item_id, deadline)
        self._is_back(item)
        was_on_loan = None
        if isinstance(before, Copy) and before.status is not CopyStatus.OTHER:
            was_on_loan = before.status.on_loan
        return returned(answer, item_id, self.profile, was_on_loan=was_on_loan)

    # renewing

    def renew(self, op: str, ref: PatronRef, item_id: str, happened: Happened | None = None) -> RenewOutcome:
        """Extend one loan, with 29 or, where the profile says so, with 11."""
        return self._renew(op, ref, item_id, happened, self.client.deadline())

    def renew_all(self, op: str, ref: PatronRef) -> Sequence[RenewOutcome] | Unknown:
        """65; or, where the system does not know it, one renewal for each loan."""
        number = self._safe(ref.number)
        if not number:
            return [Refused(Refusal(Code.NO_MATCH))]
        deadline = self.client.deadline()
        self.client.line.ready(deadline)
        if self.profile.renew_with_checkout or self.client.supports(MessageCode.RENEW_ALL) is False:
            return self._renew_each(op, ref, number, deadline)
        request = self.client.asking.renew_all(op, number, self._pin_of(ref))
        answer = self._told(request, RenewAllResponse, deadline)
        if isinstance(answer, Refused):
            return [answer]
        if isinstance(answer, Unknown):
            return answer
        if not answer.ok and not answer.renewed_count and not answer.renewed_items:
            exact = given(answer, self.profile)
            if exact is not None:
                return [Refused(exact)]
            return self._renew_each(op, ref, number, deadline)  # nothing was renewed, so nothing is renewed twice
        reasons = _reasons(answer, self.profile)
        outcomes: list[RenewOutcome] = []
        for entry in dict.fromkeys(answer.renewed_items):  # a list may name a copy twice
            copy = self._seen(entry, deadline)
            outcomes.append(renewed(_shown(copy, entry), copy.due if isinstance(copy, Copy) else None))
        return outcomes + [
            Refused(reason, _shown(self._seen(entry, deadline), entry)) for entry, reason in reasons.items()
        ]

    # money

    def pay(self, op: str, ref: PatronRef, amount: int) -> int | Refused | Unknown:
        """Book a payment. What is owed is asked for first: more than that, or nothing, is not paid."""
        number = self._safe(ref.number)
        if not number:
            return Refused(Refusal(Code.NO_MATCH))
        deadline = self.client.deadline()
        owed, written = self._before(lambda: self._owed(ref, deadline))
        if isinstance(owed, Unknown):
            if owed.why == "no-match":
                return Refused(Refusal(Code.NO_MATCH))
            return Refused(Refusal(Code.OTHER))  # the sum, or its currency, is not known: nothing is booked
        if not 0 < amount <= owed:
            return Refused(Refusal(Code.FEES, amount=owed))
        request = self.client.asking.pay(op, number, write_amount(amount, written), self._pin_of(ref))
        answer = self._told(request, FeePaidResponse, deadline)
        if not isinstance(answer, FeePaidResponse):
            return answer
        if not answer.payment_accepted:
            return Refused(spoken(answer, self.profile))
        left = self._if_heard(lambda: self._owed(ref, deadline)[0])
        return left if isinstance(left, int) else owed - amount

    # inside: lending

    def _theirs_already(self, ref: PatronRef, item_id: str, deadline: Deadline) -> Borrowed | None:
        """The patron has it, as far as this visit knows, and a checkout would renew it unasked: look instead.

        Left to the server where the library wants exactly that (``renewal_policy``).
        """
        visit = self._visit
        known = (
            visit is not None and visit.is_of(self._safe(ref.number)) and self._safe(item_id).casefold() in visit.has
        )
        if not known or self.profile.renewal_policy or not self.profile.checkout_renews:
            return None
        listed = self._before(lambda: self._has(ref.number, item_id, deadline))
        if listed is False:
            return None
        copy = self._seen(item_id, deadline)
        if listed is not True and not (isinstance(copy, Copy) and copy.status.on_loan):
            return None  # the lists tell nothing: then it has to be on loan still, and this visit knows to whom
        return borrowed_again(_shown(copy, item_id), copy.due if isinstance(copy, Copy) else None)

    def _not_lent(self, answer: CheckoutResponse, ref: PatronRef, item_id: str, deadline: Deadline) -> CheckoutOutcome:
        """Why not; and whether that is because the patron already has it, which is no refusal at all."""
        exact = self._exactly(answer, item_id, answer.title_identifier)
        if exact is not None and not answer.renewal_ok:
            return exact
        words = guessed(answer.screen_message, self.profile, answer.fee_amount)
        item = item_of(item_id, answer.title_identifier)
        if words.code not in (Code.OTHER, Code.ON_LOAN, Code.HELD):
            return Refused(words, item)
        copy = self._seen(item_id, deadline)
        if isinstance(copy, Refusal):
            return Refused(copy)
        if copy is not None and copy.status.on_loan:
            listed = self._if_heard(lambda: self._has(ref.number, item_id, deadline))
            if listed is True or (listed is not False and self._is_known_to_have(ref, item_id)):
                return borrowed_again(copy.item, copy.due)
        explained = of_checkout(words, copy, None)
        if explained.code is Code.OTHER:
            account = self._if_heard(lambda: self._standing_of(ref, deadline))
            explained = of_checkout(words, copy, standing(account, self.profile) if account is not None else None)
        return Refused(explained, copy.item if copy is not None else item)

    def _not_taken(self, answer: CheckinResponse, item_id: str, deadline: Deadline) -> CheckinOutcome:
        """Some systems refuse the return of what is not on loan; it only needs to go to its place."""
        exact = self._exactly(answer, item_id, answer.title_identifier)
        if exact is not None:
            return exact
        words, item = guessed(answer.screen_message, self.profile), item_of(item_id, answer.title_identifier)
        if words.code is not Code.OTHER:
            return Refused(words, item)
        copy = self._seen(item_id, deadline)
        if isinstance(copy, Refusal):
            return Refused(copy)
        if copy is None or copy.status not in _ON_SHELF:
            return Refused(words, item)
        self._is_back(self._safe(item_id))
        held = copy.status is CopyStatus.HOLD_SHELF
        return Returned(copy.item, Bin.TROLLEY if held else Bin.LEFT, held=held, again=True)

    # inside: renewing

    def _renew(
        self, op: str, ref: PatronRef, item_id: str, happened: Happened | None, deadline: Deadline
    ) -> RenewOutcome:
        number, item, pin = self._safe(ref.number), self._safe(item_id), self._pin_of(ref)
        if not number or not item:
            return Refused(Refusal(Code.UNKNOWN_ITEM if number else Code.NO_MATCH))
        answer: CheckoutResponse | RenewResponse | Refused | Unknown
        if self.profile.renew_with_checkout:
            if self._before(lambda: self._has(ref.number, item_id, deadline)) is False:
                return Refused(Refusal(Code.NOT_ON_LOAN))  # a checkout would lend it anew
            request = self.client.asking.checkout(op, number, item, pin, happened, renew=True)
            answer = self._told(request, CheckoutResponse, deadline)
        else:
            answer = self._told(self.client.asking.renew(op, number, item, pin, happened), RenewResponse, deadline)
        if isinstance(answer, Refused | Unknown):
            return answer
        if not answer.ok:
            return self._not_renewed(answer, ref, item_id, deadline)
        due = self._days.read(answer.due_date) if answer.due_date.strip() else self._due_of(item_id, deadline)
        return renewed(item_of(item_id, answer.title_identifier), due)

    def _renew_each(self, op: str, ref: PatronRef, number: str, deadline: Deadline) -> Sequence[RenewOutcome] | Unknown:
        if self.profile.loan_lists is not LoanLists.BARCODES:
            return [Refused(Refusal(Code.OTHER))]
        pin = self._pin_of(ref)
        listing = self._before(lambda: self.client.listing(number, pin, Summary.CHARGED, deadline))
        outcomes: list[RenewOutcome] = []
        for entry in listing.entries:
            each = str(uuid.uuid5(_SINGLE, f"{op} {entry}"))  # an operation of its own, the same one each time
            try:
                outcome = self._renew(each, ref, entry, None, deadline)
            except SystemAway:
                if not outcomes:
                    raise
                outcome = Refused(Refusal(Code.OFFLINE), item_of(entry, None))
            if isinstance(outcome, Unknown):
                return outcome  # one that nobody knows of makes the whole one that has to be looked into
            outcomes.append(outcome)
        return outcomes

    def _not_renewed(
        self, answer: CheckoutResponse | RenewResponse, ref: PatronRef, item_id: str, deadline: Deadline
    ) -> Refused:
        exact = self._exactly(answer, item_id, answer.title_identifier)
        if exact is not None:
            return exact
        words = guessed(answer.screen_message, self.profile, answer.fee_amount)
        item = item_of(item_id, answer.title_identifier)
        if words.code not in (Code.OTHER, Code.HELD, Code.RENEWAL_HELD, Code.ON_LOAN):
            return Refused(words, item)
        copy = self._seen(item_id, deadline)
        if isinstance(copy, Refusal):
            return Refused(copy)
        explained = of_renewal(words, copy, None, self.profile)
        if explained.code is Code.OTHER:
            if self._if_heard(lambda: self._has(ref.number, item_id, deadline)) is False:
                return Refused(Refusal(Code.NOT_ON_LOAN, said=words.said), item)
            account = self._if_heard(lambda: self._standing_of(ref, deadline))
            explained = of_renewal(words, copy, account, self.profile)
        return Refused(explained, copy.item if copy is not None else item)

    # inside: looking on the side

    def _exactly(self, answer: Explains, item_id: str, title: str | None) -> Refused | None:
        """The no with its exact reason, where the answer has it: nothing is left to be asked."""
        reason = given(answer, self.profile)
        if reason is None:
            return None
        return Refused(reason, item_of(item_id, title) if title else None)

    def _seen(self, item_id: str, deadline: Deadline) -> Copy | Refusal | None:
        """The copy as it stands; ``None`` if that is not to be had now."""
        return self._if_heard(lambda: self._copy(item_id, deadline))

    def _due_of(self, item_id: str, deadline: Deadline) -> date | None:
        copy = self._seen(item_id, deadline)
        return copy.due if isinstance(copy, Copy) else None

    def _is_known_to_have(self, ref: PatronRef, item_id: str) -> bool:
        visit = self._visit
        return visit is not None and visit.is_of(self._safe(ref.number)) and self._safe(item_id).casefold() in visit.has

    def _is_back(self, item: str) -> None:
        if self._visit is not None:
            self._visit.has.discard(item.casefold())


#: The name space of the single renewals that make up a renewal of all.
_SINGLE = uuid.UUID("5f1d6f0a-5a5e-4b0b-9d0e-7d1a64b5c2e1")


def _shown(copy: Copy | Refusal | None, number: str) -> Item:
    return copy.item if isinstance(copy, Copy) else item_of(number, None)


def _reasons(answer: RenewAllResponse, profile: Profile) -> dict[str, Refusal]:
    """Why each loan that is named was not extended: its own reason where each has one, or what was said of all."""
    every = guessed(answer.screen_message, profile)
    exact = given_each(answer, profile)
    if len(exact) != len(answer.unrenewed_items):
        exact = [None] * len(answer.unrenewed_items)
    return {entry: reason or every for entry, reason in zip(answer.unrenewed_items, exact, strict=True)}
