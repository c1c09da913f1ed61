"""The writing side in PostgreSQL. Any number of collectors may write into one database.

A batch first locks the lines of its devices and ledgers, always in the same order; so two collectors with rows of one
device take turns, and each works out the marks from what is committed. Rows go in by ``COPY`` into a table of the
connection's own, and from there to ``raw_row``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import psycopg

from collector.derive import refresh as refreshing
from collector.derive.refreshed import Refreshed
from collector.errors import StoreBusy, StoreError
from collector.store import rebuilding, states
from collector.store.db import Db
from collector.store.port import Batch, Written
from collector.store.postgres import months, schema
from collector.store.postgres.connection import Connection, PostgresDb, connect, in_words, shown
from collector.store.writing import RawRow, Surprise, Ways, write

_INCOMING = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS incoming "
    "(ledger BIGINT, seq BIGINT, received BIGINT, problem TEXT, raw BYTEA) ON COMMIT DELETE ROWS"
)
_LOCK = " FOR UPDATE"
#: How often a batch is tried again at once when it and another collector's waited for each other.
_TRIES = 5


class PostgresStore:
    """:class:`collector.store.port.Store` in one schema of a database. Used by one thread at a time."""

    def __init__(self, url: str, member: str = "") -> None:
        """Connect, make or update the tables. ``member`` names this collector in the table ``desk``.

        Raises:
            StoreError: no connection, or the database is not ours.
        """
        self._url = url
        self._member = member
        self._months: set[months.Month] = set()
        self._connection: Connection | None = connect(url, read_only=False)
        try:
            with self._transaction() as connection:
                schema.migrate(PostgresDb(connection))
        except StoreError as error:
            self.close()
            raise StoreError(f"{shown(url)}: {error}") from error

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def write(self, batch: Batch) -> Written:
        """See the port."""
        self._make_months({months.month(record.received) for record in batch.records})
        careful = False
        for tried in range(1, _TRIES + 1):
            try:
                with self._transaction() as connection:
                    ways = Ways(partial(_insert, connection), bytes, _LOCK)
                    return write(PostgresDb(connection), batch, ways, careful=careful)
            except Surprise:
                careful = True
            except StoreBusy as error:
                if tried == _TRIES or not isinstance(error.__cause__, psycopg.errors.DeadlockDetected):
                    raise
        raise StoreBusy(f"{shown(self._url)}: rows changed while they were looked at; it is tried again.")

    def beat(self, now: int, listening_since: int | None) -> None:
        """See the port."""
        this = months.month(now)
        self._make_months({this, months.following(this)})
        with self._transaction() as connection:
            states.beat(PostgresDb(connection), self._member, now, listening_since)

    def expect(self, site: str, device: str, name: str, now: int) -> None:
        """See the port."""
        with self._transaction() as connection:
            states.expect(PostgresDb(connection), site, device, name, now)

    @contextmanager
    def edit(self) -> Iterator[Db]:
        """See the port."""
        with self._transaction() as connection:
            db = PostgresDb(connection)
            db.execute(
                "SELECT pg_advisory_xact_lock(?)", (schema.EDITING,)
            )  # what is checked stays so until it is written
            yield db

    def refresh(self, now: int, *, limit: int | None, default_zone: str) -> Refreshed:
        """See the port."""
        with self._transaction() as connection:
            db = PostgresDb(connection)
            (ours,) = db.execute("SELECT pg_try_advisory_xact_lock(?)", (schema.REFRESHING,)).fetchone()
            if not ours:  # another collector is at it; whether it gets through is for the next turn to see
                return Refreshed(more=True)
            return refreshing.refresh(db, now, limit=limit, default_zone=default_zone)

    def rebuild(self) -> None:
        """Derive everything afresh from the raw rows; every collector waits meanwhile."""
        with self._transaction() as connection:
            connection.execute("LOCK TABLE device_state, mark IN SHARE ROW EXCLUSIVE MODE")
            rebuilding.rebuild(PostgresDb(connection))

    def _make_months(self, wanted: set[months.Month]) -> None:
        if missing := wanted - self._months:
            with self._transaction() as connection:
                months.make(PostgresDb(connection), missing)
            self._months |= missing

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if self._connection is None or self._connection.closed:
            try:
                self._connection = connect(self._url, read_only=False)
            except StoreError as error:
                raise StoreBusy(str(error)) from error
        try:
            with self._connection.transaction():
                yield self._connection
        except psycopg.OperationalError as error:
            raise StoreBusy(f"{shown(self._url)}: {in_words(error)}") from error


def _insert(connection: Connection, rows: list[RawRow]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_INCOMING)
        with cursor.copy("COPY incoming FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "int8", "int8", "text", "bytea"])
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            "INSERT INTO raw_row (ledger, seq, received, problem, raw) "
            "SELECT ledger, seq, received, problem, raw FROM incoming ON CONFLICT DO NOTHING"
        )
        return cursor.rowcount
