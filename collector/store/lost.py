"""Passages in rows that can never come: between the rows with totals below and above a hole, and what they say.

Kept in the table ``lost``, one line a pair of rows, so that nobody has to look for them. A line changes when numbers
are given up, when one comes after all, when the first row above a hole arrives, and when a row beside it is placed
anew. Then the days it may lie in are dirty.

All functions run inside the writer's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable

from collector.numbers import Hole
from collector.store.db import Db
from collector.store.marks import Known, key
from collector.store.placing import QUARTER_MS, own_times
from collector.store.port import Ledger
from collector.store.sums import soil
from devices.contract import CountRow, HeartbeatRow, decode_row

_WHERE = "WHERE site = ? AND device = ? AND epoch = ?"
#: Rows without totals that are passed over in search of one with them.
_FAR = 1000
_PAGE = 50
#: Every local day of the time between is hit by steps of this length; a longer time than this many is not told apart.
_STEP_MS, _STEPS = 12 * 3_600_000, 1000

#: The rows around (numbers), the moments they leave between them (ms of UTC), and who passed in and out.
Line = tuple[int, int, int, int, int, int]


def update(db: Db, ledger: Ledger, was: Known, now: Known, arrived: int | None, *, moved: bool) -> None:
    """See whether what is lost of a ledger changed; ``arrived`` is the lowest number that is new in it."""
    holes = now.numbers.lost
    if not holes and not was.numbers.lost:
        return
    if holes == was.numbers.lost and not moved:
        if arrived is None or not holes:
            return
        (above,) = db.execute(f"SELECT max(above) FROM lost {_WHERE}", key(ledger)).fetchone()
        if above is not None and arrived > above > holes[-1].last:
            return
    refresh(db, ledger, now.id, holes)


def refresh(db: Db, ledger: Ledger, number: int, holes: Iterable[Hole]) -> None:
    """Work a ledger's lines out afresh, and write those that differ."""
    columns = "below, above, after_ms, before_ms, entered, gone"
    old: set[Line] = {tuple(row) for row in db.execute(f"SELECT {columns} FROM lost {_WHERE}", key(ledger))}
    new = {line for hole in holes for line in [_line(db, number, hole)] if line is not None}
    db.executemany(f"DELETE FROM lost {_WHERE} AND below = ?", [(*key(ledger), line[0]) for line in sorted(old - new)])
    db.executemany(
        f"INSERT INTO lost (site, device, epoch, {columns}) VALUES (?,?,?,?,?,?,?,?,?)",
        [(*key(ledger), *line) for line in sorted(new - old)],
    )
    for _, _, after, before, _, _ in old ^ new:
        soil(db, ((ledger.site, ledger.device, at - at % QUARTER_MS) for at in {*_moments(after, before)}))


def _moments(after: int, before: int) -> list[int]:
    return [*range(after, before, _STEP_MS)[:_STEPS], after, before]


def _line(db: Db, number: int, hole: Hole) -> Line | None:
    below = _nearest(db, number, "seq < ?", "DESC", hole.first)
    above = _nearest(db, number, "seq > ?", "ASC", hole.last)
    if below is None or above is None:
        return None
    (first, earlier, received_first), (last, later, received_last) = below, above
    into = later.body.total_in - later.body.into - earlier.body.total_in
    out = later.body.total_out - later.body.out - earlier.body.total_out
    _, after = _times(db, number, first, earlier, received_first)
    before, _ = _times(db, number, last, later, received_last)
    return first, last, after, before, into, out


_Found = tuple[int, CountRow | HeartbeatRow, int]


def _nearest(db: Db, number: int, side: str, order: str, start: int) -> _Found | None:
    """The nearest row with totals on one side of a number."""
    at = start
    for _ in range(_FAR // _PAGE):
        found = db.execute(
            f"SELECT seq, raw, problem, received FROM raw_row WHERE ledger = ? AND {side} ORDER BY seq {order} "
            f"LIMIT {_PAGE}",
            (number, at),
        ).fetchall()
        for seq, raw, problem, received in found:
            row = None if problem else decode_row(raw.encode() if isinstance(raw, str) else bytes(raw)).row
            if isinstance(row, CountRow | HeartbeatRow):
                return seq, row, received
            at = seq
        if len(found) < _PAGE:
            break
    return None


def _times(db: Db, number: int, seq: int, row: CountRow | HeartbeatRow, received: int) -> tuple[int, int]:
    sql = "SELECT started, ended FROM loose WHERE ledger = ? AND seq = ?"
    found = db.execute(sql, (number, seq)).fetchone() or own_times(row, received)
    assert found is not None  # a row whose time is not its own is loose
    return found[0], found[1]
