"""The replay benchmark: that it counts what was done, and that it would notice a cost out of proportion."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from benchmarks import replay
from benchmarks.paired import Meters, Report, Side


@pytest.fixture
def queue(tmp_path: Path) -> replay._Queue:
    return replay._Queue(tmp_path, replay._make_library(tmp_path, 8), 8, 4)


@pytest.fixture
def side(queue: replay._Queue) -> Side:
    return queue.side()


def test_a_queue_that_was_replayed_is_right(side: Side) -> None:
    side.before()
    assert side.check(side.run()) == ""


def test_what_was_not_done_makes_the_run_wrong(tmp_path: Path, side: Side) -> None:
    side.before()
    with sqlite3.connect(tmp_path / "8" / "library.sqlite") as db:
        db.execute("UPDATE members SET blocked = 1")
    assert "4 done, 0 loans" in side.check(side.run())


def test_the_figures_are_those_of_one_operation(side: Side) -> None:
    found = replay.Replayed(4.0, 2.0, 8, 4)
    assert side.told(found) == {"wall": 0.5, "cpu": 0.25}


@pytest.mark.parametrize(("ratio", "power"), [(1.0, 1.0), (10.0, 2.0), (0.1, 0.0)])
def test_the_exponent_says_how_cost_grows(ratio: float, power: float) -> None:
    assert replay.exponent(ratio, (500, 5000)) == pytest.approx(power)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A comparison of a queue of two with itself."""
    folder = tmp_path_factory.mktemp("replay")
    side = replay._Queue(folder, replay._make_library(folder, 2), 2, 1).side()
    meters = Meters(settle=lambda: None)
    return replay.compare_all(side, side, metrics=("wall",), pairs=2, warmup=0, meters=meters)[0]


def test_a_queue_can_be_compared_and_comes_out_right(measured: Report) -> None:
    samples = [sample for pairs in measured.samples.values() for pair in pairs for sample in pair]
    assert len(samples) == 12
    assert not any(sample.wrong for sample in samples)


@pytest.mark.parametrize("planted", [2.0, 1.4, 0.6, 0.0])
def test_a_cost_out_of_proportion_makes_it_void(measured: Report, planted: float) -> None:
    assert replay.in_proportion(measured, 1.1) is measured
    assert f"power of {planted:.2f}" in replay.in_proportion(measured, planted).why
