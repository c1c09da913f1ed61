"""The door from the light beam to the broker: emulated sensor, the real service, a real Mosquitto."""

from __future__ import annotations

import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from devices.contract import Ack, Alert, Count, Health, Row, body, decode_rows
from devices.door.agent import Agent
from devices.door.commands import door as command
from devices.door.settings import load
from devices.emulators.door import DoorEmulator
from devices.link.clock import SystemClock
from devices.link.ledger import Ledger

BASE = "pustaka/v1/kota/pintu-1/"


class Service:
    """``pustaka door`` as a process of its own."""

    def __init__(self, folder: Path, port: int, **door: object) -> None:
        rows = {"row_s": 2.0, "flush_s": 0.5, "hold_s": 0.2} | door
        self.config = folder / "door.toml"
        self.config.write_text(
            'data = "data"\n[door]\nname = "Pintu"\n'
            + "".join(f"{key} = {json.dumps(value)}\n" for key, value in rows.items())
            + f'[sensor]\nport = "{folder / "sensor"}"\n'
            + f'[link]\nhost = "127.0.0.1"\nport = {port}\ntls = false\nsite = "kota"\ndevice = "pintu-1"\n'
            + 'backoff_max_s = 0.2\nclock = "trusted"\n'
        )
        self.ledger = folder / "data" / "ledger.sqlite"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        code = "from devices.door.commands import door; door()"
        self.process = subprocess.Popen([sys.executable, "-c", code, "--config", str(self.config)])

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def end(self, how: int) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        status = self.process.wait(10)
        self.process = None
        return status


@pytest.fixture
def service(tmp_path: Path, broker) -> Iterator[Callable[..., Service]]:
    made: list[Service] = []

    def make(**door: object) -> Service:
        made.append(Service(tmp_path, broker.port, **door))
        return made[-1]

    yield make
    for one in made:
        if one.process is not None:
            one.end(signal.SIGKILL)


@pytest.fixture
def people(tmp_path: Path) -> Iterator[DoorEmulator]:
    made = DoorEmulator(tmp_path / "sensor", fast=20)
    yield made
    made.close()


def rows(messages) -> dict[int, Row]:
    items = [item for topic, payload, _ in messages if topic == BASE + "records" for item in decode_rows(payload)]
    return {item.row.seq: item.row for item in items if item.row}


def sums(messages) -> tuple[int, int, int]:
    found = [one for one in map(body, rows(messages).values()) if isinstance(one, Count)]
    return sum(c.into for c in found), sum(c.out for c in found), sum(c.turned_back for c in found)


def ready(desk) -> None:
    desk.wait(
        lambda _: any(msgspec.json.decode(p, type=Health).parts["sensor"].state == "ok" for p in desk.of("/health")),
        "the sensor to be ready",
    )


def test_17_in_12_out_1_turned_back_through_a_broker_that_dies(service, people, broker, listen, tmp_path) -> None:
    agent, desk = service(), listen(broker.port)
    agent.start()
    ready(desk)
    for walk in ["in"] * 9 + ["out"] * 6 + ["turn_back"]:
        people.walk(walk, speed=2.6)
    assert people.wait_idle(30)
    broker.kill()
    for walk in ["in"] * 5 + ["out"] * 6:
        people.walk(walk, speed=2.6)
    people.three()
    assert people.wait_idle(30)
    agent.signal(signal.SIGSTOP)  # until somebody listens at the new broker
    broker.start()
    after = listen(broker.port)
    agent.signal(signal.SIGCONT)
    after.wait(lambda m: sums(m) == (17, 12, 1), "17 in, 12 out, 1 turned back", 20)
    assert sorted(rows(after.messages)) == list(range(1, max(rows(after.messages)) + 1))
    last = [one for _, one in sorted((seq, body(row)) for seq, row in rows(after.messages).items())][-1]
    assert isinstance(last, Count)
    assert (last.total_in, last.total_out) == (17, 12)
    assert agent.end(signal.SIGTERM) == 0
    after.wait(lambda _: after.of("/status")[-1] == b"offline", "offline")


def test_kill_9_in_the_middle_of_an_interval_loses_nothing_that_is_older_than_the_hold(
    service, people, broker, listen, wait_for
) -> None:
    agent, desk = service(row_s=3600, flush_s=3600), listen(broker.port)
    agent.start()
    ready(desk)
    for _ in range(3):
        people.walk("in", speed=2.6)

    def held() -> int:
        with sqlite3.connect(f"file:{agent.ledger}?mode=ro", uri=True) as db:
            found = db.execute("SELECT body FROM held").fetchone()
        db.close()
        return msgspec.json.decode(found[0], type=Count).into if found else 0

    wait_for(lambda: held() == 3, "the counts to be held")
    agent.end(signal.SIGKILL)
    assert sums(desk.messages) == (0, 0, 0)
    agent.start()
    desk.wait(lambda m: sums(m) == (3, 0, 0), "the counts after the restart")


def test_sigterm_writes_what_was_counted(service, people, broker, listen) -> None:
    agent, desk = service(row_s=3600, flush_s=3600, hold_s=3600), listen(broker.port)
    agent.start()
    ready(desk)
    people.walk("out", speed=2.6)
    assert people.wait_idle(10)
    assert agent.end(signal.SIGTERM) == 0
    desk.wait(lambda m: sums(m) == (0, 1, 0), "the row written at the end")


def test_a_pulled_plug_is_an_alert_until_it_is_back(service, people, broker, listen) -> None:
    agent, desk = service(), listen(broker.port)
    agent.start()
    ready(desk)
    people.unplug()
    desk.wait(lambda _: any(desk.of("/alert/sensor-lost")), "the alert")
    alert = msgspec.json.decode(next(p for p in desk.of("/alert/sensor-lost") if p), type=Alert)
    assert "Is its plug in?" in alert.what
    people.plug()
    desk.wait(lambda _: desk.of("/alert/sensor-lost")[-1] == b"", "its end")
    people.walk("in", speed=2.6)
    desk.wait(lambda m: sums(m) == (1, 0, 0), "the next visitor")


def test_a_fault_that_stands_is_a_flag_of_the_row(tmp_path: Path, clock) -> None:
    (tmp_path / "a.csv").write_text("0,A,1,1\n80,B,1,2\n300,A,0,4\n400,B,0,5\n")
    (tmp_path / "door.toml").write_text('[sensor]\nkind = "replay"\nport = "%s"\n' % (tmp_path / "a.csv"))
    agent = Agent(load(tmp_path / "door.toml"), "test", clock)
    for _ in range(12):
        agent.step(0)
        clock.pass_ms(100)
    agent.run(stopped())
    (row,) = Ledger(tmp_path / "ledger.sqlite", clock).after(0, 9)
    count = body(row)
    assert isinstance(count, Count)
    assert (count.into, count.flags) == (1, ("edges_lost",))


def test_a_noisy_line_is_an_alert_until_it_is_clean(tmp_path: Path, clock, broker, listen) -> None:
    service, desk = Service(tmp_path, broker.port), listen(broker.port)
    master, slave = pty.openpty()
    tty.setraw(slave)
    (tmp_path / "sensor").symlink_to(os.ttyname(slave))
    service.start()
    ready(desk)
    os.write(master, b"1,A,0\n" * 190 + b"?!\n" * 10)
    desk.wait(lambda _: any(desk.of("/alert/sensor-noise")), "the alert")
    os.write(master, b"1,A,0\n" * 200)
    desk.wait(lambda _: desk.of("/alert/sensor-noise")[-1] == b"", "its end")
    assert service.end(signal.SIGTERM) == 0
    os.close(master)
    os.close(slave)


def test_a_quiet_door_writes_a_heartbeat(tmp_path: Path, clock) -> None:
    (tmp_path / "a.csv").write_text("")
    (tmp_path / "door.toml").write_text('[sensor]\nkind = "replay"\nport = "%s"\n' % (tmp_path / "a.csv"))
    agent = Agent(load(tmp_path / "door.toml"), "test", clock)
    began = clock.bt
    for _ in range(2):
        clock.pass_ms(450_000)
        agent.step(0)
    agent.run(stopped())
    (row,) = Ledger(tmp_path / "ledger.sqlite", clock).after(0, 9)
    assert (row.kind, row.bt0, row.bt1) == ("heartbeat", began, clock.bt)


def test_a_ledger_that_cannot_be_written_for_a_while_costs_no_count(tmp_path: Path, clock, caplog) -> None:
    walks = "".join(f"{t},A,1\n{t + 80},B,1\n{t + 300},A,0\n{t + 400},B,0\n" for t in (0, 10_000, 20_000))
    (tmp_path / "a.csv").write_text(walks)
    (tmp_path / "door.toml").write_text(f'[sensor]\nkind = "replay"\nport = "{tmp_path / "a.csv"}"\n')
    agent = Agent(load(tmp_path / "door.toml"), "test", clock)
    agent._ledger._db.execute("PRAGMA busy_timeout = 1")  # only so that the test need not wait for SQLite's patience
    thief = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    thief.execute("BEGIN IMMEDIATE")
    for _ in range(100):
        agent.step(0)
        clock.pass_ms(250)
    assert "cannot be written: database is locked" in caplog.text
    thief.execute("ROLLBACK")
    thief.close()
    agent.run(stopped())
    assert Ledger(tmp_path / "ledger.sqlite", clock).totals()["in"] == 3


def stopped() -> threading.Event:
    stop = threading.Event()
    stop.set()
    return stop


# -- the command


def run(*arguments: object):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_replay_prints_counts_as_json(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("0,A,1\n80,B,1\n300,A,0\n400,B,0\n2000,B,1\n2200,B,0\n3000,A,1\n90000,A,0\n92000,A,1\n92100,A,0\n")
    result = run("replay", file, "--json", "--format", "beams")
    assert result.exit_code == 0
    assert json.loads(result.output) == {
        "in": 1, "out": 0, "turned_back": 2, "ambiguous": 0, "implausible": 0,
        "faults": [
            {"t_ms": 63000, "kind": "blocked", "over": False, "beam": "A"},
            {"t_ms": 91000, "kind": "blocked", "over": True, "beam": "A"},
        ],
        "passages": [
            {"t_ms": 400, "direction": "in", "confidence": "sure"},
            {"t_ms": 2200, "direction": "turned_back", "confidence": "sure"},
            {"t_ms": 92100, "direction": "turned_back", "confidence": "sure"},
        ],
    }  # fmt: skip


def test_replay_prints_a_sentence_too(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("0,A,1\n80,B,1\n300,A,0\n400,B,0\n3000,A,1\n90000,A,0\n")
    result = run("replay", file, "--reversed")
    assert "0 in, 1 out in 1:30 (beams, 6 readings).\n" in result.output
    assert "1:03  blocked: something stands in the door (inside)\n" in result.output


def test_an_empty_recording_has_nobody(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("")
    assert json.loads(run("replay", tmp_path / "a.csv", "--json").output)["passages"] == []


def test_a_bad_line_ends_with_1_and_names_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("0,A,1\nrubbish\n")
    result = run("replay", tmp_path / "a.csv")
    assert result.exit_code == 1
    assert "a.csv, line 2: expected 't_ms,beam,state', got 'rubbish'" in result.output


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[door]\nnmae = 'x'", "door.nmae: no such setting"),
        ("[sensor]\nkind = 'magic'\nport = 'x'", "sensor.kind"),
        ("", "sensor.port: this setting is required"),
        ("[sensor]\nport = 'x'\n[link]\ndevice = 'Pintu 1'", "link.device"),
    ],
)
def test_a_bad_configuration_ends_with_2_and_names_the_key(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "door.toml").write_text(text)
    result = run("--config", tmp_path / "door.toml")
    assert result.exit_code == 2
    assert why in result.output


def test_without_a_configuration_it_says_what_to_give() -> None:
    result = run()
    assert result.exit_code == 2
    assert "--config FILE" in result.output


def test_a_ledger_in_use_ends_with_1_and_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "door.toml").write_text("[sensor]\nport = '/dev/none'")
    other = Ledger(tmp_path / "ledger.sqlite", SystemClock())
    result = run("--config", tmp_path / "door.toml")
    other.close()
    assert result.exit_code == 1
    assert "another process is using it" in result.output


def test_help_has_an_example() -> None:
    assert "pustaka door replay morning.csv --json" in " ".join(run("--help").output.split())
    assert "Example" in run("replay", "--help").output


def test_acknowledged_rows_leave_the_doors_ledger(service, people, broker, listen, wait_for) -> None:
    agent, desk = service(), listen(broker.port)
    agent.start()
    ready(desk)
    people.walk("in", speed=2.6)
    desk.wait(lambda m: sums(m) == (1, 0, 0), "the visit")
    last = max(rows(desk.messages))
    epoch = rows(desk.messages)[last].epoch
    desk.publish(BASE + "ack", msgspec.json.encode(Ack(epoch=epoch, seq=last)), retain=True)

    def kept() -> int:
        with sqlite3.connect(f"file:{agent.ledger}?mode=ro", uri=True) as db:
            (number,) = db.execute("SELECT count(*) FROM row").fetchone()
        db.close()
        return int(number)

    wait_for(lambda: kept() == 0, "the rows to be deleted")
