"""``python -m benchmarks [NAME …]``: run them, print what came out, keep every sample.

Exit status: 0 when all ran and every result was right, fast or slow; 1 when a result was wrong; 2 for a wrong name.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks import machine
from benchmarks.backlog import BACKLOG
from benchmarks.checkout import CHECKOUT
from benchmarks.codec import CODEC
from benchmarks.derive import DERIVE
from benchmarks.door import DOOR
from benchmarks.grid import GRID
from benchmarks.idle_camera import IDLE_CAMERA
from benchmarks.import_items import IMPORT
from benchmarks.ingest import INGEST
from benchmarks.live import LIVE
from benchmarks.pile import PILE
from benchmarks.reader_frames import READER_FRAMES
from benchmarks.replay import REPLAY
from benchmarks.reports import REPORTS
from benchmarks.result import Benchmark, Outcome, Plan, in_words, keep, markdown, plain
from benchmarks.row import ROW
from benchmarks.scanner import SCANNER
from benchmarks.sip2_server import SIP2_SERVER
from benchmarks.start import START

BENCHMARKS = {
    benchmark.name: benchmark
    for benchmark in (
        START,
        ROW,
        INGEST,
        BACKLOG,
        DERIVE,
        IMPORT,
        CODEC,
        CHECKOUT,
        REPLAY,
        SIP2_SERVER,
        LIVE,
        SCANNER,
        IDLE_CAMERA,
        DOOR,
        PILE,
        READER_FRAMES,
        GRID,
        REPORTS,
    )
}


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Ours beside what one would use instead, in pairs, the noise measured in the same run.",
        epilog="Example: python -m benchmarks start ingest --markdown",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="Which; all of them when none is named.")
    parser.add_argument("--list", action="store_true", help="Name them and the questions they answer.")
    parser.add_argument("--quick", action="store_true", help="As little as shows that they work; no figure to quote.")
    parser.add_argument("--markdown", action="store_true", help="Print the tables in Markdown.")
    parser.add_argument("--out", type=Path, default=Path("bench-out"), help="Folder for raw samples (%(default)s).")
    given = parser.parse_args(arguments)
    unknown = [name for name in given.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    if given.list:
        for benchmark in BENCHMARKS.values():
            print(f"{benchmark.name:8} {benchmark.question}")
        return 0
    given.out.mkdir(parents=True, exist_ok=True)
    void = False
    for name in given.names or BENCHMARKS:
        outcome = _run(BENCHMARKS[name], given.out, quick=given.quick)
        _print(BENCHMARKS[name], outcome, given.out, as_markdown=given.markdown, quick=given.quick)
        void |= outcome.void
    return 1 if void else 0


def _run(benchmark: Benchmark, out: Path, *, quick: bool) -> Outcome:
    """In a folder beside the results, so that it is the disk that one asked for and not memory behind ``/tmp``."""
    print(f"{benchmark.name}: running …", file=sys.stderr, flush=True)
    began, load = time.monotonic(), os.getloadavg()[0]
    work = Path(tempfile.mkdtemp(prefix=f"{benchmark.name}-", dir=out)).resolve()
    try:
        outcome = benchmark.run(Plan(work, quick))
        run = {
            "load": f"{load:.2f} before, {os.getloadavg()[0]:.2f} after",
            "command": f"python -m benchmarks {benchmark.name}{' --quick' if quick else ''}",
            "seconds": f"{time.monotonic() - began:.0f}",
        }
        return replace(outcome, facts=outcome.facts | machine.facts(work) | run)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _print(benchmark: Benchmark, outcome: Outcome, out: Path, *, as_markdown: bool, quick: bool) -> None:
    path = keep(outcome, out)
    print(f"{'## ' if as_markdown else ''}{benchmark.name}: {benchmark.question}\n")
    if quick:
        print("A quick run: too few samples for any figure to be quoted.\n")
    print(in_words(outcome, markdown if as_markdown else plain))
    print(f"\nRaw samples: {path}\n", flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
