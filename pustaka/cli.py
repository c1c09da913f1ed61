"""``pustaka``: one command whose subcommands live beside the code they run.

Starting it must cost nothing, so a subcommand's module is imported when that subcommand is called, and the
overview (``pustaka --help``) is written from the table below alone.
"""

from __future__ import annotations

import importlib
from typing import Any

import click

from pustaka import __version__

#: name -> ("module:attribute", the line that ``pustaka --help`` shows)
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("pustaka.demo.command:demo", "Run the whole system on this machine, with pretend hardware."),
    "kiosk": ("kiosk.commands.kiosk:kiosk", "Run the touchscreen app."),
    "door": ("devices.door.commands:door", "Run a door's counter, or count a recording."),
    "collector": ("collector.commands:collector", "Run the desk: records in, figures and web page out."),
    "circ": ("kiosk.commands.circ:circ", "Circulation without a screen; find out how a SIP2 system speaks."),
    "library": ("kiosk.commands.library:library", "The embedded library: set up, import, list, serve over SIP2."),
    "offline": ("kiosk.commands.offline:offline", "Lend while the library system is away: keys, extracts, state."),
    "journal": ("kiosk.commands.journal:journal", "What was promised to whom; what staff must settle."),
    "scan": ("devices.scanner.commands:scan", "Show live what scanners and a camera read."),
    "decode": ("devices.barcode.commands:decode", "Read the barcodes in pictures."),
    "camera": ("devices.barcode.camera_commands:camera", "List cameras, look through one, mount it."),
    "tag": ("devices.rfid.tag_commands:tag", "Decode or encode an RFID tag's memory."),
    "reader": ("devices.rfid.reader_commands:reader", "Parse or watch an RFID reader's frames."),
    "devices": ("collector.commands:devices", "What every device says of itself."),
    "report": ("collector.report_commands:report", "Visits, hours, years, quality, loans: as table, file or page."),
    "site": ("collector.site_commands:site", "The libraries: time zone, doors, opening hours, holidays."),
    "visits": ("collector.visits_commands:visits", "Correct, explain and publish figures of visits."),
    "broker": ("broker_config.commands:broker", "Write the broker's configuration."),
    "doctor": ("pustaka.doctor:doctor", "What is wrong with this machine's devices, and how to mend it."),
    "gallery": ("kiosk.commands.gallery:gallery", "Write a picture of every screen in every language."),
}

#: Subcommands that join two packages: they live here and are attached to the group of one of them.
ATTACHED: dict[str, tuple[str, ...]] = {"door": ("pustaka.calibrate:calibrate",)}

OURS = {"kiosk", "devices", "collector", "broker_config", "pustaka"}


class LazyGroup(click.Group):
    """A click group that imports a subcommand only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        try:
            command = _load(COMMANDS[cmd_name][0])
            for place in ATTACHED.get(cmd_name, ()):
                assert isinstance(command, click.Group)
                command.add_command(_load(place))
        except ModuleNotFoundError as missing:
            if missing.name and missing.name.split(".")[0] in OURS:
                raise
            raise click.ClickException(
                f"'pustaka {cmd_name}' needs the Python package '{missing.name}', which is not installed here. "
                "Install the part it belongs to, for example: pip install 'pustaka-mandiri[kiosk]'"
            ) from missing
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview from the table, importing nothing."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _load(place: str) -> click.Command:
    module, _, attribute = place.partition(":")
    command: Any = getattr(importlib.import_module(module), attribute)
    assert isinstance(command, click.Command)
    return command


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: pustaka demo --headless    Each command has its own --help.",
)
@click.version_option(__version__, prog_name="pustaka")
def main() -> None:
    """Pustaka Mandiri: self-service for libraries."""
