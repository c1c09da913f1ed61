"""The machine on frames made by hand: what it says and when, what it does with frames it cannot read, its faults."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from devices.door.counting import Machine
from devices.door.events import Confidence, Direction, Event, Fault, FaultKind, Glitch, Passage
from devices.door.faults import Standing
from devices.door.grid.health import Health
from devices.door.grid.machine import GridMachine
from devices.door.grid.rules import GRID_RULES, Axis, Unit
from devices.door.readings import Frame

EVERY = 100


def picture(*people: tuple[float, float], size: int = 8, floor: float = 24.0, warm: float = 5.0) -> np.ndarray:
    """Warm hills at (row, column)."""
    rows, columns = np.mgrid[:size, :size]
    cells = np.full((size, size), floor)
    for row, column in people:
        cells = cells + warm * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 2.0)
    return cells.astype(np.float32)


def walk(begin: float, end: float, column: float = 3.5, step: float = 0.5) -> list[np.ndarray]:
    """Somebody from row to row."""
    return [picture((row, column)) for row in np.arange(begin, end, step if end > begin else -step)]


EMPTY = [picture()] * 20


def play(machine: GridMachine, pictures: list[np.ndarray | None], since: int = 0) -> list[Event]:
    return [
        event for number, cells in enumerate(pictures) for event in machine.feed(Frame(since + number * EVERY, cells))
    ]


def ways(said: list[Event]) -> list[Direction]:
    return [event.direction for event in said if isinstance(event, Passage)]


def kinds(said: list[Event]) -> list[tuple[FaultKind, bool]]:
    return [(event.kind, event.over) for event in said if isinstance(event, Fault)]


def test_it_is_a_counting_machine() -> None:
    machine: Machine[Frame] = GridMachine()
    assert machine.wake_at is None
    assert machine.faults == ()


def test_in_is_from_row_0_on_and_told_as_soon_as_it_is_certain() -> None:
    said = play(GridMachine(), [*EMPTY, *walk(-1, 9), *EMPTY])
    [passage] = said
    assert isinstance(passage, Passage)
    assert (passage.direction, passage.confidence) == (Direction.IN, Confidence.SURE)
    assert passage.t_ms < (20 + 14) * EVERY  # he is at row 5 of 7 in the 13th frame


@pytest.mark.parametrize(("axis", "reverse", "way"), [
    (Axis.ROWS, False, Direction.OUT), (Axis.ROWS, True, Direction.IN),
    (Axis.COLS, False, Direction.OUT), (Axis.COLS, True, Direction.IN),
])  # fmt: skip
def test_axis_and_side(axis: Axis, reverse: bool, way: Direction) -> None:
    pictures = [*EMPTY, *walk(8, -2), *EMPTY]
    turned = pictures if axis is Axis.ROWS else [one.T for one in pictures]
    assert ways(play(GridMachine(axis, reverse=reverse), turned)) == [way]


def test_who_turns_in_the_middle_turned_back() -> None:
    assert ways(play(GridMachine(), [*EMPTY, *walk(-1, 3.5), *walk(3.5, -2), *EMPTY])) == [Direction.TURNED_BACK]


def test_who_turns_on_the_far_side_crossed_twice() -> None:
    assert ways(play(GridMachine(), [*EMPTY, *walk(-1, 6.5), *walk(6.5, -2), *EMPTY])) == [Direction.IN, Direction.OUT]


def test_two_abreast_are_two() -> None:
    pair = [picture((row, 1.5), (row, 5.5)) for row in np.arange(-1, 9, 0.5)]
    assert ways(play(GridMachine(), [*EMPTY, *pair, *EMPTY])) == [Direction.IN, Direction.IN]


def test_two_who_pass_one_another_keep_their_ways() -> None:
    pair = [picture((row, 2.6), (7 - row, 4.4)) for row in np.arange(-1, 9, 0.5)]
    assert sorted(ways(play(GridMachine(), [*EMPTY, *pair, *EMPTY]))) == [Direction.IN, Direction.OUT]


def test_a_runner_is_seen_in_few_frames() -> None:
    [passage] = play(GridMachine(), [*EMPTY, *walk(0, 8, step=2.2), *EMPTY])
    assert isinstance(passage, Passage)
    assert (passage.direction, passage.confidence) == (Direction.IN, Confidence.FAST)


def test_who_is_lost_just_beyond_the_middle_is_through_with_less_confidence() -> None:
    [passage] = play(GridMachine(), [*EMPTY, *walk(0.8, 4.5), *EMPTY])
    assert isinstance(passage, Passage)
    assert (passage.direction, passage.confidence) == (Direction.IN, Confidence.LOW)


def test_one_who_hid_behind_another_and_comes_out_on_the_far_side_is_counted() -> None:
    """Both come in as one blob, and part behind the line."""
    apart = [(row, max(0.0, row - 4.2)) for row in np.arange(-1, 8, 0.25)]
    pair = [picture((row, 3.5 - side), (row, 3.5 + side)) for row, side in apart]
    said = [event for event in play(GridMachine(), [*EMPTY, *pair, *EMPTY]) if isinstance(event, Passage)]
    assert [passage.direction for passage in said] == [Direction.IN, Direction.IN]
    assert said[1].confidence is Confidence.AMBIGUOUS


class TestUnreadable:
    def test_a_lost_frame_is_not_an_empty_door(self) -> None:
        way: list[np.ndarray | None] = [*walk(-1, 9)]
        way[8] = way[12] = None
        assert ways(play(GridMachine(), [*EMPTY, *way, *EMPTY])) == [Direction.IN]

    def test_zeros_and_unknown_cells_are_not_an_empty_door_either(self) -> None:
        way = walk(-1, 9)
        way[8], way[9] = np.zeros((8, 8), np.float32), np.full((8, 8), np.nan, np.float32)
        assert ways(play(GridMachine(), [*EMPTY, *way, *EMPTY])) == [Direction.IN]

    def test_blind_for_long_gives_up_who_was_in_view(self) -> None:
        machine = GridMachine()
        said = play(machine, [*EMPTY, *walk(-1, 3), *[None] * 15])
        assert [event for event in said if isinstance(event, Glitch)]
        assert machine.walkers == []
        assert ways(play(machine, [*walk(4, 9), *EMPTY], 6_000)) == []

    def test_time_alone_gives_up_too(self) -> None:
        machine = GridMachine()
        play(machine, [*EMPTY, *walk(-1, 3)])
        assert machine.wake_at == 2_700 + GRID_RULES.blind_ms
        assert machine.advance(2_700 + GRID_RULES.blind_ms + 1) == [Glitch(2_700 + GRID_RULES.blind_ms + 1)]
        assert machine.wake_at is None

    def test_dead_cells_are_what_is_around_them(self) -> None:
        way = [*EMPTY, *walk(-1, 9), *EMPTY]
        for one in (way := [cells.copy() for cells in way]):
            one[3, 3] = np.nan
            one[5, 4] = 0.0
        assert ways(play(GridMachine(), way)) == [Direction.IN]

    def test_another_number_of_cells_begins_again(self) -> None:
        machine = GridMachine()
        play(machine, EMPTY)
        assert play(machine, [picture(size=12)] * 3, 2_000) == []


class TestFaults:
    def test_blocked(self) -> None:
        machine = GridMachine()
        stays = [*EMPTY, *walk(-1, 2), *[picture((2, 3.5))] * 620]
        assert kinds(play(machine, stays)) == [(FaultKind.BLOCKED, False)]
        assert machine.faults == (FaultKind.BLOCKED,)
        assert kinds(play(machine, [picture()] * 60, len(stays) * EVERY)) == [(FaultKind.BLOCKED, True)]

    def test_blocked_ends_when_the_sensor_is_lost(self) -> None:
        machine = GridMachine()
        play(machine, [*EMPTY, *walk(-1, 2), *[picture((2, 3.5))] * 620])
        assert kinds(machine.freeze(70_000)) == [(FaultKind.BLOCKED, True)]

    def test_bus_errors_are_more_than_one_in_a_hundred(self) -> None:
        machine = GridMachine()
        said = play(machine, [*EMPTY * 5, None, picture(), None, picture(), None])
        assert kinds(said) == [(FaultKind.BUS_ERRORS, False)]
        assert kinds(play(machine, [picture()] * 1_100, 60_000)) == [(FaultKind.BUS_ERRORS, True)]

    def test_a_sensor_that_answers_and_knows_nothing(self) -> None:
        machine = GridMachine()
        nothing = np.full((8, 8), np.nan, np.float32)
        assert kinds(play(machine, [nothing] * 60)) == [(FaultKind.UNREADABLE, False)]
        assert kinds(play(machine, [picture()], 6_000)) == [(FaultKind.UNREADABLE, True)]

    def test_more_people_than_a_door_lets_through(self) -> None:
        machine = GridMachine(rules=replace(GRID_RULES, per_second=1))
        pair = [picture((row, 1.5), (row, 5.5)) for row in np.arange(-1, 9, 0.5)]
        said = play(machine, [*EMPTY, *pair, *EMPTY])
        assert ways(said) == [Direction.IN, Direction.IMPLAUSIBLE]
        assert kinds(said) == [(FaultKind.CHATTER, False)]
        assert kinds(machine.advance(20_000)) == [(FaultKind.CHATTER, True)]

    def test_the_empty_door_looks_different_for_long(self) -> None:
        rules = replace(GRID_RULES, shift_ms=20_000, occupied_ms=2_000)
        machine = GridMachine(unit=Unit.MM, rules=rules)
        floor, shelf = np.full((8, 8), 2_600, np.float32), np.full((8, 8), 2_600, np.float32)
        shelf[:4] = 1_500
        assert play(machine, [floor] * 450) == []
        assert kinds(play(machine, [shelf] * 500, 45_000))[-1] == (FaultKind.BASELINE_SHIFT, False)
        assert (FaultKind.BASELINE_SHIFT, True) in kinds(play(machine, [floor] * 400, 95_000))


class TestTheEmptyDoor:
    """What :class:`Health` compares the background with."""

    def health(self) -> Health:
        return Health(replace(GRID_RULES, shift_ms=20_000), Standing())

    def look(self, health: Health, level: np.ndarray | None, since: int, until: int) -> list[tuple[FaultKind, bool]]:
        return [
            (fault.kind, fault.over)
            for t_ms in range(since, until, 5_000)
            for fault in health.compare(t_ms, level, Unit.C, calm=True)
        ]

    def test_a_change_that_stays_is_the_door_after_an_hour(self) -> None:
        health, before = self.health(), np.full((8, 8), 24, np.float32)
        after = before.copy()
        after[:, 5:] += 6
        assert self.look(health, before, 0, 60_000) == []
        assert self.look(health, after, 60_000, 120_000) == [(FaultKind.BASELINE_SHIFT, False)]
        assert self.look(health, after, 120_000, 3_800_000) == [(FaultKind.BASELINE_SHIFT, True)]

    def test_a_warmer_room_is_the_same_door_and_unknown_says_nothing(self) -> None:
        health, before = self.health(), np.full((8, 8), 24, np.float32)
        assert self.look(health, None, 0, 5_000) == []
        assert self.look(health, before, 5_000, 60_000) == []
        assert self.look(health, before + 9, 60_000, 120_000) == []
        assert self.look(health, np.full((8, 8), np.nan, np.float32), 120_000, 180_000) == []

    def test_another_number_of_cells_is_another_door(self) -> None:
        health = self.health()
        self.look(health, np.full((8, 8), 24, np.float32), 0, 60_000)
        assert self.look(health, np.full((4, 4), 24, np.float32), 60_000, 120_000) == [
            (FaultKind.BASELINE_SHIFT, False)
        ]


def test_finish_judges_who_is_still_in_view() -> None:
    machine = GridMachine()
    assert play(machine, [*EMPTY, *walk(-0.7, 4.5)]) == []
    assert ways(machine.finish(5_000)) == [Direction.IN]
    assert machine.walkers == []


def test_finish_and_prime_without_a_frame() -> None:
    machine = GridMachine()
    machine.prime([Frame(0, None)])
    machine.prime([Frame(0, np.full((8, 8), np.nan, np.float32))])
    assert machine.finish(0) == []
