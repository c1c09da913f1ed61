"""``pustaka doctor``: what is wrong with this machine's devices, and how to mend it.

Each package looks after its own devices; the table below says where. A part's module is imported when that part is
asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import msgspec

from devices.findings import Finding, Grade
from devices.settings import SettingsError


@dataclass(frozen=True)
class Part:
    """Who is asked (``module:function``), and with which of the settings ``of`` a kiosk or door, in this order."""

    asks: str
    settings: tuple[str, ...] = ()
    of: str = "kiosk"


PARTS: dict[str, Part] = {
    "packages": Part("devices.barcode.packages:findings"),
    "engines": Part("devices.barcode.doctor:engines", ("camera",)),
    "permissions": Part("devices.permissions:findings", ("camera", "reader", "card_reader")),
    "camera": Part("devices.barcode.doctor:camera", ("camera", "codes")),
    "scanners": Part("devices.scanner.doctor:findings", ("scanners",)),
    "reader": Part("devices.rfid.doctor:findings", ("reader", "card_reader")),
    "door": Part("devices.door.doctor:findings", ("sensor", "door"), of="door"),
}
_COLOURS = {Grade.OK: "green", Grade.WARN: "yellow", Grade.BAD: "red"}


@click.command(
    epilog="Example: pustaka doctor --config /etc/pustaka/kiosk.toml    Exit status 0: nothing is bad; 1: something "
    "is; 2: the configuration cannot be used. Stop the kiosk first, since a camera serves one at a time."
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar="PUSTAKA_CONFIG",
    help="The kiosk's file; without, what has no settings.",
)
@click.option("--door", type=click.Path(path_type=Path), help="A door's file: its sensor is looked at, too.")
@click.option("--part", "parts", multiple=True, type=click.Choice(list(PARTS)), help="Only this; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a finding.")
def doctor(config: Path | None, door: Path | None, parts: Sequence[str], as_json: bool) -> None:
    """Look at every device that the configuration names, and say what is wrong and what to do."""
    from kiosk.config import KioskSettings, load

    try:
        settings: dict[str, object] = {"kiosk": load(config) if config else KioskSettings()}
        if door is not None:
            from devices.door.settings import load as load_door

            settings["door"] = load_door(door)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    worst = Grade.OK
    for name in parts or PARTS:
        if PARTS[name].of not in settings:
            if name in parts:
                raise click.UsageError("Give the door's file with --door FILE.")
            continue
        for finding in _ask(name, settings[PARTS[name].of]):
            worst = Grade.BAD if Grade.BAD in (worst, finding.grade) else worst
            _print(finding, as_json)
    if worst is Grade.BAD:
        raise click.exceptions.Exit(1)


def _ask(name: str, settings: object) -> Iterator[Finding]:
    part = PARTS[name]
    module, _, function = part.asks.partition(":")
    try:
        asked = getattr(importlib.import_module(module), function)
        found: list[Finding] = asked(*(getattr(settings, key) for key in part.settings))
    except ImportError as error:
        said = f"It cannot be looked at, for want of a Python package: {error}"
        found = [Finding(name, Grade.BAD, said, f"pip install 'pustaka-mandiri[{part.of}]'")]
    yield from found


def _print(finding: Finding, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(asdict(finding)))
        return
    grade = click.style(f"{finding.grade.upper():4}", fg=_COLOURS[finding.grade], bold=True)
    click.echo(f"{grade}  {finding.part}: {finding.said}")
    if finding.todo:
        click.echo(f"      {click.style('->', fg='cyan')} {finding.todo}")
