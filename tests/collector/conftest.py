"""Fixtures of the collector's tests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the helpers beside this file

from collector_support import CollectorProcess, PretendDevice, PrivateBroker
from postgres_server import PostgresServer


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[PrivateBroker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    made = PrivateBroker(folder)
    yield made
    made.kill()


@pytest.fixture
def start_collector() -> Iterator[Callable[..., CollectorProcess]]:
    running: list[CollectorProcess] = []

    def start(broker: int, store: Path | str, *options: str) -> CollectorProcess:
        running.append(CollectorProcess(broker, store, *options))
        return running[-1]

    yield start
    for each in running:
        each.kill()


@pytest.fixture
def device(broker: PrivateBroker) -> Iterator[PretendDevice]:
    made = PretendDevice(broker.port, "kota", "pintu-1")
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    made = PostgresServer()
    yield made
    made.close()
