"""Settings of a door's counter: one TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import msgspec

from devices.contract import ContractError, check_id
from devices.door.sensors.settings import SensorKinds, problem
from devices.link.settings import LinkSettings
from devices.settings import SettingsError
from devices.settings import load as load_settings

MachineName = Literal["beams", "zones", "grid", "totals"]

#: What counts, for each kind of sensor; a recording may be of any.
_MACHINES: Final[dict[str, MachineName]] = {
    "line": "beams",
    "gpio": "beams",
    "tof": "zones",
    "grid": "grid",
    "grid-line": "grid",
    "counter-line": "totals",
    "modbus": "totals",
    "gate-http": "totals",
}


class DoorPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[door]``: the place, and how often its rows are written (seconds)."""

    name: str = "Pintu"
    machine: MachineName | None = None  # what counts; the sensor's own unless it is a recording
    reversed: bool = False  # the sensor's beam or zone A, or first row of cells, is on the inside
    gap_mm: int = 100  # distance of the beams
    idle_mm: tuple[int, ...] = ()  # how far the empty door is in zones A and B; learnt if not given
    leaf_mm: int = 0  # whatever is nearer to the zones' sensor is the door leaf; 0: there is none
    axis: Literal["rows", "cols"] = "rows"  # along which people walk below a grid
    unit: Literal["mm", "c"] | None = None  # what a grid measures; seen from its first frame if not given
    cold: bool = False  # people are colder than what is behind them
    row_s: float = 60.0  # a row at least this often while people come
    flush_s: float = 20.0  # a row this long after the last passage
    heartbeat_s: float = 900.0  # a row although nobody came
    hold_s: float = 4.0  # what a power cut may cost, at most


class SensorPart(SensorKinds, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[sensor]``: which sensor, and a table for each kind; see there."""


class DoorSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file. ``data`` is the folder of the ledger, relative to the file."""

    data: str = "."
    door: DoorPart = DoorPart()
    sensor: SensorPart = SensorPart()
    link: LinkSettings = LinkSettings()


def load(path: Path) -> DoorSettings:
    """Read the door's file; relative paths in it start at its folder.

    Raises:
        devices.settings.SettingsError: see there.
    """
    settings = load_settings(path, DoorSettings)
    if wrong := problem(settings.sensor):
        raise SettingsError(f"{path}: {wrong}")
    if wrong := _misfit(settings):
        raise SettingsError(f"{path}: {wrong}")
    try:
        check_id(settings.link.site, "link.site")
        check_id(settings.link.device, "link.device")
    except ContractError as error:
        raise SettingsError(f"{path}: {error}") from error
    return msgspec.structs.replace(settings, data=str((path.parent / settings.data).resolve()))


def machine_of(settings: DoorSettings) -> MachineName:
    """What counts, for these settings."""
    return settings.door.machine or _MACHINES.get(settings.sensor.kind, "beams")


def place(sensor: SensorPart) -> str:
    """Which counter it is, of those that are not ours: another address or register is another counter."""
    match sensor.kind:
        case "modbus":
            part = sensor.modbus
            where = f"{part.host}:{part.tcp_port}" if part.host else sensor.port
            return (
                f"modbus {where} {part.unit} {part.registers} {part.address} {part.into} {part.out} "
                f"{part.bits} {part.words}"
            )
        case "gate-http":
            return f"gate-http {sensor.gate.url} {sensor.gate.into} {sensor.gate.out}"
    return f"{sensor.kind} {sensor.port} {sensor.counter_line.pattern}"


def _misfit(settings: DoorSettings) -> str:
    """Which part of ``[door]`` does not fit the sensor or itself; empty when all does."""
    door, kind = settings.door, settings.sensor.kind
    needed = _MACHINES.get(kind)
    if door.machine and needed and door.machine != needed:
        return f"door.machine: a sensor of the kind {kind!r} is counted by {needed!r}; leave this setting out"
    if len(door.idle_mm) not in (0, 2) or any(mm <= 0 for mm in door.idle_mm):
        return "door.idle_mm: expected two distances in mm, of zone A and of zone B, as in [2400, 2380]"
    if door.gap_mm <= 0:
        return f"door.gap_mm: expected the distance of the beams in mm, got {door.gap_mm}"
    if door.leaf_mm < 0:
        return f"door.leaf_mm: expected a distance in mm, or 0 for none, got {door.leaf_mm}"
    return ""
