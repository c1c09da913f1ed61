"""What must come of a day in the van, worked out without any of the product's code.

The library lends three books to a member for seven days, Sundays not counted, and suspends for as many days as a book
comes back late. Everything happens on Monday 23 November 2026. ``Books`` is what somebody believes of the library: the
van believes what the extract said in the morning and what happened in the van since; the library believes what it was
told. The two meet in the evening, in ``evening``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta

TODAY = date(2026, 11, 23)
DUE = date(2026, 12, 1)
LIMIT = 3
_TOKENS = itertools.count(1)


@dataclass(frozen=True)
class Lent:
    """A loan; no two have the same token."""

    member: str
    due: date
    token: int = field(default_factory=lambda: next(_TOKENS))


@dataclass
class Books:
    """Who has what, and what stands in whose way."""

    members: set[str]
    items: set[str]
    loans: dict[str, Lent] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    expired: set[str] = field(default_factory=set)
    suspended: dict[str, date] = field(default_factory=dict)
    no_loan: set[str] = field(default_factory=set)
    kept: dict[str, str] = field(default_factory=dict)  # item -> the member who waits for it

    def copy(self) -> Books:
        return deepcopy(self)

    def refusal(self, member: str, item: str) -> str:
        """Why this member may not borrow this item; empty if they may."""
        if member not in self.members:
            return "no-match"
        if item not in self.items:
            return "unknown-item"
        has = [loan for loan in self.loans.values() if loan.member == member]
        lent = self.loans.get(item)
        reasons = (
            ("expired", member in self.expired),
            ("blocked", member in self.blocked),
            ("suspended", self.suspended.get(member, TODAY) > TODAY),
            ("overdue", any(loan.due < TODAY for loan in has)),
            ("on-loan", lent is not None and lent.member != member),
            ("not-for-loan", item in self.no_loan),
            ("held", self.kept.get(item, member) != member),
            ("limit", len(has) >= LIMIT),
        )
        return next((code for code, holds in reasons if holds), "")

    def has(self, member: str, item: str) -> bool:
        return item in self.loans and self.loans[item].member == member

    def lend(self, member: str, item: str) -> Lent:
        self.loans[item] = Lent(member, DUE)
        if self.kept.get(item) == member:
            del self.kept[item]
        return self.loans[item]

    def take_back(self, item: str) -> None:
        loan = self.loans.pop(item, None)
        if loan is None:
            return
        late = sum((loan.due + timedelta(days=n)).weekday() != 6 for n in range(1, (TODAY - loan.due).days + 1))
        if late > 0:
            until = TODAY + timedelta(days=late)
            self.suspended[loan.member] = max(until, self.suspended.get(loan.member, until))


@dataclass(frozen=True)
class Told:
    """What a patron was told in the van: yes. ``member`` is ``None`` for a return."""

    member: str | None
    item: str


@dataclass(frozen=True)
class Evening:
    """What must stand in the journal for each thing that was told, in order, and what the library must then believe."""

    states: list[tuple[str, str]]
    books: Books


def evening(told: Iterable[Told], van: Books, library: Books) -> Evening:
    """The library hears of everything the van did, in order; what cannot be right is left to staff.

    ``van``: what the van believed when the line broke.
    """
    books = library.copy()
    known: dict[str, int | None] = {item: loan.token for item, loan in van.loans.items()}
    stuck: set[str] = set()
    states: list[tuple[str, str]] = []
    for one in told:
        if one.item in stuck:
            states.append(("parked", ""))
            continue
        state = _checkout(one.member, one.item, books, known) if one.member else _checkin(one.item, books, known)
        states.append(state)
        if state[0] == "conflict":
            stuck.add(one.item)
    return Evening(states, books)


def _checkout(member: str, item: str, books: Books, known: dict[str, int | None]) -> tuple[str, str]:
    if books.has(member, item):
        known[item] = books.loans[item].token
        return "done", ""
    if item in books.loans:
        return "conflict", "on-loan-to-another"
    code = books.refusal(member, item)
    if code:
        return "conflict", f"refused:{code}"
    known[item] = books.lend(member, item).token
    return "done", ""


def _checkin(item: str, books: Books, known: dict[str, int | None]) -> tuple[str, str]:
    loan = books.loans.get(item)
    if loan is None:
        known[item] = None
        return "done", ""
    if known.get(item) != loan.token:
        return "conflict", "relent"
    books.take_back(item)
    known[item] = None
    return "done", ""
