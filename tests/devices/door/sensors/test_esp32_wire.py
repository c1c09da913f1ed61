"""The door on an ESP32 delivers to a real broker and a real collector, and its board's program is run."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from esp32_support import UTC, Walk, person

from devices.contract import Alert, Count, Health, Info, Totals, body, decode, decode_rows
from devices.door.esp32.beams import A, B
from devices.door.esp32.mqtt import Mqtt

ROOT = Path(__file__).parents[4]
#: MicroPython's Unix port does as well: PUSTAKA_MICROPYTHON=micropython runs the board's program by it.
PYTHON = [os.environ.get("PUSTAKA_MICROPYTHON", sys.executable)]


def connected(port: int, walk: Walk) -> None:
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    walk.door.online(Mqtt(sock, "pintu-1"), walk.now)


def test_a_real_broker_hears_the_contract(tmp_path: Path, broker, listen, wait_for) -> None:
    ear = listen(broker.port)
    walk = Walk(tmp_path, utc=UTC)
    walk.people("in", "out")
    walk.wait(5_000)
    connected(broker.port, walk)

    def heard(leaf: str) -> list[bytes]:
        walk.door.step(walk.now)
        return ear.of(leaf)

    wait_for(lambda: heard("/records") and heard("/totals"), "rows and totals arrive")
    assert ear.of("/status") == [b"online"]
    assert decode(ear.of("/info")[0], Info).epoch == walk.ledger.epoch
    assert decode(ear.of("/health")[0], Health).backlog == 2
    assert decode(ear.of("/totals")[0], Totals).values == {"in": 1, "out": 1}
    ear.publish("pustaka/v1/kota/pintu-1/ack", json.dumps({"epoch": walk.ledger.epoch, "seq": 2}).encode(), retain=True)
    wait_for(lambda: (walk.door.step(walk.now), walk.ledger.backlog() == 0)[1], "the ack arrives")
    ear.publish("pustaka/v1/kota/pintu-1/ack", b"{", retain=True)
    walk.people("in")
    walk.wait(5_000)
    wait_for(lambda: len(heard("/records")) == 2, "the next row arrives")
    before = len(ear.of("/records"))
    walk.now += 31_000  # no ack came: again
    wait_for(lambda: len(heard("/records")) == before + 1, "the row is sent again")
    walk.door.goodbye()
    wait_for(lambda: ear.of("/status")[-1] == b"offline", "it says goodbye")


def test_a_board_with_copied_flash_says_so_and_keeps_its_rows(tmp_path: Path, broker, listen, wait_for) -> None:
    ear = listen(broker.port)
    walk = Walk(tmp_path)
    walk.people("in")
    walk.wait(5_000)
    connected(broker.port, walk)
    wait_for(lambda: (walk.door.step(walk.now), ear.of("/records"))[1], "the row arrives")
    ack = {"epoch": walk.ledger.epoch, "seq": 1, "boot": "of the other board"}
    ear.publish("pustaka/v1/kota/pintu-1/ack", json.dumps(ack).encode(), retain=True)
    wait_for(lambda: (walk.door.step(walk.now), ear.of("/alert/ledger")[1:])[1], "the board says what it is")
    assert decode(ear.of("/alert/ledger")[-1], Alert).severity == "down"
    assert walk.ledger.backlog() == 1
    ack["boot"] = "boot1"
    ear.publish("pustaka/v1/kota/pintu-1/ack", json.dumps(ack).encode(), retain=True)
    wait_for(lambda: (walk.door.step(walk.now), walk.ledger.backlog() == 0)[1], "its own row's mark is obeyed")


def test_a_broker_that_goes_away_is_an_error_and_its_will_is_heard(tmp_path: Path, broker, listen, wait_for) -> None:
    ear = listen(broker.port)
    walk = Walk(tmp_path)
    sock = socket.create_connection(("127.0.0.1", broker.port), timeout=10)
    walk.door.online(Mqtt(sock, "pintu-1"), walk.now)
    wait_for(lambda: ear.of("/status") == [b"online"], "it is online")
    sock.close()  # without a word
    wait_for(lambda: ear.of("/status") == [b"online", b"offline"], "the last will is published")
    with pytest.raises(OSError):
        walk.door.step(walk.now)
    walk.door.offline()
    walk.people("in")
    walk.wait(5_000)
    assert walk.ledger.total_in == 1


class Peer:
    """Both ends of a socket: the far one answers what it is told, the near one gets it three bytes at a time."""

    def __init__(self, *answers: bytes) -> None:
        self._near, self._far = socket.socketpair()
        self._far.sendall(b"".join(answers))
        self.settimeout, self.setblocking, self.sendall = (
            self._near.settimeout, self._near.setblocking, self._near.sendall,
        )  # fmt: skip

    def recv(self, size: int) -> bytes:
        return self._near.recv(min(size, 3))

    def hang_up(self) -> None:
        self._far.close()

    def heard(self) -> bytes:
        return self._far.recv(4096)

    def close(self) -> None:
        self._near.close()
        self._far.close()


def test_a_password_is_sent_and_a_refusal_is_an_error() -> None:
    peer = Peer(b"\x20\x02\x00\x05")  # CONNACK: not authorised
    with pytest.raises(OSError, match="refuses: code 5"):
        Mqtt(peer, "pintu-1", "pintu-1", "rahasia").connect("t/status", b"offline")
    heard = peer.heard()
    assert heard[9] == 0xEE  # user, password, will retained, QoS 1, clean
    assert heard.endswith(b"\x00\x07pintu-1\x00\x07rahasia")
    peer.close()


def test_packets_come_in_any_pieces_and_a_long_one_is_put_together() -> None:
    text = b"x" * 300
    packet = b"\x32\xb1\x02\x00\x01t\x00\x07" + text  # PUBLISH, QoS 1, 305 bytes
    peer = Peer(b"\x20\x02\x00\x00", packet, b"\x40\x02\x00\x01", b"\x30\x04\x00\x01")
    mqtt = Mqtt(peer, "pintu-1")
    mqtt.connect("t/status", b"offline")
    mqtt.publish("t", b"1")
    peer.heard()
    assert mqtt.poll() == [("t", text)]
    assert mqtt.unacked == set()
    assert peer.heard() == b"\x40\x02\x00\x07"  # PUBACK of 7
    peer.hang_up()
    with pytest.raises(OSError, match="closed"):
        mqtt.poll()
    peer.close()


@pytest.fixture
def collector(tmp_path: Path, broker, wait_for) -> Iterator[Path]:
    store = tmp_path / "desk.sqlite"
    command = [sys.executable, "-m", "pustaka", "collector", "--web", "none", "--store", str(store)]
    process = subprocess.Popen([*command, "--broker", f"127.0.0.1:{broker.port}"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline()
    with closing(sqlite3.connect(store)) as db:
        asked = "SELECT 1 FROM desk WHERE listening_since IS NOT NULL"
        wait_for(lambda: db.execute(asked).fetchone(), "the collector listens", 60)
    yield store
    process.kill()
    process.wait()
    process.stdout.close()


def test_everybody_arrives_at_the_real_collector_over_power_cuts(
    tmp_path: Path, broker, collector: Path, wait_for
) -> None:
    truth = lost = 0
    for start in range(3):
        walk = Walk(tmp_path / "flash", f"boot{start}", UTC + start * 10_000_000)
        connected(broker.port, walk)
        for _ in range(30):
            walk.people("in")
            truth += 1
            walk.door.step(walk.now)
        if start == 2:
            walk.door.finish(walk.now)
            break
        while not walk.door.beams.sums["in"]:
            walk.people("in")
            truth += 1
        lost += walk.door.beams.sums["in"]  # power fails: the socket is left to die

    def arrived() -> bool:
        walk.now += 100  # what got lost with a connection is sent again after half a minute
        walk.door.step(walk.now)
        return walk.ledger.backlog() == 0

    wait_for(arrived, "all is acknowledged", 60)
    with sqlite3.connect(collector) as store:
        raws = [json.loads(raw) for (raw,) in store.execute("SELECT raw FROM record WHERE device = 'pintu-1'")]
    assert sum(row["body"].get("in", 0) for row in raws) == truth - lost
    assert sorted(row["seq"] for row in raws) == list(range(1, walk.ledger.seq + 1))
    assert 0 < lost <= 10


def test_the_program_of_the_board_counts_through_a_power_cut(tmp_path: Path, broker, listen, wait_for) -> None:
    """``main.py`` itself, on an emulated board, twice; the second time it sends what the first could not."""
    ear = listen(broker.port)
    settings = {
        "wifi": "x", "wifi_password": "x", "host": "127.0.0.1", "site": "kota", "device": "pintu-1", "a": 32, "b": 33,
        "row_s": 1.5,
    }  # fmt: skip

    def power(seconds: float, port: int, *ways: str) -> None:
        edges = [edge for n, way in enumerate(ways) for edge in person(100 + 600 * n, way)]
        pins = [(ms, {A: 32, B: 33}[beam], int(not broken)) for ms, beam, broken in edges]
        (tmp_path / "edges.json").write_text(json.dumps(pins))
        (tmp_path / "door.json").write_text(json.dumps(settings | {"port": port}))
        program = ROOT / "devices" / "emulators" / "esp32_board.py"
        environment = os.environ | {"PYTHONPATH": str(ROOT), "MICROPYPATH": str(ROOT)}
        command = [*PYTHON, str(program), str(seconds)]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=60)

    power(4.0, 1, "in", "in", "out")  # nobody listens there
    assert not ear.of("/records")
    power(1.2, broker.port, "in")  # the last one is in no row yet when power goes
    wait_for(lambda: ear.of("/records") and ear.of("/status")[-1] == b"offline", "rows and the last will arrive")
    rows = [item.row for payload in ear.of("/records") for item in decode_rows(payload) if item.row is not None]
    counts = [body(row) for row in rows if row.kind == "count"]
    assert [(count.into, count.out, count.total_in) for count in counts if isinstance(count, Count)] == [(2, 1, 2)]
    assert len({row.boot for row in rows}) == 1
