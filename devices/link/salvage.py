"""What can still be read in a damaged ledger: rows that the collector has not acknowledged.

A damaged file is set aside and a new epoch begins, but its rows need not be lost: they keep their old epoch and number,
and are sent beside the new ones. Each row is looked up by itself, so that one bad page costs the rows on it and no
other; what cannot be read leaves a hole that the collector flags, and whose size follows from the totals around it.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from devices.contract import Clock, Row
from devices.contract import body as read_body

#: boot, bt0, bt1, t0, t1, clk, kind, body: the columns that a row and the held interval share.
Fields = tuple[str, int, int, int | None, int | None, str, str, bytes]
_COLUMNS = "boot, bt0, bt1, t0, t1, clk, kind, body"


@dataclass(frozen=True)
class Salvage:
    """``rows`` by number, of ``wanted`` that the collector lacks; ``held``: the interval that was still open."""

    epoch: str
    wanted: int
    rows: dict[int, Fields]
    held: Fields | None


def salvage(damaged: Path) -> Salvage | None:
    """Read what can be read, in a copy; ``None`` when not even the epoch and the numbers can."""
    with tempfile.TemporaryDirectory(prefix="ledger-", dir=damaged.parent) as folder, contextlib.suppress(OSError):
        copy = Path(folder) / "ledger.sqlite"
        for ending in ("", "-wal"):
            beside = damaged.with_name(damaged.name + ending)
            if beside.exists():
                shutil.copyfile(beside, copy.with_name(copy.name + ending))
        with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as db:
            return _read(db)
    return None


def _read(db: sqlite3.Connection) -> Salvage | None:
    meta = {name: found[0] for name in ("epoch", "acked", "last") for found in _ask(db, _META, name)}
    numbers = [str(meta.get(name, "")) for name in ("acked", "last")]
    if not meta.get("epoch") or not all(number.isdecimal() for number in numbers):
        return None
    first, last = int(numbers[0]) + 1, int(numbers[1])
    rows: dict[int, Fields] = {}
    for seq in range(first, last + 1):
        for found in _ask(db, f"SELECT {_COLUMNS} FROM row WHERE seq = ?", seq):
            if _sound(found):
                rows[seq] = found
    held = next((found for found in _ask(db, f"SELECT {_COLUMNS} FROM held WHERE only = ?", 1) if _sound(found)), None)
    return Salvage(str(meta["epoch"]), last + 1 - first, rows, held)


_META = "SELECT value FROM meta WHERE name = ?"


def _ask(db: sqlite3.Connection, sql: str, value: str | int) -> Iterator[Fields]:
    with contextlib.suppress(sqlite3.Error):
        yield from db.execute(sql, (value,)).fetchall()


def _sound(fields: Fields) -> bool:
    """Whether every column is what it must be; garbage in the middle of a page can be anything."""
    boot, bt0, bt1, t0, t1, clk, kind, body = fields
    try:
        row = Row(epoch="?", seq=1, boot=boot, bt0=bt0, bt1=bt1, t0=t0, t1=t1, clk=Clock(clk), kind=kind,
                  body=msgspec.Raw(body))  # fmt: skip
        msgspec.json.decode(msgspec.json.encode(row), type=Row)
        return read_body(row) is not None
    except (ValueError, TypeError):  # msgspec's and the contract's errors are ValueErrors
        return False
