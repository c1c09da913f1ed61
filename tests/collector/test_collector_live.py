"""The collector as a process, against a real Mosquitto."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from collector_support import CollectorProcess, PretendDevice, PrivateBroker, eventually
from ledger_rows import count, transaction

Start = Callable[..., CollectorProcess]


def report(*arguments: str) -> dict[str, object]:
    done = subprocess.run([sys.executable, "-m", "pustaka", *arguments], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def visits(store: Path) -> dict[str, object]:
    return report("report", "visits", "--from", "2026-11-19", "--format", "json", "--store", str(store))


def dump(store: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that must not depend on how the rows came."""
    with sqlite3.connect(store) as connection:
        tables = {
            "record": "site, device, epoch, seq, kind, raw, problem",
            "quarter_hour": "*",
            "mark": "site, device, epoch, top, floor, seq, rows",
            "hole": "*",
        }
        return {
            table: connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3, 4").fetchall()
            for table, columns in tables.items()
        }


def test_rows_are_committed_acknowledged_and_reported(
    broker: PrivateBroker, device: PretendDevice, start_collector: Start, tmp_path: Path
) -> None:
    store = tmp_path / "desk.sqlite"
    start_collector(broker.port, store)
    device.send("info", {"kind": "door", "name": "Pintu utama", "software": "0.1.0"}, retain=True)
    device.send("records", [count(1, 5, 2), count(2, 5, 2), transaction(3, "checkout")])
    eventually(lambda: device.acked("e1", 3), "row 3 is acknowledged")
    found = visits(store)
    (door,) = found["doors"]  # type: ignore[misc]
    expected = {
        "site": "kota", "device": "pintu-1", "in": 10, "out": 4, "turned_back": 0,
        "estimated_in": 0, "estimated_out": 0, "untimed_in": 0, "untimed_out": 0,
    }  # fmt: skip
    assert expected.items() <= door.items()  # the corrected figures beside them follow a moment later
    loans = report("report", "loans", "--from", "2026-11-19", "--format", "json", "--store", str(store))
    assert loans["total"] == {"operations": {"checkout": {"done": 1}}, "refusals": {}}
    fleet = report("devices", "list", "--json", "--store", str(store))
    assert [(d["name"], d["state"]) for d in fleet["devices"]] == [("Pintu utama", "ok")]  # type: ignore[attr-defined]


def test_a_hole_holds_the_ack_back_until_it_is_filled(
    broker: PrivateBroker, device: PretendDevice, start_collector: Start, tmp_path: Path
) -> None:
    start_collector(broker.port, tmp_path / "desk.sqlite")
    device.send("records", [count(1), count(3), count(4)])
    eventually(lambda: device.acked("e1", 1), "row 1 is acknowledged")
    device.send("records", [count(2)])
    eventually(lambda: device.acked("e1", 4), "row 4 is acknowledged")
    assert not device.acked("e1", 3)


def test_a_device_that_has_forgotten_rows_is_not_held_back_by_them(
    broker: PrivateBroker, device: PretendDevice, start_collector: Start, tmp_path: Path
) -> None:
    start_collector(broker.port, tmp_path / "desk.sqlite")
    device.send("records", [count(1, 2), count(5, 2)])
    eventually(lambda: device.acked("e1", 1), "row 1 is acknowledged")
    device.send("health", {"uptime_s": 1, "epoch": "e1", "oldest": 5}, retain=True)
    eventually(lambda: device.acked("e1", 5), "row 5 is acknowledged")
    total = visits(tmp_path / "desk.sqlite")["total"]
    assert isinstance(total, dict)
    assert (total["in"], total["untimed_in"]) == (10, 6)  # rows 2 to 4 held 2 each: the totals say so


def test_a_bad_row_is_set_aside_and_holds_up_nothing(
    broker: PrivateBroker, device: PretendDevice, start_collector: Start, tmp_path: Path
) -> None:
    store = tmp_path / "desk.sqlite"
    start_collector(broker.port, store)
    device.send("records", b"\xff not json")
    device.send("records", [count(1), {"epoch": "e1", "seq": 2, "kind": 7}, {"epoch": "e1"}, count(3)])
    eventually(lambda: device.acked("e1", 3), "row 3 is acknowledged")
    with sqlite3.connect(store) as connection:
        assert connection.execute("SELECT count(*) FROM dead_letter").fetchone() == (3,)


def test_killed_between_receiving_and_committing_the_same_figures_come_out(
    broker: PrivateBroker, device: PretendDevice, start_collector: Start, tmp_path: Path
) -> None:
    rows = [count(seq, 3, 1) for seq in range(1, 101)]
    undisturbed = tmp_path / "undisturbed.sqlite"
    first = start_collector(broker.port, undisturbed)
    device.send("records", rows)
    eventually(lambda: device.acked("e1", 100), "all is acknowledged")
    first.end()

    disturbed = tmp_path / "disturbed.sqlite"
    device.send("ack", b"", retain=True)  # as if no desk had ever been there
    device.acks.clear()
    with sqlite3.connect(disturbed, isolation_level=None) as lock:
        start_collector(broker.port, disturbed).end()  # makes the file
        killed = start_collector(broker.port, disturbed)
        lock.execute("BEGIN IMMEDIATE")  # the commit cannot happen while we hold this
        for row in rows:
            device.send("records", [row])  # returns with the broker's PUBACK: nothing will be redelivered
        killed.kill()
        lock.execute("ROLLBACK")
    assert not device.acked("e1", 100)
    start_collector(broker.port, disturbed)
    device.send("records", rows)  # what a device does when its mark does not move
    eventually(lambda: device.acked("e1", 100), "all is acknowledged after the restart")
    device.send("records", rows[50:])
    device.send("records", [count(101)])
    eventually(lambda: device.acked("e1", 101), "row 101 is acknowledged")
    with sqlite3.connect(disturbed) as connection:
        connection.execute("DELETE FROM raw_row WHERE seq = 101")
    assert dump(disturbed)["record"] == dump(undisturbed)["record"]
    total = visits(disturbed)["total"]
    assert isinstance(total, dict)
    assert (total["in"], total["out"]) == (301, 100)


def test_a_broker_that_comes_back_is_used_again(
    broker: PrivateBroker, device: PretendDevice, start_collector: Start, tmp_path: Path
) -> None:
    store = tmp_path / "desk.sqlite"
    start_collector(broker.port, store)
    device.send("records", [count(1)])
    eventually(lambda: device.acked("e1", 1), "row 1 is acknowledged")
    broker.kill()
    broker.start()
    eventually(lambda: device.connected, "the pretend device is back")
    eventually(lambda: _sent(device, count(2)), "row 2 is acknowledged by the collector that stayed")


def _sent(device: PretendDevice, row: dict[str, object]) -> bool:
    device.send("records", [row])
    return device.acked("e1", 2)


def test_it_ends_within_two_seconds_when_asked(broker: PrivateBroker, start_collector: Start, tmp_path: Path) -> None:
    running = start_collector(broker.port, tmp_path / "desk.sqlite", "--web", "127.0.0.1:0")
    assert running.says.startswith("desk: http://127.0.0.1:")
    assert running.end() < 2
    assert running.process.returncode == 0
