"""Totals of foreign counters: roll-over, reset, glitch and cap, by name and for any history within the rules."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest
from door_support import as_list
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.door.events import Event, Fault, FaultKind, Tally
from devices.door.readings import Total
from devices.door.totals import TotalRules, Totals

MINUTE = 60_000
PER_MINUTE = 240


def minutes(*values: int) -> list[Total]:
    """One reading a minute."""
    return [Total(n * MINUTE, value) for n, value in enumerate(values)]


def counted(readings: list[Total], highest: int | None = None, *, swapped: bool = False) -> list[Event]:
    return as_list(Totals(TotalRules(highest=highest), swapped=swapped), readings)


def people(said: list[Event]) -> int:
    return sum(event.into for event in said if isinstance(event, Tally))


def begun(said: list[Event]) -> list[str]:
    return [event.kind.value for event in said if isinstance(event, Fault) and not event.over]


@pytest.mark.parametrize(
    ("values", "highest", "expected", "faults"),
    [
        ((500,), None, 0, []),  # the first reading is a starting point
        ((500, 510, 510, 530), None, 30, []),
        ((999_990, 5), 999_999, 15, []),  # roll-over at the end of a recording
        ((999_990, 5, 7), 999_999, 17, []),
        ((65_530, 4, 10), 65_535, 16, []),
        ((2**32 - 3, 2), 2**32 - 1, 5, []),
        ((65_530, 4, 10), None, 10, ["total_reset"]),  # nobody said where it wraps
        ((500, 0, 501, 505), 999_999, 5, ["total_glitch"]),
        ((500, 0, 500), 999_999, 0, ["total_glitch"]),
        ((999_990, 0, 999_995, 3), 999_999, 13, ["total_glitch"]),  # nonsense right before the real wrap
        ((500, 0, 3, 9), 999_999, 9, ["total_reset"]),
        ((500, 4, 9), 999_999, 9, ["total_reset"]),
        ((500, 4), 999_999, 4, ["total_reset"]),  # the recording ends before another reading
        ((500, 70_000, 502, 504), None, 4, ["total_glitch"]),  # a jump upwards that comes back
        ((500, 70_000, 70_003), None, PER_MINUTE + 3, ["total_capped"]),
        ((500, 900), None, PER_MINUTE, ["total_capped"]),
        ((60_000, 10_000, 10_002), None, PER_MINUTE + 2, ["total_reset", "total_capped"]),  # another counter's number
        ((60_000, 0, 0, 0, 60_004, 60_005), None, 5, ["total_reset", "total_glitch"]),  # zeros while it starts
        ((60_000, 0, 0, 0, 0, 60_004), None, 4, ["total_reset", "total_glitch"]),  # as long as it may take
        ((60_000, 0, 0, 0, 0, 0, 60_004, 60_005), None, PER_MINUTE + 1, ["total_reset", "total_capped"]),
        ((60_000, 0, 2, 3, 60_004, 60_005), None, 5, ["total_reset", "total_glitch"]),
        ((500, 70_000, 3, 8), None, 8, ["total_glitch", "total_reset"]),
        ((500, 2_000_000, 505), 999_999, 5, ["total_glitch"]),  # higher than it can count
        ((500, 0, 480, 490), None, PER_MINUTE + 10, ["total_reset", "total_capped"]),  # 480 in a minute cannot be
    ],
)
def test_what_a_history_is_worth(
    values: tuple[int, ...], highest: int | None, expected: int, faults: list[str]
) -> None:
    said = counted(minutes(*values), highest)
    assert people(said) == expected
    assert begun(said) == faults


def test_a_fault_of_one_reading_ends_by_itself_and_stands_meanwhile() -> None:
    machine = Totals()
    for reading in minutes(500, 0):
        machine.feed(reading)
    (fault,) = [event for event in machine.feed(Total(2 * MINUTE, 4)) if isinstance(event, Fault)]
    assert fault == Fault(MINUTE, FaultKind.TOTAL_RESET)
    assert machine.faults == (FaultKind.TOTAL_RESET,)
    assert machine.wake_at == 3 * MINUTE
    assert machine.advance(3 * MINUTE) == [Fault(3 * MINUTE, FaultKind.TOTAL_RESET, over=True)]
    assert machine.faults == ()


def test_in_and_out_are_two_totals_of_one_reading() -> None:
    readings = [Total(0, 10, 999_998), Total(MINUTE, 14, 1), Total(2 * MINUTE, 20, 2)]
    tallies = [event for event in counted(readings, 999_999) if isinstance(event, Tally)]
    assert sum(t.into for t in tallies) == 10
    assert sum(t.out for t in tallies) == 4
    swapped = [event for event in counted(readings, 999_999, swapped=True) if isinstance(event, Tally)]
    assert (sum(t.into for t in swapped), sum(t.out for t in swapped)) == (4, 10)


def test_people_counted_in_the_same_span_are_one_tally() -> None:
    assert counted([Total(0, 10, 7), Total(MINUTE, 14, 9)]) == [Tally(0, MINUTE, 4, 2)]


def test_a_side_that_is_missing_once_is_caught_up() -> None:
    readings = [Total(0, 10, 7), Total(MINUTE, 14), Total(2 * MINUTE, 15, 12)]
    assert sum(event.out for event in counted(readings) if isinstance(event, Tally)) == 5


def test_a_lost_sensor_costs_nothing_but_timing() -> None:
    machine = Totals()
    machine.feed(Total(0, 100))
    assert machine.freeze(MINUTE) == []
    assert machine.feed(Total(5 * MINUTE, 130)) == [Tally(0, 5 * MINUTE, 30, 0)]


def test_counting_goes_on_from_a_reading_of_before() -> None:
    machine = Totals(start=Total(0, 100, 40))
    assert machine.source == (100, 40)
    assert machine.feed(Total(MINUTE, 103, 40)) == [Tally(0, MINUTE, 3, 0)]
    assert machine.source == (103, 40)


def test_a_reading_from_before_the_last_is_left_out() -> None:
    machine = Totals()
    machine.feed(Total(MINUTE, 100))
    assert machine.feed(Total(0, 50)) == []
    assert machine.feed(Total(2 * MINUTE, 101)) == [Tally(MINUTE, 2 * MINUTE, 1, 0)]


def test_a_counter_that_tells_each_person_at_once_is_not_capped_but_one_that_chatters_is() -> None:
    family = [Total(0, 0), *(Total(1_000 + n * 50, n + 1) for n in range(6))]
    assert people(counted(family)) == 6
    broken = [Total(n * 50, n) for n in range(1_200)]  # 20 a second, for a minute
    said = counted(broken)
    assert people(said) <= PER_MINUTE + 20
    assert "total_capped" in begun(said)


def test_swapped_and_short_rules_are_a_matter_of_settings() -> None:
    strict = TotalRules(per_second=1.0, burst_ms=1_000)
    assert people(as_list(Totals(strict), minutes(0, 100))) == 60


# -- for any history within the rules


@dataclass(frozen=True)
class History:
    """Readings a minute apart, and how many people there were."""

    readings: list[Total]
    truth: int


HIGHEST = 65_535


@st.composite
def histories(draw: st.DrawFn) -> History:
    """People come, and the counter is reset, misread low and misread high, each with some good readings between.

    What no rule can tell apart stays out: nobody walks in while the counter is being reset, and close to the end of the
    scale, where a drop may be the wrap, it is neither reset nor misread low.
    """
    value, truth, trouble = draw(st.integers(2_000, HIGHEST)), 0, 0
    readings = [Total(0, value)]
    for n in range(1, draw(st.integers(4, 60)) + 3):
        far = 2_000 < value < HIGHEST - 2 * PER_MINUTE
        what = (
            draw(st.sampled_from(["walk", "walk", "walk", "low", "high", "reset"])) if n - trouble > 4 and far else ""
        )
        said = value
        match what:
            case "low":
                said = draw(st.integers(0, value - 1_500))
            case "high":
                said = draw(st.integers(value + 3 * PER_MINUTE, HIGHEST)) if value < HIGHEST - 1_000 else value
            case "reset":
                said = value = 0
            case _:
                came = draw(st.integers(0, PER_MINUTE // 2))
                truth += came
                said = value = (value + came) % (HIGHEST + 1)
        trouble = n if what in ("low", "high", "reset") else trouble
        readings.append(Total(n * MINUTE, said))
    readings.append(Total(len(readings) * MINUTE, value))
    return History(readings, truth)


@settings(max_examples=150, deadline=None)
@given(histories())
def test_any_history_within_the_rules_is_counted_exactly(history: History) -> None:
    assert people(counted(history.readings, HIGHEST)) == history.truth


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 999), st.lists(st.integers(0, PER_MINUTE), min_size=10, max_size=60))
def test_any_number_of_wraps_is_counted_exactly(start: int, came: list[int]) -> None:
    values = [start]
    for some in came:
        values.append((values[-1] + some) % 1_000)  # a counter of three digits
    assert people(counted(minutes(*values), 999)) == sum(came)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 2**32 - 1), max_size=30), st.sampled_from([None, 999_999, 65_535, 2**32 - 1]))
def test_whatever_it_says_the_count_never_falls_and_never_exceeds_what_can_walk(
    values: list[int], highest: int | None
) -> None:
    said = counted(minutes(*values), highest)
    assert all(event.into >= 0 and event.since_ms <= event.t_ms for event in said if isinstance(event, Tally))
    assert people(said) <= PER_MINUTE * max(0, len(values) - 1)


def test_control_taking_differences_counts_a_glitch_as_the_whole_total() -> None:
    readings = minutes(65_500, 0, 65_503, 65_530, 10)
    assert people(counted(readings, HIGHEST)) == 3 + 27 + 16
    rises = [b.into - a.into for a, b in pairwise(readings)]
    assert sum(max(0, rise) for rise in rises) == 65_503 + 27  # the whole total again, and the wrap lost
