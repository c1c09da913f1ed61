"""What the doctor says of cameras and engines."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from devices.barcode import doctor, packages
from devices.barcode.settings import CameraSettings, CodeSettings
from devices.emulators import scene, things
from devices.emulators.camera import CameraEmulator, CameraFault
from devices.emulators.pi_camera import PiCameras
from devices.emulators.scene import Optics
from devices.findings import Finding, Grade

LABEL = things.book_label("B00417")


def camera(source: str, **more: object) -> list[Finding]:
    return doctor.camera(CameraSettings(source=source, **more), CodeSettings(), watch_s=1.0)  # type: ignore[arg-type]


def show(emulator: CameraEmulator) -> None:
    """Show the label, all frames drawn beforehand: the drawing is slower than any camera."""
    emulator.show(LABEL, scene.Pose())
    for number in range(6):
        emulator.jpeg(number)


def bad(found: list[Finding]) -> list[str]:
    return [finding.said for finding in found if finding.grade is not Grade.OK]


def test_packages_tell_their_versions() -> None:
    found = packages.findings()
    assert [finding.grade for finding in found] == [Grade.OK] * 4
    assert any(finding.said.startswith("zxing-cpp 3.") for finding in found)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ModuleNotFoundError(name='zxingcpp')", "zxing-cpp is not installed: no code can be read"),
        ("raise ImportError('libGL.so.1: cannot open')", r"does not load \(libGL.so.1: cannot open\)"),
    ],
)
def test_a_package_that_is_missing_or_broken_is_bad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, said: str
) -> None:
    (tmp_path / "zxingcpp.py").write_text(body)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "zxingcpp")
    first = packages.findings()[0]
    assert first.grade is Grade.BAD
    assert first.todo.startswith("pip install")
    assert re.search(said, first.said)


def test_both_engines_read_what_is_drawn_for_them() -> None:
    assert [(found.part, found.grade) for found in doctor.engines(CameraSettings())] == [("engines", Grade.OK)] * 2
    assert len(doctor.engines(CameraSettings(second_engine=False))) == 1


def test_no_camera_is_a_warning() -> None:
    (found,) = camera("")
    assert (found.grade, found.part) == (Grade.WARN, "camera")
    assert "pustaka camera list" in found.todo


def test_a_good_camera_with_a_label_is_all_well(emulator: CameraEmulator) -> None:
    show(emulator)
    found = camera(emulator.url)
    assert bad(found) == []
    said = " ".join(finding.said for finding in found)
    assert "frames a second of 1280 x 720" in said
    assert "A label in view, 2.9 px a bar" in said


@pytest.mark.parametrize(
    ("optics", "said"),
    [
        (Optics(exposure=0.2), "Its picture is dark"),
        (Optics(exposure=2.5), "Its picture is too bright"),
        (Optics(blur=3.0), "turn the focus ring"),
    ],
)
def test_a_bad_picture_is_a_warning_with_a_remedy(optics: Optics, said: str) -> None:
    with CameraEmulator(seed=3, optics=optics) as emulator:
        show(emulator)
        (warned,) = [finding for finding in camera(emulator.url) if finding.grade is not Grade.OK]
    assert said in warned.said
    assert warned.todo


def test_a_slow_camera_of_another_size_is_told() -> None:
    with CameraEmulator(seed=3, size=(640, 360), fps=4) as emulator:
        said = " ".join(bad(camera(emulator.url)))
    assert "Only 4 frames a second" in said
    assert "It gives 640 x 360 instead of 1280 x 720" in said


def test_a_frozen_camera_is_bad(emulator: CameraEmulator) -> None:
    emulator.fault(CameraFault.FROZEN)
    assert "It gives the same frame again and again" in bad(camera(emulator.url))


def test_a_silent_camera_is_bad(emulator: CameraEmulator) -> None:
    emulator.fault(CameraFault.STALLED)
    (found,) = camera(emulator.url)
    assert found.grade is Grade.BAD
    assert "gives no pictures" in found.said


def test_a_name_that_does_not_stay_is_a_warning_even_when_nothing_is_there() -> None:
    fleeting, gone = camera("/dev/video77")
    assert (fleeting.grade, gone.grade) == (Grade.WARN, Grade.BAD)
    assert "/dev/v4l/by-id" in fleeting.todo


def test_a_setting_that_the_camera_refuses_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = scene.photograph([(LABEL, scene.Pose())], rng=np.random.default_rng(4))
    cameras = PiCameras([picture], {"FrameDurationLimits": (1, 2, 3)})
    monkeypatch.setitem(sys.modules, "picamera2", cameras.module())
    said = " ".join(bad(camera("picamera", exposure_us=4000)))
    assert "It refused a setting: exposure_us" in said


def test_a_login_is_not_repeated() -> None:
    assert "secret" not in " ".join(finding.said for finding in camera("http://u:secret@127.0.0.1:9/x"))
