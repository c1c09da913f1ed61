"""Pi cameras: controls from settings, and the adapter against an emulated picamera2."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from devices.barcode.code import BarcodeError
from devices.barcode.settings import CameraSettings
from devices.barcode.sources import Notes, kind_of, open_source
from devices.barcode.sources.picamera import AF_CONTINUOUS, AF_MANUAL, configuration, controls
from devices.barcode.still import decode
from devices.emulators import scene
from devices.emulators.pi_camera import MODULE_1, MODULE_3, PiCameras
from devices.emulators.things import book_label

SEEN = scene.photograph([(book_label("B00417"), scene.Pose())], rng=np.random.default_rng(4))


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> PiCameras:
    cameras = PiCameras([SEEN, SEEN[::-1].copy()])
    monkeypatch.setitem(sys.modules, "picamera2", cameras.module())
    return cameras


@pytest.mark.parametrize(("distance", "dioptres"), [(112, 8.93), (168, 5.95), (1000, 1.0)])
def test_the_lens_is_put_where_labels_are_held(distance: int, dioptres: float) -> None:
    taken, refused = controls(CameraSettings(distance_mm=distance), frozenset(MODULE_3))
    assert (taken, refused) == ({"AfMode": AF_MANUAL, "LensPosition": dioptres}, [])


def test_without_a_distance_the_camera_has_to_look_for_it() -> None:
    assert controls(CameraSettings(), frozenset(MODULE_3)) == ({"AfMode": AF_CONTINUOUS}, [])


def test_an_exposure_is_set_and_what_a_lens_cannot_is_told() -> None:
    taken, refused = controls(CameraSettings(distance_mm=150, exposure_us=4000), frozenset(MODULE_1))
    assert taken == {"ExposureTime": 4000}
    assert refused == ["distance_mm: this camera's lens cannot be moved; turn its focus ring by hand"]
    assert controls(CameraSettings(exposure_us=4000), frozenset()) == (
        {}, ["exposure_us: this camera's exposure cannot be set"],
    )  # fmt: skip


def test_exposures_stay_short_enough_for_the_rate() -> None:
    assert configuration(CameraSettings(fps=15))["controls"] == {"FrameDurationLimits": (33_333, 66_667)}
    assert configuration(CameraSettings(fps=50))["controls"] == {"FrameDurationLimits": (20_000, 20_000)}


@pytest.mark.parametrize("size", [(1280, 720), (1000, 562)])  # the second one's rows are padded
def test_a_pi_camera_gives_pictures_that_can_be_read(cameras: PiCameras, size: tuple[int, int]) -> None:
    notes = Notes()
    source = open_source(
        CameraSettings(source="picamera", width=size[0], height=size[1], distance_mm=112, exposure_us=5000), notes
    )
    shot = source.read(threading.Event())
    assert shot is not None
    assert shot.size == size
    assert {code.text for code in decode(shot.gray())} == {"B00417"}
    assert shot.thumbnail().shape[1] >= 160
    assert shot.colour(400).shape[:2] == size[::-1]
    assert cameras.asked[-1] == ("set_controls", {"AfMode": 0, "LensPosition": 8.93, "ExposureTime": 5000})
    assert notes.said == f"Pi camera 0, YUV420 {size[0]} x {size[1]}"
    assert source.live
    source.close()
    assert cameras.busy == set()


def test_the_second_camera_has_a_number(cameras: PiCameras) -> None:
    source = open_source(CameraSettings(source="picamera:1"))
    assert cameras.busy == {1}
    stopped = threading.Event()
    stopped.set()
    assert source.read(stopped) is None


@pytest.mark.parametrize(
    ("source", "said"),
    [("picamera:2", "cannot be opened .*check the ribbon cable"), ("picamera:left", "names no camera")],
)
def test_a_camera_that_is_not_there_is_named(cameras: PiCameras, source: str, said: str) -> None:
    with pytest.raises(BarcodeError, match=said):
        open_source(CameraSettings(source=source))


def test_a_camera_that_another_has_is_named(cameras: PiCameras) -> None:
    open_source(CameraSettings(source="picamera"))
    with pytest.raises(BarcodeError, match="no other program has it"):
        open_source(CameraSettings(source="picamera"))


def test_a_camera_that_gives_up_ends_in_a_sentence(cameras: PiCameras) -> None:
    source = open_source(CameraSettings(source="picamera"))
    cameras.broken = True
    with pytest.raises(BarcodeError, match="the Pi camera stopped"):
        source.read(threading.Event())


def test_settings_that_it_will_not_take_let_it_go_again(cameras: PiCameras) -> None:
    del cameras.controls["FrameDurationLimits"]
    with pytest.raises(BarcodeError, match="does not take its settings"):
        open_source(CameraSettings(source="picamera"))
    assert cameras.busy == set()


def test_without_the_package_the_remedy_is_told() -> None:
    assert kind_of("picamera").name == "picamera2"
    with pytest.raises(BarcodeError, match="apt install python3-picamera2"):
        open_source(CameraSettings(source="picamera"))


def test_a_package_built_for_another_numpy_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "picamera2.py").write_text('raise ValueError("numpy.dtype size changed")')
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BarcodeError, match="numpy<2"):
        open_source(CameraSettings(source="picamera"))
