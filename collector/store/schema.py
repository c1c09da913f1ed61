"""The tables of the SQLite store, as numbered steps. A released step is never edited; a change is a new step.

``record`` is the truth and is only ever added to. ``mark`` and ``hole`` say which numbers arrived. ``count_row``,
``transaction_row``, ``quarter_hour`` and ``transaction_quarter`` are derived and can be rebuilt from ``record``.
The derived tables use UTC quarter hours, which every time zone in use lines up with, so a change of a site's zone
needs no rebuild.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from sqlite_utils import Database

from collector.store import derived

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


def _boots(db: Database) -> None:
    """Where rows without a time lie: the derived tables are filled again."""
    db.table("boot").create(
        {
            **_LEDGER, "boot": str, "first": int, "length": int, "latest": int, "known_from": int, "known_to": int,
            "began": int,
        },
        pk=(*_LEDGER, "boot"),
        not_null={"first", "length", "latest"},
    )  # fmt: skip
    derived.rebuild(db.conn)


STEPS: tuple[Callable[[Database], None], ...] = (_first, _boots)


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
