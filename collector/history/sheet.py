"""A file as rows of cells: CSV in any usual dress, or the first sheet of a workbook."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from collector.history.errors import HistoryError

#: A day's cell may hold a time of its own in a workbook.
Cell = str | int | float | date | datetime | time | None

#: Bytes and rows of a file, at most: ten years of ten doors by the minute are not history but a mistake.
LARGEST: Final = 64 * 1024 * 1024
MOST_ROWS: Final = 1_000_000
_DELIMITERS: Final = ",;\t|"


@dataclass(frozen=True, slots=True)
class Line:
    """One row and its number in the file, from 1."""

    number: int
    cells: tuple[Cell, ...]


def read_sheet(path: Path) -> list[Line]:
    """All rows that hold anything.

    Raises:
        HistoryError: the file cannot be read, is too large, or is neither text nor a workbook.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST else b""
    except OSError as error:
        raise HistoryError(f"{path}: cannot be read: {error.strerror or error}.") from error
    if size > LARGEST:
        raise HistoryError(f"{path}: {size // 1_000_000} MB are too much; split it into files of at most 64 MB.")
    lines = _workbook(path, data) if data[:4] == b"PK\x03\x04" else _text(path, data)
    if len(lines) > MOST_ROWS:
        raise HistoryError(f"{path}: more than {MOST_ROWS:,} rows; split it by year.")
    return lines


def _text(path: Path, data: bytes) -> list[Line]:
    text = _decode(path, data)
    sample = "\n".join(text.splitlines()[:50])
    delimiter = max(_DELIMITERS, key=lambda each: (_steady(sample, each), -_DELIMITERS.index(each)))
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [Line(rows.line_num, tuple(row)) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise HistoryError(f"{path}: not a table of comma separated values: {error}.") from error


def _decode(path: Path, data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise HistoryError(f"{path}: neither text nor a workbook (.xlsx). Save it as CSV (UTF-8) and try again.")


def _steady(sample: str, delimiter: str) -> tuple[int, int]:
    """In how many lines the delimiter stands the usual number of times, and how often that is."""
    numbers = [len(row) for row in csv.reader(sample.splitlines(), delimiter=delimiter) if row]
    columns = max((n for n in numbers if n > 1), key=numbers.count, default=1)
    return (numbers.count(columns), columns) if columns > 1 else (0, 0)


def _workbook(path: Path, data: bytes) -> list[Line]:
    import openpyxl  # heavy, and only for workbooks

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a wrong size, and what lies beyond it would be lost
        rows = enumerate(sheet.iter_rows(values_only=True), 1)
        return [Line(number, row) for number, row in rows if any(cell not in (None, "") for cell in row)]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError) as error:
        raise HistoryError(f"{path}: the workbook cannot be read: {error}. Save it anew, or as CSV.") from error
