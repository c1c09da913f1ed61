"""Which numbers of each ledger arrived, as the database has it: read under a lock, worked out, written back.

The lock makes any number of collectors come to the same marks; nothing is remembered between two batches. SQLite needs
none, since its one transaction that writes is one lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from collector.numbers import Hole, Numbers
from collector.store.db import Db
from collector.store.port import Ledger

_WHERE = "WHERE site = ? AND device = ? AND epoch = ?"


@dataclass(frozen=True, slots=True)
class Known:
    """A ledger's line: ``id`` stands for it in other tables."""

    id: int
    numbers: Numbers
    rows: int = 0
    duplicates: int = 0

    def after(self, seqs: Sequence[int], floor: int, duplicates: int) -> Known:
        """The line after new rows, a floor, and rows that came once more."""
        return replace(
            self,
            numbers=self.numbers.with_rows(seqs).with_floor(floor),
            rows=self.rows + len(seqs),
            duplicates=self.duplicates + duplicates,
        )


def read(db: Db, ledgers: Iterable[Ledger], lock: str) -> dict[Ledger, Known]:
    """The lines of these ledgers, made where they are missing. ``lock`` follows the question.

    All collectors lock in the same order, so that none waits for one that waits for it.
    """
    return {ledger: _read(db, ledger, lock) for ledger in sorted(ledgers, key=key)}


def _read(db: Db, ledger: Ledger, lock: str) -> Known:
    ask = f"SELECT id, top, floor, rows, duplicates FROM mark {_WHERE}{lock}"
    found = db.execute(ask, key(ledger)).fetchone()
    if found is None:
        db.execute(
            "INSERT INTO mark (site, device, epoch, top, floor, seq, rows, duplicates) VALUES (?,?,?,0,0,0,0,0) "
            "ON CONFLICT DO NOTHING",
            key(ledger),
        )
        found = db.execute(ask, key(ledger)).fetchone()
    number, top, floor, rows, duplicates = found
    holes = tuple(
        Hole(*row) for row in db.execute(f"SELECT first, last FROM hole {_WHERE} ORDER BY first", key(ledger))
    )
    return Known(number, Numbers(top, holes, floor), rows, duplicates)


def save(db: Db, changes: Iterable[tuple[Ledger, Known, Known]]) -> None:
    """Write lines back; each change is the ledger, what was read, and what is so now."""
    lines = []
    for ledger, was, now in changes:
        if now.numbers.holes != was.numbers.holes:
            db.execute(f"DELETE FROM hole {_WHERE}", key(ledger))
            holes = [(*key(ledger), hole.first, hole.last) for hole in now.numbers.holes]
            db.executemany("INSERT INTO hole (site, device, epoch, first, last) VALUES (?,?,?,?,?)", holes)
        if now != was:
            numbers = now.numbers
            lines.append((numbers.top, numbers.floor, numbers.mark, now.rows, now.duplicates, now.id))
    db.executemany("UPDATE mark SET top = ?, floor = ?, seq = ?, rows = ?, duplicates = ? WHERE id = ?", lines)


def key(ledger: Ledger) -> tuple[str, str, str]:
    """A ledger's columns."""
    return ledger.site, ledger.device, ledger.epoch
