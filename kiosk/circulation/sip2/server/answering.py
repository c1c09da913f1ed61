"""What the library system says, as SIP2 answers: a request in, a response out. No socket, no encoding, no order.

Every call may block; it is made on a worker thread. An exception of the system passes through: what it means for the
terminal is the line's to decide.
"""

from __future__ import annotations

import dataclasses
import inspect
import logging
from collections.abc import Callable
from typing import Any, Final, cast

from kiosk.circulation.clock import Clock
from kiosk.circulation.counter import BlocksPatrons, KeepsNotes, TakesHolds
from kiosk.circulation.port import Circulation, SystemStatus
from kiosk.circulation.probing import Probing
from kiosk.circulation.sip2 import reason_field
from kiosk.circulation.sip2.dates import sip_date
from kiosk.circulation.sip2.layout import Request, Response
from kiosk.circulation.sip2.messages import (
    AcsStatus,
    BlockPatron,
    Checkin,
    Checkout,
    EndPatronSession,
    FeePaid,
    Hold,
    ItemInformation,
    ItemStatusUpdate,
    PatronEnable,
    PatronInformation,
    PatronStatusRequest,
    Renew,
    RenewAll,
)
from kiosk.circulation.sip2.server import counters, lending, patrons
from kiosk.circulation.sip2.server.accounts import Account, May
from kiosk.circulation.sip2.server.sentences import Sentences
from kiosk.circulation.sip2.server.turn import Replays, Terms, Turn
from kiosk.circulation.sip2.server.visit import Visit
from kiosk.circulation.sip2.values import MessageCode, supported_messages

log = logging.getLogger(__name__)

_ANSWERS: Final[dict[type[Request], Callable[[Turn, Any], Response | None]]] = {
    PatronStatusRequest: patrons.patron_status,
    PatronInformation: patrons.patron_information,
    EndPatronSession: patrons.end_session,
    BlockPatron: patrons.block,
    PatronEnable: patrons.enable,
    Checkout: lending.checkout,
    Checkin: lending.checkin,
    Renew: lending.renew,
    RenewAll: lending.renew_all,
    ItemInformation: counters.item_information,
    FeePaid: counters.pay,
    Hold: counters.hold,
    ItemStatusUpdate: counters.note,
}
#: What changes something: these have an operation's id, and are answered once however often the same one comes.
OPERATIONS: Final = (
    Checkout, Checkin, Renew, RenewAll, FeePaid, Hold, BlockPatron, PatronEnable, ItemStatusUpdate,
)  # fmt: skip
_ALWAYS: Final = frozenset({MessageCode.SC_STATUS, MessageCode.REQUEST_ACS_RESEND, MessageCode.LOGIN})
_WITH: Final = {
    May.PATRON: (MessageCode.PATRON_STATUS, MessageCode.PATRON_INFORMATION, MessageCode.END_PATRON_SESSION),
    May.ITEM: (MessageCode.ITEM_INFORMATION,),
    May.CHECKOUT: (MessageCode.CHECKOUT,),
    May.CHECKIN: (MessageCode.CHECKIN,),
    May.RENEW: (MessageCode.RENEW, MessageCode.RENEW_ALL),
    May.PAY: (MessageCode.FEE_PAID,),
    May.HOLD: (MessageCode.HOLD,),
    May.BLOCK: (MessageCode.BLOCK_PATRON, MessageCode.PATRON_ENABLE),
    May.NOTE: (MessageCode.ITEM_STATUS_UPDATE,),
}
#: Of a system that names its capabilities, the ones without which a message is not offered.
_NEEDS: Final = {MessageCode.RENEW: "renew", MessageCode.RENEW_ALL: "renew-all", MessageCode.FEE_PAID: "pay"}
_RETRIES: Final = 3
#: The field in which our own kiosks ask for exact reasons, and hear them (``reason_field``).
REASON_FIELD: Final = "ZR"


class Answering:
    """Answers for any account, from one system. Safe from several threads if the system is."""

    def __init__(self, system: Circulation, terms: Terms, clock: Clock) -> None:
        self._system, self._terms, self._clock = system, terms, clock
        self._probing = system if isinstance(system, Probing) else None
        takes_past = "happened" in inspect.signature(system.checkout).parameters
        self._replays = cast(Replays, system) if takes_past else None
        self._words = {language: Sentences(language, terms.zone) for language in ("id", "en")}

    def answer(self, request: Request, account: Account, visit: Visit, op: str) -> Response | None:
        """The answer; ``None`` if it is not known whether the operation happened."""
        turn = Turn(
            self._system,
            self._probing,
            self._replays,
            self._terms,
            account,
            self._words[account.language],
            visit,
            op,
            self._clock.now(),
            self._clock.monotonic_ns() / 1e9,
        )
        response = _ANSWERS[type(request)](turn, request)
        return _explained(response, turn) if response is not None and _asks_why(request) else response

    def status(self, account: Account | None) -> Response:
        """98, as things are: what the system offers *and* this account may. Before a login nothing is offered."""
        system = self._asked_status()
        offered = self._offered(system, account)
        can_replay = self._replays is not None and account is not None
        return AcsStatus(
            online_status=system.online,
            checkin_ok=MessageCode.CHECKIN in offered,
            checkout_ok=MessageCode.CHECKOUT in offered,
            acs_renewal_policy=MessageCode.RENEW in offered,
            status_update_ok=MessageCode.BLOCK_PATRON in offered,
            offline_ok=bool(can_replay and account and (account.allows(May.FORCE) or account.allows(May.REPLAY))),
            timeout_period=min(998, round(self._terms.answer_seconds * 10)),
            retries_allowed=_RETRIES,
            date_time_sync=sip_date(self._clock.now(), "", self._terms.zone),
            institution_id=(account.institution if account else "") or self._terms.institution,
            supported_messages=supported_messages(offered | _ALWAYS),
            library_name=self._terms.library or None,
            terminal_location=(account.location if account else "") or None,
        )

    def _asked_status(self) -> SystemStatus:
        try:
            return self._system.status()
        except Exception as error:  # noqa: BLE001 - whatever a system raises when it is asked how it is, it is not well
            log.warning("the library system does not say how it is: %s", type(error).__name__)
            return SystemStatus(online=False)

    def _offered(self, system: SystemStatus, account: Account | None) -> frozenset[MessageCode]:
        if account is None:
            return frozenset()
        offered = {code for may, codes in _WITH.items() if account.allows(may) for code in codes}
        if not isinstance(self._system, TakesHolds):
            offered.discard(MessageCode.HOLD)
        if not isinstance(self._system, KeepsNotes):
            offered.discard(MessageCode.ITEM_STATUS_UPDATE)
        if not isinstance(self._system, BlocksPatrons):
            offered -= {MessageCode.BLOCK_PATRON, MessageCode.PATRON_ENABLE}
        lacking = {code for code, name in _NEEDS.items() if system.capabilities and name not in system.capabilities}
        return frozenset(offered - lacking)


def _asks_why(request: Request) -> bool:
    return any(name == REASON_FIELD for name, _ in request.others)


def _explained(response: Response, turn: Turn) -> Response:
    """With its reasons as fields: only for who asked, as some terminals stumble over fields that they do not know."""
    reasons = tuple((REASON_FIELD, reason_field.write(reason)) for reason in turn.reasons)
    return cast(Response, dataclasses.replace(cast(Any, response), others=response.others + reasons))
