"""What a durable loan costs, beside one bare commit of SQLite: the least that anything durable can cost.

All sides write to the same disk with WAL and ``synchronous=FULL``, one loan after the other, each on the disk before
the next begins. The embedded library checks the member, the item, the holds, the rules and the calendar, and commits
once. The desk writes the operation into the journal, lets the library lend, and writes the answer into the journal:
three commits in two files.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.paired import Report, Side, compare_all, median
from benchmarks.result import Benchmark, Outcome, Plan, Table
from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.journal import Journal
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.staff import NewItem, NewMember, NewRule, StaffRoom
from kiosk.circulation.port import PatronRef

#: Loans in a run, and pairs.
LOANS, PAIRS = 300, 12
GOAL = 3.0
_MEMBER = PatronRef("A1")


class _Monday:
    """A library's clock on an open day."""

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

    def monotonic_ns(self) -> int:
        return 1

    def boot_id(self) -> str:
        return "benchmark"

    def quality(self) -> str:
        return "ntp"


def _number(n: int) -> str:
    return f"B{n:05}"


class _Bench:
    """A prepared library, and a fresh copy of it for each run."""

    def __init__(self, folder: Path, loans: int) -> None:
        self._folder, self.loans = folder, loans
        self._template = folder / "template.sqlite"
        library = EmbeddedLibrary.open(self._template, create=True, clock=_Monday())
        staff = StaffRoom(library)
        staff.set_up()
        staff.add_type("banyak", "Many", limit=1_000_000)
        staff.add_rule(NewRule("banyak", limit=1_000_000))
        staff.add_member(NewMember(_MEMBER.number, "Sari", type="banyak"))
        for n in range(loans):
            staff.add_item(NewItem(_number(n), f"A book {n % 50}"))
        library.close()
        self._library: EmbeddedLibrary | None = None
        self._journal: Journal | None = None
        self._bare: sqlite3.Connection | None = None

    def _fresh(self, name: str) -> Path:
        for old in self._folder.glob(f"{name}.sqlite*"):
            old.unlink()
        return self._folder / f"{name}.sqlite"

    # the bare commit

    def bare(self) -> Side:
        """One row, one commit."""

        def before() -> None:
            if self._bare is not None:
                self._bare.close()
            self._bare = sqlite3.connect(self._fresh("bare"), isolation_level=None)
            self._bare.execute("PRAGMA journal_mode=WAL")
            self._bare.execute("PRAGMA synchronous=FULL")
            self._bare.execute("CREATE TABLE loans (op TEXT PRIMARY KEY, member TEXT, item TEXT, due TEXT) STRICT")

        def run() -> int:
            assert self._bare is not None
            for n in range(self.loans):
                row = (f"op-{n}", _MEMBER.number, _number(n), "2026-11-30")
                self._bare.execute("INSERT INTO loans VALUES (?, ?, ?, ?)", row)
            return int(self._bare.execute("SELECT COUNT(*) FROM loans").fetchone()[0])

        return Side("bare SQLite, one row a commit", run, self._all, before)

    # ours

    def embedded(self) -> Side:
        """The embedded library's own commit."""

        def run() -> int:
            assert self._library is not None
            for n in range(self.loans):
                self._library.checkout(f"op-{n}", _MEMBER, _number(n))
            return self._lent()

        return Side("embedded library's checkout", run, self._all, self._open)

    def desk(self) -> Side:
        """Journal, library, journal."""

        def before() -> None:
            self._open()
            if self._journal is not None:
                self._journal.close()
            self._journal = Journal.open(self._fresh("journal"), kiosk="kiosk-1", clock=_Monday())

        def run() -> int:
            assert self._library is not None
            assert self._journal is not None
            desk = CirculationDesk(self._library, self._journal)
            for n in range(self.loans):
                desk.checkout(_MEMBER, _number(n))
            return min(self._lent(), len(self._journal.entries("done")))

        return Side("journalled checkout at the desk", run, self._all, before)

    def _open(self) -> None:
        if self._library is not None:
            self._library.close()
        path = self._fresh("library")
        shutil.copy(self._template, path)
        self._library = EmbeddedLibrary.open(path, clock=_Monday())

    def _lent(self) -> int:
        assert self._library is not None
        with self._library.store.reading() as db:
            return int(db.execute("SELECT COUNT(*) FROM loans WHERE returned_at IS NULL").fetchone()[0])

    def _all(self, lent: int) -> str:
        return "" if lent == self.loans else f"{lent} loans of {self.loans} are there"

    def close(self) -> None:
        """Close whatever the last runs left open."""
        for opened in (self._library, self._journal, self._bare):
            if opened is not None:
                opened.close()


def run(plan: Plan) -> Outcome:
    """Both of ours beside the bare commit."""
    bench = _Bench(plan.folder, plan.choose(LOANS, 20))
    reports: dict[str, Report] = {}
    rows: list[tuple[str, ...]] = []
    for make in (bench.embedded, bench.desk):
        _compare(plan, bench, make, reports, rows)
    bench.close()
    head = ("side", "loans/s", "a loan", "CPU a loan", "written a loan")
    facts = {
        "both sides": "WAL, synchronous=FULL, the same disk, one loan after the other",
        "goal": f"the embedded checkout within {GOAL:.0f} times the bare commit",
    }
    return Outcome("checkout", reports, Table(head, tuple(rows)), facts)


def _compare(
    plan: Plan, bench: _Bench, make: Callable[[], Side], reports: dict[str, Report], rows: list[tuple[str, ...]]
) -> None:
    peer, ours = bench.bare(), make()
    wall, cpu = compare_all(peer, ours, metrics=("wall", "cpu"), pairs=plan.choose(PAIRS, 2), warmup=plan.choose(2, 1))
    reports |= {f"time: {ours.name}": wall, f"CPU: {ours.name}": cpu}
    for side, name in ((0, peer.name), (1, ours.name)):
        seconds = median(wall, side, "wall") / bench.loans
        rows.append(
            (
                name,
                f"{1 / seconds:,.0f}",
                f"{seconds * 1e3:.2f} ms",
                f"{median(wall, side, 'cpu') / bench.loans * 1e6:.0f} µs",
                f"{median(wall, side, 'written_kib') / bench.loans * 1024:,.0f} B",
            )
        )


CHECKOUT = Benchmark("checkout", "What does a durable loan cost, beside one bare commit of SQLite?", run)
