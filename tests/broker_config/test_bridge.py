"""A branch and its headquarters, two real brokers from our own files: nothing is lost, nothing comes back."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broker_config import generate, ready
from broker_config.plan import Bridge, Dialect, Listener, Plan, Role, Tls
from broker_config.ports import free_port
from broker_config.process import Child
from devices.contract import Count, Info, Kind
from devices.link.clock import SystemClock
from devices.link.delivery import Limits
from devices.link.ledger import Ledger
from devices.link.mqtt import Link
from devices.link.settings import LinkSettings

Talk = Callable[..., Any]
Eventually = Callable[[Callable[[], bool]], None]
HERE = "pustaka/v1/palaran"
COUNT = 200


class Broker:
    """One broker made by ``generate.write``."""

    def __init__(self, mosquitto: Path, plan: Plan) -> None:
        self.plan = plan
        self.written = generate.write(plan, force=False, random=os.urandom)
        self._command = [str(mosquitto), "-c", str(plan.config)]
        self._child: Child | None = None

    @property
    def port(self) -> int:
        return self.plan.listeners[0].port

    def password(self, name: str) -> str:
        return (self.written.credentials / name).read_text()

    def start(self) -> None:
        self._child = ready.start(self._command, self.port, self.plan.folder / "log", 10.0)

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self._child:
            self._child.end(how, 5.0)


def _plan(folder: Path, role: Role) -> Plan:
    return Plan(
        role,
        Dialect.V20,
        folder,
        folder / "data",
        (Listener(free_port()),),
        devices=("pintu-1",),
        autosave_s=1,
        autosave_on_changes=True,
        run_as="root" if os.geteuid() == 0 else "",
    )


@pytest.fixture
def pair(mosquitto: Path, tmp_path: Path) -> Iterator[tuple[Broker, Broker]]:
    """Headquarters and branch, both running."""
    top = Broker(mosquitto, replace(_plan(tmp_path / "top", Role.HEADQUARTERS), branches=("palaran",)))
    up = Bridge("127.0.0.1", top.password("bridge.palaran"), top.port, tls=False)
    low = Broker(mosquitto, replace(_plan(tmp_path / "low", Role.BRANCH), site="palaran", bridge=up))
    # The generator's pause before a new attempt is meant for years, not for a test.
    low.plan.config.write_text(low.plan.config.read_text().replace("restart_timeout 5 60", "restart_timeout 1"))
    top.start()
    low.start()
    yield top, low
    low.end()
    top.end()


def _talk(talk: Talk, broker: Broker, user: str) -> Any:
    return talk(broker.port, user, broker.password(user))


def test_orders_come_down_records_go_up_and_nothing_returns(pair: tuple[Broker, Broker], talk: Talk) -> None:
    top, low = pair
    above = _talk(talk, top, "watch").hear("pustaka/#")
    assert above.until(f"{HERE}/bridge/status")[-1] == (f"{HERE}/bridge/status", "1")
    door = _talk(talk, low, "pintu-1").hear(f"{HERE}/pintu-1/ack", f"{HERE}/pintu-1/config")
    below = _talk(talk, low, "watch").hear("pustaka/#")

    _talk(talk, top, "collector").say(f"{HERE}/pintu-1/ack", "1", retain=True)
    _talk(talk, top, "admin").say(f"{HERE}/pintu-1/config", "2", retain=True)
    assert {door.next(), door.next()} == {(f"{HERE}/pintu-1/ack", "1"), (f"{HERE}/pintu-1/config", "2")}
    door.say(f"{HERE}/pintu-1/status", "online", retain=True)
    door.say(f"{HERE}/pintu-1/records", "[]")
    ours = [topic for topic, _ in above.until(f"{HERE}/pintu-1/records") if "/pintu-1/" in topic]
    assert sorted(ours) == sorted(f"{HERE}/pintu-1/{leaf}" for leaf in ("ack", "config", "status", "records"))
    theirs = [topic for topic, _ in below.until(f"{HERE}/pintu-1/records") if "/pintu-1/" in topic]
    assert sorted(theirs) == sorted(ours)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_what_is_said_while_headquarters_is_down_arrives_later(
    pair: tuple[Broker, Broker], talk: Talk, absent: Any, how: signal.Signals, eventually: Eventually
) -> None:
    top, low = pair
    _talk(talk, top, "watch").hear(f"{HERE}/bridge/status").until(f"{HERE}/bridge/status")
    collector = absent(top.port, top.password("collector"), "pustaka/v1/+/+/records")
    top.end(signal.SIGTERM)
    door = _talk(talk, low, "pintu-1")
    for number in range(COUNT):
        door.say(f"{HERE}/pintu-1/records", str(number))
    # Mosquitto saves as a message comes in, before it is queued for the bridge: the newest is the one not yet safe.
    door.say(f"{HERE}/pintu-1/status", "online", retain=True)
    store = low.plan.data / "mosquitto.db"
    eventually(lambda: store.exists() and b"pintu-1/statusonline" in store.read_bytes())
    low.end(how)
    low.start()
    top.start()
    # A bridge may send twice what it is not sure of; the ledger's numbers make that harmless.
    assert set(collector.come_back(lambda got: len(set(got)) == COUNT)) == {str(number) for number in range(COUNT)}
    # Nor does an old "0" of the time without a line come after the "1".
    assert _talk(talk, top, "watch").hear(f"{HERE}/bridge/status").next() == (f"{HERE}/bridge/status", "1")


ROWS = 2_000


@pytest.fixture
def desk(pair: tuple[Broker, Broker], tmp_path: Path) -> Iterator[Path]:
    """The store of a real collector at headquarters."""
    top, _ = pair
    store = tmp_path / "desk.sqlite"
    secret = top.written.credentials / "collector"
    where = ["--broker", f"127.0.0.1:{top.port}", "--user", "collector", "--password-file", str(secret)]
    command = [sys.executable, "-m", "pustaka", "collector", *where, "--store", str(store), "--web", "none"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield store
    process.kill()
    process.wait()


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """A door's, in memory where there is such a place: here it is the line that is tried, not the disk."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        made = Ledger(Path(name) / "ledger.sqlite", SystemClock(trusted=True))
        yield made
        made.close()


def kept(store: Path) -> int:
    """Rows at the desk."""
    if not store.exists():
        return 0
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM record").fetchone()[0])


def test_two_thousand_rows_cross_a_line_that_was_cut_and_their_ack_comes_back(
    pair: tuple[Broker, Broker], desk: Path, ledger: Ledger, talk: Talk, eventually: Eventually
) -> None:
    """Headquarters is away while a door's ledger is sent to the branch, whose broker is killed meanwhile."""
    top, low = pair
    ledger.append(Kind.COUNT, Count(into=1))
    settings = LinkSettings(
        host="127.0.0.1", port=low.port, tls=False, site="palaran", device="pintu-1", backoff_max_s=0.2,
        password_file=str(low.written.credentials / "pintu-1"),
    )  # fmt: skip
    link = Link(
        settings, ledger, Info(kind="door", name="Pintu", software="1"), limits=Limits(backlog_per_s=50, stall_s=2.0)
    )
    link.start()
    try:
        eventually(lambda: ledger.backlog == 0)  # the line is good: the first row's ack has come down
        top.end(signal.SIGTERM)
        for _ in range(ROWS - 1):
            ledger.append(Kind.COUNT, Count(into=1))
        link.kick()
        last = str(ledger.last_seq).encode()
        store = low.plan.data / "mosquitto.db"
        eventually(lambda: store.exists() and b'"seq":' + last in store.read_bytes())
        low.end(signal.SIGKILL)
        low.start()
        assert kept(desk) < ROWS
        top.start()
        eventually(lambda: kept(desk) == ledger.last_seq)
        eventually(lambda: ledger.backlog == 0)
        assert ledger.totals()["in"] == ROWS
        above = _talk(talk, top, "watch").hear(f"{HERE}/#")
        below = _talk(talk, low, "watch").hear(f"{HERE}/#")
        _talk(talk, top, "admin").say(f"{HERE}/pintu-1/config", "1", retain=True)
        assert len(below.until(f"{HERE}/pintu-1/config")) > 0
        _talk(talk, top, "admin").say(f"{HERE}/pintu-1/config", "2", retain=True)
        _talk(talk, low, "pintu-1").say(f"{HERE}/pintu-1/log/info", "behind it")
        said = [text for topic, text in above.until(f"{HERE}/pintu-1/log/info") if topic.endswith("/config")]
        assert said == ["1", "2"]  # what came down does not go up again
    finally:
        link.stop()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed: no certificate to test with")
def test_a_device_comes_in_over_tls(mosquitto: Path, tmp_path: Path, talk: Talk) -> None:
    certificate, key = tmp_path / "server.pem", tmp_path / "server.key"
    request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    where = ["-addext", "subjectAltName=DNS:localhost", "-out", str(certificate), "-keyout", str(key)]
    subprocess.run(["openssl", *request.split(), *where], check=True, capture_output=True)
    secure = free_port()
    plan = _plan(tmp_path / "broker", Role.BRANCH)
    listeners = (*plan.listeners, Listener(secure, "127.0.0.1", Tls(certificate, key)))
    broker = Broker(mosquitto, replace(plan, listeners=listeners))
    broker.start()
    try:
        door = talk(secure, "pintu-1", broker.password("pintu-1"), ca=certificate)
        watch = _talk(talk, broker, "watch").hear("#")
        door.say(f"{HERE}/pintu-1/status", "online")
        assert watch.next() == (f"{HERE}/pintu-1/status", "online")
    finally:
        broker.end()
