"""Totals over Modbus, against pymodbus' own server: by TCP, and by RTU over a serial line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from modbus_peer import Counter, NullModem
from pymodbus.client import ModbusTcpClient

from devices.door.events import Tally
from devices.door.readings import Total
from devices.door.sensors.modbus import ModbusSensor
from devices.door.sensors.port import Garbled, Gone, Ready
from devices.door.sensors.settings import ModbusPart
from devices.door.totals import TotalRules, Totals

CARRY = 0x0001_0000


@pytest.fixture
def counter() -> Iterator[Counter]:
    made = Counter(into=70_000, out=69_000)
    yield made
    made.close()


def part(counter: Counter, **more: object) -> ModbusPart:
    return ModbusPart(**({"host": "127.0.0.1", "tcp_port": counter.tcp_port, "address": 10} | more))  # type: ignore[arg-type]


def test_both_totals_in_one_transaction(clock, counter: Counter) -> None:
    sensor = ModbusSensor(part(counter), "", 0, clock)
    assert sensor.read(0) == [Ready(), Total(10_000, 70_000, 69_000)]
    assert counter.transactions == [(10, 4)]
    assert sensor.read(0) == []  # not due
    clock.pass_ms(5_000)
    counter.into += 3
    assert sensor.read(0) == [Total(15_000, 70_003, 69_000)]
    sensor.close()


def test_the_other_order_of_words_and_holding_registers(clock) -> None:
    counter = Counter(into=70_000, out=3, words="little")
    sensor = ModbusSensor(part(counter, words="little", registers="holding"), "", 0, clock)
    assert sensor.read(0)[1] == Total(10_000, 70_000, 3)
    sensor.close()
    counter.close()


def test_one_total_of_16_bits(clock, counter: Counter) -> None:
    sensor = ModbusSensor(part(counter, address=11, count=1, out=-1, bits=16), "", 0, clock)
    assert sensor.read(0)[1] == Total(10_000, 70_000 - CARRY)
    sensor.close()


def test_by_rtu_over_a_serial_line(clock) -> None:
    cable = NullModem()
    counter = Counter(cable.ports[0], into=12, out=2**32 - 1)
    sensor = ModbusSensor(ModbusPart(address=10), cable.ports[1], 19_200, clock)
    assert sensor.read(0) == [Ready(), Total(10_000, 12, 2**32 - 1)]
    counter.into, counter.out = 15, 4
    clock.pass_ms(5_000)
    machine = Totals(TotalRules(highest=2**32 - 1))
    machine.feed(Total(10_000, 12, 2**32 - 1))
    (total,) = sensor.read(0)
    assert isinstance(total, Total)
    said = [*machine.feed(total), *machine.finish(20_000)]
    tallies = [event for event in said if isinstance(event, Tally)]
    assert (sum(t.into for t in tallies), sum(t.out for t in tallies)) == (3, 5)  # across the wrap of 32 bits
    sensor.close()
    counter.close()
    cable.close()


def carrying(counter: Counter) -> None:
    """One more person with each transaction, around the carry into the upper half."""
    counter.into = CARRY - 2

    def one_more() -> None:
        counter.into += 1

    counter.each = one_more


def test_a_carry_between_the_halves_is_never_torn(clock, counter: Counter) -> None:
    carrying(counter)
    sensor = ModbusSensor(part(counter, every_s=0.001), "", 0, clock)
    seen = []
    for _ in range(4):
        clock.pass_ms(1_000)
        seen += [report.into for report in sensor.read(0) if isinstance(report, Total)]
    assert seen == [CARRY - 1, CARRY, CARRY + 1, CARRY + 2]
    sensor.close()


def test_control_read_in_two_transactions_it_is_torn(counter: Counter) -> None:
    carrying(counter)
    client = ModbusTcpClient("127.0.0.1", port=counter.tcp_port)
    assert client.connect()
    high, low = (client.read_input_registers(10 + n, count=1, device_id=1).registers[0] for n in range(2))
    client.close()
    assert high << 16 | low == 0  # 65,536 people gone


def test_a_counter_that_falls_silent_is_lost_after_three_tries_and_found_again(clock, counter: Counter) -> None:
    sensor = ModbusSensor(part(counter, timeout_s=0.3), "", 0, clock)
    sensor.read(0)
    counter.close()
    said = []
    for _ in range(8):
        clock.pass_ms(5_000)
        said += sensor.read(0)
    *missed, gone = said
    assert [type(report) for report in missed] == [Garbled, Garbled]
    assert isinstance(gone, Gone)
    assert "127.0.0.1" in gone.why
    sensor.close()


def test_one_lost_answer_is_asked_for_again_and_counts_as_a_bad_line_alone(clock) -> None:
    sensor = ModbusSensor(ModbusPart(host="127.0.0.1", tcp_port=1, timeout_s=0.3), "", 0, clock)
    for _ in range(2):
        (missed,) = sensor.read(0)
        assert isinstance(missed, Garbled)
        clock.pass_ms(1_000)
    (gone,) = sensor.read(0)
    assert isinstance(gone, Gone)
    assert "cannot be reached" in gone.why


@pytest.mark.parametrize(("more", "words"), [({"address": 19}, "has no such register"), ({"unit": 9}, "")])
def test_a_refusal_says_what_to_look_at(clock, counter: Counter, more: dict[str, object], words: str) -> None:
    sensor = ModbusSensor(part(counter, timeout_s=0.3, **more), "", 0, clock)
    said = []
    for _ in range(3):
        said += sensor.read(0)
        clock.pass_ms(1_000)
    assert isinstance(said[-1], Gone)
    assert words in said[-1].why
    assert all(isinstance(report, Garbled | Gone) for report in said)
    sensor.close()
