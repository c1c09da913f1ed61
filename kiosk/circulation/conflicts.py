"""Why the kiosk leaves an operation to staff, and what staff do about it, in words for a librarian.

The journal holds the code (with ``refused:held`` also what the system said); the sentences are here, in English like
every command of ``pustaka``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Reason(enum.StrEnum):
    """Why the kiosk stopped."""

    ON_LOAN_TO_ANOTHER = "on-loan-to-another"
    RELENT = "relent"
    REFUSED = "refused"
    DUE_EARLIER = "due-earlier"
    TOO_OLD = "too-old"
    MOVED_SINCE = "moved-since"
    PAYMENT = "payment"
    RENEWALS = "renewals"
    CANNOT_LOOK = "cannot-look"
    CANNOT_TELL = "cannot-tell"
    NO_ANSWER = "no-answer"


@dataclass(frozen=True, slots=True)
class Advice:
    """Why it stopped, and what to do; ``redo``: trying once more can settle it, after the cause was mended."""

    why: str
    do: str
    redo: bool = False


_ADVICE = {
    Reason.ON_LOAN_TO_ANOTHER: Advice(
        "The library system has this copy on loan to somebody else, so it was not lent here.",
        "Find out who has the copy in hand. If it is this patron, return the other loan in the library system and try "
        "again; if not, settle it.",
        redo=True,
    ),
    Reason.RELENT: Advice(
        "The copy came back here, but its present loan in the library system may be a newer one; ending that could "
        "take a loan from somebody who still has the copy.",
        "Look for the copy. If it is in the library, return it in the library system; if it was lent again since, "
        "leave that loan alone. Then settle it.",
    ),
    Reason.REFUSED: Advice(
        "The library system refused it, after the patron was told yes.",
        "Mend the cause (a blocked card, a hold, an unknown number) in the library system and try again; or speak to "
        "the patron and settle it.",
        redo=True,
    ),
    Reason.DUE_EARLIER: Advice(
        "The library system lent the copy with an earlier due date than the patron was told.",
        "Set the due date in the library system to the promised one, or tell the patron. Then settle it.",
    ),
    Reason.TOO_OLD: Advice(
        "The kiosk was cut short and it never happened. Nothing was promised, and the patron has left since.",
        "See where the copy is now and whether the library system agrees. Then settle it.",
    ),
    Reason.MOVED_SINCE: Advice(
        "The kiosk was cut short, and the copy was lent or returned in another way since. Nothing was promised.",
        "See where the copy is now and whether the library system agrees. Then settle it.",
    ),
    Reason.PAYMENT: Advice(
        "It is not known whether the payment was booked. A payment is never sent twice.",
        "Look at the patron's account in the library system and book the payment if it is missing. Then settle it.",
    ),
    Reason.RENEWALS: Advice(
        "It is not known whether the loans were renewed. Asking again could use up another renewal.",
        "Look at the due dates in the patron's account and renew what is missing. Then settle it.",
    ),
    Reason.CANNOT_LOOK: Advice(
        "The library system gave no usable answer about this copy, so the kiosk cannot see whether it happened.",
        "Look the copy up in the library system, put it right there, then settle it. Or try again.",
        redo=True,
    ),
    Reason.CANNOT_TELL: Advice(
        "The library system does not tell the kiosk who has the copy, or until when: whether it happened cannot be "
        "seen from here.",
        "Look at the copy and the patron's account in the library system, put them right, then settle it.",
        redo=True,
    ),
    Reason.NO_ANSWER: Advice(
        "The library system was asked several times and never gave a usable answer.",
        "Look the copy up in the library system, put it right there, then settle it. Or try again.",
        redo=True,
    ),
}

_OTHER = Advice(
    "The kiosk could not decide it.", "Look the copy up in the library system, put it right, then settle it."
)


def reason_of(why: str) -> Reason | None:
    """The reason in a conflict's ``why``; ``None`` for one that this program does not know."""
    code = why.partition(":")[0]
    return Reason(code) if code in list(Reason) else None


def advice(why: str) -> Advice:
    """What to tell staff about a conflict with this ``why``."""
    reason = reason_of(why)
    if reason is None:
        return Advice(f"{_OTHER.why} Its note: {why}." if why else _OTHER.why, _OTHER.do)
    found = _ADVICE[reason]
    said = why.partition(":")[2]
    if not said:
        return found
    return Advice(f"{found.why} Its reason: {said.replace('-', ' ')}.", found.do, found.redo)
