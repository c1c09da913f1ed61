"""Two devices with one card: whose row is it?

A copied SD card carries the ledger's epoch, so two devices write different rows under the same numbers. The first row
that arrives for a number stays; another with the same number is kept aside as a conflict, and an alarm stands until
somebody ends one of the two. But a clone that is ahead also sends numbers the other has not reached yet, and those must
not be merged either. From the first conflict on a ledger is *disputed*, and there a new number is taken only when

* its boot is not a stranger's: one whose lowest known number belongs to another boot was never the ledger's own, and
* it goes on where the kept row before it ended: totals after a row, less its own counts, are the totals before it.

A row that follows a conflict is one itself. A row behind a hole is not judged yet: nobody acknowledges it, so it comes
again when the hole is filled. All is read from what is committed, so that every collector comes to the same answer, and
a store without a conflict pays one look-up a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from collector.store.db import Db
from collector.store.port import Ledger, Record
from devices.contract import AnchorRow, AnyRow, CountRow, HeartbeatRow, decode_row

_WHERE = "WHERE site = ? AND device = ? AND epoch = ?"


def boot_of(db: Db, number: int, seq: int) -> str | None:
    """The boot in which a row was written; empty when it cannot be read, ``None`` when it is not here."""
    raw = _kept(db, number, seq)
    if raw is None:
        return None
    row = _row(raw)
    return row.boot if row is not None else ""


def any_at_all(db: Db) -> bool:
    """Whether any ledger is disputed; asked once a batch."""
    return db.execute("SELECT 1 FROM conflict LIMIT 1").fetchone() is not None


def quarantine(
    db: Db, number: int, ledger: Ledger, new: Sequence[Record], clashes: list[Record]
) -> tuple[Sequence[Record], list[Record]]:
    """Rows with new numbers that may be taken, and all that are conflicts, ``clashes`` (known numbers) included.

    What is in neither comes again.
    """
    if not new or not (clashes or _disputed(db, ledger)):
        return new, clashes
    strangers = _strangers(db, number, ledger, new, clashes)
    arriving = {record.seq: record for record in new}
    taken: dict[int, Record] = {}
    aside = {record.seq: record for record in clashes}
    for seq, record in sorted(arriving.items()):
        if record.row is not None and record.row.boot in strangers:
            aside[seq] = record
        elif seq == 1 or seq - 1 in taken or _kept(db, number, seq - 1) is not None:
            before = _before(db, number, seq, taken)
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


def _kept(db: Db, number: int, seq: int) -> str | bytes | None:
    found = db.execute("SELECT raw FROM raw_row WHERE ledger = ? AND seq = ?", (number, seq)).fetchone()
    return None if found is None else found[0]


def _strangers(db: Db, number: int, ledger: Ledger, new: Iterable[Record], clashes: Iterable[Record]) -> set[str]:
    """Boots whose lowest known number belongs to another boot."""
    sql = (
        "SELECT c.seq, c.raw, r.raw FROM conflict AS c JOIN raw_row AS r ON r.ledger = ? AND r.seq = c.seq "
        "WHERE c.site = ? AND c.device = ? AND c.epoch = ?"
    )
    found = [(seq, _row(raw), _row(kept)) for seq, raw, kept in db.execute(sql, (number, *_key(ledger))).fetchall()]
    found += [(record.seq, record.row, _row(_kept(db, number, record.seq) or b"")) for record in clashes]
    arriving = {record.seq: record.row for record in new}
    lost: dict[str, int] = {}
    for seq, row, kept in found:
        if row is not None and (kept is None or row.boot != kept.boot):
            lost[row.boot] = min(lost.get(row.boot, seq), seq)
    return {boot for boot, seq in lost.items() if not _goes_back(boot, arriving, db, number, seq - 1)}


def _goes_back(boot: str, arriving: dict[int, AnyRow | None], db: Db, number: int, seq: int) -> bool:
    """Whether the number before is that boot's own: then the card was copied in the middle of it."""
    row = arriving[seq] if seq in arriving else _row(_kept(db, number, seq) or b"")
    return row is not None and row.boot == boot


def _before(db: Db, number: int, seq: int, taken: dict[int, Record]) -> AnyRow | None:
    """The nearest row with totals below ``seq``, if all between are here and have none."""
    while seq > 1:
        seq -= 1
        raw = None if seq in taken else _kept(db, number, seq)
        if seq not in taken and raw is None:
            return None
        row = taken[seq].row if seq in taken else _row(raw or "")
        if row is None or isinstance(row, CountRow | HeartbeatRow):
            return row
    return None


def _continues(record: Record, before: AnyRow | None, arriving: dict[int, Record]) -> bool | None:
    """Whether a row goes on from ``before``. An anchor says as little as the row behind it, which may not be here yet:
    then nothing can be said."""
    row, seq = record.row, record.seq
    while isinstance(row, AnchorRow) and before is not None and row.boot != before.boot:
        seq += 1
        if seq not in arriving:
            return None
        row = arriving[seq].row
    if not isinstance(row, CountRow | HeartbeatRow) or not isinstance(before, CountRow | HeartbeatRow):
        return True
    after, earlier = row.body, before.body
    return (after.total_in - after.into, after.total_out - after.out) == (earlier.total_in, earlier.total_out)


def _row(raw: str | bytes) -> AnyRow | None:
    return decode_row(raw.encode() if isinstance(raw, str) else bytes(raw)).row


def _key(ledger: Ledger) -> tuple[str, str, str]:
    return ledger.site, ledger.device, ledger.epoch
