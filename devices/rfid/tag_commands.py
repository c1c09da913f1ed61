"""``pustaka tag``: what is on a tag, and what should be, without a kiosk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click
import msgspec

from devices.rfid import wording
from devices.rfid.errors import EncodeError
from devices.rfid.hex_input import read_hex
from devices.rfid.station.commands import convert, station, undo
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Model, TagContent, Usage, problem
from devices.rfid.tags.epc import LAYOUTS, layout, pc_of, recognise_epc
from devices.rfid.tags.epc import identity as epc_identity
from devices.rfid.tags.fields import FieldName
from devices.rfid.tags.recognise import recognise
from devices.rfid.tags.tag_image import WRITABLE, make_image
from devices.rfid.tags.tag_map import MapError, TagMap, normal_uid

_LAYOUTS: Final = {one.model.value: one for one in LAYOUTS}
_USAGES: Final = [usage.name.lower() for usage in Usage]


def _read_memory(ctx: click.Context, param: click.Parameter, value: str | None) -> bytes | None:
    return None if value is None else read_hex(ctx, param, value)


def _read_pc(ctx: click.Context, param: click.Parameter, value: str) -> int:
    if not re.fullmatch("[0-9A-Fa-f]{4}", value):
        raise click.BadParameter(f"{value!r} is not four hex digits", ctx, param)
    return int(value, 16)


@click.group()
def tag() -> None:
    """Decode or encode an RFID tag's memory or EPC; tag books, convert a whole shelf, undo it."""


for _command in (station, convert, undo):
    tag.add_command(_command)


_DECODE_EXAMPLES: Final = """\b
Examples:
  pustaka tag decode "11 01 01 31 30 …"
  pustaka tag decode --epc --pc 4000 19E9F871000000000012D68700000001
  pustaka tag decode --uid E004010031230A01 --map tags.csv
Exit status 1: not an item or card.
"""


@tag.command(epilog=_DECODE_EXAMPLES)
@click.argument("memory", callback=_read_memory, metavar="[HEX]", required=False)
@click.option("--dsfid", type=click.IntRange(0, 255), help="The tag's DSFID, if known.")
@click.option("--epc", "is_epc", is_flag=True, help="HEX is a UHF tag's EPC, not a memory.")
@click.option("--pc", callback=_read_pc, default="0000", show_default=True, help="With --epc: the word before it, hex.")
@click.option("--uid", help="The tag's UID, to look it up in --map; with --epc the EPC is looked up.")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="Table of tags: CSV with uid and item.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def decode(
    memory: bytes | None,
    dsfid: int | None,
    is_epc: bool,
    pc: int,
    uid: str | None,
    map_file: Path | None,
    as_json: bool,
) -> None:
    """Say what the memory of a tag means, from byte 0 on."""
    content: TagContent | None = None
    alarm: bool | None = None
    if memory is not None and is_epc:
        content = recognise_epc(pc, memory)
        found = layout(pc, memory)
        alarm = found.armed(pc, memory) if found is not None else None
        uid = uid or epc_identity(pc, memory)
    elif memory is not None:
        if len(memory) < iso28560_3.SMALL:
            raise click.ClickException(
                f"only {len(memory)} bytes; give the first {iso28560_3.SMALL} of the tag, or more"
            )
        content = recognise(memory, dsfid)
    if map_file is not None:
        content = _mapped(map_file, uid, content)
    if content is None:
        raise click.UsageError("give HEX, or --uid and --map")
    trouble = problem(content)
    shown = wording.content(content, alarm)
    click.echo(msgspec.json.encode(shown) if as_json else wording.lines(shown))
    if trouble:
        raise click.ClickException(trouble.sentence)


def _mapped(path: Path, uid: str | None, content: TagContent | None) -> TagContent:
    if uid is None:
        raise click.UsageError("--map needs --uid (or --epc)")
    try:
        found = TagMap.load(path).resolve(uid, content)
    except MapError as error:
        raise click.BadParameter(str(error), param_hint="--map") from error
    if found is None:
        raise click.ClickException(f"{normal_uid(uid)} is not in {path}: add a line for it, or scan the label")
    return found


_ENCODE_EXAMPLES: Final = """\b
Examples:
  pustaka tag encode --item 1000000056 --isil DK-718500
  pustaka tag encode --model iso28560-2 --item 00123 --isil ID-SMR01 --part 2 --parts 3 --field shelf=899.221
  pustaka tag encode --model dortmund-epc --item 1234567 --isil DE-290 --no-alarm
"""


@tag.command(epilog=_ENCODE_EXAMPLES)
@click.option(
    "--model", type=click.Choice([*(model.value for model in WRITABLE), *_LAYOUTS]), default=Model.ISO_28560_3.value,
    show_default=True, help="How the tag is laid out.",
)  # fmt: skip
@click.option("--item", required=True, help="Item number.")
@click.option("--isil", default="", help="Owner's ISIL, for example ID-SMR01.")
@click.option("--part", type=int, default=1, show_default=True, help="Which part of the item this is.")
@click.option("--parts", type=int, default=1, show_default=True, help="How many parts the item has.")
@click.option("--usage", type=click.Choice(_USAGES), default="circulating", show_default=True)
@click.option("--field", "pairs", multiple=True, metavar="NAME=VALUE", help=f"Also: {', '.join(FieldName)}.")
@click.option(
    "--capacity", type=click.IntRange(8, 8192), default=112, show_default=True, help="Bytes of the tag's memory."
)
@click.option("--block-size", type=click.Choice(["4", "8"]), default="4", show_default=True, help="Bytes of a block.")
@click.option("--alarm/--no-alarm", default=True, show_default=True, help="For an EPC: whether the gate gives alarm.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def encode(
    model: str,
    item: str,
    isil: str,
    part: int,
    parts: int,
    usage: str,
    pairs: tuple[str, ...],
    capacity: int,
    block_size: str,
    alarm: bool,
    as_json: bool,
) -> None:
    """Write an item as a tag's memory (hex, whole blocks from byte 0 on), or as an EPC (hex, the PC before it)."""
    fields = _fields(pairs)
    try:
        if model in _LAYOUTS:
            shown = _epc(model, item, isil, alarm, one_item=part == parts == 1 and not fields)
        else:
            image = make_image(
                Model(model), item, isil, part, parts, Usage[usage.upper()], capacity=capacity,
                block_size=int(block_size), fields=fields,
            )  # fmt: skip
            text = image.memory.hex().upper()
            blocks = len(image.memory) // int(block_size)
            shown = {"model": model, "hex": text, "blocks": blocks, "bytes": len(image.memory), "dsfid": image.dsfid}
    except EncodeError as error:
        raise click.ClickException(str(error)) from error
    click.echo(msgspec.json.encode(shown) if as_json else str(shown.get("pc", "")) + str(shown["hex"]))


def _epc(model: str, item: str, isil: str, alarm: bool, one_item: bool) -> dict[str, str | int]:
    if not one_item:
        raise EncodeError(f"{model}: an EPC holds an item number, with no parts and no fields; leave them out")
    chosen = _LAYOUTS[model]
    epc = chosen.encode(item, isil, armed=alarm)
    pc, epc = chosen.with_alarm(pc_of(epc), epc, alarm)
    return {"model": model, "pc": f"{pc:04X}", "hex": epc.hex().upper(), "bytes": len(epc)}


def _fields(pairs: tuple[str, ...]) -> dict[FieldName, str]:
    fields: dict[FieldName, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name not in list(FieldName):
            known = ", ".join(FieldName)
            raise click.BadParameter(f"{pair!r}: use NAME=VALUE, NAME being one of {known}", param_hint="--field")
        fields[FieldName(name)] = value
    return fields
