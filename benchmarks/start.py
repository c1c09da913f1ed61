"""From the start of the process to the first frame, and the memory used by then, beside a bare Kivy window."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.paired import Report, Side, compare_all, median
from benchmarks.result import Benchmark, Outcome, Plan, Table
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.sample import load_sample
from kiosk.circulation.library.staff import StaffRoom

#: A window with one word has a few dozen shades at the letters' edges; an empty one has one colour.
LEAST_COLOURS = 16
ROOT = Path(__file__).parents[1]
#: No wire is plugged in: the reader's port is a name that does not exist, and there is no camera and no broker.
SETTINGS = """data = "data"
[reader]
port = "{folder}/no-reader"
"""


@dataclass
class Started:
    """A child whose first frame is out."""

    child: subprocess.Popen[str]
    used: dict[str, float]


def start(*arguments: str) -> Started:
    """Start a child and return at its first frame."""
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.children.first_frame", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    line = child.stdout.readline()
    return Started(child, json.loads(line) if line else {})


def wrong(colours: int) -> str:
    """What is wrong with a first frame of so many colours."""
    return "" if colours >= LEAST_COLOURS else f"the first frame shows {colours} colours: it is empty"


def check(started: Started) -> str:
    """Look at the first frame, see the child out; what is wrong."""
    assert started.child.stdout is not None
    with started.child.stdout as rest:
        line = rest.readline()
    started.child.wait()
    if not line:
        return "the program ended before its first frame"
    return wrong(json.loads(line)["colours"])


def _used(started: Started) -> dict[str, float]:
    return started.used


def make_kiosk(folder: Path) -> Path:
    """A kiosk's folder with the sample library; the path of its settings."""
    (folder / "data").mkdir(parents=True)
    config = folder / "kiosk.toml"
    config.write_text(SETTINGS.format(folder=folder), encoding="utf-8")
    library = EmbeddedLibrary.open(folder / "data" / "library.sqlite", create=True)
    StaffRoom(library).set_up()
    load_sample(library)
    library.close()
    return config


def _fresh(source: Path, folder: Path) -> Callable[[], None]:
    def copy() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder)

    return copy


def run(plan: Plan) -> Outcome:
    """Both programs in turn, warm: the files are in the page cache, Python's byte code is written."""
    folder = plan.folder / "kiosk"
    config = make_kiosk(folder)
    shutil.copytree(folder, plan.folder / "as-new")
    peer = Side("bare Kivy window, one label", lambda: start("bare"), check, told=_used)
    ours = Side(
        "pustaka kiosk, sample library",
        lambda: start("kiosk", "--config", str(config), "--headless"),
        check,
        before=_fresh(plan.folder / "as-new", folder),
        told=_used,
    )
    wall, cpu, peak = compare_all(
        peer, ours, metrics=("wall", "cpu", "peak_kib"), pairs=plan.choose(30, 2), warmup=plan.choose(2, 1)
    )
    probe = start("bare")
    assert probe.child.stdout is not None
    renderer = json.loads(probe.child.stdout.readline())["renderer"]
    probe.child.communicate()
    reports = {"time to first frame": wall}
    return Outcome("start", reports, _table(wall, cpu, peak), {"drawn by": renderer, "files": "in the page cache"})


def _table(wall: Report, cpu: Report, peak: Report) -> Table:
    rows = tuple(
        (
            name,
            f"{median(wall, side, 'wall') * 1000:.0f} ms",
            f"{median(wall, side, 'cpu') * 1000:.0f} ms",
            f"{median(wall, side, 'peak_kib') / 1024:.0f} MiB",
            f"{median(wall, side, 'written_kib'):.0f} KiB",
        )
        for side, name in ((0, wall.peer), (1, wall.ours))
    )
    ratios = ("ours / peer", *(f"{report.ratio.median:.2f}" for report in (wall, cpu, peak)), "")
    return Table(("to the first frame", "time", "CPU", "peak memory", "written"), (*rows, ratios))


START = Benchmark("start", "How long until the first frame, and how much memory, beside a bare Kivy window?", run)
