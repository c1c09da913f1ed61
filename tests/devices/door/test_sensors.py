"""Sensors: a recording, and a microcontroller on a serial line (a pseudo-terminal)."""

from __future__ import annotations

import os
import pty
import tty
from pathlib import Path

import pytest
from sensor_support import read_until

from devices.door.crossing import Crossing
from devices.door.edges import Beam, Edge
from devices.door.events import Confidence, Direction, Event, Passage
from devices.door.sensors.line import LineSensor
from devices.door.sensors.port import Garbled, Gone, Ready, Report
from devices.door.sensors.replay import ReplayError, ReplaySensor, read_edges
from devices.emulators.door import DoorEmulator, Walk
from devices.link.clock import SystemClock


def test_a_recording_may_have_a_heading_comments_and_empty_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("\ufeff# made by hand\nt_ms, beam, state\n\n5,A,1\n 9 , b , 0 \n")
    assert read_edges(file) == [Edge(5, Beam.A, True), Edge(9, Beam.B, False)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0,A,1\n5,X,1\n", "line 2: expected beam A or B, got 'X'"),
        ("0,A,1\nt_ms,beam,state\n", "line 2: expected milliseconds"),
        ("# x\n9,A,1\n8,A,0\n", "line 3: expected a time of 9 ms or later, got 8"),
    ],
)
def test_a_bad_recording_names_file_line_and_what_was_expected(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text)
    with pytest.raises(ReplayError, match=rf"a\.csv, {why}"):
        read_edges(file)


def test_a_recording_that_is_missing_or_no_text_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match=r"none\.csv: cannot be read: No such file"):
        read_edges(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReplayError, match="not a text file"):
        read_edges(tmp_path / "b.csv")


def test_a_recording_is_played_at_its_own_pace(tmp_path: Path, clock) -> None:
    file = tmp_path / "a.csv"
    file.write_text("1000,A,1\n1080,B,1\n1300,A,0\n")
    sensor = ReplaySensor(file, clock)
    assert sensor.now_ms() is None
    assert sensor.read(0) == [Ready()]
    assert sensor.read(0) == [Edge(1000, Beam.A, True)]
    assert sensor.read(0) == []
    clock.pass_ms(100)
    assert sensor.read(0) == [Edge(1080, Beam.B, True)]
    assert sensor.now_ms() == 1100
    clock.pass_ms(5_000)
    assert sensor.now_ms() == 1300  # not ahead of an edge still to be read
    assert sensor.read(0) == [Edge(1300, Beam.A, False)]
    assert sensor.now_ms() == 6100
    sensor.close()
    assert isinstance(sensor.read(0)[0], Gone)


@pytest.fixture
def wire(tmp_path: Path):
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    for end in (master, slave):
        os.close(end)


def test_lines_in_pieces_become_edges_and_rubbish_is_told(wire, clock) -> None:
    master, name = wire
    sensor = LineSensor(name, 115_200, clock)
    assert sensor.read(0.1) == [Ready()]
    os.write(master, b"47,B,0\n100,A,1\r\n1")  # the first line may be half a line, and is one all the same here
    said = read_until(sensor, lambda s: len(s) >= 2)
    os.write(master, b"80,B,1,7\nhello\n\n\xff\n200,A,0,8\n")
    said += read_until(sensor, lambda s: len(s) >= 4)
    edges = [report for report in said if isinstance(report, Edge)]
    assert edges == [
        Edge(47, Beam.B, False), Edge(100, Beam.A, True), Edge(180, Beam.B, True, 7), Edge(200, Beam.A, False, 8),
    ]  # fmt: skip
    assert sum(isinstance(report, Garbled) for report in said) == 2
    sensor.close()


def test_half_a_line_at_the_opening_is_not_an_error(wire, clock) -> None:
    master, name = wire
    sensor = LineSensor(name, 115_200, clock)
    sensor.read(0.1)
    os.write(master, b"0,A,\n5,A,1\n")
    assert read_until(sensor, len) == [Edge(5, Beam.A, True)]
    sensor.close()


def test_a_stream_without_line_ends_is_told_and_not_hoarded(wire, clock) -> None:
    master, name = wire
    sensor = LineSensor(name, 115_200, clock)
    sensor.read(0.1)
    os.write(master, b"\x00" * 1000)
    (said,) = read_until(sensor, len)[:1]
    assert isinstance(said, Garbled)
    assert "is 115200 its speed?" in said.why
    sensor.close()


def test_a_missing_port_is_told_once_and_tried_again(tmp_path: Path, clock) -> None:
    sensor = LineSensor(str(tmp_path / "none"), 115_200, clock)
    (gone,) = sensor.read(0)
    assert isinstance(gone, Gone)
    assert "plug" in gone.why
    assert sensor.read(0) == []
    clock.pass_ms(1_000)
    assert sensor.read(0) == []
    master, slave = pty.openpty()
    (tmp_path / "none").symlink_to(os.ttyname(slave))
    clock.pass_ms(1_000)
    assert sensor.read(0) == [Ready()]
    sensor.close()
    os.close(master)
    os.close(slave)


@pytest.fixture
def door(tmp_path: Path):
    made = DoorEmulator(tmp_path / "dev" / "door", fast=20)
    yield made
    made.close()


def test_people_at_the_emulated_door_are_counted_and_a_pulled_plug_is_survived(door: DoorEmulator, wait_for) -> None:
    sensor = LineSensor(str(door.link), 115_200, SystemClock())
    assert sensor.read(0.1) == [Ready()]
    said: list[Report] = []
    door.walk(Walk.IN, speed=2.5)
    door.walk("out", speed=2.5)
    door.walk("turn_back", speed=2.5)
    door.three()
    assert door.wait_idle(10)
    said += read_until(sensor, lambda s: sum(isinstance(r, Edge) for r in s) >= 24)
    machine = Crossing()
    events: list[Event] = []
    last = 0
    for report in said:
        assert isinstance(report, Edge), report
        events += machine.feed(report)
        last = report.t_ms
    events += machine.finish(last)
    one = Confidence.SURE
    assert [(p.direction, p.confidence) for p in events if isinstance(p, Passage)] == [
        (Direction.IN, one), (Direction.OUT, one), (Direction.TURNED_BACK, one), *[(Direction.IN, one)] * 3,
    ]  # fmt: skip
    door.unplug()
    assert any(isinstance(report, Gone) for report in read_until(sensor, len))
    door.walk("in", speed=2.5)  # nobody sees this one
    assert door.wait_idle(5)
    door.plug()
    assert Ready() in read_until(sensor, len)
    door.block()
    door.unblock()
    assert door.wait_idle(5)
    beams = [(r.beam, r.broken) for r in read_until(sensor, lambda s: len(s) >= 4) if isinstance(r, Edge)]
    assert beams == [(Beam.A, True), (Beam.B, True), (Beam.A, False), (Beam.B, False)]
    sensor.close()


def test_waiting_for_an_idle_door_gives_up_in_time(door: DoorEmulator) -> None:
    door.walk("in", speed=0.5)
    assert not door.wait_idle(0.05)
