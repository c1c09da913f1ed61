"""A sample library, an extract of it, and a kiosk's data folder. Monday 23 November 2026 in Samarinda."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from offline_support import WITA, Maker, MovableClock
from outage_support import BOTH, Memory, Outage, Start

from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.sample import load_sample
from kiosk.circulation.offline.current import CurrentExtract
from kiosk.circulation.offline.rules import OfflineDesk
from kiosk.circulation.offline.settings import OfflineSettings


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def sample_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample library, loaded once."""
    path = tmp_path_factory.mktemp("sample") / "library.sqlite"
    library = EmbeddedLibrary.open(path, create=True, clock=MovableClock())
    load_sample(library)
    library.close()
    return path


@pytest.fixture
def maker(sample_library: Path, tmp_path: Path) -> Maker:
    folder = tmp_path / "desk"
    folder.mkdir()
    library = folder / "library.sqlite"
    shutil.copy(sample_library, library)
    return Maker(library, folder)


@pytest.fixture
def change(maker: Maker) -> Callable[..., None]:
    """Changes the library behind the extract, as staff would."""

    def change_(statement: str, *values: object) -> None:
        library = EmbeddedLibrary.open(maker.library, clock=MovableClock())
        with library.store.writing() as db:
            db.execute(statement, values)
        library.close()

    return change_


@pytest.fixture
def kiosk_data(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk"
    path.mkdir()
    return path


@pytest.fixture
def current(kiosk_data: Path, maker: Maker) -> CurrentExtract:
    """The kiosk's extract: none yet."""
    return CurrentExtract(kiosk_data / "offline.extract", maker.private.public_key(), maker.cards)


@pytest.fixture
def start(maker: Maker, current: CurrentExtract, clock: MovableClock) -> Start:
    """Make an extract of the library as it is now, and go offline with it."""

    def start_(settings: OfflineSettings = BOTH, *, own_marks: bool = False, **making: object) -> Outage:
        current.install(maker.make(**making))  # type: ignore[arg-type]
        journal = Memory()
        rules = OfflineDesk(settings, current, None, clock, WITA, journal=journal, own_marks=own_marks)
        journal.outage = outage = Outage(rules, clock)
        return outage

    return start_
