"""A store by its name: a SQLite file, or a PostgreSQL database as ``postgresql://USER@HOST/DATABASE``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from collector.errors import SetupError

if TYPE_CHECKING:
    from collector.store.port import Reader
    from collector.store.postgres.store import PostgresStore
    from collector.store.sqlite import SqliteStore

_SCHEMES = ("postgresql://", "postgres://")


def is_url(name: str) -> bool:
    """Whether a store's name is that of a database server's, not of a file."""
    return name.startswith(_SCHEMES)


def open_store(name: str, member: str = "") -> SqliteStore | PostgresStore:
    """Open a store for writing, making or updating its tables. ``member`` names this collector in it.

    Raises:
        collector.errors.CollectorError: it cannot be used; the message says why.
    """
    if not is_url(name):
        from collector.store.sqlite import SqliteStore

        return SqliteStore(Path(name), member)
    _need_psycopg()
    from collector.store.postgres.store import PostgresStore

    return PostgresStore(name, member)


def open_reader(name: str) -> Reader:
    """A reader of a store; errors come when a moment of it is opened.

    Raises:
        collector.errors.SetupError: the software for it is not installed.
    """
    if not is_url(name):
        from collector.store.view import SqliteReader

        return SqliteReader(Path(name))
    _need_psycopg()
    from collector.store.postgres.reader import PostgresReader

    return PostgresReader(name)


def shown(name: str) -> str:
    """A store's name as it may be shown: without a password."""
    if not is_url(name):
        return name
    _need_psycopg()
    from collector.store.postgres.connection import shown as without_password

    return without_password(name)


def _need_psycopg() -> None:
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise SetupError(
            "a PostgreSQL store needs the package psycopg. Install it with: pip install 'pustaka-mandiri[postgresql]'"
        ) from error
