"""Looking into the SQLite store: one unchanging moment at a time, never writing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from collector.derive.background import Background
from collector.errors import StoreError
from collector.numbers import Hole, Numbers
from collector.store import background
from collector.store.facts import SqlFacts
from collector.store.port import (
    Desk,
    DeviceRecord,
    Ledger,
    LostPassages,
    QuarterHour,
    Reading,
    StandingAlert,
    TransactionCount,
)
from collector.store.sqlite import connect
from devices.contract import Alert, Health, Info, Status, Totals

T = TypeVar("T")


class SqliteReader:
    """:class:`collector.store.port.Reader` of one file. Each snapshot has its own connection."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def snapshot(self) -> Iterator[Reading]:
        """One moment of the store.

        Raises:
            StoreError: missing, locked, foreign or damaged file.
        """
        with closing(connect(self._path, read_only=True)) as connection:
            try:
                connection.execute("BEGIN")
                yield View(connection)
            except sqlite3.Error as error:
                raise StoreError(f"{self._path}: the store cannot be read: {error}.") from error


class View:
    """:class:`collector.store.port.Reading` inside one read transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def devices(self) -> tuple[DeviceRecord, ...]:
        """Every device known, by site and id."""
        alerts = self._alerts()
        rows, lost, awaited = self._numbers()
        conflicts = self._conflicts()
        found = self._connection.execute(
            "SELECT site, device, first_seen, heard, status, status_since, info, health, health_at, totals, expected "
            "FROM device_state ORDER BY site, device"
        )
        devices = []
        for site, device, first_seen, heard, status, since, info, health, health_at, totals, expected in found:
            key = (site, device)
            devices.append(
                DeviceRecord(
                    site, device, first_seen, heard, None if status is None else Status(status), since,
                    _struct(info, Info), _struct(health, Health), health_at, _struct(totals, Totals),
                    tuple(alerts.get(key, ())), expected,
                    rows.get(key, 0), lost.get(key, 0), awaited.get(key, 0), conflicts.get(key, 0),
                )
            )  # fmt: skip
        return tuple(devices)

    def quarters(self, start: int, end: int) -> tuple[QuarterHour, ...]:
        """See the port."""
        found = self._connection.execute(
            "SELECT site, device, quarter, rows, entered, gone, turned_back, ambiguous, glitch, est_entered, est_gone "
            "FROM quarter_hour WHERE quarter >= ? AND quarter < ? ORDER BY quarter, site, device",
            (start, end),
        )
        return tuple(QuarterHour(*row) for row in found)

    def transactions(self, start: int, end: int) -> tuple[TransactionCount, ...]:
        """See the port."""
        found = self._connection.execute(
            "SELECT site, device, quarter, op, result, code, n FROM transaction_quarter "
            "WHERE quarter >= ? AND quarter < ? ORDER BY quarter, site, device, op, result, code",
            (start, end),
        )
        return tuple(TransactionCount(*row) for row in found)

    def lost_passages(self, start: int, end: int) -> tuple[LostPassages, ...]:
        """See the port."""
        lost = []
        for ledger, numbers in self._ledgers():
            around = {self._around(ledger, hole) for hole in numbers.lost}
            for pair in around:
                passages = None if pair is None else self._between(ledger, *pair)
                if passages is not None and start <= passages.after and passages.before < end:
                    lost.append(passages)
        return tuple(sorted(lost, key=lambda p: (p.after, p.site, p.device)))

    def facts(self) -> SqlFacts:
        """See the port."""
        return SqlFacts(self._connection)

    def background(self, site: str | None, first: date, last: date, month: date | None = None) -> Background:
        """See the port."""
        return background.read(self._connection, self.devices(), site, first, last, month)

    def desk(self) -> Desk:
        """See the port."""
        beat, since = self._connection.execute("SELECT beat, listening_since FROM desk").fetchone() or (None, None)
        count, newest = self._connection.execute("SELECT count(*), max(received) FROM dead_letter").fetchone()
        return Desk(beat, since, count, newest)

    def _around(self, ledger: Ledger, hole: Hole) -> tuple[int, int] | None:
        """Numbers of the nearest rows with totals below and above a hole; ``None`` where one is missing."""
        key = (ledger.site, ledger.device, ledger.epoch)
        where = "FROM count_row WHERE site=? AND device=? AND epoch=? AND seq"
        (below,) = self._connection.execute(f"SELECT max(seq) {where} < ?", (*key, hole.first)).fetchone()
        (above,) = self._connection.execute(f"SELECT min(seq) {where} > ?", (*key, hole.last)).fetchone()
        return None if below is None or above is None else (below, above)

    def _between(self, ledger: Ledger, below: int, above: int) -> LostPassages | None:
        """What the totals say happened between two rows, less what the rows between them say."""
        key = (ledger.site, ledger.device, ledger.epoch)
        sql = "SELECT total_in, total_out, start, end FROM count_row WHERE site=? AND device=? AND epoch=? AND seq=?"
        first = self._connection.execute(sql, (*key, below)).fetchone()
        last = self._connection.execute(sql, (*key, above)).fetchone()
        known = self._connection.execute(
            "SELECT sum(entered), sum(gone) FROM count_row WHERE site=? AND device=? AND epoch=? AND seq>? AND seq<=?",
            (*key, below, above),
        ).fetchone()
        into, out = last[0] - first[0] - known[0], last[1] - first[1] - known[1]
        if into < 0 or out < 0 or (into == 0 and out == 0):
            return None  # totals that go backwards prove nothing
        return LostPassages(ledger.site, ledger.device, first[3], last[2], into, out)

    def _ledgers(self) -> list[tuple[Ledger, Numbers]]:
        holes: dict[Ledger, list[Hole]] = {}
        for site, device, epoch, first, last in self._connection.execute(
            "SELECT site, device, epoch, first, last FROM hole ORDER BY first"
        ):
            holes.setdefault(Ledger(site, device, epoch), []).append(Hole(first, last))
        marks = self._connection.execute("SELECT site, device, epoch, top, floor FROM mark").fetchall()
        return [
            (ledger, Numbers(top, tuple(holes.get(ledger, ())), floor))
            for site, device, epoch, top, floor in marks
            for ledger in [Ledger(site, device, epoch)]
        ]

    def _numbers(self) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int], dict[tuple[str, str], int]]:
        lost: dict[tuple[str, str], int] = {}
        awaited: dict[tuple[str, str], int] = {}
        for ledger, numbers in self._ledgers():
            key = (ledger.site, ledger.device)
            lost[key] = lost.get(key, 0) + sum(hole.size for hole in numbers.lost)
            awaited[key] = awaited.get(key, 0) + sum(hole.size for hole in numbers.awaited)
        found = self._connection.execute("SELECT site, device, sum(rows) FROM mark GROUP BY site, device")
        return {(site, device): rows for site, device, rows in found}, lost, awaited

    def _conflicts(self) -> dict[tuple[str, str], int]:
        found = self._connection.execute("SELECT site, device, count(*) FROM conflict GROUP BY site, device")
        return {(site, device): n for site, device, n in found}

    def _alerts(self) -> dict[tuple[str, str], list[StandingAlert]]:
        alerts: dict[tuple[str, str], list[StandingAlert]] = {}
        for site, device, name, text, since in self._connection.execute(
            "SELECT site, device, id, body, since FROM alert ORDER BY site, device, since, id"
        ):
            alert = msgspec.json.decode(text, type=Alert)
            alerts.setdefault((site, device), []).append(StandingAlert(name, alert, since))
        return alerts


def _struct(text: str | None, what: type[T]) -> T | None:
    return None if text is None else msgspec.json.decode(text, type=what)
