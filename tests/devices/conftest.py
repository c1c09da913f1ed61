"""Shared by the tests of devices: a clock that stands still, a real broker, and somebody who listens to it."""

from __future__ import annotations

import contextlib
import queue
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from devices.contract import Clock as Quality
from devices.link.clock import Moment


class StillClock:
    """A clock that moves only when told; ``utc`` is ``None`` until it is set."""

    def __init__(self) -> None:
        self.boot = "boot1"
        self.bt = 10_000
        self.utc: int | None = None

    def now(self) -> Moment:
        return Moment(self.bt, self.utc, Quality.NONE if self.utc is None else Quality.SYNCED, 50)

    def pass_ms(self, ms: int) -> None:
        self.bt += ms
        if self.utc is not None:
            self.utc += ms


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


E = TypeVar("E")


class Posted:
    """What a device posted from its thread, in order."""

    def __init__(self) -> None:
        self._events: queue.Queue[object] = queue.Queue()

    def __call__(self, event: object) -> None:
        self._events.put(event)

    def wait(self, kind: type[E], where: Callable[[E], bool] = lambda _: True, within: float = 10.0) -> E:
        """The next event of ``kind`` for which ``where`` holds; earlier ones are dropped."""
        until, seen = time.monotonic() + within, []
        while (left := until - time.monotonic()) > 0:
            try:
                event = self._events.get(timeout=left)
            except queue.Empty:
                break
            if isinstance(event, kind) and where(event):
                return event
            seen.append(event)
        raise AssertionError(f"no {kind.__name__} within {within} s; instead {seen}")

    def rest(self) -> list[object]:
        """Whatever has been posted since."""
        events = []
        while not self._events.empty():
            events.append(self._events.get())
        return events


@pytest.fixture
def posted() -> Posted:
    return Posted()


class Broker:
    """A private Mosquitto on a loopback port; anonymous, no storage."""

    def __init__(self, folder: Path) -> None:
        self._program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
        if self._program is None:
            pytest.skip("the program mosquitto is not installed (apt install mosquitto)")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert self._program is not None
        self._process = subprocess.Popen(
            [self._program, "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(self._answers, "the broker to listen")

    def kill(self) -> None:
        """As a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
            return True
        return False


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path)
    made.start()
    yield made
    made.kill()


Message = tuple[str, bytes, bool]


class Listener:
    """A client that remembers every message (topic, payload, retained), and can publish."""

    def __init__(self, port: int) -> None:
        self.messages: list[Message] = []
        self._changed = threading.Condition()
        self._subscribed = False
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self.client.on_connect = lambda client, *_: client.subscribe("pustaka/v1/#", 1)
        self.client.on_subscribe = lambda *_: self._note_subscribed()
        self.client.on_message = lambda client, data, m: self._note((m.topic, bytes(m.payload), m.retain))
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.wait(lambda _: self._subscribed, "to be subscribed")

    def _note_subscribed(self) -> None:
        with self._changed:
            self._subscribed = True
            self._changed.notify_all()

    def _note(self, message: Message) -> None:
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def wait(self, condition: Callable[[list[Message]], object], what: str, timeout: float = 10.0) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self.messages), timeout):
                raise AssertionError(f"waited {timeout} s for {what}; got {self.messages}")

    def of(self, ending: str) -> list[bytes]:
        """Payloads of all messages whose topic ends so."""
        return [payload for topic, payload, _ in list(self.messages) if topic.endswith(ending)]

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        self.client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(5)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def listen() -> Iterator[Callable[[int], Listener]]:
    made: list[Listener] = []

    def make(port: int) -> Listener:
        made.append(Listener(port))
        return made[-1]

    yield make
    for listener in made:
        listener.close()


def wait_for(condition: Callable[[], object], what: str, timeout: float = 10.0) -> None:
    """Wait until ``condition`` holds."""
    deadline = time.monotonic() + timeout
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s for {what}")
        pause.wait(0.02)


@pytest.fixture(name="wait_for")
def wait_for_fixture() -> Callable[..., None]:
    return wait_for
