"""What the circulation commands share: the configuration option, opening things, and printing answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from devices.settings import SettingsError
from kiosk.circulation.errors import CirculationError
from kiosk.circulation.journal import Journal
from kiosk.circulation.journal_file import JournalReader
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import Refusal
from kiosk.config import KioskSettings, load

F = TypeVar("F", bound=Callable[..., Any])


#: Where ``config_option`` leaves the settings file's name in the context's ``meta``, for a command that writes it.
CONFIG_FILE = "kiosk.commands.setting.file"


def _read_settings(context: click.Context, _parameter: click.Parameter, value: Path | None) -> KioskSettings:
    if value is None:
        raise click.UsageError("Which kiosk? Name its file with --config kiosk.toml, or set PUSTAKA_CONFIG.")
    context.meta[CONFIG_FILE] = value
    try:
        return load(value)
    except SettingsError as error:
        raise click.BadParameter(str(error)) from error


def _read_settings_if_any(
    context: click.Context, parameter: click.Parameter, value: Path | None
) -> KioskSettings | None:
    return None if value is None else _read_settings(context, parameter, value)


def config_option(command: F) -> F:
    """Add ``--config FILE`` (or the environment's ``PUSTAKA_CONFIG``); the command gets ``settings``."""
    return _config_option(_read_settings)(command)


def maybe_config_option(command: F) -> F:
    """Like ``config_option``, for a command that can do without: ``settings`` may be ``None``."""
    return _config_option(_read_settings_if_any)(command)


def _config_option(callback: Callable[..., object]) -> Callable[[F], F]:
    return click.option(
        "--config",
        "settings",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar="PUSTAKA_CONFIG",
        show_envvar=True,
        callback=callback,
        help="The kiosk's settings file.",
    )


json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")


@contextmanager
def sentences() -> Iterator[None]:
    """An error of circulation ends the command with its sentence and status 1."""
    try:
        yield
    except CirculationError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def open_library(settings: KioskSettings, *, create: bool = False) -> Iterator[EmbeddedLibrary]:
    """The embedded library named in the settings."""
    if settings.circulation.system != "library":
        raise click.UsageError(
            f"circulation.system is '{settings.circulation.system}'; this command knows 'library', the embedded one."
        )
    path = settings.in_data(settings.circulation.path)
    with sentences():
        if create:
            make_folder(path.parent)
        library = EmbeddedLibrary.open(path, create=create, zone=settings.site.zone)
        try:
            yield library
        finally:
            library.close()


@contextmanager
def write_journal(settings: KioskSettings) -> Iterator[Journal]:
    """The kiosk's journal for writing; refused while the kiosk runs."""
    with sentences():
        journal = Journal.open(settings.in_data("journal.sqlite"), kiosk=settings.link.device)
        try:
            yield journal
        finally:
            journal.close()


@contextmanager
def read_journal(settings: KioskSettings) -> Iterator[JournalReader]:
    """The kiosk's journal for reading; works while the kiosk runs."""
    with sentences():
        journal = JournalReader.read(settings.in_data("journal.sqlite"))
        try:
            yield journal
        finally:
            journal.close()


def print_json(value: object) -> None:
    """``value`` (dataclasses, enums, dates) as indented JSON on standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_table(rows: Sequence[Any], empty: str) -> None:
    """Dataclasses of one kind as aligned columns, or the sentence ``empty``."""
    if not rows:
        click.echo(empty)
        return
    names = [field.name for field in dataclasses.fields(rows[0])]
    lines = [names] + [[_cell(getattr(row, name)) for name in names] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def in_words(refusal: Refusal) -> str:
    """A refusal in English, for staff at a terminal: its code, then whatever is known of it."""
    known = [
        f"{field.name.replace('_', ' ')} {getattr(refusal, field.name)}"
        for field in dataclasses.fields(refusal)
        if field.name != "code" and getattr(refusal, field.name) is not None
    ]
    return ", ".join([refusal.code.value.replace("-", " "), *known])


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, or end the command with a sentence."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"{folder}: this folder cannot be made: {error.strerror or error}.") from error
