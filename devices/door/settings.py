"""Settings of a door's counter: one TOML file."""

from __future__ import annotations

from pathlib import Path

import msgspec

from devices.contract import ContractError, check_id
from devices.door.sensors.settings import SensorKinds, problem
from devices.link.settings import LinkSettings
from devices.settings import SettingsError
from devices.settings import load as load_settings


class DoorPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[door]``: the place, and how often its rows are written (seconds)."""

    name: str = "Pintu"
    reversed: bool = False  # the sensor's beam A is on the inside
    gap_mm: int = 100  # distance of the beams
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
    try:
        check_id(settings.link.site, "link.site")
        check_id(settings.link.device, "link.device")
    except ContractError as error:
        raise SettingsError(f"{path}: {error}") from error
    return msgspec.structs.replace(settings, data=str((path.parent / settings.data).resolve()))
