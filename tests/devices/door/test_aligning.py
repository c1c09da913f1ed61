"""Pairing people who were seen with people who were counted."""

from __future__ import annotations

import random
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.door.aligning import offset, pair
from devices.door.events import Direction
from devices.door.tally import Tap

IN, OUT = Direction.IN, Direction.OUT


def people(text: str) -> list[Tap]:
    """``"i0 o900"``: in at 0 ms, out at 900."""
    return [Tap(int(word[1:]), IN if word[0] == "i" else OUT) for word in text.split()]


CASES = {
    "each to his own": ("i0 o5000 i9000", "i300 o5100 i8800", [(0, 0), (1, 1), (2, 2)]),
    "one missed": ("i0 i4000 i8000", "i100 i8100", [(0, 0), (2, 1)]),
    "one invented": ("i0 i8000", "i100 i4500 i8100", [(0, 0), (1, 2)]),
    "too far apart": ("i0", "i3001", []),
    "just near enough": ("i0", "i3000", [(0, 0)]),
    "a wrong direction is found as one": ("i0 i9000", "o200 i9100", [(0, 0), (1, 1)]),
    "a wrong direction is no better than the right one later": ("i0", "o1000 i1500", [(0, 1)]),
    "two close together, one counted": ("i0 i1000", "i900", [(1, 0)]),
    "two close together, counted late": ("i0 i1000", "i1000 i2000", [(0, 0), (1, 1)]),
    "two who pass each other, tapped the other way round": ("i0 o400", "o100 i500", [(0, 1), (1, 0)]),
    "two wrong directions are not talked away": ("i0 o2000", "o100 i2100", [(0, 0), (1, 1)]),
    "nobody": ("", "i0", []),
    "nothing": ("i0", "", []),
}


@pytest.mark.parametrize(("seen", "counted", "expected"), CASES.values(), ids=CASES.keys())
def test_pairs(seen: str, counted: str, expected: list[tuple[int, int]]) -> None:
    persons, counts = people(seen), people(counted)
    found = pair(persons, counts, 3_000)
    assert found.pairs == expected
    assert {p for p, _ in found.pairs} | set(found.missed) == set(range(len(persons)))
    assert {c for _, c in found.pairs} | set(found.false) == set(range(len(counts)))


def test_a_counter_wired_the_wrong_way_round_is_seen_as_that() -> None:
    rng = random.Random(3)
    t, seen, counted = 0, [], []
    for _ in range(150):
        t += int(rng.expovariate(1 / 15_000)) + 500
        way = rng.choice([IN, OUT])
        seen.append(Tap(t, way))
        counted.append(Tap(t + rng.randint(0, 500), way.mirrored))
    found = pair(seen, counted, 3_000)
    right = sum(seen[p].direction is counted[c].direction for p, c in found.pairs)
    assert len(found.pairs) >= 145
    assert right / len(found.pairs) < 0.06


def test_the_counters_clock_is_found_from_where_differences_crowd() -> None:
    rng = random.Random(4)
    t, seen, counted = 0, [], []
    for _ in range(60):
        t += int(rng.expovariate(1 / 9_000)) + 300
        seen.append(Tap(t, IN))
        if rng.random() < 0.85:
            counted.append(Tap(t + 12_400 + int(rng.gauss(0, 300)), IN))
    assert offset(seen, counted) == pytest.approx(12_400, abs=250)
    assert len(pair(seen, counted, 3_000, offset(seen, counted)).pairs) >= 0.95 * len(counted)
    assert offset(seen[:10], counted) == 0  # too few to say


def _worth(persons: list[Tap], counts: list[Tap], pairs: list[tuple[int, int]], tolerance: int) -> float:
    total = 0.0
    for p, c in pairs:
        same = persons[p].direction is counts[c].direction
        total += (2.0 if same else 1.5) - abs(persons[p].t_ms - counts[c].t_ms) / tolerance
    return total


def _best(persons: list[Tap], counts: list[Tap], tolerance: int) -> float:
    """By trying every pairing in order."""
    best = 0.0
    for size in range(1, min(len(persons), len(counts)) + 1):
        for some in combinations(range(len(persons)), size):
            for others in combinations(range(len(counts)), size):
                pairs = list(zip(some, others, strict=True))
                if all(abs(persons[p].t_ms - counts[c].t_ms) <= tolerance for p, c in pairs):
                    best = max(best, _worth(persons, counts, pairs, tolerance))
    return best


_crowd = st.lists(st.tuples(st.integers(0, 12_000), st.sampled_from([IN, OUT])), max_size=5).map(
    lambda items: [Tap(t, way) for t, way in sorted(items)]
)


@settings(max_examples=80, deadline=None)
@given(_crowd, _crowd)
def test_no_pairing_is_better(persons: list[Tap], counts: list[Tap]) -> None:
    found = pair(persons, counts, 3_000).pairs
    assert len({p for p, _ in found}) == len({c for _, c in found}) == len(found)
    assert all(abs(persons[p].t_ms - counts[c].t_ms) <= 3_000 for p, c in found)
    ways = [sum(persons[p].direction is counts[c].direction for p, c in found)]
    # pairs that were crossed afterwards have more right directions for a little more time
    uncrossed = list(zip(sorted(p for p, _ in found), sorted(c for _, c in found), strict=True))
    ways.append(sum(persons[p].direction is counts[c].direction for p, c in uncrossed))
    assert ways[0] >= ways[1]
    assert _worth(persons, counts, uncrossed, 3_000) == pytest.approx(_best(persons, counts, 3_000))


def test_the_oracle_above_is_one() -> None:
    persons, counts = people("i0 i1000 o1500"), people("i500 o1600")
    tried = max(
        _worth(persons, counts, list(zip(some, order, strict=True)), 3_000)
        for some in combinations(range(3), 2)
        for order in permutations(range(2))
    )
    assert _best(persons, counts, 3_000) == pytest.approx(tried)
