"""Doors, a broker and a desk, and everything that can go wrong between them, in any order: every visit is counted once.

Hypothesis chooses; after each story all heals, and ``rig/counting.py`` says what does not add up. The same stories are
told with a part that has a known defect, which must be caught.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from rig.counting import CONTROLS, KILLS, World, walk

DOOR = st.integers(0, 2)
PEOPLE = st.integers(0, 4)
PLACE = st.integers(0, 99)


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """Thousands of lines about new ledgers say nothing here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


class Counting(RuleBasedStateMachine):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @rule(door=DOOR, into=PEOPLE, out=PEOPLE)
    def passes(self, door: int, into: int, out: int) -> None:
        self.world.passes(door, into, out)

    @rule(door=DOOR)
    def flush(self, door: int) -> None:
        self.world.flush(door)

    @rule(door=DOOR)
    def close_interval(self, door: int) -> None:
        self.world.close_interval(door)

    @rule(seconds=st.sampled_from([1, 40, 600, 90_000]))
    def wait(self, seconds: int) -> None:
        self.world.wait(seconds)

    # power and clocks

    @rule(door=DOOR)
    def sync(self, door: int) -> None:
        self.world.sync(door)

    @rule(door=DOOR, years=st.sampled_from([-10, 10]))
    def jump(self, door: int, years: int) -> None:
        self.world.jump(door, years)

    @rule(door=DOOR, boots=st.sampled_from([1, 1, 3]))
    def reboot(self, door: int, boots: int) -> None:
        """Three in a row: boots that never learn the time."""
        for _ in range(boots):
            self.world.reboot(door)
            self.world.close_interval(door)

    @rule(door=DOOR)
    def wipe_ledger(self, door: int) -> None:
        self.world.wipe_ledger(door)

    @rule(door=DOOR)
    def copy_card(self, door: int) -> None:
        self.world.copy_card(door)

    # the way to the desk

    @rule(door=DOOR)
    def connect(self, door: int) -> None:
        self.world.connect(door)

    @rule(door=DOOR)
    def disconnect(self, door: int) -> None:
        self.world.disconnect(door)

    @rule(door=DOOR, puback=st.booleans())
    def pump(self, door: int, puback: bool) -> None:
        self.world.pump(door, puback)

    @rule(count=st.integers(1, 6))
    def deliver(self, count: int) -> None:
        self.world.deliver(count)

    @rule(place=PLACE)
    def drop(self, place: int) -> None:
        self.world.drop(place)

    @rule(place=PLACE)
    def double(self, place: int) -> None:
        self.world.double(place)

    @rule(seed=PLACE)
    def shuffle(self, seed: int) -> None:
        self.world.shuffle(seed)

    @rule()
    def wipe_broker(self) -> None:
        self.world.wipe_broker()

    # the desk, and what comes back

    @rule(kill=st.sampled_from(KILLS))
    def work(self, kill: str) -> None:
        self.world.work(kill)

    @rule(door=DOOR)
    def hear(self, door: int) -> None:
        self.world.hear(door)

    @rule(door=DOOR, back=st.integers(0, 9))
    def stale_ack(self, door: int, back: int) -> None:
        self.world.stale_ack(door, back)

    def teardown(self) -> None:
        found = self.world.end()
        story = "\n".join(self.world.story)
        self.world.close()
        assert found == [], story


class TestCounting(Counting.TestCase):
    settings = settings(
        max_examples=60, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
    )


def test_a_hundred_stories_by_dice_hold() -> None:
    for seed in range(100):
        world = World(seed)
        found = walk(world, seed)
        world.close()
        assert found == [], f"seed {seed}\n" + "\n".join(world.story)


@pytest.mark.parametrize("defect", list(CONTROLS))
def test_control_a_part_that_is_known_to_be_wrong_is_caught(defect: str) -> None:
    """Without this the world could be blind."""
    for seed in range(100):
        world = World(seed, CONTROLS[defect])
        found = walk(world, seed)
        world.close()
        if found:
            return
    pytest.fail(f"a part that {defect} was not caught in 100 stories")
