"""Deriving costs what is new, not what there is: counted in statements and in steps of SQLite's machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from facts_desk import SITE, Desk, days_from

from collector.derive import refresh as refreshing

LAST = date(2026, 11, 19)


@dataclass
class Cost:
    """What an act cost."""

    statements: int = 0
    steps: int = 0


def cost(db: sqlite3.Connection, act: Callable[[], object]) -> Cost:
    """Statements, and steps of the virtual machine in tens."""
    found = Cost()

    def statement(_sql: str) -> None:
        found.statements += 1

    def step() -> int:
        found.steps += 1
        return 0

    db.set_trace_callback(statement)
    db.set_progress_handler(step, 10)
    act()
    db.set_trace_callback(None)
    db.set_progress_handler(None, 0)
    return found


def desk_of(days: int) -> Desk:
    """So many days before the last, by bulk: the same facts on each."""
    desk = Desk()
    desk.door(from_day=LAST - timedelta(days=days))
    for day in days_from(str(LAST - timedelta(days=days)), days):
        desk.day(day)
    desk.refresh(LAST - timedelta(days=1))
    return desk


def live_cost(desk: Desk) -> Cost:
    """A new day comes, in which an hour must be estimated."""
    desk.day(LAST, skip=(10,))
    return cost(desk.db, lambda: desk.refresh(LAST))


@pytest.fixture(scope="module")
def small() -> Desk:
    return desk_of(190)


@pytest.fixture(scope="module")
def large() -> Desk:
    return desk_of(380)


def test_twice_the_history_costs_the_same(small: Desk, large: Desk) -> None:
    one, two = live_cost(small), live_cost(large)
    assert one.statements == two.statements
    assert two.steps <= one.steps * 1.05
    assert len(large.table("day_fact")) == 2 * 381


def test_the_control_that_derives_everything_again_is_caught(small: Desk, large: Desk) -> None:
    costs = []
    for desk in (small, large):
        desk.hour(LAST, "10:00", 8)
        costs.append(cost(desk.db, lambda desk=desk: refreshing.rebuild(desk.db, _now(desk))))  # type: ignore[misc]
    assert costs[1].statements > 1.5 * costs[0].statements


def _now(desk: Desk) -> int:
    (until,) = desk.db.execute("SELECT until FROM derived_until WHERE site = ?", (SITE,)).fetchone()
    return int(until) + refreshing.GRACE_MS


def test_each_new_day_costs_as_much_as_the_one_before(small: Desk) -> None:
    costs = []
    for days in (1, 2, 4):
        first = date.fromisoformat(small.table("day_fact")[-1][2]) + timedelta(days=1)  # type: ignore[arg-type]
        for day in days_from(str(first), days):
            small.day(day)
        last = first + timedelta(days=days - 1)
        costs.append(cost(small.db, lambda last=last: small.refresh(last)).statements)  # type: ignore[misc]
    one, two, four = costs
    assert four - two <= 2.2 * (two - one)
