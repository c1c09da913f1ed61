"""Every scenario with every desk: an emulated reader on its real line, the production driver, and what it posts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the helpers beside this file

from desks import DESKS, Desk
from station import Station
from uhf_site import Site, site


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


@pytest.fixture(scope="module")
def uhf_stations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Station]]:
    """One process for most of these."""
    stations: dict[str, Station] = {}
    yield stations
    for station in stations.values():
        station.close()


@pytest.fixture
def uhf_desk(
    uhf_stations: dict[str, Station], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Station]]:
    """A desk as a site has it: on the shared emulator, or on its own if it needs options."""
    opened: list[tuple[Station, bool]] = []

    def open_one(at: Site | None = None, **options: Any) -> Station:
        at = at or site()
        own = bool(options) or at.protocol != "m100"
        station = None if own else uhf_stations.get("m100")
        if station is None:
            station = Station(at, tmp_path_factory.mktemp("uhf"), **options)
        if not own:
            uhf_stations["m100"] = station
        station.desk = at
        station.begin()
        opened.append((station, own))
        return station

    yield open_one
    for station, own in opened:
        station.end()
        if own:
            station.close()
