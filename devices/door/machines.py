"""The counting machine that fits the sensor. Each machine is imported only where it is used: a grid needs numpy."""

from __future__ import annotations

from typing import Any

from devices.door.counting import Machine
from devices.door.events import Rules
from devices.door.readings import Total, ZoneName
from devices.door.settings import DoorSettings, machine_of


def make(settings: DoorSettings, start: Total | None = None) -> Machine[Any]:
    """The machine for the readings of ``[sensor]``, as ``[door]`` says how it is mounted.

    ``start`` is what a counter that is not ours showed before, to go on from.
    """
    door = settings.door
    match machine_of(settings):
        case "beams":
            from devices.door.crossing import Crossing

            return Crossing(Rules(gap_mm=door.gap_mm), swapped=door.reversed)
        case "zones":
            from devices.door.zone import ZoneRules
            from devices.door.zones import ZONES, Zones

            idle_mm: dict[ZoneName, float] = dict(zip(ZONES, door.idle_mm, strict=False))
            return Zones(zone_rules=ZoneRules(leaf_mm=door.leaf_mm), idle_mm=idle_mm, swapped=door.reversed)
        case "grid":
            from devices.door.grid.machine import GridMachine
            from devices.door.grid.rules import Axis, Unit

            unit = Unit(door.unit) if door.unit else None
            return GridMachine(Axis(door.axis), unit, reverse=door.reversed, cold=door.cold)
        case "totals":
            from devices.door.totals import TotalRules, Totals

            totals = settings.sensor.totals
            # A register wraps where it is full, whatever the counter's papers leave out.
            full = 2**settings.sensor.modbus.bits - 1 if settings.sensor.kind == "modbus" else None
            rules = TotalRules(highest=totals.max or full, per_second=totals.per_second)
            return Totals(rules, swapped=door.reversed, start=start)
