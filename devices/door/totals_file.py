"""Recorded totals: CSV ``timestamp,total`` or ``timestamp,in,out``, as gates and spreadsheets export them. Pure but for
the reading of the file.

A timestamp is ISO 8601 with or without a zone (``2026-03-01 09:00``, ``2026-03-01T09:00:00+08:00``), seconds or
milliseconds since 1970, or ms from anywhere under the heading ``t_ms``. Without a zone it is taken as it stands: only
differences matter here. Cells are separated by commas, semicolons or tabs; a heading may name the columns in any order.

A cell that says "nothing was read" is left out: empty, ``-``, ``n/a``, ``null``, ``error``, ``offline``, ``gagal``,
``rusak``, ``mati`` and the like, and ``-1``, which some scripts write for a gate that did not answer. Missing is not
zero. Any other text is refused, with its line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from devices.door.readings import Total
from devices.door.recordings import ReplayError
from devices.unread import is_unread

_TIME: Final = frozenset({"timestamp", "time", "t_ms", "t", "date", "datetime", "waktu", "tanggal", "utc"})
_INTO: Final = frozenset({"total", "in", "into", "total_in", "count", "masuk", "jumlah"})
_OUT: Final = frozenset({"out", "total_out", "keluar"})
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+")
_WHOLE = re.compile(r"(\d{1,18})(\.0*)?")
_EPOCH = re.compile(r"\d{1,15}(\.\d{1,9})?")
#: Seconds since 1970 stay below this until the year 5138; milliseconds are above it since 1973.
_MS_FROM: Final = 100_000_000_000


@dataclass(frozen=True)
class _Columns:
    time: int = 0
    into: int = 1
    out: int | None = None
    ms: bool = False


def read_totals(path: Path) -> list[Total]:
    """All readings of a recording; times are ms since 1970 (or as they stand, under ``t_ms``).

    Raises:
        ReplayError: no such file, not text, a cell that is neither a number nor a word for "nothing", time that goes
            back, or no reading at all.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ReplayError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ReplayError(f"{path}: not a text file: {error}") from error
    readings: list[Total] = []
    columns: _Columns | None = None
    for number, cells in _rows(lines):
        where = f"{path}, line {number}"
        if columns is None:
            heading = _heading(cells)
            columns = heading or _Columns(out=2 if len(cells) > 2 else None)
            if heading:
                continue
        reading = _reading(cells, columns, where)
        if reading is None:
            continue
        if readings and reading.t_ms < readings[-1].t_ms:
            raise ReplayError(f"{where}: the time is before that of the line above; the lines must be in order of time")
        readings.append(reading)
    if not readings:
        raise ReplayError(f"{path}: holds no reading; expected lines of 'timestamp,total'")
    return readings


def _rows(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    separator = ""
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not separator:
            separator = next((mark for mark in ("\t", ";", ",") if mark in line), ",")
        # One line at a time: a stray quotation mark must not swallow the rest of the file.
        yield number, [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]


def _heading(cells: list[str]) -> _Columns | None:
    names = [cell.lower() for cell in cells]
    time = next((n for n, name in enumerate(names) if name in _TIME), None)
    into = next((n for n, name in enumerate(names) if name in _INTO), None)
    if time is None or into is None:
        return None
    out = next((n for n, name in enumerate(names) if name in _OUT), None)
    return _Columns(time, into, out, ms=names[time] == "t_ms")


def _reading(cells: list[str], columns: _Columns, where: str) -> Total | None:
    needed = max(columns.time, columns.into)
    if len(cells) <= needed:
        raise ReplayError(f"{where}: expected 'timestamp,total', got {','.join(cells)[:60]!r}")
    t_ms = _time(cells[columns.time], columns.ms, where)
    into = _number(cells[columns.into], where)
    out = None
    if columns.out is not None and len(cells) > columns.out:
        out = _number(cells[columns.out], where)
    return None if into is None else Total(t_ms, into, out)


def _time(text: str, ms: bool, where: str) -> int:
    if _EPOCH.fullmatch(text):
        value = float(text)
        return int(text) if text.isdecimal() and (ms or value >= _MS_FROM) else round(value * (1 if ms else 1000))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ReplayError(
            f"{where}: expected a time such as 2026-03-01 09:00 or seconds since 1970, got {text[:30]!r}"
        ) from None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _number(text: str, where: str) -> int | None:
    if not text or is_unread(text):
        return None
    if _GROUPED.fullmatch(text):
        return int(text.replace(",", ""))
    whole = _WHOLE.fullmatch(text)
    if whole is None or not text.isascii():
        raise ReplayError(f"{where}: expected a total as a whole number, or '-' for none, got {text[:30]!r}")
    return int(whole.group(1))
