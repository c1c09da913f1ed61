"""The empty door's distance: learnt when idle, followed slowly, never taught by whoever stands in the door."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from devices.door.baseline import Baseline

MINUTE, HOUR = 60_000, 3_600_000


def see(
    baseline: Baseline,
    since_ms: int,
    until_ms: int,
    distance: Callable[[int], float] | float,
    *,
    clear: bool = True,
    every_ms: int = 500,
) -> None:
    """Readings of a zone that is clear all the time, or never."""
    for t_ms in range(since_ms, until_ms, every_ms):
        mm = distance(t_ms) if callable(distance) else distance
        baseline.see(t_ms, mm, t_ms - since_ms if clear else 0)


def test_two_seconds_of_readings_that_stand_still_are_the_empty_door() -> None:
    baseline, rng = Baseline(), random.Random(1)
    see(baseline, 0, 1_980, lambda t: 2_400 + rng.gauss(0, 12), every_ms=66)
    assert baseline.idle_mm is None
    see(baseline, 1_980, 2_200, lambda t: 2_400 + rng.gauss(0, 12), every_ms=66)
    assert baseline.idle_mm == pytest.approx(2_400, abs=15)


def test_a_few_readings_far_apart_are_not_enough() -> None:
    baseline = Baseline()
    see(baseline, 0, 6_000, 2_400, every_ms=1_000)
    assert baseline.idle_mm is None


def test_people_who_come_and_go_teach_nothing() -> None:
    baseline = Baseline()
    see(baseline, 0, 30_000, lambda t: 2_400 if t // 1_000 % 2 else 900, clear=False, every_ms=66)
    assert baseline.idle_mm is None


def test_whoever_stood_still_at_the_start_is_not_the_floor_for_long() -> None:
    baseline = Baseline()
    see(baseline, 0, 5_000, 850, every_ms=66)
    assert baseline.idle_mm == 850
    see(baseline, 5_000, 9_000, 2_400, every_ms=66)
    assert baseline.idle_mm == 2_400
    assert not baseline.shifted


def test_nothing_nearer_replaces_what_was_learnt() -> None:
    baseline = Baseline()
    see(baseline, 0, 5_000, 2_400, every_ms=66)
    see(baseline, 5_000, 5_000 + 5 * MINUTE, 850, clear=False)
    assert baseline.idle_mm == 2_400


def test_a_sensor_too_fast_for_its_memory_is_thinned_out() -> None:
    baseline = Baseline(2_400)
    see(baseline, 0, 60_000, lambda t: 2_400 + 40 * t / 60_000, every_ms=5)
    assert baseline.idle_mm is not None
    assert 2_400 < baseline.idle_mm < 2_440
    quick = Baseline()
    see(quick, 0, 1_999, 2_400, every_ms=1)
    assert quick.idle_mm is None
    see(quick, 1_999, 2_001, 2_400, every_ms=1)
    assert quick.idle_mm == 2_400


def test_a_slow_drift_is_followed() -> None:
    """30 % over ten hours, as a mat is worn down or a sensor ages; never a shift."""
    baseline = Baseline(2_000)
    see(baseline, 0, 10 * HOUR, lambda t: 2_000 + 600 * t / (10 * HOUR), every_ms=2_000)
    assert baseline.idle_mm == pytest.approx(2_600, rel=0.01)
    assert not baseline.shifted


def test_a_drift_is_not_followed_while_the_door_is_in_use() -> None:
    baseline = Baseline(2_000)
    see(baseline, 0, HOUR, 2_150, clear=False)
    assert baseline.idle_mm == 2_000


def test_the_first_half_minute_after_a_person_teaches_nothing() -> None:
    baseline = Baseline(2_000)
    for start in range(0, HOUR, 25_000):
        see(baseline, start, start + 25_000, 2_150)
    assert baseline.idle_mm == 2_000


@pytest.mark.parametrize("distance", [2_400, 1_680])
def test_a_step_is_a_shift_after_ten_minutes_and_the_counter_goes_on_from_there(distance: int) -> None:
    baseline = Baseline(2_000)
    see(baseline, 0, 2 * MINUTE, 2_000)
    see(baseline, 2 * MINUTE, 11 * MINUTE, distance)
    assert not baseline.shifted
    assert baseline.idle_mm == 2_000
    see(baseline, 11 * MINUTE, 13 * MINUTE, distance)
    assert baseline.shifted
    assert baseline.idle_mm == distance
    see(baseline, 13 * MINUTE, 60 * MINUTE, distance * 0.99)  # said until somebody looked, though it counts
    assert baseline.shifted
    assert baseline.idle_mm == distance * 0.99


def test_a_shift_is_over_when_the_door_looks_as_before() -> None:
    """Even if the old distance is so much nearer than the new one that it looks like somebody."""
    baseline = Baseline(2_000)
    see(baseline, 0, 20 * MINUTE, 3_000)
    assert (baseline.shifted, baseline.idle_mm) == (True, 3_000)
    see(baseline, 20 * MINUTE, 21 * MINUTE, 2_010, clear=False)
    assert (baseline.shifted, baseline.idle_mm) == (False, 2_010)


def test_a_thing_left_in_the_door_is_a_shift_but_never_the_floor() -> None:
    baseline = Baseline(2_000)
    see(baseline, 0, HOUR, 900, clear=False)
    assert (baseline.shifted, baseline.idle_mm) == (True, 2_000)
    see(baseline, HOUR, HOUR + MINUTE, 2_000)
    assert (baseline.shifted, baseline.idle_mm) == (False, 2_000)


def test_a_busy_hour_is_no_shift() -> None:
    """People for nine minutes in ten, and one quiet piece between them."""
    baseline = Baseline(2_000)
    see(baseline, 0, 3 * HOUR, lambda t: 2_000 if t // MINUTE % 10 == 0 else 900, clear=False)
    assert (baseline.shifted, baseline.idle_mm) == (False, 2_000)
