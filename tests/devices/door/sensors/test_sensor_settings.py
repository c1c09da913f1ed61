"""Settings of sensors: each example of the manual loads and opens, and what is wrong is named by its key."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from devices.door.machines import make
from devices.door.readings import Distance, Frame, Total
from devices.door.sensors.opening import open_sensor
from devices.door.sensors.port import Gone, Ready, Report
from devices.door.sensors.replay import ReplayError
from devices.door.sensors.settings import SensorKinds
from devices.door.settings import load, machine_of
from devices.settings import SettingsError

MANUAL = Path(__file__).parents[4] / "docs" / "sensors.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
SENSORS = {
    "line": "LineSensor", "replay": "ReplaySensor", "gpio": "GpioSensor", "tof": "TofSensor", "grid": "GridSensor",
    "grid-line": "GridLine", "counter-line": "CounterLine", "modbus": "ModbusSensor", "gate-http": "GateHttp",
}  # fmt: skip


@pytest.mark.parametrize("text", EXAMPLES)
def test_each_example_of_the_manual_loads_and_opens(tmp_path: Path, clock, text: str) -> None:
    (tmp_path / "door.toml").write_text(text)
    (tmp_path / "morning.csv").write_text("timestamp,total\n0,5\n60,6\n")
    settings = load(tmp_path / "door.toml")
    make(settings)
    sensor = settings.sensor
    if sensor.kind == "replay":
        sensor = SensorKinds(kind="replay", port=str(tmp_path / "morning.csv"))
    opened = open_sensor(sensor, clock, machine_of(settings))
    assert type(opened).__name__ == SENSORS[sensor.kind]
    opened.close()


def test_the_manual_has_an_example_of_each_kind() -> None:
    assert set(re.findall(r'kind = "(.*?)"', "".join(EXAMPLES))) == set(SENSORS)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('kind = "line"', r"sensor\.port: this setting is required"),
        ('kind = "sonar"', r"sensor\.kind: invalid enum value 'sonar'"),
        ('kind = "gpio"\n[sensor.gpio]\na = -1', r"sensor\.gpio\.a: expected the number of a pin"),
        ('kind = "gpio"\n[sensor.gpio]\nc = 1', r"sensor\.gpio\.c: no such setting"),
        ('kind = "tof"\n[sensor.tof]\ncentres = [175, 175]', r"sensor\.tof\.centres: expected two different numbers"),
        ('kind = "tof"\n[sensor.tof]\nsize = [2, 16]', r"sensor\.tof\.size: expected two numbers from 4 to 16"),
        ('kind = "counter-line"\nport = "x"\n[sensor.counter-line]\npattern = "("', r"not a regular expression"),
        ('kind = "counter-line"\nport = "x"\n[sensor.counter-line]\npattern = "\\\\d"', r"expected a group named 'in'"),
        ('kind = "modbus"', r"sensor\.modbus\.host: this setting is required"),
        ('kind = "modbus"\n[sensor.modbus]\nhost = "x"\ncount = 3', r"sensor\.modbus\.count: 3 registers do not hold"),
        ('kind = "gate-http"\n[sensor.gate]\nurl = "file:///etc/passwd"', r"sensor\.gate\.url: this setting"),
        ('kind = "gate-http"\n[sensor.gate]\nurl = "http://x"\ninto = ""', r"sensor\.gate\.into: this setting"),
    ],
)
def test_what_is_wrong_is_named_by_its_key(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "door.toml").write_text(f"[sensor]\n{text}\n")
    with pytest.raises(SettingsError, match=why):
        load(tmp_path / "door.toml")


def test_reading_the_settings_loads_no_driver() -> None:
    heavy = ("gpiod", "serial", "pymodbus", "numpy", "adafruit_vl53l1x", "adafruit_amg88xx", "http.client")
    code = f"import sys, devices.door.settings; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# -- recordings of all kinds, played


def played(path: Path, clock, machine: str) -> list[Report]:
    sensor = open_sensor(SensorKinds(kind="replay", port=str(path)), clock, machine)
    said = sensor.read(0)
    clock.pass_ms(500_000)
    said += sensor.read(0)
    sensor.close()
    assert isinstance(sensor.read(0)[0], Gone)
    return said


def test_distances_frames_and_totals_are_played(tmp_path: Path, clock) -> None:
    (tmp_path / "z.csv").write_text("t_ms,zone,distance_mm,status\n0,A,2000,0\n33,B,1990,0\n")
    assert played(tmp_path / "z.csv", clock, "zones") == [Ready(), Distance(0, "A", 2000), Distance(33, "B", 1990)]
    (tmp_path / "t.csv").write_text("timestamp,total\n0,5\n60,6\n")
    assert played(tmp_path / "t.csv", clock, "totals") == [Ready(), Total(0, 5), Total(60_000, 6)]
    np.save(tmp_path / "g.npy", np.full((3, 8, 8), 22.0, dtype=np.float32))
    frames = [report for report in played(tmp_path / "g.npy", clock, "grid") if isinstance(report, Frame)]
    assert [frame.t_ms for frame in frames] == [0, 100, 200]


@pytest.mark.parametrize("machine", ["beams", "zones", "grid", "totals"])
def test_a_recording_that_cannot_be_read_is_one_kind_of_error(tmp_path: Path, clock, machine: str) -> None:
    with pytest.raises(ReplayError, match="none"):
        open_sensor(SensorKinds(kind="replay", port=str(tmp_path / "none")), clock, machine)
