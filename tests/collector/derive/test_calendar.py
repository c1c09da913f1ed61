"""A day is the library's own, also when the clock changes."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from facts_desk import HOUR, QUARTER, ms
from hypothesis import given
from hypothesis import strategies as st

from collector.derive.calendar import Calendar, Kind, Rule, Special
from collector.derive.holidays import indonesia
from collector.derive.weekly import parse
from collector.errors import EditError

AMSTERDAM, NEW_YORK, LORD_HOWE = (ZoneInfo(z) for z in ("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe"))
ALWAYS = date(2000, 1, 1)


def calendar(zone: str | ZoneInfo, weekly: str, *specials: Special) -> Calendar:
    where = ZoneInfo(zone) if isinstance(zone, str) else zone
    return Calendar(where, [Rule(ALWAYS, parse(weekly))], {special.day: special for special in specials})


@pytest.mark.parametrize(
    ("zone", "day", "hours", "first"),
    [
        (AMSTERDAM, date(2026, 3, 29), 23, [0, 1, 3, 4]),
        (AMSTERDAM, date(2026, 10, 25), 25, [0, 1, 2, 2]),
        (NEW_YORK, date(2026, 3, 8), 23, [0, 1, 3, 4]),
        (NEW_YORK, date(2026, 11, 1), 25, [0, 1, 1, 2]),
        (LORD_HOWE, date(2026, 4, 5), 24.5, [0, 1, 1, 2]),
        (LORD_HOWE, date(2026, 10, 4), 23.5, [0, 1, 2, 3]),
        (ZoneInfo("Asia/Makassar"), date(2026, 3, 29), 24, [0, 1, 2, 3]),
    ],
)
def test_days_of_23_25_and_half_hours_are_real(zone: ZoneInfo, day: date, hours: float, first: list[int]) -> None:
    found = Calendar(zone).day(day)
    assert (found.end - found.start) / HOUR == hours
    assert [hour.hour for hour in found.hours[:4]] == first
    assert sum(hour.end - hour.start for hour in found.hours) == found.end - found.start


def test_lord_howes_half_hours_are_short_hours() -> None:
    back = Calendar(LORD_HOWE).day(date(2026, 4, 5)).hours
    assert [(hour.hour, (hour.end - hour.start) // QUARTER) for hour in back[:4]] == [(0, 4), (1, 4), (1, 2), (2, 4)]
    forth = Calendar(LORD_HOWE).day(date(2026, 10, 4)).hours
    assert [(hour.hour, (hour.end - hour.start) // QUARTER) for hour in forth[:4]] == [(0, 4), (1, 4), (2, 2), (3, 4)]


@pytest.mark.parametrize(("zone", "utc"), [("Asia/Jakarta", 1), ("Asia/Makassar", 0), ("Asia/Jayapura", 23)])
def test_indonesias_three_zones_open_at_eight_of_their_own(zone: str, utc: int) -> None:
    (span,) = calendar(zone, "mon-sun 08:00-16:00").day(date(2026, 11, 19)).open
    assert (span[0] // HOUR % 24, span[1] - span[0]) == (utc, 8 * HOUR)


@pytest.mark.parametrize(
    ("day", "weekly", "open_hours"),
    [
        (date(2026, 3, 29), "sun 00:00-24:00", 23),
        (date(2026, 10, 25), "sun 00:00-24:00", 25),
        (date(2026, 10, 25), "sun 01:00-02:30", 2.5),  # closes when the clock shows 2.30 for the second time
        (date(2026, 10, 25), "sun 02:30-04:00", 2.5),  # opens when it does so for the first time
        (date(2026, 3, 29), "sun 01:00-02:30", 1),  # 2.30 is jumped over: the moment of the jump
        (date(2026, 3, 29), "sun 02:30-04:00", 1),
    ],
)
def test_open_time_when_the_clock_changes(day: date, weekly: str, open_hours: float) -> None:
    found = calendar(AMSTERDAM, weekly).day(day)
    assert found.open_ms(found.start, found.end) == open_hours * HOUR


def test_a_span_past_midnight_belongs_to_the_next_calendar_day_behind_it() -> None:
    found = calendar("Asia/Makassar", "fri 08:00-16:00 20:00-02:00")
    friday, saturday = found.day(date(2026, 11, 20)), found.day(date(2026, 11, 21))
    assert friday.open_ms(friday.start, friday.end) == 12 * HOUR
    assert saturday.open == ((saturday.start, saturday.start + 2 * HOUR),)


def test_a_special_day_replaces_its_rule_with_what_ran_past_midnight() -> None:
    friday = date(2026, 11, 20)
    closed = calendar("Asia/Makassar", "fri 20:00-02:00", Special(friday, Kind.CLOSURE, "banjir"))
    assert closed.day(friday).open == closed.day(friday + timedelta(days=1)).open == ()
    other = calendar("Asia/Makassar", "fri 20:00-02:00", Special(friday, Kind.HOURS, "Ramadan", "", ((600, 840),)))
    assert other.day(friday).open == ((ms(friday, "10:00"), ms(friday, "14:00")),)
    assert (other.day(friday).ordinary, closed.day(friday).ordinary) == (True, False)


def test_the_newest_rule_holds_and_before_the_first_it_is_open_around_the_clock() -> None:
    rules = [Rule(date(2026, 2, 1), parse("mon-sun 09:00-10:00")), Rule(date(2026, 1, 1), parse("mon 08:00-16:00"))]
    found = Calendar(AMSTERDAM, rules)
    assert [found.spans(date(2026, *md)) for md in ((2, 1), (1, 31), (1, 5))] == [((540, 600),), (), ((480, 960),)]
    assert found.spans(date(2025, 12, 31)) == ((0, 1440),)


def test_spans_that_meet_at_midnight_are_one() -> None:
    found = calendar("Asia/Makassar", "fri 20:00-24:00; thu 22:00-02:00; sat 00:00-03:00").day(date(2026, 11, 20))
    assert len(found.open) == 2
    saturday = calendar("Asia/Makassar", "fri 20:00-01:00; sat 01:00-03:00").day(date(2026, 11, 21))
    assert saturday.open == ((saturday.start, saturday.start + 3 * HOUR),)


@given(
    st.sampled_from(
        ["Europe/Amsterdam", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu", "Asia/Makassar"]
    ),
    st.dates(date(1990, 1, 1), date(2035, 1, 1)),
)
def test_days_follow_each_other_and_hours_fill_them(zone: str, day: date) -> None:
    found = Calendar(ZoneInfo(zone))
    today, tomorrow = found.day(day), found.day(day + timedelta(days=1))
    assert today.end == tomorrow.start
    assert found.date_of(today.start) == found.date_of(today.end - 1) == day
    assert [today.start, *(hour.end for hour in today.hours)] == [*(hour.start for hour in today.hours), today.end]


def test_indonesias_holidays_are_proposed_with_the_packages_dates() -> None:
    found = {special.day: special for special in indonesia(2026)}
    assert found[date(2026, 8, 17)].name == "Hari Kemerdekaan Republik Indonesia"
    assert found[date(2026, 12, 25)].kind is Kind.HOLIDAY
    assert "perkiraan" in found[date(2026, 3, 20)].name  # Idul Fitri follows the moon: a prediction says so
    assert all(special.spans == () and special.day.year == 2026 for special in found.values())


def test_a_year_out_of_range_is_refused() -> None:
    with pytest.raises(EditError, match="from 1990 to 2100"):
        indonesia(20226)
