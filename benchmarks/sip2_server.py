"""Exchanges a second at 1, 8 and 64 terminals: our SIP2 server beside that of the Python package pysip2.

Two loads: *questions* (23 and 17 in turn) and *loans* (11 and 09 in turn). Three servers, each a process of its own:
ours over an embedded library, where each loan and return is durable before it is answered (WAL, ``synchronous=FULL``);
ours over dictionaries; pysip2's with handlers over dictionaries, which is the least such a server can do. Ratios are
formed between the last two, whose guarantees are the same; and, for what durability and loan rules cost, between the
first and the last. All speak over loopback without TLS, with sequence numbers and checksums.

With ``PUSTAKA_SIPSERVER`` naming a checkout of Evergreen's SIPServer (Perl, a process for each terminal, its sample
library in memory) that is compared too; with ``PUSTAKA_SIPSERVER_CONFIG`` its configuration, which must have the port
16001 and start 70 children at once (PreFork, ``min_servers``): it would take its time over more.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from benchmarks.children.sip2_servers import LOGIN, PASSWORD
from benchmarks.paired import Report, Side, compare_all, median
from benchmarks.result import Benchmark, Outcome, Plan, Table, quantile
from benchmarks.sip2_terminals import Asked, Names, Terminals
from benchmarks.start import ROOT

#: terminals, exchanges of each in one run, pairs
SIZES = ((1, 400, 12), (8, 100, 12), (64, 20, 12))
LOADS = ("questions", "loans")
_OURS = Names(LOGIN, PASSWORD, "SMD", "A{:02}", "B{:02}")
_EVERGREEN = Names("scclient", "clientpwd", "UWOLS", "djfiander", "1565921879")
_EVERGREEN_PORT = 16001


@dataclass
class Server:
    """A running server: how it is called in the tables, and where it listens."""

    name: str
    port: int
    names: Names
    process: subprocess.Popen[str]

    @property
    def memory_mib(self) -> float:
        """What the process and its children hold now; pages that they share count once."""
        return sum(_share_kib(each) for each in _family(self.process.pid)) / 1024

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        else:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def python_server(which: str, name: str, folder: Path) -> Server:
    """One of ``benchmarks.children.sip2_servers``."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.children.sip2_servers", which, str(folder / which)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"the server {name!r} did not start")
    return Server(name, json.loads(line)["port"], _OURS, process)


def evergreen(checkout: Path, config: Path) -> Server:
    """Evergreen's SIPServer, as its own script starts it."""
    process = subprocess.Popen(
        ["perl", "-I.", "SIPServer.pm", str(config)],
        cwd=checkout,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    server = Server("Evergreen SIPServer, sample library in memory", _EVERGREEN_PORT, _EVERGREEN, process)
    for _ in range(100):
        try:
            terminals = Terminals(server.port, server.names, 1)
            terminals.open()
            terminals.close()
            return server
        except OSError:
            time.sleep(0.1)
    server.__exit__(None, None, None)
    raise RuntimeError("Evergreen's SIPServer did not answer on port 16001")


def side(server: Server, terminals: Terminals, load: str, each: int) -> Side:
    """One run: every terminal has its exchanges answered."""
    ask: Callable[[int], Asked] = terminals.questions if load == "questions" else terminals.loans

    def told(asked: Asked) -> dict[str, float]:
        return {"p99": quantile(asked.seconds, 0.99), "p50": quantile(asked.seconds, 0.5)}

    return Side(server.name, lambda: ask(each), lambda asked: asked.wrong, told=told)


def run(plan: Plan) -> Outcome:
    """Every load at every number of terminals."""
    reports: dict[str, Report] = {}
    rows: list[tuple[str, ...]] = []
    with ExitStack() as stack:
        peer, memory, ours = (
            stack.enter_context(python_server(which, name, plan.folder))
            for which, name in (
                ("pysip2", "pysip2, in memory"),
                ("memory", "ours, in memory"),
                ("ours", "ours, library, durable"),
            )
        )
        pairs = [(peer, memory), (peer, ours)]
        checkout = os.environ.get("PUSTAKA_SIPSERVER")
        if checkout:
            config = Path(os.environ.get("PUSTAKA_SIPSERVER_CONFIG", f"{checkout}/SIPconfig.xml"))
            pairs.append((stack.enter_context(evergreen(Path(checkout), config)), ours))
        for count, each, repeats in SIZES:
            for load in LOADS:
                for first, second in pairs:
                    _compare(plan, first, second, load, (count, each, repeats), reports, rows)
        servers = {server.name: server for pair in pairs for server in pair}
        held = {f"memory after it, {name}": f"{server.memory_mib:.0f} MiB" for name, server in servers.items()}
    head = ("terminals", "load", "side", "exchanges/s", "p50", "p99")
    return Outcome("sip2", reports, Table(head, tuple(rows)), held | {"line": "loopback, plain, checksums"})


def _compare(
    plan: Plan,
    peer: Server,
    ours: Server,
    load: str,
    size: tuple[int, int, int],
    reports: dict[str, Report],
    rows: list[tuple[str, ...]],
) -> None:
    count, each, pairs = size
    each = plan.choose(each, 10)
    with ExitStack() as stack:
        lines = []
        for server in (peer, ours):
            terminals = Terminals(server.port, server.names, count)
            stack.callback(terminals.close)
            terminals.open()
            lines.append(terminals)
        sides = [side(server, line, load, each) for server, line in zip((peer, ours), lines, strict=True)]
        (wall,) = compare_all(*sides, metrics=("wall",), pairs=plan.choose(pairs, 2), warmup=plan.choose(2, 1))
    reports[f"{load}, {count} terminals: {ours.name} beside {peer.name}"] = wall
    for place, server in enumerate((peer, ours)):
        row = (
            f"{count}",
            load,
            server.name,
            f"{count * each / median(wall, place, 'wall'):,.0f}",
            f"{median(wall, place, 'p50') * 1e3:.2f} ms",
            f"{median(wall, place, 'p99') * 1e3:.2f} ms",
        )
        rows.append(row)


def _family(pid: int) -> list[int]:
    """The process and its children."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(int(child) for child in children)]


def _share_kib(pid: int) -> int:
    """Proportional set size."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


SIP2_SERVER = Benchmark(
    "sip2", "How many SIP2 exchanges a second, and how late the slowest, beside the server of the package pysip2?", run
)
