"""Two zones of a VL53L1X: the real library on an emulated chip."""

from __future__ import annotations

import errno

import pytest

from devices.door.readings import Distance
from devices.door.sensors.port import Gone, Ready, Report
from devices.door.sensors.settings import TofPart
from devices.door.sensors.tof import STATUS, TofSensor
from devices.emulators.i2c import BusEmulator
from devices.emulators.vl53l1x import Vl53l1x

OUTSIDE, INSIDE = 175, 231
MM = {OUTSIDE: 1_000, INSIDE: 2_000}


@pytest.fixture
def chip(clock) -> Vl53l1x:
    return Vl53l1x(lambda centre, ms: (MM.get(centre, 1_500), 0), lambda: clock.bt)


@pytest.fixture
def bus(chip: Vl53l1x) -> BusEmulator:
    return BusEmulator(chip)


def ranges(sensor: TofSensor, clock, turns: int) -> list[Report]:
    said: list[Report] = []
    for _ in range(turns):
        clock.pass_ms(33)
        said += sensor.read(0)
    return said


def test_both_zones_in_turn_each_with_its_own_distance(clock, bus: BusEmulator) -> None:
    sensor = TofSensor(TofPart(), clock, bus.open)
    assert sensor.read(0) == [Ready()]
    said = ranges(sensor, clock, 8)
    assert [(r.zone, r.distance_mm) for r in said if isinstance(r, Distance)] == [
        ("A", 1_000), ("B", 2_000), ("A", 1_000), ("B", 2_000),
    ]  # fmt: skip
    assert all(isinstance(r, Distance) and r.valid for r in said)
    assert said[0].t_ms == 10_033
    sensor.close()
    assert bus.opened == 0


def test_control_without_throwing_ranges_away_the_zones_are_mixed_up(clock, bus: BusEmulator) -> None:
    sensor = TofSensor(TofPart(discard=0), clock, bus.open)
    sensor.read(0)
    said = [r for r in ranges(sensor, clock, 8) if isinstance(r, Distance)]
    assert any(r.distance_mm != {"A": 1_000, "B": 2_000}[r.zone] for r in said)


@pytest.mark.parametrize("status", sorted(STATUS.values()))
def test_a_range_carries_the_sensors_own_verdict(clock, bus: BusEmulator, chip: Vl53l1x, status: int) -> None:
    chip.scene = lambda centre, ms: (700, status)
    sensor = TofSensor(TofPart(), clock, bus.open)
    sensor.read(0)
    (reading,) = ranges(sensor, clock, 1)
    assert reading == Distance(10_033, "A", 700, status)
    assert reading.valid is (status in (0, 4, 7))


def test_a_status_nobody_knows_is_not_a_reading(clock, bus: BusEmulator, chip: Vl53l1x) -> None:
    chip.scene = lambda centre, ms: (700, 99)
    sensor = TofSensor(TofPart(), clock, bus.open)
    sensor.read(0)
    (reading,) = ranges(sensor, clock, 1)
    assert isinstance(reading, Distance)
    assert not reading.valid


def test_a_range_that_takes_longer_is_waited_for(clock, bus: BusEmulator, chip: Vl53l1x) -> None:
    sensor = TofSensor(TofPart(), clock, bus.open)
    sensor.read(0)
    chip._range_ms = 40
    said = ranges(sensor, clock, 1)
    assert said == []
    assert ranges(sensor, clock, 1) == [Distance(10_066, "A", 1_000)]


def test_a_sensor_that_hangs_is_lost_and_set_up_again(clock, bus: BusEmulator, chip: Vl53l1x) -> None:
    sensor = TofSensor(TofPart(), clock, bus.open)
    sensor.read(0)
    chip.stuck = True
    (gone,) = ranges(sensor, clock, 40)
    assert isinstance(gone, Gone)
    assert "hangs" in gone.why
    chip.stuck = False
    clock.pass_ms(1_000)
    assert sensor.read(0) == [Ready()]


class RunningClock:
    """A clock that runs on by itself: 20 ms with each look."""

    boot = "boot1"

    def __init__(self, clock) -> None:
        self._clock = clock

    def now(self):
        self._clock.pass_ms(20)
        return self._clock.now()


def test_a_sensor_that_hangs_while_it_is_set_up_holds_nobody_up(clock, bus: BusEmulator, chip: Vl53l1x) -> None:
    chip.stuck = True
    sensor = TofSensor(TofPart(), RunningClock(clock), bus.open)
    (gone,) = sensor.read(0)
    assert isinstance(gone, Gone)
    assert "never ready" in gone.why


def test_wires_that_come_off_are_told_once_and_the_sensor_comes_back(clock, bus: BusEmulator) -> None:
    sensor = TofSensor(TofPart(), clock, bus.open)
    sensor.read(0)
    chips, bus.chips = bus.chips, []
    (gone,) = ranges(sensor, clock, 60)
    assert isinstance(gone, Gone)
    assert "four wires" in gone.why
    bus.chips = chips
    clock.pass_ms(1_000)
    assert sensor.read(0) == [Ready()]
    assert len(ranges(sensor, clock, 4)) == 2


def test_one_transaction_that_is_not_acknowledged_is_survived(clock, bus: BusEmulator) -> None:
    sensor = TofSensor(TofPart(), clock, bus.open)
    sensor.read(0)
    bus.refused = 1
    said = ranges(sensor, clock, 80)
    assert isinstance(said[0], Gone)
    assert said[1] == Ready()
    assert len(said) > 10


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (FileNotFoundError(errno.ENOENT, "none"), "no I2C bus 1"),
        (PermissionError(errno.EACCES, "no"), "usermod -aG i2c"),
    ],
)
def test_a_bus_that_cannot_be_opened_says_what_to_do(clock, bus: BusEmulator, missing: OSError, words: str) -> None:
    bus.missing = missing
    (gone,) = TofSensor(TofPart(), clock, bus.open).read(0)
    assert isinstance(gone, Gone)
    assert words in gone.why


def test_a_bus_that_this_computer_does_not_have(clock) -> None:
    (gone,) = TofSensor(TofPart(bus=99), clock).read(0)  # Linux itself is asked
    assert isinstance(gone, Gone)
    assert "There is no I2C bus 99" in gone.why


def test_another_chip_at_the_address_is_not_taken_for_the_sensor(clock, bus: BusEmulator, chip: Vl53l1x) -> None:
    chip._registers[0x010F] = 0xEE  # a VL53L0X
    (gone,) = TofSensor(TofPart(), clock, bus.open).read(0)
    assert isinstance(gone, Gone)
    assert "Wrong sensor" in gone.why


def test_a_sensor_that_was_given_another_address_is_found_there(clock, bus: BusEmulator, chip: Vl53l1x) -> None:
    chip.write(b"\x00\x01\x30")
    assert isinstance(TofSensor(TofPart(), clock, bus.open).read(0)[0], Gone)
    assert TofSensor(TofPart(address=0x30), clock, bus.open).read(0) == [Ready()]
    chip.reset()  # a pulse at XSHUT
    assert TofSensor(TofPart(), clock, bus.open).read(0) == [Ready()]


def test_a_closed_sensor_says_nothing_more(clock, bus: BusEmulator) -> None:
    sensor = TofSensor(TofPart(), clock, bus.open)
    sensor.close()
    assert sensor.read(10) == []
