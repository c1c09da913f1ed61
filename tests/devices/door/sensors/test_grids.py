"""Grids: an AMG8833 by the real library on an emulated chip, and frames as lines of text from a microcontroller."""

from __future__ import annotations

import os
import pty
import tty

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sensor_support import read_until

from devices.door.readings import Frame
from devices.door.sensors.grid import GridSensor
from devices.door.sensors.grid_line import GridLine, check_digits, parse_frame
from devices.door.sensors.port import Garbled, Gone, Ready
from devices.door.sensors.serial_lines import LineProblem
from devices.door.sensors.settings import GridPart
from devices.emulators.amg8833 import Amg8833
from devices.emulators.i2c import BusEmulator


def room(ms: int) -> list[list[float]]:
    """A room at 22 °C with a warm spot and a cold one, and a little noise."""
    cells = [[22.0 + (ms // 100 + row + col) % 3 * 0.25 for col in range(8)] for row in range(8)]
    cells[2][5], cells[7][0] = 33.5, -4.25
    return cells


@pytest.fixture
def chip(clock) -> Amg8833:
    return Amg8833(room, lambda: clock.bt)


@pytest.fixture
def bus(chip: Amg8833) -> BusEmulator:
    return BusEmulator(chip)


def test_ten_frames_a_second_with_every_cell_in_its_place(clock, bus: BusEmulator) -> None:
    sensor = GridSensor(GridPart(), clock, bus.open)
    assert sensor.read(0) == [Ready()]
    assert sensor.read(0) == []
    frames = []
    for _ in range(10):
        clock.pass_ms(100)
        frames += sensor.read(0)
    assert [frame.t_ms for frame in frames if isinstance(frame, Frame)] == list(range(10_100, 11_001, 100))
    assert isinstance(frames[0], Frame)
    assert frames[0].cells is not None
    np.testing.assert_array_equal(frames[0].cells, np.array(room(10_100), dtype=np.float32))
    sensor.close()
    assert bus.opened == 0


def test_the_slow_rate_is_set_in_the_chip(clock, bus: BusEmulator, chip: Amg8833) -> None:
    GridSensor(GridPart(hz=1), clock, bus.open).read(0)
    assert chip.slow


def test_a_picture_that_never_changes_is_a_dead_sensor(clock, bus: BusEmulator, chip: Amg8833) -> None:
    sensor = GridSensor(GridPart(), clock, bus.open)
    sensor.read(0)
    chip.frozen = True
    said = []
    for _ in range(60):
        clock.pass_ms(100)
        said += sensor.read(0)
    (gone,) = [report for report in said if isinstance(report, Gone)]
    assert "the same picture" in gone.why
    chip.frozen = False
    clock.pass_ms(1_000)
    assert sensor.read(0) == [Ready()]


def test_a_grid_without_an_answer_is_lost_and_found(clock, bus: BusEmulator) -> None:
    sensor = GridSensor(GridPart(), clock, bus.open)
    sensor.read(0)
    chips, bus.chips = bus.chips, []
    said = []
    for _ in range(12):
        clock.pass_ms(100)
        said += sensor.read(0)
    gone = said.pop()
    assert isinstance(gone, Gone)
    assert len(said) == 9
    assert all(isinstance(frame, Frame) and frame.cells is None for frame in said)
    bus.chips = chips
    clock.pass_ms(1_000)
    assert sensor.read(0) == [Ready()]


def test_one_frame_that_is_not_acknowledged_is_one_frame_that_cannot_be_read(clock, bus: BusEmulator) -> None:
    """So that the share of such frames is known, and one of them does not blind the door for a second."""
    sensor = GridSensor(GridPart(), clock, bus.open)
    sensor.read(0)
    known = []
    for number in range(40):
        clock.pass_ms(100)
        bus.refused = number % 10 == 0
        (frame,) = sensor.read(0)
        assert isinstance(frame, Frame)
        known.append(frame.cells is not None)
    assert known == [number % 10 != 0 for number in range(40)]


# -- lines of text


def line(t_ms: int, cells: list[list[float]], *, star: bool = True) -> str:
    values = ",".join(str(value) for row in cells for value in row)
    text = f"{t_ms},{len(cells)},{len(cells[0])},{values}"
    return f"{text}*{check_digits(text)}" if star else text


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(1, 8), st.booleans(), st.data())
def test_any_frame_comes_through(t_ms: int, rows: int, cols: int, star: bool, data: st.DataObject) -> None:
    value = st.integers(-400, 40_000).map(lambda n: n / 10)
    cells = data.draw(st.lists(st.lists(value, min_size=cols, max_size=cols), min_size=rows, max_size=rows))
    read_t, read = parse_frame(line(t_ms, cells, star=star))
    assert read_t == t_ms
    np.testing.assert_array_equal(read, np.array(cells, dtype=np.float32))


def test_cells_without_a_value_and_frames_without_cells() -> None:
    _, cells = parse_frame("5,2,2,100,-,,7")
    assert cells is not None
    np.testing.assert_array_equal(np.isnan(cells), [[False, True], [True, False]])
    assert parse_frame("9,8,8") == (9, None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hello", "expected 't_ms,rows,cols,values'"),
        ("1,2,2,1,2,3", "expected 4 values"),
        ("1,0,2,1", "expected 1 to 64 rows"),
        ("1,99,2,1", "expected 1 to 64 rows"),
        ("1,1,2,1,x", "expected numbers"),
        ("1,1,2,1,2*00", "a damaged frame"),
    ],
)
def test_what_is_no_frame_is_told(text: str, why: str) -> None:
    with pytest.raises(LineProblem, match=why):
        parse_frame(text)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 127))
def test_one_damaged_character_is_always_noticed(data: st.DataObject, change: int) -> None:
    good = line(1_000, [[22.5, 23.0], [24.25, 30.0]])
    place = data.draw(st.integers(0, good.index("*") - 1))
    with pytest.raises(LineProblem):
        parse_frame(good[:place] + chr(ord(good[place]) ^ change) + good[place + 1 :])


def test_frames_over_a_wire_in_pieces_with_rubbish_between(clock) -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    sensor = GridLine(os.ttyname(slave), 460_800, clock)
    assert sensor.read(0.1) == [Ready()]
    good = line(1_000, [[1.0, 2.0], [3.0, 4.0]])
    os.write(master, b"0,3.0,4.0*1F\n" + good[:10].encode())
    os.write(master, good[10:].encode() + b"\r\n")
    os.write(master, good.replace("3.0", "9.0").encode() + b"\n" + line(1_066, [[5.0]], star=False).encode() + b"\n")
    said = read_until(sensor, lambda s: len(s) >= 3)
    assert [type(report) for report in said] == [Frame, Garbled, Frame]
    assert [report.t_ms for report in said if isinstance(report, Frame)] == [1_000, 1_066]
    sensor.close()
    for end in (master, slave):
        os.close(end)
