"""What does a door's counter cost? CPU of one core and memory of ``pustaka door`` where somebody always walks.

An emulated sensor writes to a pseudo-terminal what a microcontroller would: two beams with somebody passing about twice
a second, or an 8 × 8 grid of distances at 15 frames a second below which people come and go. The service is the real
one, with its ledger on the disk, and its link to a real Mosquitto. Beside the beams is the loop that is written first
by everybody: read lines, count, publish; it keeps nothing. CPU is that of the process between two looks at
``/proc``, after its start; what the sensor says must have been counted, or the run is wrong.

Memory is told twice: *resident* holds the libraries' code that is mapped, which the kernel shares between processes and
may drop; *own* is what nobody else can use. The bounds are the project's: less than 5 % of a core for beams, less than
25 % for the grid, and 40 MB. The beams keep that bound by either figure. The grid keeps it by *own* alone: the code of
numpy and of its libraries brings what is resident to some 47 MB, and a Raspberry Pi with nothing else on it that runs
Python has nobody to share it with.

Below the grid somebody passes every two seconds, from the sixth on; all of them must have been counted.
"""

from __future__ import annotations

import contextlib
import math
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.grid_people import day, single
from benchmarks.grid_scenes import VL53L5CX, Scene, film
from benchmarks.paired import Side, compare_all, median
from benchmarks.result import Benchmark, Outcome, Plan, Table
from broker_config.private import PrivateBroker
from devices.emulators.door import DoorEmulator, Walk
from devices.emulators.pty_line import PtyLine

SECONDS, PAIRS, SETTLED_S, OPEN_S = 8, 3, 2.0, 60
CPU_BEAMS, CPU_GRID, MEMORY_KIB = 0.05, 0.25, 40_000
_SPEED, _ROW_S = 1.4, 0.25
_BUSY_PEOPLE: Final = 2.0  # a second
_EVERY_S: Final = 2.0
#: Somebody comes below the grid this long after the film's beginning, or later.
EMPTY_S: Final = 5.0


@dataclass(frozen=True)
class Cost:
    """One run: share of a core, resident and own KiB, passages counted (``None``: nobody can tell)."""

    cpu: float
    rss_kib: float
    own_kib: float
    counted: int | None


class Busy:
    """The emulated doors, and the broker; made once, used by all runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broker = PrivateBroker(folder / "broker", {"pintu-1": "secret", "watch": "w"})
        self.broker.start()
        (folder / "secret").write_text("secret", encoding="utf-8")
        self.beams = folder / "beams"
        self._people = DoorEmulator(self.beams, fast=100)
        self.grid = PtyLine(folder / "grid")

    def walk(self, seconds: float) -> None:
        """Somebody passes the beams, again and again."""
        for number in range(max(1, int(seconds * _BUSY_PEOPLE))):
            self._people.walk(Walk.IN if number % 3 else Walk.OUT, speed=_SPEED, pause_s=_ROW_S)

    def opened_by(self, pid: int, kind: str) -> bool:
        """Whether the process hears the sensor."""
        if kind == "grid":
            self.grid.look()
            return self.grid.opened
        return self._people.opened_by(pid)

    def film(self, lines: list[bytes]) -> None:
        """What the grid prints, at its pace."""
        began = time.monotonic()
        for number, line in enumerate(lines):
            time.sleep(max(0.0, began + number / VL53L5CX.hz - time.monotonic()))
            self.grid.look()
            self.grid.write(line)

    def close(self) -> None:
        """Everybody goes home."""
        self._people.close()
        self.grid.close()
        self.broker.stop()


def busy_day(seconds: float) -> Scene:
    """Below a grid: nobody for six seconds, then somebody every two, for at least ``seconds``."""
    return day(7, VL53L5CX, events=(single,), each=max(2, math.ceil(seconds / _EVERY_S)), every=_EVERY_S)


def _lines(scene: Scene) -> list[bytes]:
    """The film as a microcontroller prints it."""
    return [
        f"{round(number * 1000 / VL53L5CX.hz)},8,8,".encode()
        + ",".join(str(int(value)) if value == value else "" for value in frame.ravel()).encode()
        + b"\n"
        for number, frame in enumerate(film(scene, 7))
    ]


def measure(busy: Busy, kind: str, seconds: float) -> Cost:
    """One run of our service, or (``naive``) of the loop."""
    data = busy.folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    lines = _lines(busy_day(seconds)) if kind == "grid" else []
    with _process(_command(busy, kind, data)) as process:
        _wait(lambda: busy.opened_by(process.pid, kind), "the sensor is open")
        time.sleep(SETTLED_S)
        if kind == "grid":
            filming = threading.Thread(target=busy.film, args=(lines,))
            filming.start()
            time.sleep(EMPTY_S)  # the empty door is learnt, numpy is there
        else:
            busy.walk(seconds)
        cpu, began = _cpu(process.pid), time.perf_counter()
        time.sleep(seconds)
        share = (_cpu(process.pid) - cpu) / (time.perf_counter() - began)
        rss, own = _memory(process.pid)
        busy._people.wait_idle(60)
        if kind == "grid":
            filming.join()
            time.sleep(SETTLED_S)
    return Cost(share, rss, own, None if kind == "naive" else _counted(data / "ledger.sqlite"))


def _wait(condition: Callable[[], bool], what: str) -> None:
    until, pause = time.monotonic() + OPEN_S, threading.Event()
    while not condition():
        if time.monotonic() > until:
            raise RuntimeError(f"it did not happen in {OPEN_S} s: {what}")
        pause.wait(0.05)


def _command(busy: Busy, kind: str, data: Path) -> list[str]:
    if kind == "naive":
        return ["-m", "benchmarks.children.naive_door", str(busy.beams), f"127.0.0.1:{busy.broker.port}"]
    sensor = f'kind = "grid-line"\nport = "{busy.grid.port}"' if kind == "grid" else f'port = "{busy.beams}"'
    config = busy.folder / "door.toml"
    config.write_text(
        f'data = "{data}"\n[door]\nhold_s = 1.0\n[sensor]\n{sensor}\n[link]\nhost = "127.0.0.1"\n'
        f'port = {busy.broker.port}\ntls = false\nsite = "kota"\ndevice = "pintu-1"\nclock = "trusted"\n'
        f'password_file = "{busy.folder / "secret"}"\n',
        encoding="utf-8",
    )
    return ["-m", "pustaka", "door", "--config", str(config)]


@contextlib.contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, *command], cwd=Path(__file__).parents[1], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _cpu(pid: int) -> float:
    """Seconds on a CPU of all its threads: to the nanosecond, where the usual count has ticks of 10 ms."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def _memory(pid: int) -> tuple[float, float]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    told = {name: value.split()[0] for name, _, value in (line.partition(":") for line in lines) if value.split()}
    return float(told["VmRSS"]), float(told["RssAnon"])


def _counted(ledger: Path) -> int:
    with contextlib.closing(sqlite3.connect(ledger)) as db:
        totals = dict(db.execute("SELECT name, value FROM total").fetchall())
    return int(totals.get("in", 0)) + int(totals.get("out", 0))


def _side(busy: Busy, kind: str, name: str, seconds: float) -> Side:
    people = max(1, int(seconds * _BUSY_PEOPLE))

    def run(slower: float = 0.0) -> Cost:
        cost = measure(busy, kind, seconds)
        return Cost(cost.cpu * (1 + slower), cost.rss_kib, cost.own_kib, cost.counted)

    def wrong(cost: Cost) -> str:
        return "" if cost.counted in (None, people) else f"{cost.counted} passages were counted, {people} walked"

    return Side(name, run, wrong, told=_told, slowed=run)


def _told(cost: Cost) -> dict[str, float]:
    return {"cpu": cost.cpu, "rss_kib": cost.rss_kib, "own_kib": cost.own_kib}


def run(plan: Plan) -> Outcome:
    """Beams beside the loop; then the grid."""
    seconds, pairs = plan.choose(SECONDS, 2), plan.choose(PAIRS, 2)
    busy = Busy(plan.folder)
    try:
        peer = _side(busy, "naive", "read, count, publish", seconds)
        ours = _side(busy, "beams", "pustaka door, two beams", seconds)
        report = compare_all(peer, ours, metrics=("cpu",), pairs=pairs, warmup=0)[0]
        seconds = max(seconds, 5)
        grid, walked = measure(busy, "grid", seconds), len(busy_day(seconds).truth)
    finally:
        busy.close()
    loop, beams = (
        Cost(median(report, side, "cpu"), median(report, side, "rss_kib"), median(report, side, "own_kib"), None)
        for side in (0, 1)
    )
    if problem := "" if plan.quick else _beyond(beams, grid, walked):
        report = report.voided(problem)
    rows = (_row(peer.name, loop), _row(ours.name, beams), _row("pustaka door, 8 × 8 grid at 15 Hz", grid))
    head = ("who counts", "of one core", "resident MB", "own MB")
    return Outcome(
        "door", {"CPU of two beams": report}, Table(head, rows), {"grid passages": f"{grid.counted} of {walked}"}
    )


def _row(name: str, cost: Cost) -> tuple[str, ...]:
    return name, f"{cost.cpu:.1%}", f"{cost.rss_kib / 1000:.1f}", f"{cost.own_kib / 1000:.1f}"


def _beyond(beams: Cost, grid: Cost, walked: int) -> str:
    """What is more than the project allows."""
    if beams.cpu > CPU_BEAMS or beams.rss_kib > MEMORY_KIB:
        return f"beams took {beams.cpu:.1%} of a core and {beams.rss_kib / 1000:.1f} MB"
    if grid.cpu > CPU_GRID or grid.own_kib > MEMORY_KIB:
        return f"the grid took {grid.cpu:.1%} of a core and {grid.own_kib / 1000:.1f} MB of its own"
    if grid.counted != walked:
        return f"{grid.counted} passages were counted below the grid, {walked} walked"
    return ""


DOOR = Benchmark("door", "What does a door's counter cost, in CPU of one core and in memory?", run)
