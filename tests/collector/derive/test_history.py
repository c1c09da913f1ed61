"""Figures of other systems stand where our own sensor did not watch; an import can be taken back."""

from __future__ import annotations

from datetime import date

import pytest
from facts_desk import AUTHOR, DAY, HOUR, OTHER, SITE, Desk, ms

from collector.derive.facts import Status
from collector.derive.refresh import rebuild
from collector.store import edits, sites
from collector.store.edits import NewFactor, Sort

THURSDAY = date(2026, 11, 19)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def bring(desk: Desk, *rows: tuple[int, int, int, int], device: str = "pintu-1", batch: int = 1) -> None:
    """Rows (start, end, into, out), as an import writes them."""
    desk.db.execute(
        "INSERT INTO history_batch VALUES (?, ?, 'lama.csv', '', 'rina', 1, 'pindah sistem', '', NULL, '')",
        (batch, SITE),
    )
    for start, end, into, out in rows:
        desk.db.execute("INSERT INTO history VALUES (?,?,?,?,?,?,?,0)", (SITE, device, start, end, batch, into, out))
    edits.mark_import(desk.db, batch)


def whole_day(day: date, into: int, out: int = 0) -> tuple[int, int, int, int]:
    return ms(day), ms(day) + DAY, into, out


def test_a_day_of_another_system_has_no_hours_and_is_counted(desk: Desk) -> None:
    bring(desk, whole_day(THURSDAY, 120, 118), device="lama")
    desk.refresh("2026-11-25")
    day = desk.day_fact(THURSDAY, "lama")
    assert (day.visits, day.untimed, day.raw_in, day.raw_out) == (120_000, 120_000, 120, 118)
    assert (day.status, day.missing_s, day.seen_s, day.open_visits) == (Status.COUNTED, 0, 28_800, 120_000)
    # The old counter is in use from its first to its last day, and missing on none after it.
    assert [row[2] for row in desk.table("day_fact") if row[1] == "lama"] == ["2026-11-19"]


def test_hours_of_another_system_stand_where_ours_did_not_watch(desk: Desk) -> None:
    desk.day(THURSDAY, 8, skip=(10, 11))
    ten = ms(THURSDAY, "10:00")
    bring(desk, (ten, ten + HOUR, 30, 20), (ten - HOUR, ten, 99, 99))
    desk.refresh(THURSDAY)
    ten_fact, nine, eleven = (desk.hour_fact(THURSDAY, hour) for hour in (10, 9, 11))
    assert (ten_fact.visits, ten_fact.raw_in, ten_fact.status, ten_fact.seen_s) == (30_000, 30, Status.COUNTED, 3600)
    assert nine.visits == 8_000  # our own sensor watched it
    assert eleven.status is Status.MISSING


def test_history_stands_back_where_half_of_an_hour_was_watched(desk: Desk) -> None:
    desk.hour(THURSDAY, "10:00", 8, seen=0.5)
    desk.hour(THURSDAY, "11:00", 8, seen=0.25)
    ten, eleven = (ms(THURSDAY, clock) for clock in ("10:00", "11:00"))
    bring(desk, (ten, ten + HOUR, 30, 20), (eleven, eleven + HOUR, 30, 20))
    desk.refresh(THURSDAY)
    half, less = (desk.hour_fact(THURSDAY, hour) for hour in (10, 11))
    assert (half.visits, half.estimated, half.status) == (8_000, 4_000, Status.ESTIMATED)
    assert (less.visits, less.estimated, less.status) == (30_000, 0, Status.COUNTED)


def test_a_lower_number_of_another_system_takes_nothing_from_what_we_counted(desk: Desk) -> None:
    desk.hour(THURSDAY, "15:00", 40)
    bring(desk, whole_day(THURSDAY, 30, 50))
    desk.refresh(THURSDAY)
    day = desk.day_fact(THURSDAY)
    assert (day.raw_in, day.raw_out, day.visits, day.untimed) == (40, 50, 40_000, 0)


def test_our_hours_keep_theirs_when_a_day_comes_from_another_system(desk: Desk) -> None:
    desk.hour(THURSDAY, "15:00", 8)
    bring(desk, whole_day(THURSDAY, 100))
    desk.refresh(THURSDAY)
    day = desk.day_fact(THURSDAY)
    assert (day.visits, day.untimed, day.missing_s) == (100_000, 92_000, 0)
    assert desk.hour_fact(THURSDAY, 15).visits == 8_000


def test_a_day_that_we_watched_ourselves_stays_ours(desk: Desk) -> None:
    desk.day(THURSDAY)
    bring(desk, whole_day(THURSDAY, 500))
    desk.refresh(THURSDAY)
    assert desk.day_fact(THURSDAY).visits == 64_000


def test_the_factor_of_our_sensor_is_not_that_of_another(desk: Desk) -> None:
    bring(desk, whole_day(THURSDAY, 100))
    desk.refresh(THURSDAY)
    edits.add_factor(desk.db, NewFactor(SITE, "pintu-1", THURSDAY, 1200, 1100, 1300, 200, "tally", "x"), AUTHOR)
    desk.refresh(THURSDAY)
    assert desk.day_fact(THURSDAY).visits == 100_000


def test_the_newest_import_stands_and_can_be_taken_back(desk: Desk) -> None:
    bring(desk, whole_day(THURSDAY, 100))
    desk.refresh(THURSDAY)
    bring(desk, whole_day(THURSDAY, 110), batch=2)
    desk.refresh(THURSDAY)
    assert desk.day_fact(THURSDAY).visits == 110_000
    edits.withdraw(desk.db, Sort.IMPORT, 2, "wrong file", OTHER)
    desk.refresh(THURSDAY)
    assert desk.day_fact(THURSDAY).visits == 100_000
    edits.withdraw(desk.db, Sort.IMPORT, 1, "wrong file", OTHER)
    desk.refresh(THURSDAY)
    assert desk.table("day_fact") == []


def test_history_survives_a_rebuild(desk: Desk) -> None:
    bring(desk, whole_day(THURSDAY, 100), whole_day(date(2026, 11, 17), 90), device="lama")
    desk.day("2026-11-18")
    desk.refresh("2026-11-20")
    before = desk.tables()
    rebuild(desk.db, ms("2026-11-20", "23:45"))
    assert desk.tables() == before


def test_hours_of_another_system_are_no_like_hours_for_ours(desk: Desk) -> None:
    for week in range(1, 7):
        start = ms(THURSDAY, "10:00") - week * 7 * DAY
        bring(desk, (start, start + HOUR, 50, 0), batch=week)
    desk.day(THURSDAY, skip=(10,))
    desk.refresh(THURSDAY)
    assert desk.hour_fact(THURSDAY, 10).status is Status.MISSING
    assert sites.doors(desk.db, SITE)[0].first == date(2026, 10, 8)
