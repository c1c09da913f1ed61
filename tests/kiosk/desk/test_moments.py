"""When something happened, on a machine whose clock may be wrong until the network has set it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.circulation.moments import FRESH, Stamp, happened_at, is_fresh

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOUR_NS = 3600 * 10**9


def stamp(boot: str, hours: float, wall: datetime, clock: str = "unsynced") -> Stamp:
    return Stamp(boot, round(hours * HOUR_NS), wall, clock)


def test_a_believed_clock_is_believed() -> None:
    assert happened_at(stamp("a", 1, NOON, "ntp"), None, None) == NOON


@pytest.mark.parametrize("year", [1970, 2020, 2030])
def test_a_clock_set_later_in_the_same_boot_tells_the_exact_time(year: int) -> None:
    wrong = datetime(year, 1, 1, tzinfo=UTC)
    assert happened_at(stamp("a", 1, wrong), None, stamp("a", 3.5, NOON, "ntp")) == NOON - timedelta(hours=2.5)


def test_a_clock_set_earlier_in_the_same_boot_tells_it_too() -> None:
    wrong = datetime(1970, 1, 1, tzinfo=UTC)
    assert happened_at(stamp("a", 5, wrong), stamp("a", 3, NOON, "ntp"), None) == NOON + timedelta(hours=2)


def test_another_boots_moments_are_bounds() -> None:
    before, after = stamp("a", 9, NOON, "ntp"), stamp("c", 1, NOON + timedelta(days=1), "ntp")
    assert happened_at(stamp("b", 1, datetime(1970, 1, 1, tzinfo=UTC)), before, after) == before.wall
    assert happened_at(stamp("b", 1, datetime(2030, 1, 1, tzinfo=UTC)), before, after) == after.wall
    assert happened_at(stamp("b", 1, NOON + timedelta(hours=5)), before, after) == NOON + timedelta(hours=5)


def test_boots_without_a_name_are_not_taken_for_one() -> None:
    wrong = datetime(1970, 1, 1, tzinfo=UTC)
    assert happened_at(stamp("", 1, wrong), None, stamp("", 2, NOON, "ntp")) == wrong


MOMENTS = st.builds(
    stamp,
    st.sampled_from(["", "a", "b"]),
    st.floats(0, 1000),
    st.timedeltas(timedelta(days=-20_000), timedelta(days=5_000)).map(lambda by: NOON + by),
    st.sampled_from(["ntp", "unsynced"]),
)


@given(moment=MOMENTS, bound=MOMENTS)
def test_it_is_never_after_a_later_moment_of_another_boot(moment: Stamp, bound: Stamp) -> None:
    at = happened_at(moment, None, bound)
    assert at.tzinfo is not None
    if not moment.believed and not bound.same_boot(moment):
        assert at <= bound.wall


@pytest.mark.parametrize(
    ("then", "present", "fresh"),
    [
        (stamp("a", 1, NOON), stamp("a", 1.5, NOON + timedelta(minutes=30)), True),
        (stamp("a", 1, NOON), stamp("a", 2.5, NOON + timedelta(minutes=30)), False),  # the wall clock was set back
        (stamp("a", 1, NOON), stamp("a", 1.5, NOON + timedelta(days=2)), False),
        (stamp("a", 1, NOON), stamp("b", 9, NOON + FRESH), True),
        (stamp("a", 1, NOON), stamp("b", 0, NOON - timedelta(days=1)), False),
    ],
)
def test_what_is_fresh(then: Stamp, present: Stamp, fresh: bool) -> None:
    assert is_fresh(then, present) is fresh
