"""Two kiosks on one library: whatever they do, in whatever order, no copy is lent twice and no limit is passed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.journal import Journal
from kiosk.circulation.library import sample
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.sample import load_sample
from kiosk.circulation.port import Borrowed, Code, PatronRef, Refused, Returned, Unknown

PATRONS = st.sampled_from([sample.SARI, sample.ANI, "A0003", sample.AT_LIMIT, sample.CHILD, sample.HOLD_WAITING])
ITEMS = st.sampled_from(
    [
        *sample.DEMO_ITEMS,
        *sample.ON_LOAN_ITEMS,
        sample.HELD_ITEM,
        sample.AWAITED_ITEM,
        sample.CAMERA_ITEM,
        sample.SET_ITEM,
    ]
)
KIOSKS = st.integers(0, 1)
LIMITS = {"umum": 3, "pelajar": 5, "anak": 3, "staf": 10}

_template = Path(tempfile.mkdtemp()) / "template.sqlite"


class _Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic_ns(self) -> int:
        return 0

    def boot_id(self) -> str:
        return ""

    def quality(self) -> str:
        return "unsynced"


def _copy_of_the_sample(folder: Path) -> Path:
    if not _template.exists():
        library = EmbeddedLibrary.open(_template, create=True, clock=_Clock())
        load_sample(library)
        library.close()
    return Path(shutil.copy(_template, folder / "library.sqlite"))


class TwoKiosks(RuleBasedStateMachine):
    """A model beside the library: who has what, by the answers alone."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        folder, self.clock = Path(self.folder.name), _Clock()
        path = _copy_of_the_sample(folder)
        self.libraries = [EmbeddedLibrary.open(path, clock=self.clock) for _ in range(2)]
        self.journals = [
            Journal.open(folder / f"journal-{n}.sqlite", kiosk=f"kiosk-{n}", clock=self.clock) for n in range(2)
        ]
        self.desks = [CirculationDesk(*pair) for pair in zip(self.libraries, self.journals, strict=True)]
        with self.libraries[0].store.reading() as db:
            rows = db.execute("SELECT item, member FROM loans WHERE returned_at IS NULL")
            self.has = {row["item"]: row["member"] for row in rows}

    @rule(kiosk=KIOSKS, patron=PATRONS, item=ITEMS)
    def borrow(self, kiosk: int, patron: str, item: str) -> None:
        outcome = self.desks[kiosk].checkout(PatronRef(patron), item)
        match outcome:
            case Borrowed(again=again):
                assert again == (self.has.get(item) == patron)
                assert again or item not in self.has
                self.has[item] = patron
            case Refused(refusal=refusal):
                assert self.has.get(item) != patron
                assert refusal.code is not Code.ON_LOAN or item in self.has
            case Unknown():
                raise AssertionError("nothing was in the way of an answer")

    @rule(kiosk=KIOSKS, item=ITEMS)
    def bring_back(self, kiosk: int, item: str) -> None:
        outcome = self.desks[kiosk].checkin(item)
        assert isinstance(outcome, Returned)
        assert outcome.again == (item not in self.has)
        self.has.pop(item, None)

    @rule(kiosk=KIOSKS, patron=PATRONS)
    def renew_everything(self, kiosk: int, patron: str) -> None:
        outcomes = self.desks[kiosk].renew_all(PatronRef(patron))
        assert not isinstance(outcomes, Unknown)
        assert len(outcomes) == sum(member == patron for member in self.has.values())

    @rule(days=st.integers(1, 9))
    def days_pass(self, days: int) -> None:
        self.clock.at += timedelta(days=days)

    @invariant()
    def the_library_has_the_loans_that_were_answered(self) -> None:
        with self.libraries[1].store.reading() as db:
            rows = list(db.execute("SELECT item, member FROM loans WHERE returned_at IS NULL"))
            types = {row["number"]: row["type"] for row in db.execute("SELECT number, type FROM members")}
        assert len(rows) == len(self.has)
        assert {row["item"]: row["member"] for row in rows} == self.has
        for member, count in Counter(row["member"] for row in rows).items():
            assert count <= LIMITS[types[member]]

    @invariant()
    def every_journal_is_whole_and_has_nothing_open(self) -> None:
        for journal in self.journals:
            assert journal.verify() == []
            assert journal.entries("recorded", "sending", "unknown") == []

    def teardown(self) -> None:
        for thing in (*self.libraries, *self.journals):
            thing.close()
        self.folder.cleanup()


TestTwoKiosks = TwoKiosks.TestCase
TestTwoKiosks.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


GRAB = """
import sys, uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from kiosk.circulation.clock import SystemClock
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import Borrowed, PatronRef

class Monday(SystemClock):
    def now(self):
        return datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

library = EmbeddedLibrary.open(Path(sys.argv[1]), clock=Monday(), busy_seconds=30)
print("ready", flush=True)
sys.stdin.readline()
for item in sys.argv[3:]:
    if isinstance(library.checkout(str(uuid.uuid4()), PatronRef(sys.argv[2]), item), Borrowed):
        print(item, flush=True)
"""


def test_processes_that_race_for_the_same_books_never_share_one(library_path: Path) -> None:
    wanted = [*sample.DEMO_ITEMS, sample.CAMERA_ITEM, sample.SET_ITEM]
    kiosks = [
        subprocess.Popen(
            [sys.executable, "-c", GRAB, str(library_path), patron, *wanted],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for patron in (sample.SARI, "A0012", sample.STAFF)
    ]
    for kiosk in kiosks:
        assert kiosk.stdout is not None
        assert kiosk.stdout.readline() == "ready\n"
    for kiosk in kiosks:
        assert kiosk.stdin is not None
        kiosk.stdin.write("go\n")
        kiosk.stdin.flush()
    got = [kiosk.communicate(timeout=60)[0].split() for kiosk in kiosks]
    assert [kiosk.returncode for kiosk in kiosks] == [0, 0, 0]
    assert sorted(item for items in got for item in items) == sorted(wanted)
    assert len(got[0]) <= 5
