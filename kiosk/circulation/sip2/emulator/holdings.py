"""What the emulated library system holds: members, copies, loans, and a log of every change.

Its rules are few and its own. Staff act on the same tables by the methods of ``EmulatedIls``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

PERIOD = timedelta(days=14)


@dataclass
class Member:
    """A patron of the emulated system. ``fines`` in whole currency units."""

    number: str
    name: str = "Sari Dewi"
    pin: str = "1234"
    blocked: bool = False
    card_lost: bool = False
    fines: int = 0
    limit: int = 50
    valid: bool = True


@dataclass
class Copy:
    """A copy. ``status`` overrides SIP2's circulation status (``12`` lost …); ``holds`` are members, in their order."""

    barcode: str
    title: str = "Laskar Pelangi / Andrea Hirata"
    status: str = ""
    holds: list[str] = field(default_factory=list)
    bin: str = ""
    permanent_location: str = "Rak 2"
    properties: str = ""


@dataclass
class Loan:
    """A copy at a member's."""

    member: str
    due: date
    lent_at: datetime
    renewals: int = 0


@dataclass(frozen=True)
class Effect:
    """Something that changed. ``by`` is the connection's number, or ``staff``; ``op`` what the terminal's owner named
    it (see ``EmulatedIls.whose``); ``member`` whose loan was made, prolonged or closed; ``late`` how many seconds
    after the request it was carried out."""

    kind: str  # checkout, renew, checkin, pay
    member: str
    item: str
    at: datetime
    by: str
    op: str = ""
    due: date | None = None
    late: float = 0.0


@dataclass(frozen=True)
class Denied:
    """A refusal: a reason's key, which the dialect puts into words."""

    reason: str


WORDS = {
    "no-patron": "Unknown patron",
    "blocked": "Patron is blocked",
    "card-lost": "Card reported lost",
    "limit": "Too many items on loan",
    "no-item": "Unknown item",
    "not-for-loan": "Item is not for loan",
    "on-loan": "Item is on loan to another patron",
    "own-loan": "Item is already on loan to you",
    "held": "Item is on hold for another patron",
    "not-on-loan": "Item is not checked out",
    "renewals": "Renewal limit reached",
    "institution": "Institution is not known here",
    "overpaid": "Amount exceeds what is owed",
}


class Holdings:
    """Members, copies and loans, and the rules over them. ``now`` is passed to everything."""

    def __init__(self, members: Iterable[Member], items: Iterable[Copy], renewals: int) -> None:
        self.members = {member.number: member for member in members}
        self.items = {item.barcode: item for item in items}
        self.loans: dict[str, Loan] = {}
        self.effects: list[Effect] = []
        self.renewals = renewals
        self.late = 0.0  # how late whatever is carried out now is

    def did(self, kind: str, member: str, item: str, now: datetime, by: str, op: str, due: date | None = None) -> None:
        """Into the log."""
        self.effects.append(Effect(kind, member, item, now, by, op, due, self.late))

    def loans_of(self, member: str) -> list[tuple[str, Loan]]:
        """A member's loans, oldest first."""
        return [(barcode, loan) for barcode, loan in self.loans.items() if loan.member == member]

    def holds_of(self, member: str, *, ready: bool) -> list[Copy]:
        """The copies that wait for the member, or for which the member waits."""
        return [c for c in self.items.values() if member in c.holds and self._is_ready(c, member) is ready]

    def status(self, copy: Copy) -> str:
        """SIP2's circulation status."""
        if copy.status:
            return copy.status
        if copy.barcode in self.loans:
            return "04"
        return "08" if copy.holds else "03"

    def _is_ready(self, copy: Copy, member: str) -> bool:
        return copy.barcode not in self.loans and not copy.status and copy.holds[:1] == [member]

    # changes; each answers the loan it leads to, or why not

    def may_borrow(self, number: str) -> Denied | None:
        """Whether the member stands in the way."""
        member = self.members.get(number)
        if member is None or not member.valid:
            return Denied("no-patron")
        if member.blocked:
            return Denied("blocked")
        if member.card_lost:
            return Denied("card-lost")
        return Denied("limit") if len(self.loans_of(number)) >= member.limit else None

    def checkout(
        self, number: str, barcode: str, now: datetime, *, forced_due: date | None, by: str, op: str
    ) -> Loan | Denied:
        """Lend. With ``forced_due`` nothing but an unknown card, copy or another's loan refuses, and it stands."""
        if number not in self.members:
            return Denied("no-patron")
        copy = self.items.get(barcode)
        if copy is None:
            return Denied("no-item")
        if barcode in self.loans:
            return Denied("own-loan" if self.loans[barcode].member == number else "on-loan")
        if forced_due is None:
            denied = self._stands_in_the_way(number, copy)
            if denied is not None:
                return denied
        if number in copy.holds:
            copy.holds.remove(number)
        loan = Loan(number, forced_due or (now + PERIOD).date(), now)
        self.loans[barcode] = loan
        self.did("checkout", number, barcode, now, by, op, loan.due)
        return loan

    def _stands_in_the_way(self, number: str, copy: Copy) -> Denied | None:
        denied = self.may_borrow(number)
        if denied is None and copy.status:
            denied = Denied("not-for-loan")
        if denied is None and copy.holds and copy.holds[0] != number:
            denied = Denied("held")
        return denied

    def renew(self, number: str, barcode: str, now: datetime, *, by: str, op: str) -> Loan | Denied:
        """Prolong by a period from the present due date."""
        loan = self.loans.get(barcode)
        if loan is None or loan.member != number:
            return Denied("not-on-loan")
        if loan.renewals >= self.renewals:
            return Denied("renewals")
        if self.items[barcode].holds:
            return Denied("held")
        loan.renewals += 1
        loan.due += PERIOD
        self.did("renew", number, barcode, now, by, op, loan.due)
        return loan

    def checkin(self, barcode: str, now: datetime, *, by: str, op: str) -> Loan | Denied:
        """Take back, whoever had it; answers the loan that ended."""
        if barcode not in self.items:
            return Denied("no-item")
        loan = self.loans.pop(barcode, None)
        if loan is None:
            return Denied("not-on-loan")
        self.did("checkin", loan.member, barcode, now, by, op)
        return loan

    def pay(self, number: str, amount: int, now: datetime, *, by: str, op: str) -> int | Denied:
        """Book a payment; answers what is still owed."""
        member = self.members.get(number)
        if member is None:
            return Denied("no-patron")
        if amount > member.fines or amount <= 0:
            return Denied("overpaid")
        member.fines -= amount
        self.did("pay", number, "", now, by, op)
        return member.fines
