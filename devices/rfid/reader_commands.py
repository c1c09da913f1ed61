"""``pustaka reader``: a reader's frames and what lies on it, without a kiosk, for staff, scripts and support."""

from __future__ import annotations

import queue
import time
from pathlib import Path

import click
import msgspec

from devices.rfid import wording
from devices.rfid.errors import RfidError
from devices.rfid.family import FAMILIES
from devices.rfid.hex_input import read_hex
from devices.rfid.protocols import PROTOCOLS, describer
from devices.rfid.settings import ReaderSettings
from devices.settings import SettingsError, load


@click.group()
def reader() -> None:
    """Parse or watch an RFID reader's frames."""


@reader.command(epilog='Example: pustaka reader parse --protocol m3 "D6 00 05 FE 00 05 FA 40"')
@click.option("--protocol", type=click.Choice(PROTOCOLS), default="m3", show_default=True)
@click.argument("data", callback=read_hex, metavar="HEX")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a frame.")
def parse(protocol: str, data: bytes, as_json: bool) -> None:
    """Take a recording of a reader's line apart, both ways. Exit status 1: there are bytes of no frame in it."""
    words = describer(protocol)
    parser = words.new_parser()
    noise = 0
    for found in parser.receive(data) + parser.give_up():
        said = words.say(found)
        noise += said.way == "noise"
        click.echo(msgspec.json.encode(said) if as_json else f"{said.way:7} {said.hex}  {said.text}")
    if noise:
        raise click.ClickException("some bytes belong to no frame: cut off, damaged, or another protocol")


class _File(msgspec.Struct):
    """Any configuration with a ``[reader]``; the rest of it does not matter here."""

    reader: ReaderSettings = ReaderSettings()


@reader.command(epilog="Example: pustaka reader watch --port /dev/serial/by-id/usb-…   Ctrl-C ends it.")
@click.option("--config", type=click.Path(path_type=Path), help="A kiosk's configuration; its [reader] is used.")
@click.option("--port", help="The reader's port; goes before the configuration's.")
@click.option("--protocol", type=click.Choice(list(FAMILIES)), help="Goes before the configuration's.")
@click.option("--seconds", type=float, help="End after so long.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an event.")
def watch(config: Path | None, port: str | None, protocol: str | None, seconds: float | None, as_json: bool) -> None:
    """Show what happens on a pad. It only reads; exit status 1: no reader was found."""
    from devices.rfid.events import Event, ReaderChanged, ReaderState
    from devices.rfid.reader import PadReader

    try:
        settings = load(config, _File).reader if config else ReaderSettings()
        changes = {key: value for key, value in (("port", port), ("protocol", protocol)) if value}
        events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        pad = PadReader(msgspec.structs.replace(settings, **changes), events.put)
    except (SettingsError, RfidError) as error:
        raise click.UsageError(str(error)) from error
    end = None if seconds is None else time.monotonic() + seconds
    found = False
    pad.start()
    try:
        while True:
            try:
                event = events.get(timeout=None if end is None else max(0.0, end - time.monotonic()))
            except queue.Empty:
                break
            found |= isinstance(event, ReaderChanged) and event.state is ReaderState.READY
            shown = wording.event(event)
            click.echo(msgspec.json.encode(shown) if as_json else shown.text)
    except KeyboardInterrupt:
        pass
    finally:
        pad.stop()
    if not found:
        raise click.ClickException("no reader answered; see above for what was tried")
