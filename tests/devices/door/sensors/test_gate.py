"""Gates over HTTP: a real server with the faults of old firmware, and answers that mean harm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devices.door.events import Fault, FaultKind, Tally
from devices.door.readings import Total
from devices.door.sensors.gate_http import GateHttp, values
from devices.door.sensors.polled import BadAnswer
from devices.door.sensors.port import Garbled, Gone, Ready, Report
from devices.door.sensors.settings import GatePart
from devices.door.totals import TotalRules, Totals
from devices.emulators.gate import GateEmulator, GateFault


@pytest.fixture
def gate() -> Iterator[GateEmulator]:
    made = GateEmulator(into=500, out=480)
    yield made
    made.close()


def part(gate: GateEmulator, **more: object) -> GatePart:
    return GatePart(**({"url": gate.url, "timeout_s": 5.0} | more))  # type: ignore[arg-type]


def polls(sensor: GateHttp, clock, turns: int) -> list[Report]:
    said: list[Report] = []
    for _ in range(turns):
        said += sensor.read(0)
        clock.pass_ms(60_000)
    return said


def test_totals_of_a_gate_once_a_minute(clock, gate: GateEmulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    sensor = GateHttp(part(gate), clock)
    assert sensor.read(0) == [Ready(), Total(10_000, 500, 480)]
    gate.walk(into=3, out=1, alarms=1)
    assert sensor.read(0) == []
    clock.pass_ms(60_000)
    assert sensor.read(0) == [Total(70_000, 503, 481)]
    assert "1 alarms" in caplog.text
    assert gate.asked == 2


def test_json_by_the_end_of_a_path(clock) -> None:
    gate = GateEmulator(as_json=True, into=7, out=6)
    sensor = GateHttp(part(gate, into="counters/in", out="counters/out", alarm="gate/alarm"), clock)
    assert sensor.read(0)[1] == Total(10_000, 7, 6)
    gate.close()


def test_a_number_may_be_an_attribute() -> None:
    found = values(b'<g><c n="1" in="5"/><c n="2" in="6"/></g>', "x")
    assert ("g/c@in", "5") in found
    assert dict(values(b'{"a": [{"b": 1}, {"b": 2}], "c": null, "d": true}', "x")) == {"a/0/b": "1", "a/1/b": "2"}


@pytest.mark.parametrize(("start", "reset", "faults"), [(999_990, False, []), (5_000, True, [FaultKind.TOTAL_RESET])])
def test_roll_over_and_reset_of_a_gate_are_counted_through(
    clock, start: int, reset: bool, faults: list[FaultKind]
) -> None:
    gate = GateEmulator(into=start, out=10)
    sensor, machine = GateHttp(part(gate), clock), Totals(TotalRules(highest=999_999))
    said = []
    for step in range(5):
        said += [event for report in sensor.read(0) if isinstance(report, Total) for event in machine.feed(report)]
        if step == 2 and reset:
            gate.reset()
        gate.walk(into=4)
        clock.pass_ms(60_000)
    said += machine.finish(clock.bt)
    assert sum(event.into for event in said if isinstance(event, Tally)) == 16
    assert [event.kind for event in said if isinstance(event, Fault) and not event.over] == faults
    gate.close()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (GateFault.ERROR, "answers 500"),
        (GateFault.TRUNCATED, "broke off"),
        (GateFault.HUGE, "longer than 65536 bytes"),
        (GateFault.REDIRECT, "wants to send us to"),
        (GateFault.BOMB, "a document type is not allowed"),
        (GateFault.TEXT, "expected XML or JSON"),
        (GateFault.WORD, "expected a whole number"),
    ],
)
def test_an_answer_that_is_none_is_told_and_three_are_a_lost_gate(
    clock, gate: GateEmulator, fault: GateFault, words: str
) -> None:
    sensor = GateHttp(part(gate), clock)
    sensor.read(0)
    gate.fail(fault)
    clock.pass_ms(60_000)
    (garbled,) = sensor.read(0)
    assert isinstance(garbled, Garbled)
    assert words in garbled.why
    said = polls(sensor, clock, 4)
    assert sum(isinstance(report, Gone) for report in said) == 1
    gate.fail(None)
    assert polls(sensor, clock, 1)[0] == Ready()


def test_a_gate_that_is_slow_or_gone_does_not_hold_the_door_up(clock, gate: GateEmulator) -> None:
    sensor = GateHttp(part(gate, timeout_s=0.1, tries=2), clock)
    gate.fail(GateFault.SLOW)
    said = polls(sensor, clock, 3)
    missed, gone = said  # and then silence
    assert isinstance(missed, Garbled)
    assert isinstance(gone, Gone)
    assert "timed out" in gone.why
    gate.fail(None)
    assert isinstance(polls(sensor, clock, 1)[-1], Total)


def test_a_gate_that_drips_is_given_up_when_its_time_is_over(clock, gate: GateEmulator) -> None:
    sensor = GateHttp(part(gate, timeout_s=0.3, tries=1), clock)
    gate.fail(GateFault.DRIPPING)  # each byte comes in time, the page never
    (gone,) = sensor.read(0)
    assert isinstance(gone, Gone)
    assert "too slowly" in gone.why


def test_what_the_page_has_instead_is_named(clock, gate: GateEmulator) -> None:
    sensor = GateHttp(part(gate, into="visitors", tries=1), clock)
    garbled, gone = sensor.read(0)
    assert isinstance(garbled, Garbled)
    assert isinstance(gone, Gone)
    assert "has no 'visitors'; it has gate/count0, gate/count1" in gone.why


@pytest.mark.parametrize("body", [b"[" * 100_000, b"<a>" * 100, b"", b"\xff\xfe", b"<a>&b;</a>"])
def test_bytes_that_mean_harm_are_a_sentence(body: bytes) -> None:
    with pytest.raises(BadAnswer, match="expected XML or JSON"):
        values(body, "http://gate")
