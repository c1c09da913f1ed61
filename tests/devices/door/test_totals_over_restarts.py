"""A counter that is not ours goes on while our service is off: who came meanwhile is counted at the next start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from test_agent_rows import rows_after, settings_of, until

from devices.contract import Ack, Clock, Count, Kind
from devices.door.agent import Agent
from devices.door.events import Fault, FaultKind, Tally
from devices.door.interval import CAUGHT_UP, Interval
from devices.door.readings import Total
from devices.door.settings import DoorPart
from devices.door.totals import TotalRules, Totals, before
from devices.emulators.gate import GateEmulator
from devices.link.clock import Moment
from devices.link.ledger import Ledger, Source

HOUR, DAY = 3_600_000, 86_400_000


@pytest.fixture
def gate() -> Iterator[GateEmulator]:
    made = GateEmulator(into=5_000, out=4_000)
    yield made
    made.close()


class Door:
    """The door's service at a gate, started again and again on one ledger."""

    def __init__(self, folder: Path, clock, gate: GateEmulator) -> None:
        self.folder, self.clock, self.gate = folder, clock, gate
        self.url = gate.url
        self.agent: Agent | None = None

    def start(self) -> None:
        text = f'[sensor]\nkind = "gate-http"\n[sensor.gate]\nurl = "{self.url}"\n[sensor.totals]\nmax = 999999\n'
        self.agent = Agent(settings_of(self.folder, text), "test", self.clock)

    def read(self) -> None:
        """Until the gate was asked once more, and answered."""
        asked, agent = self.gate.asked, self.agent
        assert agent is not None

        def step() -> None:
            self.clock.pass_ms(60_000)
            agent.step(0.1)

        until(lambda: self.gate.asked > asked, step)

    def cut(self) -> None:
        """The power fails: what is on the disk is all that is left."""
        assert self.agent is not None
        self.agent._ledger.close()
        self.agent._sensor.close()

    def stop(self) -> list[Count]:
        assert self.agent is not None
        return [counted for _, counted in rows_after(self.agent, self.folder, self.clock)]

    def reboot(self, off_ms: int) -> None:
        self.clock.boot += "+"
        self.clock.bt = 20_000
        if self.clock.utc is not None:
            self.clock.utc += off_ms

    def counted(self) -> tuple[int, int]:
        ledger = Ledger(self.folder / "ledger.sqlite", self.clock)
        totals = ledger.totals()
        ledger.close()
        return totals.get("in", 0), totals.get("out", 0)


@pytest.fixture
def door(tmp_path: Path, clock, gate: GateEmulator) -> Door:
    return Door(tmp_path, clock, gate)


def test_the_first_start_ever_counts_nobody(door: Door) -> None:
    door.start()
    door.read()
    door.stop()
    assert door.counted() == (0, 0)


def test_who_came_while_the_service_was_off_is_counted_at_its_next_start(door: Door, gate: GateEmulator) -> None:
    door.start()
    door.read()
    gate.walk(into=3, out=1)
    door.read()
    door.stop()
    gate.walk(into=40, out=30)
    door.clock.pass_ms(HOUR)
    door.start()
    door.read()
    gate.walk(into=2)
    door.read()
    rows = door.stop()
    assert door.counted() == (45, 31)
    assert [row.into for row in rows if CAUGHT_UP in row.flags] == [40]


def test_a_power_cut_takes_nobody_and_doubles_nobody(door: Door, gate: GateEmulator, clock) -> None:
    clock.utc = 1_800_000_000_000
    door.start()
    door.read()
    for _ in range(3):
        gate.walk(into=7, out=5)
        door.read()
        door.cut()  # before or after it was written down
        gate.walk(into=10)
        door.reboot(2 * HOUR)
        door.start()
        door.read()
    door.stop()
    assert door.counted() == (51, 15)


def test_a_power_cut_in_the_first_quiet_hour_loses_nobody_either(door: Door, gate: GateEmulator) -> None:
    """No row is due for a quarter of an hour; where the counter stood is written all the same."""
    door.start()
    door.read()
    door.clock.pass_ms(4_000)
    assert door.agent is not None
    door.agent.step(0)
    door.cut()
    gate.walk(into=12)
    door.reboot(HOUR)
    door.start()
    door.read()
    door.stop()
    assert door.counted() == (12, 0)


def test_a_wrap_meanwhile_is_a_wrap_and_a_reset_is_a_reset(door: Door, gate: GateEmulator, clock) -> None:
    clock.utc = 1_800_000_000_000
    gate.walk(into=994_990)  # it shows 999,990
    door.start()
    door.read()
    door.stop()
    gate.walk(into=30)
    door.reboot(3 * DAY)
    door.start()
    door.read()
    door.read()
    door.stop()
    assert door.counted() == (30, 0)
    gate.walk(into=5_000)
    clock.pass_ms(HOUR)
    door.start()
    door.read()
    door.stop()
    assert door.counted() == (5_030, 0)
    gate.reset()  # the house was without power
    gate.walk(into=6, out=2)
    door.reboot(7 * DAY)
    door.start()
    door.read()
    door.read()
    rows = door.stop()
    assert door.counted() == (5_036, 2)
    assert FaultKind.TOTAL_RESET in rows[-1].flags


def test_another_counter_is_not_gone_on_with(door: Door, gate: GateEmulator) -> None:
    door.start()
    door.read()
    door.stop()
    gate.walk(into=900)
    door.url = gate.url + "?gate=2"
    door.start()
    door.read()
    door.stop()
    assert door.counted() == (0, 0)


# -- the parts


def test_the_ledger_keeps_the_newest_rows_counter_even_when_the_rows_are_gone(tmp_path: Path, clock) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite", clock)
    assert ledger.source("gate") is None
    ledger.append(Kind.COUNT, Count(into=1, n_src=(10, 20)), 100, 200)
    ledger.append(Kind.HEARTBEAT, Count(), 200, 300)
    ledger.prune(Ack(epoch=ledger.epoch, seq=2))
    ledger.hold(Kind.COUNT, Count(into=1, n_src=(11,)), 300, 400)
    assert ledger.source("gate") == Source((10, 20), "boot1", 200, None)
    ledger.close()
    again = Ledger(tmp_path / "ledger.sqlite", clock)
    assert again.source("gate") == Source((11,), "boot1", 400, None)
    assert again.source("another gate") is None
    assert again.source("gate") is None


def test_a_row_that_is_not_written_does_not_move_the_counter(tmp_path: Path, clock) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite", clock)
    ledger.source("gate")
    ledger.append(Kind.COUNT, Count(into=1, n_src=(10,)))
    ledger._db.execute(
        "CREATE TRIGGER full BEFORE UPDATE ON meta WHEN new.name = 'last' BEGIN SELECT RAISE(ABORT, 'x'); END"
    )
    with pytest.raises(Exception, match="cannot be written"):
        ledger.append(Kind.COUNT, Count(into=1, n_src=(11,)))
    source = ledger.source("gate")
    assert source is not None
    assert source.values == (10,)


@pytest.mark.parametrize(
    ("source", "utc", "t_ms"),
    [
        (Source((7, 8), "here", 5_000, None), None, 5_000),
        (Source((7, 8), "before", 5_000, 1_000_000), 1_060_000, 90_000 - 60_000),
        (Source((7, 8), "before", 5_000, 1_000_000), None, 90_000 - 7 * DAY),
        (Source((7, 8), "before", 5_000, None), 1_060_000, 90_000 - 7 * DAY),
        (
            Source((7, 8), "before", 5_000, 2_000_000),
            1_060_000,
            90_000 - 7 * DAY,
        ),  # the clock was wrong then, or is now
    ],
)
def test_a_rows_counter_is_a_reading_on_the_clock_of_now(source: Source, utc: int | None, t_ms: int) -> None:
    assert before(source, "here", Moment(90_000, utc, Clock.NONE)) == Total(t_ms, 7, 8)


def test_a_reading_from_before_the_boot_is_gone_on_from() -> None:
    machine = Totals(start=Total(-DAY, 100))
    assert machine.feed(Total(1_000, 160)) == [Tally(-DAY, 1_000, 60, 0)]


@pytest.mark.parametrize(
    ("old", "new", "people", "kinds"),
    [(999_000, 500, 1_500, []), (5_000, 500, 500, [FaultKind.TOTAL_RESET]), (500_001, 0, 499_999, [])],
)
def test_after_days_only_the_shorter_way_round_is_a_wrap(
    old: int, new: int, people: int, kinds: list[FaultKind]
) -> None:
    machine = Totals(TotalRules(highest=999_999), start=Total(-7 * DAY, old))
    said = [*machine.feed(Total(0, new)), *machine.feed(Total(60_000, new))]
    assert sum(event.into for event in said if isinstance(event, Tally)) == people
    assert [event.kind for event in said if isinstance(event, Fault)] == kinds


def test_where_a_counter_stands_is_written_soon_and_once() -> None:
    interval = Interval(DoorPart(hold_s=4), 0)
    interval.show((), 1_000)
    assert interval.due_at == 900_000
    interval.show((500,), 2_000)
    assert interval.due_at == 6_000
    assert interval.hold_due(6_000)
    interval.held()
    interval.show((501,), 7_000)
    assert interval.due_at == 900_000
