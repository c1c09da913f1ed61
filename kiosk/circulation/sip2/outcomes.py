"""Answers to operations that the system said yes to, as the port's outcomes. Pure."""

from __future__ import annotations

from datetime import date

from kiosk.circulation.port import Bin, Borrowed, Item, Renewed, Returned
from kiosk.circulation.sip2.amounts import read_amount
from kiosk.circulation.sip2.profile import Profile
from kiosk.circulation.sip2.reading import item_of
from kiosk.circulation.sip2.responses import CheckinResponse, CheckoutResponse
from kiosk.circulation.sip2.values import AlertType

#: What waits behind the counter: not for this library's shelf, or something is wrong with its record.
_FOR_STAFF = frozenset({AlertType.INTERLIBRARY, AlertType.SEND_ELSEWHERE, AlertType.DATA_PROBLEM})
_FOR_A_PATRON = frozenset({AlertType.HOLD_HERE, AlertType.HOLD_ELSEWHERE})


def borrowed(answer: CheckoutResponse, number: str, due: date | None) -> Borrowed:
    """12 with ok. The security bit stays on where the system says so (*desensitize* N, or CI Y)."""
    inhibited = (answer.security_inhibit or "").strip().upper() == "Y"
    return Borrowed(
        item_of(number, answer.title_identifier),
        due or date.max,
        again=answer.renewal_ok,
        disarm=answer.desensitize is not False and not inhibited,
        due_known=due is not None,
    )


def borrowed_again(item: Item, due: date | None) -> Borrowed:
    """The patron had it before; nothing changed. Its security bit may be cleared: it is theirs."""
    return Borrowed(item, due or date.max, again=True, due_known=due is not None)


def renewed(item: Item, due: date | None) -> Renewed:
    return Renewed(item, due or date.max, due_known=due is not None)


def returned(answer: CheckinResponse, number: str, profile: Profile, *, was_on_loan: bool | None) -> Returned:
    """10 with ok. ``was_on_loan``: what was seen right before; ``None`` if nobody looked.

    The alert flag and its type are independent: systems raise the flag for an item that was not on loan, and send a
    type without one. Only the type, or a waiting patron, tells that somebody waits for the item.
    """
    kind = (answer.alert_type or "").strip()
    held = kind in _FOR_A_PATRON or (not kind and bool((answer.hold_patron_id or "").strip()))
    default = Bin.TROLLEY if held else Bin.STAFF if kind in _FOR_STAFF else Bin.LEFT
    fee = next((value for identifier, value in answer.others if identifier == "BV"), None)
    return Returned(
        item_of(number, answer.title_identifier),
        profile.bins.get((answer.sort_bin or "").strip(), default),
        held=held,
        fee=max(0, read_amount(fee) or 0),
        arm=answer.resensitize,
        again=was_on_loan is False and not (answer.patron_identifier or "").strip(),
    )
