"""The library in memory, made once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the helpers beside this file

from facts_in_memory import FactsInMemory, library
from sample import everything

from collector.reports.model import Report


@pytest.fixture(scope="session")
def facts() -> FactsInMemory:
    return library()


@pytest.fixture(scope="session")
def english(facts: FactsInMemory) -> dict[str, Report]:
    return everything(facts, "en")


@pytest.fixture(scope="session")
def indonesian(facts: FactsInMemory) -> dict[str, Report]:
    return everything(facts, "id")
