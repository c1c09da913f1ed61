"""One request's turn: who asks, on whose behalf, of which system, and when. What all answers need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Protocol

from kiosk.circulation.port import (
    CheckinOutcome,
    CheckoutOutcome,
    Circulation,
    Code,
    Patron,
    PatronRef,
    Refusal,
    RenewOutcome,
    Secret,
)
from kiosk.circulation.probing import Happened, Probing
from kiosk.circulation.sip2.dates import due_day, parse_date, sip_date
from kiosk.circulation.sip2.server.accounts import Account, May, PatronPin
from kiosk.circulation.sip2.server.sentences import Note, Sentences
from kiosk.circulation.sip2.server.visit import Visit

#: A terminal's clock may be off by this much before its date is taken to mean "it happened then".
CLOCK_SLACK = timedelta(minutes=5)
#: The end of a due day, as SIP2 writes it: the item may be brought back all day.
_LAST_MINUTE = time(23, 59, 0)


class Replays(Protocol):
    """A system that takes operations which happened before it heard of them."""

    def checkout(self, op: str, ref: PatronRef, item_id: str, happened: Happened | None) -> CheckoutOutcome: ...

    def checkin(self, op: str, item_id: str, happened: Happened | None) -> CheckinOutcome: ...

    def renew(self, op: str, ref: PatronRef, item_id: str, happened: Happened | None) -> RenewOutcome: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for every terminal. ``answer_seconds``: how long an answer may take before we hang up."""

    zone: tzinfo
    institution: str = ""
    library: str = ""
    currency: str = "IDR"
    answer_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Turn:
    """``at`` is UTC; ``tick`` counts seconds and never goes back.

    ``probing`` and ``replays`` are the system, if it tells of copies and if it takes the past. ``reasons`` are the
    refusals that the answer explains: filled while it is made, for a terminal that reads them (``reason_field``).
    """

    system: Circulation
    probing: Probing | None
    replays: Replays | None
    terms: Terms
    account: Account
    words: Sentences
    visit: Visit
    op: str
    at: datetime
    tick: float
    reasons: list[Refusal] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.at.astimezone(self.terms.zone).date()

    @property
    def stamp(self) -> str:
        """*Transaction date* of the answer."""
        return sip_date(self.at, "", self.terms.zone)

    @property
    def magnetic(self) -> bool | None:
        """*Magnetic media*: no system here tells."""
        return False if self.account.magnetic == "N" else None

    def institution(self, asked: str) -> str:
        """AO: the account's, else the one that the terminal uses, else the library's."""
        return self.account.institution or asked or self.terms.institution

    def due(self, day: date, *, known: bool = True) -> str:
        """AH for a due day; empty if it is not known."""
        if not known:
            return ""
        return day.strftime(self.account.due_format) if self.account.due_format else self.day_end(day)

    def day_end(self, day: date) -> str:
        """The end of a day as a SIP2 date: other dates than AH are never written otherwise."""
        return sip_date(datetime.combine(day, _LAST_MINUTE, self.terms.zone), "", self.terms.zone)

    def why(self, refusal: Refusal) -> tuple[str, ...]:
        """AF for a refusal, which becomes the answer's reason. A foreign system's own words are AF's alone to tell."""
        self.why_each(() if refusal.code is Code.OTHER and refusal.said else (refusal,))
        return (self.words.refusal(refusal, self.today),)

    def why_each(self, refusals: Iterable[Refusal]) -> None:
        """The reasons of an answer that refuses several things, in the order in which it names them."""
        self.reasons[:] = refusals

    def not_here(self) -> tuple[str, ...]:
        """AF for what this account may not do, or the system does not offer."""
        return (self.words.note(Note.NOT_DONE_HERE),)

    def patron(self, number: str, pin: str | None) -> Patron | Refusal:
        """The patron, if the library gives them to who knows this PIN. A blank PIN is none."""
        if not pin:
            return self.system.patron(PatronRef(number), None)
        known = self.visit.patron(number, pin, self.tick)
        if known is not None:
            return known
        found = self.system.patron(PatronRef(number), Secret(pin))
        if isinstance(found, Patron):
            self.visit.saw(number, pin, self.tick, found)
        return found

    def stands_in_the_way(self, number: str, pin: str | None) -> Refusal | None:
        """Why an operation must not be done in this patron's name: a wrong PIN, or none where one is wanted.

        A PIN that is sent is always looked at. Without one the terminal is trusted, unless its account says not.
        """
        if pin and self.visit.knows(number, pin, self.tick):
            return None
        if pin:
            found = self.patron(number, pin)
            return found if isinstance(found, Refusal) and found.code in _NOT_PROVEN else None
        if self.account.patron_pin is PatronPin.TRUSTED or self.visit.present(number, self.tick):
            return None
        found = self.system.patron(PatronRef(number), None)
        return found if isinstance(found, Refusal) and found.code in _NOT_PROVEN else None

    def happened(self, stamp: str, nb_due: str, *, no_block: bool) -> Happened | None:
        """What the message says of the past, as far as the account is believed; ``None``: it happens now."""
        if self.replays is None:
            return None
        forced = no_block and self.account.allows(May.FORCE)
        if not forced and not self.account.allows(May.REPLAY):
            return None
        at = self._moment(stamp)
        if not forced and (at is None or at > self.at - CLOCK_SLACK):
            return None
        return Happened(at or self.at, due_day(nb_due, (), self.terms.zone), forced)

    def again(self, op: str) -> Turn:
        """The same turn under another operation's id."""
        return replace(self, op=op)

    def _moment(self, stamp: str) -> datetime | None:
        found = parse_date(stamp)
        if not isinstance(found, datetime):
            return None
        return found if found.tzinfo is not None else found.replace(tzinfo=self.terms.zone)


_NOT_PROVEN = frozenset({Code.NO_MATCH, Code.PIN_REQUIRED, Code.PIN_LOCKED})
