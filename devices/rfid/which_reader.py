"""Which reader a command works with: ``--config``, ``--port`` and ``--protocol``, the same for every command."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from devices.rfid.errors import SetupError
from devices.rfid.family import FAMILIES
from devices.rfid.settings import ReaderSettings
from devices.rfid.settings_check import check
from devices.settings import SettingsError, load


class _File(msgspec.Struct):
    """A kiosk's file, of which only this matters here; ``data``: where relative paths start, itself from the file."""

    reader: ReaderSettings = ReaderSettings()
    data: str = "."


def which_reader(command: Callable[..., None]) -> Callable[..., None]:
    """Options that say which reader; the command gets them as ``settings``.

    Raises:
        click.UsageError: the file cannot be used, or no port is named.
    """

    @click.option("--config", type=click.Path(path_type=Path), help="A kiosk's file; its [reader] is used.")
    @click.option("--port", help="The reader's port; goes before the configuration's.")
    @click.option("--protocol", type=click.Choice(list(FAMILIES)), help="Goes before the configuration's.")
    @functools.wraps(command)
    def with_settings(config: Path | None, port: str | None, protocol: str | None, **rest: object) -> None:
        command(settings=_settings(config, port, protocol), **rest)

    return with_settings


def _settings(config: Path | None, port: str | None, protocol: str | None) -> ReaderSettings:
    try:
        settings = _configured(config) if config else ReaderSettings()
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    changes = {key: value for key, value in (("port", port), ("protocol", protocol)) if value}
    settings = msgspec.structs.replace(settings, **changes)
    if not settings.port:
        raise click.UsageError("no reader is named: give --port, for example /dev/serial/by-id/…, or --config")
    try:
        check(settings)
    except SetupError as error:
        raise click.UsageError(str(error)) from error
    return settings


def _configured(path: Path) -> ReaderSettings:
    file = load(path, _File)
    return file.reader.in_folder((path.parent / file.data).resolve())
