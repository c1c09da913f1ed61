"""The factor and its interval: by hand, and by simulation."""

from __future__ import annotations

import math
import random

import pytest

from devices.door.ratio import Block, factor, share, student


def test_a_counter_without_errors_has_factor_one_and_a_narrow_interval_around_it() -> None:
    found = factor([Block(both=4)] * 30)
    assert found is not None
    assert found.value == 1
    assert 0.97 < found.low < 1 < found.high < 1.03
    assert not found.excludes_one


def test_by_hand() -> None:
    """Four minutes, N = 10, 12, 8, 10 and C = 8, 10, 8, 6: factor 40/32; errors 0, -0.5, -2, 2.5."""
    found = factor([Block(8, 2, 0), Block(10, 2, 0), Block(8, 0, 0), Block(6, 4, 0)])
    assert found is not None
    assert found.value == pytest.approx(1.25)
    singly = 32 * (1 / 40 - 1 / 32) ** 2 + 9 / 40**2 + 1 / 32**2
    grouped = 4 / 3 * (0 + 0.5**2 + 2**2 + 2.5**2) / 40**2
    assert grouped > singly
    assert math.log(found.high / found.value) == pytest.approx(3.182 * math.sqrt(grouped), rel=0.01)
    assert found.low * found.high == pytest.approx(found.value**2)


def test_errors_in_groups_make_the_interval_wider_than_the_same_errors_alone() -> None:
    alone = factor([Block(3, 1, 0)] * 10 + [Block(4, 0, 0)] * 20)
    together = factor([Block(0, 10, 0)] + [Block(4, 0, 0)] * 27 + [Block(2, 0, 0)])
    assert alone is not None
    assert together is not None
    assert alone.value == pytest.approx(together.value)
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


@pytest.mark.parametrize("blocks", [[], [Block()], [Block(missed=3)], [Block(false=3)]])
def test_no_factor_without_anybody_seen_or_counted(blocks: list[Block]) -> None:
    assert factor(blocks) is None


def test_the_order_of_the_minutes_changes_nothing_and_empty_ones_count_for_nothing() -> None:
    blocks = [Block(8, 2, 0), Block(10, 0, 1), Block(8, 0, 0), Block(6, 4, 0)]
    assert factor(blocks) == factor([Block(), *reversed(blocks), Block()])


@pytest.mark.parametrize(("freedom", "point"), [(3, 3.182), (5, 2.571), (10, 2.228), (29, 2.045), (1_000, 1.962)])
def test_students_t(freedom: int, point: float) -> None:
    assert student(freedom) == pytest.approx(point, rel=0.01)


def test_wilson() -> None:
    """Against the table of Newcombe (1998), method 3: 81 of 263."""
    assert share(81, 263) == pytest.approx((0.3080, 0.2553, 0.3662), abs=1e-4)
    assert share(0, 0) is None
    assert share(10, 10) == pytest.approx((1.0, 0.7225, 1.0), abs=1e-4)


def _session(rng: random.Random, miss: float, false: float, group: int) -> list[Block]:
    """Half an hour of groups of 1 to ``group`` people; who walks behind somebody is missed twice as often."""
    blocks = []
    for _ in range(30):
        both = missed = invented = 0
        while rng.random() < 0.62:
            for place in range(rng.randint(1, group)):
                lost = rng.random() < (2 * miss if place else miss)
                missed, both = missed + lost, both + (not lost)
            invented += rng.random() < false
        blocks.append(Block(both, missed, invented))
    return blocks


@pytest.mark.parametrize(("miss", "false", "group"), [(0.08, 0.02, 1), (0.12, 0.05, 4), (0.25, 0.05, 2)])
def test_the_interval_holds_the_truth_in_95_of_100_sessions(miss: float, false: float, group: int) -> None:
    rng = random.Random(11)
    long = [block for _ in range(1_500) for block in _session(rng, miss, false, group)]
    truth = sum(block.seen for block in long) / sum(block.counted for block in long)
    held, narrow, sessions = 0, 0, 600
    for _ in range(sessions):
        found = factor(_session(rng, miss, false, group))
        assert found is not None
        held += found.low <= truth <= found.high
        width = math.sqrt(found.high / found.low)
        narrow += found.value / math.sqrt(width) <= truth <= found.value * math.sqrt(width)
    assert 0.93 <= held / sessions <= 0.985
    assert narrow / sessions < 0.80  # the control: an interval half as wide is caught
