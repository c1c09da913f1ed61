"""What else a terminal asks: items (17/18), payments (37/38), holds (15/16), notes about items (19/20)."""

from __future__ import annotations

import re
from typing import Final

from kiosk.circulation.counter import Done, Held, KeepsNotes, TakesHolds
from kiosk.circulation.port import Code, PatronRef, Refusal, Refused, Unknown
from kiosk.circulation.probing import Copy, CopyStatus
from kiosk.circulation.sip2.layout import Response
from kiosk.circulation.sip2.messages import (
    FeePaid,
    FeePaidResponse,
    Hold,
    HoldResponse,
    ItemInformation,
    ItemInformationResponse,
    ItemStatusUpdate,
    ItemStatusUpdateResponse,
)
from kiosk.circulation.sip2.server.accounts import May
from kiosk.circulation.sip2.server.sentences import Note
from kiosk.circulation.sip2.server.turn import Turn
from kiosk.circulation.sip2.values import CirculationStatus, FeeType, HoldMode, HoldType, circulation_status

#: Whole rupiah, as digits; decimals only if they are zeros. Points between thousands are not guessed at.
_AMOUNT: Final = re.compile(r"0*([0-9]{1,9})(?:\.0{1,2})?")


def item_information(turn: Turn, asked: ItemInformation) -> Response | None:
    """17 → 18. What is not known has status 01 and no title. Who has it is never told."""
    if not turn.account.allows(May.ITEM):
        return _unknown_item(turn, asked, turn.not_here())
    if turn.probing is None:
        item = turn.system.item(asked.item_identifier)
        if isinstance(item, Refusal):
            return _unknown_item(turn, asked, turn.why(item))
        return _item(turn, asked, Copy(item, CopyStatus.OTHER))
    copy = turn.probing.copy(asked.item_identifier)
    if isinstance(copy, Unknown):
        return None
    return _unknown_item(turn, asked, turn.why(copy)) if isinstance(copy, Refusal) else _item(turn, asked, copy)


def pay(turn: Turn, asked: FeePaid) -> Response | None:
    """37 → 38. Whole rupiah, never more than is owed."""
    found = _AMOUNT.fullmatch(asked.fee_amount.strip())
    if not turn.account.allows(May.PAY):
        return _paid(turn, asked, turn.not_here())
    no = turn.stands_in_the_way(asked.patron_identifier, asked.patron_password)
    if no is not None:
        return _paid(turn, asked, turn.why(no))
    if found is None or int(found[1]) == 0 or asked.currency_type.upper() != turn.terms.currency:
        return _paid(turn, asked, (turn.words.note(Note.AMOUNT_UNREADABLE),))
    outcome = turn.system.pay(turn.op, PatronRef(asked.patron_identifier), int(found[1]))
    turn.visit.changed()
    if isinstance(outcome, Unknown):
        return None
    if isinstance(outcome, Refused):
        more = outcome.refusal.code is Code.FEES and outcome.refusal.amount is not None
        note = turn.words.note(Note.MORE_THAN_OWED, outcome.refusal.amount) if more else ""
        return _paid(turn, asked, (note,) if more else turn.why(outcome.refusal))
    return _paid(turn, asked, (), accepted=True)


def hold(turn: Turn, asked: Hold) -> Response | None:
    """15 → 16: a hold on any copy of the title, named by one of them. Changing one, or one copy alone: not offered."""
    item_id, ref = asked.item_identifier or "", PatronRef(asked.patron_identifier)
    offered = turn.account.allows(May.HOLD) and isinstance(turn.system, TakesHolds) and bool(item_id)
    fitting = asked.hold_mode in (HoldMode.ADD, HoldMode.DELETE) and asked.hold_type != HoldType.SPECIFIC_COPY
    if not offered or not fitting or not isinstance(turn.system, TakesHolds):
        return _not_held(turn, asked, turn.not_here())
    no = turn.stands_in_the_way(ref.number, asked.patron_password)
    if no is not None:
        return _not_held(turn, asked, turn.why(no))
    if asked.hold_mode == HoldMode.ADD:
        outcome: Held | Done | Refused | Unknown = turn.system.hold(turn.op, ref, item_id)
    else:
        outcome = turn.system.cancel_hold(turn.op, ref, item_id)
    turn.visit.changed()
    if isinstance(outcome, Unknown):
        return None
    if isinstance(outcome, Refused):
        return _not_held(turn, asked, turn.why(outcome.refusal))
    return _held(turn, asked, outcome)


def note(turn: Turn, asked: ItemStatusUpdate) -> Response | None:
    """19 → 20."""
    if not turn.account.allows(May.NOTE) or not isinstance(turn.system, KeepsNotes):
        return _noted(turn, asked, None, turn.not_here())
    outcome = turn.system.update_item(turn.op, asked.item_identifier, asked.item_properties)
    if isinstance(outcome, Unknown):
        return None
    said = turn.why(outcome.refusal) if isinstance(outcome, Refused) else ()
    return _noted(turn, asked, outcome if isinstance(outcome, Done) else None, said)


def _item(turn: Turn, asked: ItemInformation, copy: Copy) -> ItemInformationResponse:
    kept = copy.kept_until
    return ItemInformationResponse(
        circulation_status=circulation_status(copy.status).value,
        fee_type=FeeType.RENTAL.value if copy.fee else FeeType.OTHER.value,
        transaction_date=turn.stamp,
        item_identifier=asked.item_identifier,
        title_identifier=copy.item.title,
        hold_queue_length=str(copy.waiting) if copy.waiting is not None else None,
        due_date=turn.due(copy.due) if copy.due is not None else None,
        hold_pickup_date=turn.day_end(kept) if kept is not None else None,
        owner=turn.institution(asked.institution_id) or None,
        currency_type=turn.terms.currency if copy.fee else None,
        fee_amount=str(copy.fee) if copy.fee else None,
        permanent_location=copy.location or None,
        collection_code=copy.collection or None,
        call_number=copy.call_number or None,
    )


def _unknown_item(turn: Turn, asked: ItemInformation, said: tuple[str, ...]) -> ItemInformationResponse:
    return ItemInformationResponse(
        circulation_status=CirculationStatus.OTHER.value,
        transaction_date=turn.stamp,
        item_identifier=asked.item_identifier,
        title_identifier="",
        screen_message=said,
    )


def _paid(turn: Turn, asked: FeePaid, said: tuple[str, ...], *, accepted: bool = False) -> FeePaidResponse:
    return FeePaidResponse(
        payment_accepted=accepted,
        transaction_date=turn.stamp,
        institution_id=turn.institution(asked.institution_id),
        patron_identifier=asked.patron_identifier,
        transaction_id=asked.transaction_id,
        screen_message=said,
    )


def _held(turn: Turn, asked: Hold, outcome: Held | Done) -> HoldResponse:
    held = outcome if isinstance(outcome, Held) else None
    until = turn.day_end(held.ready_until) if held is not None and held.ready_until is not None else None
    return HoldResponse(
        ok=True,
        available=held is not None and held.ready,
        transaction_date=turn.stamp,
        institution_id=turn.institution(asked.institution_id),
        patron_identifier=asked.patron_identifier,
        expiration_date=until,
        queue_position=f"{held.queue:03d}" if held is not None and held.queue is not None else None,
        item_identifier=asked.item_identifier,
        title_identifier=outcome.item.title if outcome.item is not None else None,
        screen_message=(turn.words.note(Note.READY),) if held is not None and held.ready else (),
    )


def _not_held(turn: Turn, asked: Hold, said: tuple[str, ...]) -> HoldResponse:
    return HoldResponse(
        ok=False,
        available=False,
        transaction_date=turn.stamp,
        institution_id=turn.institution(asked.institution_id),
        patron_identifier=asked.patron_identifier,
        item_identifier=asked.item_identifier,
        screen_message=said,
    )


def _noted(turn: Turn, asked: ItemStatusUpdate, done: Done | None, said: tuple[str, ...]) -> ItemStatusUpdateResponse:
    return ItemStatusUpdateResponse(
        item_properties_ok=done is not None,
        transaction_date=turn.stamp,
        item_identifier=asked.item_identifier,
        title_identifier=done.item.title if done is not None and done.item is not None else None,
        screen_message=said,
    )
