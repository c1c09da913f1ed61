"""What each user may do, asked of a real Mosquitto."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from broker_config import probe
from broker_config.private import PrivateBroker
from devices.contract import DEVICE_READS, DEVICE_WRITES, MAX_PAYLOAD

Talk = Callable[..., Any]
HERE = "pustaka/v1/kota"
DENIED = "Not authorized"


def _topic(device: str, leaf: str) -> str:
    return f"{HERE}/{device}/{leaf.replace('+', 'x')}"


@pytest.fixture
def watch(broker: PrivateBroker, talk: Talk) -> Any:
    return talk(broker.port, "watch").hear("#")


def test_a_device_is_heard_on_every_leaf_of_its_own(broker: PrivateBroker, talk: Talk, watch: Any) -> None:
    door = talk(broker.port, "pintu-1")
    for leaf in DEVICE_WRITES:
        assert door.say(_topic("pintu-1", leaf), "x") == "Success"
        assert watch.next() == (_topic("pintu-1", leaf), "x")


@pytest.mark.parametrize("leaf", [*DEVICE_WRITES, *DEVICE_READS])
def test_a_device_cannot_speak_for_another(broker: PrivateBroker, talk: Talk, watch: Any, leaf: str) -> None:
    door = talk(broker.port, "pintu-1")
    assert door.say(_topic("pintu-2", leaf), "spoof") == DENIED
    door.say(_topic("pintu-1", "status"), "online")
    assert watch.until(_topic("pintu-1", "status")) == [(_topic("pintu-1", "status"), "online")]


@pytest.mark.parametrize("leaf", DEVICE_READS)
def test_a_device_cannot_write_what_it_obeys(broker: PrivateBroker, talk: Talk, leaf: str) -> None:
    assert talk(broker.port, "pintu-1").say(_topic("pintu-1", leaf), "{}") == DENIED


def test_a_device_hears_its_own_orders_and_no_others(broker: PrivateBroker, talk: Talk) -> None:
    door = talk(broker.port, "pintu-1").hear("pustaka/v1/#")
    admin = talk(broker.port, "admin")
    admin.say(f"{HERE}/pintu-2/command/restart", "not yours")
    admin.say(f"{HERE}/pintu-1/config", "yours", retain=True)
    assert door.next() == (f"{HERE}/pintu-1/config", "yours")


def test_the_collector_acknowledges_and_does_nothing_else(broker: PrivateBroker, talk: Talk, watch: Any) -> None:
    collector = talk(broker.port, "collector")
    refused = [leaf for leaf in (*DEVICE_WRITES, *DEVICE_READS) if leaf != "ack"]
    said = [collector.say(_topic(name, leaf), "x") for leaf in refused for name in ("pintu-1", "collector")]
    assert set(said) == {DENIED}
    assert collector.say(f"{HERE}/pintu-1/ack", "{}", retain=True) == "Success"
    assert watch.next() == (f"{HERE}/pintu-1/ack", "{}")


def test_collectors_share_the_records(broker: PrivateBroker, talk: Talk) -> None:
    collectors = [talk(broker.port, "collector").hear("$share/collector/pustaka/v1/+/+/records") for _ in range(2)]
    door = talk(broker.port, "pintu-1")
    for number in range(10):
        door.say(f"{HERE}/pintu-1/records", str(number))
    first, second = ({each.next()[1] for _ in range(5)} for each in collectors)
    assert first | second == {str(number) for number in range(10)}


def test_an_admin_orders_and_clears_up_but_never_acknowledges(broker: PrivateBroker, talk: Talk, watch: Any) -> None:
    admin = talk(broker.port, "admin")
    assert admin.say(f"{HERE}/pintu-1/command/restart", "{}") == "Success"
    assert admin.say(f"{HERE}/pintu-1/status", "", retain=True) == "Success"
    assert admin.say(f"{HERE}/pintu-1/records", "[]") == DENIED
    assert admin.say(f"{HERE}/pintu-1/ack", "{}") == DENIED


def test_a_watcher_writes_nothing(broker: PrivateBroker, watch: Any) -> None:
    assert {watch.say(_topic("pintu-1", leaf), "x") for leaf in (*DEVICE_WRITES, *DEVICE_READS)} == {DENIED}


def test_the_will_of_a_device_is_delivered(broker: PrivateBroker, talk: Talk, watch: Any) -> None:
    # A will outside the access list is dropped silently, so it is worth a test of its own.
    wire = talk(broker.port, "pintu-1")
    wire.leave()
    wire.client.will_set(f"{HERE}/pintu-1/status", "offline", qos=1, retain=True)
    wire.client.connect("127.0.0.1", broker.port)
    wire.client.loop_start()
    wire.say(f"{HERE}/pintu-1/status", "online", retain=True)
    sock = wire.client.socket()
    assert sock is not None
    wire.client.loop_stop()
    sock.close()
    assert [watch.next()[1], watch.next()[1]] == ["online", "offline"]


def test_strangers_and_wrong_passwords_stay_outside(broker: PrivateBroker) -> None:
    assert probe.ask(broker.port) in probe.REFUSED
    assert probe.ask(broker.port, "pintu-1", "wrong") in probe.REFUSED
    assert probe.ask(broker.port, "pintu-9", "p1-secret") in probe.REFUSED
    assert probe.ask(broker.port, "pintu-1", "p1-secret") == probe.ACCEPTED


def test_the_largest_message_of_the_contract_passes(broker: PrivateBroker, talk: Talk, watch: Any) -> None:
    assert talk(broker.port, "pintu-1").say(f"{HERE}/pintu-1/records", b"x" * MAX_PAYLOAD) == "Success"
    assert len(watch.next()[1]) == MAX_PAYLOAD
