"""What a terminal hears of a patron: 23/24, 63/64, 35/36, 01/24, 25/26.

The library decides. Without the PIN that it wants there is a valid patron (BL = Y) whose PIN was not verified
(CQ = N), and nothing else: no name, no lists, no counts, no fees. CQ = Y means that the library gave the patron out.
A wrong PIN and an unknown card are one answer (BL = N), as everywhere in this project.
"""

from __future__ import annotations

from typing import Final

from kiosk.circulation.counter import BlocksPatrons, Done
from kiosk.circulation.port import Code, Patron, PatronRef, Refusal, Unknown
from kiosk.circulation.sip2.layout import Response
from kiosk.circulation.sip2.messages import (
    BlockPatron,
    EndPatronSession,
    EndSessionResponse,
    PatronEnable,
    PatronEnableResponse,
    PatronInformation,
    PatronInformationResponse,
    PatronStatusRequest,
    PatronStatusResponse,
)
from kiosk.circulation.sip2.server.accounts import May, Names
from kiosk.circulation.sip2.server.turn import Turn
from kiosk.circulation.sip2.values import LANGUAGES, UNKNOWN_LANGUAGE, PatronFlag, Summary

_DENIED: Final = frozenset(
    {PatronFlag.CHECKOUT_DENIED, PatronFlag.RENEWAL_DENIED, PatronFlag.RECALL_DENIED, PatronFlag.HOLD_DENIED}
)
_NO_LOANS: Final = frozenset({PatronFlag.CHECKOUT_DENIED, PatronFlag.RENEWAL_DENIED, PatronFlag.HOLD_DENIED})
_OF_BLOCK: Final = {
    # What is overdue may still be renewed where the rules allow it, so only borrowing is denied.
    Code.OVERDUE: frozenset({PatronFlag.CHECKOUT_DENIED, PatronFlag.HOLD_DENIED, PatronFlag.TOO_MANY_OVERDUE}),
    Code.FEES: _NO_LOANS | {PatronFlag.EXCESSIVE_FINES},
}
#: More list entries than this are asked for with BP and BQ.
_MOST_ENTRIES: Final = 300


def patron_status(turn: Turn, asked: PatronStatusRequest) -> Response:
    """23 → 24."""
    patron = _patron(turn, asked.patron_identifier, asked.patron_password)
    seen = isinstance(patron, Patron)
    return PatronStatusResponse(
        patron_status=_flags(patron),
        language=_language(patron, asked.language),
        transaction_date=turn.stamp,
        institution_id=turn.institution(asked.institution_id),
        patron_identifier=asked.patron_identifier,
        personal_name=_name(turn, patron),
        valid_patron=_valid(patron),
        valid_patron_password="Y" if seen else "N",
        currency_type=turn.terms.currency if seen else None,
        fee_amount=str(patron.fees) if isinstance(patron, Patron) else None,
        screen_message=_said(turn, patron),
    )


def patron_information(turn: Turn, asked: PatronInformation) -> Response:
    """63 → 64. The counts are always those of the whole lists; one list is given, from BP to BQ."""
    patron = _patron(turn, asked.patron_identifier, asked.patron_password)
    if isinstance(patron, Refusal):
        # Who is not there has nothing; of whom is not verified nothing is told, not even how much.
        count = None if patron.code is Code.PIN_REQUIRED else 0
        return PatronInformationResponse(
            patron_status=_flags(patron),
            language=_language(patron, asked.language),
            transaction_date=turn.stamp,
            hold_items_count=count,
            overdue_items_count=count,
            charged_items_count=count,
            fine_items_count=count,
            recall_items_count=count,
            unavailable_holds_count=count,
            institution_id=turn.institution(asked.institution_id),
            patron_identifier=asked.patron_identifier,
            personal_name="",
            valid_patron=_valid(patron),
            valid_patron_password="N",
            screen_message=_said(turn, patron),
        )
    lists = _lists(turn, patron)
    shown: dict[Summary, tuple[str, ...]] = {}
    if asked.summary:
        wanted = min(asked.summary)
        shown[wanted] = page(lists[wanted], asked.start_item, asked.end_item)
    limit = None if patron.can_borrow is None else f"{len(patron.loans) + patron.can_borrow:04d}"
    return PatronInformationResponse(
        patron_status=_flags(patron),
        language=_language(patron, asked.language),
        transaction_date=turn.stamp,
        hold_items_count=_count(lists[Summary.HOLDS]),
        overdue_items_count=_count(lists[Summary.OVERDUE]),
        charged_items_count=_count(lists[Summary.CHARGED]),
        fine_items_count=_count(lists[Summary.FINES]),
        recall_items_count=_count(lists[Summary.RECALLS]),
        unavailable_holds_count=_count(lists[Summary.UNAVAILABLE_HOLDS]),
        institution_id=turn.institution(asked.institution_id),
        patron_identifier=asked.patron_identifier,
        personal_name=_name(turn, patron),
        charged_items_limit=limit,
        valid_patron="Y",
        valid_patron_password="Y",
        currency_type=turn.terms.currency,
        fee_amount=str(patron.fees),
        hold_items=shown.get(Summary.HOLDS, ()),
        overdue_items=shown.get(Summary.OVERDUE, ()),
        charged_items=shown.get(Summary.CHARGED, ()),
        fine_items=shown.get(Summary.FINES, ()),
        recall_items=shown.get(Summary.RECALLS, ()),
        unavailable_hold_items=shown.get(Summary.UNAVAILABLE_HOLDS, ()),
        screen_message=_said(turn, patron),
    )


def page(entries: tuple[str, ...], first: str | None, last: str | None) -> tuple[str, ...]:
    """The entries from ``first`` to ``last``, both counted from 1 and both included. What is no number is not there."""
    begin = _number(first) or 1
    end = _number(last)
    chosen = entries[begin - 1 :] if end is None else entries[begin - 1 : max(end, begin - 1)]
    return chosen[:_MOST_ENTRIES]


def end_session(turn: Turn, asked: EndPatronSession) -> Response:
    """35 → 36: always yes; what we remembered of the visit is gone."""
    turn.visit.end()
    turn.system.end_visit(PatronRef(asked.patron_identifier))
    return EndSessionResponse(
        end_session=True,
        transaction_date=turn.stamp,
        institution_id=turn.institution(asked.institution_id),
        patron_identifier=asked.patron_identifier,
    )


def block(turn: Turn, asked: BlockPatron) -> Response | None:
    """01 → 24. Nothing about the person, not even a name: whoever holds a found card may send this."""
    if not turn.account.allows(May.BLOCK) or not isinstance(turn.system, BlocksPatrons):
        return _blocked(turn, asked, Refusal(Code.OTHER), done=False)
    outcome = turn.system.block_patron(turn.op, PatronRef(asked.patron_identifier), asked.blocked_card_message)
    if isinstance(outcome, Unknown):
        return None
    if isinstance(outcome, Done):
        return _blocked(turn, asked, Refusal(Code.BLOCKED), done=True)
    return _blocked(turn, asked, outcome.refusal, done=False)


def enable(turn: Turn, asked: PatronEnable) -> Response | None:
    """25 → 26. A wrong PIN enables nothing."""
    if not turn.account.allows(May.BLOCK) or not isinstance(turn.system, BlocksPatrons):
        return _enabled(turn, asked, Refusal(Code.OTHER), said=turn.not_here())
    no = turn.stands_in_the_way(asked.patron_identifier, asked.patron_password)
    if no is not None:
        return _enabled(turn, asked, no, said=turn.why(no))
    outcome = turn.system.enable_patron(turn.op, PatronRef(asked.patron_identifier))
    if isinstance(outcome, Unknown):
        return None
    turn.visit.changed()
    if not isinstance(outcome, Done):
        return _enabled(turn, asked, outcome.refusal, said=turn.why(outcome.refusal))
    patron = turn.patron(asked.patron_identifier, asked.patron_password)
    return _enabled(turn, asked, patron, said=_said(turn, patron))


def _blocked(turn: Turn, asked: BlockPatron, refusal: Refusal, *, done: bool) -> PatronStatusResponse:
    return PatronStatusResponse(
        patron_status=_DENIED if done or refusal.code is Code.NO_MATCH else frozenset(),
        transaction_date=turn.stamp,
        institution_id=turn.institution(asked.institution_id),
        patron_identifier=asked.patron_identifier,
        personal_name="",
        valid_patron="Y" if done else "N" if refusal.code is Code.NO_MATCH else None,
        screen_message=turn.why(refusal),
    )


def _enabled(turn: Turn, asked: PatronEnable, patron: Patron | Refusal, said: tuple[str, ...]) -> PatronEnableResponse:
    return PatronEnableResponse(
        patron_status=_flags(patron),
        language=_language(patron),
        transaction_date=turn.stamp,
        institution_id=turn.institution(asked.institution_id),
        patron_identifier=asked.patron_identifier,
        personal_name=_name(turn, patron),
        valid_patron=_valid(patron),
        valid_patron_password="Y" if isinstance(patron, Patron) else "N",
        screen_message=said,
    )


def _patron(turn: Turn, number: str, pin: str | None) -> Patron | Refusal:
    """Who it is, for an account that may ask."""
    return turn.patron(number, pin) if turn.account.allows(May.PATRON) else Refusal(Code.OTHER)


def _valid(patron: Patron | Refusal) -> str:
    return "Y" if isinstance(patron, Patron) or patron.code is Code.PIN_REQUIRED else "N"


def _flags(patron: Patron | Refusal) -> frozenset[PatronFlag]:
    if isinstance(patron, Refusal):
        return frozenset() if patron.code is Code.PIN_REQUIRED else _DENIED
    flags = _OF_BLOCK.get(patron.blocked.code, _NO_LOANS) if patron.blocked is not None else frozenset()
    return flags | {PatronFlag.TOO_MANY_CHARGED} if patron.can_borrow == 0 else flags


def _lists(turn: Turn, patron: Patron) -> dict[Summary, tuple[str, ...]]:
    """What each list holds: numbers of copies, titles of holds. Ready holds are apart from those that wait."""
    ready = tuple(hold.title for hold in patron.holds if hold.ready or hold.ready_until is not None)
    waiting = tuple(hold.title for hold in patron.holds if not (hold.ready or hold.ready_until is not None))
    return {
        Summary.HOLDS: ready,
        Summary.OVERDUE: tuple(loan.item.id for loan in patron.loans if loan.due_known and loan.days_left < 0),
        Summary.CHARGED: tuple(loan.item.id for loan in patron.loans),
        # The library tells one sum, so it is one entry.
        Summary.FINES: (f"{turn.terms.currency} {patron.fees}",) if patron.fees else (),
        Summary.RECALLS: (),
        Summary.UNAVAILABLE_HOLDS: waiting,
    }


def _count(entries: tuple[str, ...]) -> int:
    return min(len(entries), 9999)


def _name(turn: Turn, patron: Patron | Refusal) -> str:
    return patron.first_name if isinstance(patron, Patron) and turn.account.names is Names.FIRST else ""


def _language(patron: Patron | Refusal, asked: str = UNKNOWN_LANGUAGE) -> str:
    """The patron's, else what was asked for."""
    wanted = asked if asked.isascii() and asked.isdigit() else UNKNOWN_LANGUAGE
    return LANGUAGES.get(patron.language, wanted) if isinstance(patron, Patron) else wanted


def _said(turn: Turn, patron: Patron | Refusal) -> tuple[str, ...]:
    no = patron if isinstance(patron, Refusal) else patron.blocked
    return turn.why(no) if no is not None else ()


def _number(text: str | None) -> int | None:
    """A positive number of at most six digits, or ``None``."""
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 6 and int(digits) > 0 else None
