"""Shared by the tests of sensors."""

from __future__ import annotations

from collections.abc import Callable

from devices.door.sensors.port import Report, Sensor


def read_until(sensor: Sensor, condition: Callable[[list[Report]], object], turns: int = 400) -> list[Report]:
    """Read until what came satisfies ``condition``."""
    said: list[Report] = []
    for _ in range(turns):
        said += sensor.read(0.05)
        if condition(said):
            return said
    raise AssertionError(said)
