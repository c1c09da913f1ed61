"""A private Mosquitto, a collector in a process of its own, and a device that speaks raw MQTT."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from collector.store.open import is_url
from devices.contract import ROOT

DEADLINE_S = 15.0


def eventually(condition: Callable[[], object], what: str, deadline: float = DEADLINE_S) -> None:
    """Wait for a condition; fail with its name when it does not come."""
    until = time.monotonic() + deadline
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < until, f"it did not happen in {deadline} s: {what}"
        pause.wait(0.02)


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


class PrivateBroker:
    """Mosquitto on a free port, with its own empty data folder."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
        if program is None:
            pytest.skip("the program mosquitto is not installed (apt install mosquitto)")
        self._program = program
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
            "max_queued_messages 10000\nlog_type error\n"
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen([self._program, "-c", str(self._config)], stderr=subprocess.DEVNULL)
        eventually(lambda: _listens(self.port), "mosquitto listens")

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()


class PretendDevice:
    """A device in raw MQTT: it sends what it is told and keeps every ack it hears."""

    def __init__(self, port: int, site: str, device: str) -> None:
        self.root = f"{ROOT}/{site}/{device}"
        self.acks: list[dict[str, object]] = []
        self._client = Client(CallbackAPIVersion.VERSION2, device, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_message = self._heard
        self._client.on_connect = lambda client, *_: client.subscribe(f"{self.root}/ack", qos=1)
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        eventually(self._client.is_connected, "the pretend device connects")

    def _heard(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        if message.payload:
            self.acks.append(json.loads(message.payload))

    def send(self, leaf: str, content: object, *, retain: bool = False) -> None:
        payload = content if isinstance(content, bytes | str) else json.dumps(content)
        self._client.publish(f"{self.root}/{leaf}", payload, qos=1, retain=retain).wait_for_publish(10)

    @property
    def connected(self) -> bool:
        return self._client.is_connected()

    def acked(self, epoch: str, seq: int) -> bool:
        return (epoch, seq) in [(ack["epoch"], ack["seq"]) for ack in self.acks]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def _listening_since(store: str, moment: int) -> bool:
    ask = "SELECT max(listening_since) FROM desk"
    if is_url(store):
        with psycopg.connect(store) as server:
            row = server.execute(ask).fetchone()
    else:
        with closing(sqlite3.connect(store)) as connection:
            row = connection.execute(ask).fetchone()
    return row is not None and row[0] is not None and int(row[0]) >= moment


class CollectorProcess:
    """``pustaka collector`` as users start it."""

    def __init__(self, broker: int, store: Path | str, *options: str) -> None:
        started = time.time_ns() // 1_000_000
        command = [
            sys.executable,
            "-m",
            "pustaka",
            "collector",
            "--broker",
            f"127.0.0.1:{broker}",
            "--store",
            str(store),
        ]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            [*command, *(options or ("--web", "none"))], stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self.process.stdout is not None
        self.says = self.process.stdout.readline().strip()
        eventually(lambda: _listening_since(str(store), started), "the collector listens at the broker")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> float:
        """Ask it to end as systemd would; answers the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        return time.monotonic() - began
