"""The sensor that the settings ask for. Each kind's libraries are imported when it is opened."""

from __future__ import annotations

from pathlib import Path

from devices.door.sensors.port import Sensor
from devices.door.sensors.settings import SensorKinds
from devices.link.clock import Clock


def open_sensor(sensor: SensorKinds, clock: Clock, machine: str = "beams") -> Sensor:
    """Make it; a sensor that cannot be reached says so when it is read. ``machine`` tells what a recording holds.

    Raises:
        devices.door.sensors.replay.ReplayError: the recording cannot be read.
    """
    match sensor.kind:
        case "replay":
            from devices.door.sensors.replay import ReplaySensor

            return ReplaySensor(Path(sensor.port), clock, machine, sensor.replay.hz)
        case "gpio":
            from devices.door.sensors.gpio import GpioSensor

            return GpioSensor(sensor.gpio)
        case "tof":
            from devices.door.sensors.tof import TofSensor

            return TofSensor(sensor.tof, clock)
        case "grid":
            from devices.door.sensors.grid import GridSensor

            return GridSensor(sensor.grid, clock)
        case "grid-line":
            from devices.door.sensors.grid_line import GridLine

            return GridLine(sensor.port, sensor.baud, clock)
        case "counter-line":
            from devices.door.sensors.counter_line import CounterLine

            return CounterLine(sensor.port, sensor.baud, sensor.counter_line.pattern, clock)
        case "modbus":
            from devices.door.sensors.modbus import ModbusSensor

            return ModbusSensor(sensor.modbus, sensor.port, sensor.baud, clock)
        case "gate-http":
            from devices.door.sensors.gate_http import GateHttp

            return GateHttp(sensor.gate, clock)
        case "line":
            from devices.door.sensors.line import LineSensor

            return LineSensor(sensor.port, sensor.baud, clock)
