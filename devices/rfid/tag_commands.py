"""``pustaka tag``: what is on a tag, and what should be, without a kiosk."""

from __future__ import annotations

import click
import msgspec

from devices.rfid import wording
from devices.rfid.errors import EncodeError
from devices.rfid.hex_input import read_hex
from devices.rfid.station.commands import convert, station, undo
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Usage, problem
from devices.rfid.tags.recognise import recognise


@click.group()
def tag() -> None:
    """Decode or encode an RFID tag's memory; tag books, convert a shelf, undo it."""


for _command in (station, convert, undo):
    tag.add_command(_command)


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
