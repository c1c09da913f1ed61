"""``pustaka decode``: read the barcodes in pictures."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from devices.barcode.code import LIBRARY_FORMATS, BarcodeError, Code, check_formats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from devices.barcode.zbar import Zbar


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was read, by the whole ladder or one rung of it, and how long it took."""

    codes: Sequence[Code]
    ms: float
    rung: str = ""

    def fields(self) -> dict[str, Any]:
        found = [{"format": code.format, "text": code.text} for code in self.codes]
        named = {"rung": self.rung} if self.rung else {}
        return {**named, "codes": found, "ms": round(self.ms, 1)}

    def words(self) -> str:
        return ", ".join(f"{code.format} {code.text}" for code in self.codes) or "no code found"


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
@click.option("--all", "every", is_flag=True, help="Show what each way of looking answers by itself, and its time.")
def decode(images: tuple[Path, ...], as_json: bool, formats: str, second_engine: bool, every: bool) -> None:
    """Read the barcodes and QR codes in pictures.

    A picture without a code is no failure; one that cannot be read is, and the others are still done.
    """
    try:
        wanted = check_formats(tuple(name.strip() for name in formats.split(",") if name.strip()))
    except BarcodeError as error:
        raise click.BadParameter(str(error), param_hint="--formats") from error
    if not _decode_all(images, wanted, as_json, second_engine, every):
        raise click.exceptions.Exit(1)


def _decode_all(
    images: tuple[Path, ...], formats: tuple[str, ...], as_json: bool, second_engine: bool, every: bool
) -> bool:
    from devices.barcode.picture import read_picture
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
            whole = _whole(picture, formats, zbar)
            rungs = _rungs(picture, formats, zbar) if every else None
            click.echo(_json(image, whole, rungs) if as_json else _text(image, whole, rungs or []))
    finally:
        if zbar is not None:
            zbar.close()
    return all_read


def _whole(picture: NDArray[np.uint8], formats: tuple[str, ...], zbar: Zbar | None) -> _Answer:
    from devices.barcode.still import decode as decode_frame

    began = time.perf_counter()
    codes = decode_frame(picture, formats, second=zbar)
    return _Answer(codes, (time.perf_counter() - began) * 1000)


def _rungs(picture: NDArray[np.uint8], formats: tuple[str, ...], zbar: Zbar | None) -> list[_Answer]:
    from devices.barcode.still import every_rung

    answers = []
    for name, rung in every_rung(picture, formats, second=zbar):
        began = time.perf_counter()
        codes = rung()
        answers.append(_Answer(codes, (time.perf_counter() - began) * 1000, name))
    return answers


def _json(image: Path, whole: _Answer, rungs: list[_Answer] | None) -> str:
    each = {} if rungs is None else {"rungs": [answer.fields() for answer in rungs]}
    return json.dumps({"file": str(image), **whole.fields(), **each}, ensure_ascii=False)


def _text(image: Path, whole: _Answer, rungs: list[_Answer]) -> str:
    lines = [f"{image}: {whole.words()} ({whole.ms:.0f} ms)"]
    lines += [f"  {answer.rung:16} {answer.ms:7.1f} ms  {answer.words()}" for answer in rungs]
    return "\n".join(lines)
