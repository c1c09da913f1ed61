"""The live benchmark: its video shows what it says, its counts are right, a made-up text that is accepted is found."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks import live, streams
from benchmarks.live import Seen, watch
from benchmarks.result import Plan
from devices.barcode.rungs import Gray


@pytest.fixture(scope="module")
def perfect() -> list[streams.Presentation]:
    """The benchmark's own presentations, as a camera without faults sees them."""
    return [streams.presentation(streams.SEED, number, perfect=True) for number in range(30)]


@pytest.fixture(scope="module")
def shown() -> streams.Presentation:
    return streams.presentation(11, 0)


def test_a_presentation_is_twelve_grey_720p_frames_that_follow_from_its_seed(shown: streams.Presentation) -> None:
    assert [frame.shape for frame in shown.frames] == [(720, 1280)] * 12
    again, other = streams.presentation(11, 0), streams.presentation(12, 0, perfect=True)
    assert shown.text == again.text != other.text
    assert all(map(np.array_equal, shown.frames, again.frames))
    assert not np.array_equal(shown.frames[0], other.frames[0])


def test_what_is_shown_is_in_the_picture(perfect: list[streams.Presentation]) -> None:
    """Without the camera's faults every one is read by turning the picture: nothing is held out of sight."""
    engine = live.zxing(live.CODES.formats)
    for one in perfect:
        turned = (_turned(one.frames[0], degrees) for degrees in (0, 25, 50, 75))
        assert any(one.text in engine(frame, True) for frame in turned), one.name


def _turned(frame: Gray, degrees: float) -> Gray:
    matrix = cv2.getRotationMatrix2D((640, 360), degrees, 0.8)
    return np.asarray(cv2.warpAffine(frame, matrix, (1280, 720), borderValue=128), dtype=np.uint8)


def test_half_are_upright_half_are_hard_and_every_kind_comes_both_ways(perfect: list[streams.Presentation]) -> None:
    assert sum(one.upright for one in perfect) == 15
    assert sum(one.hard for one in perfect) == 14
    for upright in (True, False):
        assert {one.format for one in perfect if one.upright is upright} == set(live.CODES.formats)


def test_the_kiosk_accepts_a_presentation_and_nothing_else(shown: streams.Presentation) -> None:
    seen = watch(live.viewer(), shown)
    assert seen.read_by <= 12
    assert seen.wrong() == []
    assert len(seen.cpu) == 12
    assert min(seen.cpu) > 0


def test_the_frame_that_read_and_the_texts_that_were_made_up_are_counted(shown: streams.Presentation) -> None:
    said = iter([[], ["1234"], [shown.text], ["1234", shown.text], *[[]] * 8])
    seen = watch(lambda frame, first: next(said), shown)
    assert seen.read_by == 3
    assert seen.wrong() == seen.wrong(2) == ["1234"]
    assert seen.wrong(3) == []
    assert live.row("x", [seen])[1:4] == ("0/1/1/1 of 1", "0/0/0/0 of 0", "1/1")


def test_a_pair_sees_the_same_presentation_and_the_next_pair_the_next(
    shown: streams.Presentation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(live.SIDES, "blind", lambda: lambda frame, first: [])
    other = streams.presentation(11, 1, perfect=True)
    turn = live._Turn([shown, other])
    side = turn.side("blind")
    runs: list[Seen] = [side.run() for _ in range(6)]
    assert [run.shown for run in runs] == [shown, shown, other, other, shown, shown]
    assert {side.check(run) for run in runs} == {""}


def test_an_accepted_text_that_was_not_shown_makes_the_benchmark_void(
    tmp_path: Path, shown: streams.Presentation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "frames", lambda seed, count: [shown])
    for name in list(live.SIDES):
        monkeypatch.setitem(live.SIDES, name, lambda: lambda frame, first: [str(sum(range(50_000)))])
    outcome = live.run(Plan(tmp_path, quick=True))
    assert outcome.void
    assert {row[3] for row in outcome.table.rows} == {"1/1"}
