"""The ledger's file: lock, schema, the check at opening, and setting a damaged file aside."""

from __future__ import annotations

import datetime
import fcntl
import logging
import os
import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final, Literal

from devices.link.clock import Moment
from devices.link.errors import LedgerError

log = logging.getLogger(__name__)

_SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE total (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE row (
    seq INTEGER PRIMARY KEY, boot TEXT NOT NULL, bt0 INTEGER NOT NULL, bt1 INTEGER NOT NULL,
    t0 INTEGER, t1 INTEGER, clk TEXT NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE held (
    only INTEGER PRIMARY KEY CHECK (only = 1), boot TEXT NOT NULL, bt0 INTEGER NOT NULL, bt1 INTEGER NOT NULL,
    t0 INTEGER, t1 INTEGER, clk TEXT NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL) STRICT;
"""


#: Rows of an older epoch, read in a damaged file, that the collector does not have yet.
_OLD: Final = """
CREATE TABLE IF NOT EXISTS old (
    epoch TEXT NOT NULL, seq INTEGER NOT NULL, boot TEXT NOT NULL, bt0 INTEGER NOT NULL, bt1 INTEGER NOT NULL,
    t0 INTEGER, t1 INTEGER, clk TEXT NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (epoch, seq)) STRICT
"""


class Damaged(Exception):
    """The file is not a whole ledger; the message says how that shows."""


def lock(path: Path) -> IO[bytes]:
    """Take the writer's lock of a ledger; it ends with the returned file, or with the process.

    Raises:
        LedgerError: another process holds it, or the folder cannot be written.
    """
    name = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = name.open("ab")
    except OSError as error:
        raise LedgerError(
            f"ledger {path}: its folder cannot be written: {error}. Give 'data' another folder."
        ) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise LedgerError(f"ledger {path}: another process is using it. Stop that one first.") from None
    return held


#: Like ``sqlite3.connect``, and called as it is, so that a test can put a disk that loses power under the ledger.
Connect = Callable[..., sqlite3.Connection]


def connect(
    path: Path, opener: Connect = sqlite3.connect, durability: Literal["FULL", "NORMAL", "OFF"] = "FULL"
) -> sqlite3.Connection:
    """Open or make the ledger's database, durable and checked. ``durability`` is lower in a test's control alone.

    Raises:
        Damaged: SQLite or the ledger's own sums say that the content cannot be trusted.
        sqlite3.OperationalError: it cannot be opened at all (permissions, a full or failing disk).
    """
    db = opener(path, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA synchronous = {durability}")
        if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:  # new, or cut off while it was made
            _make(db, path)
        _check(db)
        db.execute(_OLD)
    except sqlite3.OperationalError:
        db.close()
        raise
    except sqlite3.DatabaseError as error:
        db.close()
        raise Damaged(str(error)) from error
    except Damaged:
        db.close()
        raise
    return db


def _make(db: sqlite3.Connection, path: Path) -> None:
    epoch = secrets.token_hex(8)
    db.execute("BEGIN EXCLUSIVE")
    for statement in _SCHEMA.split(";")[:-1]:
        db.execute(statement)
    db.executemany("INSERT INTO meta VALUES (?,?)", [("epoch", epoch), ("last", "0"), ("acked", "0"), ("version", "1")])
    db.execute("COMMIT")
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name must survive a power cut, not only the content
    finally:
        os.close(folder)
    log.info("ledger %s: begun, epoch %s", path, epoch)


def _check(db: sqlite3.Connection) -> None:
    verdict = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise Damaged(str(verdict))
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"meta", "total", "row", "held"} <= tables:
        raise Damaged("a table is missing")
    meta = dict(db.execute("SELECT name, value FROM meta").fetchall())
    if not meta.get("epoch") or not meta.get("last", "").isdecimal() or not meta.get("acked", "").isdecimal():
        raise Damaged("the epoch or the last number is missing")
    acked, newest = int(meta["acked"]), int(meta["last"])
    first, last, rows = db.execute("SELECT min(seq), max(seq), count(*) FROM row").fetchone()
    expected = (acked + 1, newest) if rows else (None, None)
    if (first, last) != expected or rows != newest - acked:
        raise Damaged(f"{rows} rows from {first} to {last} do not fit the numbers {acked} and {newest}")


def set_aside(path: Path, now: Moment) -> Path:
    """Rename a damaged ledger (with its write-ahead files) and return the new name; it is never deleted."""
    when = f"bt{now.bt}"
    if now.utc is not None:
        when = datetime.datetime.fromtimestamp(now.utc / 1000, datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    kept = path.with_name(f"{path.name}.damaged-{when}")
    number = 1
    while kept.exists():
        number += 1
        kept = path.with_name(f"{path.name}.damaged-{when}-{number}")
    path.rename(kept)
    for ending in ("-wal", "-shm"):
        beside = path.with_name(path.name + ending)
        if beside.exists():
            beside.rename(kept.with_name(kept.name + ending))
    return kept
