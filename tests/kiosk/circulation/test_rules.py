"""The loan rules, date by date. November 2026: the 23rd is a Monday, the library is shut on Sundays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.circulation.library.rules import (
    Copy,
    LibraryCalendar,
    LoanRule,
    Policy,
    Standing,
    age,
    blocks,
    days_late,
    due_date,
    forbids,
    forbids_renewal,
    suspension,
)
from kiosk.circulation.port import Code, Refusal

MONDAY = date(2026, 11, 23)
SUNDAYS = LibraryCalendar(frozenset({6}))
WEEK = LoanRule(days=7, working_days=True, renewals=1, suspend=True)
CALENDAR_WEEK = LoanRule(days=7)


def test_seven_working_days_skip_the_sunday() -> None:
    assert due_date(MONDAY, WEEK, SUNDAYS, None) == date(2026, 12, 1)


def test_seven_working_days_skip_weekends_where_saturday_is_closed_too() -> None:
    assert due_date(MONDAY, WEEK, LibraryCalendar(frozenset({5, 6})), None) == date(2026, 12, 2)


def test_a_holiday_inside_the_period_moves_the_due_date() -> None:
    shut = LibraryCalendar(frozenset({6}), frozenset({date(2026, 11, 25)}))
    assert due_date(MONDAY, WEEK, shut, None) == date(2026, 12, 2)


def test_calendar_days_count_closed_days_but_never_end_on_one() -> None:
    saturday = date(2026, 11, 21)
    assert due_date(saturday + timedelta(days=1), CALENDAR_WEEK, SUNDAYS, None) == date(2026, 11, 30)
    assert due_date(saturday, CALENDAR_WEEK, SUNDAYS, None) == date(2026, 11, 28)


def test_a_period_may_cross_a_leap_day() -> None:
    assert due_date(date(2028, 2, 24), CALENDAR_WEEK, SUNDAYS, None) == date(2028, 3, 2)


def test_no_loan_outlives_the_membership() -> None:
    assert due_date(MONDAY, WEEK, SUNDAYS, expires=date(2026, 11, 26)) == date(2026, 11, 26)


def test_a_membership_that_ends_on_a_sunday_caps_at_the_saturday() -> None:
    assert due_date(MONDAY, WEEK, SUNDAYS, expires=date(2026, 11, 29)) == date(2026, 11, 28)


def test_on_the_last_valid_day_a_loan_is_due_the_same_day() -> None:
    assert due_date(MONDAY, WEEK, SUNDAYS, expires=MONDAY) == MONDAY


def test_a_library_that_never_opens_still_gets_an_answer() -> None:
    never = LibraryCalendar(frozenset(range(7)))
    assert due_date(MONDAY, CALENDAR_WEEK, never, None) > MONDAY


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(1, 40),
    st.frozensets(st.integers(0, 6), max_size=5),
    st.frozensets(st.dates(date(2020, 1, 1), date(2040, 3, 1)), max_size=20),
)
def test_exactly_so_many_open_days_lie_up_to_the_due_date(
    today: date, days: int, closed: frozenset[int], holidays: frozenset[date]
) -> None:
    calendar = LibraryCalendar(closed, holidays)
    due = due_date(today, LoanRule(days=days, working_days=True), calendar, None)
    assert calendar.is_open(due)
    assert calendar.open_days_after(today, due) == days


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 60), st.integers(0, 60), st.booleans())
def test_a_due_date_lies_between_today_and_the_end_of_membership(
    today: date, days: int, left: int, working: bool
) -> None:
    expires = today + timedelta(days=left)
    due = due_date(today, LoanRule(days=days, working_days=working), SUNDAYS, expires)
    assert today <= due <= expires


def test_late_days_are_open_days_when_the_period_is() -> None:
    friday, tuesday = date(2026, 11, 27), date(2026, 12, 1)
    assert days_late(friday, tuesday, WEEK, SUNDAYS) == 3
    assert days_late(friday, tuesday, CALENDAR_WEEK, SUNDAYS) == 4


def test_on_time_is_not_late() -> None:
    assert days_late(MONDAY, MONDAY, WEEK, SUNDAYS) == 0
    assert days_late(MONDAY, MONDAY - timedelta(days=3), WEEK, SUNDAYS) == 0


@pytest.mark.parametrize(("late", "counted"), [(1, 0), (2, 0), (3, 3)])
def test_a_grace_of_two_forgives_two_days_and_then_nothing(late: int, counted: int) -> None:
    rule = LoanRule(days=7, grace=2)
    assert days_late(MONDAY, MONDAY + timedelta(days=late), rule, SUNDAYS) == counted


def test_a_suspension_lasts_as_many_days_as_the_item_was_late() -> None:
    assert suspension(MONDAY, 3, None) == date(2026, 11, 26)


def test_suspensions_of_one_visit_do_not_add_up() -> None:
    first = suspension(MONDAY, 5, None)
    assert suspension(MONDAY, 3, first) == first
    assert suspension(MONDAY, 7, first) == date(2026, 11, 30)


def test_who_is_not_late_is_not_suspended() -> None:
    assert suspension(MONDAY, 0, None) is None


def test_who_is_born_on_a_leap_day_grows_older_on_the_first_of_march() -> None:
    assert age(date(2008, 2, 29), date(2025, 2, 28)) == 16
    assert age(date(2008, 2, 29), date(2025, 3, 1)) == 17


@pytest.mark.parametrize(
    ("member", "refusal"),
    [
        (Standing(3), None),
        (Standing(3, expires=MONDAY), None),
        (Standing(3, expires=date(2026, 11, 22)), Refusal(Code.EXPIRED, until=date(2026, 11, 22))),
        (Standing(3, pending=True), Refusal(Code.PENDING)),
        (Standing(3, blocked=True), Refusal(Code.BLOCKED)),
        (Standing(3, suspended_until=date(2026, 11, 24)), Refusal(Code.SUSPENDED, until=date(2026, 11, 24))),
        (Standing(3, suspended_until=MONDAY), None),
        (Standing(3, overdue=2), Refusal(Code.OVERDUE, seen=2)),
        (Standing(3, owed=5000), None),
        (Standing(3, owed=5001), Refusal(Code.FEES, amount=5001)),
    ],
)
def test_what_blocks_a_member(member: Standing, refusal: Refusal | None) -> None:
    assert blocks(member, Policy(fee_block=5000), MONDAY) == refusal


def test_a_library_may_lend_to_the_overdue_and_the_owing() -> None:
    assert blocks(Standing(3, overdue=1, owed=99999), Policy(block_overdue=False), MONDAY) is None


def test_the_reason_that_lasts_longest_is_named_first() -> None:
    worst = Standing(3, overdue=1, blocked=True, pending=True, expires=date(2020, 1, 1))
    refusal = blocks(worst, Policy(), MONDAY)
    assert refusal is not None
    assert refusal.code is Code.EXPIRED


@pytest.mark.parametrize(
    ("copy", "member", "refusal"),
    [
        (Copy(), Standing(3), None),
        (Copy(lent_to_other=True), Standing(3), Refusal(Code.ON_LOAN)),
        (Copy(available=False), Standing(3), Refusal(Code.UNAVAILABLE)),
        (Copy(no_loan=True), Standing(3), Refusal(Code.NOT_FOR_LOAN)),
        (Copy(min_age=17), Standing(3), Refusal(Code.AGE, limit=17)),
        (Copy(min_age=17), Standing(3, born=date(2010, 1, 1)), Refusal(Code.AGE, limit=17)),
        (Copy(min_age=17), Standing(3, born=date(2009, 11, 23)), None),
        (Copy(kept_for_other=True), Standing(3), Refusal(Code.HELD)),
        (Copy(kept_for_other=True, kept_until=MONDAY), Standing(3), Refusal(Code.HELD, until=MONDAY)),
        (Copy(), Standing(3, on_loan=3), Refusal(Code.LIMIT, limit=3)),
        (Copy(), Standing(3, on_loan=2, on_loan_of_kind=1), None),
    ],
)
def test_what_forbids_a_copy(copy: Copy, member: Standing, refusal: Refusal | None) -> None:
    assert forbids(copy, member, WEEK, MONDAY) == refusal


def test_a_collection_without_a_rule_is_not_lent() -> None:
    assert forbids(Copy(), Standing(3), None, MONDAY) == Refusal(Code.NOT_FOR_LOAN)


def test_a_rule_may_limit_its_own_collection_further() -> None:
    one_film = LoanRule(days=3, limit=1)
    assert forbids(Copy(), Standing(3, on_loan=1, on_loan_of_kind=1), one_film, MONDAY) == Refusal(Code.LIMIT, limit=1)
    assert forbids(Copy(), Standing(3, on_loan=2, on_loan_of_kind=0), one_film, MONDAY) is None


def _renewal(
    due: date = MONDAY,
    renewals: int = 0,
    wanted: bool = False,
    block: Refusal | None = None,
    rule: LoanRule | None = WEEK,
) -> Refusal | None:
    return forbids_renewal(due=due, renewals=renewals, wanted_by_other=wanted, block=block, rule=rule, today=MONDAY)


def test_a_loan_may_be_renewed_on_its_last_day() -> None:
    assert _renewal() is None


def test_an_overdue_loan_must_come_back() -> None:
    yesterday = date(2026, 11, 22)
    assert _renewal(due=yesterday) == Refusal(Code.OVERDUE, until=yesterday)


def test_a_suspension_stops_a_renewal() -> None:
    suspended = Refusal(Code.SUSPENDED, until=date(2026, 12, 1))
    assert _renewal(block=suspended) == suspended


def test_what_others_wait_for_is_not_renewed() -> None:
    assert _renewal(wanted=True) == Refusal(Code.RENEWAL_HELD, until=MONDAY)


def test_renewals_have_a_limit() -> None:
    assert _renewal(renewals=1) == Refusal(Code.RENEWAL_LIMIT, limit=1)
    assert _renewal(rule=None) == Refusal(Code.RENEWAL_LIMIT, limit=0)
