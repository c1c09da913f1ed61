"""Three collectors share the load and one PostgreSQL store, over a real Mosquitto; one is killed. The result is that of
one collector with a file."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from collector_support import CollectorProcess, PretendDevice, PrivateBroker, eventually
from ledger_rows import count, transaction
from postgres_server import PostgresServer
from store_support import query, the_device

from collector.store.open import open_store
from devices.contract import Status

Start = Callable[..., CollectorProcess]
DOORS = ("pintu-1", "pintu-2", "pintu-3")
LAST = 240
#: When both are looked at, so that the same hours are over: long after the rows.
NOW = 1_800_000_000_000

#: Everything that must not depend on who wrote it.
_TABLES = (
    "SELECT site, device, epoch, seq, kind, raw, problem FROM record",
    "SELECT site, device, epoch, top, seq, rows FROM mark",
    "SELECT * FROM quarter_hour",
    "SELECT * FROM transaction_quarter",
    "SELECT * FROM hole",
    "SELECT * FROM conflict",
    "SELECT site, device, day, raw_in, raw_out, visits, estimated, open_s, seen_s, status FROM day_fact",
    "SELECT site, device, day, start, raw_in, raw_out, visits, seen_s, status FROM hour_fact",
)


def dump(store: str) -> list[list[tuple[object, ...]]]:
    with closing(open_store(store)) as opened:  # what the collectors did not come round to
        assert not opened.refresh(NOW, limit=None, default_zone="Asia/Makassar").more
    return [sorted(query(store, table), key=repr) for table in _TABLES]


@pytest.fixture
def doors(broker: PrivateBroker) -> Iterator[list[PretendDevice]]:
    made = [PretendDevice(broker.port, "kota", name) for name in DOORS]
    yield made
    for each in made:
        each.close()


def row(door: int, seq: int) -> dict[str, object]:
    return transaction(seq, "checkout") if seq % 10 == 0 else count(seq, door + 1, 1)


def send(doors: list[PretendDevice], first: int, end: int) -> None:
    for start in range(first, end, 8):
        for door, device in enumerate(doors):
            device.send("records", [row(door, seq) for seq in range(start, min(start + 8, end))])


def told(device: PretendDevice) -> int:
    return max((int(str(ack["seq"])) for ack in device.acks), default=0)


def deliver(doors: list[PretendDevice], last: int) -> None:
    """As a device does: when the mark does not move, send again from there."""
    known: dict[int, int] = {}
    patience = 0
    order = deque(range(len(doors)))

    def again() -> bool:
        nonlocal patience
        marks = {door: told(device) for door, device in enumerate(doors)}
        if marks != known:
            known.update(marks)
            patience = 10
        patience -= 1
        if patience < 0:
            order.rotate(1)  # or the broker, which takes turns, gives one door's rows to the dead member each time
            patience = 10
            for door in order:
                first = marks[door] + 1
                if first <= last:
                    doors[door].send("records", [row(door, seq) for seq in range(first, min(first + 99, last) + 1)])
        return all(mark == last for mark in marks.values())

    eventually(again, "all is acknowledged", 40)


def test_three_members_of_whom_one_is_killed_come_to_the_result_of_one(
    broker: PrivateBroker, doors: list[PretendDevice], start_collector: Start, postgres: PostgresServer, tmp_path: Path
) -> None:
    alone = str(tmp_path / "alone.sqlite")
    single = start_collector(broker.port, alone)
    send(doors, 1, LAST + 1)
    deliver(doors, LAST)
    single.end()

    for device in doors:
        device.send("ack", b"", retain=True)  # as if no desk had ever been there
        device.acks.clear()
    shared = postgres.new()
    options = ("--web", "none", "--share", "collector", "--client-id")
    members = [start_collector(broker.port, shared, *options, f"member-{n}") for n in range(3)]
    send(doors, 1, 81)
    members[1].kill()
    send(doors, 81, LAST + 1)
    deliver(doors, LAST)

    for member in (members[0], members[2]):
        assert member.end() < 3
    assert dump(shared) == dump(alone)
    assert len(query(shared, "SELECT member FROM desk WHERE member LIKE 'member-%'")) == 3


def test_the_load_is_shared_and_a_member_that_leaves_hands_its_share_on(
    broker: PrivateBroker, doors: list[PretendDevice], start_collector: Start, postgres: PostgresServer
) -> None:
    shared = postgres.new()
    options = ("--web", "none", "--share", "collector", "--client-id")
    first = start_collector(broker.port, shared, *options, "member-1")
    start_collector(broker.port, shared, *options, "member-2")
    send(doors, 1, 9)
    deliver(doors, 8)
    first.end()
    send(doors, 9, 97)  # nothing is sent twice: had the first one stayed in the group, a part would be missing
    eventually(lambda: all(told(device) == 96 for device in doors), "all is acknowledged")


def test_a_member_hears_what_the_broker_kept(
    broker: PrivateBroker, device: PretendDevice, start_collector: Start, postgres: PostgresServer
) -> None:
    device.send("status", "online", retain=True)
    device.send("info", {"kind": "door", "name": "Pintu utama", "software": "0.1.0"}, retain=True)
    device.send("ack", {"epoch": "e1", "seq": 500}, retain=True)
    shared = postgres.new()
    start_collector(broker.port, shared, "--web", "none", "--share", "collector", "--client-id", "member-1")
    eventually(lambda: query(shared, "SELECT 1 FROM mark"), "the acknowledgement is known")
    found = the_device(shared)
    assert (found.status, found.info.name if found.info else "", found.heard) == (Status.ONLINE, "Pintu utama", None)
    device.send("records", [count(501)])  # the store was lost; the device has only this row
    eventually(lambda: device.acked("e1", 501), "it goes on from there")
