"""Two devices with one card: whose row is it?

A copied SD card carries the ledger's epoch, so two devices write different rows under the same numbers. The first row
that arrives for a number stays; another with the same number is kept aside as a conflict, and an alarm stands until
somebody ends one of the two. But a clone that is ahead also sends numbers the other has not reached yet, and those must
not be merged either. From the first conflict on a ledger is *disputed*, and there a new number is taken only when

* its boot is not a stranger's: a boot whose lowest known row is a conflict was never the ledger's own, and
* it goes on where the row before it ended: totals after a row less its own counts are the totals before it.

Both read what is committed, so that any collector comes to the same answer. Nothing of a ledger without a conflict is
slowed down by more than one look-up.
"""

from __future__ import annotations

from collections.abc import Iterable

from collector.store.db import Db
from collector.store.port import Ledger, Record
from devices.contract import Count, Row, body, decode_rows

_WHERE = "WHERE site = ? AND device = ? AND epoch = ?"


def boot_of(db: Db, ledger: Ledger, seq: int) -> str | None:
    """The boot in which a row was written; ``None`` when it is not here."""
    found = db.execute(f"SELECT boot FROM record {_WHERE} AND seq = ?", (*_key(ledger), seq)).fetchone()
    return None if found is None else found[0] or ""


def quarantine(db: Db, ledger: Ledger, new: list[Record], clashes: list[Record]) -> tuple[list[Record], list[Record]]:
    """Rows with new numbers that may be taken, and all that are conflicts, ``clashes`` (known numbers) included."""
    if not new or not (clashes or _disputed(db, ledger)):
        return new, clashes
    strangers = _strangers(db, ledger, new, clashes)
    taken: dict[int, Record] = {}
    aside = list(clashes)
    for record in sorted(new, key=lambda record: record.seq):
        foreign = record.row is not None and record.row.boot in strangers
        if foreign or not _continues(record, _before(db, ledger, record.seq, taken)):
            aside.append(record)
        else:
            taken[record.seq] = record
    return list(taken.values()), aside


def _disputed(db: Db, ledger: Ledger) -> bool:
    return db.execute(f"SELECT 1 FROM conflict {_WHERE} LIMIT 1", _key(ledger)).fetchone() is not None


def _strangers(db: Db, ledger: Ledger, new: Iterable[Record], clashes: Iterable[Record]) -> set[str]:
    """Boots whose lowest known row is a conflict."""
    lowest: dict[str, tuple[int, bool]] = {}
    known = db.execute(f"SELECT seq, raw FROM conflict {_WHERE}", _key(ledger))
    aside = [(int(seq), _row(raw)) for seq, raw in known] + [(record.seq, record.row) for record in clashes]
    for seq, row in aside:
        if row is not None:
            lowest[row.boot] = min(lowest.get(row.boot, (seq, True)), (seq, True))
    for boot, (seq, _) in list(lowest.items()):
        sql = f"SELECT min(seq) FROM record {_WHERE} AND boot = ?"
        (own,) = db.execute(sql, (*_key(ledger), boot)).fetchone()
        arriving = [record.seq for record in new if record.row is not None and record.row.boot == boot]
        if min([*arriving, *([] if own is None else [own])], default=seq + 1) < seq:
            del lowest[boot]
    return set(lowest)


def _before(db: Db, ledger: Ledger, seq: int, taken: dict[int, Record]) -> Row | None:
    """The nearest row with totals below ``seq``, if all between are here and have none."""
    while seq > 1:
        seq -= 1
        if seq in taken:
            row = taken[seq].row
        else:
            found = db.execute(f"SELECT raw FROM record {_WHERE} AND seq = ?", (*_key(ledger), seq)).fetchone()
            if found is None:
                return None
            row = _row(found[0])
        if row is None or isinstance(body(row), Count):
            return row
    return None


def _continues(record: Record, before: Row | None) -> bool:
    if record.row is None or before is None:
        return True
    after, earlier = body(record.row), body(before)
    if not isinstance(after, Count) or not isinstance(earlier, Count):
        return True
    return (after.total_in - after.into, after.total_out - after.out) == (earlier.total_in, earlier.total_out)


def _row(raw: str | bytes) -> Row | None:
    (item,) = decode_rows(b"[" + (raw if isinstance(raw, bytes) else raw.encode()) + b"]")
    return item.row


def _key(ledger: Ledger) -> tuple[str, str, str]:
    return ledger.site, ledger.device, ledger.epoch
