"""From a scan to the frame that shows it, in the kiosk with its journal and library and in an afternoon's list."""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any

from benchmarks.paired import Report, Side, compare_all, median
from benchmarks.result import Benchmark, Outcome, Plan, Table, quantile
from benchmarks.start import ROOT, SETTINGS
from kiosk.circulation.journal_file import JournalReader
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.staff import NewItem, NewMember, StaffRoom

#: As many as staff may borrow at once by the default rules.
BOOKS = 10
#: A quick hand: a book every 200 ms.
GAP_S = 0.2
#: A scan waits for the next frame, 0 to 17 ms. So that chance in this does not drown the rest, a visit's scans are
#: spread evenly over a frame, in random order and from a random start.
FRAME_S = 1 / 60


class Child:
    """A program that obeys orders of ``benchmarks.children.scanning``."""

    def __init__(self, module: str, argument: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.children.{module}", str(argument)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.facts = self._hear()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def visit(self, order: dict[str, Any]) -> dict[str, Any]:
        """Send an order; its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"problem": "the program ended"}
        return answer


@dataclass
class Visits:
    """Makes the orders, each with a member and books of its own, the moments from the same chance for both sides."""

    child: Child
    lent: Callable[[str], int]
    random: Random = field(default_factory=lambda: Random(1))
    number: int = 0

    def side(self, name: str) -> Side:
        """The program as a side; one run is one visit."""
        return Side(name, lambda: self._visit(0.0), self._check, told=_told, slowed=self._visit)

    def _visit(self, slow: float) -> dict[str, Any]:
        self.number += 1
        items = [item(self.number, book) for book in range(BOOKS)]
        order = {"member": member(self.number), "items": items, "at": moments(self.random), "slow": slow}
        return {"member": order["member"], **self.child.visit(order)}

    def _check(self, answer: dict[str, Any]) -> str:
        return answer.get("problem") or wrong(self.lent(answer["member"]))


def wrong(lent: int) -> str:
    """What is wrong when a visit has left so many loans."""
    return "" if lent == BOOKS else f"{lent} loans of {BOOKS} are on record"


def _told(answer: dict[str, Any]) -> dict[str, float]:
    if answer.get("problem"):
        return {"wall": 1.0, "borrowed": 1.0}  # the check makes it void
    return {
        "wall": statistics.fmean(answer["seen"]),
        "borrowed": statistics.fmean(answer["borrowed"]),
        "cpu": answer["cpu"],
        "written_kib": answer["written_kib"],
        "peak_kib": answer["peak_kib"],
        **{f"seen {n}": value for n, value in enumerate(answer["seen"])},
        **{f"borrowed {n}": value for n, value in enumerate(answer["borrowed"])},
    }


def moments(random: Random) -> list[float]:
    """When the books of a visit are scanned, in seconds from its begin."""
    parts = random.sample(range(BOOKS), BOOKS)
    start = random.random()
    return [GAP_S * (book + 1) + FRAME_S * ((part + start) / BOOKS) for book, part in enumerate(parts)]


def member(visit: int) -> str:
    """The membership number of a visit."""
    return f"7{visit:06}"


def item(visit: int, book: int) -> str:
    """The number of a book."""
    return f"B{visit:03}{book:02}"


def make_kiosk(folder: Path, visits: int) -> Path:
    """A kiosk whose library has a member and ten books for each visit; the path of its settings."""
    (folder / "data").mkdir(parents=True)
    config = folder / "kiosk.toml"
    config.write_text(SETTINGS.format(folder=folder), encoding="utf-8")
    library = EmbeddedLibrary.open(folder / "data" / "library.sqlite", create=True)
    staff = StaffRoom(library)
    staff.set_up()
    for visit in range(1, visits + 1):
        staff.add_member(NewMember(member(visit), f"Anggota {visit}", type="staf"))
        for book in range(BOOKS):
            staff.add_item(NewItem(item(visit, book), f"Sejarah Kalimantan, jilid {visit}.{book}", "Tim Penyusun"))
    library.close()
    return config


def loans_in(library: Path, who: str) -> int:
    """Running loans of a member in the embedded library."""
    with closing(sqlite3.connect(library)) as database:
        query = "SELECT count(*) FROM loans WHERE member = ? AND returned_at IS NULL"
        return int(database.execute(query, (who,)).fetchone()[0])


def wrong_journal(path: Path, expected: int) -> str:
    """What is wrong with a kiosk's journal after so many checkouts: broken, or not as many as there should be."""
    journal = JournalReader.read(path)
    try:
        problems, entries = journal.verify(), len(journal.entries("done"))
    finally:
        journal.close()
    if problems:
        return "; ".join(problems)
    return "" if entries == expected else f"the journal holds {entries} finished checkouts of {expected}"


def _rows_of(path: Path, who: str) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("SELECT count(*) FROM loan WHERE member = ?", (who,)).fetchone()[0])


def run(plan: Plan) -> Outcome:
    """Visits at the two programs in turn; both windows stay open."""
    pairs, warmup = plan.choose(20, 2), plan.choose(2, 1)
    config = make_kiosk(plan.folder / "kiosk", pairs + warmup)
    data, plain = config.parent / "data", plan.folder / "plain.sqlite"
    with ExitStack() as stack:
        theirs = Visits(stack.enter_context(Child("scan_list", plain)), lambda who: _rows_of(plain, who))
        mine = Visits(
            stack.enter_context(Child("scan_kiosk", config)), lambda who: loans_in(data / "library.sqlite", who)
        )
        seen, borrowed = compare_all(
            theirs.side("plain Kivy list, sqlite3 insert on the screen's thread"),
            mine.side("kiosk, journal and embedded library"),
            metrics=("wall", "borrowed"),
            pairs=pairs,
            warmup=warmup,
        )
        facts = {
            "drawn by": mine.child.facts["renderer"],
            "scans": f"{BOOKS} a visit, one every {GAP_S * 1000:.0f} ms; compared are the means of visits",
        }
    problem = wrong_journal(data / "journal.sqlite", mine.number * BOOKS)
    raw = {f"{name}, {what}": _all(seen, side, what) for side, name in ((0, "peer"), (1, "ours")) for what in _WHATS}
    reports = {"scan to row": seen, "scan to borrowed": borrowed}
    if problem:
        reports = {name: report.voided(problem) for name, report in reports.items()}
    return Outcome("row", reports, _table(seen), facts, raw)


_WHATS = ("seen", "borrowed")


def _all(report: Report, side: int, what: str) -> list[float]:
    samples = [pair[side] for pair in report.samples["ratio"]]
    return [sample.more[f"{what} {n}"] for sample in samples for n in range(BOOKS) if f"{what} {n}" in sample.more]


def _table(report: Report) -> Table:
    rows = []
    for side, name in ((0, report.peer), (1, report.ours)):
        for what in _WHATS:
            values = _all(report, side, what)
            rows.append(
                (
                    name,
                    f"scan to {'row' if what == 'seen' else what}",
                    str(len(values)),
                    *(f"{quantile(values, part) * 1000:.0f} ms" if values else "none" for part in (0.5, 0.99, 1.0)),
                    f"{median(report, side, 'cpu') / BOOKS * 1000:.0f} ms",
                    f"{median(report, side, 'written_kib') / BOOKS:.0f} KiB",
                    f"{median(report, side, 'peak_kib') / 1024:.0f} MiB",
                )
            )
    head = ("side", "what", "n", "p50", "p99", "max", "CPU a scan", "written a scan", "peak memory")
    return Table(head, tuple(rows))


ROW = Benchmark("row", "How long from a scan to the frame that shows its row, beside a plain Kivy list?", run)
