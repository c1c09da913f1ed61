"""Keeps the derived tables up to date: each new row adds to the quarter hours it lies in, and to nothing else.

Rows with times of their own that nothing can change are added up in memory, and each touched quarter hour is written
once a batch. A row whose time depends on others (an anchor of its boot, its arrival) is also noted in ``loose`` with
the place it was given. When an anchor or a bound of its boot arrives, the loose rows of that boot are taken out where
they were and put where they belong. So the work grows with the rows that are new, never with those that are there.

All functions run inside the writer's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from collector.store import boots
from collector.store.db import Db
from collector.store.marks import key
from collector.store.placing import TRUSTED, Place, own_times, place
from collector.store.port import Ledger, Record
from collector.store.sums import Sums
from devices.contract import Anchor, AnchorRow, AnyRow, CountRow, HeartbeatRow, TransactionRow, decode_row

_COUNTS = (CountRow, HeartbeatRow)

#: A ledger's number in the tables, the ledger, and rows of it.
News = tuple[int, Ledger, Sequence[Record]]


def add(db: Db, news: Iterable[News]) -> set[Ledger]:
    """Derive what follows from rows that are new in the store; answers the ledgers in which known rows moved."""
    sums = Sums()
    moved: set[Ledger] = set()
    waiting = boots.ledgers(db)
    for number, ledger, records in news:
        loose, anchored = _add_settled(db, ledger, records, sums)
        again = anchored
        if records and (loose or number in waiting):
            again = anchored | boots.update(db, number, records, loose, anchored)
        for boot in again:  # first those that are there: the new ones are placed with the anchor at once
            if _place_again(db, number, ledger, boot, sums):
                moved.add(ledger)
        _place_loose(db, number, ledger, loose, sums)
    sums.save(db)
    return moved


def _add_settled(
    db: Db, ledger: Ledger, records: Sequence[Record], sums: Sums
) -> tuple[list[tuple[Record, AnyRow]], set[str]]:
    """Add the rows whose time is their own; answers the others, and the boots that have a new anchor."""
    loose: list[tuple[Record, AnyRow]] = []
    anchored: set[str] = set()
    door = sums.door(ledger.site, ledger.device)
    for record in records:
        row = record.row
        if isinstance(row, AnchorRow):
            _add_anchor(db, ledger, row)
            anchored.add(row.boot)
        elif isinstance(row, _COUNTS):
            own = own_times(row, record.received) if row.clk in TRUSTED else None
            if own is None:
                loose.append((record, row))
            else:
                door.count(own[0], own[1], row.body)
        elif isinstance(row, TransactionRow):
            own = own_times(row, record.received) if row.clk in TRUSTED else None
            if own is None:
                loose.append((record, row))
            else:
                door.operation(own[0], row.body)
    return loose, anchored


def _add_anchor(db: Db, ledger: Ledger, row: AnchorRow) -> None:
    anchor = row.body
    db.execute(
        "INSERT INTO anchor (site, device, epoch, boot, bt, utc, err) VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
        (*key(ledger), row.boot, anchor.bt, anchor.utc, anchor.err),
    )


def _anchors(db: Db, ledger: Ledger, boot: str) -> list[Anchor]:
    rows = db.execute(
        "SELECT bt, utc, err FROM anchor WHERE site = ? AND device = ? AND epoch = ? AND boot = ?", (*key(ledger), boot)
    )
    return [Anchor(bt=bt, utc=utc, err=err) for bt, utc, err in rows]


def _place_loose(db: Db, number: int, ledger: Ledger, loose: Sequence[tuple[Record, AnyRow]], sums: Sums) -> None:
    anchors = {boot: _anchors(db, ledger, boot) for boot in {row.boot for _, row in loose}}
    began = {boot: boots.began(db, number, boot) for boot in anchors}
    values = []
    for record, row in loose:
        at = place(row, record.received, anchors[row.boot], began[row.boot])
        sums.add(ledger, row, at)
        values.append((number, record.seq, row.boot, at.start, at.end, int(at.estimated)))
    if values:
        db.executemany("INSERT INTO loose (ledger, seq, boot, started, ended, estimated) VALUES (?,?,?,?,?,?)", values)


def _place_again(db: Db, number: int, ledger: Ledger, boot: str, sums: Sums) -> bool:
    """An anchor arrived: the rows of its boot find their times, and leave the quarter hours where they were."""
    found = db.execute(
        "SELECT l.seq, l.started, l.ended, l.estimated, r.raw, r.received FROM loose l "
        "JOIN raw_row r ON r.ledger = l.ledger AND r.seq = l.seq WHERE l.ledger = ? AND l.boot = ?",
        (number, boot),
    ).fetchall()
    anchors, began = _anchors(db, ledger, boot), boots.began(db, number, boot)
    changes = []
    for seq, started, ended, estimated, raw, received in found:
        row = decode_row(raw.encode() if isinstance(raw, str) else bytes(raw)).row
        assert row is not None  # it was readable when it came
        was, now = Place(started, ended, bool(estimated)), place(row, received, anchors, began)
        if now != was:
            sums.add(ledger, row, was, sign=-1)
            sums.add(ledger, row, now)
            changes.append((now.start, now.end, int(now.estimated), number, seq))
    db.executemany("UPDATE loose SET started = ?, ended = ?, estimated = ? WHERE ledger = ? AND seq = ?", changes)
    return bool(changes)
