"""Lending, taking back, extending: 11/12, 09/10, 29/30, 65/66.

A checkout of a loan that the patron already has is answered *yes, renewal* with the due date as it stands. Whether it
is also extended is the terminal's wish (*SC renewal policy*): with N a late duplicate of a checkout whose answer was
lost extends nothing and uses no renewal up, and the patron is not told that the book is not theirs. The words of the
specification for *renewal ok*: the patron already had the item.

``None`` instead of an answer means that it is not known whether it happened: the line is cut, nothing is claimed.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from kiosk.circulation.port import (
    Bin,
    Borrowed,
    CheckoutOutcome,
    Code,
    Patron,
    PatronRef,
    Refusal,
    Refused,
    Renewed,
    RenewOutcome,
    Returned,
    Unknown,
)
from kiosk.circulation.probing import Copy
from kiosk.circulation.sip2.layout import Response
from kiosk.circulation.sip2.messages import (
    Checkin,
    CheckinResponse,
    Checkout,
    CheckoutResponse,
    Renew,
    RenewAll,
    RenewAllResponse,
    RenewResponse,
)
from kiosk.circulation.sip2.server.accounts import May
from kiosk.circulation.sip2.server.sentences import Note
from kiosk.circulation.sip2.server.turn import Turn
from kiosk.circulation.sip2.values import AlertType

#: Names the renewal that a checkout led to, so that the same checkout leads to the same one.
_RENEWAL_OF: Final = uuid.UUID("0d6f1f5e-6a83-4e0f-9c0e-2b1a5b7a3c11")


def checkout(turn: Turn, asked: Checkout) -> Response | None:
    """11 → 12. Undoing (BI) is not offered, and must never be taken for lending."""
    ref, item_id = PatronRef(asked.patron_identifier), asked.item_identifier
    if not turn.account.allows(May.CHECKOUT) or _yes(asked.cancel):
        return _not_lent(turn, asked, Refused(Refusal(Code.OTHER)), turn.not_here())
    no = turn.stands_in_the_way(ref.number, asked.patron_password)
    if no is not None:
        return _not_lent(turn, asked, Refused(no), turn.why(no))
    happened = turn.happened(asked.transaction_date, asked.nb_due_date, no_block=asked.no_block)
    outcome: CheckoutOutcome
    if happened is not None and turn.replays is not None:
        outcome = turn.replays.checkout(turn.op, ref, item_id, happened)
    else:
        outcome = turn.system.checkout(turn.op, ref, item_id)
    turn.visit.changed()
    if isinstance(outcome, Unknown):
        return None
    if isinstance(outcome, Refused):
        return _not_lent(turn, asked, outcome, turn.why(outcome.refusal))
    if outcome.again and asked.sc_renewal_policy and happened is None and turn.account.allows(May.RENEW):
        return _extended_by_checkout(turn, asked, outcome)
    said = (turn.words.note(Note.ALREADY_YOURS),) if outcome.again else ()
    return _lent(turn, asked, outcome, said)


def checkin(turn: Turn, asked: Checkin) -> Response | None:
    """09 → 10. Whose it was is not told: whoever returns it need not be who borrowed it."""
    if not turn.account.allows(May.CHECKIN) or _yes(asked.cancel):
        return _not_taken(turn, asked, None, turn.not_here())
    happened = turn.happened(asked.return_date or asked.transaction_date, "", no_block=asked.no_block)
    # Where it belongs is asked before: after the return nothing may fail any more.
    place = turn.probing.copy(asked.item_identifier) if turn.probing is not None else None
    if happened is not None and turn.replays is not None:
        outcome = turn.replays.checkin(turn.op, asked.item_identifier, happened)
    else:
        outcome = turn.system.checkin(turn.op, asked.item_identifier)
    turn.visit.changed()
    if isinstance(outcome, Unknown):
        return None
    copy = place if isinstance(place, Copy) else None
    if isinstance(outcome, Refused):
        return _not_taken(turn, asked, outcome, turn.why(outcome.refusal), copy)
    return _taken(turn, asked, outcome, copy)


def renew(turn: Turn, asked: Renew) -> Response | None:
    """29 → 30. The item is named by its number; titles (AJ) alone name no copy."""
    ref, item_id = PatronRef(asked.patron_identifier), asked.item_identifier or ""
    if not turn.account.allows(May.RENEW) or not item_id:
        return _not_renewed(turn, asked, Refused(Refusal(Code.OTHER)), turn.not_here())
    no = turn.stands_in_the_way(ref.number, asked.patron_password)
    if no is not None:
        return _not_renewed(turn, asked, Refused(no), turn.why(no))
    happened = turn.happened(asked.transaction_date, asked.nb_due_date, no_block=asked.no_block)
    outcome: RenewOutcome
    if happened is not None and turn.replays is not None:
        outcome = turn.replays.renew(turn.op, ref, item_id, happened)
    else:
        outcome = turn.system.renew(turn.op, ref, item_id)
    turn.visit.changed()
    if isinstance(outcome, Unknown):
        return None
    if isinstance(outcome, Refused):
        return _not_renewed(turn, asked, outcome, turn.why(outcome.refusal))
    return RenewResponse(
        ok=True,
        renewal_ok=True,
        magnetic_media=turn.magnetic,
        desensitize=False,  # it is at home
        transaction_date=turn.stamp,
        institution_id=turn.institution(asked.institution_id),
        patron_identifier=asked.patron_identifier,
        item_identifier=item_id,
        title_identifier=outcome.item.title,
        due_date=turn.due(outcome.due, known=outcome.due_known),
    )


def renew_all(turn: Turn, asked: RenewAll) -> Response | None:
    """65 → 66."""
    ref = PatronRef(asked.patron_identifier)
    if not turn.account.allows(May.RENEW):
        return _all_renewed(turn, asked, (), ok=False, said=turn.not_here())
    no = turn.stands_in_the_way(ref.number, asked.patron_password)
    if no is not None:
        return _all_renewed(turn, asked, (), ok=False, said=turn.why(no))
    outcomes = turn.system.renew_all(turn.op, ref)
    turn.visit.changed()
    if isinstance(outcomes, Unknown) or any(isinstance(each, Unknown) for each in outcomes):
        return None
    if not outcomes and not isinstance(found := turn.patron(ref.number, asked.patron_password), Patron):
        return _all_renewed(turn, asked, (), ok=found.code is not Code.NO_MATCH, said=turn.why(found))
    return _all_renewed(turn, asked, outcomes, ok=True, said=())


def _extended_by_checkout(turn: Turn, asked: Checkout, had: Borrowed) -> Response | None:
    """The terminal wants a loan of the patron's own extended; a *no* leaves it as it is."""
    op = str(uuid.uuid5(_RENEWAL_OF, turn.op))
    outcome = turn.system.renew(op, PatronRef(asked.patron_identifier), asked.item_identifier)
    if isinstance(outcome, Unknown):
        return None
    if isinstance(outcome, Refused):
        return _not_lent(turn, asked, Refused(outcome.refusal, had.item), turn.why(outcome.refusal), theirs=True)
    return _lent(turn, asked, Borrowed(outcome.item, outcome.due, again=True, due_known=outcome.due_known), ())


def _lent(turn: Turn, asked: Checkout, outcome: Borrowed, said: tuple[str, ...]) -> CheckoutResponse:
    return CheckoutResponse(
        ok=True,
        renewal_ok=outcome.again,
        magnetic_media=turn.magnetic,
        desensitize=outcome.disarm,
        transaction_date=turn.stamp,
        institution_id=turn.institution(asked.institution_id),
        patron_identifier=asked.patron_identifier,
        item_identifier=asked.item_identifier,
        title_identifier=outcome.item.title,
        due_date=turn.due(outcome.due, known=outcome.due_known),
        security_inhibit=None if outcome.disarm else "Y",
        screen_message=said,
    )


def _not_lent(
    turn: Turn, asked: Checkout, outcome: Refused, said: tuple[str, ...], *, theirs: bool = False
) -> CheckoutResponse:
    return CheckoutResponse(
        ok=False,
        renewal_ok=theirs,
        magnetic_media=None,
        desensitize=False,
        transaction_date=turn.stamp,
        institution_id=turn.institution(asked.institution_id),
        patron_identifier=asked.patron_identifier,
        item_identifier=asked.item_identifier,
        title_identifier=outcome.item.title if outcome.item is not None else "",
        due_date="",
        screen_message=said,
    )


def _taken(turn: Turn, asked: Checkin, outcome: Returned, copy: Copy | None) -> CheckinResponse:
    said: list[str] = []
    alert_type: AlertType | None = None
    if outcome.held:
        alert_type = AlertType.HOLD_HERE
        said.append(turn.words.note(Note.KEPT_FOR_ANOTHER))
    elif outcome.bin is Bin.STAFF:
        alert_type = AlertType.OTHER
        said.append(turn.words.note(Note.FOR_STAFF))
    if outcome.again:
        said.append(turn.words.note(Note.NOT_ON_LOAN))
    if outcome.fee:
        said.append(turn.words.note(Note.LATE_FEE, outcome.fee))
    return CheckinResponse(
        ok=True,
        resensitize=outcome.arm,
        magnetic_media=turn.magnetic,
        alert=alert_type is not None,
        transaction_date=turn.stamp,
        institution_id=turn.institution(asked.institution_id),
        item_identifier=asked.item_identifier,
        permanent_location=copy.location if copy is not None else "",
        title_identifier=outcome.item.title,
        sort_bin=turn.account.bins.get(outcome.bin.value, outcome.bin.value),
        collection_code=copy.collection or None if copy is not None else None,
        call_number=copy.call_number or None if copy is not None else None,
        alert_type=alert_type.value if alert_type is not None else None,
        screen_message=tuple(said),
    )


def _not_taken(
    turn: Turn, asked: Checkin, outcome: Refused | None, said: tuple[str, ...], copy: Copy | None = None
) -> CheckinResponse:
    """Not taken back: an item that nobody knows, or that is lent again since, is for staff."""
    item = outcome.item if outcome is not None else None
    return CheckinResponse(
        ok=False,
        resensitize=False,
        magnetic_media=None,
        alert=True,
        transaction_date=turn.stamp,
        institution_id=turn.institution(asked.institution_id),
        item_identifier=asked.item_identifier,
        permanent_location=copy.location if copy is not None else "",
        title_identifier=item.title if item is not None else None,
        sort_bin=turn.account.bins.get(Bin.STAFF.value, Bin.STAFF.value),
        alert_type=AlertType.OTHER.value,
        screen_message=said,
    )


def _not_renewed(turn: Turn, asked: Renew, outcome: Refused, said: tuple[str, ...]) -> RenewResponse:
    return RenewResponse(
        ok=False,
        renewal_ok=False,
        magnetic_media=None,
        desensitize=False,
        transaction_date=turn.stamp,
        institution_id=turn.institution(asked.institution_id),
        patron_identifier=asked.patron_identifier,
        item_identifier=asked.item_identifier or "",
        title_identifier=outcome.item.title if outcome.item is not None else "",
        due_date="",
        screen_message=said,
    )


def _all_renewed(
    turn: Turn, asked: RenewAll, outcomes: Sequence[RenewOutcome], *, ok: bool, said: tuple[str, ...]
) -> RenewAllResponse:
    renewed = [each for each in outcomes if isinstance(each, Renewed)]
    refused = [each for each in outcomes if isinstance(each, Refused)]
    named = [(each.item.id, each.refusal) for each in refused if each.item is not None]
    if named:
        turn.why_each(refusal for _, refusal in named)
    return RenewAllResponse(
        ok=ok,
        renewed_count=len(renewed),
        unrenewed_count=len(refused),
        transaction_date=turn.stamp,
        institution_id=turn.institution(asked.institution_id),
        renewed_items=tuple(each.item.id for each in renewed),
        unrenewed_items=tuple(number for number, _ in named),
        screen_message=said,
    )


def _yes(flag: str | None) -> bool:
    return (flag or "").strip().upper() in ("Y", "1")
