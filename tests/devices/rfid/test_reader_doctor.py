"""What the doctor finds about the RFID reader, on emulated readers and a pretended /sys and /proc."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from devices.emulators.reader_client import ReaderEmulator
from devices.findings import Finding, Grade
from devices.rfid.doctor import findings
from devices.rfid.line_facts import line_facts
from devices.rfid.port import LineSettings, Port
from devices.rfid.settings import ReaderSettings
from pustaka.cli import main


class Machine:
    """A machine as the kernel shows it, and the doctor on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("sys", "proc", "by-id"):
            (folder / name).mkdir()

    def usb(self, name: str, vendor: str, product: str, tty: str = "", latency: str = "") -> None:
        device = self.folder / "sys" / "bus" / "usb" / "devices" / name
        device.mkdir(parents=True)
        (device / "idVendor").write_text(vendor)
        (device / "idProduct").write_text(product)
        (device / "product").write_text("USB-Serial")
        if tty:
            port = device / "1.0" / tty
            port.mkdir(parents=True)
            if latency:
                (port / "latency_timer").write_text(latency)
            link = self.folder / "sys" / "class" / "tty" / tty
            link.mkdir(parents=True)
            (link / "device").symlink_to(port)

    def program(self, name: str, number: int, *opened: str) -> None:
        process = self.folder / "proc" / str(number)
        (process / "fd").mkdir(parents=True)
        (process / "comm").write_text(f"{name}\n")
        for at, device in enumerate(opened):
            (process / "fd" / str(at)).symlink_to(device)

    def ask(self, port: str, protocol: str = "m3", **settings: Any) -> list[Finding]:
        return findings(
            ReaderSettings(port=port, protocol=protocol, **settings), clock=time.monotonic, seconds=0.3,
            sys=self.folder / "sys", proc=self.folder / "proc", by_id=self.folder / "by-id",
            rules=self.folder / "70-pustaka.rules",
        )  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def nobody() -> Iterator[str]:
    """A port with nobody at its other end."""
    near, far = os.openpty()
    yield os.ttyname(far)
    os.close(near)
    os.close(far)


def test_without_a_reader_there_is_nothing_to_say() -> None:
    assert findings(ReaderSettings()) == []


def test_a_reader_that_works(bench: Any, machine: Machine) -> None:
    bench.pad.define_item("E004010031230A01", "BK1")
    bench.pad.put("E004010031230A01")
    bench.pad.start()
    hello, rate = machine.ask(bench.pad.port)
    assert (hello.grade, hello.said) == (Grade.OK, f"{bench.pad.port}: 3M/Bibliotheca pad, firmware 5.0.2")
    assert rate.grade is Grade.OK
    assert "1 tag lies there" in rate.said


def test_another_family_than_the_settings_say(machine: Machine, tmp_path: Path) -> None:
    pad = ReaderEmulator(tmp_path, protocol="feig")
    pad.start()
    (found,) = machine.ask(pad.port, "m3")
    pad.stop()
    assert found.grade is Grade.BAD
    assert "no m3 reader answers, but this one does: FEIG" in found.said
    assert found.todo == 'Set protocol = "feig" under [reader].'


def test_nobody_answers(machine: Machine, nobody: str) -> None:
    (found,) = machine.ask(nobody, "feig")
    assert (found.grade, found.said) == (Grade.BAD, f"{nobody}: no feig reader answers.")
    assert "powered" in found.todo
    assert "38400 baud, 8E1" in found.todo


def test_the_kiosk_has_it_open(machine: Machine, nobody: str) -> None:
    machine.program("pustaka", 41, nobody)
    port = Port.open(nobody, LineSettings(19200), time.monotonic)
    (found,) = machine.ask(nobody)
    port.close()
    assert found.grade is Grade.OK
    assert "It is pustaka (41). That is as it should be while the kiosk runs." in found.said


def test_modem_manager_has_it_open(machine: Machine, nobody: str) -> None:
    machine.program("ModemManager", 42, nobody)
    port = Port.open(nobody, LineSettings(19200), time.monotonic)
    (found,) = machine.ask(nobody)
    port.close()
    assert found.grade is Grade.BAD
    assert found.todo.startswith("Keep ModemManager away")


def test_a_port_that_is_not_there_and_those_that_are(machine: Machine) -> None:
    (machine.folder / "by-id" / "usb-FTDI-if00").touch()
    (found,) = machine.ask("/dev/serial/by-id/usb-gone")
    assert (found.grade, found.said) == (Grade.BAD, "/dev/serial/by-id/usb-gone: no such port.")
    assert found.todo.endswith("by-id/usb-FTDI-if00")


def test_brltty_has_taken_the_adapter(machine: Machine) -> None:
    machine.usb("1-1", "1a86", "7523")
    machine.program("brltty", 7)
    (found,) = machine.ask("/dev/serial/by-id/usb-1a86")
    assert "brltty" in found.said
    assert "mask brltty-udev" in found.todo


def test_a_feig_reader_that_is_no_serial_port(machine: Machine) -> None:
    machine.usb("1-1", "0ab1", "0002")
    (found,) = machine.ask("/dev/ttyUSB77")[1:]
    assert "its own USB protocol" in found.said


def test_a_fleeting_name(machine: Machine) -> None:
    (machine.folder / "by-id" / "usb-Maker-if00").symlink_to("/dev/ttyUSB77")
    fleeting, missing = machine.ask("/dev/ttyUSB77")
    assert fleeting.grade is Grade.WARN
    assert missing.grade is Grade.BAD


def test_modem_manager_may_talk_to_an_adapter_unless_the_rules_are_there(bench: Any, machine: Machine) -> None:
    bench.pad.start()
    machine.usb("1-1", "0403", "6001", tty=Path(os.path.realpath(bench.pad.port)).name)
    machine.program("ModemManager", 42)
    warned, *_ = machine.ask(bench.pad.port)
    assert "ModemManager runs" in warned.said
    (machine.folder / "70-pustaka.rules").touch()
    assert all(found.grade is Grade.OK for found in machine.ask(bench.pad.port))


def test_an_adapter_that_holds_bytes_back(bench: Any, machine: Machine) -> None:
    bench.pad.start()
    tty = Path(os.path.realpath(bench.pad.port)).name
    machine.usb("1-1", "0403", "6001", tty=tty, latency="16")
    facts = line_facts(bench.pad.port, sys=machine.folder / "sys", by_id=machine.folder / "by-id")
    assert (facts.usb, facts.product, facts.latency_ms) == ("0403:6001", "USB-Serial", 16)
    (late,) = [found for found in machine.ask(bench.pad.port) if "holds every answer back" in found.said]
    assert late.grade is Grade.WARN
    assert "latency_timer" in late.todo


def test_a_reader_for_cards_that_only_talks(nobody: str) -> None:
    (found,) = findings(ReaderSettings(), ReaderSettings(port=nobody, protocol="em4100"))
    assert (found.part, found.grade) == ("card reader", Grade.OK)
    assert "it only talks" in found.said


@pytest.mark.parametrize("settings", [{"protocol": "none"}, {"security": "none-such"}])
def test_settings_that_cannot_be_used(machine: Machine, settings: dict[str, str]) -> None:
    (found,) = machine.ask("/dev/x", **settings)
    assert (found.grade, found.todo) == (Grade.BAD, "Correct the configuration.")


def test_the_command(bench: Any, tmp_path: Path) -> None:
    bench.pad.start()
    config = tmp_path / "kiosk.toml"
    config.write_text(f'[reader]\nport = "{bench.pad.port}"\n')
    done = CliRunner().invoke(main, ["doctor", "--config", str(config), "--part", "reader", "--json"])
    assert done.exit_code == 0
    assert [json.loads(line)["grade"] for line in done.stdout.splitlines()] == ["ok", "ok"]
