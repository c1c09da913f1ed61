"""A catalogue of 100,000 copies into the library, beside ``sqlite-utils insert --csv`` of the same file.

The peer is what somebody would pick who only wants the rows in a table: it reads text into columns of text. Ours reads
the same cells as dates, prices and statuses, refuses what is wrong, looks for duplicates in the file and the library,
makes a title of the copies that share one, keeps foreign keys and indexes, and commits once. Both are commands in
processes of their own, started from the shell as a librarian would, into a new file on the same disk; SQLite's
``synchronous`` is FULL on both sides.
"""

from __future__ import annotations

import csv
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.paired import Side, compare_all, median
from benchmarks.result import Benchmark, Outcome, Plan, Table

#: Copies, pairs. Two copies have one title.
COPIES, PAIRS = 100_000, 4
GOAL_S = 60.0
_HEAD = "item_code,call_number,coll_type_name,price,item_status_name,title,pengarang,penerbit,tahun,catatan"


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its status and what it used at most."""

    status: int
    said: str
    peak_kib: float


def write_catalogue(path: Path, copies: int) -> None:
    """As a library system would export it: names of columns of SLiMS, prices, a status now and then."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEAD.split(","))
        for copy in range(copies):
            title = copy // 2
            writer.writerow(
                [
                    f"B{copy:07}",
                    f"{title % 1000} PEN j",
                    "Koleksi umum",
                    "Rp45.000",
                    "Repair" if copy % 100 == 7 else "",
                    f"Judul nomor {title}, sebuah pengantar",
                    f"Pengarang ke-{title % 5000}",
                    "Balai Pustaka",
                    1950 + title % 70,
                    "",
                ]
            )


class Bench:
    """One catalogue, and both ways into a new file."""

    def __init__(self, folder: Path, copies: int) -> None:
        self._folder, self.copies = folder, copies
        self.catalogue = folder / "catalogue.csv"
        write_catalogue(self.catalogue, copies)
        self._config = folder / "kiosk.toml"
        self._config.write_text('data = "data"\n[link]\ndevice = "kiosk-1"\n', encoding="utf-8")
        self.library = folder / "data" / "library.sqlite"
        self.table = folder / "table.sqlite"

    def peer(self) -> Side:
        """Rows of text in one table."""
        arguments = [
            sys.executable,
            "-m",
            "sqlite_utils",
            "insert",
            str(self.table),
            "items",
            str(self.catalogue),
            "--csv",
        ]
        return Side("sqlite-utils insert --csv", lambda: _run(arguments), self.wrong_table, self._clear, _told)

    def ours(self) -> Side:
        """The import."""
        arguments = [*_PUSTAKA, "import", "items", str(self.catalogue), "--config", str(self._config)]
        return Side("pustaka library import items", lambda: _run(arguments), self.wrong_library, self._fresh, _told)

    def wrong_table(self, ended: Ended) -> str:
        """What is wrong with the peer's table."""
        if ended.status:
            return f"status {ended.status}: {ended.said}"
        with closing(sqlite3.connect(self.table)) as db:
            found = db.execute("SELECT COUNT(*) FROM items").fetchone()[0]
        return "" if found == self.copies else f"{found} rows instead of {self.copies}"

    def wrong_library(self, ended: Ended) -> str:
        """What is wrong with the library: every copy and title once, values read, nothing refers to nothing."""
        if ended.status:
            return f"status {ended.status}: {ended.said}"
        with closing(sqlite3.connect(self.library)) as db:
            found = db.execute(
                """SELECT (SELECT COUNT(*) FROM items), (SELECT COUNT(*) FROM titles), (SELECT SUM(cost) FROM items),
                          (SELECT COUNT(*) FROM items WHERE status = 'repair'), (SELECT SUM(year) FROM titles)"""
            ).fetchone()
            dangling = db.execute("PRAGMA foreign_key_check").fetchall()
        titles = (self.copies + 1) // 2
        repair = sum(copy % 100 == 7 for copy in range(self.copies))
        expected = (self.copies, titles, 45000 * self.copies, repair, sum(1950 + n % 70 for n in range(titles)))
        if dangling:
            return f"{len(dangling)} rows refer to nothing"
        return "" if found == expected else f"copies, titles, cost, repair, years are {found} instead of {expected}"

    def _clear(self) -> None:
        for old in (*self._folder.glob("table.sqlite*"), *self.library.parent.glob("library.sqlite*")):
            old.unlink()

    def _fresh(self) -> None:
        self._clear()
        made = _run([*_PUSTAKA, "init", "--config", str(self._config)])
        assert made.status == 0, made.said


_PUSTAKA = (sys.executable, "-c", "from pustaka.cli import main; main()", "library")


def _run(arguments: Sequence[str]) -> Ended:
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    with process.stderr as errors:
        said = errors.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(process.returncode, said.strip(), float(usage.ru_maxrss))


def _told(ended: Ended) -> Mapping[str, float]:
    return {"peak_kib": ended.peak_kib}


def run(plan: Plan) -> Outcome:
    """Time and CPU of both commands, start included."""
    bench = Bench(plan.folder, plan.choose(COPIES, 400))
    peer, ours = bench.peer(), bench.ours()
    wall, cpu = compare_all(peer, ours, metrics=("wall", "cpu"), pairs=plan.choose(PAIRS, 2), warmup=1)
    rows = tuple(
        (
            side.name,
            f"{median(wall, at, 'wall'):.2f} s",
            f"{bench.copies / median(wall, at, 'wall'):,.0f}",
            f"{median(cpu, at, 'cpu'):.2f} s",
            f"{median(wall, at, 'peak_kib') / 1024:.0f} MiB",
        )
        for at, side in enumerate((peer, ours))
    )
    facts = {
        "catalogue": f"{bench.copies} copies, {bench.catalogue.stat().st_size / 1024:,.0f} KiB of CSV",
        "goal": f"100,000 copies in {GOAL_S:.0f} s",
    }
    reports = {f"time: {bench.copies} copies": wall, f"CPU: {bench.copies} copies": cpu}
    return Outcome("import", reports, Table(("side", "time", "copies/s", "CPU", "peak memory"), rows), facts)


IMPORT = Benchmark(
    "import", "How long do 100,000 copies take into the library, beside the same rows as plain text?", run
)
