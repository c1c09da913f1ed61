"""The store in one SQLite file: WAL and ``synchronous=FULL``, because devices delete what has been acknowledged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from collector.derive import refresh as refreshing
from collector.derive.refreshed import Refreshed
from collector.errors import StoreBusy, StoreError
from collector.store import rebuilding, schema, states
from collector.store.db import Db
from collector.store.port import Batch, Written
from collector.store.writing import RawRow, Surprise, Ways, write

_BUSY_S = 5.0
#: The log is copied into the file when it has so many pages of 4 KiB, or when there is nothing else to do. A page that
#: is written again meanwhile is copied once.
_LOG_PAGES = 8000


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Open the file, refusing one that is not ours.

    Raises:
        StoreError: missing (when only reading), unreadable, locked, not SQLite, or another program's.
    """
    if read_only and not path.exists():
        raise StoreError(f"{path}: no such store. Start 'pustaka collector' once, or name another with --store PATH.")
    if not path.parent.is_dir():
        raise StoreError(f"{path}: its folder does not exist. Make it, or name another store with --store PATH.")
    mode = "ro" if read_only else "rwc"
    connection: sqlite3.Connection | None = None
    try:
        uri = f"{path.resolve().as_uri()}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        _check_ours(connection, path, read_only=read_only)
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise StoreError(f"{path}: {_in_words(error)}") from error
    except StoreError:
        if connection is not None:
            connection.close()
        raise
    return connection


def _check_ours(connection: sqlite3.Connection, path: Path, *, read_only: bool) -> None:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if mark != schema.APPLICATION_ID and (tables or read_only):
        raise StoreError(f"{path}: this file is not a store of the collector. Name another with --store PATH.")
    if schema.version(connection) > len(schema.STEPS):
        raise StoreError(f"{path}: this store was written by a newer version. Install that version to use it.")
    if read_only and schema.version(connection) < len(schema.STEPS):
        raise StoreError(f"{path}: this store is of an older version. Start 'pustaka collector' once to bring it up.")


def _in_words(error: sqlite3.Error) -> str:
    text = str(error)
    if "not a database" in text:
        return "this file is not a store of the collector. Name another with --store PATH."
    if "locked" in text or "busy" in text:
        return "the store is locked by another program. End that program and try again."
    if "malformed" in text:
        return "the store is damaged. Stop the collector and put a copy back, or mend it with 'sqlite3 FILE .recover'."
    if "full" in text:
        return "the disk is full. Free some space; nothing that was acknowledged is lost."
    if "readonly" in text or "unable to open" in text:
        return "the store cannot be opened. Check that this user may read and write the file and its folder."
    return f"the store cannot be used: {text}."


class SqliteStore:
    """:class:`collector.store.port.Store` in one file. Used by one thread at a time."""

    def __init__(self, path: Path, member: str = "") -> None:
        """Open the file, make or update its tables. ``member`` names this collector in the table ``desk``.

        Raises:
            StoreError: see :func:`connect`.
        """
        self._path = path
        self._member = member
        self._unsettled = False  # whether the log holds something that is not in the file
        self._connection = connect(path, read_only=False)
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
            if schema.version(self._connection) < len(schema.STEPS):
                schema.migrate(self._connection)
        except sqlite3.Error as error:
            self._connection.close()
            raise StoreError(f"{path}: {_in_words(error)}") from error

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def write(self, batch: Batch) -> Written:
        """See the port."""
        self._unsettled = True
        ways = Ways(partial(_insert, self._connection), _text)
        try:
            with self._transaction() as connection:
                return write(connection, batch, ways)
        except Surprise:
            with self._transaction() as connection:
                return write(connection, batch, ways, careful=True)

    def beat(self, now: int, listening_since: int | None) -> None:
        """See the port."""
        with self._transaction() as connection:
            states.beat(connection, self._member, now, listening_since)
        if self._unsettled:
            self._unsettled = False
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def expect(self, site: str, device: str, name: str, now: int) -> None:
        """See the port."""
        with self._transaction() as connection:
            states.expect(connection, site, device, name, now)

    def edit(self) -> AbstractContextManager[Db]:
        """See the port."""
        return self._transaction()

    def refresh(self, now: int, *, limit: int | None, default_zone: str) -> Refreshed:
        """See the port."""
        with self._transaction() as connection:
            return refreshing.refresh(connection, now, limit=limit, default_zone=default_zone)

    def rebuild(self) -> None:
        """Derive everything afresh from the raw rows."""
        with self._transaction() as connection:
            rebuilding.rebuild(connection)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise StoreBusy(f"{self._path}: {_in_words(error)}") from error
            if type(error) is sqlite3.DatabaseError:  # and none of its kinds, which are mistakes of ours
                raise StoreError(f"{self._path}: {_in_words(error)}") from error
            raise


_INSERT = "INSERT INTO raw_row (ledger, seq, received, problem, raw) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING"


def _insert(connection: sqlite3.Connection, rows: list[RawRow]) -> int:
    return connection.executemany(_INSERT, rows).rowcount


def _text(raw: bytes) -> str | bytes:
    """Text where it is text, so that other programs can read it; bytes where it is not, so that nothing is lost."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw
