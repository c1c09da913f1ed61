"""``pustaka camera``: the real command against an emulated camera."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from devices.barcode.aim_page import AimPage
from devices.barcode.camera_commands import camera
from devices.barcode.cameras import cameras
from devices.barcode.sources.multipart import Parts
from devices.emulators import scene, things
from devices.emulators.camera import CameraEmulator
from devices.emulators.pi_camera import PiCameras
from devices.emulators.usb_camera import UsbCamera

LABEL = things.book_label("B00417")
SEEN = np.full((720, 1280, 3), 128, np.uint8)


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(camera, arguments)
    return done.exit_code, done.stdout, done.stderr


# --- list -----------------------------------------------------------------------------------------------------------


def test_cameras_are_listed_by_the_name_that_stays(tmp_path: Path) -> None:
    devices = {
        "video0": UsbCamera({"MJPG": 30, "YUYV": 10}, SEEN),
        "video1": UsbCamera({"MJPG": 30}, SEEN, metadata=True),
        "video10": UsbCamera({}, SEEN),  # a Pi's video decoder
        "video2": UsbCamera({"YUYV": 30}, SEEN),
    }
    (tmp_path / "v4l" / "by-id").mkdir(parents=True)
    for name in devices:
        (tmp_path / name).touch()
    (tmp_path / "v4l" / "by-id" / "usb-Emulated-video-index0").symlink_to(tmp_path / "video0")

    def ask(device: str, request: int, argument: bytearray) -> None:
        devices[Path(device).name].ioctl(device, request, argument)

    first, second = cameras(tmp_path, ask)
    assert first.source == str(tmp_path / "v4l" / "by-id" / "usb-Emulated-video-index0")
    assert (first.name, first.device) == ("Emulated camera", str(tmp_path / "video0"))
    assert [(form.name, form.sizes[1].fps) for form in first.formats] == [("MJPG", 30), ("YUYV", 10)]
    assert second.source == str(tmp_path / "video2")


def test_a_device_that_cannot_be_asked_is_listed_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "video0").touch()

    def ask(device: str, request: int, argument: bytearray) -> None:
        raise PermissionError(13, "Permission denied")

    (found,) = cameras(tmp_path, ask)
    assert found.problem == "you may not open it; see pustaka doctor"


def test_what_is_no_video_device_at_all_is_listed_as_such(tmp_path: Path) -> None:
    (tmp_path / "video0").write_text("a file")
    (found,) = cameras(tmp_path)
    assert "ioctl" in found.problem


def test_pi_cameras_are_listed_with_their_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "picamera2.py").write_text("")  # so that it is found; the emulated one is what is loaded
    monkeypatch.syspath_prepend(tmp_path)
    module = PiCameras([SEEN, SEEN]).module()
    module.__spec__ = __spec__
    monkeypatch.setitem(sys.modules, "picamera2", module)
    assert [(found.source, found.name) for found in cameras(tmp_path / "no-dev")] == [
        ("picamera", "imx708"), ("picamera:1", "imx708"),
    ]  # fmt: skip


def test_a_machine_without_a_camera_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("devices.barcode.cameras.DEV", tmp_path)
    code, out, err = run("list", "--json")
    assert (code, out) == (1, "")
    assert "no camera is plugged in" in err


# --- aim and show ---------------------------------------------------------------------------------------------------


def test_aiming_at_a_good_label_says_so_and_draws_it(emulator: CameraEmulator, tmp_path: Path) -> None:
    emulator.show(LABEL, scene.Pose(turn=10))
    picture = tmp_path / "aim.png"
    code, out, err = run("aim", "--source", emulator.url, "--count", "3", "--json", "--picture", str(picture))
    assert (code, err) == (0, "")
    sights = [json.loads(line) for line in out.splitlines()]
    assert len(sights) == 3
    last = sights[-1]
    assert (last["advice"], last["code"]) == ("good", {"format": "Code128", "text": "B00417"})
    assert last["say"] == f"good: {last['bar_px']:.1f} px per bar"
    assert last["fps"] > 1
    assert 0.5 < last["sharpness"] <= 1
    drawn = cv2.imread(str(picture))
    assert drawn is not None
    assert drawn.shape == (720 + 1280 // 18, 1280, 3)
    assert bool((drawn == (96, 190, 72)).all(axis=2).any())  # the green outline
    assert [path.name for path in tmp_path.iterdir()] == ["aim.png"]


def test_an_empty_desk_asks_for_a_label_in_either_language(emulator: CameraEmulator) -> None:
    assert run("aim", "--source", emulator.url, "--count", "1")[1].startswith("hold a label where patrons")
    assert run("aim", "--source", emulator.url, "--count", "1", "--lang", "id")[1].startswith("pegang label")


def test_it_ends_after_its_seconds(emulator: CameraEmulator) -> None:
    code, out, _ = run("aim", "--source", emulator.url, "--seconds", "0.3", "--json")
    assert code == 0
    assert len(out.splitlines()) >= 2


def test_show_says_what_the_configured_camera_gives(emulator: CameraEmulator, tmp_path: Path) -> None:
    emulator.show(LABEL, scene.Pose())
    config = tmp_path / "kiosk.toml"
    config.write_text(f'name = "Anjungan"\n[camera]\nsource = "{emulator.url}"\n')
    code, out, _ = run("show", "--config", str(config), "--picture", str(tmp_path / "now.jpg"))
    assert code == 0
    assert "MJPEG over HTTP; picture 1280 x 720" in out
    assert "read       Code128 B00417" in out
    assert (tmp_path / "now.jpg").read_bytes()[:2] == b"\xff\xd8"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("aim",), 2, "name a camera with --source"),
        (("aim", "--config", "/none.toml"), 2, "no such file"),
        (("aim", "--source", "/dev/null"), 1, "is no camera"),
        (("show", "--source", "http://127.0.0.1:9/x"), 1, "does not answer"),
        (("aim", "--source", "x", "--seconds", "0"), 2, "--seconds"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(arguments: tuple[str, ...], status: int, said: str) -> None:
    code, _, err = run(*arguments)
    assert code == status
    assert said in err


def test_a_picture_in_an_unknown_format_is_refused(emulator: CameraEmulator, tmp_path: Path) -> None:
    code, _, err = run("aim", "--source", emulator.url, "--count", "1", "--picture", str(tmp_path / "a.txt"))
    assert code == 2
    assert "a.txt: write .png or .jpg" in err


def test_the_page_shows_each_new_picture_until_it_is_closed() -> None:
    page = AimPage()
    assert "<img" in urlopen(page.url, timeout=5).read().decode()
    with pytest.raises(HTTPError):
        urlopen(page.url + "etc", timeout=5)
    live = urlopen(page.url + "live", timeout=5)
    parts, found = Parts("pustaka-aim"), list[bytes]()
    for picture in (b"first", b"second"):
        page.put(picture)
        while picture not in found:
            found += parts.receive(live.read1())
    page.close()
    with pytest.raises(URLError):
        urlopen(page.url, timeout=5)


def test_aiming_with_a_page_tells_where_it_is_and_a_taken_port_is_named(emulator: CameraEmulator) -> None:
    code, _, err = run("aim", "--source", emulator.url, "--count", "1", "--page")
    assert code == 0
    assert err.startswith("The picture is at http://127.0.0.1:")
    code, _, err = run("aim", "--source", emulator.url, "--count", "1", "--page", "--port", str(emulator.port))
    assert code == 1
    assert f"port {emulator.port} cannot be used" in err
