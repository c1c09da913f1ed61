"""One table a month for the raw rows, made before it is needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from collector.store.db import Db
from collector.store.postgres.schema import MAKING_MONTHS

#: A month as (year, month).
Month = tuple[int, int]


def month(ms: int) -> Month:
    """The month of UTC in which a moment lies."""
    at = datetime.fromtimestamp(ms / 1000, UTC)
    return at.year, at.month


def following(this: Month) -> Month:
    """The month after."""
    year, number = this
    return (year + 1, 1) if number == 12 else (year, number + 1)


def make(db: Db, months: Iterable[Month]) -> None:
    """Make the tables of these months that are missing; in a transaction of its own, since it waits for all writers."""
    db.execute("SELECT pg_advisory_xact_lock(?)", (MAKING_MONTHS,))  # two collectors at midnight
    for this in sorted(months):
        name = f"raw_row_{this[0]}_{this[1]:02}"
        if db.execute("SELECT to_regclass(?)::text", (name,)).fetchone()[0] is None:
            first, end = _begin(this), _begin(following(this))
            db.execute(f"CREATE TABLE {name} PARTITION OF raw_row FOR VALUES FROM ({first}) TO ({end})")


def _begin(this: Month) -> int:
    return int(datetime(*this, 1, tzinfo=UTC).timestamp()) * 1000
