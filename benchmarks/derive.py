"""What it costs to derive local hours and days from new rows, on stores with more and more history.

Two questions. Does the cost follow what is new and not what there is? The same new day of ten doors arrives on stores
with 200, 400, 800 and 1,600 days behind them; the same store takes one, two and four new days. And what does the plain
way cost: summing all raw quarter hours again, in one SQL statement by local day, as a report without facts would?

Exact counters beside the clock: SQL statements, and steps of SQLite's virtual machine in hundreds.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from benchmarks import history
from benchmarks.paired import Report, Side, compare_all
from benchmarks.result import Benchmark, Outcome, Plan, Table
from collector.derive.refresh import refresh

DAYS = (200, 400, 800, 1600)
NEW = (1, 2, 4)
DOORS = 10
PAIRS = 8
SITE = "site-001"


@dataclass
class Cost:
    """What one refresh cost."""

    statements: int = 0
    steps: int = 0
    ms: float = 0.0
    days: int = 0


class Desk:
    """A store with so many days behind it, and new ones to come."""

    def __init__(self, path: Path, days: int) -> None:
        self.days = days
        self.last = date(2026, 10, 31)
        history.build(path, history.Plan(sites=1, doors=DOORS, days=days, last=self.last, quarters=True))
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA synchronous = OFF")  # the disk is not what is asked about

    def arrive(self, days: int) -> None:
        """The next days' quarter hours, as the receiving half leaves them."""
        self.db.execute("BEGIN")
        for _ in range(days):
            self.last += timedelta(days=1)
            start = _midnight(self.last) + history.OPENS * history.HOUR_MS
            for door in range(DOORS):
                for quarter in range(4 * (history.CLOSES - history.OPENS)):
                    key = (SITE, f"pintu-001-{door + 1}", start + quarter * history.QUARTER_MS)
                    self.db.execute(
                        "INSERT INTO quarter_hour (site, device, quarter, rows, entered, gone, seen_ms) "
                        "VALUES (?,?,?,15,?,3,900000)",
                        (*key, 3 + quarter % 5),
                    )
                    self.db.execute("INSERT INTO dirty VALUES (?, ?, ?)", key)
        self.db.execute("COMMIT")

    def refresh(self) -> int:
        """Derive what arrived; answers the days derived."""
        self.db.execute("BEGIN")
        done = refresh(self.db, _midnight(self.last + timedelta(days=1)) + 2 * history.HOUR_MS)
        self.db.execute("COMMIT")
        return done.days

    def sum_again(self) -> int:
        """The plain way: every raw quarter hour, by local day and door."""
        found = self.db.execute(
            "SELECT date(quarter / 1000 + 28800, 'unixepoch') AS day, device, sum(entered), sum(gone) "
            "FROM quarter_hour GROUP BY day, device"
        ).fetchall()
        return len(found)

    def cost(self, act: Callable[[], int]) -> Cost:
        """Count and time an act."""
        cost = Cost()

        def statement(_sql: str) -> None:
            cost.statements += 1

        def step() -> int:
            cost.steps += 1
            return 0

        self.db.set_trace_callback(statement)
        self.db.set_progress_handler(step, 100)
        began = time.perf_counter()
        cost.days = act()
        cost.ms = (time.perf_counter() - began) * 1000
        self.db.set_trace_callback(None)
        self.db.set_progress_handler(None, 0)
        return cost

    def wrong(self) -> str:
        """What is wrong with the facts: every raw passage must be in its day."""
        raw = self.db.execute("SELECT sum(entered) FROM quarter_hour").fetchone()[0]
        facts = self.db.execute("SELECT sum(raw_in) FROM day_fact WHERE device <> ''").fetchone()[0]
        return "" if raw == facts else f"{raw} passages came in and the facts have {facts}"


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=history.ZONE).timestamp() * 1000)


def run(plan: Plan) -> Outcome:
    """Growing history, then growing news, then the plain way beside ours."""
    rows: list[tuple[str, ...]] = []
    desks = [Desk(plan.folder / f"desk-{days}.sqlite", days) for days in (DAYS if not plan.quick else (20, 40))]
    for desk in desks:
        desk.arrive(1)
        rows.append(_row(f"{desk.days} days", 1, desk.cost(desk.refresh)))
    large = desks[-1]
    for days in NEW:
        large.arrive(days)
        rows.append(_row(f"{large.days} days", days, large.cost(large.refresh)))
    reports = _beside_the_plain_way(plan, large)
    facts = {"doors": str(DOORS), "each new day": f"{DOORS * 32} quarter hours", "disk": "synchronous off"}
    head = ("history", "new days", "SQL statements", "machine steps / 100", "time", "door-days and site-days")
    return Outcome("derive", reports, Table(head, tuple(rows)), facts)


def _row(name: str, new: int, cost: Cost) -> tuple[str, ...]:
    return (name, str(new), f"{cost.statements:,}", f"{cost.steps:,}", f"{cost.ms:.1f} ms", str(cost.days))


def _beside_the_plain_way(plan: Plan, desk: Desk) -> dict[str, Report]:
    def check(_: int) -> str:
        return desk.wrong()

    plain = Side("all raw quarter hours summed again", desk.sum_again, lambda _: "", lambda: None)
    ours = Side("one new day derived", desk.refresh, check, partial(desk.arrive, 1))
    (wall,) = compare_all(plain, ours, metrics=("wall",), pairs=plan.choose(PAIRS, 2), warmup=plan.choose(2, 0))
    return {f"time: a new day of {DOORS} doors after {desk.days}, beside {plain.name}": wall}


DERIVE = Benchmark("derive", "Does deriving cost what is new, or what there is?", run)
