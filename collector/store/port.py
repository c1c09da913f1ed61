"""What the collector needs of a store: the ``Store`` it writes to, the ``Reading`` others look through.

Three rules:

* **Writes are idempotent.** The same rows in any order, any batches and any number of times leave the same tables and
  the same marks. A row is named by (site, device, epoch, seq) for ever.
* **Raw rows are never edited.** Everything derived (quarter hours, transactions) can be rebuilt from them.
* **A mark is told only after the commit.** :meth:`Store.write` returns when the batch is on the disk.

All times are milliseconds of UTC since 1970. Time zones are no matter of the store.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import msgspec

from collector.derive.background import Background
from collector.derive.facts import Facts
from collector.derive.refreshed import Refreshed
from collector.store.db import Db
from devices.contract import Alert, AnyRow, Health, Info, Leaf, Status, Totals


class Ledger(msgspec.Struct, frozen=True):
    """One device's ledger file: an epoch of a device at a site."""

    site: str
    device: str
    epoch: str


class Record(msgspec.Struct, frozen=True, gc=False):
    """A row with a usable number. ``row`` is ``None`` when its content is not; ``problem`` then says why."""

    ledger: Ledger
    seq: int
    raw: bytes
    row: AnyRow | None
    problem: str
    received: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message, or an element of one, that version 1 does not allow."""

    topic: str
    payload: bytes
    problem: str
    received: int


@dataclass(frozen=True, slots=True)
class StateUpdate:
    """What a device said of itself. ``value`` is ``None`` when it took the statement back (empty payload).

    ``live`` is false for a retained copy that the broker handed over: it was true once, but nobody was heard now.
    """

    site: str
    device: str
    leaf: Leaf
    value: Status | Info | Health | Totals | Alert | None
    received: int
    live: bool
    alert: str = ""  # the id, for ``Leaf.ALERT``


@dataclass(frozen=True, slots=True)
class Floor:
    """Rows of the ledger up to ``seq`` will not be sent again."""

    ledger: Ledger
    seq: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction writes."""

    records: tuple[Record, ...] = ()
    dead: tuple[DeadLetter, ...] = ()
    states: tuple[StateUpdate, ...] = ()
    floors: tuple[Floor, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Everything of this ledger up to ``seq`` is committed (or can never come).

    ``boot`` is that of row ``seq``, ``None`` when the row itself is not here: then the device knows the number already,
    since it has said so, and is not told.
    """

    ledger: Ledger
    seq: int
    boot: str | None = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch. ``marks`` has one entry for each ledger it touched, in the order of their last row."""

    inserted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    dead: int = 0
    marks: tuple[Mark, ...] = ()


class Store(Protocol):
    """The writing side. One thread uses it."""

    def write(self, batch: Batch) -> Written:
        """Commit the batch, durably.

        Raises:
            collector.errors.StoreBusy: nothing was written; try again later.
        """
        ...

    def beat(self, now: int, listening_since: int | None) -> None:
        """Note that the desk lives, and since when it has been connected to the broker (``None``: it is not).

        Called every few seconds while nothing is written: a store does its own housekeeping here.
        """
        ...

    def expect(self, site: str, device: str, name: str, now: int) -> None:
        """Put a device on the list before it was ever heard."""
        ...

    def edit(self) -> AbstractContextManager[Db]:
        """One transaction for what people enter; left by an exception, it leaves nothing.

        Raises:
            collector.errors.StoreBusy: nothing was changed; try again later.
        """
        ...

    def refresh(self, now: int, *, limit: int | None, default_zone: str) -> Refreshed:
        """Derive local hours and days from what was touched; see :func:`collector.derive.refresh.refresh`.

        Raises:
            collector.errors.StoreBusy: nothing was derived; try again later.
        """
        ...

    def close(self) -> None:
        """Give the files back."""
        ...


@dataclass(frozen=True, slots=True)
class StandingAlert:
    """A device's alert that has not ended; ``since`` by receive time."""

    id: str
    alert: Alert
    since: int


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """All that is known of one device; times are receive times."""

    site: str
    device: str
    first_seen: int
    heard: int | None = None  # last live message of its own
    status: Status | None = None
    status_since: int | None = None  # None: it was so before we listened
    info: Info | None = None
    health: Health | None = None
    health_at: int | None = None
    totals: Totals | None = None
    alerts: tuple[StandingAlert, ...] = ()
    expected: str = ""  # the name it was put on the list with
    rows: int = 0
    lost_rows: int = 0  # can never come
    awaited_rows: int = 0  # missing below the newest; the device still has them
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class QuarterHour:
    """Passages at one door in the quarter hour from ``start``.

    ``est_*`` is the part whose time is an estimate; ``seen_ms`` the time in which a working sensor watched.
    """

    site: str
    device: str
    start: int
    rows: int
    into: int
    out: int
    turned_back: int
    ambiguous: int
    glitch: int
    est_into: int
    est_out: int
    seen_ms: int = 0


@dataclass(frozen=True, slots=True)
class TransactionCount:
    """Kiosk operations of one sort in the quarter hour from ``start``."""

    site: str
    device: str
    start: int
    op: str
    result: str
    code: str
    n: int


@dataclass(frozen=True, slots=True)
class LostPassages:
    """Passages inside rows that never came, between two known moments; their number follows from the totals."""

    site: str
    device: str
    after: int
    before: int
    into: int
    out: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What the desk knows of itself. ``listening_since`` is ``None`` while it has no broker."""

    beat: int | None = None
    listening_since: int | None = None
    dead_letters: int = 0
    unreadable_since: int | None = None  # the last message that could not be read at all


class Reading(Protocol):
    """The reading side: one unchanging moment of the store."""

    def devices(self) -> tuple[DeviceRecord, ...]: ...

    def quarters(self, start: int, end: int) -> tuple[QuarterHour, ...]:
        """Quarter hours that begin in [start, end)."""
        ...

    def transactions(self, start: int, end: int) -> tuple[TransactionCount, ...]:
        """Transactions of the quarter hours that begin in [start, end)."""
        ...

    def lost_passages(self, start: int, end: int) -> tuple[LostPassages, ...]:
        """Passages in lost rows whose whole interval lies in [start, end)."""
        ...

    def facts(self) -> Facts:
        """What was derived of local hours and days."""
        ...

    def background(self, site: str | None, first: date, last: date, month: date | None = None) -> Background:
        """Names, calendar, factors, adjustments of a site (all: ``None``); of ``month`` what was published."""
        ...

    def desk(self) -> Desk: ...


class Reader(Protocol):
    """Opens moments of the store for reading; safe to use from any thread."""

    def snapshot(self) -> AbstractContextManager[Reading]: ...

    def look(self) -> AbstractContextManager[Db]:
        """One moment of the store for what people entered and what was derived; to look at only."""
        ...
