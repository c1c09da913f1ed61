"""What an hour and a day are worth: counted, estimated, missing, closed; zero is counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from facts_desk import AUTHOR, QUARTER, SITE, Desk, days_from, ms

from collector.derive.calendar import Kind, Special
from collector.derive.facts import WHOLE_SITE, Scope, Status
from collector.store import sites
from collector.store.facts import SqlFacts
from collector.store.sites import Role

THURSDAY = date(2026, 11, 19)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_zero_is_counted_and_silence_is_missing(desk: Desk) -> None:
    desk.day("2026-11-18", 0)
    desk.hour("2026-11-18", "09:00", 4)
    desk.refresh("2026-11-19")
    zero, silent = desk.day_fact("2026-11-18"), desk.day_fact("2026-11-19")
    assert (zero.status, zero.visits, zero.seen_s, zero.missing_s) == (Status.COUNTED, 4000, 28_800, 0)
    assert desk.hour_fact("2026-11-18", 10).status is Status.COUNTED
    assert (silent.status, silent.visits, silent.seen_s, silent.missing_s) == (Status.MISSING, 0, 0, 28_800)
    assert desk.hour_fact("2026-11-19", 10).status is Status.MISSING


def test_closed_hours_are_closed_and_keep_what_was_counted_in_them(desk: Desk) -> None:
    desk.day(THURSDAY)
    desk.put(ms(THURSDAY, "21:15"), 3, 2)
    desk.refresh(THURSDAY)
    night = desk.hour_fact(THURSDAY, 21)
    assert (night.status, night.open_s, night.raw_in, night.visits) == (Status.CLOSED, 0, 3, 3000)
    day = desk.day_fact(THURSDAY)
    assert (day.visits, day.open_visits) == (67_000, 64_000)


def test_a_closed_day_is_closed_whether_or_not_anybody_watched(desk: Desk) -> None:
    desk.day("2026-11-18")
    sites.set_specials(desk.db, SITE, [Special(THURSDAY, Kind.CLOSURE, "banjir")], AUTHOR)
    desk.refresh(THURSDAY)
    assert desk.day_fact(THURSDAY).status is Status.CLOSED
    assert desk.day_fact(THURSDAY).missing_s == 0


@pytest.mark.parametrize(("seen", "status"), [(0.96, Status.COUNTED), (0.94, Status.ESTIMATED), (0.4, Status.MISSING)])
def test_the_three_steps_of_watched_time(desk: Desk, seen: float, status: Status) -> None:
    desk.hour(THURSDAY, "10:00", 8, seen=seen)
    desk.refresh(THURSDAY)
    assert desk.hour_fact(THURSDAY, 10).status is status


def test_an_hour_watched_by_half_or_more_is_scaled_up(desk: Desk) -> None:
    for i in range(3):
        desk.put(ms(THURSDAY, "10:00") + i * QUARTER, 5)
    desk.refresh(THURSDAY)
    hour = desk.hour_fact(THURSDAY, 10)
    assert (hour.visits, hour.estimated, hour.raw_in, hour.seen_s) == (20_000, 5_000, 15, 2_700)
    (made,) = [row for row in desk.table("estimate") if row[4] == 10]
    assert (made[5], made[7], made[8]) == ("scaled", 15_000, 20_000)


def test_a_day_of_which_a_little_is_missing_says_how_much(desk: Desk) -> None:
    desk.day(THURSDAY, skip=(10, 11))
    desk.refresh(THURSDAY)
    day = desk.day_fact(THURSDAY)
    assert (day.status, day.missing_s, day.seen_s, day.open_s) == (Status.COUNTED, 7_200, 21_600, 28_800)


def test_a_day_more_than_half_unknown_is_missing(desk: Desk) -> None:
    desk.day(THURSDAY, skip=(8, 9, 10, 11, 12))
    desk.refresh(THURSDAY)
    assert desk.day_fact(THURSDAY).status is Status.MISSING
    assert desk.day_fact(THURSDAY).visits == 24_000  # what is known still stands


def test_an_hour_that_is_not_over_lacks_nothing_and_is_judged_later(desk: Desk) -> None:
    desk.put(ms(THURSDAY, "08:00"), 4)
    desk.refresh(THURSDAY, "08:20")
    live = desk.hour_fact(THURSDAY, 8)
    assert (live.status, live.visits, live.open_s, live.seen_s) == (Status.COUNTED, 4000, 900, 900)
    assert desk.day_fact(THURSDAY).missing_s == 0
    desk.refresh(THURSDAY, "09:29")
    assert desk.hour_fact(THURSDAY, 8).open_s == 900
    desk.refresh(THURSDAY, "09:30")
    assert (desk.hour_fact(THURSDAY, 8).open_s, desk.hour_fact(THURSDAY, 8).status) == (3600, Status.MISSING)


def test_passages_whose_time_is_an_estimate_make_an_estimated_hour(desk: Desk) -> None:
    desk.day(THURSDAY, skip=(10,))
    for i in range(4):
        desk.put(ms(THURSDAY, "10:00") + i * QUARTER, 4, est=1)
    desk.refresh(THURSDAY)
    hour = desk.hour_fact(THURSDAY, 10)
    assert (hour.status, hour.visits, hour.estimated) == (Status.ESTIMATED, 16_000, 4_000)
    assert desk.day_fact(THURSDAY).status is Status.ESTIMATED


def test_a_quarter_hour_open_in_part_is_watched_in_part() -> None:
    desk = Desk(weekly="mon-sun 08:10-16:00")
    desk.day(THURSDAY)
    desk.refresh(THURSDAY)
    hour = desk.hour_fact(THURSDAY, 8)
    assert (hour.open_s, hour.seen_s, hour.status) == (3000, 3000, Status.COUNTED)


def test_a_library_without_hours_is_open_around_the_clock() -> None:
    desk = Desk(weekly=None)
    desk.day(THURSDAY)
    desk.refresh("2026-11-20")
    assert desk.day_fact(THURSDAY).open_s == 86_400


@pytest.mark.parametrize(
    ("zone", "day", "hour", "times"),
    [("Europe/Amsterdam", "2026-10-25", 2, 2), ("Europe/Amsterdam", "2026-03-29", 2, 0)],
)
def test_the_hour_of_a_clock_change_comes_twice_or_not_at_all(zone: str, day: str, hour: int, times: int) -> None:
    desk = Desk(zone, "mon-sun 00:00-24:00")
    start, end = ms(day, zone=desk.zone), ms(date.fromisoformat(day) + timedelta(days=1), zone=desk.zone)
    for quarter in range(start, end, QUARTER):
        desk.put(quarter, 1)
    desk.refresh(date.fromisoformat(day) + timedelta(days=2))
    hours = SqlFacts(desk.db).hours(Scope(SITE, "pintu-1"), date.fromisoformat(day), date.fromisoformat(day))
    assert sum(fact.hour == hour for fact in hours) == times
    assert desk.day_fact(day).visits == len(hours) * 4000 == (end - start) // QUARTER * 1000
    assert desk.day_fact(day).open_s == (end - start) // 1000


# -- lost passages ------------------------------------------------------------------------------------------------


def test_lost_passages_of_one_day_are_in_its_number_and_in_no_hour(desk: Desk) -> None:
    desk.day(THURSDAY, skip=(10, 11))
    desk.lose(ms(THURSDAY, "10:00"), ms(THURSDAY, "12:00"), rows=8, into=30, out=28)
    desk.refresh(THURSDAY)
    day = desk.day_fact(THURSDAY)
    assert (day.visits, day.untimed, day.estimated, day.raw_in, day.raw_out) == (78_000, 30_000, 0, 78, 28)
    assert (day.status, day.missing_s, day.seen_s) == (Status.COUNTED, 0, 28_800)
    assert desk.hour_fact(THURSDAY, 10).status is Status.MISSING  # the day knows them, the hour does not


def test_when_the_rows_come_after_all_the_hours_have_them(desk: Desk) -> None:
    desk.day(THURSDAY, skip=(10,))
    span = ms(THURSDAY, "10:00"), ms(THURSDAY, "11:00")
    desk.lose(*span, rows=4, into=8)
    desk.refresh(THURSDAY)
    desk.find(1, *span)
    desk.hour(THURSDAY, "10:00", 8)
    desk.refresh(THURSDAY)
    assert (desk.day_fact(THURSDAY).untimed, desk.day_fact(THURSDAY).visits) == (0, 64_000)


def test_rows_too_few_for_the_time_between_leave_it_missing(desk: Desk) -> None:
    desk.day(THURSDAY, skip=(10, 11, 12))
    desk.lose(ms(THURSDAY, "10:00"), ms(THURSDAY, "13:00"), rows=2, into=5)
    desk.refresh(THURSDAY)
    day = desk.day_fact(THURSDAY)
    assert (day.untimed, day.missing_s, day.seen_s) == (5000, 10_800, 18_000)


def test_lost_passages_of_several_days_go_by_open_time_and_are_estimates_there(desk: Desk) -> None:
    first, last = ms("2026-11-18", "12:00"), ms(THURSDAY, "16:00")  # 4 open hours and 8
    for day in ("2026-11-17", "2026-11-20"):
        desk.day(day)
    desk.lose(first, last, rows=200, into=10, out=4)
    desk.refresh("2026-11-21", "01:00")
    one, two = desk.day_fact("2026-11-18"), desk.day_fact(THURSDAY)
    assert (one.untimed, two.untimed) == (3000, 7000)
    assert (one.estimated, two.estimated) == (3000, 7000)
    assert one.raw_in + two.raw_in == 10
    assert one.raw_out + two.raw_out == 4


def test_passages_lost_over_a_closed_night_go_by_the_time_itself(desk: Desk) -> None:
    desk.day("2026-11-17")
    desk.day(THURSDAY)
    desk.lose(ms("2026-11-17", "22:00"), ms("2026-11-18", "06:00"), rows=40, into=8)
    desk.refresh(THURSDAY)
    assert (desk.day_fact("2026-11-17").untimed, desk.day_fact("2026-11-18").untimed) == (2000, 6000)


def test_new_opening_hours_share_lost_passages_anew(desk: Desk) -> None:
    desk.day("2026-11-17")
    desk.day("2026-11-20")
    desk.lose(ms("2026-11-18", "12:00"), ms(THURSDAY, "16:00"), rows=200, into=10)
    desk.refresh("2026-11-21", "01:00")
    sites.set_specials(desk.db, SITE, [Special(THURSDAY, Kind.CLOSURE, "banjir")], AUTHOR)
    desk.refresh("2026-11-21", "01:00")
    assert (desk.day_fact("2026-11-18").untimed, desk.day_fact(THURSDAY).untimed) == (10_000, 0)


# -- doors --------------------------------------------------------------------------------------------------------


def test_only_perimeter_doors_make_the_sites_visits(desk: Desk) -> None:
    desk.door("pintu-2", Role.INTERNAL)
    desk.door("pintu-3", Role.STAFF)
    for device in ("pintu-1", "pintu-2", "pintu-3", "pintu-4"):
        desk.day(THURSDAY, 4, device=device)
    desk.refresh(THURSDAY)
    assert desk.day_fact(THURSDAY, WHOLE_SITE).visits == 64_000  # pintu-1 and pintu-4, which nobody entered
    assert desk.day_fact(THURSDAY, "pintu-3").visits == 32_000
    desk.door("pintu-4", Role.STAFF)
    desk.refresh(THURSDAY)
    assert desk.day_fact(THURSDAY, WHOLE_SITE).visits == 32_000


def test_a_door_counts_only_while_it_is_in_use(desk: Desk) -> None:
    for day in days_from("2026-11-16", 4):
        desk.day(day)
    desk.door(from_day=date(2026, 11, 17), until_day=date(2026, 11, 18))
    desk.refresh(THURSDAY)
    found = SqlFacts(desk.db).days(Scope(SITE), date(2026, 11, 1), date(2026, 11, 30))
    assert [day.day.day for day in found] == [17, 18]


def test_a_device_that_never_counts_anybody_is_no_door(desk: Desk) -> None:
    desk.put(ms(THURSDAY, "10:00"), 0, device="kios-1")
    desk.refresh(THURSDAY)
    assert (desk.table("door"), desk.table("day_fact")) == ([], [])


def test_a_door_that_nobody_entered_begins_with_its_first_data_also_when_that_comes_late(desk: Desk) -> None:
    desk.day(THURSDAY)
    desk.refresh(THURSDAY)
    desk.day("2026-11-16")
    desk.refresh(THURSDAY)
    assert [row[5] for row in desk.table("door")] == [None]
    assert desk.day_fact("2026-11-17").status is Status.MISSING


def test_a_site_with_one_of_two_doors_dead_has_half_the_coverage(desk: Desk) -> None:
    desk.door("pintu-2", from_day=THURSDAY)
    desk.day(THURSDAY)
    desk.refresh(THURSDAY)
    site = desk.day_fact(THURSDAY, WHOLE_SITE)
    assert (site.visits, site.open_s, site.seen_s, site.missing_s) == (64_000, 28_800, 14_400, 14_400)
    assert site.status is Status.COUNTED
    assert desk.hour_fact(THURSDAY, 10, WHOLE_SITE).seen_s == 1800


def test_a_new_time_zone_moves_every_day(desk: Desk) -> None:
    desk.day(THURSDAY)
    desk.put(ms(THURSDAY, "23:45"), 5)
    desk.refresh("2026-11-21")
    sites.set_site(desk.db, sites.Site(SITE, "Kota", "Asia/Jayapura"), AUTHOR)
    desk.refresh("2026-11-21")
    assert desk.day_fact("2026-11-20").visits == 5000
    assert desk.hour_fact(THURSDAY, 9).visits == 8000


# -- the cube -----------------------------------------------------------------------------------------------------


def test_the_cube_adds_up_open_hours_with_a_number(desk: Desk) -> None:
    for day in days_from("2026-11-05", 3, 7):  # three Thursdays
        desk.day(day, skip=(11,) if day == THURSDAY else ())
    desk.put(ms(THURSDAY, "20:00"), 9)
    desk.refresh(THURSDAY)
    cells = {
        (cell.weekday, cell.hour): cell
        for cell in SqlFacts(desk.db).week_hours(Scope(SITE, "pintu-1"), date(2026, 11, 9), date(2026, 11, 19))
    }
    assert (cells[3, 10].hours, cells[3, 10].visits, cells[3, 10].open_s) == (3, 24_000, 10_800)
    assert (cells[3, 11].hours, cells[3, 11].missing, cells[3, 11].visits) == (2, 1, 16_000)
    assert (3, 20) not in cells
    assert cells[2, 10].missing == 2  # two Wednesdays that nobody watched


def test_a_profile_is_the_cube_summed_over_its_months(desk: Desk) -> None:
    for day in days_from("2026-10-01", 60):
        desk.day(day, 4 * (day.day % 5))
    desk.refresh("2026-11-29")
    facts = SqlFacts(desk.db)
    for scope in (Scope(SITE), Scope(None, None), Scope()):
        by_month = facts.week_hours(scope, date(2026, 10, 1), date(2026, 11, 30))
        found = facts.profile(scope, date(2026, 10, 15), date(2026, 11, 1))
        assert sum(cell.visits for cell in found) == sum(cell.visits for cell in by_month) > 0
        assert len({(cell.weekday, cell.hour) for cell in found}) == len(found) == 56


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2024-11", "2026-02"),
        ("2025-01", "2025-12"),
        ("2024-12", "2025-12"),
        ("2025-01", "2026-01"),
        ("2025-02", "2025-11"),
        ("2024-11", "2024-11"),
        ("2024-11", "2025-03"),
    ],
)
def test_whole_years_and_the_months_around_them_are_every_month_once(desk: Desk, first: str, last: str) -> None:
    for day in days_from("2024-11-04", 70, 7):
        desk.day(day, 4 * day.month)
    desk.door(from_day=date(2024, 11, 4))
    desk.refresh("2026-03-03")
    facts, period = SqlFacts(desk.db), (date.fromisoformat(f"{first}-01"), date.fromisoformat(f"{last}-28"))
    sums: dict[tuple[int, int], list[int]] = {}
    for cell in facts.week_hours(Scope(SITE), *period):
        slot = sums.setdefault((cell.weekday, cell.hour), [0] * 4)
        for i, value in enumerate((cell.hours, cell.missing, cell.visits, cell.open_s)):
            slot[i] += value
    found = {(c.weekday, c.hour): [c.hours, c.missing, c.visits, c.open_s] for c in facts.profile(Scope(SITE), *period)}
    assert found == sums


# -- the clock ----------------------------------------------------------------------------------------------------


def test_a_collector_whose_clock_ran_ahead_takes_its_missing_days_back(desk: Desk) -> None:
    desk.day(THURSDAY)
    desk.refresh("2026-12-24")
    assert desk.day_fact("2026-12-20").status is Status.MISSING
    desk.refresh(THURSDAY)
    assert [row[2] for row in desk.table("day_fact")] == ["2026-11-19", "2026-11-19"]


def test_an_idle_desk_writes_nothing(desk: Desk) -> None:
    desk.day(THURSDAY)
    desk.refresh(THURSDAY)
    before = desk.db.total_changes
    desk.refresh(THURSDAY)
    assert desk.db.total_changes == before
