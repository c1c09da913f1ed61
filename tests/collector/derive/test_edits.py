"""Adjustments and factors: four eyes, a reason, an audit line, and raw counts untouched."""

from __future__ import annotations

from datetime import date

import pytest
from facts_desk import AUTHOR, DAY, HOUR, OTHER, QUARTER, SITE, Desk, ms
from hypothesis import given
from hypothesis import strategies as st

from collector.derive.adjust import Method, share
from collector.derive.calendar import Kind, Special
from collector.derive.facts import WHOLE_SITE, Status
from collector.errors import EditError
from collector.store import audit, edits, sites
from collector.store.audit import Author
from collector.store.edits import NewAdjustment, NewFactor, Sort
from collector.store.sites import DoorEntry, Role, Site

THURSDAY = date(2026, 11, 19)
START = ms(THURSDAY)
TEN = ms(THURSDAY, "10:00")


@pytest.fixture
def desk() -> Desk:
    """A Thursday with 8 an hour: 64 visits."""
    desk = Desk()
    desk.day(THURSDAY)
    desk.refresh(THURSDAY)
    return desk


def adjust(desk: Desk, method: Method, start: int, end: int, value: int = 0, *, approved: bool = True) -> int:
    new = NewAdjustment(SITE, "pintu-1", method, start, end, value, "parade sekolah")
    number = edits.add_adjustment(desk.db, new, AUTHOR)
    if approved:
        edits.approve_adjustment(desk.db, number, OTHER)
    desk.refresh(THURSDAY)
    return number


def raw(desk: Desk) -> list[tuple[object, ...]]:
    return desk.table("quarter_hour")


# -- what each method does ----------------------------------------------------------------------------------------


def test_without_approval_it_has_no_effect(desk: Desk) -> None:
    before, counted = desk.tables(), raw(desk)
    number = adjust(desk, Method.SET, TEN, TEN + HOUR, 99_000, approved=False)
    assert desk.tables() == before
    edits.approve_adjustment(desk.db, number, OTHER)
    desk.refresh(THURSDAY)
    hour = desk.hour_fact(THURSDAY, 10)
    assert (hour.visits, hour.estimated, hour.raw_in, hour.status) == (99_000, 91_000, 8, Status.ESTIMATED)
    assert desk.day_fact(THURSDAY, WHOLE_SITE).visits == 155_000
    assert raw(desk) == counted


def test_withdrawing_brings_the_old_figures_back(desk: Desk) -> None:
    before = desk.tables()
    number = adjust(desk, Method.SET, TEN, TEN + HOUR, 99_000)
    edits.withdraw(desk.db, Sort.ADJUSTMENT, number, "wrong day", AUTHOR)
    desk.refresh(THURSDAY)
    assert desk.tables() == before
    found = edits.adjustment(desk.db, number)
    assert (found.withdrawn_by, found.withdrawn_why, found.effective) == ("rina", "wrong day", False)


def test_exclude_takes_counts_away_and_leaves_the_time_unseen(desk: Desk) -> None:
    adjust(desk, Method.EXCLUDE, TEN, TEN + 2 * QUARTER)
    hour = desk.hour_fact(THURSDAY, 10)
    assert (hour.visits, hour.seen_s, hour.raw_in) == (8_000, 1800, 8)  # 4 in the half that stays, scaled
    adjust(desk, Method.EXCLUDE, TEN + 2 * QUARTER, TEN + HOUR)
    assert desk.hour_fact(THURSDAY, 10).status is Status.MISSING
    assert desk.hour_fact(THURSDAY, 10).visits == 0


def test_scale_add_and_set_an_hour_in_this_order(desk: Desk) -> None:
    adjust(desk, Method.ADD, TEN, TEN + HOUR, 1_500)
    adjust(desk, Method.SCALE, TEN, TEN + 2 * HOUR, 500)
    assert desk.hour_fact(THURSDAY, 10).visits == 5_500
    assert desk.hour_fact(THURSDAY, 11).visits == 4_000
    assert desk.hour_fact(THURSDAY, 11).estimated == 0  # all that is left was counted
    assert desk.hour_fact(THURSDAY, 11).status is Status.ESTIMATED
    adjust(desk, Method.SET, TEN, TEN + HOUR, 2_000)
    assert desk.hour_fact(THURSDAY, 10).visits == 2_000


def test_subtracting_stops_at_nothing(desk: Desk) -> None:
    adjust(desk, Method.ADD, TEN, TEN + HOUR, -50_000)
    assert desk.hour_fact(THURSDAY, 10).visits == 0
    adjust(desk, Method.ADD, START, START + DAY, -500_000)
    assert desk.day_fact(THURSDAY).visits == 0


def test_a_day_set_higher_has_the_rest_without_hour_and_set_lower_takes_of_every_hour(desk: Desk) -> None:
    higher = adjust(desk, Method.SET, START, START + DAY, 100_000)
    day = desk.day_fact(THURSDAY)
    assert (day.visits, day.untimed, day.estimated, day.missing_s) == (100_000, 36_000, 36_000, 0)
    edits.withdraw(desk.db, Sort.ADJUSTMENT, higher, "x", AUTHOR)
    adjust(desk, Method.SET, START, START + DAY, 20_001)
    day = desk.day_fact(THURSDAY)
    assert (day.visits, day.untimed, day.estimated) == (20_001, 0, 0)
    assert sum(desk.hour_fact(THURSDAY, hour).visits for hour in range(8, 16)) == 20_001


def test_a_missing_hour_that_a_person_counted_is_no_longer_missing() -> None:
    desk = Desk()
    desk.day(THURSDAY, skip=(10,))
    desk.refresh(THURSDAY)
    assert desk.day_fact(THURSDAY).missing_s == 3600
    adjust(desk, Method.SET, TEN, TEN + HOUR, 7_000)
    assert desk.hour_fact(THURSDAY, 10).status is Status.ESTIMATED
    assert desk.day_fact(THURSDAY).missing_s == 0


@given(st.integers(0, 10**7), st.lists(st.integers(0, 10**6), min_size=1, max_size=25))
def test_shares_are_whole_exact_and_in_proportion(total: int, weights: list[int]) -> None:
    parts = share(total, weights)
    whole = sum(weights)
    assert sum(parts) == (total if whole else 0)
    assert all(abs(part - total * weight / whole) < 1 for part, weight in zip(parts, weights, strict=True) if whole)


# -- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "start", "end", "value", "says"),
    [
        (Method.EXCLUDE, TEN + 60_000, TEN + HOUR, 0, "full quarter hours"),
        (Method.EXCLUDE, TEN, TEN + HOUR, 5, "is not between 0 and 0"),
        (Method.SCALE, TEN + QUARTER, TEN + HOUR, 900, "full hours of the local clock"),
        (Method.SCALE, TEN, TEN + HOUR, 11_000, "is not between 0 and 10"),
        (Method.SET, TEN, TEN + 2 * HOUR, 5, "one full hour or one whole day"),
        (Method.ADD, START + HOUR, START + DAY + HOUR, 5, "one full hour or one whole day"),
        (Method.SET, TEN, TEN + HOUR, -1, "is not between 0 and"),
        (Method.SET, TEN, TEN, 1, "end must lie after its start"),
    ],
)
def test_spans_and_values_that_do_not_fit_are_refused(
    desk: Desk, method: Method, start: int, end: int, value: int, says: str
) -> None:
    with pytest.raises(EditError, match=says):
        adjust(desk, method, start, end, value)


def test_an_unknown_door_a_missing_reason_or_name_is_refused(desk: Desk) -> None:
    new = NewAdjustment(SITE, "pintu-9", Method.SET, TEN, TEN + HOUR, 5, "why")
    with pytest.raises(EditError, match=r"no such door at site 'kota' \(known: pintu-1\)"):
        edits.add_adjustment(desk.db, new, AUTHOR)
    with pytest.raises(EditError, match=r"no such site \(known: kota\)"):
        edits.add_adjustment(desk.db, NewAdjustment("desa", "pintu-1", Method.SET, 0, 1, 5, "why"), AUTHOR)
    with pytest.raises(EditError, match="needs a reason"):
        edits.add_adjustment(desk.db, NewAdjustment(SITE, "pintu-1", Method.SET, TEN, TEN + HOUR, 5, " "), AUTHOR)
    with pytest.raises(EditError, match="say who"):
        edits.add_adjustment(
            desk.db, NewAdjustment(SITE, "pintu-1", Method.SET, TEN, TEN + HOUR, 5, "x"), Author("", 1)
        )


def test_nobody_approves_his_own_and_nothing_twice(desk: Desk) -> None:
    number = adjust(desk, Method.SET, TEN, TEN + HOUR, 5, approved=False)
    with pytest.raises(EditError, match="somebody else must approve"):
        edits.approve_adjustment(desk.db, number, Author(" Rina ", 5))
    edits.approve_adjustment(desk.db, number, OTHER)
    with pytest.raises(EditError, match="approved by budi already"):
        edits.approve_adjustment(desk.db, number, OTHER)
    with pytest.raises(EditError, match="say why"):
        edits.withdraw(desk.db, Sort.ADJUSTMENT, number, "", OTHER)
    edits.withdraw(desk.db, Sort.ADJUSTMENT, number, "why", OTHER)
    with pytest.raises(EditError, match="withdrawn by budi already"):
        edits.withdraw(desk.db, Sort.ADJUSTMENT, number, "why", OTHER)
    with pytest.raises(EditError, match="was withdrawn by budi"):
        edits.approve_adjustment(desk.db, number, OTHER)
    with pytest.raises(EditError, match="adjustment 77: there is none"):
        edits.approve_adjustment(desk.db, 77, OTHER)
    with pytest.raises(EditError, match="factor 77: there is none"):
        edits.withdraw(desk.db, Sort.FACTOR, 77, "why", OTHER)


# -- factors ------------------------------------------------------------------------------------------------------


def factor(number: int, low: int, high: int, sample: int = 200, day: date = THURSDAY) -> NewFactor:
    return NewFactor(SITE, "pintu-1", day, number, low, high, sample, "guided tally", "audit", "ab" * 32)


@pytest.mark.parametrize(
    ("new", "used"),
    [
        (factor(1083, 1041, 1127), 1083),
        (factor(940, 901, 981), 940),
        (factor(1083, 1041, 1127, sample=99), 1000),
        (factor(1020, 990, 1050), 1000),  # the interval holds 1
        (factor(1020, 1000, 1050), 1000),
    ],
)
def test_a_factor_is_used_only_with_a_sample_and_an_interval_without_one(desk: Desk, new: NewFactor, used: int) -> None:
    made = edits.add_factor(desk.db, new, AUTHOR)
    desk.refresh(THURSDAY)
    assert (desk.day_fact(THURSDAY).factor, desk.day_fact(THURSDAY).visits) == (used, 64 * used)
    assert desk.day_fact(THURSDAY).raw_in == 64
    assert desk.day_fact(THURSDAY).status is Status.COUNTED
    assert edits.factors(desk.db, SITE, "pintu-1") == [made]


def test_the_newest_calibration_decides_from_its_day_on(desk: Desk) -> None:
    desk.day("2026-11-18")
    desk.day("2026-11-20")
    edits.add_factor(desk.db, factor(1200, 1100, 1300, day=THURSDAY), AUTHOR)
    newer = edits.add_factor(desk.db, factor(1010, 990, 1030, day=date(2026, 11, 20)), AUTHOR)
    desk.refresh("2026-11-20")
    assert [desk.day_fact(f"2026-11-{day}").factor for day in (18, 19, 20)] == [1000, 1200, 1000]
    edits.withdraw(desk.db, Sort.FACTOR, newer.id, "wrong door", OTHER)
    desk.refresh("2026-11-20")
    assert desk.day_fact("2026-11-20").factor == 1200


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (factor(1083, 1100, 1127), "inside its interval"),
        (factor(9000, 8000, 9500), "must be mended"),
        (factor(1083, 1041, 1127, sample=0), "at least one tallied passage"),
        (NewFactor(SITE, "pintu-1", THURSDAY, 1100, 1050, 1150, 200, " ", "x"), "needs a method"),
    ],
)
def test_numbers_that_are_no_factor_are_refused(desk: Desk, new: NewFactor, says: str) -> None:
    with pytest.raises(EditError, match=says):
        edits.add_factor(desk.db, new, AUTHOR)


def test_the_sites_factor_is_weighted_by_its_doors_counts(desk: Desk) -> None:
    desk.day(THURSDAY, 24, device="pintu-2")
    edits.add_factor(desk.db, factor(1400, 1300, 1500), AUTHOR)
    desk.refresh(THURSDAY)
    assert desk.day_fact(THURSDAY, WHOLE_SITE).factor == 1100


# -- sites, doors, calendar ---------------------------------------------------------------------------------------


def test_every_edit_is_a_line_in_the_audit(desk: Desk) -> None:
    number = adjust(desk, Method.SET, TEN, TEN + HOUR, 5)
    edits.withdraw(desk.db, Sort.ADJUSTMENT, number, "wrong", OTHER)
    sites.set_specials(desk.db, SITE, [Special(THURSDAY, Kind.CLOSURE, "banjir", "hujan")], AUTHOR)
    sites.remove_special(desk.db, SITE, THURSDAY, OTHER)
    desk.door(role=Role.STAFF)
    found = audit.lines(desk.db, SITE)
    assert [line.what for line in found] == [
        "site", "hours", "adjustment", "adjustment approved", "adjustment withdrawn", "special", "special withdrawn",
        "door",
    ]  # fmt: skip
    assert (found[3].who, found[3].at) == ("budi", OTHER.at)
    assert found[5].detail == {
        "day": "2026-11-19",
        "kind": "closure",
        "name": "banjir",
        "why": "hujan",
        "hours": "closed",
    }
    assert audit.lines(desk.db, SITE, OTHER.at, OTHER.at + 1) == [found[i] for i in (3, 4, 6)]
    assert audit.lines(desk.db, "desa") == []


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda db: sites.set_site(db, Site("Kota!", "x", "Asia/Makassar"), AUTHOR), "site 'Kota!'"),
        (lambda db: sites.set_site(db, Site("kota", "x", "Asia/Samarinda"), AUTHOR), "no such zone"),
        (lambda db: sites.set_site(db, Site("kota", "x", "Asia/Makassar", 7), AUTHOR), "expected 0"),
        (lambda db: sites.set_door(db, DoorEntry(SITE, "a b", "x", Role.STAFF), AUTHOR), "door 'a b'"),
        (
            lambda db: sites.set_door(
                db, DoorEntry(SITE, "p", "x", Role.STAFF, THURSDAY, date(2026, 11, 1)), AUTHOR
            ),
            "is before from",
        ),
        (lambda db: sites.remove_special(db, SITE, THURSDAY, AUTHOR), "not a special day"),
        (lambda db: sites.set_hours(db, "desa", THURSDAY, "mon closed", AUTHOR), "no such site"),
    ],
)  # fmt: skip
def test_what_cannot_be_entered_is_named(desk: Desk, act: object, says: str) -> None:
    with pytest.raises(EditError, match=says):
        act(desk.db)  # type: ignore[operator]


def test_the_same_special_day_again_changes_nothing(desk: Desk) -> None:
    closed = Special(THURSDAY, Kind.CLOSURE, "banjir")
    assert sites.set_specials(desk.db, SITE, [closed], AUTHOR) == [closed]
    assert sites.set_specials(desk.db, SITE, [closed], AUTHOR) == []


def test_a_time_zone_cannot_change_under_adjustments_of_its_days(desk: Desk) -> None:
    adjust(desk, Method.SET, TEN, TEN + HOUR, 5)
    with pytest.raises(EditError, match="while adjustment 1 stands"):
        sites.set_site(desk.db, Site(SITE, "Kota", "Asia/Jakarta"), AUTHOR)


def test_visits_in_closed_quarter_hours_shrink_with_their_hour() -> None:
    """A day that is set to nobody has nobody in open hours either, and not fewer."""
    desk = Desk(weekly="mon-sun 08:30-16:00")
    desk.hour(THURSDAY, "08:00", 16)
    desk.refresh(THURSDAY)
    adjust(desk, Method.SET, START, START + DAY, 0)
    day = desk.day_fact(THURSDAY)
    assert (day.visits, day.open_visits) == (0, 0)
