"""``pustaka library export``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kiosk.circulation.library.transfer.exporter import FORMATS, replacing
from kiosk.circulation.library.transfer.exporter import export as write
from kiosk.circulation.library.transfer.fields import KINDS
from kiosk.commands.setting import config_option, json_option, open_library, print_json
from kiosk.config import KioskSettings

_BY_ENDING = {".json": "json", ".mrc": "marc", ".marc": "marc"}


@click.command(epilog="Example: pustaka library export items items.csv --config kiosk.toml")
@click.argument("what", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--format", "form", type=click.Choice(FORMATS), help="By the file's ending, else csv. MARC is for items.")
@click.option("--with-pins", is_flag=True, help="Members' PINs too, as hashes.")
@config_option
@json_option
def export(
    what: str, file: Path | None, form: str | None, with_pins: bool, settings: KioskSettings, as_json: bool
) -> None:
    """Write the whole list to FILE, or to standard output, so that 'import' reads back the same.

    A CSV cell that a spreadsheet would run as a formula gets an apostrophe in front, which 'import' takes off again.
    The file takes its place when it is complete, and only its owner may read it. Loans and holds are the running ones.
    """
    chosen = form or _BY_ENDING.get(file.suffix.lower() if file else "", "csv")
    with open_library(settings) as books:
        if file is None:
            if as_json:
                raise click.UsageError("--json tells of a written file; name a FILE, or use --format json.")
            write(books, KINDS[what], sys.stdout.buffer, chosen, with_pins=with_pins)
            return
        with replacing(file) as target:
            count = write(books, KINDS[what], target, chosen, with_pins=with_pins)
    if as_json:
        print_json({"path": str(file), "kind": what, "format": chosen, "rows": count})
    else:
        click.echo(f"{file}: {count} {what}")
