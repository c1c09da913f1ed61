"""A door that has written rows for days, and the broker's session that holds them for the collector."""

from __future__ import annotations

import json
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from collector.mqtt import SESSION_S, WINDOW
from collector.settings import BrokerSettings
from devices.contract import ROOT, Leaf, topic

SITE, DEVICE = "kota", "pintu-1"
PATIENCE_S = 60.0
#: 2026-01-05 00:00:00 UTC; a row a minute from here on.
FIRST_MS = 1_767_571_200_000
_PERIOD = 7


def entered(seq: int) -> int:
    """People who came in during the interval of a row; the outgoing ones follow a different beat."""
    return seq % _PERIOD


def left(seq: int) -> int:
    """People who went out during the interval of a row."""
    return (seq + 3) % _PERIOD


@dataclass(frozen=True)
class Login:
    """The collector's way to the broker."""

    port: int
    password_file: Path

    def settings(self) -> BrokerSettings:
        """As in the collector's file."""
        return BrokerSettings(port=self.port, user="collector", password_file=str(self.password_file))

    def client(self) -> Client:
        """A client with the collector's identity, not yet connected."""
        client = Client(CallbackAPIVersion.VERSION2, self.settings().client_id, protocol=MQTTProtocolVersion.MQTTv5)
        client.username_pw_set("collector", self.password_file.read_text(encoding="utf-8"))
        return client

    def connect(self, client: Client, *, anew: bool) -> None:
        """Connect into the kept session, or into an empty new one; the client's thread runs from here on."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_S
        properties.ReceiveMaximum = WINDOW
        client.connect("127.0.0.1", self.port, keepalive=30, clean_start=anew, properties=properties)
        client.loop_start()


class Feed:
    """The device. Its client publishes the rows and hears the acknowledgements."""

    def __init__(self, folder: Path, port: int) -> None:
        secret = folder / "collector-password"
        secret.write_text("c", encoding="utf-8")
        self.login = Login(port, secret)
        self.epoch = ""
        self._port = port
        self._acked: tuple[str, int] = ("", 0)
        self._news = threading.Condition()
        self._client = Client(CallbackAPIVersion.VERSION2, DEVICE, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.username_pw_set(DEVICE, "p")
        self._client.max_inflight_messages_set(WINDOW)
        self._client.on_message = self._heard

    def __enter__(self) -> Feed:
        subscribed = threading.Event()
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        self._client.subscribe(topic(SITE, DEVICE, Leaf.ACK), qos=1)
        _wait(subscribed, "the device's subscription")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def fill(self, rows: int, in_message: int) -> None:
        """Empty the collector's session, and publish ``rows`` rows of a new epoch into it."""
        empty_session(self.login)
        self.publish(rows, in_message)

    def publish(self, rows: int, in_message: int) -> None:
        """Publish ``rows`` rows of a new epoch."""
        self.epoch = uuid.uuid4().hex[:16]
        where = topic(SITE, DEVICE, Leaf.RECORDS)
        sent = [
            self._client.publish(where, self._message(first, min(first + in_message, rows + 1)), qos=1)
            for first in range(1, rows + 1, in_message)
        ]
        for each in sent:
            each.wait_for_publish(PATIENCE_S)

    def sums(self, rows: int) -> tuple[int, int]:
        """People in and out over so many rows."""
        return sum(map(entered, range(1, rows + 1))), sum(map(left, range(1, rows + 1)))

    def wait_for_ack(self, seq: int, patience_s: float) -> bool:
        """Return when the device was told that all up to ``seq`` is committed; whether that came in time."""
        with self._news:
            return self._news.wait_for(lambda: self._acked == (self.epoch, seq), patience_s)

    def _heard(self, _client: Client, _data: Any, message: Any) -> None:
        if message.payload:
            ack = json.loads(message.payload)
            with self._news:
                self._acked = (ack["epoch"], ack["seq"])
                self._news.notify_all()

    def _message(self, first: int, end: int) -> bytes:
        return json.dumps([self.row(seq) for seq in range(first, end)], separators=(",", ":")).encode()

    def row(self, seq: int) -> dict[str, object]:
        """A row of the present epoch."""
        return row(self.epoch, seq)


def row(epoch: str, seq: int, first_ms: int = FIRST_MS) -> dict[str, object]:
    """A row of a door that has counted one minute; one a minute from ``first_ms`` on."""
    start = first_ms + seq * 60_000
    weeks, rest = divmod(seq, _PERIOD)
    whole = weeks * sum(range(_PERIOD))
    return {
        "epoch": epoch, "seq": seq, "boot": "b1", "bt0": seq * 60_000, "bt1": seq * 60_000 + 59_000,
        "t0": start, "t1": start + 59_000, "clk": "synced", "kind": "count", "v": 1,
        "body": {
            "in": entered(seq), "out": left(seq), "tb": 0, "amb": 0, "glitch": 0,
            "IN": whole + sum(map(entered, range(1, rest + 1))),
            "OUT": whole + sum(map(left, range(1, rest + 1))),
        },
    }  # fmt: skip


def empty_session(login: Login) -> None:
    """Leave the broker with an empty session of the collector's that keeps what comes from now on."""
    subscribed = threading.Event()
    client = login.client()
    client.on_subscribe = lambda *_: subscribed.set()
    login.connect(client, anew=True)
    client.subscribe(f"{ROOT}/#", options=SubscribeOptions(qos=1, noLocal=True))
    _wait(subscribed, "the collector's subscription")
    client.disconnect()
    client.loop_stop()


def _wait(event: threading.Event, what: str) -> None:
    if not event.wait(PATIENCE_S):
        raise TimeoutError(f"{what} did not come within {PATIENCE_S:.0f} s")
