"""Which groups the devices need, and whether this user is in them."""

from __future__ import annotations

from devices import permissions
from devices.barcode.settings import CameraSettings
from devices.findings import Grade
from devices.rfid.settings import ReaderSettings


def test_each_device_needs_the_group_that_owns_it() -> None:
    camera, reader = CameraSettings(source="/dev/v4l/by-id/x"), ReaderSettings(port="/dev/serial/by-id/y")
    assert set(permissions.needed(camera, reader)) == {"video", "dialout"}
    assert set(permissions.needed(CameraSettings(source="picamera"), ReaderSettings(port=""))) == {"video"}
    assert permissions.needed(CameraSettings(source="http://camera/"), ReaderSettings(port="")) == {}


def test_two_readers_need_one_group() -> None:
    camera, pad, cards = CameraSettings(), ReaderSettings(port="/dev/ttyUSB0"), ReaderSettings(port="/dev/ttyUSB1")
    both = {"dialout": "the RFID reader /dev/ttyUSB0 and the card reader /dev/ttyUSB1"}
    assert permissions.needed(camera, pad, cards) == both
    assert permissions.needed(camera, ReaderSettings(), cards) == {"dialout": "the card reader /dev/ttyUSB1"}


def test_a_missing_group_is_a_warning_with_the_command_that_mends_it() -> None:
    first, second = permissions.judge({"video": "x", "dialout": "y"}, {"video"}, "kiosk", everything=False)
    assert (first.grade, second.grade) == (Grade.OK, Grade.WARN)
    assert "kiosk is not in the group dialout" in second.said
    assert second.todo == "usermod -aG dialout kiosk, then log in again"


def test_root_needs_no_group() -> None:
    (found,) = permissions.judge({"video": "x"}, set(), "root", everything=True)
    assert found.grade is Grade.OK


def test_the_real_user_can_be_asked() -> None:
    (found,) = permissions.findings(CameraSettings(source="/dev/video0"), ReaderSettings(port=""))
    assert found.part == "permissions"
