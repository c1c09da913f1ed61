"""The cheap look always, one costly look in turn, the budget kept on average."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from devices.barcode.code import Code
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
