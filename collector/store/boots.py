"""Boots that never learned the time, and when each is thought to have begun.

The table ``boot`` has a line for each boot with rows whose time is not their own and that has no anchor: its numbers,
its highest boot-clock time, and the latest moment at which it can have begun. The known times around it are looked up
among the rows beside it (``below`` and ``above`` are their numbers), and between these it is spread with its neighbours
(:func:`placing.spread`). When a row arrives between the two, the estimates that hang on them are made anew, and no
other; a ledger that always knew the time pays nothing.

All functions run inside the writer's transaction, when the new rows are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collector.store.db import Db
from collector.store.placing import TRUSTED, Boot, believable, own_times, spread
from collector.store.port import Record
from devices.contract import AnchorRow, AnyRow, Row, decode_row

_UPSERT = (
    "INSERT INTO boot (ledger, boot, first, last, length, latest) VALUES (?,?,?,?,?,?) "
    "ON CONFLICT (ledger, boot) DO UPDATE SET "
    "first = CASE WHEN excluded.first < boot.first THEN excluded.first ELSE boot.first END, "
    "last = CASE WHEN excluded.last > boot.last THEN excluded.last ELSE boot.last END, "
    "length = CASE WHEN excluded.length > boot.length THEN excluded.length ELSE boot.length END, "
    "latest = CASE WHEN excluded.latest < boot.latest THEN excluded.latest ELSE boot.latest END"
)
#: Rows that are passed over in search of one with a time, at most, and how many are read at once.
_FAR, _PAGE = 1000, 50


@dataclass(frozen=True, slots=True)
class _Line:
    boot: str
    first: int
    last: int
    shape: Boot
    below: int | None
    above: int | None
    began: int | None


@dataclass(frozen=True, slots=True)
class _Known:
    """A row that knew the time: its number and boot, when that boot began, and when the row ended."""

    seq: int
    boot: str
    began: int
    until: int


def ledgers(db: Db) -> set[int]:
    """The ledgers that have such boots; asked once a batch."""
    return {ledger for (ledger,) in db.execute("SELECT DISTINCT ledger FROM boot").fetchall()}


def update(
    db: Db, ledger: int, records: Sequence[Record], loose: Iterable[tuple[Record, AnyRow]], anchored: Iterable[str]
) -> set[str]:
    """Take note of new rows of a ledger; answers the boots whose rows have to be placed anew."""
    db.executemany("DELETE FROM boot WHERE ledger = ? AND boot = ?", [(ledger, boot) for boot in anchored])
    db.executemany(_UPSERT, [(ledger, *line) for line in _lines(db, ledger, loose)])
    concerned = "SELECT 1 FROM boot WHERE ledger = ? AND (above IS NULL OR above > ?) LIMIT 1"
    if db.execute(concerned, (ledger, min(record.seq for record in records))).fetchone() is None:
        return set()
    return _estimate(db, ledger)


def began(db: Db, ledger: int, boot: str) -> int | None:
    """When a boot that never learned the time is thought to have begun."""
    found = db.execute("SELECT began FROM boot WHERE ledger = ? AND boot = ?", (ledger, boot)).fetchone()
    return None if found is None else found[0]


def _lines(db: Db, ledger: int, loose: Iterable[tuple[Record, AnyRow]]) -> list[tuple[str, int, int, int, int]]:
    """What the loose rows of a batch say of boots without an anchor; to the second, so that jitter moves nothing."""
    found: dict[str, tuple[int, int, int, int]] = {}
    for record, row in loose:
        latest = record.received - row.bt1
        seen = (record.seq, record.seq, row.bt1, latest - latest % 1000)
        if old := found.get(row.boot):
            seen = (min(old[0], seen[0]), max(old[1], seen[1]), max(old[2], seen[2]), min(old[3], seen[3]))
        found[row.boot] = seen
    sql = (
        "SELECT 1 FROM anchor a JOIN mark m ON m.site = a.site AND m.device = a.device AND m.epoch = a.epoch "
        "WHERE m.id = ? AND a.boot = ? LIMIT 1"
    )
    return [(boot, *seen) for boot, seen in found.items() if db.execute(sql, (ledger, boot)).fetchone() is None]


def _estimate(db: Db, ledger: int) -> set[str]:
    sql = (
        "SELECT boot, first, last, length, latest, below, above, began FROM boot WHERE ledger = ? ORDER BY first, boot"
    )
    lines = [
        _Line(boot, first, last, Boot(length, latest), below, above, at)
        for boot, first, last, length, latest, below, above, at in db.execute(sql, (ledger,)).fetchall()
    ]
    changes: list[tuple[int | None, int | None, int | None, int, str]] = []
    moved: set[str] = set()
    after = _nearest(db, ledger, lines[0].first, down=True) if lines else None
    run: list[_Line] = []
    for number, line in enumerate(lines):
        run.append(line)
        following = lines[number + 1] if number + 1 < len(lines) else None
        before = _nearest(db, ledger, line.last, down=False, end=following.first if following else None)
        if following is not None and before is None:
            continue  # no known time between the two: they share what is around them
        for each, at in zip(run, _begins(run, after, before), strict=True):
            now = (at, after.seq if after else None, before.seq if before else None)
            if now != (each.began, each.below, each.above):
                changes.append((*now, ledger, each.boot))
            if at != each.began:
                moved.add(each.boot)
        run = []
        after = _nearest(db, ledger, following.first, down=True) if following else None
    db.executemany("UPDATE boot SET began = ?, below = ?, above = ? WHERE ledger = ? AND boot = ?", changes)
    return moved


def _begins(run: list[_Line], after: _Known | None, before: _Known | None) -> list[int]:
    if before is not None and before.boot == run[-1].boot:  # its anchor is lost, but a row of it knew the time
        return [*spread(after.until if after else None, before.began, [line.shape for line in run[:-1]]), before.began]
    return spread(after.until if after else None, before.began if before else None, [line.shape for line in run])


def _nearest(db: Db, ledger: int, seq: int, *, down: bool, end: int | None = None) -> _Known | None:
    """The nearest row that knew the time, below or above a number; ``end`` is where to stop looking."""
    side, order = ("seq < ?", "DESC") if down else ("seq > ? AND seq < ?", "ASC")
    stop = () if down else (end or 1 << 53,)
    for _ in range(_FAR // _PAGE):
        sql = f"SELECT seq, raw, problem, received FROM raw_row WHERE ledger = ? AND {side} ORDER BY seq {order} "
        found = db.execute(f"{sql} LIMIT {_PAGE}", (ledger, seq, *stop)).fetchall()
        for number, raw, problem, received in found:
            seq = number
            row = None if problem else decode_row(raw.encode() if isinstance(raw, str) else bytes(raw)).row
            known = None if row is None else _known(number, row, received)
            if known is not None:
                return known
        if len(found) < _PAGE:
            break
    return None


def _known(seq: int, row: AnyRow, received: int) -> _Known | None:
    if isinstance(row, AnchorRow):
        anchor = row.body
        if believable(anchor.utc, received):
            return _Known(seq, row.boot, _second(anchor.utc - anchor.bt), anchor.utc)
    elif not isinstance(row, Row) and row.clk in TRUSTED and (own := own_times(row, received)) is not None:
        return _Known(seq, row.boot, _second(own[1] - row.bt1), own[1])
    return None


def _second(ms: int) -> int:
    return ms - ms % 1000
