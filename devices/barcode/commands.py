"""``pustaka decode``: read the barcodes in pictures."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from devices.barcode.code import LIBRARY_FORMATS, BarcodeError, Code, check_formats


@click.command(
    epilog="Example: pustaka decode label.jpg --json    prints "
    '{"file": "label.jpg", "codes": [{"format": "Code128", "text": "B00417"}], "ms": 3.1}'
)
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each picture.")
@click.option(
    "--formats", default=",".join(LIBRARY_FORMATS), show_default=True, help="Codes to search, with commas between."
)
@click.option("--second-engine/--no-second-engine", default=True, help="Ask ZBar when ZXing leaves something unread.")
def decode(images: tuple[Path, ...], as_json: bool, formats: str, second_engine: bool) -> None:
    """Read the barcodes and QR codes in pictures.

    A picture without a code is no failure; one that cannot be read is, and the others are still done.
    """
    try:
        wanted = check_formats(tuple(name.strip() for name in formats.split(",") if name.strip()))
    except BarcodeError as error:
        raise click.BadParameter(str(error), param_hint="--formats") from error
    if not _decode_all(images, wanted, as_json, second_engine):
        raise click.exceptions.Exit(1)


def _decode_all(images: tuple[Path, ...], formats: tuple[str, ...], as_json: bool, second_engine: bool) -> bool:
    from devices.barcode.sources import read_picture
    from devices.barcode.still import decode as decode_frame
    from devices.barcode.zbar import Zbar

    zbar = Zbar() if second_engine else None
    all_read = True
    try:
        for image in images:
            try:
                picture = read_picture(image)
            except BarcodeError as error:
                click.echo(str(error), err=True)
                all_read = False
                continue
            began = time.perf_counter()
            codes = decode_frame(picture, formats, second=zbar)
            click.echo(_line(image, codes, (time.perf_counter() - began) * 1000, as_json))
    finally:
        if zbar is not None:
            zbar.close()
    return all_read


def _line(image: Path, codes: list[Code], ms: float, as_json: bool) -> str:
    if as_json:
        found = [{"format": code.format, "text": code.text} for code in codes]
        return json.dumps({"file": str(image), "codes": found, "ms": round(ms, 1)}, ensure_ascii=False)
    if not codes:
        return f"{image}: no code found ({ms:.0f} ms)"
    return f"{image}: " + ", ".join(f"{code.format} {code.text}" for code in codes) + f" ({ms:.0f} ms)"
