"""The camera thread against a real MJPEG stream, video files, folders, and sources that misbehave."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from devices.barcode.camera import CameraReader
from devices.barcode.code import BarcodeError
from devices.barcode.events import CameraChanged, CodeHint, CodeRead, Kind, Why
from devices.barcode.grabber import Grabber
from devices.barcode.settings import CameraSettings, CodeSettings, KindRule
from devices.barcode.shot import PixelShot, Shot
from devices.barcode.sources import open_source, without_login
from devices.emulators import things
from devices.emulators.camera import CameraEmulator, CameraFault

Start = Callable[..., CameraReader]
Wait = Callable[..., None]
CARD, LABEL = things.membership_card("M0001"), things.book_label("B00417")


def test_a_shown_card_and_label_are_read_once_each(
    emulator: CameraEmulator, read_from: Start, posted: Any, wait_until: Wait
) -> None:
    reader = read_from(emulator.url)
    assert posted.wait(CameraChanged) == CameraChanged(True, Why.READY)
    emulator.show(CARD)
    card = posted.wait(CodeRead, within=5)
    assert (card.kind, card.text, card.format, card.frame_size) == (Kind.PATRON, "M0001", "Code128", (1280, 720))
    emulator.show(LABEL)
    assert posted.wait(CodeRead, within=5).text == "B00417"
    number = reader.preview().number  # type: ignore[union-attr]
    wait_until(lambda: reader.preview().number > number + 10)  # type: ignore[union-attr]
    assert [event for event in posted.rest() if isinstance(event, CodeRead)] == []


def test_an_isbn_gives_a_hint_that_no_log_repeats_and_a_cover_gives_the_item(
    emulator: CameraEmulator, read_from: Start, posted: Any
) -> None:
    emulator.show(things.isbn_label("9786020324784"))
    read_from(emulator.url)
    hint = posted.wait(CodeHint, within=6)
    assert hint == CodeHint(Kind.ISBN)
    assert hint.text not in repr(hint)
    emulator.show(things.back_cover("B00417", "9786020324784"))
    read = posted.wait(CodeRead, within=6)
    assert (read.kind, read.text) == (Kind.ITEM, "B00417")


def test_the_preview_is_small_rgb_and_marks_the_code(emulator: CameraEmulator, read_from: Start, posted: Any) -> None:
    reader = read_from(emulator.url)
    assert reader.preview() is None
    emulator.show(things.phone("M0002"))
    posted.wait(CodeRead, within=6)
    preview = reader.preview()
    assert preview is not None
    assert preview.pixels.shape == (225, 400, 3)
    assert preview.quad is not None
    assert preview.quad_age is not None
    assert 0 <= preview.quad_age < 3
    assert all(0 <= x < 400 and 0 <= y < 225 for x, y in preview.quad)
    wood = preview.pixels[5, 5].astype(int)
    assert wood[0] > wood[2] + 20  # red over blue: RGB, not OpenCV's BGR


def test_a_pulled_cable_is_told_and_a_returned_one_is_read_within_three_seconds(
    emulator: CameraEmulator, read_from: Start, posted: Any, wait_until: Wait, caplog: pytest.LogCaptureFixture
) -> None:
    attempts = []

    def opener(settings: CameraSettings) -> Any:
        attempts.append(1)
        return open_source(settings)

    reader = read_from(emulator.url, opener=opener)
    posted.wait(CameraChanged)
    with caplog.at_level(logging.WARNING):
        emulator.unplug()
        assert posted.wait(CameraChanged, within=4) == CameraChanged(False, Why.LOST)
        assert reader.preview() is None
        emulator.show(CARD)
        wait_until(lambda: len(attempts) >= 5)  # the pauses between attempts have grown to the longest
        emulator.plug()
        assert posted.wait(CameraChanged, within=3) == CameraChanged(True, Why.READY)
    assert posted.wait(CodeRead, within=5).text == "M0001"
    assert sum("trying again" in record.message for record in caplog.records) == 1


def test_every_replug_of_many_is_back_in_time(emulator: CameraEmulator, read_from: Start, posted: Any) -> None:
    read_from(emulator.url)
    posted.wait(CameraChanged)
    took = []
    for _ in range(4):
        emulator.unplug()
        assert posted.wait(CameraChanged, within=4) == CameraChanged(False, Why.LOST)
        emulator.plug()
        began = time.monotonic()
        assert posted.wait(CameraChanged, within=3) == CameraChanged(True, Why.READY)
        took.append(time.monotonic() - began)
    assert max(took) < 3, took


@pytest.mark.parametrize(
    ("fault", "reasons"), [(CameraFault.FROZEN, {Why.FROZEN}), (CameraFault.STALLED, {Why.LOST, Why.STALLED})]
)
def test_a_hanging_stream_is_noticed_and_reopened(
    emulator: CameraEmulator, read_from: Start, posted: Any, fault: CameraFault, reasons: set[Why]
) -> None:
    read_from(emulator.url)
    posted.wait(CameraChanged)
    emulator.fault(fault)
    assert posted.wait(CameraChanged, within=9).why in reasons
    emulator.fault(CameraFault.NONE)
    assert posted.wait(CameraChanged, within=5) == CameraChanged(True, Why.READY)


def test_nobody_is_served_after_stop_and_nothing_is_posted(
    emulator: CameraEmulator, read_from: Start, posted: Any, wait_until: Wait
) -> None:
    reader = read_from(emulator.url)
    posted.wait(CameraChanged)
    assert emulator.viewers == 1
    began = time.monotonic()
    reader.stop()
    assert time.monotonic() - began < 1.5
    wait_until(lambda: emulator.viewers == 0)
    posted.rest()
    emulator.show(CARD)
    assert reader.preview() is None
    assert not reader.ready
    assert posted.rest() == []


class Hanging:
    """A driver that never comes back from a read, until the test lets it go."""

    live = True

    def __init__(self, frames: int = 0) -> None:
        self.release, self.frames, self.reading = threading.Event(), frames, threading.Event()

    def read(self, stop: threading.Event) -> Shot | None:
        if self.frames:
            self.frames -= 1
            return PixelShot(np.full((72, 128, 3), self.frames, np.uint8))
        self.reading.set()
        self.release.wait()
        return None

    def close(self) -> None:
        return


def test_stop_is_quick_even_when_the_source_hangs(read_from: Start, posted: Any) -> None:
    source = Hanging(frames=2)
    reader = read_from("hanging", opener=lambda _: source)
    assert posted.wait(CameraChanged).ready
    assert source.reading.wait(5)
    began = time.monotonic()
    reader.stop()
    assert time.monotonic() - began < 1.5
    source.release.set()


def test_a_read_that_never_returns_is_left_behind_and_the_camera_opened_anew(
    read_from: Start, posted: Any, emulator: CameraEmulator
) -> None:
    stuck = Hanging(frames=2)
    sources = iter([stuck])
    read_from(emulator.url, opener=lambda settings: next(sources, None) or open_source(settings))
    assert posted.wait(CameraChanged).ready
    assert posted.wait(CameraChanged, within=6) == CameraChanged(False, Why.STALLED)
    assert posted.wait(CameraChanged, within=4) == CameraChanged(True, Why.READY)
    stuck.release.set()


def test_a_slow_decoder_gets_the_newest_frame_and_skips_the_others(emulator: CameraEmulator, wait_until: Wait) -> None:
    grabber = Grabber(lambda: open_source(CameraSettings(source=emulator.url)), time.monotonic)
    first = grabber.after(0, 5)
    assert first is not None
    wait_until(lambda: grabber.newest is not None and grabber.newest.number >= first.number + 8)
    later = grabber.after(first.number, 0)
    assert later is not None
    assert later.number >= first.number + 8
    assert time.monotonic() - later.at < 0.5
    grabber.stop()
    assert grabber.join(3)
    assert grabber.newest is None


def test_no_source_is_told_and_starts_no_thread(posted: Any) -> None:
    before = threading.active_count()
    CameraReader(CameraSettings(), CodeSettings(), posted).start()
    assert posted.wait(CameraChanged) == CameraChanged(False, Why.NOT_SET)
    assert threading.active_count() == before


@pytest.mark.parametrize("source", ["/dev/video-none", "http://127.0.0.1:9/none.mjpg"])
def test_an_absent_camera_is_told_once_while_it_is_tried_again(
    read_from: Start, posted: Any, wait_until: Wait, source: str
) -> None:
    attempts = []

    def opener(settings: CameraSettings) -> Any:
        attempts.append(1)
        return open_source(settings)

    read_from(source, opener=opener)
    assert posted.wait(CameraChanged, within=5) == CameraChanged(False, Why.ABSENT)
    wait_until(lambda: len(attempts) >= 3)
    assert posted.rest() == []


def test_rules_that_cannot_work_are_refused_at_once(posted: Any) -> None:
    with pytest.raises(BarcodeError, match=r"codes\.item\.pattern"):
        CameraReader(CameraSettings(), CodeSettings(item=KindRule("[")), posted)


def test_a_folder_of_pictures_is_shown_round_and_round(
    tmp_path: Path, read_from: Start, posted: Any, still: Any
) -> None:
    still(tmp_path, CARD, "1-card.jpg")
    still(tmp_path, LABEL, "2-label.jpg")
    (tmp_path / "notes.txt").write_text("not a picture")
    read_from(str(tmp_path))
    assert [posted.wait(CodeRead, within=8).text for _ in range(2)] == ["M0001", "B00417"]


def test_a_video_file_plays_at_its_pace_and_again_from_the_start(tmp_path: Path, still: Any) -> None:
    frame = cv2.imread(str(still(tmp_path, CARD, "card.jpg")))
    assert frame is not None
    path = tmp_path / "card.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20, (960, 540))
    for _ in range(6):
        writer.write(frame)
    writer.release()
    source, stop = open_source(CameraSettings(source=str(path))), threading.Event()
    began = time.monotonic()
    frames = [source.read(stop) for _ in range(9)]
    assert all(read is not None and read.size == (960, 540) for read in frames)
    assert time.monotonic() - began >= 8 / 20
    stop.set()
    assert source.read(stop) is None
    source.close()
    assert not source.live


def test_a_folder_without_pictures_and_a_file_that_is_no_video_are_named(tmp_path: Path) -> None:
    with pytest.raises(BarcodeError, match="holds no picture"):
        open_source(CameraSettings(source=str(tmp_path)))
    (tmp_path / "text.avi").write_text("not a video")
    with pytest.raises(BarcodeError, match=r"text\.avi cannot be opened as video"):
        open_source(CameraSettings(source=str(tmp_path / "text.avi")))


def test_a_login_in_an_address_is_not_repeated_in_messages() -> None:
    assert without_login("rtsp://admin:secret@camera/1") == "rtsp://camera/1"


def test_the_emulator_serves_a_still_and_refuses_other_paths(emulator: CameraEmulator) -> None:
    import httpx

    base = f"http://127.0.0.1:{emulator.port}"
    picture = httpx.get(f"{base}/still.jpg")
    assert picture.headers["content-type"] == "image/jpeg"
    decoded = cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape == (720, 1280, 3)
    assert httpx.get(f"{base}/admin").status_code == 404


def test_an_unplugged_emulator_refuses_and_keeps_its_port(emulator: CameraEmulator) -> None:
    import httpx

    port = emulator.port
    emulator.unplug()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/still.jpg")
    emulator.plug()
    assert emulator.port == port
    assert httpx.get(f"http://127.0.0.1:{port}/still.jpg").status_code == 200
