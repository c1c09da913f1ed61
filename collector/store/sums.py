"""What a batch adds to each quarter hour, summed in memory and written once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from collector.store.db import Db, Value
from collector.store.placing import QUARTER_MS, Place
from collector.store.port import Ledger
from devices.contract import BLIND, AnyRow, Count, Transaction, body

#: A row that claims to have watched longer than this is not believed; heartbeats come every quarter of an hour.
LONGEST_MS = 86_400_000

_COLUMNS = ("rows", "entered", "gone", "turned_back", "ambiguous", "glitch", "est_entered", "est_gone", "covered_ms")
_UPSERT = (
    f"INSERT INTO quarter_hour (site, device, quarter, {', '.join(_COLUMNS)}, seen_ms) "
    "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (site, device, quarter) DO UPDATE SET "
    + "".join(f"{name} = quarter_hour.{name} + excluded.{name}, " for name in _COLUMNS)
    + f"seen_ms = CASE WHEN quarter_hour.covered_ms + excluded.covered_ms > {QUARTER_MS} THEN {QUARTER_MS} "
    "ELSE quarter_hour.covered_ms + excluded.covered_ms END"
)
_OPERATIONS = (
    "INSERT INTO transaction_quarter (site, device, quarter, op, result, code, n) VALUES (?,?,?,?,?,?,?) "
    "ON CONFLICT (site, device, quarter, op, result, code) DO UPDATE SET n = transaction_quarter.n + excluded.n"
)
#: A mark that is there is written again, so that whoever takes it away at this moment waits for us, or we for him.
_DIRTY = (
    "INSERT INTO dirty (site, device, quarter) VALUES (?,?,?) "
    "ON CONFLICT (site, device, quarter) DO UPDATE SET quarter = excluded.quarter"
)


class Door:
    """The quarter hours of one device."""

    def __init__(self) -> None:
        self.quarters: dict[int, list[int]] = {}
        self.operations: dict[tuple[int, str, str, str], int] = {}
        #: Quarter hours from which something was taken out: they may be empty afterwards.
        self.reduced: set[int] = set()

    def count(self, start: int, end: int, counted: Count, *, estimated: bool = False, sign: int = 1) -> None:
        """Add a count or heartbeat, or take it out again (``sign`` -1)."""
        quarter = start - start % QUARTER_MS
        sums = self.quarters.get(quarter)
        if sums is None:
            sums = self.quarters[quarter] = [0] * len(_COLUMNS)
        into, out = counted.into * sign, counted.out * sign
        sums[0] += sign
        sums[1] += into
        sums[2] += out
        sums[3] += counted.turned_back * sign
        sums[4] += counted.ambiguous * sign
        sums[5] += counted.glitch * sign
        if estimated:
            sums[6] += into
            sums[7] += out
        if sign < 0:
            self.reduced.add(quarter)
        if start >= quarter and end <= quarter + QUARTER_MS and not counted.flags:  # the usual case
            sums[8] += (end - start) * sign
        elif end - start <= LONGEST_MS and BLIND.isdisjoint(counted.flags):
            self._cover(start, end, sign)

    def operation(self, start: int, done: Transaction, *, sign: int = 1) -> None:
        """Add a kiosk's operation, or take it out again."""
        quarter = start - start % QUARTER_MS
        name = (quarter, done.op, done.result, done.code or "")
        self.operations[name] = self.operations.get(name, 0) + sign
        if sign < 0:
            self.reduced.add(quarter)

    def _cover(self, start: int, end: int, sign: int) -> None:
        while start < end:
            quarter = start - start % QUARTER_MS
            until = min(end, quarter + QUARTER_MS)
            self.quarters.setdefault(quarter, [0] * len(_COLUMNS))[8] += (until - start) * sign
            if sign < 0:
                self.reduced.add(quarter)
            start = until


class Sums:
    """The quarter hours of all devices of a batch."""

    def __init__(self) -> None:
        self._doors: dict[tuple[str, str], Door] = {}

    def door(self, site: str, device: str) -> Door:
        """Those of one device."""
        return self._doors.setdefault((site, device), Door())

    def add(self, ledger: Ledger, row: AnyRow, at: Place, *, sign: int = 1) -> None:
        """Add a row at a place, or take it out from there."""
        door = self.door(ledger.site, ledger.device)
        content = body(row)
        if isinstance(content, Count):
            door.count(at.start, at.end, content, estimated=at.estimated, sign=sign)
        elif isinstance(content, Transaction):
            door.operation(at.start, content, sign=sign)

    def save(self, db: Db) -> None:
        """Write them, each quarter hour once, in the same order by whoever writes."""
        doors = sorted(self._doors.items())
        counts: list[Sequence[Value]] = [
            (*names, quarter, *sums, min(QUARTER_MS, sums[-1]))
            for names, door in doors
            for quarter, sums in sorted(door.quarters.items())
            if any(sums)
        ]
        operations: list[Sequence[Value]] = [
            (*names, *what, n) for names, door in doors for what, n in sorted(door.operations.items()) if n
        ]
        if counts:
            db.executemany(_UPSERT, counts)
        if operations:
            db.executemany(_OPERATIONS, operations)
        reduced = [(*names, quarter) for names, door in doors for quarter in sorted(door.reduced)]
        if reduced:
            where = "WHERE site = ? AND device = ? AND quarter = ?"
            db.executemany(f"DELETE FROM quarter_hour {where} AND rows = 0 AND covered_ms = 0", reduced)
            db.executemany(f"DELETE FROM transaction_quarter {where} AND n = 0", reduced)
        touched = {(*names, quarter) for names, door in doors for quarter, sums in door.quarters.items() if any(sums)}
        soil(db, touched | {(*names, what[0]) for names, door in doors for what, n in door.operations.items() if n})


def soil(db: Db, quarters: Iterable[tuple[str, str, int]]) -> None:
    """Mark quarter hours dirty: the local days they lie in have to be derived again."""
    lines = sorted(quarters)
    if lines:
        db.executemany(_DIRTY, lines)
