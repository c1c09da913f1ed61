"""A published month is frozen; what changes later is said, and published again beside it."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest
from facts_desk import AUTHOR, HOUR, OTHER, SITE, Desk, days_from, ms

from collector.derive.adjust import Method
from collector.derive.calendar import Kind, Special
from collector.errors import EditError
from collector.store import edits, publications, sites
from collector.store.edits import NewAdjustment, NewFactor, Sort
from collector.store.publications import change, publish, revisions
from collector.store.sites import Role

OCTOBER = date(2026, 10, 1)
NOON = ms("2026-10-14", "12:00")


@pytest.fixture
def desk() -> Desk:
    """October, 64 visits a day, derived to its end."""
    desk = Desk()
    for day in days_from("2026-10-01", 31):
        desk.day(day)
    desk.refresh("2026-11-02")
    return desk


def test_a_month_is_frozen_with_its_days_doors_and_digest(desk: Desk) -> None:
    made = publish(desk.db, SITE, date(2026, 10, 20), AUTHOR)
    assert (made.revision, made.month, made.who, made.reasons) == (1, OCTOBER, "rina", ())
    assert made.body["totals"]["visits"] == 31 * 64_000
    assert (made.body["totals"]["days_counted"], made.body["totals"]["days_missing"]) == (31, 0)
    assert len(made.body["days"]) == len(made.body["doors"]["pintu-1"]["days"]) == 31
    assert revisions(desk.db, SITE, OCTOBER) == [made]
    assert change(desk.db, SITE, OCTOBER) is None


def test_the_digest_can_be_checked_with_any_tool(desk: Desk) -> None:
    made = publish(desk.db, SITE, OCTOBER, AUTHOR)
    (stored,) = desk.db.execute("SELECT body FROM publication").fetchone()
    assert hashlib.sha256(stored.encode()).hexdigest() == made.digest
    again = json.dumps(json.loads(stored), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert again == stored


def test_late_records_are_told_and_make_a_second_revision(desk: Desk) -> None:
    first = publish(desk.db, SITE, OCTOBER, AUTHOR)
    desk.hour("2026-10-14", "12:00", 20)
    desk.refresh("2026-11-02")
    found = change(desk.db, SITE, OCTOBER)
    assert found is not None
    assert (found.revision, found.by, found.reasons) == (
        1, 12_000, ("late records: raw counts changed on 2026-10-14",),
    )  # fmt: skip
    second = publish(desk.db, SITE, OCTOBER, OTHER)
    assert (second.revision, second.reasons) == (2, found.reasons)
    assert [one.digest for one in revisions(desk.db, SITE, OCTOBER)] == [first.digest, second.digest]
    assert revisions(desk.db, SITE, OCTOBER)[0] == first
    assert change(desk.db, SITE, OCTOBER) is None


def test_every_cause_is_named(desk: Desk) -> None:
    publish(desk.db, SITE, OCTOBER, AUTHOR)
    new = NewAdjustment(SITE, "pintu-1", Method.SET, NOON, NOON + HOUR, 3_000, "pengukuran tangan")
    number = edits.add_adjustment(desk.db, new, AUTHOR)
    edits.approve_adjustment(desk.db, number, OTHER)
    edits.add_factor(
        desk.db, NewFactor(SITE, "pintu-1", OCTOBER, 1100, 1050, 1150, 200, "tally", "sensor baru"), AUTHOR
    )
    sites.set_specials(desk.db, SITE, [Special(date(2026, 10, 28), Kind.HOURS, "rapat", "", ((480, 600),))], AUTHOR)
    sites.set_hours(desk.db, SITE, date(2026, 10, 30), "mon-sun 08:00-15:00", AUTHOR)
    desk.door("pintu-2", Role.STAFF, from_day=date(2026, 10, 31))
    desk.refresh("2026-11-02")
    found = change(desk.db, SITE, OCTOBER)
    assert found is not None
    words = " | ".join(found.reasons)
    for part in (
        "adjustment 1 (pengukuran tangan)",
        "factor 1 (tally)",
        "special days",
        "opening hours",
        "list of doors",
    ):
        assert part in words
    second = publish(desk.db, SITE, OCTOBER, AUTHOR)
    edits.withdraw(desk.db, Sort.ADJUSTMENT, number, "wrong", OTHER)
    desk.refresh("2026-11-02")
    third = publish(desk.db, SITE, OCTOBER, AUTHOR)
    assert (second.revision, third.revision) == (2, 3)
    assert "adjustment 1 withdrawn" in third.reasons


def test_rows_that_only_show_that_somebody_watched_are_late_records_too(desk: Desk) -> None:
    desk.day("2026-10-20", skip=(9,))
    for quarter in range(4):
        desk.drop(ms("2026-10-20", "09:00") + quarter * HOUR // 4)
    desk.refresh("2026-11-02")
    publish(desk.db, SITE, OCTOBER, AUTHOR)
    desk.hour("2026-10-20", "09:00", 0)
    desk.refresh("2026-11-02")
    found = change(desk.db, SITE, OCTOBER)
    assert found is not None
    assert found.reasons[0] == "late records: watched time changed on 2026-10-20"


@pytest.mark.parametrize(
    ("month", "says"), [(date(2026, 11, 1), "not over yet"), (date(2026, 9, 1), "that is not zero")]
)
def test_a_month_that_is_not_over_or_has_nothing_is_not_published(desk: Desk, month: date, says: str) -> None:
    with pytest.raises(EditError, match=says):
        publish(desk.db, SITE, month, AUTHOR)


def test_nothing_is_published_while_figures_wait_or_twice_the_same(desk: Desk) -> None:
    publish(desk.db, SITE, OCTOBER, AUTHOR)
    with pytest.raises(EditError, match="nothing changed since revision 1"):
        publish(desk.db, SITE, OCTOBER, AUTHOR)
    sites.set_specials(desk.db, SITE, [Special(date(2026, 10, 28), Kind.CLOSURE, "rapat")], AUTHOR)
    with pytest.raises(EditError, match="pustaka visits refresh"):
        publish(desk.db, SITE, OCTOBER, AUTHOR)
    desk.hour("2026-10-14", "12:00", 20)
    assert publications.published_months(desk.db) == [(SITE, OCTOBER)]


def test_marks_of_quarter_hours_count_as_waiting(desk: Desk) -> None:
    desk.hour("2026-10-14", "12:00", 20)
    with pytest.raises(EditError, match="pustaka visits refresh"):
        publish(desk.db, SITE, OCTOBER, AUTHOR)
