"""Checkouts per visit."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from facts_desk import SITE, Desk, ms

from collector.derive.calendar import Calendar
from collector.derive.conversion import Conversion, by_day, by_month, grouped, together
from collector.derive.facts import DayFact, Scope, Status
from collector.store.facts import SqlFacts
from collector.store.port import TransactionCount

WITA = Calendar(ZoneInfo("Asia/Makassar"))


def lent(day: str, n: int, *, op: str = "checkout", result: str = "done", site: str = SITE) -> TransactionCount:
    return TransactionCount(site, "kios-1", ms(day, "00:15"), op, result, "", n)


def test_kiosk_loans_meet_the_visits_of_their_own_local_day() -> None:
    desk = Desk()
    desk.day("2026-10-30", 8)  # 64 visits
    desk.day("2026-10-31", 4)
    desk.door(from_day=date(2026, 10, 30))
    desk.refresh("2026-11-02", "10:00")  # nobody watched on the 1st
    days = SqlFacts(desk.db).days(Scope(SITE), date(2026, 10, 30), date(2026, 11, 1))
    found = by_day(
        days,
        [lent("2026-10-30", 16), lent("2026-10-31", 8), lent("2026-10-31", 5, op="checkin"), lent("2026-11-01", 9),
         lent("2026-10-31", 3, result="refused"), lent("2026-10-31", 70, site="lain")],
        WITA,
    )  # fmt: skip
    assert [(day.checkouts, day.per_visit) for day in found] == [(16, 250), (8, 250), (0, None)]
    october, november = by_month(found)
    assert (october.checkouts, october.visits, october.days, october.left_out) == (24, 96_000, 2, 0)
    assert (november.day, november.left_out, november.checkouts) == (date(2026, 11, 1), 1, 0)


def day(site: str, at: str, visits: int, *, status: Status = Status.COUNTED, missing_s: int = 0) -> DayFact:
    return DayFact(
        site, "", date.fromisoformat(at), visits, 0, 0, 0, visits * 1000, 0, 0, visits * 1000, 3600, 3600, missing_s,
        1000, status,
    )  # fmt: skip


def test_a_day_of_which_one_side_is_unknown_is_left_out_and_never_nothing() -> None:
    days = [
        day(SITE, "2026-10-05", 40), day(SITE, "2026-10-06", 40, missing_s=60), day(SITE, "2026-10-07", 40),
        day(SITE, "2026-10-11", 0, status=Status.CLOSED),
    ]  # fmt: skip
    sent = [lent("2026-10-05", 10), lent("2026-10-06", 10)]  # the kiosk was off on the 7th
    found = by_day(days, sent, WITA)
    assert [(one.per_visit, one.days, one.left_out) for one in found] == [
        (250, 1, 0), (None, 0, 1), (None, 0, 1), (None, 0, 0),
    ]  # fmt: skip
    assert together(found, date(2026, 10, 1)) == Conversion(date(2026, 10, 1), 10, 40_000, 1, 2)


def test_a_kiosk_that_only_took_back_lent_nothing_that_is_known() -> None:
    (found,) = by_day([day(SITE, "2026-10-05", 40)], [lent("2026-10-05", 3, op="checkin")], WITA)
    assert (found.checkouts, found.per_visit) == (0, 0)


def test_each_site_meets_its_own_loans_and_sites_without_kiosks_are_no_part_of_it() -> None:
    days = [day(SITE, "2026-10-05", 40), day("lain", "2026-10-05", 10), day("desa", "2026-10-05", 99)]
    sent = [lent("2026-10-05", 10), lent("2026-10-05", 5, site="lain")]
    (week,) = grouped(by_day(days, sent, WITA), lambda at: at)
    assert (week.checkouts, week.visits, week.left_out) == (15, 50_000, 0)
