"""Days of a kiosk whose books have tags, with everything that can go wrong: each wrong bit is on the list, or right."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from rig.tags import TAG_CONTROLS, walk_tags


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """Thousands of warnings about a bad line say nothing here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("first", [0, 10, 20, 30])
def test_the_list_of_wrong_bits_is_complete_at_the_end_of_every_day(first: int) -> None:
    for seed in range(first, first + 10):
        violations, story, _ = walk_tags(seed)
        assert violations == [], f"seed {seed}\n" + "\n".join(story)


@pytest.mark.parametrize("defect", list(TAG_CONTROLS))
def test_control_a_gate_that_is_known_to_be_wrong_is_caught(defect: str) -> None:
    """Without this the judge could be blind."""
    assert any(walk_tags(seed, TAG_CONTROLS[defect])[0] for seed in range(200))
