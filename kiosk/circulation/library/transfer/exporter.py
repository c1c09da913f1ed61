"""Lists of the library as files that the import reads back to the same.

Written beside the target first and moved there at the end, readable by its owner only: a half-written or widely
readable list of members never exists. PINs go out, as hashes, only when they are asked for.
"""

from __future__ import annotations

import csv
import io
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

import msgspec

from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.transfer.csv_source import safe_cell
from kiosk.circulation.library.transfer.fields import Kind, Value

FORMATS = ("csv", "json", "marc")
Row = tuple[Value, ...]

_QUERIES = {
    "members": """SELECT number, name, type, born, expires, pending, blocked, suspended_until, pin, language
                  FROM members WHERE removed = 0 ORDER BY number""",
    "items": """SELECT number, title_id AS title_key, title, author, publisher, year, call_number, collection, status,
                       no_loan, parts, min_age, tag_uid, location, cost, replaced_by
                FROM items JOIN titles ON titles.id = title_id ORDER BY number""",
    "loans": """SELECT item, member, lent_at, due, renewals FROM loans WHERE returned_at IS NULL ORDER BY id""",
    "holds": """SELECT member, COALESCE(item, (SELECT MIN(number) FROM items WHERE items.title_id = holds.title_id)),
                       item IS NOT NULL AS this_copy, created, ready_item, ready_until, shelf
                FROM holds WHERE ended = '' ORDER BY id""",
    "fees": """SELECT member, amount, kind, item, at FROM fees JOIN members ON number = member
               WHERE removed = 0 ORDER BY fees.id""",
}


def export(library: EmbeddedLibrary, kind: Kind, target: BinaryIO, form: str, *, with_pins: bool = False) -> int:
    """Write the whole list to ``target``; answers how many rows it has. Loans and holds are the running ones.

    Raises:
        LibraryError: only items can be written as MARC.
    """
    names = [field.name for field in kind.fields if field.name != "pin" or with_pins]
    with library.store.reading() as db:
        if form == "marc":
            if kind.name != "items":
                raise LibraryError(f"{kind.name.capitalize()} cannot be written as MARC; use csv or json.")
            from kiosk.circulation.library.transfer.marc_target import write_marc  # not needed for the others

            return write_marc(db, target)
        write = _write_json if form == "json" else _write_csv
        return write(names, rows(db, kind, with_pins=with_pins), target)


def rows(db: sqlite3.Connection, kind: Kind, *, with_pins: bool = False) -> Iterator[Row]:
    """The list in the order of the kind's fields. Titles are numbered from 1 as they come."""
    titles: dict[Value, int] = {}
    left_out = next((at for at, field in enumerate(kind.fields) if field.name == "pin" and not with_pins), None)
    for row in db.execute(_QUERIES[kind.name]):
        cells = list(row)
        if kind.name == "items":
            cells[1] = titles.setdefault(cells[1], len(titles) + 1)
        if left_out is not None:
            del cells[left_out]
        yield tuple(cells)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes ``path``'s place, whole and on the disk, when the block ends without an exception.

    Raises:
        LibraryError: the folder cannot be written to.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise LibraryError(f"{path}: this file cannot be written: {error.strerror or error}.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        raise LibraryError(f"{path}: this file cannot be written: {error.strerror or error}.") from error
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()


def _write_csv(names: list[str], found: Iterator[Row], target: BinaryIO) -> int:
    with as_text(target) as text:
        writer = csv.writer(text)
        writer.writerow(names)
        return _counted(found, lambda row: writer.writerow([_cell(value) for value in row]))


def _write_json(names: list[str], found: Iterator[Row], target: BinaryIO) -> int:
    target.write(b"[")
    between = b"\n"

    def write(row: Row) -> None:
        nonlocal between
        target.write(between + msgspec.json.encode(dict(zip(names, row, strict=True))))
        between = b",\n"

    count = _counted(found, write)
    target.write(b"\n]\n")
    return count


def _counted(found: Iterator[Row], write: Callable[[Row], object]) -> int:
    count = 0
    for row in found:
        write(row)
        count += 1
    return count


def _cell(value: Value) -> str:
    """Numbers are no formulas, so a minus before one stays as it is."""
    if value is None:
        return ""
    return safe_cell(value) if isinstance(value, str) else str(value)


@contextmanager
def as_text(target: BinaryIO) -> Iterator[IO[str]]:
    """UTF-8 with a byte order mark, which makes spreadsheets read it as such."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
    try:
        yield text
    finally:
        text.detach()  # which flushes, and leaves the target open
