"""What the door's service writes down: rows end to end, flags, other sensors; on a clock that moves when told."""

from __future__ import annotations

import os
import pty
import sqlite3
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from devices.contract import Alert, Count, Row, body, check_id
from devices.door.agent import Agent
from devices.door.events import FaultKind, Tally
from devices.door.machines import make
from devices.door.readings import Total
from devices.door.sentences import SENTENCES, alert_name
from devices.door.settings import DoorSettings, load
from devices.emulators.gate import GateEmulator
from devices.link.ledger import Ledger
from devices.settings import SettingsError


class Wire:
    """A serial sensor that sends what the test writes, on a port that can be pulled."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._ends: tuple[int, int] | None = None
        self.plug()

    def plug(self) -> None:
        master, slave = pty.openpty()
        tty.setraw(slave)
        self.link.symlink_to(os.ttyname(slave))
        self._ends = (master, slave)

    def unplug(self) -> None:
        ends, self._ends = self._ends, None
        self.link.unlink(missing_ok=True)
        for end in ends or ():
            os.close(end)

    def send(self, *lines: str) -> None:
        assert self._ends is not None
        os.write(self._ends[0], "".join(f"{line}\n" for line in lines).encode())


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    made = Wire(tmp_path / "sensor")
    yield made
    made.unplug()


def settings_of(folder: Path, text: str) -> DoorSettings:
    (folder / "door.toml").write_text(text)
    return load(folder / "door.toml")


def rows_after(agent: Agent, folder: Path, clock) -> list[tuple[Row, Count]]:
    """Stop the service; the rows it wrote."""
    stop = threading.Event()
    stop.set()
    agent.run(stop)
    ledger = Ledger(folder / "ledger.sqlite", clock)
    found = [(row, counted) for row in ledger.after(0, 99) if isinstance(counted := body(row), Count)]
    ledger.close()
    return found


def until(condition: Callable[[], object], step: Callable[[], None], turns: int = 300) -> None:
    for _ in range(turns):
        step()
        if condition():
            return
    raise AssertionError("it never came")


def visit(at_ms: int) -> list[str]:
    return [f"{at_ms},A,1", f"{at_ms + 80},B,1", f"{at_ms + 300},A,0", f"{at_ms + 400},B,0"]


def test_time_without_a_sensor_is_a_row_of_its_own_that_says_so(tmp_path: Path, clock, wire: Wire) -> None:
    agent = Agent(settings_of(tmp_path, f'[sensor]\nport = "{wire.link}"\n'), "test", clock)
    began = clock.bt
    agent.step(0)
    wire.send(*visit(1_000))
    agent.step(0.05)
    clock.pass_ms(2_000)
    agent.step(0)
    wire.unplug()
    until(lambda: agent._part.state == "lost", lambda: agent.step(0.02))
    lost = clock.bt
    for _ in range(4):
        clock.pass_ms(10_000)
        agent.step(0)
    wire.plug()
    clock.pass_ms(2_000)
    until(lambda: agent._part.state == "ok", lambda: agent.step(0))
    back = clock.bt
    wire.send(*visit(60_000))
    agent.step(0.05)
    clock.pass_ms(5_000)
    agent.step(0)
    found = rows_after(agent, tmp_path, clock)
    assert [(row.kind, row.bt0, row.bt1, counted.into, counted.flags) for row, counted in found] == [
        ("count", began, lost, 1, ()),
        ("heartbeat", lost, back, 0, ("sensor_lost",)),
        ("count", back, clock.bt, 1, ()),
    ]


def test_a_blocked_minute_is_cut_out_of_the_rows(tmp_path: Path, clock, wire: Wire) -> None:
    agent = Agent(settings_of(tmp_path, f'[sensor]\nport = "{wire.link}"\n'), "test", clock)
    began = clock.bt
    agent.step(0)
    wire.send("1000,A,1")
    agent.step(0.05)
    clock.pass_ms(61_000)
    agent.step(0)
    blocked = clock.bt
    assert agent._machine.faults == (FaultKind.BLOCKED,)
    clock.pass_ms(30_000)
    wire.send("92000,A,0", "93500,A,0")
    agent.step(0.05)
    clear = clock.bt
    clock.pass_ms(10_000)
    found = rows_after(agent, tmp_path, clock)
    assert [(row.bt0, row.bt1, counted.flags) for row, counted in found] == [
        (began, blocked, ()),
        (blocked, clear, ("blocked",)),
        (clear, clock.bt, ()),
    ]


def test_what_was_counted_is_on_disk_four_seconds_later(tmp_path: Path, clock, wire: Wire) -> None:
    """The next start finds it, although this process never ended its row: its power was cut."""
    agent = Agent(settings_of(tmp_path, f'[sensor]\nport = "{wire.link}"\n'), "test", clock)
    agent.step(0)
    wire.send(*visit(1_000))
    agent.step(0.05)
    clock.pass_ms(600)
    until(lambda: not agent._interval.empty, lambda: agent.step(0))
    assert agent._timeout() <= 1.0
    clock.pass_ms(3_999)
    agent.step(0)
    assert held(tmp_path) == []
    clock.pass_ms(1)
    agent.step(0)
    assert held(tmp_path) == [1]
    agent._ledger.close()  # no more than letting go of the lock: nothing is written by it
    again = Ledger(tmp_path / "ledger.sqlite", clock)
    assert again.totals()["in"] == 1
    again.close()
    agent._sensor.close()


def test_what_the_sensor_said_until_the_stop_is_counted(tmp_path: Path, clock, wire: Wire) -> None:
    agent = Agent(settings_of(tmp_path, f'[sensor]\nport = "{wire.link}"\n'), "test", clock)
    agent.step(0)
    wire.send(*visit(1_000))
    assert [counted.into for _, counted in rows_after(agent, tmp_path, clock)] == [1]


def held(folder: Path) -> list[int]:
    db = sqlite3.connect(f"file:{folder / 'ledger.sqlite'}?mode=ro", uri=True)
    found = [msgspec.json.decode(raw, type=Count).into for (raw,) in db.execute("SELECT body FROM held")]
    db.close()
    return found


def test_the_service_waits_for_what_comes_next_and_not_longer(tmp_path: Path, clock, wire: Wire) -> None:
    agent = Agent(settings_of(tmp_path, f'[sensor]\nport = "{wire.link}"\n'), "test", clock)
    agent.step(0)
    assert agent._timeout() == 1.0  # nothing is due for minutes
    wire.send("1000,A,1", "1080,B,1", "1300,A,0", "1400,B,0")
    agent.step(0.05)
    assert agent._timeout() == pytest.approx(0.08, abs=0.005)  # the last clear is certain then
    clock.pass_ms(130)
    agent.step(0)
    assert agent._timeout() == pytest.approx(0.02, abs=0.005)  # and the passage ends
    clock.pass_ms(20)
    agent.step(0)
    assert not agent._interval.empty
    assert agent._timeout() == 1.0
    clock.pass_ms(3_900)
    agent.step(0)
    assert agent._timeout() == pytest.approx(0.1, abs=0.005)  # it is written down
    clock.pass_ms(100)
    agent.step(0)
    assert agent._timeout() == 1.0
    agent._ledger.close()
    agent._sensor.close()


def test_totals_of_a_gate_are_counted_at_once(tmp_path: Path, clock) -> None:
    gate = GateEmulator(into=999_990, out=500)
    text = f'[sensor]\nkind = "gate-http"\n[sensor.gate]\nurl = "{gate.url}"\n[sensor.totals]\nmax = 999999\n'
    agent = Agent(settings_of(tmp_path, text), "test", clock)

    def read() -> None:
        clock.pass_ms(60_000)
        agent.step(0.1)

    until(lambda: agent._interval.source == (999_990, 500), read)
    gate.walk(into=14, out=3)
    until(lambda: agent._interval.source == (4, 503), read)
    gate.close()
    found = rows_after(agent, tmp_path, clock)
    assert (sum(counted.into for _, counted in found), sum(counted.out for _, counted in found)) == (14, 3)
    assert found[-1][1].n_src == (4, 503)


def test_frames_of_a_grid_are_counted(tmp_path: Path, clock, wire: Wire) -> None:
    """Somebody 1.5 m below the sensor walks along the rows of a grid 2.5 m above the floor."""
    text = f'[door]\nunit = "mm"\n[sensor]\nkind = "grid-line"\nport = "{wire.link}"\n'
    agent = Agent(settings_of(tmp_path, text), "test", clock)
    agent.step(0)
    for frame in range(160):
        middle = (frame - 90) / 4 if frame >= 90 else -9.0
        cells = [
            900 if abs(row - middle) <= 1.2 and 2 <= col <= 5 else 2_500 + (row * 7 + col * 3 + frame) % 5
            for row in range(8)
            for col in range(8)
        ]
        clock.pass_ms(67)
        wire.send(f"{frame * 67},8,8," + ",".join(map(str, cells)))
        agent.step(0.05)
    clock.pass_ms(2_000)
    agent.step(0)
    found = rows_after(agent, tmp_path, clock)
    assert (sum(counted.into for _, counted in found), sum(counted.out for _, counted in found)) == (1, 0)


# -- which machine, and what is said


KINDS = {
    'kind = "line"\nport = "/dev/x"': "Crossing",
    'kind = "gpio"': "Crossing",
    'kind = "tof"': "Zones",
    'kind = "grid"': "GridMachine",
    'kind = "grid-line"\nport = "/dev/x"': "GridMachine",
    'kind = "counter-line"\nport = "/dev/x"': "Totals",
    'kind = "modbus"\nport = "/dev/x"': "Totals",
    'kind = "gate-http"\n[sensor.gate]\nurl = "http://gate/"': "Totals",
    'kind = "replay"\nport = "a.csv"': "Crossing",
    'kind = "replay"\nport = "a.csv"\n[door]\nmachine = "zones"\nidle_mm = [2400, 2380]': "Zones",
}


@pytest.mark.parametrize(("sensor", "machine"), KINDS.items())
def test_each_sensor_has_its_machine(tmp_path: Path, sensor: str, machine: str) -> None:
    made = make(settings_of(tmp_path, f"[sensor]\n{sensor}\n"))
    assert type(made).__name__ == machine
    assert made.faults == ()


@pytest.mark.parametrize(("more", "people"), [("bits = 16", 16), ("bits = 32", 10)])
def test_a_register_wraps_where_it_is_full(tmp_path: Path, more: str, people: int) -> None:
    """Nobody said where the counter wraps: of 16 bits it is clear, of 32 a fall from 65,530 is a reset."""
    made = make(settings_of(tmp_path, f'[sensor]\nkind = "modbus"\n[sensor.modbus]\nhost = "x"\n{more}\n'))
    said = [event for n, total in enumerate((65_530, 4, 10)) for event in made.feed(Total(n * 60_000, total))]
    assert sum(event.into for event in said if isinstance(event, Tally)) == people


def test_configured_distances_reach_the_machine(tmp_path: Path) -> None:
    made = make(settings_of(tmp_path, '[sensor]\nkind = "tof"\n[door]\nidle_mm = [2400, 2380]\n'))
    assert made.idle_mm == {"A": 2_400, "B": 2_380}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("door", "why"),
    [
        ('machine = "grid"', "door.machine: a sensor of the kind 'tof' is counted by 'zones'"),
        ("idle_mm = [2400]", "door.idle_mm: expected two distances"),
        ("idle_mm = [2400, 0]", "door.idle_mm: expected two distances"),
        ("gap_mm = 0", "door.gap_mm: expected the distance of the beams in mm, got 0"),
        ("leaf_mm = -5", "door.leaf_mm: expected a distance in mm, or 0 for none, got -5"),
    ],
)
def test_settings_that_do_not_fit_are_named(tmp_path: Path, door: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        settings_of(tmp_path, f'[sensor]\nkind = "tof"\n[door]\n{door}\n')


@pytest.mark.parametrize("kind", FaultKind)
def test_every_fault_has_a_sentence_and_a_topic(kind: FaultKind) -> None:
    assert Alert(what=SENTENCES[kind]).what.endswith((".", "?"))
    assert check_id(alert_name(kind))
