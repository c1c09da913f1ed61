"""What the doctor finds about scanners, and what it says to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.emulators.scanner import ScannerEmulator
from devices.emulators.wedge import WedgeEmulator
from devices.findings import Finding, Grade
from devices.scanner.doctor import findings
from devices.scanner.lines import Line, open_line
from devices.scanner.settings import ScannerKind, ScannerSettings


def test_without_scanners_there_is_nothing_to_say() -> None:
    assert findings([]) == []


def test_one_that_works(serial: ScannerEmulator) -> None:
    (found,) = findings([ScannerSettings(port=serial.port)])
    assert (found.part, found.grade) == ("scanner", Grade.OK)
    assert found.said == f"{serial.port} is there and can be read."


def test_one_that_the_kiosk_has_open(serial: ScannerEmulator) -> None:
    settings = ScannerSettings(port=serial.port)
    _, line = open_line(settings)
    (found,) = findings([settings])
    line.close()
    assert found.grade is Grade.OK
    assert "as it should be while the kiosk runs" in found.said


@pytest.mark.parametrize(("kind", "name"), [(ScannerKind.SERIAL, "usb-Other"), (ScannerKind.WEDGE, "usb-O-event-kbd")])
def test_one_that_is_not_there_and_those_that_are(kind: ScannerKind, name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    if kind is ScannerKind.WEDGE:
        (tmp_path / "usb-O-event-mouse").touch()
    (found,) = findings([ScannerSettings(kind=kind, port="/dev/nope")], by_id={kind: tmp_path})
    assert found.grade is Grade.BAD
    assert "no such device" in found.said
    assert found.todo == f"Plugged in are: {tmp_path / name}"


def test_one_that_is_none(wedge: WedgeEmulator) -> None:
    (found,) = findings([ScannerSettings(kind=ScannerKind.WEDGE, port=str(wedge.path))])
    assert (found.grade, found.todo) == (Grade.BAD, "")
    assert "not an input device" in found.said


def test_a_name_that_may_be_another_device_tomorrow(tmp_path: Path, serial: ScannerEmulator) -> None:
    def opener(settings: ScannerSettings) -> tuple[str, Line]:
        return open_line(ScannerSettings(port=serial.port))

    (tmp_path / "usb-Maker-if00").symlink_to("/dev/ttyACM7")
    by_id = {ScannerKind.SERIAL: tmp_path}
    works, fleeting = findings([ScannerSettings(port="/dev/ttyACM7")], opener=opener, by_id=by_id)
    assert works.grade is Grade.OK
    assert fleeting.grade is Grade.WARN
    assert fleeting.todo == f"Name it {tmp_path / 'usb-Maker-if00'}"
    _, unknown = findings([ScannerSettings(port="/dev/ttyUSB3")], opener=opener, by_id=by_id)
    assert unknown.todo == f"Name it by a link below {tmp_path}, or by a udev rule."


def test_one_behind_the_window_is_known_by_its_speed_alone() -> None:
    (found,) = findings([ScannerSettings(kind=ScannerKind.WINDOW)])
    assert found.grade is Grade.WARN
    assert "USB-COM" in found.todo


def test_settings_that_cannot_be_used() -> None:
    (found,) = findings([ScannerSettings()])
    assert found == Finding("scanners", Grade.BAD, found.said, "Correct the configuration.")
    assert "scanners.port" in found.said
