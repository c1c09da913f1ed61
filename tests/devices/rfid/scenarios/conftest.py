"""Every scenario with every desk: an emulated reader on its real line, the production driver, and what it posts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the helpers beside this file

from desks import DESKS, Desk
from station import Station


@pytest.fixture(scope="module", params=DESKS, ids=str)
def desk(request: pytest.FixtureRequest) -> Desk:
    """A family of readers with tags of its kind."""
    desk: Desk = request.param
    return desk


@pytest.fixture(scope="module")
def shared_station(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """One process for many scenarios: starting it takes longer than most of them."""
    station = Station(desk, tmp_path_factory.mktemp(desk.protocol))
    yield station
    station.close()


@pytest.fixture
def station(shared_station: Station) -> Iterator[Station]:
    """An empty pad without faults; afterwards the events of the scenario must make sense."""
    shared_station.begin()
    yield shared_station
    shared_station.end()
