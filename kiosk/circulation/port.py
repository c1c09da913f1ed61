"""What a kiosk needs of any library system: the ``Circulation`` protocol and the values that cross it.

Three rules:

* **Refusals are data.** A refusal is an enum with fields; the words live in ``kiosk/locale``.
* **A time-out is unknown, never failed.** Every operation answers Done, Refused or Unknown.
* **Every operation has an id.** ``op`` is a UUID that the journal made before the call. A system of our own gives
  the same answer to the same id for ever; a foreign one is probed first (see ``journal.py``).

All calls block and are made from one worker thread; none is made from the UI thread.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PatronRef:
    """A patron's number as printed on the card. It never shows itself in logs or tracebacks."""

    number: str

    def __repr__(self) -> str:
        return "PatronRef(…)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Secret:
    """A PIN or password while it is needed. It never shows itself in logs or tracebacks."""

    text: str = ""

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__


class Code(enum.StrEnum):
    """Why something is refused. Each has a sentence in every catalogue of ``kiosk/locale``."""

    # who
    NO_MATCH = "no-match"  # unknown card or wrong PIN: the patron hears the same words for both
    PIN_REQUIRED = "pin-required"
    PIN_LOCKED = "pin-locked"  # until: when the next try is allowed (``until_time``)
    EXPIRED = "expired"  # until: the last valid day
    PENDING = "pending"
    BLOCKED = "blocked"
    SUSPENDED = "suspended"  # until: the first day on which borrowing is possible again
    OVERDUE = "overdue"  # something is overdue and the library blocks on it
    FEES = "fees"  # amount: what is owed
    # what
    LIMIT = "limit"  # limit: how many may be borrowed
    UNKNOWN_ITEM = "unknown-item"
    HELD = "held"  # until: how long it is kept for the other patron
    NOT_FOR_LOAN = "not-for-loan"
    AGE = "age"  # limit: years
    ON_LOAN = "on-loan"  # recorded as lent to someone else
    UNAVAILABLE = "unavailable"  # lost, in repair, withdrawn
    SET_INCOMPLETE = "set-incomplete"  # seen, limit: parts seen and parts that belong together
    WRONG_USE = "wrong-use"  # the tag says that this is not a circulating item
    # renewal
    NOT_ON_LOAN = "not-on-loan"
    RENEWAL_LIMIT = "renewal-limit"
    RENEWAL_HELD = "renewal-held"  # until: the due date that stays
    # otherwise
    OFFLINE = "offline"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal, with what is known of it; unknown parts are ``None`` and are left out of the sentence."""

    code: Code
    until: date | None = None
    until_time: datetime | None = None  # aware, UTC
    limit: int | None = None
    seen: int | None = None
    amount: int | None = None  # whole rupiah
    said: str | None = None  # the library system's own words, cleaned, for a refusal that has no better code


class Bin(enum.StrEnum):
    """Where a returned item goes."""

    LEFT = "left"
    RIGHT = "right"
    TROLLEY = "trolley"  # the hold trolley
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Item:
    """A copy: the number on its label, and what a patron recognises it by."""

    id: str
    title: str
    author: str = ""
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Loan:
    """A copy lent to a patron. ``days_left`` is counted by the library's calendar day; negative is overdue.

    ``due_known`` is false where the system did not tell the date: ``due`` is then ``date.max``, ``days_left`` counts
    to it, and neither is shown.
    """

    item: Item
    due: date
    days_left: int
    renewals: int = 0
    renewable: bool = True
    due_known: bool = True


@dataclass(frozen=True, slots=True)
class Hold:
    """A reservation. ``ready_until`` is set while a copy waits on the hold shelf, ``ready`` alone where the system
    does not tell until when; ``shelf`` names the shelf, as patrons know it, if that is known."""

    title: str
    ready_until: date | None = None
    ready: bool = False

    @property
    def can_be_fetched(self) -> bool:
        """Whether a copy waits for this patron."""
        return self.ready or self.ready_until is not None

    shelf: str = ""


@dataclass(frozen=True, slots=True)
class Patron:
    """A patron as the kiosk may show them: the first name only, and what concerns the visit."""

    ref: PatronRef
    first_name: str
    loans: tuple[Loan, ...] = ()
    holds: tuple[Hold, ...] = ()
    can_borrow: int | None = None  # copies still allowed; None: no limit known
    fees: int = 0  # whole rupiah
    blocked: Refusal | None = None  # what stands in the way of borrowing, if anything
    language: str = ""
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Borrowed:
    """The system lent the item. ``again``: this patron already had it; nothing changed.

    ``due_known`` is false where the system's yes came without a date that can be read; ``due`` is then ``date.max``
    and is not shown.
    """

    item: Item
    due: date
    again: bool = False
    estimated: bool = False  # by offline rules
    disarm: bool = True  # whether the security bit shall be cleared
    due_known: bool = True


@dataclass(frozen=True, slots=True)
class Returned:
    """The system took the item back. ``again``: it was not on loan; it only needs to go to its place."""

    item: Item
    bin: Bin = Bin.LEFT
    held: bool = False
    fee: int = 0  # whole rupiah, charged by this return
    arm: bool = True  # whether the security bit shall be set
    again: bool = False
    estimated: bool = False  # taken in by offline rules; the system hears of it later


@dataclass(frozen=True, slots=True)
class Renewed:
    """The loan runs until ``due``; ``due_known`` as in ``Borrowed``."""

    item: Item
    due: date
    due_known: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """The system said no."""

    refusal: Refusal
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer: it may or may not have happened. Staff or a later probe settles it."""

    why: str = ""


CheckoutOutcome = Borrowed | Refused | Unknown
CheckinOutcome = Returned | Refused | Unknown
RenewOutcome = Renewed | Refused | Unknown


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """What a library system says of itself. ``clock_skew``: seconds by which its clock is ahead of ours, if it told."""

    online: bool
    name: str = ""
    offline_since: datetime | None = None
    capabilities: frozenset[str] = field(default_factory=frozenset)
    clock_skew: float | None = None


class Circulation(Protocol):
    """A library system, as seen from a kiosk. See the module's rules."""

    def patron(self, ref: PatronRef, pin: Secret | None) -> Patron | Refusal:
        """Who is this? ``pin`` is ``None`` until it was asked for.

        A system that wants a PIN answers ``Refusal(PIN_REQUIRED)`` to a call without one. Unknown card and wrong
        PIN are both ``NO_MATCH`` and take the same time.
        """
        ...

    def item(self, item_id: str) -> Item | Refusal:
        """What is this? ``Refusal(UNKNOWN_ITEM)`` if the system does not know it."""
        ...

    def checkout(self, op: str, ref: PatronRef, item_id: str) -> CheckoutOutcome:
        """Lend the item to the patron."""
        ...

    def checkin(self, op: str, item_id: str) -> CheckinOutcome:
        """Take the item back, whoever had it."""
        ...

    def renew(self, op: str, ref: PatronRef, item_id: str) -> RenewOutcome:
        """Extend one loan."""
        ...

    def renew_all(self, op: str, ref: PatronRef) -> Sequence[RenewOutcome] | Unknown:
        """Extend every loan that may be extended; one outcome for each."""
        ...

    def fees(self, ref: PatronRef) -> int | Unknown:
        """What the patron owes, in whole rupiah."""
        ...

    def pay(self, op: str, ref: PatronRef, amount: int) -> int | Refused | Unknown:
        """Book a payment; answers what is still owed."""
        ...

    def end_visit(self, ref: PatronRef) -> None:
        """The patron has left (SIP2's message 35)."""
        ...

    def status(self) -> SystemStatus:
        """Is the system there, and what can it do?"""
        ...
