"""Estimates: one rule, replayable, traced to its days, gone when the rows come."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from facts_desk import AUTHOR, OTHER, SITE, Desk, days_from, ms
from hypothesis import given
from hypothesis import strategies as st

from collector.derive import estimate
from collector.derive.adjust import Method
from collector.derive.calendar import Kind, Special
from collector.derive.estimate import Like
from collector.derive.facts import Status
from collector.store import edits, fact_rows, sites
from collector.store.edits import NewAdjustment, NewFactor

MONDAYS = days_from("2026-06-01", 20, 7)
LAST = MONDAYS[-1]


def likes(*visits: int, open_s: int = 3600) -> list[Like]:
    return [Like(MONDAYS[i], v, open_s) for i, v in enumerate(visits)]


@pytest.mark.parametrize(
    ("visits", "median"),
    [((1, 2, 3), None), ((1, 2, 3, 100), 2), ((1000, 2000, 3001, 9000), 2500), ((5, 1, 4, 2, 3), 3)],
)
def test_the_median_of_at_least_four(visits: tuple[int, ...], median: int | None) -> None:
    assert estimate.median(likes(*visits), 3600) == median


def test_only_the_newest_twelve_are_used() -> None:
    assert estimate.median(likes(*[1000] * 8, *[50_000] * 12), 3600) == 50_000
    assert [like.day for like in estimate.newest(likes(*range(20)))][:2] == [MONDAYS[19], MONDAYS[18]]


def test_like_hours_are_brought_to_the_open_time_of_the_hour() -> None:
    assert estimate.median(likes(*[8000] * 4, open_s=3600), 1800) == 4000


@given(st.lists(st.integers(0, 10**6), min_size=4, max_size=30))
def test_the_median_lies_among_its_values_and_order_does_not_matter(values: list[int]) -> None:
    found = likes(*values) if len(values) <= len(MONDAYS) else likes(*values[: len(MONDAYS)])
    median = estimate.median(found, 3600)
    assert median is not None
    assert min(like.visits for like in found) <= median <= max(like.visits for like in found)
    assert estimate.median(found[::-1], 3600) == median


def test_what_looks_at_a_day_is_what_the_day_is_looked_at_by() -> None:
    day = date(2026, 3, 2)
    later = estimate.days_that_look_at(day, date(2027, 1, 1))
    assert len(later) == 26
    assert all(day in estimate.like_days(one) for one in later)
    assert day not in estimate.like_days(later[-1] + timedelta(days=7))


@pytest.fixture
def desk() -> Desk:
    """Nineteen Mondays with 8 an hour, and a twentieth whose hour from 10 nobody watched."""
    desk = Desk()
    for i, day in enumerate(MONDAYS):
        desk.day(day, 4 * (i + 1), skip=(10,) if day == LAST else ())
    desk.refresh(LAST)
    return desk


def test_an_unseen_hour_gets_the_median_of_the_last_twelve_like_hours(desk: Desk) -> None:
    hour = desk.hour_fact(LAST, 10)
    assert (hour.status, hour.visits, hour.estimated) == (Status.ESTIMATED, 54_000, 54_000)  # of 32, 36 … 76
    (made,) = fact_rows.estimates(desk.db, SITE, "pintu-1", LAST)
    assert (made.method, made.version, made.visits) == ("median", 1, 54_000)
    assert list(made.days) == MONDAYS[-2:-14:-1]
    assert desk.day_fact(LAST).status is Status.ESTIMATED


def test_the_estimate_can_be_worked_out_by_hand_from_its_days(desk: Desk) -> None:
    (made,) = fact_rows.estimates(desk.db, SITE, "pintu-1", LAST)
    values = sorted(desk.hour_fact(day, made.hour).visits for day in made.days)
    assert (values[5] + values[6]) // 2 == made.visits


def test_late_rows_make_the_estimate_disappear(desk: Desk) -> None:
    desk.hour(LAST, "10:00", 12)
    desk.refresh(LAST)
    assert (desk.hour_fact(LAST, 10).status, desk.hour_fact(LAST, 10).visits) == (Status.COUNTED, 12_000)
    assert desk.table("estimate") == []
    assert desk.day_fact(LAST).estimated == 0


def test_more_than_the_median_in_the_little_time_seen_is_the_number(desk: Desk) -> None:
    desk.put(ms(LAST, "10:00"), 90)
    desk.refresh(LAST)
    assert (desk.hour_fact(LAST, 10).visits, desk.hour_fact(LAST, 10).estimated) == (90_000, 0)
    assert desk.hour_fact(LAST, 10).status is Status.ESTIMATED


def test_days_that_were_not_counted_are_no_like_days(desk: Desk) -> None:
    span = ms(MONDAYS[-2], "10:00"), ms(MONDAYS[-2], "11:00")
    made = edits.add_adjustment(desk.db, NewAdjustment(SITE, "pintu-1", Method.SET, *span, 0, "x"), AUTHOR)
    edits.approve_adjustment(desk.db, made, OTHER)
    sites.set_specials(
        desk.db, SITE, [Special(MONDAYS[-3], Kind.HOLIDAY, "libur", "", ((480, 960),))], AUTHOR
    )  # fmt: skip
    desk.refresh(LAST)
    (trace,) = fact_rows.estimates(desk.db, SITE, "pintu-1", LAST)
    assert MONDAYS[-2] not in trace.days
    assert MONDAYS[-3] not in trace.days
    assert trace.days[0] == MONDAYS[-4]


def test_other_hours_of_a_day_do_not_make_it_unlike(desk: Desk) -> None:
    sites.set_specials(desk.db, SITE, [Special(MONDAYS[-2], Kind.HOURS, "Ramadan", "", ((540, 720),))], AUTHOR)
    desk.refresh(LAST)
    (trace,) = fact_rows.estimates(desk.db, SITE, "pintu-1", LAST)
    assert trace.days[0] == MONDAYS[-2]


def test_a_holiday_is_like_no_other_day(desk: Desk) -> None:
    sites.set_specials(desk.db, SITE, [Special(LAST, Kind.HOLIDAY, "libur", "", ((480, 960),))], AUTHOR)
    desk.refresh(LAST)
    assert desk.hour_fact(LAST, 10).status is Status.MISSING


def test_the_factor_of_its_own_day_is_in_each_like_hour(desk: Desk) -> None:
    new = NewFactor(SITE, "pintu-1", MONDAYS[-2], 1500, 1400, 1600, 200, "guided tally", "new sensor")
    edits.add_factor(desk.db, new, AUTHOR)
    desk.refresh(LAST)
    # 76 became 114 and stays the largest; the median of the twelve did not move, and is not multiplied again.
    assert desk.hour_fact(LAST, 10).visits == 54_000
    assert desk.hour_fact(MONDAYS[-2], 10).visits == 114_000
    assert desk.hour_fact(LAST, 11).visits == 120_000


def test_fewer_than_four_like_days_leave_it_missing() -> None:
    desk = Desk()
    for day in MONDAYS[:3]:
        desk.day(day)
    desk.day(MONDAYS[3], skip=(10,))
    desk.refresh(MONDAYS[3])
    assert desk.hour_fact(MONDAYS[3], 10).status is Status.MISSING


def test_days_out_of_reach_are_not_looked_at() -> None:
    desk = Desk()
    for day in MONDAYS[:6]:
        desk.day(day)
    later = MONDAYS[0] + timedelta(days=182 + 7 * 2)
    desk.day(later, skip=(10,))
    desk.refresh(later)
    assert desk.hour_fact(later, 10).visits == 8000  # Mondays 2 to 5 are within 182 days
    much_later = later + timedelta(days=14)
    desk.day(much_later, skip=(10,))
    desk.refresh(much_later)
    (trace,) = fact_rows.estimates(desk.db, SITE, "pintu-1", later)
    assert trace.days == tuple(MONDAYS[5:1:-1])


def test_a_wholly_silent_day_is_estimated_hour_by_hour(desk: Desk) -> None:
    silent = LAST + timedelta(days=7)
    desk.refresh(silent)
    day = desk.day_fact(silent)
    assert (day.status, day.seen_s, day.missing_s, day.raw_in) == (Status.ESTIMATED, 0, 0, 0)
    assert day.visits == day.estimated == sum(desk.hour_fact(silent, hour).visits for hour in range(8, 16))
