"""A library with the sample in it, on a fixed Monday in Samarinda, and a clock that tests move."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.journal import Journal
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.sample import load_sample


class MovableClock:
    """Monday 23 November 2026, 09.00 in Samarinda, until a test moves it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
        self.ticks = 0

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)

    def now(self) -> datetime:
        return self.at

    def monotonic_ns(self) -> int:
        self.ticks += 1
        return self.ticks

    def boot_id(self) -> str:
        return "boot-of-the-test"

    def quality(self) -> str:
        return "ntp"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample library, loaded once."""
    path = tmp_path_factory.mktemp("sample") / "library.sqlite"
    library = EmbeddedLibrary.open(path, create=True, clock=MovableClock())
    load_sample(library)
    library.close()
    return path


@pytest.fixture
def library_path(sample_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "library.sqlite"
    path.write_bytes(sample_file.read_bytes())
    return path


@pytest.fixture
def open_library(library_path: Path, clock: MovableClock) -> Iterator[Callable[..., EmbeddedLibrary]]:
    """Opens the sample library once more, as another kiosk would."""
    opened: list[EmbeddedLibrary] = []

    def open_(**options: object) -> EmbeddedLibrary:
        opened.append(EmbeddedLibrary.open(library_path, clock=clock, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_
    for library in opened:
        library.close()


@pytest.fixture
def library(open_library: Callable[..., EmbeddedLibrary]) -> EmbeddedLibrary:
    return open_library()


@pytest.fixture
def journal(tmp_path: Path, clock: MovableClock) -> Iterator[Journal]:
    journal = Journal.open(tmp_path / "journal.sqlite", kiosk="kiosk-1", clock=clock)
    yield journal
    journal.close()


@pytest.fixture
def desk(library: EmbeddedLibrary, journal: Journal) -> CirculationDesk:
    return CirculationDesk(library, journal)
