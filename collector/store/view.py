"""Looking into the store: one unchanging moment at a time, never writing. The view is that of any database."""

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
from collector.store.db import Db
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
#: Collectors beat every few seconds; one that has not for so long is gone.
_SILENT_MS = 60_000


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
        with self.look() as db:
            yield View(db)

    @contextmanager
    def look(self) -> Iterator[Db]:
        """See the port."""
        with closing(connect(self._path, read_only=True)) as connection:
            try:
                connection.execute("BEGIN")
                yield connection
            except sqlite3.Error as error:
                raise StoreError(f"{self._path}: the store cannot be read: {error}.") from error


class View:
    """:class:`collector.store.port.Reading` inside one read transaction."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def devices(self) -> tuple[DeviceRecord, ...]:
        """Every device known, by site and id."""
        alerts = self._alerts()
        rows, lost, awaited = self._numbers()
        conflicts = self._conflicts()
        found = self._db.execute(
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
        found = self._db.execute(
            "SELECT site, device, quarter, rows, entered, gone, turned_back, ambiguous, glitch, est_entered, est_gone, "
            "seen_ms FROM quarter_hour WHERE quarter >= ? AND quarter < ? ORDER BY quarter, site, device",
            (start, end),
        )
        return tuple(QuarterHour(*row) for row in found)

    def transactions(self, start: int, end: int) -> tuple[TransactionCount, ...]:
        """See the port."""
        found = self._db.execute(
            "SELECT site, device, quarter, op, result, code, n FROM transaction_quarter "
            "WHERE quarter >= ? AND quarter < ? ORDER BY quarter, site, device, op, result, code",
            (start, end),
        )
        return tuple(TransactionCount(*row) for row in found)

    def lost_passages(self, start: int, end: int) -> tuple[LostPassages, ...]:
        """See the port."""
        found = self._db.execute(
            # Totals that go backwards prove nothing.
            "SELECT site, device, after_ms, before_ms, entered, gone FROM lost WHERE after_ms >= ? AND before_ms < ? "
            "AND entered >= 0 AND gone >= 0 AND entered + gone > 0 ORDER BY after_ms, site, device, before_ms",
            (start, end),
        )
        return tuple(LostPassages(*row) for row in found)

    def facts(self) -> SqlFacts:
        """See the port."""
        return SqlFacts(self._db)

    def background(self, site: str | None, first: date, last: date, month: date | None = None) -> Background:
        """See the port."""
        return background.read(self._db, self.devices(), site, first, last, month)

    def desk(self) -> Desk:
        """See the port."""
        (beat,) = self._db.execute("SELECT max(beat) FROM desk").fetchone()
        since = None
        if beat is not None:  # a collector that has fallen silent no longer listens
            (since,) = self._db.execute(
                "SELECT min(listening_since) FROM desk WHERE beat > ?", (beat - _SILENT_MS,)
            ).fetchone()
        count, newest = self._db.execute("SELECT count(*), max(received) FROM dead_letter").fetchone()
        return Desk(beat, since, count, newest)

    def _ledgers(self) -> list[tuple[Ledger, Numbers]]:
        holes: dict[Ledger, list[Hole]] = {}
        for site, device, epoch, first, last in self._db.execute(
            "SELECT site, device, epoch, first, last FROM hole ORDER BY first"
        ):
            holes.setdefault(Ledger(site, device, epoch), []).append(Hole(first, last))
        marks = self._db.execute("SELECT site, device, epoch, top, floor FROM mark").fetchall()
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
        found = self._db.execute("SELECT site, device, CAST(sum(rows) AS BIGINT) FROM mark GROUP BY site, device")
        return {(site, device): rows for site, device, rows in found}, lost, awaited

    def _conflicts(self) -> dict[tuple[str, str], int]:
        found = self._db.execute("SELECT site, device, count(*) FROM conflict GROUP BY site, device")
        return {(site, device): n for site, device, n in found}

    def _alerts(self) -> dict[tuple[str, str], list[StandingAlert]]:
        alerts: dict[tuple[str, str], list[StandingAlert]] = {}
        for site, device, name, text, since in self._db.execute(
            "SELECT site, device, id, body, since FROM alert ORDER BY site, device, since, id"
        ):
            alert = msgspec.json.decode(text, type=Alert)
            alerts.setdefault((site, device), []).append(StandingAlert(name, alert, since))
        return alerts


def _struct(text: str | None, what: type[T]) -> T | None:
    return None if text is None else msgspec.json.decode(text, type=what)
