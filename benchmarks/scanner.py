"""A flood of scans on a serial line, taken in beside pyserial's own ``read_until``, which one would use instead.

10 000 texts a burst, as fast as the line's far end can give them, from an emulated scanner on a pty. Both sides cut
them at the carriage return; every text that came out is compared with what went in. What a kiosk does with such a
flood afterwards (drop all but a few, :mod:`devices.scanner.limit`) is left out: the point is that it can keep up.
"""

from __future__ import annotations

import select
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import serial

from benchmarks.paired import Side, compare_all, median
from benchmarks.result import Benchmark, Outcome, Plan, Table
from devices.emulators.scanner import ScannerEmulator
from devices.scanner.framer import Framer
from devices.scanner.lines import open_serial
from devices.scanner.settings import ScannerSettings


def ours(emulator: ScannerEmulator, texts: list[str]) -> Side:
    """The kiosk's line and framer, waited on as its thread does."""
    settings = ScannerSettings(port=emulator.port, terminator="CR")

    def take() -> list[str]:
        line = open_serial(settings, emulator.port)
        try:
            poll = select.poll()
            poll.register(line.fileno(), select.POLLIN)
            framer = Framer(settings)
            found: list[str] = []
            with _flooding(emulator, texts):
                while len(found) < len(texts) and poll.poll(5000):
                    found += [text.text for text in framer.receive(time.monotonic(), line.read())]
            return found
        finally:
            line.close()

    return Side("this project's scanner", take, _check(texts))


def peer(emulator: ScannerEmulator, texts: list[str]) -> Side:
    """``Serial.read_until``, the usual loop."""

    def take() -> list[str]:
        with serial.Serial(emulator.port, 9600, timeout=5) as port, _flooding(emulator, texts):
            found: list[str] = []
            while len(found) < len(texts) and (data := port.read_until(b"\r")):
                found.append(data.decode().strip())
            return found

    return Side("pyserial read_until", take, _check(texts))


@contextmanager
def _flooding(emulator: ScannerEmulator, texts: list[str]) -> Iterator[None]:
    """Send the burst on a thread while the block runs."""
    data = "".join(f"{text}\r" for text in texts).encode()
    thread = threading.Thread(target=emulator.flood, args=(data,))
    thread.start()
    yield
    thread.join()


def _check(texts: list[str]) -> Callable[[list[str]], str]:
    return lambda found: "" if found == texts else f"{len(found)} texts of {len(texts)} came, or came changed"


def run(plan: Plan) -> Outcome:
    """Bursts, each taken in whole."""
    texts = [f"B{number:05d}" for number in range(plan.choose(10_000, 500))]
    # A port's name should be short, and a link needs no disk.
    with tempfile.TemporaryDirectory(prefix="scan-") as folder, ScannerEmulator(Path(folder) / "port") as emulator:
        theirs, mine = peer(emulator, texts), ours(emulator, texts)
        pairs, warmup = plan.choose(30, 2), plan.choose(2, 0)
        wall, cpu = compare_all(theirs, mine, metrics=("wall", "cpu"), pairs=pairs, warmup=warmup)
    rows = tuple(
        (
            name,
            f"{len(texts) / median(wall, side, 'wall'):,.0f}",
            f"{median(cpu, side, 'cpu') / len(texts) * 1e6:.1f} µs",
        )
        for side, name in ((0, theirs.name), (1, mine.name))
    )
    reports = {f"time for {len(texts)} scans": wall, f"CPU for {len(texts)} scans": cpu}
    return Outcome("scanner", reports, Table(("side", "scans/s", "CPU a scan"), rows), {"line": "a pty, not slowed"})


SCANNER = Benchmark(
    "scanner", "How many scans a second can a serial scanner's thread take in, beside pyserial alone?", run
)
