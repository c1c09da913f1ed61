"""Serial counters that print totals: any layout, by a pattern; never deltas."""

from __future__ import annotations

import os
import pty
import tty

import pytest
from sensor_support import read_until

from devices.door.events import Tally
from devices.door.readings import Total
from devices.door.sensors.counter_line import CounterLine
from devices.door.sensors.port import Garbled, Gone, Ready
from devices.door.sensors.settings import CounterLinePart
from devices.door.totals import Totals


@pytest.fixture
def wire():
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    for end in (master, slave):
        os.close(end)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (CounterLinePart().pattern, "120,98", (120, 98)),
        (r"IN=(?P<in>\d+)\s+OUT=(?P<out>\d+)", "#7 IN=000120 OUT=000098 OK", (120, 98)),
        (r"TOTAL\s*:\s*(?P<total>\d+)", "TOTAL : 55", (55, None)),
        (r"OUT (?P<out>\d+) IN (?P<in>\d+)", "OUT 3 IN 4", (4, 3)),
        (r"(?P<in>\d+)( (?P<out>\d+))?$", "7", (7, None)),
    ],
)
def test_totals_are_found_where_the_pattern_says(wire, clock, pattern: str, text: str, expected) -> None:
    master, name = wire
    sensor = CounterLine(name, 9_600, pattern, clock)
    assert sensor.read(0.1) == [Ready()]
    os.write(master, text.encode() + b"\r\n")
    assert read_until(sensor, len) == [Total(10_000, *expected)]
    sensor.close()


def test_lost_and_damaged_lines_cost_timing_and_no_people(wire, clock) -> None:
    master, name = wire
    sensor, machine = CounterLine(name, 9_600, CounterLinePart().pattern, clock), Totals()
    sensor.read(0.1)
    os.write(master, b"100,50\n1\xff1,5\ncounter ready\n105,50\n")
    said = read_until(sensor, lambda s: len(s) >= 4)
    assert [type(report) for report in said] == [Total, Garbled, Garbled, Total]
    events = [event for total in said if isinstance(total, Total) for event in machine.feed(total)]
    assert sum(event.into for event in events if isinstance(event, Tally)) == 5
    sensor.close()


def test_a_counter_that_is_not_there_is_told_once(tmp_path, clock) -> None:
    sensor = CounterLine(str(tmp_path / "none"), 9_600, CounterLinePart().pattern, clock)
    assert isinstance(sensor.read(0)[0], Gone)
    assert sensor.read(0) == []
    sensor.close()
