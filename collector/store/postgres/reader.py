"""Looking into the PostgreSQL store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from collector.errors import StoreError
from collector.store.db import Db
from collector.store.port import Reading
from collector.store.postgres import schema
from collector.store.postgres.connection import PostgresDb, connect, in_words, shown
from collector.store.view import View


class PostgresReader:
    """:class:`collector.store.port.Reader` of one database. Each snapshot has its own connection."""

    def __init__(self, url: str) -> None:
        self._url = url

    @contextmanager
    def snapshot(self) -> Iterator[Reading]:
        """One moment of the store.

        Raises:
            StoreError: no connection, or the database is not ours.
        """
        with self.look() as db:
            yield View(db)

    @contextmanager
    def look(self) -> Iterator[Db]:
        """See the port."""
        connection = connect(self._url, read_only=True)
        try:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            db = PostgresDb(connection)
            try:
                schema.check(db)
            except StoreError as error:
                raise StoreError(f"{shown(self._url)}: {error}") from error
            yield db
        except psycopg.Error as error:
            raise StoreError(f"{shown(self._url)}: the store cannot be read: {in_words(error)}") from error
        finally:
            connection.close()
