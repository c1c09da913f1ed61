"""Two devices with one card: whose row is it?

A copied SD card carries the ledger's epoch, so two devices write different rows under the same numbers. The first row
that arrives for a number stays; another with the same number is kept aside as a conflict, and an alarm stands until
somebody ends one of the two. But a clone that is ahead also sends numbers the other has not reached yet, and those must
not be merged either. From the first conflict on a ledger is *disputed*, and there a new number is taken only when

* its boot is not a stranger's: one whose lowest known number belongs to another boot was never the ledger's own, and
* it goes on where the kept row before it ended: totals after a row, less its own counts, are the totals before it.

A row that follows a conflict is one itself. A row behind a hole is not judged yet: nobody acknowledges it, so it comes
again when the hole is filled. All is read from what is committed, so that every collector comes to the same answer, and
a ledger without a conflict pays one look-up.
"""

from __future__ import annotations

from collections.abc import Iterable

from collector.store.db import Db
from collector.store.port import Ledger, Record
from devices.contract import Count, Kind, Row, body, decode_rows

_WHERE = "WHERE site = ? AND device = ? AND epoch = ?"


def boot_of(db: Db, ledger: Ledger, seq: int) -> str | None:
    """The boot in which a row was written; ``None`` when it is not here."""
    found = db.execute(f"SELECT boot FROM record {_WHERE} AND seq = ?", (*_key(ledger), seq)).fetchone()
    return None if found is None else found[0] or ""


def quarantine(db: Db, ledger: Ledger, new: list[Record], clashes: list[Record]) -> tuple[list[Record], list[Record]]:
    """Rows with new numbers that may be taken, and all that are conflicts, ``clashes`` (known numbers) included.

    What is in neither comes again.
    """
    if not new or not (clashes or _disputed(db, ledger)):
        return new, clashes
    strangers = _strangers(db, ledger, new, clashes)
    arriving = {record.seq: record for record in new}
    taken: dict[int, Record] = {}
    aside = {record.seq: record for record in clashes}
    for seq, record in sorted(arriving.items()):
        if record.row is not None and record.row.boot in strangers:
            aside[seq] = record
        elif seq == 1 or seq - 1 in taken or _kept(db, ledger, seq - 1) is not None:
            before = _before(db, ledger, seq, taken)
            verdict = _continues(record, before, arriving)
            if verdict is not None:
                (taken if verdict else aside)[seq] = record
        elif seq - 1 in aside or _is_aside(db, ledger, seq - 1):
            aside[seq] = record
    return list(taken.values()), [*clashes, *(record for record in aside.values() if record not in clashes)]


def _disputed(db: Db, ledger: Ledger) -> bool:
    return db.execute(f"SELECT 1 FROM conflict {_WHERE} LIMIT 1", _key(ledger)).fetchone() is not None


def _is_aside(db: Db, ledger: Ledger, seq: int) -> bool:
    sql = f"SELECT 1 FROM conflict {_WHERE} AND seq = ? LIMIT 1"
    return db.execute(sql, (*_key(ledger), seq)).fetchone() is not None


def _kept(db: Db, ledger: Ledger, seq: int) -> str | bytes | None:
    found = db.execute(f"SELECT raw FROM record {_WHERE} AND seq = ?", (*_key(ledger), seq)).fetchone()
    return None if found is None else found[0]


def _strangers(db: Db, ledger: Ledger, new: Iterable[Record], clashes: Iterable[Record]) -> set[str]:
    """Boots whose lowest known number belongs to another boot."""
    sql = (
        "SELECT c.seq, c.raw, r.boot FROM conflict AS c JOIN record AS r ON r.site = c.site AND r.device = c.device "
        "AND r.epoch = c.epoch AND r.seq = c.seq WHERE c.site = ? AND c.device = ? AND c.epoch = ?"
    )
    lost: dict[str, int] = {}
    found = [(int(seq), _row(raw), boot) for seq, raw, boot in db.execute(sql, _key(ledger)).fetchall()]
    found += [(record.seq, record.row, boot_of(db, ledger, record.seq)) for record in clashes]
    for seq, row, boot in found:
        if row is not None and row.boot != boot:
            lost[row.boot] = min(lost.get(row.boot, seq), seq)
    for boot, seq in list(lost.items()):
        sql = f"SELECT min(seq) FROM record {_WHERE} AND boot = ?"
        (own,) = db.execute(sql, (*_key(ledger), boot)).fetchone()
        arriving = [record.seq for record in new if record.row is not None and record.row.boot == boot]
        if min([*arriving, *([] if own is None else [own])], default=seq) < seq:
            del lost[boot]
    return set(lost)


def _before(db: Db, ledger: Ledger, seq: int, taken: dict[int, Record]) -> Row | None:
    """The nearest row with totals below ``seq``, if all between are here and have none."""
    while seq > 1:
        seq -= 1
        raw = None if seq in taken else _kept(db, ledger, seq)
        if seq not in taken and raw is None:
            return None
        row = taken[seq].row if seq in taken else _row(raw or "")
        if row is None or isinstance(body(row), Count):
            return row
    return None


def _continues(record: Record, before: Row | None, arriving: dict[int, Record]) -> bool | None:
    """Whether a row goes on from ``before``. An anchor says as little as the row behind it, which may not be here yet:
    then nothing can be said."""
    row, seq = record.row, record.seq
    while row is not None and row.kind == Kind.ANCHOR and before is not None and row.boot != before.boot:
        seq += 1
        if seq not in arriving:
            return None
        row = arriving[seq].row
    after, earlier = None if row is None else body(row), None if before is None else body(before)
    if not isinstance(after, Count) or not isinstance(earlier, Count):
        return True
    return (after.total_in - after.into, after.total_out - after.out) == (earlier.total_in, earlier.total_out)


def _row(raw: str | bytes) -> Row | None:
    (item,) = decode_rows(b"[" + (raw if isinstance(raw, bytes) else raw.encode()) + b"]")
    return item.row


def _key(ledger: Ledger) -> tuple[str, str, str]:
    return ledger.site, ledger.device, ledger.epoch
