"""``pustaka journal export``: the journal in a file that others can verify."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

import click

from kiosk.circulation import journal_export
from kiosk.circulation.journal_file import JournalReader
from kiosk.commands.setting import config_option, read_journal
from kiosk.config import KioskSettings


@click.command(epilog="Example: pustaka journal export --format csv --out journal.csv --config kiosk.toml")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "csv"]),
    default="json",
    show_default=True,
    help="JSON lines, or CSV for a spreadsheet.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; else standard output.")
@config_option
def export(form: str, out: Path | None, settings: KioskSettings) -> None:
    """Write every row with its hashes, for an auditor; patrons appear as keyed hashes only.

    Whoever has the file checks it with 'pustaka journal verify --file FILE'.
    """
    with read_journal(settings) as record:
        if out is None:
            rows = _write(record, form, sys.stdout)
        else:
            try:
                with out.open("w", encoding="utf-8", newline="") as file:
                    rows = _write(record, form, file)
            except OSError as error:
                raise click.ClickException(f"{out}: this file cannot be written: {error.strerror or error}.") from error
    if out is not None:
        click.echo(f"{rows} rows written to {out}.")


def _write(record: JournalReader, form: str, file: IO[str]) -> int:
    with record.unchanging():
        head = record.head()
        if form == "csv":
            journal_export.to_csv(record.identity, head, record.links(), file)
        else:
            for text in journal_export.to_lines(record.identity, head, record.links()):
                file.write(text + "\n")
    return head.n
