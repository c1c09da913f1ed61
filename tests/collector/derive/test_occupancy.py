"""How many are inside: scaled, emptied, never below nothing, with a band."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collector.derive.occupancy import Flow, occupancy

HOUR = 3_600_000


def flows(*pairs: tuple[int, int]) -> list[Flow]:
    return [Flow(i * HOUR, into, out) for i, (into, out) in enumerate(pairs)]


def test_outs_are_scaled_to_the_ins_so_that_the_day_ends_empty() -> None:
    found = occupancy(flows((10, 0), (10, 4), (0, 12)), closes=3 * HOUR)
    assert [level.inside for level in found.levels] == [10, 15, 0]
    assert (found.imbalance, found.doubtful) == (-200, True)
    assert found.peak is not None
    assert (found.peak.inside, found.peak.start) == (15, HOUR)


def test_the_band_grows_with_what_the_scaling_moved_and_with_ambiguous_passages() -> None:
    (first, second, _) = occupancy(flows((10, 0), (10, 4), (0, 12)), None).levels
    assert (first.low, first.high) == (10, 10)
    assert (second.low, second.high) == (14, 16)
    doubtful = occupancy([Flow(0, 10, 0, 3), Flow(HOUR, 0, 10)], None).levels[0]
    assert (doubtful.low, doubtful.high) == (7, 13)


def test_it_is_emptied_at_the_quietest_time_after_closing() -> None:
    found = occupancy(flows((20, 0), (0, 10), (0, 9), (1, 0), (0, 0), (0, 2)), closes=2 * HOUR)
    assert found.emptied == 4 * HOUR
    assert [level.inside for level in found.levels[4:]] == [0, 0]


def test_never_below_nothing() -> None:
    found = occupancy(flows((0, 5), (10, 5)), None)
    assert found.levels[0].inside == found.levels[0].low == 0


def test_a_counter_without_direction_has_no_occupancy() -> None:
    assert occupancy(flows((20, 0)), None).levels == ()
    assert occupancy([], None).imbalance is None
    assert not occupancy([], None).doubtful


def test_a_day_that_is_not_over_is_scaled_as_days_before_it() -> None:
    found = occupancy(flows((50, 0), (10, 19)), None, usual=(100, 95))
    assert [level.inside for level in found.levels] == [50, 40]
    assert found.imbalance is None
    assert occupancy(flows((50, 0)), None, usual=(0, 0)).levels == ()


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=30), st.integers(0, 30))
def test_the_band_holds_the_estimate_and_the_last_level_is_nothing(pairs: list[tuple[int, int]], closes: int) -> None:
    found = occupancy(flows(*pairs), closes * HOUR)
    assert all(0 <= level.low <= level.inside <= level.high for level in found.levels)
    if found.levels:
        assert found.levels[-1].inside == 0
