"""Frames in, events out: gate, stepper, rules and confirmation together, on rendered frames and a turned clock."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from devices.barcode.accept import Rules
from devices.barcode.camera import CameraReader
from devices.barcode.events import CameraChanged, CodeHint, CodeRead, Event, Kind, Why
from devices.barcode.settings import CameraSettings, CodeSettings, KindRule
from devices.barcode.shot import PixelShot
from devices.barcode.stepper import live_stepper
from devices.barcode.viewer import Viewer
from devices.emulators import scene, things
from devices.emulators.camera import CameraEmulator
from devices.emulators.scene import Pose


class Video:
    """A viewer that is shown rendered frames, 15 a second of a clock of its own."""

    def __init__(self, codes: CodeSettings | None = None) -> None:
        codes = codes or CodeSettings()
        # The budget's clock stands: what is read must not depend on how fast this machine is.
        self._viewer = Viewer(Rules(codes), live_stepper(CameraSettings(), codes, clock=lambda: 0.0))
        self._rng = np.random.default_rng(8)
        self._desk = scene.desk(scene.Desk.WOOD, 1280, 720, self._rng)
        self.now = 0.0

    def show(self, laid: list[tuple[things.Thing, Pose]], frames: int) -> list[Event]:
        picture = self._desk
        for thing, pose in laid:
            picture = scene.place(picture, thing, pose)
        events: list[Event] = []
        for _ in range(frames):
            self.now += 1 / 15
            events += self._viewer.frame(self.now, scene.expose(picture, scene.TYPICAL, self._rng))
        return events


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, CodeRead)]


LABEL, OTHER = things.book_label("B00417"), things.book_label("B00418")


def test_a_label_is_read_in_its_second_frame() -> None:
    video = Video()
    assert texts(video.show([], 3)) == []
    assert texts(video.show([(LABEL, Pose())], 2)) == ["B00417"]


@pytest.mark.parametrize("turn", [25, 40, 65, 115])
def test_a_turned_label_is_read_within_six_frames(turn: int) -> None:
    video = Video()
    video.show([], 3)
    assert texts(video.show([(LABEL, Pose(turn=turn))], 6)) == ["B00417"]


def test_a_label_that_stays_is_told_once_and_again_after_it_was_away() -> None:
    video = Video()
    assert texts(video.show([(LABEL, Pose())], 60)) == ["B00417"]
    video.show([], 30)
    assert texts(video.show([(LABEL, Pose())], 3)) == ["B00417"]


def test_the_last_books_label_does_not_hide_a_turned_one_beside_it() -> None:
    video = Video()
    lying = (LABEL, Pose(-38, -20))
    assert texts(video.show([lying], 5)) == ["B00417"]
    assert texts(video.show([lying, (OTHER, Pose(32, 14, 40))], 30)) == ["B00418"]


def test_two_labels_in_view_are_both_told() -> None:
    events = Video().show([(LABEL, Pose(-38, -20)), (OTHER, Pose(32, 14))], 6)
    assert sorted(texts(events)) == ["B00417", "B00418"]


def test_a_code_of_another_library_is_told_as_such_and_one_to_be_ignored_is_not() -> None:
    poster = things.phone("https://example.org/wifi")
    assert Video().show([(poster, Pose())], 30) == [CodeHint(Kind.UNKNOWN)]
    assert Video(CodeSettings(ignore=KindRule("https?://.*"))).show([(poster, Pose())], 30) == []


def test_an_isbn_beside_an_item_label_is_no_reason_for_a_hint() -> None:
    events = Video().show([(things.back_cover("B00417", "9786020324784"), Pose())], 40)
    assert texts(events) == ["B00417"]
    assert not any(isinstance(event, CodeHint) for event in events)


def test_what_a_staff_card_says_does_not_leave_the_camera() -> None:
    video = Video(CodeSettings(staff=KindRule("STAF-.*")))
    (read,) = video.show([(things.phone("STAF-7391"), Pose())], 5)
    assert isinstance(read, CodeRead)
    assert (read.kind, read.text) == (Kind.STAFF, "")


def test_a_code_that_may_be_both_comes_with_both_numbers() -> None:
    video = Video(CodeSettings(item=KindRule(r"B\d{5}", strip="B"), patron=KindRule("B.*")))
    (read,) = video.show([(LABEL, Pose())], 5)
    assert isinstance(read, CodeRead)
    assert (read.kind, read.text, read.patron, read.item) == (Kind.AMBIGUOUS, "B00417", "B00417", "00417")


class Slow:
    """A source that breaks the decoder: rows without columns are no picture."""

    live = False

    def __init__(self) -> None:
        self.sent = 0

    def read(self, stop: Any) -> Any:
        self.sent += 1
        return None if stop.wait(0.005) else PixelShot(np.zeros((8, 8, 2), np.uint8))

    def close(self) -> None:
        return


def test_frames_that_break_the_decoder_are_logged_once_and_fail_the_camera(
    read_from: Callable[..., CameraReader], posted: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        read_from("broken", opener=lambda _: Slow())
        posted.wait(CameraChanged, lambda event: event == CameraChanged(False, Why.FAILED))
    assert sum("could not be decoded" in record.message for record in caplog.records) == 1


def test_the_second_engine_is_started_and_ended_with_the_reader(emulator: CameraEmulator, posted: Any) -> None:
    import psutil

    reader = CameraReader(CameraSettings(source=emulator.url), CodeSettings(), posted)
    reader.start()
    posted.wait(CameraChanged)
    children = [child for child in psutil.Process().children() if "zbar_child" in " ".join(child.cmdline())]
    assert children
    reader.stop()
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
