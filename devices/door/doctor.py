"""What is wrong with a door's sensor, and how to mend it: it is opened and listened to for a moment.

While the door's service runs, the sensor is the service's; then this look finds it taken, and that is as it should be.
"""

from __future__ import annotations

from typing import Final

from devices.door.readings import Distance, Frame
from devices.door.sensors.opening import open_sensor
from devices.door.sensors.port import Garbled, Gone, Ready, Report
from devices.door.sensors.replay import ReplayError
from devices.door.sensors.settings import SensorKinds
from devices.door.settings import DoorPart
from devices.findings import Finding, Grade
from devices.link.clock import Clock, SystemClock
from devices.permissions import of_groups

PART: Final = "door"
#: These say something only when somebody walks, or when they are due.
_MAY_BE_SILENT: Final = frozenset({"line", "gpio", "counter-line", "replay"})


def findings(
    sensor: SensorKinds, door: DoorPart | None = None, *, clock: Clock | None = None, seconds: float = 3.0
) -> list[Finding]:
    """One finding or more about the sensor and the right to open it; looks up to ``seconds``."""
    found = of_groups(needed(sensor))
    clock = clock or SystemClock()
    try:
        opened = open_sensor(sensor, clock, (door and door.machine) or "beams")
    except ReplayError as error:
        return [*found, Finding(PART, Grade.BAD, str(error), "Name the recording as sensor.port.")]
    try:
        began = clock.now().bt
        said: list[Report] = []
        while (left := seconds - (clock.now().bt - began) / 1000) > 0 and not _enough(said):
            said += opened.read(min(left, 0.5))
        return [*found, *judge(sensor, said, clock.now().bt, seconds)]
    finally:
        opened.close()


def needed(sensor: SensorKinds) -> dict[str, str]:
    """The groups that Debian gives the sensor's devices to -> what they are needed for."""
    match sensor.kind:
        case "gpio":
            return {"gpio": f"the pins of {sensor.gpio.chip}"}
        case "tof" | "grid":
            bus = sensor.tof.bus if sensor.kind == "tof" else sensor.grid.bus
            return {"i2c": f"the bus /dev/i2c-{bus}"}
        case "line" | "grid-line" | "counter-line" | "modbus" if sensor.port.startswith("/dev/"):
            return {"dialout": f"the door's sensor {sensor.port}"}
    return {}


def judge(sensor: SensorKinds, said: list[Report], now: int, seconds: float) -> list[Finding]:
    """What was heard within ``seconds``, the last at ``now`` (boot-clock ms)."""
    kind = sensor.kind
    gone = next((report for report in said if isinstance(report, Gone)), None)
    garbled = [report for report in said if isinstance(report, Garbled)]
    readings = [report for report in said if not isinstance(report, Gone | Garbled | Ready)]
    if gone is not None:
        taken = "taken by another program" in gone.why or "busy" in gone.why.lower()
        todo = "If that is the door's own service, all is well; else end the other." if taken else ""
        return [Finding(PART, Grade.WARN if taken else Grade.BAD, f"{kind}: {gone.why}", todo)]
    found = []
    if garbled:
        said_ = f"{kind}: {len(garbled)} of {len(garbled) + len(readings)} readings made no sense: {garbled[0].why}"
        grade = Grade.WARN if readings else Grade.BAD
        found.append(Finding(PART, grade, said_, "Look at its speed, its cable and the settings of its kind."))
    if readings:
        age = max(0, now - readings[-1].t_ms)
        when = f", the last {age} ms ago" if kind not in ("line", "grid-line", "gpio", "replay") else ""
        found.append(Finding(PART, Grade.OK, f"{kind}: opened, {len(readings)} readings in a moment{when}."))
        blind = [reading for reading in readings if _blind(reading)]
        if blind and len(blind) == len(readings):
            todo = "Is its window clean and its film peeled off, and is it not looking into the sun or at glass?"
            found.append(Finding(PART, Grade.BAD, f"{kind}: none of its readings is valid.", todo))
    elif not garbled and any(isinstance(report, Ready) for report in said):
        if kind in _MAY_BE_SILENT:
            todo = "Walk through the door while this looks, to be sure."
            found.append(Finding(PART, Grade.OK, f"{kind}: opened; it said nothing for {seconds:g} s.", todo))
        else:
            found.append(Finding(PART, Grade.BAD, f"{kind}: opened, and nothing came for {seconds:g} s."))
    elif not garbled:
        found.append(Finding(PART, Grade.BAD, f"{kind}: it does not answer.", "Is it on, and its address right?"))
    return found


def _enough(said: list[Report]) -> bool:
    readings = sum(not isinstance(report, Gone | Garbled | Ready) for report in said)
    return readings >= 5 or any(isinstance(report, Gone) for report in said)


def _blind(report: Report) -> bool:
    return (isinstance(report, Distance) and not report.valid) or (isinstance(report, Frame) and report.cells is None)
