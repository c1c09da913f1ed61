"""The door's benchmark: cheap by not counting is wrong, and what is beyond the bounds is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import door
from benchmarks.door import Busy, Cost, measure

FINE = Cost(0.02, 31_000, 18_000, 20)


def test_what_is_within_the_bounds_is_fine() -> None:
    assert door._beyond(FINE, Cost(0.1, 46_000, 26_000, 20), 20) == ""


@pytest.mark.parametrize(
    ("beams", "grid", "said"),
    [
        (Cost(0.06, 31_000, 18_000, 20), FINE, "beams took 6.0% of a core"),
        (Cost(0.02, 41_000, 18_000, 20), FINE, "41.0 MB"),
        (FINE, Cost(0.3, 46_000, 26_000, 20), "the grid took 30.0% of a core"),
        (FINE, Cost(0.1, 46_000, 41_000, 20), "41.0 MB of its own"),
        (FINE, Cost(0.1, 46_000, 26_000, 19), "19 passages were counted below the grid, 20 walked"),
    ],
)
def test_what_is_beyond_is_said(beams: Cost, grid: Cost, said: str) -> None:
    assert said in door._beyond(beams, grid, 20)


def test_a_run_counts_whom_it_sends_and_tells_what_it_took(tmp_path: Path) -> None:
    busy = Busy(tmp_path)
    try:
        cost = measure(busy, "beams", 1.0)
    finally:
        busy.close()
    assert cost.counted == 2
    assert 0 < cost.cpu < 1
    assert 10_000 < cost.own_kib < cost.rss_kib
    assert "0 passages were counted, 2 walked" in door._side(busy, "beams", "", 1.0).check(Cost(0, 0, 0, 0))
