"""The library's database file: opened, migrated, and entered by one transaction at a time.

Several kiosks and commands use one file at once. Every write begins with ``BEGIN IMMEDIATE``, so what a transaction
has read stays true until it commits; ``synchronous=FULL`` makes a commit survive a power cut.
"""

from __future__ import annotations

import fcntl
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library.schema import MIGRATIONS, STEPS

#: How long a write waits for another kiosk's write, in seconds, before the operation ends as "unknown".
BUSY_SECONDS = 5.0


class Store:
    """One connection to the library. It may be used from any thread; one transaction runs at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path, *, create: bool = False, busy_seconds: float = BUSY_SECONDS) -> Store:
        """Open the library at ``path``, bringing its tables up to date.

        Raises:
            LibraryError: there is none (and ``create`` is not set), or it cannot be used.
        """
        if not create and not path.exists():
            raise LibraryError(f"{path}: there is no library here. Make one with 'pustaka library init'.")
        try:
            with _alone(path):
                connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
                try:
                    _prepare(connection)
                except BaseException:
                    connection.close()
                    raise
        except (sqlite3.Error, OSError) as error:
            raise LibraryError(f"{path}: this library cannot be opened: {error}.") from error
        return cls(connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that may write; committed at the end, rolled back on any exception."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction that reads one consistent state and blocks nobody."""
        with self._transaction("BEGIN") as connection:
            yield connection

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute(begin)
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Open one at a time: SQLite answers "locked" at once, without waiting, when two switch a new file to WAL."""
    with path.with_name(path.name + ".opening").open("a", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _prepare(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    database = Database(connection, execute_plugins=False)
    if not STEPS - _applied(connection):
        _refuse_newer(connection)
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        _refuse_newer(connection)
        MIGRATIONS.apply(database)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _applied(connection: sqlite3.Connection) -> set[str]:
    there = "SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'"
    if connection.execute(there).fetchone() is None:
        return set()
    names = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"
    with closing(connection.execute(names, [MIGRATIONS.name])) as rows:
        return {row["name"] for row in rows}


def _refuse_newer(connection: sqlite3.Connection) -> None:
    newer = sorted(_applied(connection) - STEPS)
    if newer:
        raise LibraryError(f"This library was made by a newer version (it has {newer[-1]}). Update this program.")
