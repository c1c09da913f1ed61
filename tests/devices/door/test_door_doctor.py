"""``pustaka doctor --door``: whether the sensor of a door's file can be read, and what to do when not."""

from __future__ import annotations

import json
import os
import pty
import tty
from pathlib import Path

import pytest
from click.testing import CliRunner

from devices.door.doctor import findings, judge, needed
from devices.door.edges import Beam, Edge
from devices.door.readings import Distance, Total
from devices.door.sensors.port import Garbled, Gone, Ready
from devices.door.sensors.settings import GatePart, SensorKinds
from devices.emulators.door import DoorEmulator
from devices.emulators.gate import GateEmulator, GateFault
from devices.findings import Grade
from pustaka.cli import main


def doctor(*arguments: str) -> tuple[int, list[dict[str, str]], str]:
    done = CliRunner().invoke(main, ["doctor", "--part", "door", "--json", *arguments])
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_a_gate_that_answers_is_well_and_one_that_does_not_is_exit_status_1(tmp_path: Path) -> None:
    gate = GateEmulator(into=5)
    config = tmp_path / "door.toml"
    config.write_text(
        f'[sensor]\nkind = "gate-http"\n[sensor.gate]\nurl = "{gate.url}"\ntries = 1\n[link]\nhost = ""\n'
    )
    assert findings(SensorKinds(kind="gate-http", gate=GatePart(url=gate.url)), seconds=0.3)[-1].grade is Grade.OK
    gate.fail(GateFault.ERROR)
    code, found, _ = doctor("--door", str(config))
    assert code == 1
    assert "answers 500" in found[-1]["said"]
    gate.close()


def test_the_door_s_part_needs_the_doors_file_and_a_usable_one(tmp_path: Path) -> None:
    code, _, err = doctor()
    assert (code, "--door FILE" in err) == (2, True)
    (tmp_path / "door.toml").write_text('[sensor]\nkind = "gpio"\n[sensor.gpio]\na = 5\nb = 5\n')
    code, _, err = doctor("--door", str(tmp_path / "door.toml"))
    assert code == 2
    assert "sensor.gpio.b: the two beams need two pins" in err


def test_a_port_that_is_not_there(tmp_path: Path) -> None:
    (*_, found) = findings(SensorKinds(port=str(tmp_path / "none")), seconds=0.2)
    assert found.grade is Grade.BAD
    assert "Is its plug in?" in found.said


def test_people_at_the_door_are_readings_and_silence_is_no_fault_of_light_beams(tmp_path: Path) -> None:
    people = DoorEmulator(tmp_path / "sensor", fast=20)
    people.three()
    found = findings(SensorKinds(port=str(tmp_path / "sensor")), seconds=20)[-1]
    people.close()
    assert (found.grade, "readings" in found.said) == (Grade.OK, True)
    master, slave = pty.openpty()
    tty.setraw(slave)
    silent = findings(SensorKinds(port=os.ttyname(slave)), seconds=0.1)[-1]
    assert (silent.grade, silent.todo[:4]) == (Grade.OK, "Walk")
    for end in (master, slave):
        os.close(end)


def test_a_recording_that_cannot_be_read(tmp_path: Path) -> None:
    assert findings(SensorKinds(kind="replay", port=str(tmp_path / "x.csv")))[-1].grade is Grade.BAD


@pytest.mark.parametrize(
    ("kind", "said", "grade", "words"),
    [
        ("tof", [Ready(), Distance(900, "A", 500)], Grade.OK, "the last 100 ms ago"),
        ("tof", [Ready(), Distance(900, "A", 500, 2)], Grade.BAD, "none of its readings is valid"),
        ("tof", [Ready()], Grade.BAD, "nothing came"),
        ("tof", [Gone("wires")], Grade.BAD, "wires"),
        ("gpio", [Gone("Pins are taken by another program; gpioinfo names it.")], Grade.WARN, "taken"),
        ("modbus", [], Grade.BAD, "does not answer"),
        ("counter-line", [Ready(), Garbled("x"), Total(900, 5)], Grade.OK, "1 readings"),
        ("counter-line", [Ready(), Garbled("x")], Grade.BAD, "1 of 1 readings made no sense: x"),
        ("line", [Ready(), Edge(5, Beam.A, True)], Grade.OK, "1 readings in a moment."),
    ],
)
def test_what_is_made_of_what_was_heard(kind, said, grade: Grade, words: str) -> None:
    found = judge(SensorKinds(kind=kind), said, 1_000, 3.0)[-1]
    assert (found.grade, words in found.said) == (grade, True)


def test_the_groups_that_are_needed() -> None:
    assert needed(SensorKinds(kind="gpio")) == {"gpio": "the pins of /dev/gpiochip0"}
    assert needed(SensorKinds(kind="tof")) == {"i2c": "the bus /dev/i2c-1"}
    assert needed(SensorKinds(kind="line", port="/dev/ttyUSB0")) == {"dialout": "the door's sensor /dev/ttyUSB0"}
    assert needed(SensorKinds(kind="line", port="socket://x:1")) == {}
