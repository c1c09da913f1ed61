"""A million rows of a hundred doors, kept by the broker while the desk was away: how long until all is acknowledged?

The collector is the real process, started into its own kept session; the clock runs from its start until every door has
heard that its last row is committed. Publishing is not timed. *Current* is when every local day of the doors is derived
as well, which the collector does in its idle time. Memory is the process's own peak (``VmHWM``), Python and all.
Afterwards the store is looked at: every row once, every mark at the last one, and the sums of the quarter hours.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from benchmarks.feed import SITE, Login, empty_session, entered, left, row
from benchmarks.result import Benchmark, Outcome, Plan, Table
from broker_config.private import PrivateBroker
from collector.mqtt import WINDOW
from devices.contract import BATCH, ROOT, Leaf, topic

DOORS, ROWS, RUNS = 100, 10_000, 3
DEADLINE_S = 300.0
#: What we want to stay below.
SECONDS, MIB = 60.0, 200.0
_PLACE = "e" * 16  # of the epoch, in messages that are the same for every door but for it


@dataclass(frozen=True)
class Run:
    """What one run took: s until all was acknowledged, s until all was derived, MiB, CPU s, MiB of files; and whether
    something was wrong."""

    seconds: float
    current: float
    peak: float
    cpu: float
    stored: float
    wrong: str


class Doors:
    """Doors that have written rows for days, and one who listens to what they are told."""

    def __init__(self, broker: PrivateBroker, login: Login, names: tuple[str, ...], rows: int) -> None:
        self._broker = broker
        self._login = login
        self._names = names
        self.rows = rows
        self.epochs: dict[str, str] = {}
        self._left: set[str] = set()
        self.told = threading.Event()
        self._messages = [_message(first, min(first + BATCH, rows + 1), rows) for first in range(1, rows + 1, BATCH)]
        self._watch = _client("watch")
        self._watch.on_message = self._heard
        listening = threading.Event()
        self._watch.on_subscribe = lambda *_: listening.set()
        self._watch.connect("127.0.0.1", broker.port)
        self._watch.loop_start()
        self._watch.subscribe(f"{ROOT}/+/+/{Leaf.ACK}", qos=1)
        listening.wait(DEADLINE_S)

    def fill(self) -> None:
        """Put everything into the collector's emptied session, each door under a new epoch."""
        empty_session(self._login)
        self.epochs = {name: uuid.uuid4().hex[:16] for name in self._names}
        self._left = set(self._names)
        self.told.clear()
        for name in self._names:
            client = _client(name)
            client.max_inflight_messages_set(WINDOW)
            client.connect("127.0.0.1", self._broker.port)
            client.loop_start()
            where, epoch = topic(SITE, name, Leaf.RECORDS), self.epochs[name].encode()
            sent = [client.publish(where, each.replace(_PLACE.encode(), epoch), qos=1) for each in self._messages]
            for each in sent:
                each.wait_for_publish(DEADLINE_S)
            client.disconnect()
            client.loop_stop()

    def close(self) -> None:
        """Leave."""
        self._watch.disconnect()
        self._watch.loop_stop()

    def _heard(self, _client: Client, _data: Any, message: Any) -> None:
        if not message.payload:
            return
        ack, device = json.loads(message.payload), message.topic.split("/")[3]
        if ack["epoch"] == self.epochs.get(device) and ack["seq"] == self.rows:
            self._left.discard(device)
            if not self._left:
                self.told.set()

    def wrong(self, path: Path) -> str:
        """What is wrong with the store after a run."""
        doors, rows = len(self._names), self.rows
        into, out = (sum(each(seq) for seq in range(1, rows + 1)) * doors for each in (entered, left))
        with closing(sqlite3.connect(path)) as connection:
            found = [
                *connection.execute("SELECT count(*) FROM raw_row").fetchone(),
                *connection.execute("SELECT count(*), min(seq), max(seq) FROM mark").fetchone(),
                *connection.execute("SELECT sum(entered), sum(gone) FROM quarter_hour").fetchone(),
                *connection.execute("SELECT sum(raw_in), sum(raw_out) FROM day_fact WHERE device <> ''").fetchone(),
            ]
        expected = [doors * rows, doors, rows, rows, into, out, into, out]
        return "" if found == expected else f"the store has {found} instead of {expected}"


def _message(first: int, end: int, rows: int) -> bytes:
    """Rows of the last days, up to this minute: what a door sends that was cut off."""
    began = (int(time.time()) - (rows + 2) * 60) * 1000
    return json.dumps([row(_PLACE, seq, began) for seq in range(first, end)], separators=(",", ":")).encode()


def run(plan: Plan) -> Outcome:
    """The runs, one after the other, each into a new store."""
    doors, rows, runs = plan.choose(DOORS, 4), plan.choose(ROWS, 400), plan.choose(RUNS, 1)
    names = tuple(f"pintu-{number}" for number in range(1, doors + 1))
    secret = plan.folder / "collector-password"
    secret.write_text("c", encoding="utf-8")
    users = {"collector": "c", "watch": "p", **dict.fromkeys(names, "p")}
    found = []
    for number in range(runs):  # a broker of its own for each: one keeps the marks of the run before
        with PrivateBroker(plan.folder / f"broker-{number}", users) as broker:
            login = Login(broker.port, secret)
            listener = Doors(broker, login, names, rows)
            try:
                found.append(_run(plan.folder / f"desk-{number}.sqlite", login, listener))
            finally:
                listener.close()
    lines = tuple(_line(number, each, doors * rows) for number, each in enumerate(found, 1))
    head = ("run", "caught up", "rows/s", "figures current", "peak memory", "CPU", "store")
    wrong = "; ".join(each.wrong for each in found if each.wrong)
    slow = [each for each in found if each.seconds > SECONDS or each.peak > MIB]
    verdict = f"{len(found) - len(slow)} of {len(found)} runs within {SECONDS:.0f} s and {MIB:.0f} MiB"
    facts = {"rows": f"{doors} doors with {rows} each, {BATCH} in a message", "bounds": verdict}
    raw = {"seconds": [e.seconds for e in found], "peak MiB": [e.peak for e in found], "cpu": [e.cpu for e in found]}
    return Outcome("backlog", {}, Table(head, lines), facts, raw, wrong)


def _line(number: int, found: Run, rows: int) -> tuple[str, ...]:
    return (
        str(number), f"{found.seconds:.1f} s", f"{rows / found.seconds:,.0f}", f"{found.current:.1f} s",
        f"{found.peak:.0f} MiB", f"{found.cpu:.1f} s", f"{found.stored:.0f} MiB",
    )  # fmt: skip


def _run(path: Path, login: Login, doors: Doors) -> Run:
    doors.fill()
    command = [
        sys.executable, "-m", "pustaka", "collector", "--web", "none", "--store", str(path), "--user", "collector",
        "--password-file", str(login.password_file), "--broker", f"127.0.0.1:{login.port}",
    ]  # fmt: skip
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        told = doors.told.wait(DEADLINE_S)
        seconds = time.perf_counter() - began
        current = told and _until_current(path, DEADLINE_S)
        till = time.perf_counter() - began
        peak, cpu = _peak_mib(process.pid), _cpu_s(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    if not told or not current:
        what = "not every row was acknowledged" if not told else "not every day was derived"
        return Run(seconds, till, peak, cpu, 0.0, f"{what} within {DEADLINE_S:.0f} s")
    return Run(seconds, till, peak, cpu, path.stat().st_size / 2**20, doors.wrong(path))


def _until_current(path: Path, patience_s: float) -> bool:
    """Wait until nothing is left to be derived."""
    pause = threading.Event()
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        with (
            closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection,
            suppress(sqlite3.OperationalError),
        ):
            ask = "SELECT (SELECT count(*) FROM dirty) + (SELECT count(*) FROM dirty_day)"
            if connection.execute(ask).fetchone() == (0,):
                return True
        pause.wait(0.2)
    return False


def _peak_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _client(name: str) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(name, "p")
    return client


BACKLOG = Benchmark("backlog", "How long does a million rows of a hundred doors take, and how much memory?", run)
