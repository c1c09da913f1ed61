"""The tables of the SQLite store, as numbered steps. A released step is never edited; a change is a new step.

What the tables are for stands in :mod:`collector.store.tables`, which has their newest shape.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from sqlite_utils import Database

from collector.store import fact_tables, rebuilding, tables

#: "PMco": written into the file's header, so that a foreign SQLite file is refused, not altered.
APPLICATION_ID = 0x504D636F

_LEDGER = {"site": str, "device": str, "epoch": str}


def _first(db: Database) -> None:
    db.table("record").create(
        {
            **_LEDGER, "seq": int, "kind": str, "boot": str, "bt0": int, "bt1": int, "t0": int, "t1": int, "clk": str,
            "raw": str, "problem": str, "received": int,
        },
        pk=("site", "device", "epoch", "seq"),
        not_null={"kind", "raw", "problem", "received"},
    )  # fmt: skip
    db.table("mark").create(
        {**_LEDGER, "top": int, "floor": int, "seq": int, "rows": int, "duplicates": int},
        pk=("site", "device", "epoch"),
        not_null={"top", "floor", "seq", "rows", "duplicates"},
    )
    db.table("hole").create({**_LEDGER, "first": int, "last": int}, pk=("site", "device", "epoch", "first"))
    db.table("dead_letter").create(
        {"id": int, "received": int, "topic": str, "problem": str, "payload": bytes, "whole": int}, pk="id"
    )
    db.table("conflict").create(
        {**_LEDGER, "seq": int, "digest": str, "raw": str, "received": int},
        pk=("site", "device", "epoch", "seq", "digest"),
    )
    _first_states(db)
    _first_derived(db)


def _first_states(db: Database) -> None:
    db.table("device_state").create(
        {
            "site": str, "device": str, "first_seen": int, "heard": int, "status": str, "status_since": int,
            "info": str, "health": str, "health_at": int, "totals": str, "expected": str,
        },
        pk=("site", "device"),
        not_null={"first_seen", "expected"},
    )  # fmt: skip
    db.table("alert").create(
        {"site": str, "device": str, "id": str, "body": str, "since": int}, pk=("site", "device", "id")
    )
    db.table("desk").create({"id": int, "beat": int, "listening_since": int}, pk="id")


def _first_derived(db: Database) -> None:
    placed = {**_LEDGER, "seq": int, "boot": str, "quarter": int, "estimated": int}
    key = ("site", "device", "epoch", "seq")
    counts = {"entered": int, "gone": int, "turned_back": int, "ambiguous": int, "glitch": int}
    db.table("count_row").create(
        {**placed, "start": int, "end": int, **counts, "total_in": int, "total_out": int}, pk=key
    ).create_index(["site", "device", "quarter"])
    db.table("transaction_row").create({**placed, "op": str, "result": str, "code": str}, pk=key).create_index(
        ["site", "device", "quarter"]
    )
    db.table("anchor").create(
        {**_LEDGER, "boot": str, "bt": int, "utc": int, "err": int}, pk=(*_LEDGER, "boot", "bt", "utc")
    )
    db.table("quarter_hour").create(
        {"site": str, "device": str, "quarter": int, "rows": int, **counts, "est_entered": int, "est_gone": int},
        pk=("site", "device", "quarter"),
    ).create_index(["quarter"])
    db.table("transaction_quarter").create(
        {"site": str, "device": str, "quarter": int, "op": str, "result": str, "code": str, "n": int},
        pk=("site", "device", "quarter", "op", "result", "code"),
    ).create_index(["quarter"])


def _second(db: Database) -> None:
    """A number for each ledger, each row once, derived tables that are added to; what is derived is derived anew."""
    connection: sqlite3.Connection = db.conn
    connection.execute("ALTER TABLE mark RENAME TO old_mark")
    for statement in tables.ledgers(tables.LITE):
        connection.execute(statement)
    names = "site, device, epoch, top, floor, seq, rows, duplicates"
    connection.execute(f"INSERT INTO mark ({names}) SELECT {names} FROM old_mark ORDER BY site, device, epoch")
    connection.execute(
        "INSERT INTO raw_row (ledger, seq, received, problem, raw) SELECT m.id, r.seq, r.received, r.problem, r.raw "
        "FROM record r JOIN mark m ON m.site = r.site AND m.device = r.device AND m.epoch = r.epoch"
    )
    for table in ("old_mark", "record", "count_row", "transaction_row", "quarter_hour", "desk"):
        connection.execute(f"DROP TABLE {table}")
    for statement in (*tables.DERIVED, tables.DESK, tables.LITE_RECORD):
        connection.execute(statement)
    rebuilding.rebuild(connection)


def _facts(db: Database) -> None:
    """What the desk knows of local hours and days, and what people enter about them."""
    fact_tables.create(db.conn, " WITHOUT ROWID")


STEPS: tuple[Callable[[Database], None], ...] = (_first, _second, _facts)


def version(connection: sqlite3.Connection) -> int:
    """How many steps the file has taken."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Take the steps the file still lacks, in one transaction: it ends at the new version or stays as it was."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        database = Database(connection)
        for step in STEPS[version(connection) :]:
            step(database)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        if connection.in_transaction:
            connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
