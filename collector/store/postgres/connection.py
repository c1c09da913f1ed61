"""A connection to PostgreSQL that understands the SQL of :class:`collector.store.db.Db`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import conninfo

from collector.errors import StoreError
from collector.store.db import Rows, Value

#: Seconds to wait for an answer to a call for a connection.
_CONNECT_S = 10
Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresDb:
    """:class:`collector.store.db.Db`: ``?`` stands for a value."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[Value] = (), /) -> Rows:
        """Run one statement."""
        return self._connection.execute(_translated(sql), values)

    def executemany(self, sql: str, rows: Iterable[Sequence[Value]], /) -> object:
        """Run one statement for each row of values, all sent at once."""
        with self._connection.cursor() as cursor:
            cursor.executemany(_translated(sql), rows)
        return None


@lru_cache(maxsize=256)
def _translated(sql: str) -> str:
    # Every statement is written in this project; values never are part of one.
    return sql.replace("%", "%%").replace("?", "%s")


def connect(url: str, *, read_only: bool) -> Connection:
    """Connect; transactions are begun and ended by whoever uses the connection.

    Raises:
        StoreError: the server does not answer, or does not let us in.
    """
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_S, application_name="pustaka")
        # Acknowledged means on the disk, whatever the server's own setting is.
        connection.execute("SET synchronous_commit = on")
        connection.execute("SET timezone = 'UTC'")
        if read_only:
            connection.execute("SET default_transaction_read_only = on")
    except (psycopg.Error, UnicodeError) as error:
        raise StoreError(f"{shown(url)}: {in_words(error)}") from error
    return connection


def shown(url: str) -> str:
    """The store's name without a password."""
    try:
        parts = conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        return "postgresql://…"
    where = parts.get("host") or parts.get("hostaddr") or "localhost"
    return f"postgresql://{where}/{parts.get('dbname') or parts.get('user') or ''}"


def in_words(error: Exception) -> str:
    """One sentence on what went wrong, and what to do."""
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, psycopg.ProgrammingError):
        return f"this is not the address of a database: {text}. Expected postgresql://USER@HOST/DATABASE."
    if isinstance(error, psycopg.errors.DiskFull):
        return "the server's disk is full. Free some space; nothing that was acknowledged is lost."
    if isinstance(error, psycopg.OperationalError):
        return f"the database cannot be reached: {text}. See that PostgreSQL runs and lets this user in."
    return f"the store cannot be used: {text}."
