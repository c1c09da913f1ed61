"""Listens to everything that crosses the demo's broker, to show that nothing personal does."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode


class Tap:
    """A subscriber to ``#`` that keeps every topic and payload."""

    def __init__(self, port: int, password: str) -> None:
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="watch", protocol=mqtt.MQTTv5)
        self._client.username_pw_set("watch", password)
        self._client.reconnect_delay_set(1, 2)
        self._client.on_connect = self._subscribe
        self._client.on_message = self._keep
        self._port = port
        self._lock = threading.Lock()
        self._heard: list[tuple[str, bytes]] = []
        self._changed = threading.Condition(self._lock)
        self._subscribed = False

    def start(self, timeout: float = 10.0) -> None:
        """Connect, and return when the subscription stands."""
        lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        lasting.SessionExpiryInterval = 3600  # what crosses while we are reconnecting is kept for us
        self._client.connect_async("127.0.0.1", self._port, clean_start=False, properties=lasting)
        self._client.loop_start()
        with self._changed:
            self._changed.wait_for(lambda: self._subscribed, timeout)

    def stop(self) -> None:
        """Hang up."""
        self._client.disconnect()
        self._client.loop_stop()

    def _subscribe(
        self, client: mqtt.Client, _data: Any, _flags: Any, _code: ReasonCode, _properties: Properties | None
    ) -> None:
        client.subscribe("#", qos=1)
        with self._changed:
            self._subscribed = True
            self._changed.notify_all()

    def _keep(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        with self._changed:
            self._heard.append((message.topic, bytes(message.payload)))
            self._changed.notify_all()

    def wait_for(self, topic: str, payload: bytes, timeout: float) -> bool:
        """Wait until that was heard; False: it was not."""
        with self._changed:
            return self._changed.wait_for(lambda: (topic, payload) in self._heard, timeout)

    @property
    def heard(self) -> list[tuple[str, bytes]]:
        """Everything so far."""
        with self._lock:
            return list(self._heard)

    def search(self, needles: Iterable[str]) -> list[str]:
        """Topics in which one of these texts was seen, in the topic or the payload, in any case of letters."""
        wanted = [needle.lower() for needle in needles if needle]
        found = []
        for topic, payload in self.heard:
            text = (topic + "\n" + payload.decode("utf-8", "replace")).lower()
            found += [f"{needle!r} in {topic}" for needle in wanted if needle in text]
        return found
