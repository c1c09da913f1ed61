"""Giving a report out: to the terminal, to a program that reads from us, or into a file that is whole or not there."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import click

from collector.errors import ReportError
from collector.reports import render
from collector.reports.exports import Export
from collector.reports.model import Report


def report(made: Report, form: str, out: Path | None) -> None:
    """In the form asked for.

    Raises:
        ReportError: it cannot be made or written; or it is no text and would go to a terminal.
    """
    if form in render.TEXT:
        text = render.text(made, form)
        if not made.data and form == "csv":
            click.echo(made.sentence, err=True)
        if out is None:
            click.echo(text)
        else:
            write(out, (text + "\n").encode())
        return
    terminal = sys.stdout.buffer
    if out is None and sys.stdout.isatty():
        raise ReportError(
            f"The format {form} is no text; name a file with --out, for example --out {made.name}.{form}."
        )
    data = render.binary(made, form)
    if out is None:
        terminal.write(data)
    else:
        write(out, data)


def export(made: Export, out: Path | None) -> None:
    """Files of an export: NAME-1.csv, NAME-2.csv … where there are several.

    Raises:
        ReportError: they cannot be written.
    """
    for remark in made.remarks:
        click.echo(remark, err=True)
    if out is None:
        head, *others = made.files
        click.echo("\n".join([head, *(file.partition("\n")[2] for file in others)]))
        return
    for at, file in enumerate(made.files, start=1):
        name = out if len(made.files) == 1 else out.with_stem(f"{out.stem}-{at}")
        write(name, (file + "\n").encode())


def write(path: Path, data: bytes) -> None:
    """Write beside the file, then put it in its place.

    Raises:
        ReportError: the folder is missing, closed to us or full.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ReportError(f"{path}: cannot be written: {error.strerror}.") from error
