"""Everything derived, derived afresh from the raw rows; the result is the same as that of adding row by row."""

from __future__ import annotations

from collector.store import derived, lost, marks
from collector.store.db import Db
from collector.store.port import Ledger, Record
from devices.contract import decode_row

#: Rows read at a time.
_PAGE = 5000


def _empty(db: Db) -> None:
    """Empty the derived tables; every quarter hour they have is dirty."""
    for table in ("quarter_hour", "transaction_quarter"):
        db.execute(
            f"INSERT INTO dirty SELECT DISTINCT site, device, quarter FROM {table} WHERE true ON CONFLICT DO NOTHING"
        )
    for table in ("quarter_hour", "transaction_quarter", "anchor", "loose", "boot"):
        db.execute(f"DELETE FROM {table}")


def rebuild(db: Db) -> None:
    """Empty the derived tables and fill them again from the raw rows."""
    _empty(db)
    ledgers = [Ledger(*row) for row in db.execute("SELECT site, device, epoch FROM mark").fetchall()]
    for ledger, known in marks.read(db, ledgers, "").items():
        last = -1
        while rows := _page(db, known.id, last):
            last = rows[-1][0]
            records = [_record(ledger, *row) for row in rows]
            derived.add(db, [(known.id, ledger, [record for record in records if record.row is not None])])
        lost.refresh(db, ledger, known.id, known.numbers.lost)


def _page(db: Db, number: int, after: int) -> list[tuple[int, str | bytes, str, int]]:
    sql = f"SELECT seq, raw, problem, received FROM raw_row WHERE ledger = ? AND seq > ? ORDER BY seq LIMIT {_PAGE}"
    return db.execute(sql, (number, after)).fetchall()


def _record(ledger: Ledger, seq: int, raw: str | bytes, problem: str, received: int) -> Record:
    data = raw.encode() if isinstance(raw, str) else bytes(raw)
    return Record(ledger, seq, data, None if problem else decode_row(data).row, problem, received)
