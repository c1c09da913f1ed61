"""The cheap look always, one costly look in turn, the budget kept on average."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.barcode.code import MATRIX_FORMATS, Code
from devices.barcode.rungs import Rung
from devices.barcode.settings import CameraSettings, CodeSettings
from devices.barcode.stepper import Stepper, live_stepper
from devices.barcode.stripes import Gray
from devices.emulators.things import code_picture

GRAY: Gray = np.zeros((9, 16), np.uint8)
ITEM = Code("Code128", "B00417", ((0, 0), (100, 0), (100, 30), (0, 30)))
ISBN = Code("EAN13", "9786020324784", ((0, 200), (100, 200), (100, 230), (0, 230)))


class Bench:
    """Rungs that take a known time of a clock we turn, and write down that they ran."""

    def __init__(self) -> None:
        self.now = 0.0
        self.ran: list[str] = []

    def clock(self) -> float:
        return self.now

    def rung(self, name: str, ms: float, codes: Sequence[Code] = ()) -> Rung:
        def look(gray: Gray) -> list[Code]:
            self.now += ms / 1000
            self.ran.append(name)
            return list(codes)

        return look


def only_items(codes: Sequence[Code]) -> bool:
    return any(code.text.startswith("B") for code in codes)


def test_a_code_in_the_cheap_look_ends_the_frame() -> None:
    bench = Bench()
    stepper = Stepper(
        [bench.rung("scan", 2, [ITEM]), bench.rung("soft", 2)],
        [bench.rung("turn", 10)],
        budget_ms=40,
        clock=bench.clock,
    )
    assert stepper.read(GRAY, only_items) == [ITEM]
    assert bench.ran == ["scan"]


def test_costly_rungs_come_one_a_frame_in_turn() -> None:
    bench = Bench()
    costly = [bench.rung(name, 10) for name in "abc"]
    stepper = Stepper([bench.rung("scan", 2)], costly, budget_ms=40, clock=bench.clock)
    for _ in range(4):
        stepper.read(GRAY, only_items)
    assert "".join(name for name in bench.ran if name != "scan") == "abca"


def test_an_isbn_never_ends_the_search() -> None:
    bench = Bench()
    stepper = Stepper([bench.rung("scan", 2, [ISBN])], [bench.rung("a", 5, [ITEM])], budget_ms=40, clock=bench.clock)
    assert stepper.read(GRAY, only_items) == [ISBN, ITEM]


def test_the_rung_that_found_something_looks_again() -> None:
    bench = Bench()
    costly = [bench.rung("a", 10), bench.rung("b", 10, [ITEM]), bench.rung("c", 10)]
    stepper = Stepper([], costly, budget_ms=40, clock=bench.clock)
    for _ in range(4):
        stepper.read(GRAY, only_items)
    assert bench.ran == ["a", "b", "b", "b"]


def test_the_same_place_is_not_given_twice() -> None:
    bench = Bench()
    wrong = Code("Code128", "other", ITEM.quad)
    stepper = Stepper([bench.rung("scan", 2, [wrong])], [bench.rung("a", 5, [ITEM])], budget_ms=40, clock=bench.clock)
    assert stepper.read(GRAY, only_items) == [wrong]


def test_a_change_of_scene_begins_the_turn_again() -> None:
    bench = Bench()
    stepper = Stepper([], [bench.rung(name, 1) for name in "abc"], budget_ms=40, clock=bench.clock)
    stepper.read(GRAY, only_items)
    stepper.restart()
    stepper.read(GRAY, only_items)
    assert bench.ran == ["a", "a"]


@given(st.floats(1, 20), st.lists(st.floats(1, 300), min_size=1, max_size=6))
def test_the_budget_holds_on_average_and_no_rung_is_left_out(cheap_ms: float, costs: list[float]) -> None:
    bench = Bench()
    costly = [bench.rung(str(n), cost) for n, cost in enumerate(costs)]
    stepper = Stepper([bench.rung("scan", cheap_ms)], costly, budget_ms=40, clock=bench.clock)
    frames = 400
    for _ in range(frames):
        stepper.read(GRAY, only_items)
    # One look may be under way when the credit runs out, and the start brings some frames of credit.
    assert bench.now * 1000 <= 40 * (frames + 4) + max(costs) + cheap_ms
    assert set(bench.ran) == {"scan", *map(str, range(len(costs)))}


def test_on_a_machine_too_slow_for_the_cheap_look_it_is_still_made() -> None:
    bench = Bench()
    stepper = Stepper([bench.rung("scan", 500)], [bench.rung("a", 500)], budget_ms=40, clock=bench.clock)
    for _ in range(50):
        stepper.read(GRAY, only_items)
    assert bench.ran.count("scan") == 50


def test_the_live_stepper_reads_a_clean_code_at_once() -> None:
    picture = np.pad(np.asarray(code_picture("Code128", "B00417")), 60, constant_values=255)
    bench = Bench()
    codes = live_stepper(CameraSettings(), CodeSettings(), clock=bench.clock).read(picture, only_items)
    assert [(code.format, code.text) for code in codes] == [("Code128", "B00417")]


def test_the_live_stepper_reads_an_inverted_bar_code_within_one_round() -> None:
    picture = 255 - np.pad(np.asarray(code_picture("Code128", "B00417")), 60, constant_values=255)
    stepper = live_stepper(CameraSettings(), CodeSettings(), clock=Bench().clock)
    assert any(stepper.read(picture, only_items) for _ in range(7))


def test_the_second_engine_takes_its_turn() -> None:
    asked = []

    def second(gray: Gray, formats: Sequence[str]) -> list[Code]:
        asked.append(formats)
        return []

    stepper = live_stepper(CameraSettings(), CodeSettings(), clock=Bench().clock, second=second)
    for _ in range(8):
        stepper.read(GRAY.repeat(10, 0).repeat(10, 1), only_items)
    assert asked == [CodeSettings().formats]


def clean(code: str, text: str) -> Gray:
    bar = 6 if code in MATRIX_FORMATS else 3
    return np.pad(np.asarray(code_picture(code, text, bar)), 60, constant_values=255).astype(np.uint8)


def turned(picture: Gray, degrees: float) -> Gray:
    side = max(picture.shape) * 2
    matrix = cv2.getRotationMatrix2D((picture.shape[1] / 2, picture.shape[0] / 2), degrees, 1.0)
    matrix[:, 2] += ((side - picture.shape[1]) / 2, (side - picture.shape[0]) / 2)
    return np.asarray(cv2.warpAffine(picture, matrix, (side, side), borderValue=(255.0,)), dtype=np.uint8)


def within(picture: Gray, formats: tuple[str, ...], frames: int) -> tuple[int, list[tuple[str, str]]]:
    """How many frames it took, and what was read; nothing costs anything, so a costly look is taken each frame."""
    stepper = live_stepper(CameraSettings(), CodeSettings(formats=formats), clock=Bench().clock)
    for frame in range(1, frames + 1):
        codes = stepper.read(picture, bool)
        if codes:
            return frame, [(code.format, code.text) for code in codes]
    return frames, []


@pytest.mark.parametrize("degrees", [0, 45, 100])
def test_where_only_squares_are_wanted_they_are_read_at_once_and_bars_never(degrees: float) -> None:
    squares = ("QRCode", "DataMatrix")
    assert within(turned(clean("QRCode", "M0001"), degrees), squares, 1) == (1, [("QRCode", "M0001")])
    assert within(turned(clean("Code128", "B00417"), degrees), squares, 6) == (6, [])


@pytest.mark.parametrize("degrees", [0, 45, 100])
def test_where_only_bars_are_wanted_they_are_read_at_once_and_squares_never(degrees: float) -> None:
    bars = ("Code128", "Code39")
    assert within(turned(clean("Code128", "B00417"), degrees), bars, 1) == (1, [("Code128", "B00417")])
    assert within(turned(clean("QRCode", "M0001"), degrees), bars, 8) == (8, [])


@pytest.mark.parametrize("degrees", [15, 40, 75, 130])
@pytest.mark.parametrize("negative", [False, True])
def test_stacked_bars_at_any_angle_are_read_within_one_round(degrees: float, negative: bool) -> None:
    picture = turned(clean("PDF417", "M0001"), degrees)
    frame = 255 - picture if negative else picture
    _, read = within(frame, ("Code128", "QRCode", "PDF417"), 8)
    assert read == [("PDF417", "M0001")]


def test_stacked_bars_take_no_turn_where_nobody_wants_them() -> None:
    assert within(turned(clean("PDF417", "M0001"), 40), ("Code128", "QRCode"), 10) == (10, [])


def test_a_retail_code_too_blurred_for_any_engine_is_read_within_one_round() -> None:
    sharp = clean("EAN13", "9786020324784")
    frame = np.asarray(cv2.GaussianBlur(turned(sharp, 25), (0, 0), 3.0), dtype=np.uint8)
    assert within(frame, ("Code128", "EAN13"), 8)[1] == [("EAN13", "9786020324784")]


def test_what_the_second_engine_reads_is_told_and_it_sees_a_calmer_picture() -> None:
    noise = np.random.default_rng(2).integers(0, 255, (90, 160), dtype=np.uint8)
    seen = []

    def second(gray: Gray, formats: Sequence[str]) -> list[Code]:
        seen.append(gray.std())
        return [ITEM]

    codes = CodeSettings(formats=("QRCode",))
    stepper = live_stepper(CameraSettings(), codes, clock=Bench().clock, second=second)
    told = [stepper.read(noise, only_items) for _ in range(4)]
    # After the two others for squares; then it stays, since it found something.
    assert told == [[], [], [ITEM], [ITEM]]
    assert max(seen) < 0.7 * noise.std()
