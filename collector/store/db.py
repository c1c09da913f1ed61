"""The least that SQLite and PostgreSQL have in common: SQL with ``?`` for values, rows as tuples, one transaction.

Everything that is not the hot path of the writer is written against :class:`Db`, in the SQL that both speak: ``BIGINT``
for whole numbers, ``TEXT``, ``DOUBLE PRECISION``, ``INSERT … ON CONFLICT … DO NOTHING | UPDATE``. A
:class:`sqlite3.Connection` is one as it is; PostgreSQL's connection is wrapped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

#: What SQL carries in and out: text, whole numbers, fractions, bytes, nothing.
Value = str | int | float | bytes | None


class Rows(Protocol):
    """The answer to a statement."""

    @property
    def rowcount(self) -> int:
        """Rows changed by the statement."""
        ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Db(Protocol):
    """A connection inside a transaction that somebody else begins and ends."""

    def execute(self, sql: str, values: Sequence[Value] = (), /) -> Rows:
        """Run one statement; ``?`` stands for a value."""
        ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Value]], /) -> object:
        """Run one statement for each row of values."""
        ...
