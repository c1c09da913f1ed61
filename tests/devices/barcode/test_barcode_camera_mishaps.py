"""A camera's pictures that end, come damaged, are dark or hidden: what its reader makes of them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devices.barcode.camera import CameraReader
from devices.barcode.events import CameraChanged, CodeRead, Why
from devices.barcode.settings import CameraSettings, CodeSettings
from devices.barcode.shot import JpegShot, Pixels, PixelShot, Shot
from devices.barcode.sources import open_source
from devices.emulators import things

Start = Callable[..., CameraReader]
Wait = Callable[..., None]
CARD, LABEL = things.membership_card("M0001"), things.book_label("B00417")


def test_a_file_without_a_frame_is_named_and_tried_again(tmp_path: Path, posted: Any, caplog: Any) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(bytes(np.random.default_rng(2).integers(0, 256, 4000, dtype=np.uint8)))
    reader = CameraReader(CameraSettings(source=str(path)), CodeSettings(), posted)
    reader.start()
    assert not posted.wait(CameraChanged).ready
    reader.stop()
    assert "holiday.jpg" in caplog.text


def test_a_folder_that_is_shown_once_ends(tmp_path: Path, posted: Any, still: Any) -> None:
    still(tmp_path, LABEL, "label.jpg")
    settings = CameraSettings(source=str(tmp_path), loop=False, second_engine=False)
    reader = CameraReader(settings, CodeSettings(), posted)
    reader.start()
    assert posted.wait(CodeRead).text == "B00417"
    assert posted.wait(CameraChanged) == CameraChanged(False, Why.ENDED)
    assert not reader.ready
    reader.stop()


class Counting:
    """A camera of one picture; counts what of its frames was decoded. ``damaged``: that many come torn first."""

    live = False

    def __init__(self, jpeg: bytes, damaged: int = 0) -> None:
        self.jpeg, self.damaged, self.colours, self.frames = jpeg, damaged, 0, 0

    def read(self, stop: threading.Event) -> Shot | None:
        if stop.wait(0.02):
            return None
        self.frames += 1
        if self.frames <= self.damaged:
            return JpegShot(self.jpeg[:999])
        counting = self

        class Counted(JpegShot):
            def colour(self, width: int) -> Pixels:
                counting.colours += 1
                return super().colour(width)

        return Counted(self.jpeg)

    def close(self) -> None:
        return


def test_a_hidden_preview_costs_nothing(
    read_from: Start, posted: Any, wait_until: Wait, tmp_path: Path, still: Any
) -> None:
    source = Counting(still(tmp_path, CARD, "card.jpg").read_bytes())
    reader = read_from("counting", opener=lambda _: source)
    posted.wait(CodeRead)
    wait_until(lambda: source.frames >= 50)
    assert source.colours == 0
    assert reader.preview() is not None
    assert source.colours == 1


def test_a_few_damaged_frames_are_passed_over(
    read_from: Start, posted: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, still: Any
) -> None:
    source = Counting(still(tmp_path, CARD, "card.jpg").read_bytes(), damaged=6)
    with caplog.at_level(logging.INFO):
        read_from("counting", opener=lambda _: source)
        assert posted.wait(CodeRead).text == "M0001"
    assert sum("came damaged" in record.message for record in caplog.records) == 1
    assert not any(record.exc_info for record in caplog.records)


def test_nothing_but_damaged_frames_is_a_failed_camera(
    read_from: Start, posted: Any, tmp_path: Path, still: Any
) -> None:
    jpeg = still(tmp_path, CARD, "card.jpg").read_bytes()
    sources = iter([Counting(jpeg, damaged=10**6)])
    read_from("counting", opener=lambda _: next(sources, None) or Counting(jpeg))
    assert posted.wait(CameraChanged).ready
    assert posted.wait(CameraChanged) == CameraChanged(False, Why.FAILED)
    assert posted.wait(CameraChanged) == CameraChanged(True, Why.READY)


def test_a_camera_back_under_another_name_is_found_by_its_link(
    read_from: Start, posted: Any, tmp_path: Path, still: Any
) -> None:
    """``/dev/v4l/by-id`` is a link that points elsewhere after a replug: whatever is behind it now is opened."""
    first, second, link = tmp_path / "video0", tmp_path / "video1", tmp_path / "usb-camera-index0"
    for folder, thing in ((first, CARD), (second, LABEL)):
        folder.mkdir()
        still(folder, thing, "seen.jpg")
    link.symlink_to(first)
    settings = CameraSettings(source=str(link))
    sources: list[Any] = []

    def opener(_: CameraSettings) -> Any:
        sources.append(open_source(settings))
        return sources[-1]

    read_from(str(link), opener=opener)
    assert posted.wait(CodeRead).text == "M0001"
    link.unlink()
    link.symlink_to(second)
    sources[-1].read = lambda stop: None  # the plug is pulled
    assert posted.wait(CameraChanged).why is Why.LOST
    assert posted.wait(CodeRead).text == "B00417"


class Repeating:
    """A live camera that gives the same picture again and again."""

    live = True

    def __init__(self, picture: Pixels) -> None:
        self.picture, self.frames = picture, 0

    def read(self, stop: threading.Event) -> Shot | None:
        self.frames += 1
        return None if stop.wait(0.01) else PixelShot(self.picture)

    def close(self) -> None:
        return


def test_a_dark_room_is_no_frozen_camera(read_from: Start, posted: Any, wait_until: Wait) -> None:
    """On a clock that runs ten times as fast."""
    dark = Repeating(np.full((72, 128), 16, np.uint8))
    read_from("dark", opener=lambda _: dark, clock=lambda: 10 * time.monotonic())
    assert posted.wait(CameraChanged).ready
    wait_until(lambda: dark.frames >= 120)  # 12 s by that clock
    assert posted.rest() == []
    lit = Repeating(np.tile(np.arange(128, dtype=np.uint8), (72, 1)))
    read_from("lit", opener=lambda _: lit, clock=lambda: 10 * time.monotonic())
    assert posted.wait(CameraChanged).ready
    assert posted.wait(CameraChanged) == CameraChanged(False, Why.FROZEN)
