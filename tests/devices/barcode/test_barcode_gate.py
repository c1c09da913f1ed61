"""Is anything moving? Noise and light are not, a label always is, however slowly it comes."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest

from devices.barcode.code import BarcodeError
from devices.barcode.gate import GLANCE_S, LONG_STILL_S, OPEN_S, SELDOM_S, Gate, Look
from devices.barcode.shot import JpegShot
from devices.emulators import scene
from devices.emulators.scene import Desk, Frame, Optics, Pose
from devices.emulators.things import book_label

SIZE = (640, 360)
LABEL = book_label("B00417")
DIM = Optics(blur=1.0, noise=20.0, exposure=0.5)

#: Looks a second at a scene that is still.
RATE = 2.5

Light = Callable[[int], np.ndarray]


@cache
def desk(kind: Desk = Desk.WOOD) -> Frame:
    return scene.desk(kind, *SIZE, np.random.default_rng(5))


def looks(gate: Gate, pictures: list[Frame], optics: Optics, rate: float = 10.0, start: float = 0.0) -> list[Look]:
    """Grey frames, each exposed with noise of its own out of a stock of it."""
    return [gate.look(start + n / rate, exposed(picture, optics, n)) for n, picture in enumerate(pictures)]


NOISE = [np.random.default_rng(n).standard_normal(SIZE[::-1], dtype=np.float32) for n in range(7)]


def exposed(picture: Frame, optics: Optics, number: int) -> Frame:
    grey = np.ascontiguousarray(picture[:, :, 1]) if picture.ndim == 3 else picture
    light = cv2.addWeighted(grey, optics.exposure, NOISE[number % 7], optics.noise, 0, dtype=cv2.CV_8U)
    return np.asarray(light, dtype=np.uint8)


@pytest.mark.parametrize("optics", [scene.SHARP, scene.TYPICAL, scene.HARD, DIM])
@pytest.mark.parametrize("kind", Desk)
def test_a_still_desk_is_skipped_but_for_glances_however_noisy(optics: Optics, kind: Desk) -> None:
    seen = looks(Gate(), [desk(kind)] * 240, optics)
    assert seen[0] is Look.CHANGED
    assert Look.CHANGED not in seen[1:]
    opened, long_still = round(OPEN_S * 10), round(LONG_STILL_S * 10)
    assert set(seen[1:opened]) == {Look.DECODE}
    glances = seen[opened + 1 : long_still].count(Look.DECODE)
    assert abs(glances - (LONG_STILL_S - OPEN_S) / GLANCE_S) <= 1
    seldom = seen[long_still:].count(Look.DECODE)
    assert abs(seldom - (24 - LONG_STILL_S) / SELDOM_S) <= 1


def test_the_pause_grows_with_stillness_and_ends_with_it() -> None:
    gate, pauses, empty = Gate(), [], desk()
    for n in range(150):
        gate.look(n / 10, empty)
        pauses.append(gate.pause)
    assert pauses[0] == 0.0
    assert sorted(pauses) == pauses
    assert len(set(pauses)) == 3
    gate.look(15.0, scene.place(empty, LABEL, Pose()))
    assert gate.pause == 0.0


def test_a_label_laid_down_opens_the_gate_at_once() -> None:
    gate = Gate()
    looks(gate, [desk()] * 50, scene.TYPICAL)
    shown = [scene.place(desk(), LABEL, Pose(x_mm=x)) for x in (0, 4)]
    assert looks(gate, shown, scene.TYPICAL, start=5.0) == [Look.CHANGED, Look.DECODE]


@pytest.mark.parametrize("optics", [scene.TYPICAL, scene.HARD, DIM])
@pytest.mark.parametrize("kind", Desk)
@pytest.mark.parametrize("speed", [0.5, 40.0])
def test_a_label_pushed_in_at_any_speed_opens_the_gate_before_its_code_is_in_view(
    optics: Optics, kind: Desk, speed: float
) -> None:
    """From outside the picture at ``speed`` mm/s: 60 mm wide, its code begins about 8 mm from the edge."""
    gate, empty = Gate(), desk(kind)
    looks(gate, [empty] * 30, optics)
    outside = scene.FIELD_MM / 2 + LABEL.width_mm / 2
    pictures = [
        scene.place(empty, LABEL, Pose(x_mm=outside - depth)) for depth in np.arange(0, 9 + speed / RATE, speed / RATE)
    ]
    seen = looks(gate, pictures, optics, rate=RATE, start=6.0)
    assert Look.CHANGED in seen
    assert seen.index(Look.CHANGED) * speed / RATE <= max(8.0, speed / RATE)


def lit(picture: Frame, light: np.ndarray | float) -> Frame:
    grey = np.ascontiguousarray(picture[:, :, 1]) if picture.ndim == 3 else picture
    return np.asarray(np.clip(grey * np.float32(light), 0, 255), dtype=np.uint8)


def bands(number: int) -> np.ndarray:
    """What a rolling shutter makes of a lamp on the mains."""
    rows = np.arange(SIZE[1])
    return (1 + 0.08 * np.sin(2 * np.pi * (rows / 160 + 0.37 * number)))[:, None]


@pytest.mark.parametrize(
    "light",
    [
        lambda n: bands(n),
        lambda n: 1 - 0.4 * n / 200,  # the sun goes down within twenty seconds
        lambda n: 1 + 0.15 * (-1) ** n,  # every second frame brighter
        lambda n: bands(n) * (1 + 0.1 * math.sin(n / 50)),
    ],
)
def test_light_that_comes_and_goes_is_no_movement(light: Light) -> None:
    empty = desk()
    seen = looks(Gate(), [lit(empty, light(n)) for n in range(200)], scene.TYPICAL)
    assert seen.count(Look.CHANGED) == 1
    assert seen.count(Look.DECODE) < 200 * 0.18


def test_a_label_under_such_light_is_movement() -> None:
    gate = Gate()
    empty = desk()
    looks(gate, [lit(empty, bands(n)) for n in range(60)], scene.TYPICAL)
    shown = scene.place(desk(), LABEL, Pose(turn=10))
    assert looks(gate, [lit(shown, bands(60))], scene.TYPICAL, start=6.0) == [Look.CHANGED]


@pytest.mark.parametrize("grey", [40, 250])
def test_a_sheet_that_covers_all_of_a_plain_desk_is_noticed_within_a_second(grey: int) -> None:
    gate, plain = Gate(), np.full((*SIZE[::-1], 3), 140, np.uint8)
    looks(gate, [plain] * 50, scene.TYPICAL)
    sheet = np.full_like(plain, grey)
    assert Look.CHANGED in looks(gate, [sheet] * 10, scene.TYPICAL, start=5.0)


def test_a_light_switched_on_is_noticed_once_and_then_known() -> None:
    gate = Gate()
    looks(gate, [lit(desk(), 0.4)] * 50, scene.TYPICAL)
    assert 1 <= looks(gate, [desk()] * 100, scene.TYPICAL, start=5.0).count(Look.CHANGED) <= 2


def test_another_size_is_no_trouble_and_a_damaged_frame_is_told() -> None:
    gate = Gate()
    gate.look(0.0, desk())
    gate.look(0.1, scene.desk(Desk.WOOD, 1920, 1080, np.random.default_rng(5)))
    with pytest.raises(BarcodeError, match="came damaged"):
        gate.look(0.2, JpegShot(b"\xff\xd8 and nothing more"))
