"""``pustaka library import``: files in, all or nothing, and out again."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from kiosk.circulation.library.transfer.batches import undo as undo_batch
from kiosk.circulation.library.transfer.csv_source import safe_cell
from kiosk.circulation.library.transfer.exporter import as_text, replacing
from kiosk.circulation.library.transfer.fields import KINDS
from kiosk.circulation.library.transfer.files import open_source
from kiosk.circulation.library.transfer.importer import Import, Imported, Wishes
from kiosk.circulation.library.transfer.source import Source
from kiosk.circulation.library.transfer.staging import Problem
from kiosk.commands.setting import config_option, json_option, open_library, print_json
from kiosk.config import KioskSettings

#: How many problems are shown of an import that was refused; a dry run shows all.
_SHOWN = 20


def _pairs(_context: click.Context, _parameter: click.Parameter, value: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for text in value:
        left, sign, right = text.rpartition("=") if _parameter.name == "mapped" else text.partition("=")
        if not sign or not left.strip():
            raise click.BadParameter(f"'{text}' has no '='.")
        pairs[left.strip()] = right.strip()
    return pairs


@click.command(
    "import", epilog='Example: pustaka library import members anggota.csv --map "No Anggota=number" --dry-run'
)
@click.argument("what", type=click.Choice(list(KINDS)), required=False)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--map", "mapped", multiple=True, callback=_pairs, help="COLUMN=FIELD; '-' as FIELD leaves a column out.")
@click.option("--value", "given", multiple=True, callback=_pairs, help="FIELD=VALUE for all rows: --value type=pelajar")
@click.option("--columns", default="", help="The file has no header line; its columns are these: number,name,type")
@click.option("--encoding", default="auto", show_default=True, help="Such as utf-8 or cp1252; MARC: utf-8 or marc-8.")
@click.option("--delimiter", default="auto", show_default=True, help="One sign, or 'tab'.")
@click.option("--item-field", default="", help="MARC: subfield of a copy's number. [952p, 876p or 990a]")
@click.option("--dry-run", is_flag=True, help="Change nothing; report every bad line.")
@click.option("--update", is_flag=True, help="Rows of known numbers change these, in the columns of the file.")
@click.option("--skip-bad", is_flag=True, help="Import the good rows although there are bad ones.")
@click.option("--create-types", is_flag=True, help="Make member types or collections that are not there yet.")
@click.option("--like", default="umum", show_default=True, help="The member type whose rules new types take.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write every problem to this CSV file.")
@click.option("--undo", "batch", type=int, metavar="ID", help="Take back import ID, where nothing was used since.")
@config_option
@json_option
def import_(
    what: str | None,
    file: Path | None,
    mapped: dict[str, str],
    given: dict[str, str],
    columns: str,
    encoding: str,
    delimiter: str,
    item_field: str,
    dry_run: bool,
    update: bool,
    skip_bad: bool,
    create_types: bool,
    like: str,
    report: Path | None,
    batch: int | None,
    settings: KioskSettings,
    as_json: bool,
) -> None:
    """Bring in members, items, loans, holds or fees from a CSV, JSON (.json) or, for items, MARC (.mrc, .xml) FILE.

    Columns are recognised by the names that SLiMS, INLISLite, Koha and spreadsheets use. Either every row comes in, or
    none: bad ones are reported with their line, column, value and what was expected (a person's name never is).
    """
    if batch is not None:
        if what is not None:
            raise click.UsageError("--undo stands alone: pustaka library import --undo ID")
        _undo(settings, batch, as_json)
        return
    if what is None or file is None:
        raise click.UsageError("What, and from which file? For example: pustaka library import members anggota.csv")
    wishes = Wishes(mapped, given, dry_run, update, skip_bad, create_types, like)
    names = [name.strip() for name in columns.split(",")] if columns else []
    with open_library(settings) as books, Import(books, KINDS[what], wishes) as job:
        source = open_source(
            file, KINDS[what], encoding=encoding, delimiter=delimiter, columns=names, item_field=item_field
        )
        try:
            with _progress(file, source, quiet=as_json) as progress:
                done = job.run(source, progress)
        finally:
            source.close()
        if report is not None:
            _write_report(report, job.problems(), done.unit)
        shown = job.problems(-1 if dry_run or as_json else _SHOWN)
    if as_json:
        _print_json(done, shown)
    else:
        _print(done, shown, dry_run=dry_run)
    if done.refused:
        raise click.ClickException(_refusal(done, dry_run=dry_run))


@contextmanager
def _progress(file: Path, source: Source, *, quiet: bool) -> Iterator[Callable[[], None]]:
    """A bar on standard error while somebody watches it."""
    if quiet or not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=file.stat().st_size, label=file.name, file=sys.stderr) as bar:
        yield lambda: bar.update(source.position() - bar.pos)


def _undo(settings: KioskSettings, batch: int, as_json: bool) -> None:
    with open_library(settings) as books:
        done = undo_batch(books, batch)
    if as_json:
        print_json(done)
    else:
        kept = f"; {done.kept} stay, they were used or changed since" if done.kept else ""
        click.echo(f"Import {batch} was undone: {done.removed} {done.kind} removed{kept}.")


def _print_json(done: Imported, problems: Sequence[Problem]) -> None:
    data = {name: getattr(done, name) for name in done.__dataclass_fields__}
    print_json(
        {
            **data,
            "mapping": dict(done.mapping),
            "problems": problems,
        }
    )


def _print(done: Imported, problems: Sequence[Problem], *, dry_run: bool) -> None:
    click.echo(f"{done.how}; {done.rows} rows")
    for column, field in done.mapping:
        click.echo(f"  {column} -> {field}" if column != field else f"  {column}")
    if done.unused:
        click.echo(f"  not used: {', '.join(done.unused)}")
    if done.note:
        click.echo(f"  {done.note}")
    for problem in problems:
        click.echo(_in_words(problem, done.unit), err=not dry_run)
    if done.bad > len({problem.line for problem in problems}):
        click.echo("… and more; --report FILE writes them all, --dry-run shows them.", err=True)
    if done.refused:
        return
    would = "Would be" if dry_run else "Imported as batch"
    counts = f"{done.added} added, {done.updated} {'there already' if dry_run else 'changed'}"
    if done.unchanged:
        counts += f", {done.unchanged} unchanged"
    if done.bad:
        counts += f", {done.bad} left out"
    click.echo(f"{would}: {counts}." if dry_run else f"{would} {done.batch}: {counts}.")
    if done.created:
        click.echo(f"{'To be made' if dry_run else 'Made'}: {', '.join(done.created)}.")


def _in_words(problem: Problem, unit: str) -> str:
    value = f": '{problem.value}'" if problem.value else ""
    column = f", {problem.column}" if problem.column else ""
    return f"{unit} {problem.line}{column}{value}: expected {problem.expected}"


def _refusal(done: Imported, *, dry_run: bool) -> str:
    rows = "1 row is" if done.bad == 1 else f"{done.bad} rows are"
    what = f"{rows} bad of {done.rows}"
    return f"{what}." if dry_run else f"Nothing was imported: {what}. Mend them, or import the others with --skip-bad."


def _write_report(path: Path, problems: Sequence[Problem], unit: str) -> None:
    with replacing(path) as target, as_text(target) as text:
        writer = csv.writer(text)
        writer.writerow([unit, "column", "value", "expected"])
        writer.writerows([p.line, safe_cell(p.column), safe_cell(p.value), p.expected] for p in problems)
