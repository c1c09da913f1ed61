"""What the collector knows of each boot of a ledger, and when a boot that never learned the time is thought to have
begun.

One line a boot: its first number, its highest boot-clock time, and the first and last known time in it, if any. A boot
with a known time is known; what lies between two known ones is spread between them (:func:`placing.spread`). When a
bound moves, because a row, an anchor or a whole boot arrives late, the estimates that hang on it move, and no other.

Times are kept to the second, so that the milliseconds of a clock's jitter move nothing.

All functions run inside the writer's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from collector.store.db import Db
from collector.store.placing import Boot, believable, own_times, spread
from collector.store.port import Ledger, Record
from devices.contract import Anchor, Clock, Row, body

_WHERE = "WHERE site = ? AND device = ? AND epoch = ?"
_UPSERT = (
    "INSERT INTO boot VALUES (?,?,?,?,?,?,?,?,?,NULL) ON CONFLICT (site, device, epoch, boot) DO UPDATE SET "
    "first = CASE WHEN excluded.first < boot.first THEN excluded.first ELSE boot.first END, "
    "length = CASE WHEN excluded.length > boot.length THEN excluded.length ELSE boot.length END, "
    "latest = CASE WHEN excluded.latest < boot.latest THEN excluded.latest ELSE boot.latest END, "
    "known_from = CASE WHEN boot.known_from IS NULL OR excluded.known_from < boot.known_from "
    "THEN excluded.known_from ELSE boot.known_from END, "
    "known_to = CASE WHEN boot.known_to IS NULL OR excluded.known_to > boot.known_to "
    "THEN excluded.known_to ELSE boot.known_to END"
)


@dataclass(slots=True)
class _Seen:
    """What some rows say of their boot. ``known_from`` is when it began, by a time one of them knew."""

    first: int
    length: int
    latest: int
    known_from: int | None = None
    known_to: int | None = None

    def add(self, seq: int, row: Row, received: int) -> None:
        self.first = min(self.first, seq)
        self.length = max(self.length, row.bt1)
        self.latest = min(self.latest, _second(received - row.bt1))
        known = _known(row, received)
        if known is not None:
            began, until = known
            self.known_from = began if self.known_from is None else min(self.known_from, began)
            self.known_to = until if self.known_to is None else max(self.known_to, until)


def _known(row: Row, received: int) -> tuple[int, int] | None:
    """When the row's boot began and the row ended, if it knows."""
    content = body(row) if row.kind == "anchor" else None
    if isinstance(content, Anchor) and believable(content.utc, received):
        return _second(content.utc - content.bt), content.utc
    own = own_times(row, received) if row.clk in (Clock.SYNCED, Clock.RTC) else None
    return None if own is None else (_second(own[1] - row.bt1), own[1])


def _second(ms: int) -> int:
    return ms - ms % 1000


def note(db: Db, records: Iterable[tuple[Record, Row]]) -> set[tuple[Ledger, str]]:
    """Take note of new rows; answers the boots whose rows have to be placed anew."""
    seen: dict[Ledger, dict[str, _Seen]] = {}
    for record, row in records:
        boots = seen.setdefault(record.ledger, {})
        if row.boot not in boots:
            boots[row.boot] = _Seen(record.seq, row.bt1, _second(record.received - row.bt1))
        boots[row.boot].add(record.seq, row, record.received)
    moved: set[tuple[Ledger, str]] = set()
    for ledger, boots in seen.items():
        key = _key(ledger)
        db.executemany(
            _UPSERT,
            [(*key, boot, s.first, s.length, s.latest, s.known_from, s.known_to) for boot, s in boots.items()],
        )
        moved |= {(ledger, boot) for boot in _estimate(db, ledger)}
    return moved


def began(db: Db, ledger: Ledger, boot: str) -> int | None:
    """When a boot began, by a time that one of its rows knew, or is thought to have begun."""
    found = db.execute(
        f"SELECT coalesce(known_from, began) FROM boot {_WHERE} AND boot = ?", (*_key(ledger), boot)
    ).fetchone()
    return None if found is None else found[0]


def forget(db: Db) -> None:
    """Empty the table, to fill it again."""
    db.execute("DELETE FROM boot")


def _estimate(db: Db, ledger: Ledger) -> list[str]:
    """Spread the unknown boots of a ledger between the known ones; answers those that moved."""
    unknown = f"SELECT 1 FROM boot {_WHERE} AND (known_from IS NULL OR began IS NOT NULL) LIMIT 1"
    if db.execute(unknown, _key(ledger)).fetchone() is None:
        return []  # the usual case: every boot knows its time, and always did
    sql = f"SELECT boot, length, latest, known_from, known_to, began FROM boot {_WHERE} ORDER BY first, boot"
    changes: list[tuple[int | None, str]] = []
    after: int | None = None
    run: list[tuple[str, Boot, int | None]] = []
    for boot, length, latest, known_from, known_to, old in db.execute(sql, _key(ledger)).fetchall():
        if known_from is None:
            run.append((boot, Boot(length, latest), old))
            continue
        changes += _moved(after, known_from, run)
        if old is not None:
            changes.append((None, boot))
        after, run = known_to, []
    changes += _moved(after, None, run)
    db.executemany(f"UPDATE boot SET began = ? {_WHERE} AND boot = ?", [(at, *_key(ledger), b) for at, b in changes])
    return [boot for _, boot in changes]


def _moved(
    after: int | None, before: int | None, run: list[tuple[str, Boot, int | None]]
) -> list[tuple[int | None, str]]:
    found = spread(after, before, [boot for _, boot, _ in run])
    return [(now, name) for (name, _, old), now in zip(run, found, strict=True) if now != old]


def _key(ledger: Ledger) -> tuple[str, str, str]:
    return ledger.site, ledger.device, ledger.epoch
