"""Passages in rows that never came: their number follows from the running totals of the rows around the hole."""

from __future__ import annotations

from collections.abc import Iterable

from collector.derive.lost import Lost
from collector.numbers import Hole, Numbers
from collector.store.db import Db

_AT = "FROM count_row WHERE site = ? AND device = ? AND epoch = ? AND seq"


def of_device(db: Db, site: str, device: str) -> list[Lost]:
    """What a device's lost rows held, by time. A hole without a row on both sides, or with totals that go backwards
    or nowhere, tells nothing and is left out.
    """
    found: list[Lost] = []
    for epoch, numbers in _ledgers(db, site, device):
        pairs: dict[tuple[int, int], None] = {}
        for hole in numbers.lost:
            if (pair := _around(db, (site, device, epoch), hole)) is not None:
                pairs[pair] = None
        for below, above in pairs:
            missing = sum(hole.size for hole in _between(numbers.holes, below, above))
            if (lost := _held(db, (site, device, epoch), below, above, missing)) is not None:
                found.append(lost)
    return sorted(found, key=lambda lost: (lost.after, lost.before))


def devices(db: Db) -> list[tuple[str, str]]:
    """Devices that lack rows, by site and id."""
    return [(site, device) for site, device in db.execute("SELECT DISTINCT site, device FROM hole ORDER BY 1, 2")]


def _ledgers(db: Db, site: str, device: str) -> list[tuple[str, Numbers]]:
    holes: dict[str, list[Hole]] = {}
    for epoch, first, last in db.execute(
        "SELECT epoch, first, last FROM hole WHERE site = ? AND device = ? ORDER BY epoch, first", (site, device)
    ):
        holes.setdefault(epoch, []).append(Hole(first, last))
    if not holes:
        return []
    marks = db.execute("SELECT epoch, top, floor FROM mark WHERE site = ? AND device = ?", (site, device)).fetchall()
    return [(epoch, Numbers(top, tuple(holes[epoch]), floor)) for epoch, top, floor in marks if epoch in holes]


def _between(holes: Iterable[Hole], below: int, above: int) -> list[Hole]:
    return [hole for hole in holes if below < hole.first and hole.last < above]


def _around(db: Db, key: tuple[str, str, str], hole: Hole) -> tuple[int, int] | None:
    """Numbers of the nearest rows with totals below and above a hole; ``None`` where one is missing."""
    (below,) = db.execute(f"SELECT max(seq) {_AT} < ?", (*key, hole.first)).fetchone()
    (above,) = db.execute(f"SELECT min(seq) {_AT} > ?", (*key, hole.last)).fetchone()
    return None if below is None or above is None else (below, above)


def _held(db: Db, key: tuple[str, str, str], below: int, above: int, rows: int) -> Lost | None:
    """What the totals say happened between two rows, less what the rows between them say."""
    sql = f'SELECT total_in, total_out, start, "end" {_AT} = ?'
    first = db.execute(sql, (*key, below)).fetchone()
    last = db.execute(sql, (*key, above)).fetchone()
    known = db.execute(f"SELECT sum(entered), sum(gone) {_AT} > ? AND seq <= ?", (*key, below, above)).fetchone()
    into, out = int(last[0] - first[0] - known[0]), int(last[1] - first[1] - known[1])
    if into < 0 or out < 0 or (into == 0 and out == 0):
        return None
    return Lost(first[3], last[2], rows, into, out)
