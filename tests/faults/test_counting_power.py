"""A thousand power cuts in a door's ledger: at most the interval not yet flushed is lost, and no total is lower."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from rig.counting_power import cut_everywhere


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_a_thousand_power_cuts_lose_at_most_one_unflushed_interval_each() -> None:
    cuts = cut_everywhere(range(5))
    assert cuts.violations == []
    assert cuts.runs >= 1_000
    assert cuts.steps > 200


def test_control_a_ledger_that_does_not_wait_for_the_disk_is_caught() -> None:
    """Without this the thousand above could be blind."""
    cuts = cut_everywhere(range(1), control=True)
    assert any("were taken of" in violation for violation in cuts.violations)
