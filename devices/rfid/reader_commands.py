"""``pustaka reader``: a reader's frames and what lies on it, without a kiosk, for staff, scripts and support."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path

import click
import msgspec

from devices.rfid.errors import RfidError, SetupError
from devices.rfid.family import FAMILIES
from devices.rfid.hex_input import read_hex
from devices.rfid.protocols import PROTOCOLS, describer
from devices.rfid.recording import RecordingError, likeliest, recorded
from devices.rfid.settings import ReaderSettings
from devices.rfid.which_reader import which_reader

_AUTO = "auto"


@click.group()
def reader() -> None:
    """Look at an RFID reader: what it is, what lies on it, what goes over its line."""


def _read_recording(ctx: click.Context, param: click.Parameter, value: str) -> bytes:
    """Hex on the command line, a file's name, or ``-``."""
    try:
        if value == "-":
            return recorded(sys.stdin.buffer.read())
        if Path(value).is_file():
            return recorded(Path(value).read_bytes())
    except (OSError, RecordingError) as error:
        name = "standard input" if value == "-" else value
        raise click.BadParameter(f"{name}: {error}", ctx, param) from error
    return read_hex(ctx, param, value)


@reader.command(
    epilog='Example: pustaka reader parse "D6 00 05 FE 00 05 FA 40"    pustaka reader parse --json spy.log    Exit '
    "status 1: there are bytes of no frame in it."
)
@click.option(
    "--protocol", type=click.Choice([_AUTO, *PROTOCOLS]), default=_AUTO, show_default=True,
    help="Auto takes the one that leaves the least noise.",
)  # fmt: skip
@click.argument("data", callback=_read_recording, metavar="HEX|FILE|-")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a frame.")
def parse(protocol: str, data: bytes, as_json: bool) -> None:
    """Take a recording of a reader's line apart, both ways: hex, a file of it, a log of 'watch --log', or raw bytes."""
    if protocol == _AUTO:
        protocol = likeliest(data)
        click.echo(f"protocol {protocol}: of all it leaves the least noise", err=True)
    words = describer(protocol)
    parser = words.new_parser()
    noise = 0
    for found in parser.receive(data) + parser.give_up():
        said = words.say(found)
        noise += said.way == "noise"
        click.echo(msgspec.json.encode(said) if as_json else f"{said.way:7} {said.hex}  {said.text}")
    if noise:
        raise click.ClickException("some bytes belong to no frame: cut off, damaged, or another protocol")


@reader.command(
    epilog="Example: pustaka reader watch --port /dev/serial/by-id/usb-… --tags   Ctrl-C ends it. For support: "
    "--raw shows every frame, --log FILE keeps every byte with its time, for 'pustaka reader parse FILE'."
)
@which_reader
@click.option("--seconds", type=float, help="End after so long.")
@click.option("--raw", is_flag=True, help="The frames, too, in words, as they pass.")
@click.option("--tags", is_flag=True, help="A table of what lies there, drawn in place on a terminal.")
@click.option("--log", type=click.Path(path_type=Path, dir_okay=False), help="Append every byte with its time.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an event.")
def watch(
    settings: ReaderSettings,
    seconds: float | None,
    raw: bool,
    tags: bool,
    log: Path | None,
    as_json: bool,
) -> None:
    """Show what happens on a pad. It only reads; exit status 1: no reader was found."""
    from devices.rfid.reader_watch import Watch

    end = None if seconds is None else time.monotonic() + seconds

    def left() -> float | None:
        return None if end is None else end - time.monotonic()

    try:
        watching = Watch(settings, lambda: datetime.now().astimezone(), raw=raw, log=log)
    except RfidError as error:
        raise click.UsageError(str(error)) from error
    with watching:
        try:
            if tags and not as_json and not raw and sys.stdout.isatty():
                watching.table(left)
            else:
                watching.lines(left, as_json=as_json)
        except KeyboardInterrupt:
            pass
    if not watching.found:
        raise click.ClickException("no reader answered; see above for what was tried")


@reader.command(
    epilog="Example: pustaka reader info --port /dev/serial/by-id/usb-… --probe    Stop the kiosk first: a reader "
    "belongs to one program at a time. Exit status 1: nobody answers there."
)
@which_reader
@click.option("--probe", is_flag=True, help="Ask every known family whether it is at this port. It only asks.")
@click.option("--seconds", type=click.FloatRange(min=0), default=2.0, show_default=True, help="Measure for so long.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def info(settings: ReaderSettings, probe: bool, seconds: float, as_json: bool) -> None:
    """Say which reader answers, how its line is set, and how well it hears what lies on it now."""
    from devices.rfid import reader_info

    try:
        if probe:
            found = reader_info.probe(settings, time.monotonic)
            if found is None:
                tried = ", ".join(name for name in FAMILIES if name not in reader_info.TALK_ONLY)
                raise click.ClickException(f"{settings.port}: nobody answers to {tried}. Is the reader powered?")
            settings = found[0]
        shown = reader_info.info(settings, seconds, time.monotonic)
    except SetupError as error:
        raise click.UsageError(str(error)) from error
    except RfidError as error:
        raise click.ClickException(str(error)) from error
    click.echo(msgspec.json.encode(shown) if as_json else reader_info.lines(shown))
