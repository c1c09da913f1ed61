"""The grid counter's benchmark: both sides do the work, and too few crossings make a run wrong."""

from __future__ import annotations

from benchmarks.grid import Load, match, ours, peer
from benchmarks.grid_people import abreast, day, single
from benchmarks.grid_scenes import VL53L5CX, film

SCENE = day(920, VL53L5CX, events=[single, abreast], each=1)
LOAD = Load("VL53L5CX", (SCENE,), (film(SCENE, 920),))


def test_both_sides_count() -> None:
    for side in (ours(LOAD), peer(LOAD)):
        assert side.check(side.run()) == ""


def test_counting_next_to_nobody_is_wrong() -> None:
    assert ours(LOAD).check([[]]) == "only 0 of 3 crossings were found"


def test_a_wrong_direction_is_missed_and_false() -> None:
    assert match([(1_000, "in"), (9_000, "out")], [(1_500, "in"), (9_000, "in")]) == (1, 1)
    assert match([(5_000, "in")], [(1_500, "in")]) == (0, 1)
