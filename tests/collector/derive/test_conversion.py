"""Checkouts per visit."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from facts_desk import SITE, Desk, ms

from collector.derive.calendar import Calendar
from collector.derive.conversion import by_day, by_month
from collector.derive.facts import Scope
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
