"""Doorways, each with what really happened in it, from seeds that nothing was tuned on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.grid import Found, crossings, match, naive
from benchmarks.grid_people import EVENTS, Event, abreast, child, day, following, opposing, single, turning, walk
from benchmarks.grid_scenes import AMG8833, MLX90640, VL53L5CX, Box, Person, Scene, Sensor, film
from devices.door.events import Direction, Passage
from devices.door.events import Event as Said
from devices.door.grid.recording import count, find_axis
from devices.door.grid.rules import Axis
from devices.door.readings import Frame


def frames(cells: np.ndarray, hz: float = 10) -> list[Frame]:
    return [Frame(round(number * 1_000 / hz), one) for number, one in enumerate(cells)]


def seen(scene: Scene, seed: int) -> list[Said]:
    return count(frames(film(scene, seed), scene.sensor.hz))


def judged(scene: Scene, seed: int) -> tuple[int, int, int]:
    """Crossings found, crossings there were, and counts of what did not happen."""
    found, false = match(crossings(seen(scene, seed)), scene.truth)
    return found, len(scene.truth), false


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
@pytest.mark.parametrize("sensor", [AMG8833, VL53L5CX], ids=lambda sensor: sensor.name)
def test_each_way_of_walking_is_counted(sensor: Sensor, event: Event) -> None:
    found, there, false = judged(day(901, sensor, events=[event], each=3), 901)
    hard = 1 if sensor.thermal and event is child else 0  # a small child is 1 °C in one cell of an AMG8833
    assert found >= there - hard
    assert false <= (1 if sensor.thermal else 0)  # a door's leaf and a draught are warm and cold as people are


def test_a_fine_thermal_picture() -> None:
    assert judged(day(902, MLX90640, events=[single, following, abreast], each=1, every=7), 902) == (5, 5, 0)


def test_clearly_better_than_the_simple_tracker() -> None:
    """On the same recordings; the control is the simple tracker, which must miss what ours finds."""
    total: Counter[str] = Counter()
    for seed in (903, 904):
        for sensor in (AMG8833, VL53L5CX):
            scene = day(seed, sensor, each=1)
            cells = film(scene, seed)
            for name, passages in (
                ("ours", crossings(count(frames(cells, sensor.hz)))),
                ("naive", naive(scene, cells)),
            ):
                found, false = match(passages, scene.truth)
                total.update({name: found, f"{name} false": false})
            total["there"] += len(scene.truth)
    assert total["ours"] >= 0.97 * total["there"]
    assert total["ours false"] <= 1
    assert total["naive"] <= 0.9 * total["there"]


def test_a_turn_before_the_line_is_no_visit() -> None:
    said = [event for event in seen(day(905, VL53L5CX, events=[turning], each=2), 905) if isinstance(event, Passage)]
    assert not [passage for passage in said if passage.direction in (Direction.IN, Direction.OUT)]


def test_somebody_in_view_at_the_start_is_counted_once() -> None:
    early = Person(walk(0.6, 0.9))
    late = Person(walk(9.0, 1.0, inwards=False))
    scene = Scene("occupied", (early, late), 14)
    assert [way for _, way in crossings(seen(scene, 906))] == ["in", "out"]


def test_a_trolley_pushed_through_is_not_two_people() -> None:
    way = walk(5.0, 0.8)
    scene = Scene("trolley", (Person(way),), 10, VL53L5CX, trolleys=(Box(tuple((t, a + 0.45, c) for t, a, c in way)),))
    assert len(crossings(seen(scene, 907))) <= 2
    assert ("in") in [way for _, way in crossings(seen(scene, 907))]


def test_people_colder_than_a_hot_floor() -> None:
    scene = replace(day(908, AMG8833, events=[single, opposing], each=2), cold=True, floor=44, draught=(), sun=None)
    found, there, false = judged(scene, 908)
    assert (found, false) == (there, 0)


def test_every_tenth_frame_lost() -> None:
    found, there, false = judged(replace(day(909, AMG8833, events=[single], each=4), lost=0.1), 909)
    assert (found, false) == (there, 0)


def test_nobody_is_nobody() -> None:
    for sensor in (AMG8833, VL53L5CX):
        assert seen(Scene("empty", (), 60, sensor, drift=2, draught=((20, -0.8),), sun=(30, 2)), 910) == []


class TestProperties:
    scene = day(911, AMG8833, events=[single, following], each=2)
    cells = film(scene, 911)

    def found(self, cells: np.ndarray) -> list[Found]:
        return crossings(count(frames(cells)))

    def test_a_mirrored_recording_has_mirrored_directions(self) -> None:
        mirrored = [(t_ms, {"in": "out", "out": "in"}[way]) for t_ms, way in self.found(self.cells)]
        assert self.found(self.cells[:, ::-1]) == mirrored

    def test_left_and_right_do_not_matter(self) -> None:
        assert self.found(self.cells[:, :, ::-1]) == self.found(self.cells)

    def test_a_warmer_room_changes_nothing(self) -> None:
        assert self.found(self.cells + np.float32(8)) == self.found(self.cells)

    def test_a_later_day_changes_nothing_but_the_time(self) -> None:
        later = [Frame(frame.t_ms + 10**9, frame.cells) for frame in frames(self.cells)]
        assert [(t_ms - 10**9, way) for t_ms, way in crossings(count(later))] == self.found(self.cells)

    def test_the_axis_is_found_by_watching(self) -> None:
        assert find_axis(frames(self.cells)) is Axis.ROWS
        assert find_axis(frames(self.cells.transpose(0, 2, 1))) is Axis.COLS

    def test_all_were_found(self) -> None:
        assert match(self.found(self.cells), self.scene.truth) == (len(self.scene.truth), 0)
