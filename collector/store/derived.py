"""Keeps the derived tables of the SQLite store up to date: each new row is placed, then the touched quarter hours are
summed afresh. Late rows and late anchors therefore cost only the quarter hours they touch.

All functions run inside the writer's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from collector.store import boots
from collector.store.placing import place
from collector.store.port import Ledger, Record
from devices.contract import Anchor, Count, Row, Transaction, body, decode_rows

#: A quarter hour of one device: (site, device, start).
Quarter = tuple[str, str, int]

_COUNT_SQL = "INSERT OR REPLACE INTO count_row VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_TRANSACTION_SQL = "INSERT OR REPLACE INTO transaction_row VALUES (?,?,?,?,?,?,?,?,?,?)"


def add(connection: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Derive what follows from rows that are new in the store."""
    timed: list[tuple[Record, Row]] = [(record, record.row) for record in records if record.row is not None]
    again = {(record.ledger, row.boot) for record, row in timed if _add_anchor(connection, record.ledger, row)}
    again |= boots.note(connection, timed)
    touched = _place(connection, timed)
    for ledger, boot in again:
        touched |= _place_again(connection, ledger, boot)
    _sum(connection, touched)


def rebuild(connection: sqlite3.Connection) -> None:
    """Empty the derived tables and fill them again from ``record``."""
    boots.forget(connection)
    for table in ("count_row", "transaction_row", "anchor", "quarter_hour", "transaction_quarter"):
        connection.execute(f"DELETE FROM {table}")
    cursor = connection.execute("SELECT site, device, epoch, seq, raw, received FROM record WHERE problem = ''")
    while rows := cursor.fetchmany(1000):
        add(connection, [_record(*row) for row in rows])


def _record(site: str, device: str, epoch: str, seq: int, raw: str | bytes, received: int) -> Record:
    data = raw if isinstance(raw, bytes) else raw.encode()
    (item,) = decode_rows(b"[" + data + b"]")
    return Record(Ledger(site, device, epoch), seq, data, item.row, item.problem, received)


def _add_anchor(connection: sqlite3.Connection, ledger: Ledger, row: Row) -> bool:
    content = body(row)
    if not isinstance(content, Anchor):
        return False
    values = (ledger.site, ledger.device, ledger.epoch, row.boot, content.bt, content.utc, content.err)
    connection.execute("INSERT OR IGNORE INTO anchor VALUES (?,?,?,?,?,?,?)", values)
    return True


def _place(connection: sqlite3.Connection, timed: Iterable[tuple[Record, Row]]) -> set[Quarter]:
    counts: list[tuple[object, ...]] = []
    transactions: list[tuple[object, ...]] = []
    touched: set[Quarter] = set()
    anchors: dict[tuple[Ledger, str], list[Anchor]] = {}
    began: dict[tuple[Ledger, str], int | None] = {}
    for record, row in timed:
        content = body(row)
        if not isinstance(content, Count | Transaction):
            continue
        ledger = record.ledger
        if (ledger, row.boot) not in anchors:
            anchors[ledger, row.boot] = _anchors(connection, ledger, row.boot)
            began[ledger, row.boot] = boots.began(connection, ledger, row.boot)
        at = place(row, record.received, anchors[ledger, row.boot], began[ledger, row.boot])
        head = (ledger.site, ledger.device, ledger.epoch, record.seq, row.boot, at.quarter, int(at.estimated))
        if isinstance(content, Count):
            passed = (content.into, content.out, content.turned_back, content.ambiguous, content.glitch)
            counts.append((*head, at.start, at.end, *passed, content.total_in, content.total_out))
        else:
            transactions.append((*head, content.op, content.result, content.code or ""))
        touched.add((ledger.site, ledger.device, at.quarter))
    connection.executemany(_COUNT_SQL, counts)
    connection.executemany(_TRANSACTION_SQL, transactions)
    return touched


def _anchors(connection: sqlite3.Connection, ledger: Ledger, boot: str) -> list[Anchor]:
    rows = connection.execute(
        "SELECT bt, utc, err FROM anchor WHERE site=? AND device=? AND epoch=? AND boot=?",
        (ledger.site, ledger.device, ledger.epoch, boot),
    )
    return [Anchor(bt=bt, utc=utc, err=err) for bt, utc, err in rows]


def _place_again(connection: sqlite3.Connection, ledger: Ledger, boot: str) -> set[Quarter]:
    """An anchor arrived: the rows of its boot find their times, and leave the quarter hours where they were."""
    key = (ledger.site, ledger.device, ledger.epoch, boot)
    old: set[Quarter] = set()
    for table in ("count_row", "transaction_row"):
        where = f"FROM {table} WHERE site=? AND device=? AND epoch=? AND boot=?"
        old |= {
            (ledger.site, ledger.device, quarter) for (quarter,) in connection.execute(f"SELECT quarter {where}", key)
        }
    rows = connection.execute(
        "SELECT site, device, epoch, seq, raw, received FROM record "
        "WHERE site=? AND device=? AND epoch=? AND boot=? AND problem=''",
        key,
    ).fetchall()
    records = [_record(*row) for row in rows]
    return old | _place(connection, [(record, record.row) for record in records if record.row is not None])


def _sum(connection: sqlite3.Connection, touched: set[Quarter]) -> None:
    keys = sorted(touched)
    for table in ("quarter_hour", "transaction_quarter"):
        connection.executemany(f"DELETE FROM {table} WHERE site=? AND device=? AND quarter=?", keys)
    connection.executemany(
        "INSERT INTO quarter_hour SELECT site, device, quarter, count(*), sum(entered), sum(gone), sum(turned_back), "
        "sum(ambiguous), sum(glitch), sum(entered * estimated), sum(gone * estimated) FROM count_row "
        "WHERE site=? AND device=? AND quarter=? GROUP BY site, device, quarter",
        keys,
    )
    connection.executemany(
        "INSERT INTO transaction_quarter SELECT site, device, quarter, op, result, code, count(*) FROM transaction_row "
        "WHERE site=? AND device=? AND quarter=? GROUP BY site, device, quarter, op, result, code",
        keys,
    )
