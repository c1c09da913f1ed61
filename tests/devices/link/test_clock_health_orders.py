"""Small parts of the link: what the clock is worth, what the computer says of itself, which orders are obeyed."""

from __future__ import annotations

import queue
from pathlib import Path

import msgspec
import pytest

from devices.contract import Clock as Quality
from devices.contract import Command, ContractError, Part, Reply
from devices.link.clock import BUILT, Moment, SystemClock, judge, rtc_agrees
from devices.link.health import cpu_celsius, disk_percent, load, measure, memory_percent, power_part
from devices.link.ledger import Ledger
from devices.link.orders import Answer, Orders, readable

NOW = BUILT + 1_000_000


@pytest.mark.parametrize(
    ("utc", "synced", "rtc", "clk"),
    [
        (NOW, True, False, Quality.SYNCED),
        (NOW, True, True, Quality.SYNCED),
        (NOW, False, True, Quality.RTC),
        (NOW, False, False, Quality.NONE),
        (BUILT - 1, True, True, Quality.NONE),
        (0, False, True, Quality.NONE),
    ],
)
def test_utc_is_believed_only_with_a_reason(utc: int, synced: bool, rtc: bool, clk: Quality) -> None:
    moment = judge(5, utc, synced=synced, rtc=rtc)
    assert moment.clk is clk
    assert moment.utc == (None if clk is Quality.NONE else utc)


@pytest.mark.parametrize(
    ("shown", "agrees"),
    [
        ({"rtc0": "1800000000"}, True),
        ({"rtc0": "1799999900"}, True),
        ({"rtc0": "1799999000"}, False),  # it was set once, and the wall clock has another source
        ({"rtc0": "1234"}, False),  # a Pi 5 without the battery: it begins in 1970 after each power cut
        ({"rtc0": "1234", "rtc1": "1800000003"}, True),  # … and a DS3231 beside it
        ({"rtc0": "x", "rtc1": "1800000003"}, True),
        ({"rtc0": "x"}, False),
        ({}, False),
    ],
)
def test_a_battery_clock_is_believed_where_it_shows_the_time(
    shown: dict[str, str], agrees: bool, tmp_path: Path
) -> None:
    for name, text in shown.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "since_epoch").write_text(text + "\n")
    assert rtc_agrees(1_800_000_000_000, tmp_path) is agrees


def test_no_battery_clock_at_all(tmp_path: Path) -> None:
    assert not rtc_agrees(1_800_000_000_000, tmp_path / "rtc")
    (tmp_path / "rtc0").mkdir()
    assert not rtc_agrees(1_800_000_000_000, tmp_path)
    (tmp_path / "rtc1").mkdir()
    (tmp_path / "rtc1" / "since_epoch").write_text("1800000000\n")
    assert rtc_agrees(1_800_000_000_000, tmp_path)


def test_utc_of_an_earlier_moment_of_the_boot() -> None:
    assert Moment(1_000, 50_000, Quality.SYNCED).utc_at(400) == 49_400
    assert Moment(1_000, None, Quality.NONE).utc_at(400) is None


def test_the_system_clock_runs_and_names_its_boot() -> None:
    clock = SystemClock(trusted=True)
    first, second = clock.now(), clock.now()
    assert first.bt <= second.bt
    assert len(clock.boot) == 12
    assert first.clk is Quality.SYNCED


def test_figures_are_read_from_proc(tmp_path: Path, clock) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "sys/class/thermal/thermal_zone0").mkdir(parents=True)
    (tmp_path / "proc/loadavg").write_text("0.52 0.58 0.59 1/389 12345\n")
    (tmp_path / "proc/meminfo").write_text("MemTotal:  1000 kB\nMemFree:  100 kB\nMemAvailable:  400 kB\n")
    (tmp_path / "sys/class/thermal/thermal_zone0/temp").write_text("48312\n")
    clock.bt = 90_500
    ledger = Ledger(tmp_path / "ledger.sqlite", clock)
    health = measure(clock.now(), {"sensor": Part(state="ok")}, ledger, tmp_path)
    assert (health.uptime_s, health.load, health.mem_pct, health.cpu_c) == (90, 0.52, 60.0, 48.3)
    assert (health.epoch, health.oldest, health.backlog) == (ledger.epoch, 1, 0)
    assert health.parts["sensor"].state == "ok"
    assert health.disk_pct is not None
    assert 0 <= health.disk_pct <= 100


@pytest.mark.parametrize(
    "text", ["", "nonsense", "MemTotal: x kB\nMemAvailable: 1 kB", "MemTotal: 0 kB\nMemAvailable: 0 kB"]
)
def test_what_cannot_be_measured_is_none(text: str) -> None:
    assert cpu_celsius(text) is None
    assert load(text) is None
    assert memory_percent(text) is None
    assert disk_percent(Path("/no/such/place")) is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("throttled=0x0\n", Part(state="ok")),
        ("throttled=0x50000\n", Part(state="ok")),  # only in the past
        ("throttled=0x50005\n", Part(state="degraded", why="low voltage, throttled")),
        ("throttled=0xzz", None),
        ("VCHI initialization failed", None),
    ],
)
def test_the_power_of_a_raspberry_pi(text: str, part: Part | None) -> None:
    assert power_part(text) == part


def order(number: str = "c1", expires: int = NOW) -> bytes:
    return msgspec.json.encode(Command(id=number, expires=expires))


def test_a_retained_order_is_never_obeyed() -> None:
    assert readable(order(), retained=True, utc=NOW - 1) is None


def test_an_expired_order_is_not_obeyed() -> None:
    assert readable(order(expires=NOW), retained=False, utc=NOW) is None
    assert readable(order(expires=NOW), retained=False, utc=NOW - 1) is not None


def test_a_device_that_does_not_know_the_time_leaves_expiry_to_the_broker() -> None:
    assert readable(order(expires=1), retained=False, utc=None) is not None


def test_rubbish_is_not_an_order() -> None:
    with pytest.raises(ContractError):
        readable(b"restart!", retained=False, utc=None)


def run(*orders: tuple[str, bytes], **handlers: object) -> list[tuple[str, Reply]]:
    replies: queue.SimpleQueue[tuple[str, Reply]] = queue.SimpleQueue()
    desk = Orders(lambda verb, reply: replies.put((verb, reply)))
    for verb, handler in handlers.items():
        desk.on(verb, handler)  # type: ignore[arg-type]
    for verb, payload in orders:
        desk.receive(verb, payload, retained=False, utc=NOW - 1)
    said = [replies.get(timeout=5) for _ in orders]
    desk.stop()
    return said


def test_ping_is_answered_by_every_device() -> None:
    ((verb, reply),) = run(("ping", order()))
    assert (verb, reply.id, reply.ok, reply.message) == ("ping", "c1", True, "pong")


def test_an_unknown_verb_is_answered_with_a_refusal() -> None:
    ((_, reply),) = run(("dance", order()))
    assert (reply.ok, reply.code) == (False, "unknown-verb")


def test_an_order_that_arrives_twice_is_done_once_and_answered_twice() -> None:
    done: list[str] = []

    def count(command: Command) -> Answer:
        done.append(command.id)
        return Answer(message=f"{len(done)}")

    said = run(("count", order("a")), ("count", order("a")), ("count", order("b")), count=count)
    assert [reply.message for _, reply in said] == ["1", "1", "2"]
    assert done == ["a", "b"]


def test_a_handler_that_fails_is_answered_and_the_next_order_is_still_obeyed() -> None:
    def broken(command: Command) -> Answer:
        raise RuntimeError(command.id)

    said = run(("broken", order("a")), ("ping", order("b")), broken=broken)
    assert [(reply.ok, reply.code) for _, reply in said] == [(False, "failed"), (True, "")]
