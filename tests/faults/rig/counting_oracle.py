"""What must hold of doors and a desk after everything was delivered; each answer is a sentence about what does not."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing

from rig.counting_parts import Desk, Door, counts

from collector.store.sqlite import SqliteStore
from devices.contract import Row, body, decode_rows

#: What a boot clock that is stamped a moment later may differ by (ms).
_CLOSE = 2_000


class Oracle:
    """Looks into the desk's store and at what the doors remember of themselves."""

    doors: list[Door]
    desk: Desk

    def _nowhere(self, door: Door) -> list[int]:
        """Numbers of its rows that are neither kept nor kept aside."""
        kept, aside = self._rows("record"), self._rows("conflict")
        return [
            key[2]
            for key, row in door.written.items()
            if not any(_same(row, raw) for raw in kept.get(key, []) + aside.get(key, []))
        ]

    def _rows(self, table: str) -> dict[tuple[str, str, int], list[bytes]]:
        with sqlite3.connect(self.desk.path) as db:
            found = db.execute(f"SELECT device, epoch, seq, raw FROM {table}").fetchall()
        db.close()
        rows: dict[tuple[str, str, int], list[bytes]] = defaultdict(list)
        for device, epoch, seq, raw in found:
            rows[device, epoch, seq].append(raw if isinstance(raw, bytes) else raw.encode())
        return rows

    def _marks_that_went_back(self) -> list[str]:
        found, highest = [], defaultdict(int)
        for mark in self.desk.marks:
            if mark.seq < highest[mark.ledger]:
                found.append(f"the mark of {mark.ledger.device} went from {highest[mark.ledger]} back to {mark.seq}")
            highest[mark.ledger] = max(highest[mark.ledger], mark.seq)
        return found

    def _deleted_but_not_kept(self) -> list[str]:
        kept, aside = self._rows("record"), self._rows("conflict")
        found = []
        for door in self.doors:
            for key in sorted(door.deleted):
                ours = door.written[key]
                if not any(_same(ours, raw) for raw in kept.get(key, []) + aside.get(key, [])):
                    found.append(f"{door.name} deleted row {key[2]}, which is not in the store")
        return found

    def _after_a_wipe(self, door: Door, into: int, out: int, holes: int) -> list[str]:
        """What was on the lost card alone nobody can know; everything else is exact, and what is missing is flagged."""
        kept = set(self._rows("record"))
        rows = [row for key, row in door.written.items() if key in kept]
        sums = sum(counts(row)[0] for row in rows), sum(counts(row)[1] for row in rows)
        tops: dict[str, int] = defaultdict(int)
        for name, epoch, seq in kept:
            if name == door.name:
                tops[epoch] = max(tops[epoch], seq)
        missing = sum(tops.values()) - sum(1 for name, _, _ in kept if name == door.name)
        found = []
        if sums != (into, out):
            found.append(f"{door.name}: the rows at the desk hold {sums}, its sums are {into, out}")
        if holes != missing:
            found.append(f"{door.name}: {missing} rows are missing, {holes} are flagged")
        if into > door.into or out > door.out:
            found.append(
                f"{door.name}: more at the desk ({into}, {out}) than was ever counted ({door.into}, {door.out})"
            )
        return found

    def _copies(self, doors: list[Door], into: int, out: int, conflicts: int) -> list[str]:
        found = [
            f"a row {seq} of {door.name}, whose card was copied, is nowhere"
            for door in doors
            for seq in self._nowhere(door)
        ]
        differ = any(
            key in doors[1].written and doors[1].written[key].boot != row.boot for key, row in doors[0].written.items()
        )
        if differ and not conflicts:
            found.append(f"{doors[0].name}: two doors wrote the same numbers and there is no alarm")
        if (into, out) not in [(door.into, door.out) for door in doors]:
            found.append(
                f"{doors[0].name}: neither {[(door.into, door.out) for door in doors]} but {into, out} at the desk"
            )
        return found

    def _different_when_rebuilt(self) -> list[str]:
        """What was derived row by row is what is derived from all rows at once."""
        tables = ("quarter_hour", "loose", "boot", "anchor", "lost")
        with closing(SqliteStore(self.desk.path)) as store, closing(sqlite3.connect(self.desk.path)) as db:
            before = {table: sorted(db.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}
            store.rebuild()
            after = {table: sorted(db.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}
        return [f"{table} is another when it is rebuilt" for table in tables if before[table] != after[table]]

    def _misplaced(self) -> list[str]:
        """Rows that say when they were, and were not then."""
        truth = {key: (door, row) for door in self.doors for key, row in door.written.items()}
        with sqlite3.connect(self.desk.path) as db:
            placed = db.execute(
                "SELECT m.device, m.epoch, l.seq, l.boot, l.started, l.estimated "
                "FROM loose l JOIN mark m ON m.id = l.ledger"
            ).fetchall()
        db.close()
        found = []
        for device, epoch, seq, boot, start, estimated in placed:
            door, row = truth.get((device, epoch, seq), (None, None))
            if door is None or row is None or row.boot != boot:
                continue  # of the other with the same card
            off = start - door.true_start(row)
            if not estimated and abs(off) > _CLOSE:
                found.append(f"row {seq} of {device} is placed {off} ms from where it was, and not as an estimate")
        return found


def _same(row: Row, raw: bytes) -> bool:
    (item,) = decode_rows(b"[" + raw + b"]")
    return item.row is not None and (item.row.boot, item.row.bt0, body(item.row)) == (row.boot, row.bt0, body(row))
