"""Signs that a door's counter is not well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from collector.derive.anomaly.suspicions import Suspected, Suspicion, suspect
from collector.derive.anomaly.weeks import Observed, Weeks, fit
from collector.derive.facts import HourFact, Status

MONDAY = date(2026, 3, 2)
OPEN = range(8, 18)
HOUR_MS = 3_600_000


def weeks(people: int = 6) -> Weeks:
    history = [Observed(MONDAY - timedelta(days=n), hour, people) for n in range(1, 60) for hour in OPEN]
    learnt = fit(history)
    assert learnt is not None
    return learnt


def hours(days: int, into: Callable[[int, int], int], out: Callable[[int, int], int] | None = None) -> list[HourFact]:
    """``into(day, hour)`` and ``out``; open from 8 to 18."""
    facts = []
    for n in range(days):
        for hour in range(24):
            came = into(n, hour)
            gone = came if out is None else out(n, hour)
            day, start = MONDAY + timedelta(days=n), (n * 24 + hour) * HOUR_MS
            status = Status.COUNTED if hour in OPEN else Status.CLOSED
            seconds = 3600 if hour in OPEN else 0
            facts.append(
                HourFact("kota", "pintu-1", day, hour, start, came, gone, came * 1000, 0, seconds, seconds, status)
            )
    return facts


def usual(_day: int, hour: int) -> int:
    return 6 if hour in OPEN else 0


def kinds(found: tuple[Suspected, ...]) -> list[Suspicion]:
    return [each.kind for each in found]


def test_a_well_door_is_not_suspected() -> None:
    assert suspect(hours(10, usual), weeks()) == ()
    assert suspect([], weeks()) == ()


def test_nobody_in_four_open_hours_is_suspicious() -> None:
    (dead,) = suspect(hours(2, lambda day, hour: 0 if day == 1 and 10 <= hour < 14 else usual(day, hour)), weeks())
    assert (dead.kind, dead.first, dead.hours, dead.from_hour) == (Suspicion.DEAD, MONDAY + timedelta(1), 4, 10)
    assert dead.expected == pytest.approx(24, rel=0.05)


def test_a_dead_door_stays_dead_over_night() -> None:
    (dead,) = suspect(hours(3, lambda day, hour: 0 if (day, hour) >= (1, 16) else usual(day, hour)), weeks())
    assert (dead.first, dead.last, dead.hours) == (MONDAY + timedelta(1), MONDAY + timedelta(2), 12)


def test_three_empty_hours_are_not_yet_suspicious() -> None:
    assert (
        suspect(hours(1, lambda _, hour: 0 if 10 <= hour < 13 else 6), weeks())[:1] != ()
    )  # people at night, see below
    assert Suspicion.DEAD not in kinds(suspect(hours(1, lambda d, h: 0 if 10 <= h < 13 else usual(d, h)), weeks()))


def test_in_a_quiet_library_four_empty_hours_are_usual() -> None:
    """Five times the usual gap between two people must have passed."""
    quiet = [Observed(MONDAY - timedelta(days=n), hour, int(hour == 9)) for n in range(1, 60) for hour in OPEN]
    assert suspect(hours(2, lambda _, hour: int(hour == 9)), fit(quiet)) == ()


def test_an_hour_that_nobody_watched_is_not_an_empty_one() -> None:
    facts = [
        fact if fact.hour not in range(9, 17) else
        HourFact("kota", "pintu-1", fact.day, fact.hour, fact.start, 0, 0, 0, 0, 3600, 0, Status.MISSING)
        for fact in hours(1, usual)
    ]  # fmt: skip
    assert suspect(facts, weeks()) == ()


def test_without_known_weeks_the_other_rules_still_hold() -> None:
    found = suspect(hours(1, usual, out=lambda *_: 0), None)
    assert kinds(found) == [Suspicion.ONE_WAY]
    assert (found[0].into, found[0].out) == (60, 0)


def test_a_counter_of_one_direction_is_not_blamed_for_it() -> None:
    assert suspect(hours(10, usual, out=lambda *_: 0), weeks(), both_ways=False) == ()


def test_a_week_whose_in_and_out_drift_apart() -> None:
    (drift,) = suspect(hours(10, usual, out=lambda _, hour: 5 if hour in OPEN else 0), weeks())
    assert (drift.kind, drift.into, drift.out) == (Suspicion.DRIFT, 7 * 60, 7 * 50)
    assert drift.apart == pytest.approx(1 / 6)
    assert (drift.first, drift.last) == (MONDAY + timedelta(3), MONDAY + timedelta(9))


def test_a_small_drift_or_a_few_people_are_no_drift() -> None:
    assert suspect(hours(7, usual, out=lambda _, hour: 6 if hour in range(8, 17) else 0), weeks()) == ()
    assert suspect(hours(7, lambda _, h: int(h == 9), out=lambda _, h: int(h == 9) * 3), weeks(1)) != ()
    few = suspect(hours(7, lambda _, h: int(h == 9), out=lambda _, h: int(h == 9) * 3), None)
    assert Suspicion.DRIFT not in kinds(few)


@pytest.mark.parametrize(("people", "told"), [(5, []), (6, [Suspicion.NIGHT])])
def test_people_in_closed_hours(people: int, told: list[Suspicion]) -> None:
    facts = hours(1, lambda _, hour: people if hour == 2 else usual(0, hour), out=usual)
    assert kinds(suspect(facts, weeks())) == told
