"""A real Mosquitto for every test that needs one, and a client that waits for conditions instead of sleeping."""

from __future__ import annotations

import queue
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from broker_config import program
from broker_config.errors import BrokerMissing
from broker_config.private import PrivateBroker

DEADLINE_S = 60.0
USERS = {"collector": "c-secret", "admin": "a-secret", "watch": "w-secret", "pintu-1": "p1-secret", "pintu-2": "p2"}


class Talker:
    """A connected MQTT 5 client: reason codes of what it publishes, a queue of what it receives."""

    def __init__(self, port: int, user: str, password: str, ca: Path | None = None) -> None:
        self.inbox: queue.Queue[mqtt.MQTTMessage] = queue.Queue()
        self._acks: dict[int, ReasonCode] = {}
        self._changed = threading.Condition()
        self._connected: ReasonCode | None = None
        self._subscribed: list[ReasonCode] | None = None
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, f"{user}-test-{id(self)}", protocol=mqtt.MQTTv5)
        self.client.username_pw_set(user, password)
        if ca:
            self.client.tls_set(str(ca), cert_reqs=ssl.CERT_REQUIRED)
        self.client.on_connect = self._on_connect
        self.client.on_publish = self._on_publish
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = lambda _client, _data, message: self.inbox.put(message)
        self.client.connect("localhost" if ca else "127.0.0.1", port)
        self.client.loop_start()
        self.wait(lambda: self._connected is not None)
        assert self._connected is not None
        assert not self._connected.is_failure, str(self._connected)

    def wait(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, DEADLINE_S), "nothing happened before the deadline"

    def say(self, topic: str, payload: str | bytes, retain: bool = False) -> str:
        """Publish with QoS 1 and return the broker's reason in words."""
        number = self.client.publish(topic, payload, qos=1, retain=retain).mid
        self.wait(lambda: number in self._acks)
        return str(self._acks[number])

    def hear(self, *filters: str) -> Talker:
        self._subscribed = None
        self.client.subscribe([(name, mqtt.SubscribeOptions(qos=1)) for name in filters])
        self.wait(lambda: self._subscribed is not None)
        return self

    def next(self) -> tuple[str, str]:
        message = self.inbox.get(timeout=DEADLINE_S)
        return message.topic, message.payload.decode()

    def until(self, topic: str) -> list[tuple[str, str]]:
        """Everything received up to and including the first message on ``topic``."""
        got = [self.next()]
        while got[-1][0] != topic:
            got.append(self.next())
        return got

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _on_connect(
        self, _client: mqtt.Client, _data: object, _flags: object, reason: ReasonCode, _more: Properties | None
    ) -> None:
        with self._changed:
            self._connected = reason
            self._changed.notify_all()

    def _on_publish(
        self, _client: mqtt.Client, _data: object, number: int, reason: ReasonCode, _more: Properties | None
    ) -> None:
        with self._changed:
            self._acks[number] = reason
            self._changed.notify_all()

    def _on_subscribe(
        self, _client: mqtt.Client, _data: object, _number: int, reasons: list[ReasonCode], _more: Properties | None
    ) -> None:
        with self._changed:
            self._subscribed = reasons
            self._changed.notify_all()


class Absent:
    """A collector whose session the broker keeps while it is away (MQTT 3.1.1, QoS 1)."""

    def __init__(self, port: int, password: str, topic: str) -> None:
        self.inbox: queue.Queue[str] = queue.Queue()
        self._subscribed = threading.Event()
        self._port, self._password, self._topic = port, password, topic
        self.client = self._connect()
        assert self._subscribed.wait(DEADLINE_S)
        self.leave()

    def _connect(self) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, "collector", clean_session=False, protocol=mqtt.MQTTv311)
        client.username_pw_set("collector", self._password)
        client.on_message = lambda _client, _data, message: self.inbox.put(message.payload.decode())
        client.on_subscribe = lambda *_: self._subscribed.set()
        if not self._subscribed.is_set():
            client.on_connect = lambda *_: client.subscribe(self._topic, qos=1)
        client.connect("127.0.0.1", self._port)
        client.loop_start()
        return client

    def come_back(self, enough: Callable[[list[str]], bool]) -> list[str]:
        """What was kept, read until it is ``enough``; the subscription is not made again."""
        self.client = self._connect()
        got: list[str] = []
        try:
            while not enough(got):
                got.append(self.inbox.get(timeout=DEADLINE_S))
        finally:
            self.leave()
        return got

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def absent() -> type[Absent]:
    """``absent(port, password, topic)``, then ``come_back``."""
    return Absent


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """``eventually(condition)`` returns when it holds, and fails the test at the deadline."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline, "it did not happen before the deadline"
            threading.Event().wait(0.02)

    return wait


@pytest.fixture(scope="session")
def mosquitto() -> Path:
    try:
        return program.find()
    except BrokerMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def broker(mosquitto: Path, tmp_path: Path) -> Iterator[PrivateBroker]:
    with PrivateBroker(tmp_path / "broker", USERS, autosave_s=1, autosave_on_changes=True) as running:
        yield running


@pytest.fixture
def talk() -> Iterator[Callable[..., Talker]]:
    """``talk(broker, "pintu-1")``: a client of that user, ended with the test."""
    talkers: list[Talker] = []

    def make(port: int, user: str, password: str | None = None, ca: Path | None = None) -> Talker:
        talkers.append(Talker(port, user, USERS[user] if password is None else password, ca))
        return talkers[-1]

    yield make
    for talker in talkers:
        talker.leave()
