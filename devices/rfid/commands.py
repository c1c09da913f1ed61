"""``pustaka tag`` and ``pustaka reader``: tags and readers' frames without a kiosk, for staff, scripts and support."""

from __future__ import annotations

import queue
import re
import time
from pathlib import Path

import click
import msgspec

from devices.rfid import wording
from devices.rfid.errors import EncodeError, RfidError
from devices.rfid.protocols import FAMILIES
from devices.rfid.protocols.m3_frames import Parser
from devices.rfid.protocols.m3_say import say
from devices.rfid.settings import ReaderSettings
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Usage, problem
from devices.rfid.tags.recognise import recognise
from devices.settings import SettingsError, load


def read_hex(ctx: click.Context, param: click.Parameter, value: str) -> bytes:
    """Bytes from hex digits; spaces, colons and line ends between them are fine."""
    digits = re.sub(r"[\s:]", "", value)
    wrong = re.search(r"[^0-9A-Fa-f]", digits)
    if wrong:
        what = f"{wrong.group()!r} at digit {wrong.start() + 1} is not a hex digit (0-9, A-F)"
    elif not digits:
        what = "there are no hex digits"
    elif len(digits) % 2:
        what = f"{len(digits)} hex digits; every byte needs two, so one is missing or too many"
    else:
        return bytes.fromhex(digits)
    raise click.BadParameter(what, ctx, param)


@click.group()
def tag() -> None:
    """Decode or encode an RFID tag's memory."""


@tag.command(epilog='Example: pustaka tag decode "11 01 01 31 30 …"   Exit status 1: not an item or card.')
@click.argument("memory", callback=read_hex, metavar="HEX")
@click.option("--dsfid", type=click.IntRange(0, 255), help="The tag's DSFID, if known.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def decode(memory: bytes, dsfid: int | None, as_json: bool) -> None:
    """Say what the memory of a tag means, from byte 0 on."""
    if len(memory) < iso28560_3.SMALL:
        raise click.ClickException(f"only {len(memory)} bytes; give the first {iso28560_3.SMALL} of the tag, or more")
    content = recognise(memory, dsfid)
    trouble = problem(content)
    shown = wording.content(content)
    click.echo(msgspec.json.encode(shown) if as_json else wording.lines(shown))
    if trouble:
        raise click.ClickException(trouble.sentence)


@tag.command(epilog="Example: pustaka tag encode --item 1000000056 --isil DK-718500")
@click.option("--item", required=True, help="Item number, at most 16 bytes of UTF-8.")
@click.option("--isil", default="", help="Owner's ISIL, for example ID-SMR01.")
@click.option("--part", type=int, default=1, show_default=True, help="Which part of the item this is.")
@click.option("--parts", type=int, default=1, show_default=True, help="How many parts the item has.")
@click.option(
    "--usage", type=click.Choice([usage.name.lower() for usage in Usage]), default="circulating", show_default=True
)
@click.option("--size", type=click.Choice(["32", "34"]), default="34", show_default=True, help="Bytes of the core.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def encode(item: str, isil: str, part: int, parts: int, usage: str, size: str, as_json: bool) -> None:
    """Write an item as ISO 28560-3: hex, padded to whole blocks of 4 bytes."""
    try:
        core = iso28560_3.encode(item, isil, part=part, parts=parts, usage=Usage[usage.upper()], size=int(size))
    except EncodeError as error:
        raise click.ClickException(str(error)) from error
    memory = core + b"\0" * (-len(core) % iso28560_3.BLOCK)
    text = memory.hex().upper()
    click.echo(msgspec.json.encode({"hex": text, "blocks": len(memory) // iso28560_3.BLOCK}) if as_json else text)


@click.group()
def reader() -> None:
    """Parse or watch an RFID reader's frames."""


@reader.command(epilog='Example: pustaka reader parse --protocol m3 "D6 00 05 FE 00 05 FA 40"')
@click.option("--protocol", type=click.Choice(FAMILIES), default="m3", show_default=True)
@click.argument("data", callback=read_hex, metavar="HEX")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a frame.")
def parse(protocol: str, data: bytes, as_json: bool) -> None:
    """Take a recording of a reader's line apart, both ways. Exit status 1: there are bytes of no frame in it."""
    del protocol  # there is one; the option is there so that scripts name it
    parser = Parser()
    noise = 0
    for found in parser.receive(data) + parser.give_up():
        said = say(found)
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
@click.option("--protocol", type=click.Choice(FAMILIES), help="Goes before the configuration's.")
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
