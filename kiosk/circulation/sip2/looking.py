"""The questions of ``port.Circulation`` and ``probing.Probing`` to a library system over SIP2.

Nothing in here changes anything there. So a question without an answer has simply not been answered: it raises
``SystemAway``, or is ``Unknown`` where the port has room for that.
"""

from __future__ import annotations

import logging
from datetime import date
from zoneinfo import ZoneInfo

from kiosk.circulation.clock import Clock
from kiosk.circulation.errors import Sip2Error, SystemAway
from kiosk.circulation.port import Code, Item, Patron, PatronRef, Refusal, Secret, SystemStatus, Unknown
from kiosk.circulation.probing import Copy
from kiosk.circulation.sip2.amounts import read_amount
from kiosk.circulation.sip2.client import Sip2Client
from kiosk.circulation.sip2.codec import LONGEST, LONGEST_NUMBER
from kiosk.circulation.sip2.connection import MakeWire, NoAnswer
from kiosk.circulation.sip2.patience import Deadline
from kiosk.circulation.sip2.patrons import PatronPage, first_lists, in_other_money, letter
from kiosk.circulation.sip2.profile import LoanLists, PinRule, Profile
from kiosk.circulation.sip2.reading import Days, copy_of, is_same
from kiosk.circulation.sip2.refusals import PatronAnswer, given, meant, said
from kiosk.circulation.sip2.settings import Sip2Settings
from kiosk.circulation.sip2.text import clean
from kiosk.circulation.sip2.values import MessageCode, Summary
from kiosk.circulation.sip2.visit import LONGEST_NS, Visit

log = logging.getLogger(__name__)

_MOMENT_NS = 1_000_000_000


class Looking:
    """Asks; keeps the visit. Everything blocks, and is called from one worker thread."""

    def __init__(
        self,
        settings: Sip2Settings,
        profile: Profile,
        *,
        clock: Clock,
        zone: ZoneInfo,
        wire: MakeWire | None = None,
    ) -> None:
        self.profile, self._settings, self._clock, self._zone = profile, settings, clock, zone
        self.client = Sip2Client(settings, profile, clock=clock, zone=zone, wire=wire)
        self._days = Days(profile, zone)
        self._visit: Visit | None = None
        self._glance: tuple[str, Copy | Refusal, int] | None = None  # the last copy looked at, and when
        self._status_only = False  # the server was silent to a 63 that it does not claim to know

    # the line

    def tend(self) -> float:
        """Keep the line alive or get it back; seconds until this wants to be called again.

        Raises:
            SystemAway: the system does not answer.
        """
        if self._visit is not None and self._clock.monotonic_ns() - self._visit.began_ns > LONGEST_NS:
            self._visit = None
        return self.client.tend()

    def close(self) -> None:
        """Hang up and forget the visit. The next question connects again."""
        self._visit = self._glance = None
        self.client.close()

    def quiet_seconds(self) -> float:
        return self.client.quiet_seconds()

    def status(self) -> SystemStatus:
        """Never raises. What the system says of itself (BX) is advice: ``capabilities`` name what to offer."""
        try:
            acs = self.client.status(self.client.deadline())
        except (Sip2Error, SystemAway) as error:
            log.info("%s", error)
            return SystemStatus(
                online=False,
                name=self._name(),
                offline_since=self.client.away_since or self._clock.now(),
                clock_skew=self.client.clock_skew,
            )
        return SystemStatus(
            online=acs.online_status,
            name=self._name(),
            capabilities=self._capabilities(),
            clock_skew=self.client.clock_skew,
        )

    # who

    def patron(self, ref: PatronRef, pin: Secret | None) -> Patron | Refusal:
        rule = self.profile.pin
        number = self._safe(ref.number)
        if not number:
            return Refusal(Code.NO_MATCH)
        if rule is PinRule.NONE:
            pin = None
        elif pin is None and rule is PinRule.REQUIRED:
            return Refusal(Code.PIN_REQUIRED)
        elif pin is not None and not self._is_safe(pin.text, LONGEST):
            return Refusal(Code.NO_MATCH)
        deadline = self.client.deadline()
        try:
            answer = self._account(number, pin, deadline)
        except NoAnswer as error:
            raise away(error) from error
        refusal = self._not_admitted(answer, pin)
        if refusal is not None:
            return refusal
        self._visit = Visit(number, pin, self._clock.monotonic_ns())
        patron = PatronPage(self.client, self._days, self._today()).read(ref, answer, self._visit, deadline)
        self._visit.has = {loan.item.id.strip().casefold() for loan in patron.loans if loan.item.id}
        return patron

    def fees(self, ref: PatronRef) -> int | Unknown:
        try:
            return self._owed(ref, self.client.deadline())[0]
        except NoAnswer as error:
            return Unknown(error.doubt.value)

    def end_visit(self, ref: PatronRef) -> None:
        """35, where the server wants to know; the visit is forgotten in any case."""
        number, pin = self._safe(ref.number), self._pin_of(ref)
        self._visit = None
        if number and self.profile.end_session and self.client.supports(MessageCode.END_PATRON_SESSION) is not False:
            self.client.end_session(number, pin, self.client.deadline())

    # what

    def item(self, item_id: str) -> Item | Refusal:
        try:
            copy = self._copy(item_id, self.client.deadline())
        except NoAnswer as error:
            raise away(error) from error
        return copy if isinstance(copy, Refusal) else copy.item

    def copy(self, item_id: str) -> Copy | Refusal | Unknown:
        try:
            copy = self._copy(item_id, self.client.deadline())
        except NoAnswer as error:
            return Unknown(error.doubt.value)
        self._glance = (item_id, copy, self._clock.monotonic_ns())
        return copy

    def has_on_loan(self, ref: PatronRef, item_id: str) -> bool | Unknown:
        try:
            return self._has(ref.number, item_id, self.client.deadline())
        except NoAnswer as error:
            return Unknown(error.doubt.value)

    # for the operations

    def _copy(self, item_id: str, deadline: Deadline) -> Copy | Refusal:
        number = self._safe(item_id)
        if not number:
            return Refusal(Code.UNKNOWN_ITEM)
        return copy_of(self.client.item(number, deadline), item_id, self._days)

    def _just_seen(self, item_id: str) -> Copy | Refusal | None:
        """What was seen of this copy a moment ago, if it was: whoever asks for a return has just looked."""
        glance, self._glance = self._glance, None
        if glance is None or glance[0] != item_id or self._clock.monotonic_ns() - glance[2] > _MOMENT_NS:
            return None
        return glance[1]

    def _has(self, number: str, item_id: str, deadline: Deadline) -> bool | Unknown:
        """Whether it stands in the patron's list; that it does not is believed of a whole list only."""
        patron, item = self._safe(number), self._safe(item_id)
        if not patron or not item:
            return False  # the system cannot hold what cannot be said to it
        if self.profile.loan_lists is not LoanLists.BARCODES:
            return Unknown("no-barcodes")
        pin = self._pin_of(PatronRef(patron))
        begun = self.client.first_page(patron, pin, (Summary.CHARGED,), deadline)
        listing = self.client.listing(patron, pin, Summary.CHARGED, deadline, begun=begun)
        if any(is_same(item, entry) for entry in listing.entries):
            return True
        withheld = pin is None and letter(begun.valid_patron_password) == "N"
        return Unknown("incomplete") if withheld or not listing.complete else False

    def _owed(self, ref: PatronRef, deadline: Deadline) -> tuple[int | Unknown, str | None]:
        """What is owed, and the text in which the server said so."""
        number, pin = self._safe(ref.number), self._pin_of(ref)
        if not number:
            return Unknown("number"), None
        answer = self._account(number, pin, deadline, (Summary.FINES,))
        if letter(answer.valid_patron) == "N":
            return Unknown("no-match"), None
        if pin is None and answer.fee_amount is None and letter(answer.valid_patron_password) == "N":
            return Unknown("withheld"), None
        if in_other_money(answer, self.profile):
            return Unknown("currency"), answer.fee_amount
        return max(0, read_amount(answer.fee_amount) or 0), answer.fee_amount

    def _standing_of(self, ref: PatronRef, deadline: Deadline) -> PatronAnswer:
        """The patron's flags as they are now."""
        return self._account(self._safe(ref.number), self._pin_of(ref), deadline, ())

    def _account(
        self,
        number: str,
        pin: Secret | None,
        deadline: Deadline,
        lists: tuple[Summary, ...] | None = None,
    ) -> PatronAnswer:
        """63, or 23 where the server does not know 63: it says so in BX, or was silent to one it does not claim."""
        self.client.line.ready(deadline)
        says = self.client.supports(MessageCode.PATRON_INFORMATION)
        if says is False or (self._status_only and says is None):
            return self.client.patron_status(number, pin, deadline)
        wanted = first_lists(self.profile) if lists is None else lists
        if says is True:
            return self.client.first_page(number, pin, wanted, deadline)
        try:
            return self.client.first_page(number, pin, wanted, deadline.part(0.5))
        except NoAnswer:
            answer = self.client.patron_status(number, pin, deadline)
        log.info("the library system does not answer a message 63; 23 is used from now on")
        self._status_only = True
        return answer

    def _safe(self, number: str) -> str:
        """The number as it goes out; empty for one that must not reach the wire."""
        number = number.strip(" ")
        if not self.profile.hyphens_in_numbers:
            number = number.replace("-", "")
        return number if self._is_safe(number, LONGEST_NUMBER) else ""

    def _is_safe(self, text: str, longest: int) -> bool:
        """Whether a scanned or typed text may be sent. It is refused, never cleaned: cleaned it is somebody else's."""
        try:
            size = len(text.encode(self.profile.encoding))
        except UnicodeEncodeError:
            return False
        return 0 < size <= longest and "|" not in text and text.isprintable()

    def _pin_of(self, ref: PatronRef) -> Secret | None:
        visit = self._visit
        return visit.pin if visit is not None and visit.is_of(self._safe(ref.number)) else None

    def _today(self) -> date:
        return self._clock.now().astimezone(self._zone).date()

    # inside

    def _not_admitted(self, answer: PatronAnswer, pin: Secret | None) -> Refusal | None:
        """Unknown card and wrong PIN are one refusal. Only BL = Y and CQ = Y count; left out is no."""
        valid = letter(answer.valid_patron)
        if valid != "Y" and (self.profile.valid_patron_required or valid == "N"):
            return given(answer, self.profile) or Refusal(Code.NO_MATCH)
        if self.profile.pin is PinRule.NONE or letter(answer.valid_patron_password) == "Y":
            return None
        exact = given(answer, self.profile)
        if exact is not None:
            return exact
        if pin is None:
            return Refusal(Code.PIN_REQUIRED)
        locked = meant(said(answer.screen_message), self.profile) is Code.PIN_LOCKED
        return Refusal(Code.PIN_LOCKED if locked else Code.NO_MATCH)

    def _name(self) -> str:
        acs = self.client.acs
        told = clean((acs.library_name or acs.institution_id) if acs is not None else "")
        return told or self._settings.institution or self._settings.host

    def _capabilities(self) -> frozenset[str]:
        """As the embedded library names them. What the system does not speak about is tried."""
        offers = {
            "renew": self.profile.renew_with_checkout or self._may(MessageCode.RENEW),
            "renew-all": self._may(MessageCode.RENEW_ALL) or self._may(MessageCode.RENEW),
            "fees": self._may(MessageCode.PATRON_INFORMATION) or self._may(MessageCode.PATRON_STATUS),
            "pay": self._may(MessageCode.FEE_PAID),
            "pin": self.profile.pin is not PinRule.NONE,
            "holds": self._may(MessageCode.HOLD),
            "idempotent": bool(self.profile.operation_field),
        }
        return frozenset(name for name, offered in offers.items() if offered)

    def _may(self, code: MessageCode) -> bool:
        return self.client.supports(code) is not False


def away(error: NoAnswer) -> SystemAway:
    """A question changes nothing: that it was not answered is all there is to say."""
    return SystemAway(f"The library system did not answer: {error.doubt.value}.")
