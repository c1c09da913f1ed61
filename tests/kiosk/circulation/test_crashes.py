"""Kill the kiosk at every named point: a receipt means a row, and no operation has more than one effect."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.journal import Journal
from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary

KIOSK = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from kiosk.circulation.clock import SystemClock
from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.journal import Journal
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import PatronRef

folder, die_at, action = Path(sys.argv[1]), sys.argv[2], sys.argv[3]

class Monday(SystemClock):
    def now(self):
        return datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

def point(name):
    if name == die_at:
        os._exit(9)

library = EmbeddedLibrary.open(folder / "library.sqlite", clock=Monday(), point=point)
journal = Journal.open(folder / "journal.sqlite", kiosk="kiosk-1", clock=Monday())
desk = CirculationDesk(library, journal, point=point, make_op=lambda: "op-1")
if action == "checkout":
    outcome = desk.checkout(PatronRef("A0001"), "B00130")
else:
    outcome = desk.checkin("B00133")
print("receipt:", type(outcome).__name__, flush=True)
if die_at == "after the receipt":
    os._exit(9)
"""

#: where it dies -> the journal's state of the operation, and whether the library had already carried it out
POINTS: dict[str, tuple[str | None, bool]] = {
    "desk: asked": (None, False),
    "desk: recorded": ("sending", False),
    "library: before commit": ("sending", False),
    "library: committed": ("sending", True),
    "desk: answered": ("sending", True),
    "desk: written": ("done", True),
    "after the receipt": ("done", True),
}


OFFLINE_KIOSK = """
import os, sys
from datetime import UTC, date, datetime
from pathlib import Path
from kiosk.circulation.clock import SystemClock
from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.errors import SystemAway
from kiosk.circulation.journal import Journal
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import Item, PatronRef, Unknown
from kiosk.circulation.promises import Promise

folder, die_at, action = Path(sys.argv[1]), sys.argv[2], sys.argv[3]

class Monday(SystemClock):
    def now(self):
        return datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

class Away(EmbeddedLibrary):
    "Cannot be reached, or takes the call and never answers."

    def checkout(self, op, ref, item_id, happened=None):
        if action == "silent":
            super().checkout(op, ref, item_id)
            return Unknown("timeout")
        raise SystemAway("away")

    def item(self, item_id):
        raise SystemAway("away")

class Rules:
    snapshot = "extract-1"

    def checkout(self, ref, item_id, waiting):
        return Promise(Item(item_id, "A book"), date(2026, 12, 1))

def point(name):
    if name == die_at:
        os._exit(9)

library = Away.open(folder / "library.sqlite", clock=Monday())
journal = Journal.open(folder / "journal.sqlite", kiosk="kiosk-1", clock=Monday())
desk = CirculationDesk(library, journal, offline=Rules(), point=point, make_op=lambda: "op-1")
if action == "offline":
    desk.item("B00130")
outcome = desk.checkout(PatronRef("A0001"), "B00130")
print("receipt:", outcome.due, flush=True)
if die_at == "after the receipt":
    os._exit(9)
"""

#: what the system does, and where the kiosk dies -> the journal's state, and whether the patron was promised it
OFFLINE_POINTS: dict[tuple[str, str], tuple[str | None, bool]] = {
    ("offline", "desk: asked"): (None, False),
    ("offline", "desk: promised"): (None, False),
    ("offline", "desk: parked"): ("parked", True),
    ("offline", "after the receipt"): ("parked", True),
    ("away", "desk: recorded"): ("sending", False),
    ("away", "desk: promised"): ("sending", False),
    ("away", "desk: written"): ("parked", True),
    ("away", "after the receipt"): ("parked", True),
    ("silent", "desk: answered"): ("sending", False),
    ("silent", "desk: promised"): ("sending", False),
    ("silent", "desk: written"): ("unknown", True),
    ("silent", "after the receipt"): ("unknown", True),
}


class PulledPlugError(BaseException):
    """The power is gone: nothing may catch it."""


def _pull_the_plug_at(wanted: str) -> Callable[[str], None]:
    def pull(point: str) -> None:
        if point == wanted:
            raise PulledPlugError

    return pull


def effects(library: EmbeddedLibrary, action: str) -> int:
    """How often the operation took place, counted in the library's own tables."""
    with library.store.reading() as db:
        if action == "checkout":
            query = "SELECT COUNT(*) FROM loans WHERE item = 'B00130' AND op = 'op-1'"
        else:
            query = "SELECT COUNT(*) FROM loans WHERE item = 'B00133' AND returned_at IS NOT NULL"
        return int(db.execute(query).fetchone()[0])


@pytest.mark.parametrize("action", ["checkout", "checkin"])
@pytest.mark.parametrize("point", list(POINTS))
def test_a_crash_at_any_point_ends_in_exactly_one_effect_or_none(
    point: str, action: str, library_path: Path, tmp_path: Path, clock: Any
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KIOSK, str(tmp_path), point, action],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert killed.returncode == 9, killed.stderr
    state, applied = POINTS[point]
    library = EmbeddedLibrary.open(library_path, clock=clock)
    journal = Journal.open(tmp_path / "journal.sqlite", kiosk="kiosk-1", clock=clock)

    assert journal.state("op-1") == state
    assert effects(library, action) == int(applied)
    if killed.stdout.startswith("receipt: "):
        assert journal.state("op-1") == "done"

    for _ in range(2):
        CirculationDesk(library, journal).recover()
        assert effects(library, action) == int(state is not None)
        assert journal.state("op-1") == (None if state is None else "done")
    assert journal.verify() == []
    with library.store.reading() as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    library.close()
    journal.close()


def test_a_kiosk_that_dies_again_while_recovering_still_has_one_effect(
    library_path: Path, tmp_path: Path, clock: Any
) -> None:
    subprocess.run([sys.executable, "-c", KIOSK, str(tmp_path), "desk: recorded", "checkout"], timeout=60, check=False)

    for wanted in ("library: before commit", "library: committed"):
        library = EmbeddedLibrary.open(library_path, clock=clock, point=_pull_the_plug_at(wanted))
        journal = Journal.open(tmp_path / "journal.sqlite", kiosk="kiosk-1", clock=clock)
        with pytest.raises(PulledPlugError):
            CirculationDesk(library, journal).recover()
        library.close()
        journal.close()
    library = EmbeddedLibrary.open(library_path, clock=clock)
    journal = Journal.open(tmp_path / "journal.sqlite", kiosk="kiosk-1", clock=clock)
    CirculationDesk(library, journal).recover()
    assert effects(library, "checkout") == 1
    assert journal.state("op-1") == "done"
    library.close()
    journal.close()


@pytest.mark.parametrize(("system", "point"), list(OFFLINE_POINTS))
def test_a_crash_while_promising_loses_no_promise_and_makes_none(
    system: str, point: str, library_path: Path, tmp_path: Path, clock: Any
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", OFFLINE_KIOSK, str(tmp_path), point, system],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert killed.returncode == 9, killed.stderr
    state, promised = OFFLINE_POINTS[system, point]
    library = EmbeddedLibrary.open(library_path, clock=clock)
    journal = Journal.open(tmp_path / "journal.sqlite", kiosk="kiosk-1", clock=clock)
    assert journal.state("op-1") == state
    entry = journal.entry("op-1")
    assert (entry is not None and entry.promised) == promised
    if killed.stdout.startswith("receipt: "):
        assert entry is not None
        assert killed.stdout.strip() == f"receipt: {entry.promised_due}"

    desk = CirculationDesk(library, journal)
    desk.recover()
    while desk.tend() == 0:
        pass
    assert journal.state("op-1") == (None if state is None else "done")
    assert effects(library, "checkout") == int(state is not None)
    assert journal.verify() == []
    library.close()
    journal.close()


def test_a_journal_moved_to_another_machine_is_led_on_there(library_path: Path, tmp_path: Path, clock: Any) -> None:
    subprocess.run(
        [sys.executable, "-c", KIOSK, str(tmp_path), "library: committed", "checkout"], timeout=60, check=False
    )
    new = tmp_path / "new"
    new.mkdir()
    for name in ("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"):
        if (tmp_path / name).exists():
            shutil.copy(tmp_path / name, new / name)
    library = EmbeddedLibrary.open(library_path, clock=clock)
    journal = Journal.open(new / "journal.sqlite", kiosk="kiosk-1", clock=clock)
    CirculationDesk(library, journal).recover()
    assert journal.state("op-1") == "done"
    assert effects(library, "checkout") == 1
    assert library.fingerprint(sample.LAYAR_TERKEMBANG) != ""
    library.close()
    journal.close()
