"""Times on the air and on the line, against the figures of the project's time budget."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.emulators import air
from devices.emulators.air import Turn


@pytest.mark.parametrize(("tags", "ms"), [(0, 9.8), (1, 14), (7, 56), (10, 81), (50, 466)])
def test_an_inventory_as_simulated(tags, ms):
    assert air.inventory_ms(tags) == pytest.approx(ms)


@pytest.mark.parametrize(
    ("tags", "ms"), [(1, 14), (2, 19), (5, 40), (8, 64), (10, 81), (15, 131), (20, 184), (30, 285), (50, 466)]
)
def test_the_mean_by_the_standard_agrees_with_the_simulation(tags, ms):
    assert air.inventory_mean_ms(tags) == pytest.approx(ms, rel=0.04)


def test_beyond_fifty_tags_it_goes_on_without_a_step():
    times = [air.inventory_ms(tags) for tags in range(45, 300)]
    assert all(abs(later - sooner) < 15 for sooner, later in itertools.pairwise(times))
    # "The air limit is about 105 to 125 tags a second."
    assert all(100 < tags / air.inventory_ms(tags) * 1000 < 125 for tags in range(60, 501, 20))


def test_commands_to_one_tag():
    assert air.read_ms(8) == pytest.approx(15.8, abs=0.05)
    assert air.system_info_ms() == pytest.approx(9.8, abs=0.05)
    assert air.write_byte_ms(0) == pytest.approx(5.6, abs=0.05)
    assert air.write_block_ms(0) == pytest.approx(6.8, abs=0.05)
    assert air.write_block_ms(12.5) - air.write_block_ms(0) == pytest.approx(12.5)
    # A lock byte for each of eight blocks is 64 bits more.
    assert air.read_ms(8, security=True) - air.read_ms(8) == pytest.approx(64 * 0.03776, abs=0.001)


def test_programming_takes_one_to_twenty_ms():
    taken = [air.programming_ms(random.Random(seed)) for seed in range(200)]
    assert 1 <= min(taken) < 3
    assert 18 < max(taken) <= 20


@given(st.integers(0, 60), st.integers(0, 7), st.integers())
def test_a_gen2_round_hears_tags_alone_in_their_slots(tags, q, seed):
    heard = air.gen2_heard(tags, q, random.Random(seed))
    numbers, times = [tag for tag, _ in heard], [at for _, at in heard]
    assert len(set(numbers)) == len(numbers) <= min(tags, 2**q)
    assert set(numbers) <= set(range(tags))
    assert times == sorted(set(times))
    assert all(at <= air.gen2_round_ms(q) + 1e-6 for at in times)
    assert tags != 1 or numbers == [0]


def test_gen2_at_its_best_is_about_a_hundred_tags_a_second():
    chance, left, ms = random.Random(1), 400, 0.0
    while left:
        q = air.gen2_best_q(left)
        ms += air.gen2_round_ms(q)
        left -= len(air.gen2_heard(left, q, chance))
    assert 80 < 400 / ms * 1000 < 115
    assert 400 / air.gen2_inventory_ms(400) * 1000 == pytest.approx(108, abs=2)


@pytest.mark.parametrize(("tags", "q"), [(0, 0), (1, 0), (2, 1), (5, 3), (64, 6), (65, 7)])
def test_a_round_has_as_many_slots_as_there_are_tags(tags, q):
    assert air.gen2_best_q(tags) == q


def test_the_line_and_air_limit_of_ten_books():
    """Section 7's first row: 245 ms air and 466 ms line with lock bytes at 19200, 10 bits a byte."""
    inventory = Turn(8, 10 + 10 * 8, air.inventory_ms(10) + air.inventory_ms(0))
    read = Turn(16, 15 + 8 * 6, air.read_ms(8))
    limit = air.sequence_s([inventory, *[read] * 10], 10 / 19200)
    assert limit == pytest.approx(0.71, abs=0.01)
    assert air.exchange_s(8, 90, 90.8, 10 / 19200, pause_ms=5) == pytest.approx(98 * 10 / 19200 + 0.0958)
