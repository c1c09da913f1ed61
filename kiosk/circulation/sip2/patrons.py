"""A patron's answer (64, or 24) and the lists behind it, as the port's ``Patron``.

The lists of 64 hold numbers. What a patron recognises, the title, is asked for with a 17 each: as many as the
question's time allows; the rest is shown by number. Nothing that fails in here takes the patron's page away.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

from kiosk.circulation.errors import Sip2Error, SystemAway
from kiosk.circulation.names import first_name
from kiosk.circulation.port import Hold, Item, Loan, Patron, PatronRef, Refusal
from kiosk.circulation.probing import Copy, CopyStatus
from kiosk.circulation.sip2.amounts import read_amount
from kiosk.circulation.sip2.client import Sip2Client
from kiosk.circulation.sip2.patience import Deadline
from kiosk.circulation.sip2.profile import LoanLists, Profile
from kiosk.circulation.sip2.reading import Days, copy_of, is_number, is_same, loan_of, split_holds
from kiosk.circulation.sip2.refusals import PatronAnswer, standing
from kiosk.circulation.sip2.responses import PatronInformationResponse
from kiosk.circulation.sip2.text import clean
from kiosk.circulation.sip2.values import LANGUAGES, Summary
from kiosk.circulation.sip2.visit import Visit

log = logging.getLogger(__name__)

#: How many titles are asked for when a patron arrives.
MOST_TITLES = 30
#: Seconds of a question's time that are kept back from the titles.
_RESERVE = 0.4
_TAGS = {code: tag for tag, code in LANGUAGES.items()}


class PatronPage:
    """Reads one patron."""

    def __init__(self, client: Sip2Client, days: Days, today: date) -> None:
        self._client, self._days, self._today = client, days, today
        self._profile = client.profile
        self._titles = 0
        self._is_heard = True  # False once a question of this page got no answer: no other is asked

    def read(self, ref: PatronRef, answer: PatronAnswer, visit: Visit, deadline: Deadline) -> Patron:
        full = answer if isinstance(answer, PatronInformationResponse) else None
        ready, waiting = self._holds(full, visit, deadline) if full else ([], [])
        loans = self._loans(full, visit, deadline) if full else ()
        if in_other_money(answer, self._profile):
            log.warning(
                "the library system counts money in another currency than circulation.sip2.dialect.currency (%s)",
                self._profile.currency,
            )
        return Patron(
            ref=ref,
            first_name=first_name(clean(answer.personal_name)),
            loans=loans,
            holds=tuple(
                [self._hold(entry, True, deadline) for entry in ready]
                + [self._hold(entry, False, deadline) for entry in waiting]
            ),
            can_borrow=_still_allowed(full),
            fees=max(0, read_amount(answer.fee_amount) or 0),
            blocked=standing(answer, self._profile),
            language=_TAGS.get(answer.language, ""),
        )

    def _loans(self, answer: PatronInformationResponse, visit: Visit, deadline: Deadline) -> tuple[Loan, ...]:
        if self._profile.loan_lists is LoanLists.NONE or answer.charged_items_count == 0:
            return ()
        entries = self._list(Summary.CHARGED, visit, deadline, begun=answer)
        if self._profile.loan_lists is LoanLists.TITLES:
            return tuple(_titled(entry, self._today) for entry in entries)
        return tuple(loan_of(entry, self._copy(entry, deadline), self._today) for entry in entries)

    def _holds(
        self, answer: PatronInformationResponse, visit: Visit, deadline: Deadline
    ) -> tuple[list[str], list[str]]:
        together = self._profile.summary_per_request > 1
        begun = answer if together else None
        listed: Sequence[str] = ()
        waiting: Sequence[str] = ()
        if answer.hold_items_count != 0:
            listed = self._list(Summary.HOLDS, visit, deadline, begun=begun)
        if answer.unavailable_holds_count != 0:
            waiting = self._list(
                Summary.UNAVAILABLE_HOLDS,
                visit,
                deadline,
                begun=begun if self._profile.summary_per_request > 2 else None,
            )
        return split_holds(self._profile.hold_lists, listed, waiting)

    def _list(
        self, which: Summary, visit: Visit, deadline: Deadline, *, begun: PatronInformationResponse | None
    ) -> Sequence[str]:
        """What came of a list. Some of it is better than no page; replay asks again for itself."""
        if not self._is_heard:
            return ()
        try:
            return self._client.listing(visit.number, visit.pin, which, deadline, begun=begun).entries
        except (Sip2Error, SystemAway) as error:
            self._give_up(error)
            return ()

    def _hold(self, entry: str, ready: bool, deadline: Deadline) -> Hold:
        copy = self._copy(entry, deadline) if is_number(entry) else None
        if copy is None:
            return Hold(clean(entry), ready=ready)
        kept = copy.kept_until if ready and copy.status is CopyStatus.HOLD_SHELF else None
        return Hold(copy.item.title, ready_until=kept, ready=ready)

    def _copy(self, entry: str, deadline: Deadline) -> Copy | None:
        """What the entry stands for, if there is time to ask and an answer that knows it."""
        if not self._is_heard or self._titles == MOST_TITLES or deadline.left() < _RESERVE:
            return None
        self._titles += 1
        try:
            copy = copy_of(self._client.item(entry, deadline), entry, self._days)
        except (Sip2Error, SystemAway) as error:
            self._give_up(error)
            return None
        return None if isinstance(copy, Refusal) else copy

    def _give_up(self, error: Exception) -> None:
        self._is_heard = False
        log.info("a patron's page is shown without all of its titles: %s", type(error).__name__)


def first_lists(profile: Profile) -> tuple[Summary, ...]:
    """What the first 63 asks for: the loans, and the holds where one question may hold several lists."""
    return (Summary.CHARGED, Summary.HOLDS, Summary.UNAVAILABLE_HOLDS)[: max(1, profile.summary_per_request)]


def in_other_money(answer: PatronAnswer, profile: Profile) -> bool:
    """Whether the system names a currency, and not the profile's."""
    named = (answer.currency_type or "").strip()
    return bool(named) and not is_same(named, profile.currency)


def letter(text: str | None) -> str:
    """A Y or N as it was meant; absent and blank are the same."""
    return (text or "").strip().upper()


def _still_allowed(answer: PatronInformationResponse | None) -> int | None:
    """How many more copies the patron may have, where the system tells limit and count."""
    limit = read_amount(answer.charged_items_limit) if answer is not None else None
    if answer is None or limit is None or answer.charged_items_count is None:
        return None
    return max(0, limit - answer.charged_items_count)


def _titled(entry: str, today: date) -> Loan:
    """An entry of a list of titles: which copy it is cannot be told."""
    return Loan(Item("", clean(entry)), date.max, (date.max - today).days, renewable=False, due_known=False)
