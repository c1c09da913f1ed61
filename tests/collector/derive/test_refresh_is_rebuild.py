"""Whatever comes in whatever order and pieces: the facts are those of a rebuild from nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from facts_desk import AUTHOR, DAY, HOUR, OTHER, QUARTER, SITE, Desk, ms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.derive import refresh as refreshing
from collector.derive.adjust import Method
from collector.derive.calendar import Kind, Special
from collector.derive.refresh import rebuild, refresh
from collector.store import edits, fact_rows, sites
from collector.store.edits import NewAdjustment, NewFactor, Sort
from collector.store.sites import Role

FIRST = date(2026, 8, 3)
DAYS = 42  # six weeks: enough that estimates find like days, and lose them
START = ms(FIRST)
_DOORS = ("pintu-1", "pintu-2")


def _moment(draw: st.DrawFn, step: int = QUARTER) -> int:
    return START + draw(st.integers(0, DAYS * DAY // step - 1)) * step


@st.composite
def _put(draw: st.DrawFn) -> Callable[[Desk], None]:
    door = draw(st.sampled_from(_DOORS))
    at, into, out = _moment(draw), draw(st.integers(0, 9)), draw(st.integers(0, 9))
    seen = draw(st.sampled_from((0, QUARTER // 3, QUARTER)))
    return lambda desk: desk.put(at, into, out, device=door, seen_ms=seen, est=draw_est(into))


def draw_est(into: int) -> int:
    """Now and then a count whose time is an estimate."""
    return into if into == 7 else 0


@st.composite
def _whole_day(draw: st.DrawFn) -> Callable[[Desk], None]:
    """A weekday's column, so that medians exist, and holes in it."""
    door = draw(st.sampled_from(_DOORS))
    day = FIRST + timedelta(days=7 * draw(st.integers(0, DAYS // 7 - 1)) + draw(st.integers(0, 1)))
    into, skip = 4 * draw(st.integers(0, 9)), draw(st.sets(st.integers(8, 11), max_size=2))
    return lambda desk: desk.day(day, into, device=door, skip=skip)


@st.composite
def _drop(draw: st.DrawFn) -> Callable[[Desk], None]:
    at, door = START + draw(st.integers(0, 13)) * DAY + 8 * HOUR, draw(st.sampled_from(_DOORS))
    return lambda desk: desk.drop(at, door)


@st.composite
def _edit(draw: st.DrawFn) -> Callable[[Desk], None]:
    door = draw(st.sampled_from(_DOORS))
    day = FIRST + timedelta(days=draw(st.integers(0, DAYS - 1)))
    which = draw(st.integers(0, 8))
    value = draw(st.integers(0, 20)) * 1000
    hour = draw(st.integers(8, 15))

    def adjust(desk: Desk, method: Method, start: int, end: int, number: int) -> None:
        desk.door(door)
        made = edits.add_adjustment(desk.db, NewAdjustment(SITE, door, method, start, end, number, "why"), AUTHOR)
        edits.approve_adjustment(desk.db, made, OTHER)
        if value == 5000:
            edits.withdraw(desk.db, Sort.ADJUSTMENT, made, "wrong", OTHER)

    def act(desk: Desk) -> None:
        at = ms(day, f"{hour:02}:00")
        match which:
            case 0:
                adjust(desk, Method.SET, at, at + HOUR, value)
            case 1:
                adjust(desk, Method.SET, ms(day), ms(day) + DAY, value)
            case 2:
                adjust(desk, Method.ADD, ms(day), ms(day) + DAY, value - 7000)
            case 3:
                adjust(desk, Method.EXCLUDE, at, at + 2 * QUARTER, 0)
            case 4:
                adjust(desk, Method.SCALE, at, at + HOUR, value // 10)
            case 5:
                desk.door(door)
                new = NewFactor(SITE, door, day, 1100 + value // 100, 1050, 1500, 100 + hour, "tally", "audit")
                edits.add_factor(desk.db, new, AUTHOR)
            case 6:
                kind = (Kind.HOLIDAY, Kind.CLOSURE, Kind.HOURS)[hour % 3]
                spans = ((9 * 60, 13 * 60),) if hour % 2 else ()
                sites.set_specials(desk.db, SITE, [Special(day, kind, "libur", "", spans)], AUTHOR)
            case 7:
                desk.door(door, role=(Role.PERIMETER, Role.STAFF)[hour % 2], from_day=day if hour > 12 else None)
            case 8:
                sites.set_hours(
                    desk.db,
                    SITE,
                    day,
                    f"mon-sat {hour:02}:00-17:00; fri 20:00-01:30".replace("mon-sat", "mon-thu"),
                    AUTHOR,
                )

    return act  # fmt: skip


@st.composite
def _lose(draw: st.DrawFn) -> Callable[[Desk], None]:
    after, hours = _moment(draw, HOUR), draw(st.integers(1, 60))
    below, into = draw(st.integers(1, 5)) * 1000, draw(st.integers(0, 30))

    def act(desk: Desk) -> None:
        if desk.db.execute("SELECT 1 FROM lost WHERE below = ?", (below,)).fetchone() is None:
            desk.lose(after, after + hours * HOUR, hours * 4 - 3, into, into // 2, below=below)

    return act


@st.composite
def _refresh(draw: st.DrawFn) -> Callable[[Desk], None]:
    hours, limit = draw(st.integers(0, (DAYS + 3) * 24)), draw(st.sampled_from((None, 1, 7, 40)))
    return lambda desk: _turn(desk, START + hours * HOUR + 5 * 60_000, limit)


def _turn(desk: Desk, now: int, limit: int | None) -> bool:
    return refresh(desk.db, now, limit=limit).more


_STEPS = st.lists(
    st.one_of(_put(), _whole_day(), _whole_day(), _whole_day(), _drop(), _edit(), _lose(), _refresh(), _refresh()),
    min_size=1,
    max_size=25,
)
NOW = START + DAYS * DAY + 10 * HOUR


def _settle(desk: Desk) -> None:
    while _turn(desk, NOW, 50):
        pass


@given(_STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_history_of_events_and_refreshes_ends_in_the_tables_of_a_rebuild(
    steps: list[Callable[[Desk], None]],
) -> None:
    desk = Desk()
    for step in steps:
        step(desk)
    _settle(desk)
    found = desk.tables()
    rebuild(desk.db, NOW)
    assert desk.tables() == found
    _check_sums(desk)


def _check_sums(desk: Desk) -> None:
    """Hours and what has no hour make the day; doors make the site; hours make the cube."""
    sums = "SELECT coalesce(sum(visits), 0), coalesce(sum(estimated), 0) FROM"
    for (device,) in desk.db.execute("SELECT DISTINCT device FROM day_fact").fetchall():
        wrong = desk.db.execute(
            "SELECT d.day, d.visits, d.untimed, (SELECT coalesce(sum(h.visits), 0) FROM hour_fact h "
            "WHERE h.site = d.site AND h.device = d.device AND h.day = d.day) AS timed FROM day_fact d "
            "WHERE device = ? AND d.visits <> timed + d.untimed", (device,)
        ).fetchall()  # fmt: skip
        assert wrong == []
        for table in ("day_fact", "hour_fact"):
            assert desk.db.execute(
                f"SELECT count(*) FROM {table} WHERE visits < estimated OR estimated < 0 OR seen_s > open_s"
            ).fetchone() == (0,)
        known = desk.db.execute(f"{sums} hour_fact WHERE device = ? AND status IN ('counted', 'estimated')", (device,))
        assert desk.db.execute(f"{sums} week_hour WHERE device = ?", (device,)).fetchone() == known.fetchone()


def _scenario(desk: Desk) -> None:
    """Five Mondays, the sixth with a hole; then the third is found to be wrong."""
    mondays = [FIRST + timedelta(days=7 * week) for week in range(6)]
    for week, day in enumerate(mondays):
        desk.day(day, 4 * (week + 1), skip=(10,) if week == 5 else ())
    _settle(desk)
    desk.hour(mondays[2], "10:00", 400)
    _settle(desk)


def test_a_late_row_of_one_day_changes_the_estimate_of_another() -> None:
    desk = Desk()
    _scenario(desk)
    assert desk.hour_fact(FIRST + timedelta(days=35), 10).visits == 16_000  # the median of 4 8 400 16 20
    found = desk.tables()
    rebuild(desk.db, NOW)
    assert desk.tables() == found


def test_the_control_without_marks_of_later_estimates_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fact_rows, "days_in_doubt", lambda *_: [])
    desk = Desk()
    _scenario(desk)
    found = desk.tables()
    monkeypatch.undo()
    rebuild(desk.db, NOW)
    assert desk.tables() != found


def test_the_control_that_re_adds_to_the_cube_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    change = refreshing.cube.change
    monkeypatch.setattr(refreshing.cube, "change", lambda old, new: change([], new))
    desk = Desk()
    _scenario(desk)
    with pytest.raises(AssertionError):
        _check_sums(desk)
