"""The loan rules, as pure functions: dates and values in, dates and refusals out. No database, no clock.

Theory. A library lends by *rule*: one for each pair of member type and collection type. What stands in a member's
way (expired, suspended, …) is asked first and is the same for every item; then what stands in the item's way.
Each question is one function below and answers ``None`` or a ``Refusal``; the order of asking is the order of the
two tuples in ``blocks`` and ``forbids``.

Days:

* A *working day* is a day on which the library is open. A period in working days counts open days only; a period
  in calendar days that ends on a closed day moves on to the next open one.
* No loan outlives the membership: its due date is capped at the last valid day, and moved back to an open day.
* Days late are counted in the same kind of days as the period, so nobody pays for a day on which the door was shut.
* A grace of N forgives N days; from the next day on, all late days count.
* A suspension lasts as many calendar days as the item was late, from the day of return. Several late items returned
  one after the other do not add up: the longest counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from kiosk.circulation.port import Code, Refusal

_DAY = timedelta(days=1)
#: A calendar with no open day at all would never end a count.
_LONGEST_CLOSURE = 400


@dataclass(frozen=True, slots=True)
class LibraryCalendar:
    """When the library is shut. ``closed_weekdays``: Monday is 0. On a day of ``extra_openings`` it is open anyway."""

    closed_weekdays: frozenset[int] = frozenset()
    holidays: frozenset[date] = frozenset()
    extra_openings: frozenset[date] = frozenset()

    def is_open(self, day: date) -> bool:
        if day in self.extra_openings:
            return True
        return day.weekday() not in self.closed_weekdays and day not in self.holidays

    def next_open(self, day: date) -> date:
        """``day`` itself, or the first open day after it."""
        for _ in range(_LONGEST_CLOSURE):
            if self.is_open(day):
                return day
            day += _DAY
        return day

    def add_open_days(self, day: date, count: int) -> date:
        """The ``count``-th open day after ``day``."""
        for _ in range(count):
            day = self.next_open(day + _DAY)
        return day

    def open_days_after(self, first: date, last: date) -> int:
        """How many open days lie after ``first``, up to and with ``last``."""
        span = (last - first).days
        return sum(self.is_open(first + timedelta(days=n)) for n in range(1, span + 1))


@dataclass(frozen=True, slots=True)
class LoanRule:
    """How one member type borrows one collection type.

    ``limit`` is for this collection type alone (``None``: only the member type's limit counts). ``days`` is the
    period; ``fee_per_day`` whole rupiah; ``suspend`` means day-for-day suspension, beside or instead of a fee.
    """

    days: int
    working_days: bool = False
    limit: int | None = None
    renewals: int = 0
    fee_per_day: int = 0
    suspend: bool = False
    grace: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What the library knows of a member, as far as lending asks for it."""

    limit: int  # of the member type
    on_loan: int = 0
    on_loan_of_kind: int = 0  # of the collection type in question
    overdue: int = 0
    owed: int = 0  # whole rupiah
    born: date | None = None
    expires: date | None = None  # the last valid day
    pending: bool = False
    blocked: bool = False
    suspended_until: date | None = None  # the first day on which borrowing is possible again


@dataclass(frozen=True, slots=True)
class Copy:
    """What the library knows of a copy, as far as lending asks for it."""

    available: bool = True  # not lost, in repair or withdrawn
    no_loan: bool = False
    min_age: int = 0  # years
    lent_to_other: bool = False
    kept_for_other: bool = False
    kept_until: date | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What the library as a whole has decided. ``fee_block``: owing more than this blocks; ``None``: never.

    What blocks borrowing need not block renewing: the two switches say so for overdue books and for debts. (An
    overdue loan itself is never renewed.)
    """

    block_overdue: bool = True
    fee_block: int | None = None
    shelf_days: int = 3  # open days a ready hold is kept
    overdue_blocks_renewal: bool = False
    fee_blocks_renewal: bool = True

    def for_renewals(self) -> Policy:
        """The same, asking only for what blocks a renewal."""
        return replace(
            self,
            block_overdue=self.block_overdue and self.overdue_blocks_renewal,
            fee_block=self.fee_block if self.fee_blocks_renewal else None,
        )


def due_date(today: date, rule: LoanRule, calendar: LibraryCalendar, expires: date | None) -> date:
    """The day until which something lent ``today`` may be kept."""
    if rule.working_days:
        due = calendar.add_open_days(today, rule.days)
    else:
        due = calendar.next_open(today + timedelta(days=rule.days))
    if expires is None or due <= expires:
        return due
    due = expires
    while due > today and not calendar.is_open(due):
        due -= _DAY
    return max(due, today)


def days_late(due: date, returned: date, rule: LoanRule, calendar: LibraryCalendar) -> int:
    """How many days count as late; 0 within the grace."""
    if returned <= due:
        return 0
    late = calendar.open_days_after(due, returned) if rule.working_days else (returned - due).days
    return late if late > rule.grace else 0


def suspension(today: date, late: int, already: date | None) -> date | None:
    """The first day on which borrowing is possible again after a return ``late`` days late."""
    if late <= 0:
        return already
    until = today + timedelta(days=late)
    return until if already is None or until > already else already


def age(born: date, today: date) -> int:
    """Completed years. Who is born on 29 February has the birthday on 1 March in other years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def blocks(member: Standing, policy: Policy, today: date) -> Refusal | None:
    """What stands in the way of this member borrowing anything at all, most lasting reason first."""
    if member.expires is not None and today > member.expires:
        return Refusal(Code.EXPIRED, until=member.expires)
    if member.pending:
        return Refusal(Code.PENDING)
    if member.blocked:
        return Refusal(Code.BLOCKED)
    if member.suspended_until is not None and today < member.suspended_until:
        return Refusal(Code.SUSPENDED, until=member.suspended_until)
    if policy.block_overdue and member.overdue > 0:
        return Refusal(Code.OVERDUE, seen=member.overdue)
    if policy.fee_block is not None and member.owed > policy.fee_block:
        return Refusal(Code.FEES, amount=member.owed)
    return None


def forbids(copy: Copy, member: Standing, rule: LoanRule | None, today: date) -> Refusal | None:
    """What stands in the way of this member borrowing this copy, when nothing blocks the member."""
    if copy.lent_to_other:
        return Refusal(Code.ON_LOAN)
    if not copy.available:
        return Refusal(Code.UNAVAILABLE)
    if copy.no_loan or rule is None:
        return Refusal(Code.NOT_FOR_LOAN)
    if copy.min_age and (member.born is None or age(member.born, today) < copy.min_age):
        return Refusal(Code.AGE, limit=copy.min_age)
    if copy.kept_for_other:
        return Refusal(Code.HELD, until=copy.kept_until)
    return over_limit(member, rule)


def over_limit(member: Standing, rule: LoanRule) -> Refusal | None:
    """Both limits: of the member type over everything, and of the rule over its collection type."""
    if member.on_loan >= member.limit:
        return Refusal(Code.LIMIT, limit=member.limit)
    if rule.limit is not None and member.on_loan_of_kind >= rule.limit:
        return Refusal(Code.LIMIT, limit=rule.limit)
    return None


def forbids_renewal(
    *,
    due: date,
    renewals: int,
    wanted_by_other: bool,
    block: Refusal | None,
    rule: LoanRule | None,
    today: date,
) -> Refusal | None:
    """What stands in the way of extending a loan. An overdue one must come back first.

    ``block`` is what ``blocks`` says under ``Policy.for_renewals``.
    """
    if today > due:
        return Refusal(Code.OVERDUE, until=due)
    if block is not None:
        return block
    if wanted_by_other:
        return Refusal(Code.RENEWAL_HELD, until=due)
    allowed = rule.renewals if rule is not None else 0
    if renewals >= allowed:
        return Refusal(Code.RENEWAL_LIMIT, limit=allowed)
    return None
