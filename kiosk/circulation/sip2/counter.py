"""Holds, blocked cards and items' notes over SIP2 (``kiosk.circulation.counter``), and how an operation is sent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from kiosk.circulation.counter import CounterOutcome, Done, Held, HoldOutcome
from kiosk.circulation.errors import SystemAway
from kiosk.circulation.port import Code, PatronRef, Refusal, Refused, Unknown
from kiosk.circulation.sip2.connection import NoAnswer
from kiosk.circulation.sip2.errors import UnsafeValue
from kiosk.circulation.sip2.layout import Request, Response
from kiosk.circulation.sip2.looking import Looking, away
from kiosk.circulation.sip2.patience import Deadline
from kiosk.circulation.sip2.patrons import letter
from kiosk.circulation.sip2.reading import item_of
from kiosk.circulation.sip2.refusals import spoken
from kiosk.circulation.sip2.responses import (
    HoldResponse,
    ItemStatusUpdateResponse,
    PatronEnableResponse,
    PatronStatusResponse,
)
from kiosk.circulation.sip2.text import for_field
from kiosk.circulation.sip2.values import HoldMode, MessageCode

log = logging.getLogger(__name__)
T = TypeVar("T")
R = TypeVar("R", bound=Response)


class Counter(Looking):
    """Each operation raises ``SystemAway`` if nothing of it was sent, and is ``Unknown`` without an answer."""

    def hold(
        self, op: str, ref: PatronRef, item_id: str, *, pickup: str = "", until: date | None = None
    ) -> HoldOutcome:
        """Let the patron wait for the copy's title, to be fetched at ``pickup``, given up after ``until``."""
        answer = self._hold(op, ref, item_id, HoldMode.ADD, pickup, until)
        if not isinstance(answer, HoldResponse):
            return answer
        item = item_of(item_id, answer.title_identifier)
        if not answer.ok:
            return Refused(spoken(answer, self.profile), item)
        place = (answer.queue_position or "").strip()
        return Held(item, queue=int(place) if place.isdecimal() and len(place) < 6 else None, ready=answer.available)

    def cancel_hold(self, op: str, ref: PatronRef, item_id: str) -> CounterOutcome:
        answer = self._hold(op, ref, item_id, HoldMode.DELETE)
        if not isinstance(answer, HoldResponse):
            return answer
        item = item_of(item_id, answer.title_identifier)
        return Done(item) if answer.ok else Refused(spoken(answer, self.profile), item)

    def block_patron(self, op: str, ref: PatronRef, why: str = "", *, retained: bool = False) -> CounterOutcome:
        """01. The answer shows the patron's flags; a server that did not block any is taken for a no."""
        number = self._safe(ref.number)
        if not number:
            return Refused(Refusal(Code.NO_MATCH))
        note = for_field(why, self.profile.encoding)
        request = self.client.asking.block(op, number, note, retained=retained)
        answer = self._told_if_known(MessageCode.BLOCK_PATRON, request, PatronStatusResponse)
        if not isinstance(answer, PatronStatusResponse):
            return answer
        if letter(answer.valid_patron) == "N":
            return Refused(Refusal(Code.NO_MATCH))
        if any(place in answer.patron_status for place in self.profile.blocking_flags):
            return Done()
        return Refused(spoken(answer, self.profile))

    def enable_patron(self, op: str, ref: PatronRef) -> CounterOutcome:
        number = self._safe(ref.number)
        if not number:
            return Refused(Refusal(Code.NO_MATCH))
        request = self.client.asking.enable(op, number)
        answer = self._told_if_known(MessageCode.PATRON_ENABLE, request, PatronEnableResponse)
        if not isinstance(answer, PatronEnableResponse):
            return answer
        if letter(answer.valid_patron) == "N":
            return Refused(Refusal(Code.NO_MATCH))
        if any(place in answer.patron_status for place in self.profile.blocking_flags):
            return Refused(spoken(answer, self.profile))
        return Done()

    def update_item(self, op: str, item_id: str, properties: str) -> CounterOutcome:
        item = self._safe(item_id)
        if not item:
            return Refused(Refusal(Code.UNKNOWN_ITEM))
        request = self.client.asking.update_item(op, item, for_field(properties, self.profile.encoding))
        answer = self._told_if_known(MessageCode.ITEM_STATUS_UPDATE, request, ItemStatusUpdateResponse)
        if not isinstance(answer, ItemStatusUpdateResponse):
            return answer
        shown = item_of(item_id, answer.title_identifier)
        return Done(shown) if answer.item_properties_ok else Refused(spoken(answer, self.profile), shown)

    # inside

    def _told_if_known(self, code: MessageCode, request: Request, expected: type[R]) -> R | Refused | Unknown:
        """As ``_told``, for a message that few servers know: one that says it does not is not asked."""
        deadline = self.client.deadline()
        self.client.line.ready(deadline)
        if self.client.supports(code) is False:
            return Refused(Refusal(Code.OTHER))
        return self._told(request, expected, deadline)

    def _hold(
        self, op: str, ref: PatronRef, item_id: str, mode: HoldMode, pickup: str = "", until: date | None = None
    ) -> HoldResponse | Refused | Unknown:
        number, item = self._safe(ref.number), self._safe(item_id)
        if not number or not item:
            return Refused(Refusal(Code.UNKNOWN_ITEM if number else Code.NO_MATCH))
        request = self.client.asking.hold(op, number, item, mode, pickup, until)
        return self._told_if_known(MessageCode.HOLD, request, HoldResponse)

    def _told(self, request: Request, expected: type[R], deadline: Deadline) -> R | Refused | Unknown:
        """The answer to an operation that is sent at most once.

        Raises:
            SystemAway: nothing was sent.
        """
        try:
            return self.client.line.tell(request, expected, deadline)
        except NoAnswer as error:
            return Unknown(error.doubt.value)
        except UnsafeValue as error:
            log.warning("%s", error)
            return Refused(Refusal(Code.OTHER))

    def _before(self, question: Callable[[], T]) -> T:
        """A question that has to be answered before an operation; without an answer nothing of that is sent."""
        try:
            return question()
        except NoAnswer as error:
            raise away(error) from error

    def _if_heard(self, question: Callable[[], T]) -> T | None:
        """A question whose answer would be good to have."""
        try:
            return question()
        except (NoAnswer, SystemAway):
            return None
