"""Two beams on pins: numbered edges with the kernel's stamps, from an emulated chip that speaks gpiod's own types."""

from __future__ import annotations

import errno
import threading

import pytest
from gpiod.line import Bias, Clock
from sensor_support import read_until

from devices.door.crossing import Crossing
from devices.door.edges import Beam, Edge
from devices.door.events import Direction, Event, FaultKind, Passage
from devices.door.sensors.gpio import GpioSensor
from devices.door.sensors.port import Gone, Ready
from devices.door.sensors.settings import GpioPart
from devices.emulators.gpio import GpioEmulator

A, B = 17, 27


class Chip(GpioEmulator):
    """A chip whose clock stands still."""

    def __init__(self) -> None:
        self.ms = 5_000
        super().__init__(A, B, now_ns=lambda: self.ms * 1_000_000)

    def at(self, ms: int, pin: int, high: bool) -> None:
        self.ms = ms
        self.level(pin, high)


@pytest.fixture
def chip() -> Chip:
    return Chip()


@pytest.fixture
def sensor(chip: Chip):
    made = GpioSensor(GpioPart(), chip.request, lambda: chip.ms)
    yield made
    made.close()


def walk_in(chip: Chip, at: int) -> None:
    for ms, pin, high in ((0, A, False), (80, B, False), (300, A, True), (380, B, True)):
        chip.at(at + ms, pin, high)


def test_edges_carry_the_kernels_stamp_and_number(chip: Chip, sensor: GpioSensor) -> None:
    assert sensor.read(0) == [Ready()]
    walk_in(chip, 6_000)
    assert sensor.read(0) == [
        Edge(6_000, Beam.A, True, 1), Edge(6_080, Beam.B, True, 2),
        Edge(6_300, Beam.A, False, 3), Edge(6_380, Beam.B, False, 4),
    ]  # fmt: skip
    assert sensor.read(0) == []


def test_the_pins_are_asked_for_as_the_settings_say(chip: Chip) -> None:
    wanted: dict[str, object] = {}

    def request(path: str, **how: object):
        wanted.update(how, path=path)
        return chip.request(path, **how)

    part = GpioPart(chip="/dev/gpiochip9", broken="high", bias="disabled", debounce_ms=8, buffer=64)
    sensor = GpioSensor(part, request, lambda: chip.ms)
    (_, *broken) = sensor.read(0)
    assert broken == [Edge(5_000, Beam.A, True), Edge(5_000, Beam.B, True)]  # high is broken here, and both are high
    ((pins, settings),) = wanted["config"].items()
    assert (wanted["path"], wanted["event_buffer_size"], pins) == ("/dev/gpiochip9", 64, (A, B))
    assert (settings.active_low, settings.bias, settings.event_clock) == (False, Bias.DISABLED, Clock.MONOTONIC)
    assert settings.debounce_period.total_seconds() == 0.008
    sensor.close()


def test_a_beam_that_is_broken_at_the_start_is_known(chip: Chip, sensor: GpioSensor) -> None:
    chip.level(B, False)
    assert sensor.read(0) == [Ready(), Edge(5_000, Beam.B, True)]
    chip.at(5_400, B, True)
    assert sensor.read(0) == [Edge(5_400, Beam.B, False, 1)]


def counted(chip: Chip, sensor: GpioSensor, lose: int) -> list[Event]:
    """What the machine says of somebody who comes in while so many edges are lost."""
    machine = Crossing()
    sensor.read(0)
    chip.at(5_500, A, False)
    said = [event for edge in sensor.read(0) for event in machine.feed(edge)]
    chip.lose(lose)
    for ms, pin, high in ((5_580, B, False), (5_800, A, True), (5_880, B, True)):
        chip.at(ms, pin, high)
        said += [event for edge in sensor.read(0) for event in machine.feed(edge)]
    return said + machine.finish(7_000)


def test_a_jump_of_the_numbers_is_a_fault(chip: Chip, sensor: GpioSensor) -> None:
    said = counted(chip, sensor, lose=1)
    assert any(getattr(event, "kind", None) is FaultKind.EDGES_LOST for event in said)


def test_control_without_a_lost_edge_there_is_none(chip: Chip, sensor: GpioSensor) -> None:
    said = counted(chip, sensor, lose=0)
    assert [event.direction for event in said] == [Direction.IN]
    assert isinstance(said[0], Passage)


def test_after_lost_edges_the_pins_are_looked_at(chip: Chip, sensor: GpioSensor) -> None:
    sensor.read(0)
    chip.at(6_000, A, False)
    sensor.read(0)
    chip.lose(1)
    chip.at(6_100, A, True)  # lost
    chip.at(6_200, B, False)
    assert sensor.read(0) == [Edge(6_200, Beam.B, True, 3), Edge(6_200, Beam.A, False, 3)]


def test_the_kernels_buffer_drops_the_oldest_and_that_is_seen(chip: Chip) -> None:
    sensor = GpioSensor(GpioPart(buffer=4), chip.request, lambda: chip.ms)
    sensor.read(0)
    for n in range(5):
        walk_in(chip, 6_000 + n * 1_000)
    edges = sensor.read(0)
    assert [edge.number for edge in edges if isinstance(edge, Edge)] == [17, 18, 19, 20]
    sensor.close()


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (FileNotFoundError(errno.ENOENT, "none"), "gpiodetect"),
        (PermissionError(errno.EACCES, "no"), "usermod -aG gpio"),
        (OSError(errno.EBUSY, "busy"), "taken by another program"),
        (OSError(errno.EIO, "sick"), "cannot be used"),
    ],
)
def test_a_refusal_is_told_once_with_what_to_do_and_tried_again(
    chip: Chip, sensor: GpioSensor, refusal: OSError, words: str
) -> None:
    chip.refusal = refusal
    (gone,) = sensor.read(0)
    assert isinstance(gone, Gone)
    assert words in gone.why
    assert sensor.read(0) == []
    chip.ms += 1_000
    assert sensor.read(0) == []
    chip.refusal = None
    chip.ms += 1_000
    assert sensor.read(0) == [Ready()]


def test_a_chip_that_this_computer_does_not_have() -> None:
    sensor = GpioSensor(GpioPart(chip="/dev/gpiochip99"))  # gpiod itself is asked
    (gone,) = sensor.read(0)
    assert isinstance(gone, Gone)
    assert "There is no /dev/gpiochip99" in gone.why
    sensor.close()


def test_a_chip_that_is_pulled_out_is_lost_and_found_again(chip: Chip, sensor: GpioSensor) -> None:
    sensor.read(0)
    chip.unplug()
    (gone,) = sensor.read(0)
    assert isinstance(gone, Gone)
    chip.ms += 1_000
    assert sensor.read(0) == [Ready()]
    walk_in(chip, 8_000)
    assert len(read_until(sensor, lambda said: len(said) == 4)) == 4


def test_a_waiting_read_ends_when_the_sensor_is_closed(chip: Chip, sensor: GpioSensor) -> None:
    sensor.read(0)
    ended = threading.Event()

    def wait() -> None:
        sensor.read(60)
        ended.set()

    thread = threading.Thread(target=wait)
    thread.start()
    sensor.close()
    assert ended.wait(10)
    thread.join()
    assert sensor.read(0) == []


def test_an_edge_wakes_a_waiting_read(chip: Chip, sensor: GpioSensor) -> None:
    sensor.read(0)
    threading.Thread(target=chip.at, args=(6_000, A, False)).start()
    assert sensor.read(60) == [Edge(6_000, Beam.A, True, 1)]


def test_the_clock_stays_behind_what_may_still_be_handed_over(chip: Chip, sensor: GpioSensor) -> None:
    now = sensor.now_ms()
    assert now is not None
    assert 0 < chip.ms - now < 100
