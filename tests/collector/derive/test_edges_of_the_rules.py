"""Where a rule of counting turns: to the thousandth, the millisecond, the row."""

from __future__ import annotations

from collector.derive.estimate import scaled
from collector.derive.lost import ROW_MS, SLACK_MS, Lost
from collector.store.sums import LONGEST_MS, Door
from devices.contract import Count


def test_a_scaled_hour_is_rounded_to_the_nearest_thousandth() -> None:
    assert scaled(20_000, 3_600_000, 2_700_000) == 26_667
    assert scaled(10_000, 3_600_000, 2_700_000) == 13_333


def test_lost_rows_cover_a_quarter_hour_each_and_no_more() -> None:
    longest = 2 * ROW_MS + SLACK_MS
    assert Lost(0, longest, 2, 5, 5).watched
    assert not Lost(0, longest + 1, 2, 5, 5).watched


def test_a_row_that_claims_more_than_a_day_watched_nothing() -> None:
    counted = Count(into=1, out=0, total_in=1, total_out=0)
    believed, not_believed = Door(), Door()
    believed.count(0, LONGEST_MS, counted)
    not_believed.count(0, LONGEST_MS + 1, counted)
    assert sum(sums[8] for sums in believed.quarters.values()) == LONGEST_MS
    assert [(sums[1], sums[8]) for sums in not_believed.quarters.values()] == [(1, 0)]
