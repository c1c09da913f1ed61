"""The requests a kiosk makes, with what every one of them carries: institution, terminal password, date, operation.

Pure but for the time, which is asked of the clock given.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from kiosk.circulation.clock import Clock
from kiosk.circulation.port import Secret
from kiosk.circulation.probing import Happened
from kiosk.circulation.sip2.dates import sip_date
from kiosk.circulation.sip2.layout import Others
from kiosk.circulation.sip2.profile import Profile
from kiosk.circulation.sip2.requests import (
    BlockPatron,
    Checkin,
    Checkout,
    EndPatronSession,
    FeePaid,
    Hold,
    ItemInformation,
    ItemStatusUpdate,
    Login,
    PatronEnable,
    PatronInformation,
    PatronStatusRequest,
    Renew,
    RenewAll,
    ScStatus,
)
from kiosk.circulation.sip2.terminal import Terminal
from kiosk.circulation.sip2.values import FeeType, HoldMode, HoldType, PaymentType, Summary

#: A day that was promised lasts until its end.
_END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Asking:
    """Builds requests. ``op`` is the operation's id, for a server that has a field for it."""

    terminal: Terminal
    profile: Profile
    clock: Clock
    zone: ZoneInfo

    # the session

    def login(self) -> Login:
        who = self.terminal
        return Login(login_user_id=who.login, login_password=who.password, location_code=who.location or None)

    def status(self) -> ScStatus:
        return ScStatus()

    # questions

    def patron(
        self, number: str, pin: Secret | None, summary: Collection[Summary], first: int = 0, last: int = 0
    ) -> PatronInformation:
        """63. ``first`` and ``last`` are list entries from 1; 0: all that the server gives."""
        return PatronInformation(
            transaction_date=self._now(),
            summary=frozenset(summary),
            institution_id=self.terminal.institution,
            patron_identifier=number,
            terminal_password=self.terminal.terminal_password,
            patron_password=_text(pin),
            start_item=str(first) if first else None,
            end_item=str(last) if first else None,
            others=self._reason(),
        )

    def patron_status(self, number: str, pin: Secret | None) -> PatronStatusRequest:
        return PatronStatusRequest(
            transaction_date=self._now(),
            institution_id=self.terminal.institution,
            patron_identifier=number,
            terminal_password=self.terminal.required_password,
            patron_password=_text(pin) or "",
            others=self._reason(),
        )

    def item(self, item: str) -> ItemInformation:
        return ItemInformation(
            transaction_date=self._now(),
            institution_id=self.terminal.institution,
            item_identifier=item,
            terminal_password=self.terminal.terminal_password,
        )

    # operations

    def checkout(
        self,
        op: str,
        number: str,
        item: str,
        pin: Secret | None = None,
        happened: Happened | None = None,
        *,
        renew: bool = False,
        cancel: bool = False,
    ) -> Checkout:
        """11. ``renew``: the terminal allows that a loan of the patron's own is renewed. ``cancel``: undo it."""
        at = self._at(happened)
        return Checkout(
            sc_renewal_policy=renew or self.profile.renewal_policy,
            no_block=self._forced(happened),
            transaction_date=at,
            nb_due_date=self._promised(happened) or at,  # some servers drop a terminal that leaves it blank
            institution_id=self.terminal.institution,
            patron_identifier=number,
            item_identifier=item,
            terminal_password=self.terminal.required_password,
            patron_password=self._pin(pin),
            fee_acknowledged=self._acknowledged(),
            cancel="Y" if cancel else None,
            others=self._others(op) + self._reason(),
        )

    def checkin(self, op: str, item: str, happened: Happened | None = None) -> Checkin:
        at = self._at(happened)
        return Checkin(
            no_block=self._forced(happened),
            transaction_date=at,
            return_date=at,
            current_location=self.terminal.place,
            institution_id=self.terminal.institution,
            item_identifier=item,
            terminal_password=self.terminal.required_password,
            others=self._others(op) + self._reason(),
        )

    def renew(
        self, op: str, number: str, item: str, pin: Secret | None = None, happened: Happened | None = None
    ) -> Renew:
        at = self._at(happened)
        return Renew(
            third_party_allowed=False,
            no_block=self._forced(happened),
            transaction_date=at,
            nb_due_date=self._promised(happened) or at,
            institution_id=self.terminal.institution,
            patron_identifier=number,
            patron_password=self._pin(pin),
            item_identifier=item,
            terminal_password=self.terminal.terminal_password,
            fee_acknowledged=self._acknowledged(),
            others=self._others(op) + self._reason(),
        )

    def renew_all(self, op: str, number: str, pin: Secret | None = None) -> RenewAll:
        return RenewAll(
            transaction_date=self._now(),
            institution_id=self.terminal.institution,
            patron_identifier=number,
            patron_password=self._pin(pin),
            terminal_password=self.terminal.terminal_password,
            fee_acknowledged=self._acknowledged(),
            others=self._others(op) + self._reason(),
        )

    def pay(self, op: str, number: str, amount: str, pin: Secret | None = None) -> FeePaid:
        """37: ``amount`` is written as the server writes amounts."""
        return FeePaid(
            transaction_date=self._now(),
            fee_type=FeeType.OTHER.value,
            payment_type=PaymentType.CASH.value,
            currency_type=self.profile.currency,
            fee_amount=amount,
            institution_id=self.terminal.institution,
            patron_identifier=number,
            terminal_password=self.terminal.terminal_password,
            patron_password=self._pin(pin),
            transaction_id=op,
            others=self._others(op),
        )

    def end_session(self, number: str, pin: Secret | None) -> EndPatronSession:
        return EndPatronSession(
            transaction_date=self._now(),
            institution_id=self.terminal.institution,
            patron_identifier=number,
            terminal_password=self.terminal.terminal_password,
            patron_password=self._pin(pin),
        )

    # for staff

    def hold(
        self, op: str, number: str, item: str, mode: HoldMode, pickup: str = "", until: date | None = None
    ) -> Hold:
        return Hold(
            hold_mode=mode.value,
            transaction_date=self._now(),
            institution_id=self.terminal.institution,
            patron_identifier=number,
            expiration_date=None if until is None else self._stamp(self._end_of(until)),
            pickup_location=pickup or None,
            hold_type=HoldType.ANY_COPY.value if mode is HoldMode.ADD else None,
            item_identifier=item,
            terminal_password=self.terminal.terminal_password,
            others=self._others(op) + self._reason(),
        )

    def block(self, op: str, number: str, message: str, *, retained: bool) -> BlockPatron:
        return BlockPatron(
            card_retained=retained,
            transaction_date=self._now(),
            institution_id=self.terminal.institution,
            blocked_card_message=message,
            patron_identifier=number,
            terminal_password=self.terminal.required_password,
            others=self._others(op),
        )

    def enable(self, op: str, number: str) -> PatronEnable:
        return PatronEnable(
            transaction_date=self._now(),
            institution_id=self.terminal.institution,
            patron_identifier=number,
            terminal_password=self.terminal.terminal_password,
            others=self._others(op),
        )

    def update_item(self, op: str, item: str, properties: str) -> ItemStatusUpdate:
        return ItemStatusUpdate(
            transaction_date=self._now(),
            institution_id=self.terminal.institution,
            item_identifier=item,
            item_properties=properties,
            terminal_password=self.terminal.terminal_password,
            others=self._others(op),
        )

    # inside

    def _now(self) -> str:
        return self._stamp(self.clock.now())

    def _stamp(self, at: datetime) -> str:
        return sip_date(at, self.profile.zone, self.zone)

    def _at(self, happened: Happened | None) -> str:
        return self._now() if happened is None else self._stamp(happened.at)

    def _promised(self, happened: Happened | None) -> str:
        return "" if happened is None or happened.due is None else self._stamp(self._end_of(happened.due))

    def _end_of(self, day: date) -> datetime:
        return datetime.combine(day, _END_OF_DAY, self.zone)

    def _forced(self, happened: Happened | None) -> bool:
        """*No block* = Y: only what has happened, is to be forced, and only where that was tried out."""
        return happened is not None and happened.forced and self.profile.no_block

    def _pin(self, pin: Secret | None) -> str | None:
        return _text(pin) if self.profile.pin_with_operations else None

    def _acknowledged(self) -> str | None:
        return "Y" if self.profile.fee_acknowledged else None

    def _others(self, op: str) -> Others:
        return ((self.profile.operation_field, op),) if self.profile.operation_field and op else ()

    def _reason(self) -> Others:
        """Asks for the exact reason of a no."""
        return ((self.profile.reason_field, "Y"),) if self.profile.reason_field else ()


def _text(secret: Secret | None) -> str | None:
    return None if secret is None else secret.text
