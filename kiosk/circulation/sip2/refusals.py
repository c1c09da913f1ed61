"""Why a library system says no: its words, its flags and an item's status, as the port's refusals. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from kiosk.circulation.port import Code, Refusal
from kiosk.circulation.probing import Copy, CopyStatus
from kiosk.circulation.sip2 import reason_field
from kiosk.circulation.sip2.amounts import read_amount
from kiosk.circulation.sip2.layout import Others
from kiosk.circulation.sip2.profile import Profile
from kiosk.circulation.sip2.responses import PatronInformationResponse, PatronStatusResponse
from kiosk.circulation.sip2.text import clean
from kiosk.circulation.sip2.values import PatronFlag

PatronAnswer = PatronInformationResponse | PatronStatusResponse


class Explains(Protocol):
    """An answer that may say why not."""

    @property
    def screen_message(self) -> tuple[str, ...]: ...

    @property
    def others(self) -> Others: ...


#: What each flag means for a patron, the most telling first: *checkout denied* alone says nothing of why.
_MEANING = (
    (PatronFlag.CARD_LOST, Code.BLOCKED),
    (PatronFlag.EXCESSIVE_FINES, Code.FEES),
    (PatronFlag.EXCESSIVE_FEES, Code.FEES),
    (PatronFlag.TOO_MANY_BILLED, Code.FEES),
    (PatronFlag.TOO_MANY_OVERDUE, Code.OVERDUE),
    (PatronFlag.RECALL_OVERDUE, Code.OVERDUE),
    (PatronFlag.TOO_MANY_CHARGED, Code.LIMIT),
)
#: In these a copy has no loan, whatever date the system still shows.
WITHOUT_LOAN = frozenset(
    {
        CopyStatus.AVAILABLE,
        CopyStatus.RESHELVING,
        CopyStatus.HOLD_SHELF,
        CopyStatus.ON_ORDER,
        CopyStatus.IN_PROCESS,
        CopyStatus.IN_TRANSIT,
    }
)
_OF_STATUS = {
    CopyStatus.ON_ORDER: Code.UNAVAILABLE,
    CopyStatus.IN_PROCESS: Code.UNAVAILABLE,
    CopyStatus.IN_TRANSIT: Code.UNAVAILABLE,
    CopyStatus.LOST: Code.UNAVAILABLE,
    CopyStatus.MISSING: Code.UNAVAILABLE,
    CopyStatus.CLAIMED_RETURNED: Code.UNAVAILABLE,
}


def said(messages: Iterable[str]) -> str | None:
    """The system's own words in one line, fit for a screen; ``None`` if it said nothing."""
    words = [clean(message) for message in messages]
    return clean(" ".join(word for word in words if word)) or None


def meant(words: str | None, profile: Profile) -> Code | None:
    """The code of the first of the profile's patterns that the words match."""
    if words is None:
        return None
    return next((each.code for each in profile.refusals if _compiled(each.pattern).search(words)), None)


def given(answer: Explains, profile: Profile) -> Refusal | None:
    """The exact reason, where the server has a field for it; without its words, so that the kiosk's own are shown."""
    return next((reason for reason in given_each(answer, profile) if reason is not None), None)


def given_each(answer: Explains, profile: Profile) -> list[Refusal | None]:
    """The exact reasons of an answer that refuses several things, in its order; ``None`` for one that is not known."""
    name = profile.reason_field
    return [reason_field.read(value) for field, value in answer.others if field == name] if name else []


def spoken(answer: Explains, profile: Profile, fee: str | None = None) -> Refusal:
    """The exact reason if there is one; else the system's own words with the code that the profile gives them.

    ``fee`` is what the answer says the operation costs.
    """
    return given(answer, profile) or guessed(answer.screen_message, profile, fee)


def guessed(messages: Iterable[str], profile: Profile, fee: str | None = None) -> Refusal:
    """The refusal in the system's own words: with the code that the profile gives them, or else ``OTHER``.

    ``fee``, unacknowledged, is a reason too.
    """
    words, amount = said(messages), read_amount(fee)
    code = meant(words, profile)
    if code is None:
        code = Code.FEES if amount and amount > 0 and not profile.fee_acknowledged else Code.OTHER
    return Refusal(code, amount=amount if code is Code.FEES else None, said=words)


def standing(answer: PatronAnswer, profile: Profile) -> Refusal | None:
    """What keeps this patron from borrowing, if anything.

    Only the flags that the profile names stop anybody; the reason is the exact one, or what the other flags say.
    """
    flags = answer.patron_status
    if not any(place in flags for place in profile.blocking_flags):
        return None
    exact = given(answer, profile)
    if exact is not None:
        return exact
    words = said(answer.screen_message)
    code = meant(words, profile) or next((code for flag, code in _MEANING if flag in flags), Code.BLOCKED)
    return of_patron(code, answer, words)


def of_patron(code: Code, answer: PatronAnswer, words: str | None = None) -> Refusal:
    """A refusal with what the patron's answer knows of it."""
    limit = getattr(answer, "charged_items_limit", None) if code is Code.LIMIT else None
    return Refusal(
        code,
        limit=read_amount(limit),
        amount=read_amount(answer.fee_amount) if code is Code.FEES else None,
        said=words,
    )


def of_copy(copy: Copy, words: str | None = None) -> Refusal | None:
    """Why a copy in this status is not lent; ``None`` if its status does not say."""
    if copy.status is CopyStatus.HOLD_SHELF:
        return Refusal(Code.HELD, until=copy.kept_until, said=words)
    if code := _OF_STATUS.get(copy.status):
        return Refusal(code, said=words)
    return Refusal(Code.ON_LOAN, said=words) if copy.status.on_loan else None


def of_checkout(words: Refusal, copy: Copy | None, blocks: Refusal | None) -> Refusal:
    """Why a copy is not lent: what was said if that has a code, else the copy's status, else the patron's standing."""
    of_status = of_copy(copy, words.said) if copy is not None else None
    if words.code is Code.HELD:
        return of_status if of_status is not None and of_status.code is Code.HELD else words
    if words.code is not Code.OTHER:
        return words
    return of_status or _with(blocks, words.said) or words


def of_renewal(words: Refusal, copy: Copy | None, account: PatronAnswer | None, profile: Profile) -> Refusal:
    """Why a loan is not extended, in the same order."""
    due = copy.due if copy is not None else None
    if words.code in (Code.HELD, Code.RENEWAL_HELD):
        return Refusal(Code.RENEWAL_HELD, until=due, said=words.said)
    if words.code is Code.ON_LOAN:
        return Refusal(Code.NOT_ON_LOAN, said=words.said)
    if words.code is not Code.OTHER:
        return words
    if copy is not None and copy.status in WITHOUT_LOAN:
        return Refusal(Code.NOT_ON_LOAN, said=words.said)
    if copy is not None and (copy.waiting or copy.status is CopyStatus.RECALLED):
        return Refusal(Code.RENEWAL_HELD, until=due, said=words.said)
    if account is None:
        return words
    if PatronFlag.TOO_MANY_RENEWALS in account.patron_status:
        return Refusal(Code.RENEWAL_LIMIT, said=words.said)
    return _with(standing(account, profile), words.said) or words


def _with(refusal: Refusal | None, words: str | None) -> Refusal | None:
    """The refusal with what was said about this operation, rather than about the patron in general."""
    return replace(refusal, said=words or refusal.said) if refusal is not None else None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
