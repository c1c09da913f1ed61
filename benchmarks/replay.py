"""Does replaying a queue cost in proportion to its length? 5,000 operations beside 500, time for one of them.

Half of the queue are loans that a patron was promised offline, half are returns of what was on loan. For each the desk
looks at the library, decides, writes ``SENDING``, has the library do it, and writes the answer: journal and library are
files on the same disk, WAL, ``synchronous=FULL``. Both sides use the same library. A ratio of 1 is exactly in
proportion; below the least ratio a longer queue would cost too little to be true.
"""

from __future__ import annotations

import math
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.paired import Report, Side, compare_all, median
from benchmarks.result import Benchmark, Outcome, Plan, Table
from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.journal import Journal, Kind, Operation, State
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.staff import NewItem, NewMember, NewRule, StaffRoom
from kiosk.circulation.port import PatronRef

SHORT, LONG, PAIRS = 500, 5_000, 6
#: cost = length ** exponent. Measured on the calibration of the harness: linear work comes out between 0.88 and 1.22.
LEAST, MOST = 0.7, 1.35
_DUE = date(2026, 12, 1)


class _Monday:
    """A kiosk's clock on an open day; time since boot is the machine's own."""

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def boot_id(self) -> str:
        return "benchmark"

    def quality(self) -> str:
        return "ntp"


@dataclass(frozen=True)
class Replayed:
    """What one run did: seconds, of which on the processor, and how many loans there are afterwards."""

    seconds: float
    cpu: float
    done: int
    loans: int


def _number(n: int) -> str:
    return f"B{n:05}"


class _Queue:
    """A library, a journal with so many waiting operations, and a fresh copy of both for each run."""

    def __init__(self, folder: Path, library: Path, length: int, loans: int) -> None:
        self.length, self._loans = length, loans
        self._library = library
        self._folder = folder / str(length)
        self._folder.mkdir()
        self._template = self._folder / "template.sqlite"
        journal = Journal.open(self._template, kiosk="kiosk-1", clock=_Monday())
        for n in range(length):
            journal.record(_operation(n), then=State.PARKED)
        journal.close()

    def side(self) -> Side:
        """One run replays all of it; its figures are those of one operation."""
        return Side(
            f"{self.length} queued",
            lambda: self._replay(0.0),
            self._wrong,
            self._fresh,
            lambda found: {"wall": found.seconds / self.length, "cpu": found.cpu / self.length},
            slowed=self._replay,
        )

    def _fresh(self) -> None:
        for old in [*self._folder.glob("journal*"), *self._folder.glob("library*")]:
            old.unlink()
        shutil.copy(self._library, self._folder / "library.sqlite")
        for path in self._folder.glob("template.sqlite*"):
            if not path.name.endswith(".lock"):
                shutil.copy(path, self._folder / path.name.replace("template", "journal"))

    def _replay(self, slower: float) -> Replayed:
        library = EmbeddedLibrary.open(self._folder / "library.sqlite", clock=_Monday())
        journal = Journal.open(self._folder / "journal.sqlite", kiosk="kiosk-1", clock=_Monday())
        desk = CirculationDesk(library, journal, forget_after=None)
        began, cpu = time.perf_counter(), time.process_time()
        while desk.tend() == 0.0:  # it wants to be called again at once as long as something is left
            pass
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        done = len(journal.entries(State.DONE))
        with library.store.reading() as db:
            loans = int(db.execute("SELECT COUNT(*) FROM loans WHERE returned_at IS NULL").fetchone()[0])
        journal.close()
        library.close()
        return Replayed(seconds * (1 + slower), cpu * (1 + slower), done, loans)

    def _wrong(self, found: Replayed) -> str:
        # Each loan of the queue is one more, each return one less; the library began with a loan for every odd number.
        expected = (self.length, self._loans)
        return (
            "" if (found.done, found.loans) == expected else f"{found.done} done, {found.loans} loans: not {expected}"
        )


def _member(n: int) -> PatronRef:
    """Ten of the queue's loans are one patron's, as in a van."""
    return PatronRef(f"A{n // 20}")


def _operation(n: int) -> Operation:
    if n % 2:
        mark = f"loan {n // 2 + 1}"
        return Operation(f"op-{n}", Kind.CHECKIN, None, _number(n), fingerprint=mark, promised=True, snapshot="x")
    return Operation(f"op-{n}", Kind.CHECKOUT, _member(n), _number(n), promised=True, promised_due=_DUE, snapshot="x")


def _make_library(folder: Path, items: int) -> Path:
    path = folder / "library.sqlite"
    library = EmbeddedLibrary.open(path, create=True, clock=_Monday())
    staff = StaffRoom(library)
    staff.set_up()
    staff.add_type("banyak", "Many", limit=1_000_000)
    staff.add_rule(NewRule("banyak", limit=1_000_000))
    for number in sorted({_member(n).number for n in range(items)}):
        staff.add_member(NewMember(number, "Sari", type="banyak"))
    staff.add_member(NewMember("B1", "Ani", type="banyak"))
    staff.add_item(NewItem(_number(0), "A book"))
    with library.store.writing() as db:
        more = [[_number(n)] for n in range(1, items)]
        db.executemany("INSERT INTO items (number, title_id, collection) VALUES (?, 1, 'umum')", more)
        lent = [[n // 2 + 1, _number(n), f"before-{n}"] for n in range(1, items, 2)]
        db.executemany(
            """INSERT INTO loans (id, item, member, lent_at, due, renewals, op)
               VALUES (?, ?, 'B1', '2026-11-20T02:00:00.000+00:00', '2026-11-28', 0, ?)""",
            lent,
        )
    library.close()
    return path


def run(plan: Plan) -> Outcome:
    """The long queue beside the short one."""
    lengths = plan.choose(SHORT, 40), plan.choose(LONG, 160)
    library = _make_library(plan.folder, lengths[1])
    sides = [_Queue(plan.folder, library, length, lengths[1] // 2).side() for length in lengths]
    found = compare_all(
        sides[0], sides[1], metrics=("wall", "cpu"), pairs=plan.choose(PAIRS, 2), warmup=plan.choose(1, 0)
    )
    names = ("time of one operation", "CPU of one operation")
    powers = {name: exponent(report.ratio.median, lengths) for name, report in zip(names, found, strict=True)}
    if plan.quick:
        reports = dict(zip(names, found, strict=True))
    else:
        reports = {name: in_proportion(report, powers[name]) for name, report in zip(names, found, strict=True)}
    rows = [
        (side.name, f"{median(found[0], at, 'wall') * 1e3:.2f} ms", f"{median(found[1], at, 'cpu') * 1e3:.2f} ms")
        for at, side in enumerate(sides)
    ]
    facts = {f"exponent of {name}": f"{power:.2f}" for name, power in powers.items()}
    return Outcome("replay", reports, Table(("queue", "one operation", "CPU"), tuple(rows)), facts)


def exponent(ratio: float, lengths: tuple[int, int]) -> float:
    """Of cost = length ** exponent, from the ratio of what *one* operation costs: 1 is in proportion."""
    return 1 + math.log(ratio) / math.log(lengths[1] / lengths[0])


def in_proportion(report: Report, power: float) -> Report:
    """Void if the cost does not grow in proportion: as wrong as a wrong result."""
    if LEAST <= power <= MOST:
        return report
    return report.voided(f"cost grows with length to the power of {power:.2f}, not between {LEAST} and {MOST}")


REPLAY = Benchmark("replay", "Does replaying a queue of operations cost in proportion to its length?", run)
