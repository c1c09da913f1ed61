"""USB cameras: which format is taken, what frames become, which controls are set; against an emulated device."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from devices.barcode import v4l2_controls, v4l2_ioctl
from devices.barcode.code import BarcodeError
from devices.barcode.settings import CameraSettings
from devices.barcode.shot import JpegShot, PixelShot, YuyvShot
from devices.barcode.sources import Notes, kind_of, open_source
from devices.barcode.sources.formats import TRIAL_S, Trial, choose, measure
from devices.barcode.sources.v4l2 import V4l2Source, open_fastest, shot_of
from devices.barcode.still import decode
from devices.emulators import scene
from devices.emulators.things import book_label
from devices.emulators.usb_camera import UsbCamera

SEEN = scene.photograph([(book_label("B00417"), scene.Pose())], rng=np.random.default_rng(4))
HD = (1280, 720)


# --- choosing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rates", "best"),
    [
        ({"YUYV": 10.0, "MJPG": 30.0}, "MJPG"),  # USB 2
        ({"YUYV": 30.0, "MJPG": 30.0}, "YUYV"),  # USB 3: no JPEG's blocks on the bars
        ({"YUYV": 14.0, "MJPG": 30.0}, "YUYV"),  # nearly the 15 that are enough
        ({"YUYV": 7.5, "MJPG": 8.0}, "MJPG"),  # a dark room
        ({"YUYV": 0.0, "MJPG": 5.0}, "MJPG"),
        ({"YUYV": 0.0, "MJPG": 0.0}, None),
        ({"GREY": 60.0}, "GREY"),
    ],
)
def test_the_format_that_is_fast_enough_is_chosen(rates: dict[str, float], best: str | None) -> None:
    chosen = choose([Trial(name, *HD, fps) for name, fps in rates.items()], HD, 15)
    assert (chosen.format if chosen else None) == best


def test_the_right_size_goes_before_speed() -> None:
    chosen = choose([Trial("YUYV", 640, 480, 30), Trial("MJPG", *HD, 9)], HD, 15)
    assert chosen == Trial("MJPG", *HD, 9)


def test_a_rate_is_measured_in_a_bounded_time() -> None:
    for fps in (2.0, 7.5, 30.0, 120.0):
        camera = UsbCamera({"YUYV": fps}, SEEN)
        before = camera.now
        assert measure(camera.capture("", "YUYV", *HD).grab, camera.clock) == pytest.approx(fps, rel=0.01)
        assert camera.now - before <= TRIAL_S + 2.01 / fps


# --- opening --------------------------------------------------------------------------------------------------------


def opened(camera: UsbCamera, notes: Notes, **settings: object) -> V4l2Source:
    wanted = CameraSettings(source="/dev/v4l/by-id/x", **settings)  # type: ignore[arg-type]
    return V4l2Source(open_fastest("/dev/video0", wanted, notes, camera.capture, camera.clock))


def test_an_uncompressed_format_that_is_fast_enough_is_the_only_one_tried() -> None:
    camera, notes = UsbCamera({"YUYV": 30, "MJPG": 30}, SEEN), Notes()
    source = opened(camera, notes)
    assert camera.opened == ["YUYV"]
    assert notes.said == "YUYV 1280 x 720 at 30 frames a second"
    assert isinstance(source.read(threading.Event()), YuyvShot)


def test_over_usb_2_it_becomes_mjpg_and_reopening_tries_no_other() -> None:
    camera, notes = UsbCamera({"YUYV": 9, "MJPG": 30}, SEEN), Notes()
    opened(camera, notes).close()
    assert camera.opened == ["YUYV", "MJPG"]
    before = camera.now
    assert before < 101.5  # seconds of trying
    source = opened(camera, notes)
    assert camera.opened == ["YUYV", "MJPG", "MJPG"]
    assert camera.now == before
    assert isinstance(source.read(threading.Event()), JpegShot)


def test_the_first_format_is_taken_again_when_the_second_is_no_better() -> None:
    camera, notes = UsbCamera({"YUYV": 12, "MJPG": 6}, SEEN), Notes()
    opened(camera, notes)
    assert camera.opened == ["YUYV", "MJPG", "YUYV"]
    assert camera.streaming == 1
    assert notes.format == "YUYV"


def test_a_remembered_format_that_fails_is_forgotten() -> None:
    camera, notes = UsbCamera({"YUYV": 30}, SEEN, streaming=1), Notes(format="MJPG")
    with pytest.raises(BarcodeError, match="in use"):
        opened(camera, notes)
    camera.streaming = 0
    opened(camera, notes)
    assert notes.format == "YUYV"


def test_a_format_that_is_set_is_not_measured() -> None:
    camera = UsbCamera({"YUYV": 30, "MJPG": 30}, SEEN)
    opened(camera, Notes(), pixel_format="MJPG")
    assert (camera.opened, camera.now) == (["MJPG"], 100.0)


def test_a_camera_without_pictures_is_named_and_let_go() -> None:
    camera = UsbCamera({"YUYV": 0, "MJPG": 0}, SEEN)
    with pytest.raises(BarcodeError, match="/dev/v4l/by-id/x opens and gives no picture"):
        opened(camera, Notes())
    assert camera.streaming == 0


@pytest.mark.parametrize("rates", [{"YUYV": 30.0}, {"MJPG": 30.0}, {"GREY": 30.0}, {"NV12": 30.0}])
@pytest.mark.parametrize("raw", [True, False])
def test_every_format_gives_the_same_grey_picture(rates: dict[str, float], raw: bool) -> None:
    source = opened(UsbCamera(rates, SEEN, raw=raw), Notes())
    shot = source.read(threading.Event())
    assert shot is not None
    assert shot.size == HD
    assert {code.text for code in decode(shot.gray())} == {"B00417"}
    assert shot.thumbnail().shape[1] >= 160
    colour = shot.colour(400)
    assert colour.shape[1] >= 400
    if colour.ndim == 3:  # wood, in OpenCV's order of colours
        assert int(colour[5, 5, 2]) > int(colour[5, 5, 0]) + 15
    source.close()
    assert source.read(threading.Event()) is None


def test_a_frame_of_decoded_pixels_is_taken_as_it_is() -> None:
    assert isinstance(shot_of(SEEN), PixelShot)


# --- what is no camera ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("/dev/null", "is no camera"),
        ("/dev/v4l/by-id/usb-gone", "is not there; plug the camera in"),
    ],
)
def test_a_device_that_is_no_camera_is_named(source: str, said: str) -> None:
    with pytest.raises(BarcodeError, match=said):
        open_source(CameraSettings(source=source))


def test_a_terminal_is_no_camera() -> None:
    import os

    ours, theirs = os.openpty()
    try:
        with pytest.raises(BarcodeError, match="is no camera"):
            open_source(CameraSettings(source=os.ttyname(theirs)))
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_link_by_id_is_resolved_anew_each_time(tmp_path: Path) -> None:
    link = tmp_path / "usb-camera-index0"
    link.symlink_to("/dev/null")
    assert kind_of(str(link)).name == "V4L2"
    link.unlink()
    link.symlink_to(tmp_path)  # something else is there now
    assert kind_of(str(link)).name == "folder"


# --- asking and telling the driver ----------------------------------------------------------------------------------


def test_a_device_says_who_it_is_and_what_it_gives() -> None:
    camera = UsbCamera({"MJPG": 30, "YUYV": 7.5}, SEEN, sizes=((640, 480), HD))
    who = v4l2_ioctl.query("/dev/video0", camera.ioctl)
    assert (who.name, who.driver, who.bus, who.captures) == (
        "Emulated camera", "uvcvideo", "usb-0000:01:00.0-1.2", True,
    )  # fmt: skip
    found = v4l2_ioctl.formats("/dev/video0", camera.ioctl)
    assert [form.name for form in found] == ["MJPG", "YUYV"]
    assert found[1].sizes == (v4l2_ioctl.Size(640, 480, 7.5), v4l2_ioctl.Size(*HD, 7.5))


def test_the_second_device_of_a_camera_gives_no_pictures() -> None:
    camera = UsbCamera({"MJPG": 30}, SEEN, metadata=True)
    assert not v4l2_ioctl.query("/dev/video1", camera.ioctl).captures
    assert v4l2_ioctl.formats("/dev/video1", camera.ioctl) == ()


def test_the_kernel_is_asked_with_the_numbers_of_its_header() -> None:
    """_IOC(direction, 'V', number, size), as the kernel's headers make them."""

    def ioc(direction: int, number: int, size: int) -> int:
        return direction << 30 | size << 16 | ord("V") << 8 | number

    read, both = 2, 3
    assert ioc(read, 0, 104) == v4l2_ioctl.QUERYCAP
    assert ioc(both, 2, 64) == v4l2_ioctl.ENUM_FMT
    assert ioc(both, 27, 8) == v4l2_ioctl.G_CTRL
    assert ioc(both, 28, 8) == v4l2_ioctl.S_CTRL
    assert ioc(both, 74, 44) == v4l2_ioctl.ENUM_FRAMESIZES
    assert ioc(both, 75, 52) == v4l2_ioctl.ENUM_FRAMEINTERVALS


def test_settings_become_controls_and_automatics_go_off_first() -> None:
    camera = UsbCamera(
        {"MJPG": 30},
        SEEN,
        controls={
            v4l2_controls.POWER_LINE: (0, 2, 0),
            v4l2_controls.EXPOSURE_AUTO: (0, 3, 3),
            v4l2_controls.EXPOSURE_ABSOLUTE: (3, 2047, 250),
            v4l2_controls.FOCUS_AUTO: (0, 1, 1),
            v4l2_controls.FOCUS_ABSOLUTE: (0, 250, 0),
        },
    )
    wanted = v4l2_controls.wanted(CameraSettings(exposure_us=4000, focus=68, mains_hz=60))
    assert [control.number for control in wanted if control.setting != "mains_hz"] == [
        v4l2_controls.EXPOSURE_AUTO, v4l2_controls.EXPOSURE_ABSOLUTE,
        v4l2_controls.FOCUS_AUTO, v4l2_controls.FOCUS_ABSOLUTE,
    ]  # fmt: skip
    assert v4l2_controls.apply("/dev/video0", wanted, camera.ioctl) == []
    assert [value for _, _, value in camera.controls.values()] == [2, 1, 40, 0, 68]
    assert v4l2_ioctl.get_control("/dev/video0", v4l2_controls.EXPOSURE_ABSOLUTE, camera.ioctl) == 40


def test_controls_that_a_camera_lacks_or_refuses_are_noted_and_nothing_more() -> None:
    camera = UsbCamera({"MJPG": 30}, SEEN, controls={
        v4l2_controls.FOCUS_AUTO: (0, 1, 1), v4l2_controls.FOCUS_ABSOLUTE: (0, 250, 0),
    })  # fmt: skip
    wanted = v4l2_controls.wanted(CameraSettings(exposure_us=4000, focus=300))
    refused = v4l2_controls.apply("/dev/video0", wanted, camera.ioctl)
    assert len(refused) == 2  # the mains filter, which nobody set by hand, is passed over in silence
    assert "exposure_us: this camera has no such control" in refused[0]
    assert "focus: 300 is outside what this camera takes" in refused[1]
