"""The private broker's life: it starts, keeps what it was told, goes when its parent goes."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from broker_config import probe, program
from broker_config.errors import BrokerError, BrokerMissing, PlanError, PortTaken
from broker_config.ports import free_port
from broker_config.private import PrivateBroker
from broker_config.process import Child

Talk = Callable[..., Any]
Eventually = Callable[[Callable[[], bool]], None]
STATUS = "pustaka/v1/kota/pintu-1/status"


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_what_was_retained_is_there_after_a_restart_on_the_same_port(
    broker: PrivateBroker, talk: Talk, eventually: Eventually, end: str
) -> None:
    door = talk(broker.port, "pintu-1")
    door.say(STATUS, "online", retain=True)
    port = broker.port
    if end == "kill":
        # A message is saved as it comes in, before it is retained; the one after it tells that it is safe.
        door.say("pustaka/v1/kota/pintu-1/info", "next", retain=True)
        saved = broker.folder / "data" / "mosquitto.db"
        eventually(lambda: saved.exists() and b"pintu-1/infonext" in saved.read_bytes())
    getattr(broker, end)()
    assert not broker.running
    assert broker.pid is None
    broker.start()
    assert broker.port == port
    assert talk(port, "watch").hear(STATUS).next() == (STATUS, "online")


def test_the_queue_of_an_absent_collector_survives_kill(
    broker: PrivateBroker, talk: Talk, absent: Any, eventually: Eventually
) -> None:
    collector = absent(broker.port, "c-secret", "pustaka/v1/+/+/records")
    door = talk(broker.port, "pintu-1")
    for number in range(50):
        assert door.say("pustaka/v1/kota/pintu-1/records", str(number)) == "Success"
    # Mosquitto saves as a message comes in, before it is queued for anyone: the newest is the one not yet safe.
    door.say(STATUS, "online", retain=True)
    saved = broker.folder / "data" / "mosquitto.db"
    eventually(lambda: saved.exists() and b"pintu-1/statusonline" in saved.read_bytes())
    broker.kill()
    broker.start()
    assert collector.come_back(lambda got: len(got) == 50) == [str(number) for number in range(50)]


def test_starting_twice_is_starting_once(broker: PrivateBroker) -> None:
    pid = broker.pid
    broker.start()
    assert broker.pid == pid
    broker.restart()
    assert broker.pid not in (pid, None)


def test_a_taken_port_is_named(mosquitto: Path, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} is taken .* Choose another port"):
            PrivateBroker(tmp_path, {"watch": "w"}, port).start()


def test_another_broker_on_the_port_is_not_taken_for_ours(broker: PrivateBroker, tmp_path: Path) -> None:
    with pytest.raises(PortTaken):
        PrivateBroker(tmp_path / "second", {"watch": "w"}, broker.port).start()


def test_a_missing_mosquitto_names_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(program, "_SBIN", ())
    with pytest.raises(BrokerMissing, match="sudo apt install mosquitto"):
        PrivateBroker(tmp_path, {"watch": "w"}).start()


def test_mosquitto_is_found_outside_an_ordinary_path(
    mosquitto: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program.find() == mosquitto


@pytest.mark.parametrize("name", ["Pintu", "a/b", "+", "#", "", "x" * 33, "bridge"])
def test_a_name_no_device_may_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PlanError, match="device"):
        PrivateBroker(tmp_path, {name: "secret"})


def test_an_empty_password_is_refused(mosquitto: Path, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="empty password"):
        PrivateBroker(tmp_path, {"pintu-1": ""}).start()


def test_a_folder_that_cannot_be_made_is_named(mosquitto: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BrokerError, match="file/inside: this folder cannot be made"):
        PrivateBroker(tmp_path / "file" / "inside", {"watch": "w"}).start()


def test_a_broken_store_is_quoted_from_the_log(mosquitto: Path, tmp_path: Path) -> None:
    broker = PrivateBroker(tmp_path, {"watch": "w"})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mosquitto.db").write_bytes(b"\0\xb5\0mosquitto db" + b"\xff" * 40)
    with pytest.raises(BrokerError, match=r"mosquitto ended as soon as it was started; it said: .*broker\.log"):
        broker.start()


def test_the_broker_outlives_the_thread_that_started_it(mosquitto: Path, tmp_path: Path) -> None:
    broker = PrivateBroker(tmp_path, {"watch": "w"})
    starter = threading.Thread(target=broker.start)
    starter.start()
    starter.join(10)
    try:
        # Were it tied to that thread, the signal would already be on its way.
        assert probe.ask(broker.port, "watch", "w") == probe.ACCEPTED
        assert broker.running
    finally:
        broker.stop()


def test_the_broker_dies_with_a_killed_parent(mosquitto: Path, tmp_path: Path, eventually: Eventually) -> None:
    code = (
        "import sys, pathlib, threading\n"
        "from broker_config.private import PrivateBroker\n"
        "broker = PrivateBroker(pathlib.Path(sys.argv[1]), {'watch': 'w'})\n"
        "broker.start()\n"
        "print(broker.pid, flush=True)\n"
        "threading.Event().wait()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert _alive(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    eventually(lambda: not _alive(pid))


def test_a_child_that_ignores_a_request_is_ended_by_force(tmp_path: Path, eventually: Eventually) -> None:
    log = tmp_path / "log"
    deaf = "import signal as s; s.signal(s.SIGTERM, s.SIG_IGN); print('ready', flush=True); s.pause()"
    child = Child([sys.executable, "-c", deaf], log)
    eventually(lambda: log.read_text() == "ready\n")
    child.end(signal.SIGTERM, 0.05)
    assert child.ended.is_set()


def test_free_ports_lie_below_those_of_outgoing_connections() -> None:
    low = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(free_port() < low for _ in range(20)) or low <= 2048


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], int]]:
    """``answering(raw)``: the port of a server that answers one connection with these bytes."""
    servers: list[socket.socket] = []

    def make(raw: bytes) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def serve() -> None:
            wire, _ = server.accept()
            with wire:
                wire.recv(1024)
                wire.sendall(raw)

        threading.Thread(target=serve, daemon=True).start()
        return int(server.getsockname()[1])

    yield make
    for server in servers:
        server.close()


@pytest.mark.parametrize("raw", [b"", b"\x20", b"HTTP/1.1 400 Bad Request\r\n"])
def test_what_does_not_speak_mqtt_is_no_broker(answering: Callable[[bytes], int], raw: bytes) -> None:
    assert probe.ask(answering(raw)) is None


def test_nobody_there_is_no_broker() -> None:
    assert probe.ask(free_port()) is None


def test_a_connect_packet_is_that_of_the_standard() -> None:
    # MQTT 3.1.1, figures 3.2 to 3.6: name, level 4, clean session, keep-alive 10 s, client id.
    assert probe.connect_packet("ab") == b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x0a\x00\x02ab"
    assert probe.connect_packet("a", "u", "p")[9] == 0xC2
    assert probe.connect_packet("a" * 200)[:3] == b"\x10\xd4\x01"  # remaining length 212 in two bytes


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
