"""A branch and its headquarters, two real brokers from our own files: nothing is lost, nothing comes back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broker_config import generate, ready
from broker_config.plan import Bridge, Dialect, Listener, Plan, Role, Tls
from broker_config.ports import free_port
from broker_config.process import Child

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
