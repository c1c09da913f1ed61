"""Measures for mounting a camera, on drawn scenes whose true values are known."""

from __future__ import annotations

import numpy as np
import pytest

from devices.barcode import aim
from devices.barcode.aim import Advice, Measures
from devices.barcode.aim_live import Rate, Sharpest, look
from devices.barcode.settings import CodeSettings
from devices.barcode.shot import PixelShot
from devices.emulators import scene
from devices.emulators.scene import Optics, Pose
from devices.emulators.things import BAR, PX_PER_MM, Thing, book_label, isbn_label, phone

LABEL = book_label("B00417")
#: Millimetres of the narrowest bar of every drawn label.
BAR_MM = BAR / PX_PER_MM


def seen(
    thing: Thing | None = LABEL, pose: Pose | None = None, optics: Optics = scene.TYPICAL, width: int = 1280
) -> Measures:
    things = [] if thing is None else [(thing, pose or Pose(turn=5))]
    size = (width, width * 9 // 16)
    frame = scene.photograph(things, optics, rng=np.random.default_rng(2), size=size)
    return look(PixelShot(frame), CodeSettings(formats=("Code128", "Code39", "Codabar", "ITF", "EAN13", "QRCode")))


@pytest.mark.parametrize(
    "thing",
    [
        LABEL,
        book_label("B00417", "Code39"),
        book_label("A31234567890124B", "Codabar"),
        book_label("12345678", "ITF"),
        isbn_label("9786020324784"),
    ],
    ids=["Code128", "Code39", "Codabar", "ITF", "EAN13"],
)
@pytest.mark.parametrize("width", [1280, 1920])
def test_pixels_a_bar_are_those_of_the_geometry(thing: Thing, width: int) -> None:
    measures = seen(thing, width=width)
    assert measures.code is not None
    assert measures.bar_px == pytest.approx(BAR_MM * width / scene.FIELD_MM, rel=0.04)


@pytest.mark.parametrize("turn", [0, 12, 20, 45, 90])
def test_turning_a_label_makes_its_bars_no_wider(turn: float) -> None:
    assert seen(pose=Pose(turn=turn)).bar_px == pytest.approx(BAR_MM * 1280 / scene.FIELD_MM, rel=0.06)


def test_modules_of_a_phones_code_are_measured_too() -> None:
    measures = seen(phone("M0001"))
    assert measures.code is not None
    assert measures.code.format == "QRCode"
    assert measures.bar_px is not None
    assert measures.bar_px > 5


@pytest.mark.parametrize("sigma", [0.8, 1.0, 1.5, 2.0, 3.0])
def test_blur_is_that_of_the_lens(sigma: float) -> None:
    measures = seen(optics=Optics(blur=sigma, noise=4))
    assert measures.blur_px == pytest.approx(sigma, rel=0.15, abs=0.1)


@pytest.mark.parametrize("width", [960, 1280, 1920])
def test_an_unread_region_is_estimated_from_its_stripes(width: int) -> None:
    frame = scene.photograph([(LABEL, Pose(turn=5))], rng=np.random.default_rng(2), size=(width, width * 9 // 16))
    measures = look(PixelShot(frame), CodeSettings(formats=("QRCode",)))
    assert measures.code is None
    assert measures.bar_px == pytest.approx(BAR_MM * width / scene.FIELD_MM, rel=0.12)


@pytest.mark.parametrize(
    ("scene_of", "advice"),
    [
        ({}, Advice.GOOD),
        ({"thing": None}, Advice.NOTHING_SEEN),
        ({"width": 640}, Advice.CLOSER),
        ({"width": 800}, Advice.CLOSER),
        ({"optics": Optics(blur=1.6)}, Advice.FOCUS),
        ({"optics": Optics(blur=2.5)}, Advice.FOCUS),
        ({"optics": Optics(blur=4.0)}, Advice.FOCUS),
        ({"optics": Optics(exposure=0.2)}, Advice.MORE_LIGHT),
        ({"thing": None, "optics": Optics(exposure=0.3)}, Advice.MORE_LIGHT),
        ({"optics": Optics(exposure=2.5)}, Advice.GLARE),
        ({"thing": None, "optics": Optics(exposure=2.5)}, Advice.GLARE),
    ],
)
def test_the_advice_is_what_is_wrong_with_the_scene(scene_of: dict[str, object], advice: Advice) -> None:
    assert aim.advise(seen(**scene_of)) is advice  # type: ignore[arg-type]


def test_a_label_as_wide_as_the_picture_wants_more_distance() -> None:
    wide = ((10, 100), (1250, 100), (1250, 500), (10, 500))
    light = aim.Light(120, 200, 0)
    assert aim.advise(Measures((1280, 720), light, None, wide, 8.0, 1.0)) is Advice.AWAY


def test_a_sharp_region_that_is_not_read_wants_a_steady_hand() -> None:
    region = ((100, 100), (500, 100), (500, 300), (100, 300))
    assert aim.advise(Measures((1280, 720), aim.Light(120, 200, 0), None, region, 4.0, 1.0)) is Advice.STEADY


def test_all_advice_is_there_in_indonesian() -> None:
    assert set(aim.ADVICE_ID) == set(Advice)


def test_a_region_of_one_grey_has_no_bars_and_no_edges() -> None:
    plain = np.full((200, 400), 128, np.uint8)
    quad = ((50, 50), (350, 50), (350, 150), (50, 150))
    assert aim.striped_pixels_per_bar(plain, quad) is None
    assert aim.blur(plain, quad) is None


def test_sharpness_is_relative_to_the_best_so_far() -> None:
    sharpest = Sharpest()
    assert [sharpest.share(blur) for blur in (2.0, None, 1.0, 4.0)] == [1.0, None, 1.0, 0.25]


def test_the_rate_counts_frames_that_nobody_looked_at() -> None:
    rate = Rate()
    assert rate.add(10.0, 5) is None
    assert rate.add(10.5, 15) == pytest.approx(20)
    for n in range(10):
        last = rate.add(11.0 + n, 15 + 10 * n)  # the camera has become slower
    assert last == pytest.approx(10)
