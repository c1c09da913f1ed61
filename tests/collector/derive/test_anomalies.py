"""Ordinary weeks, and what does not fit them."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable, Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.derive.anomaly.find import Anomaly, Kind, find
from collector.derive.anomaly.history import observed
from collector.derive.anomaly.negative_binomial import NegativeBinomial
from collector.derive.anomaly.weeks import LEAST_DAYS, Observed, day_effect, fit
from collector.derive.facts import HourFact, Status

MONDAY = date(2026, 1, 5)
OPEN = range(8, 18)
#: People an hour from 8 to 18, and how the days of the week differ.
DAY = (10, 20, 35, 40, 30, 25, 40, 45, 30, 15)
WEEK = (1.0, 0.9, 1.0, 1.1, 0.8, 1.4, 0.5)


def level(day: date, hour: int) -> float:
    return DAY[hour - 8] * WEEK[day.weekday()]


def draw(rng: random.Random, mean: float, phi: float) -> int:
    """A negative binomial number: Poisson with a mean that itself is drawn from a gamma law."""
    rate = rng.gammavariate(1 / phi, phi * mean)
    limit, n, product = math.exp(-rate), 0, rng.random()
    while product > limit:
        n += 1
        product *= rng.random()
    return n


def history(weeks: int, seed: int, *, spread: float = 0.15, phi: float = 0.05) -> dict[tuple[date, int], int]:
    rng = random.Random(seed)
    counts: dict[tuple[date, int], int] = {}
    for n in range(weeks * 7):
        day = MONDAY + timedelta(days=n)
        busy = max(0.4, rng.gauss(1, spread))
        for hour in OPEN:
            counts[day, hour] = draw(rng, level(day, hour) * busy, phi)
    return counts


def told(counts: dict[tuple[date, int], int]) -> tuple[Anomaly, ...]:
    return find([Observed(day, hour, n) for (day, hour), n in sorted(counts.items())])


def covers(found: Iterable[Anomaly], day: date, hour: int, kind: Kind) -> bool:
    return any(a.day == day and a.first <= hour <= a.last and a.kind is kind for a in found)


# -- the law


@given(st.floats(0.05, 300), st.floats(1.0, 12.0), st.integers(0, 600))
def test_the_law_sums_to_one_and_its_tails_to_each_other(mean: float, over: float, count: int) -> None:
    law = NegativeBinomial(mean, mean * over)
    below, above = math.exp(law.at_most(count)), math.exp(law.at_least(count + 1))
    assert below + above == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(("mean", "variance"), [(0.3, 0.3), (5, 5), (20, 60), (150, 900)])
def test_the_law_has_the_mean_and_the_variance_it_was_given(mean: float, variance: float) -> None:
    law = NegativeBinomial(mean, variance)
    chances = [math.exp(law.log_probability(k)) for k in range(3000)]
    found = sum(k * p for k, p in enumerate(chances))
    assert found == pytest.approx(mean, rel=1e-6)
    assert sum((k - found) ** 2 * p for k, p in enumerate(chances)) == pytest.approx(variance, rel=1e-4)


def test_with_the_least_variance_it_is_poissons_law() -> None:
    law = NegativeBinomial(4, 4)
    assert math.exp(law.log_probability(6)) == pytest.approx(math.exp(-4) * 4**6 / math.factorial(6), rel=1e-6)


@given(st.floats(0.2, 200), st.floats(1.0, 8.0))
def test_the_interval_leaves_out_no_more_than_it_says(mean: float, over: float) -> None:
    law = NegativeBinomial(mean, mean * over)
    low, high = law.interval(0.95)
    assert low <= high
    assert math.exp(law.at_least(high + 1)) <= 0.025 + 1e-12
    assert low == 0 or math.exp(law.at_most(low - 1)) <= 0.025 + 1e-12
    assert math.exp(law.at_least(high)) > 0.025 or high == 0


# -- ordinary weeks


def test_weeks_are_learnt_as_they_are() -> None:
    weeks = fit([Observed(day, hour, n) for (day, hour), n in history(40, seed=3).items()])
    assert weeks is not None
    off = [weeks.mean(d, h) / (DAY[h - 8] * WEEK[d]) for d in range(7) for h in OPEN]
    assert statistics.fmean(off) == pytest.approx(1, abs=0.04)
    assert max(abs(each - 1) for each in off) < 0.35
    assert 0.08 < weeks.spread < 0.25
    assert 0.01 < weeks.phi < 0.12


def test_dirty_history_moves_the_levels_hardly_at_all() -> None:
    counts = history(20, seed=5)
    dirty = dict(counts)
    for week in range(0, 20, 4):  # every fourth Tuesday a school comes; every fifth Friday the door is dead
        dirty[MONDAY + timedelta(days=7 * week + 1), 10] += 150
    for week in range(0, 20, 5):
        for hour in OPEN:
            dirty[MONDAY + timedelta(days=7 * week + 4), hour] = 0
    found = told(dirty)
    left_out = {(a.day, slot) for a in found for slot in range(a.first, a.last + 1)}
    clean = fit([Observed(day, hour, n) for (day, hour), n in counts.items()])
    learnt = fit([Observed(day, hour, n) for (day, hour), n in dirty.items()], left_out)
    assert clean is not None
    assert learnt is not None
    for key in ((1, 10), (4, 12)):
        assert learnt.mean(*key) == pytest.approx(clean.mean(*key), rel=0.15)


def test_too_short_a_history_says_nothing() -> None:
    short = [Observed(MONDAY + timedelta(days=n), hour, 5) for n in range(LEAST_DAYS - 1) for hour in OPEN]
    assert fit(short) is None
    assert find(short) == ()
    assert find([]) == ()


def test_a_day_that_says_little_is_ordinary() -> None:
    assert day_effect(0, 0, 0, 0.2) == 1
    assert day_effect(30, 20, 10_000, 0.2) == pytest.approx(1, abs=0.01)
    assert day_effect(300, 200, 200, 0.2) == pytest.approx(1.44, abs=0.02)


# -- what does not fit


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param(lambda n: n + 60, Kind.MORE, id="a school visit"),
        pytest.param(lambda n: 0, Kind.FEWER, id="a door that counts nobody"),
    ],
)
def test_two_hours_out_of_the_ordinary_are_found_and_explained(change: Callable[[int], int], kind: Kind) -> None:
    counts = history(26, seed=11)
    tuesday = MONDAY + timedelta(days=7 * 20 + 1)
    for hour in (14, 15):
        counts[tuesday, hour] = change(counts[tuesday, hour])
    (anomaly,) = (a for a in told(counts) if a.day == tuesday)
    assert (anomaly.kind, anomaly.first, anomaly.last) == (kind, 14, 15)
    assert anomaly.counted == counts[tuesday, 14] + counts[tuesday, 15]
    ordinary = level(tuesday, 14) + level(tuesday, 15)
    assert anomaly.low < ordinary < anomaly.high
    assert not anomaly.low <= anomaly.counted <= anomaly.high


def test_a_great_event_does_not_make_the_rest_of_its_day_look_empty() -> None:
    counts = history(26, seed=12)
    day = MONDAY + timedelta(days=7 * 20 + 2)
    for hour in (15, 16, 17):
        counts[day, hour] += 300
    assert [a.kind for a in told(counts) if a.day == day] == [Kind.MORE]


def test_a_busy_day_is_told_once_and_not_hour_by_hour() -> None:
    counts = history(26, seed=13, spread=0.08)
    day = MONDAY + timedelta(days=7 * 20 + 3)
    for hour in OPEN:
        counts[day, hour] = round(level(day, hour) * 1.75)
    (anomaly,) = (a for a in told(counts) if a.day == day)
    assert anomaly.kind is Kind.BUSY_DAY
    assert (anomaly.first, anomaly.last) == (8, 17)


def test_a_run_reaches_across_no_gap() -> None:
    counts = history(26, seed=14)
    day = MONDAY + timedelta(days=7 * 20 + 1)
    for hour in (11, 13):
        counts[day, hour] += 80
    del counts[day, 12]
    assert [(a.first, a.last) for a in told(counts) if a.day == day] == [(11, 11), (13, 13)]


def test_ordinary_weeks_raise_few_alarms_and_planted_events_are_found() -> None:
    """Beside the plain Poisson tail against the slot's median, which cries wolf on ordinary days."""
    found, planted, wolf, ours = 0, 0, 0, 0
    for seed in (21, 22, 23):
        counts = history(30, seed, spread=0.2, phi=0.08)
        rng = random.Random(seed)
        events = {(MONDAY + timedelta(days=rng.randrange(210)), rng.choice(OPEN[1:-1])) for _ in range(12)}
        for event in events:
            counts[event] += round(20 + 1.3 * level(*event))
        anomalies = told(counts)
        planted += len(events)
        found += sum(covers(anomalies, day, hour, Kind.MORE) for day, hour in events)
        ours += sum(not any(a.day == day and a.first <= hour <= a.last for day, hour in events) for a in anomalies)
        wolf += len(_poisson_alarms(counts) - events)
    assert found >= 0.8 * planted
    assert ours <= 3 * 30 / 4  # in each of three libraries at most one in four weeks
    assert wolf > 5 * ours  # the control


def _poisson_alarms(counts: dict[tuple[date, int], int]) -> set[tuple[date, int]]:
    slots: dict[tuple[int, int], list[int]] = {}
    for (day, hour), n in counts.items():
        slots.setdefault((day.weekday(), hour), []).append(n)
    median = {key: max(0.3, statistics.median(values)) for key, values in slots.items()}
    alarms = set()
    for (day, hour), n in counts.items():
        mean = median[day.weekday(), hour]
        law = NegativeBinomial(mean, mean)
        tail = law.at_least(n) if n > mean else law.at_most(n)
        if -tail / math.log(10) >= 3.5:
            alarms.add((day, hour))
    return alarms


# -- from facts


def fact(hour: int, count: int, status: Status = Status.COUNTED, start: int = 0) -> HourFact:
    return HourFact("kota", "pintu-1", MONDAY, hour, start, count, 0, count * 1000, 0, 3600, 3600, status)


def test_only_counted_hours_are_evidence() -> None:
    facts = [
        fact(8, 4), fact(9, 0), fact(10, 9, Status.ESTIMATED), fact(11, 0, Status.MISSING), fact(12, 2, Status.CLOSED),
    ]  # fmt: skip
    assert observed(facts) == [Observed(MONDAY, 8, 4), Observed(MONDAY, 9, 0)]


def test_an_hour_that_comes_twice_is_one() -> None:
    assert observed([fact(2, 3, start=0), fact(2, 4, start=3_600_000)]) == [Observed(MONDAY, 2, 7)]
