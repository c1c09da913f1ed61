"""The link against a real Mosquitto."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from devices.contract import Ack, Alert, Command, Count, Health, Info, Kind, Part, Reply, Row, Totals, decode_rows
from devices.link.delivery import Limits
from devices.link.errors import LinkError
from devices.link.ledger import Ledger
from devices.link.mqtt import Link
from devices.link.orders import Answer
from devices.link.settings import LinkSettings

BASE = "pustaka/v1/kota/pintu-1/"


class Device:
    """A ledger and its link, as a service would hold them."""

    def __init__(self, folder: Path, clock, port: int, **options) -> None:
        settings = LinkSettings(
            host="127.0.0.1", port=port, tls=False, site="kota", device="pintu-1", backoff_max_s=0.2, interval_s=3600
        )
        self.ledger = Ledger(folder / "ledger.sqlite", clock)
        info = Info(kind="door", name="Pintu", software="1")
        self.link = Link(settings, self.ledger, info, clock=clock, rng=lambda: 0.5, **options)

    def count(self, into: int) -> Row:
        row = self.ledger.append(Kind.COUNT, Count(into=into))
        self.link.kick()
        return row


@pytest.fixture
def make(tmp_path: Path, clock, broker) -> Iterator[Callable[..., Device]]:
    made: list[Device] = []

    def make_device(**options) -> Device:
        made.append(Device(tmp_path / "data", clock, broker.port, **options))
        return made[-1]

    yield make_device
    for device in made:
        device.link.stop()


def seqs(messages) -> list[int]:
    found = [
        item.row.seq
        for topic, payload, _ in messages
        if topic == BASE + "records"
        for item in decode_rows(payload)
        if item.row
    ]
    return sorted(set(found))


def test_rows_written_before_and_after_the_start_arrive(make, broker, listen) -> None:
    device, desk = make(), listen(broker.port)
    device.count(2)
    device.link.start()
    device.count(3)
    desk.wait(lambda m: seqs(m) == [1, 2], "both rows")
    desk.wait(lambda m: desk.of("/totals")[-1:] and b'"in":5' in desk.of("/totals")[-1], "totals")
    totals = msgspec.json.decode(desk.of("/totals")[-1], type=Totals)
    assert totals.values == {"in": 5}


def test_birth_tells_who_we_are_retained(make, broker, listen, wait_for) -> None:
    device = make(parts=lambda: {"sensor": Part(state="ok")}, alerts=("blocked",))
    device.link.start()
    wait_for(lambda: device.link.online, "the connection")
    early = listen(broker.port)
    early.wait(
        lambda m: {BASE + leaf for leaf in ("status", "info", "health", "totals")} <= {t for t, _, _ in m}, "birth"
    )
    late = listen(broker.port)  # sees what is retained only
    late.wait(lambda m: len({t for t, _, retained in m if retained}) == 4, "four retained topics")
    assert late.of("/status") == [b"online"]
    info = msgspec.json.decode(late.of("/info")[0], type=Info)
    assert (info.epoch, info.boot, info.interval_s) == (device.ledger.epoch, "boot1", 3600)
    health = msgspec.json.decode(late.of("/health")[0], type=Health)
    assert health.parts["sensor"].state == "ok"


def test_an_ack_prunes_and_rows_come_again_only_above_it(make, broker, listen, wait_for, tmp_path, clock) -> None:
    device, desk = make(), listen(broker.port)
    device.link.start()
    for _ in range(4):
        device.count(1)
    desk.wait(lambda m: seqs(m) == [1, 2, 3, 4], "four rows")
    desk.publish(BASE + "ack", msgspec.json.encode(Ack(epoch="another", seq=4)), retain=True)
    desk.publish(BASE + "ack", msgspec.json.encode(Ack(epoch=device.ledger.epoch, seq=3)), retain=True)
    wait_for(lambda: device.ledger.backlog == 1, "the rows to be pruned")
    device.link.stop()
    device.ledger.close()
    desk.messages.clear()
    again = make()
    again.link.start()
    desk.wait(lambda m: seqs(m), "rows to be sent again")
    assert seqs(desk.messages) == [4]


def test_an_impossible_ack_is_an_alert_and_deletes_nothing(make, broker, listen) -> None:
    device, desk = make(), listen(broker.port)
    device.count(1)
    device.link.start()
    desk.publish(BASE + "ack", msgspec.json.encode(Ack(epoch=device.ledger.epoch, seq=99)), retain=True)
    desk.wait(lambda _: any(desk.of("/alert/ledger")), "the alert")
    alert = next(payload for payload in desk.of("/alert/ledger") if payload)
    assert "acknowledged row 99" in msgspec.json.decode(alert, type=Alert).what
    assert device.ledger.backlog == 1


def test_a_copied_card_is_an_alert_and_keeps_its_rows(make, broker, listen) -> None:
    device, desk = make(), listen(broker.port)
    for _ in range(3):
        device.count(1)
    ack = Ack(epoch=device.ledger.epoch, seq=2, boot="of the other")
    desk.publish(BASE + "ack", msgspec.json.encode(ack), retain=True)
    device.link.start()
    desk.wait(lambda _: any(desk.of("/alert/ledger")), "the alert")
    alert = next(payload for payload in desk.of("/alert/ledger") if payload)
    assert "This card is a copy" in msgspec.json.decode(alert, type=Alert).what
    desk.wait(lambda m: seqs(m) == [1, 2, 3], "its rows, which the desk keeps aside")
    assert device.ledger.backlog == 3


def test_a_silent_collector_is_sent_the_rows_again(make, broker, listen) -> None:
    device, desk = make(limits=Limits(stall_s=0.3)), listen(broker.port)
    device.count(1)
    device.link.start()
    desk.wait(lambda _: len(desk.of("/records")) >= 3, "the row to be repeated")


def test_a_long_backlog_arrives_in_several_messages(make, broker, listen) -> None:
    device, desk = make(limits=Limits(backlog_per_s=100)), listen(broker.port)
    for _ in range(450):
        device.ledger.append(Kind.COUNT, Count(into=1))
    device.link.start()
    desk.wait(lambda m: len(seqs(m)) == 450, "all rows")
    assert [len(decode_rows(payload)) for payload in desk.of("/records")] == [200, 200, 50]


def test_a_broker_that_dies_and_comes_back_gets_everything(make, broker, listen, wait_for) -> None:
    device = make(limits=Limits(stall_s=0.5))  # rows may be sent again before somebody listens
    device.link.start()
    wait_for(lambda: device.link.online, "the first connection")
    device.link.alert("blocked", Alert(what="A trolley"))
    device.count(1)
    broker.kill()
    device.count(2)
    wait_for(lambda: not device.link.online, "the loss to be noticed")
    device.count(3)
    broker.start()  # with an empty store
    desk = listen(broker.port)
    desk.wait(lambda m: seqs(m) == [1, 2, 3], "all rows")
    desk.wait(lambda _: b"online" in desk.of("/status"), "birth")
    desk.wait(lambda _: desk.of("/alert/blocked"), "the standing alert")


def test_the_broker_says_offline_when_we_vanish(make, broker, listen, wait_for) -> None:
    device, desk = make(), listen(broker.port)
    device.link.start()
    desk.wait(lambda _: desk.of("/status") == [b"online"], "birth")
    connection = device.link._connection  # a cable cannot be cut from outside the process
    assert connection is not None
    sock = connection._client.socket()
    assert sock is not None
    sock.shutdown(2)
    desk.wait(lambda _: desk.of("/status")[:3] == [b"online", b"offline", b"online"], "will, then birth")


def test_a_clean_stop_says_offline_itself_after_the_last_rows(make, broker, listen, wait_for) -> None:
    device, desk = make(), listen(broker.port)
    device.link.start()
    wait_for(lambda: device.link.online, "the connection")
    device.ledger.append(Kind.COUNT, Count(into=7))
    device.link.stop()
    desk.wait(lambda _: desk.of("/status") == [b"online", b"offline"], "offline, once")
    assert seqs(desk.messages) == [1]
    assert not device.link.online


def test_a_command_is_carried_out_and_answered(make, broker, listen, wait_for, clock) -> None:
    clock.utc = 1_800_000_000_000
    device, desk = make(), listen(broker.port)
    device.link.on_command("beep", lambda command: Answer(message=f"{command.args['times']} times"))
    device.link.start()
    wait_for(lambda: device.link.online, "the connection")
    command = Command(id="c-7", expires=clock.utc + 60_000, args={"times": 2})
    desk.publish(BASE + "command/beep", msgspec.json.encode(command))
    desk.wait(lambda _: desk.of("/reply/beep"), "the reply")
    reply = msgspec.json.decode(desk.of("/reply/beep")[0], type=Reply)
    assert (reply.id, reply.ok, reply.message) == ("c-7", True, "2 times")
    assert reply.took_ms >= 0


def test_expired_retained_and_unreadable_commands_are_not_carried_out(make, broker, listen, wait_for, clock) -> None:
    clock.utc = 1_800_000_000_000
    desk = listen(broker.port)
    good = Command(id="retained", expires=clock.utc + 60_000)
    desk.publish(BASE + "command/beep", msgspec.json.encode(good), retain=True)
    device = make()
    done: list[str] = []
    device.link.on_command("beep", lambda command: Answer(message=done.append(command.id) or ""))
    device.link.start()
    wait_for(lambda: device.link.online, "the connection")
    for payload in (msgspec.json.encode(Command(id="old", expires=clock.utc - 1)), b"\x00\xff", b"{}"):
        desk.publish(BASE + "command/beep", payload)
    desk.publish(BASE + "command/beep", msgspec.json.encode(Command(id="good", expires=clock.utc + 1)))
    desk.wait(lambda _: desk.of("/reply/beep"), "the reply to the good one")
    assert done == ["good"]


def test_an_alert_ends_with_an_empty_payload_and_leaves_nothing_retained(make, broker, listen) -> None:
    device, desk = make(), listen(broker.port)
    device.link.start()
    device.link.alert("blocked", Alert(what="A trolley"))
    desk.wait(lambda _: any(desk.of("/alert/blocked")), "the alert")
    device.link.alert("blocked", None)
    desk.wait(lambda _: desk.of("/alert/blocked")[-1] == b"", "its end")
    late = listen(broker.port)
    late.wait(lambda _: late.of("/status"), "retained topics")
    assert not late.of("/alert/blocked")


def test_an_alert_left_over_from_before_a_restart_is_cleared(make, broker, listen) -> None:
    desk = listen(broker.port)
    desk.publish(BASE + "alert/blocked", msgspec.json.encode(Alert(what="long ago")), retain=True)
    make(alerts=("blocked",)).link.start()
    desk.wait(lambda _: desk.of("/alert/blocked")[-1:] == [b""], "the old alert to be cleared")


def test_log_lines_are_limited(make, broker, listen, wait_for) -> None:
    device, desk = make(), listen(broker.port)
    device.link.start()
    wait_for(lambda: device.link.online, "the connection")
    for n in range(60):
        device.link.log("warn", f"line {n}")
    device.link.alert("behind", Alert(what="the lines"))
    desk.wait(lambda _: desk.of("/alert/behind"), "the alert behind the lines")
    assert 20 <= len(desk.of("/log/warn")) <= 25


def test_without_a_host_there_is_no_thread_and_everything_is_kept(tmp_path: Path, clock) -> None:
    before = set(threading.enumerate())
    ledger = Ledger(tmp_path / "ledger.sqlite", clock)
    link = Link(LinkSettings(), ledger, Info(kind="door", name="", software=""), clock=clock)
    link.start()
    ledger.append(Kind.COUNT, Count(into=1))
    link.kick()
    link.alert("blocked", Alert(what="x"))
    link.log("warn", "x")
    assert set(threading.enumerate()) == before
    link.stop()
    assert ledger.backlog == 1


def test_an_unreadable_password_file_is_a_sentence_at_the_start(tmp_path: Path, clock) -> None:
    settings = LinkSettings(host="127.0.0.1", password_file=str(tmp_path / "none"))
    link = Link(settings, Ledger(tmp_path / "l.sqlite", clock), Info(kind="door", name="", software=""), clock=clock)
    with pytest.raises(LinkError, match=r"link\.password_file .* cannot be read"):
        link.start()


def test_rows_of_a_damaged_ledger_are_sent_beside_the_new_ones_until_they_are_acknowledged(
    make, broker, listen, wait_for, tmp_path, clock
) -> None:
    first = make()
    for into in range(1, 4):
        first.count(into)
    epoch, path = first.ledger.epoch, tmp_path / "data" / "ledger.sqlite"
    first.ledger.close()
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM row WHERE seq = 2")
    db.close()
    again, desk = make(), listen(broker.port)
    again.count(9)
    again.link.start()

    def sent() -> set[tuple[str, int]]:
        items = [item for payload in desk.of("/records") for item in decode_rows(payload)]
        return {(item.row.epoch, item.row.seq) for item in items if item.row}

    new = again.ledger.epoch
    desk.wait(lambda _: sent() == {(epoch, 1), (epoch, 3), (new, 1)}, "rows of both epochs")
    desk.publish(BASE + "ack", msgspec.json.encode(Ack(epoch=epoch, seq=1)), retain=True)

    def older() -> dict[str, int]:
        return msgspec.json.decode(desk.of("/health")[-1], type=Health).older

    desk.wait(lambda _: older() == {epoch: 3}, "the lowest number that is left, so that the hole is known")
    desk.publish(BASE + "ack", msgspec.json.encode(Ack(epoch=epoch, seq=3)), retain=True)
    wait_for(lambda: again.ledger.older() == {}, "the rows to be forgotten")
    assert again.ledger.backlog == 1
