"""The tables of the PostgreSQL store, as numbered steps in the first schema of the search path.

A released step is never edited; a change is a new step. What the tables are for stands in
:mod:`collector.store.tables`.
"""

from __future__ import annotations

from collections.abc import Callable

from collector.errors import StoreError
from collector.store import fact_tables, tables
from collector.store.db import Db
from collector.store.schema import APPLICATION_ID

#: Numbers of the locks that collectors and people take turns with: steps, months, figures, edits.
STEPPING, MAKING_MONTHS, REFRESHING, EDITING = (APPLICATION_ID + n for n in range(4))

#: Rows are kept by the month of their arrival, so that an old month can be moved or dropped as one table.
_WORDS = tables.Dialect(
    serial="BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    raw="BYTEA",
    blob="BYTEA",
    row_key="ledger, seq, received",
    partition="PARTITION BY RANGE (received)",
)
_FIELD = "(convert_from(r.raw, 'UTF8')::json ->> '{}')"
_RECORD = tables.record_view("r.problem = ''", _FIELD, f"{_FIELD}::bigint")


def _first(db: Db) -> None:
    for statement in (*tables.ledgers(_WORDS), *tables.rest(_WORDS), *tables.DERIVED, tables.DESK, _RECORD):
        db.execute(statement)


def _facts(db: Db) -> None:
    """What the desk knows of local hours and days, and what people enter about them."""
    fact_tables.create(db)


STEPS: tuple[Callable[[Db], None], ...] = (_first, _facts)


def version(db: Db) -> int:
    """How many steps the schema has taken.

    Raises:
        StoreError: it holds another program's tables.
    """
    if db.execute("SELECT to_regclass('pustaka_store')::text").fetchone()[0] is None:
        (found,) = db.execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()").fetchone()
        if found:
            raise StoreError("this database holds another program's tables. Name an empty one with --store URL.")
        return 0
    return int(db.execute("SELECT version FROM pustaka_store").fetchone()[0])


def migrate(db: Db) -> None:
    """Take the steps the schema still lacks; inside a transaction, so it ends at the new version or stays as it was.

    Collectors that start together do it one after the other.

    Raises:
        StoreError: another program's tables, or a newer version's.
    """
    db.execute("SELECT pg_advisory_xact_lock(?)", (STEPPING,))
    taken = version(db)
    if taken > len(STEPS):
        raise StoreError("this store was written by a newer version. Install that version to use it.")
    if taken == 0:
        db.execute("CREATE TABLE pustaka_store (version BIGINT NOT NULL)")
        db.execute("INSERT INTO pustaka_store VALUES (0)")
    for step in STEPS[taken:]:
        step(db)
    if taken < len(STEPS):
        db.execute("UPDATE pustaka_store SET version = ?", (len(STEPS),))


def check(db: Db) -> None:
    """Refuse a schema that cannot be read.

    Raises:
        StoreError: missing, older, newer, or another program's.
    """
    taken = version(db)
    if taken == 0:
        raise StoreError("no store is here yet. Start 'pustaka collector' once, or name another with --store URL.")
    if taken > len(STEPS):
        raise StoreError("this store was written by a newer version. Install that version to use it.")
    if taken < len(STEPS):
        raise StoreError("this store is of an older version. Start 'pustaka collector' once to bring it up.")
