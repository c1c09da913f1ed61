"""A striped region laid flat: bars upright, places mapped back, rows prepared as their names say."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from devices.barcode import rungs, strip, stripes
from devices.barcode.code import overlaps
from devices.barcode.strip import ROWS, WIDTH, Strip
from devices.barcode.stripes import Gray, Region
from devices.emulators import scene, things
from devices.emulators.scene import Desk, Pose
from devices.emulators.things import Thing

LABEL, ISBN = things.slip("Code128", "B00417"), things.slip("EAN13", "9786020324784")
FLAT = Region(320, 180, 0.0, 400, 100)


def picture(thing: Thing, pose: Pose, kind: Desk = Desk.GREY) -> Gray:
    frame = scene.photograph([(thing, pose)], rng=np.random.default_rng(5), kind=kind)
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def upright(laid: Strip) -> float:
    """How much of the contrast of single rows is left in their mean: 1 when every bar stands upright.

    Of the middle rows: the text below a code may lie in the others.
    """
    rows = laid.picture[ROWS // 4 : -ROWS // 4, round(strip.FIRST) + 30 : round(strip.LAST) - 30].astype(np.float64)
    return float(rows.mean(axis=0).std() / rows.std(axis=1).mean())


@pytest.mark.parametrize("thing", [LABEL, ISBN])
@pytest.mark.parametrize("pose", [
    Pose(), Pose(turn=20), Pose(turn=67), Pose(turn=90), Pose(turn=-45), Pose(turn=160), Pose(turn=5, tilt_x=30),
    Pose(turn=40, tilt_y=30), Pose(turn=100, tilt_x=25, tilt_y=-25), Pose(turn=-70, tilt_x=-20, tilt_y=35),
])  # fmt: skip
def test_bars_stand_upright_however_the_label_is_held(thing: Thing, pose: Pose) -> None:
    frame = picture(thing, pose)
    assert upright(strip.lift(frame, stripes.find(frame)[0])) > 0.88


@pytest.mark.parametrize("degrees", [-4, -2, 2, 4])
def test_a_region_whose_direction_is_wrong_by_some_degrees_is_mended(degrees: float) -> None:
    frame = picture(LABEL, Pose(turn=25))
    found = stripes.find(frame)[0]
    wrong = Region(found.x, found.y, found.angle + np.radians(degrees), found.length, found.height)
    assert upright(strip.lift(frame, wrong)) > 0.9


def test_bars_that_fan_out_stand_upright_at_both_ends() -> None:
    """A label seen from below: its bars lean to the left at one end and to the right at the other."""
    row = np.repeat(np.random.default_rng(2).integers(0, 2, 100) * 200 + 20, 4).astype(np.uint8)
    bars = cv2.GaussianBlur(np.tile(row, (100, 1)), (0, 0), 1.2)
    corners = np.array([(0, 0), (400, 0), (400, 100), (0, 100)], np.float32)
    fanned = corners + np.array([(130, 120), (110, 120), (124, 120), (116, 120)], np.float32)
    warp = cv2.getPerspectiveTransform(corners, fanned + np.array([(0, 0), (0, 0), (12, 0), (-12, 0)], np.float32))
    frame = cv2.warpPerspective(bars, warp, (640, 340), borderMode=cv2.BORDER_CONSTANT, borderValue=(230.0,))
    laid = strip.lift(np.asarray(frame, dtype=np.uint8), Region(320, 170, 0.0, 400, 90))
    assert upright(laid) > 0.93
    plain = np.asarray(frame, dtype=np.uint8)[140:200, 150:490].astype(float)
    assert plain.mean(axis=0).std() / plain.std(axis=1).mean() < 0.9  # as it was before


@pytest.mark.parametrize("thing", [LABEL, things.slip("ITF", "48479225166694")])
@pytest.mark.parametrize("pose", [Pose(8, 5, 15), Pose(-12, 9, 120, 20, -20), Pose(5, -3, -80, -15, 25)])
def test_a_code_found_in_a_strip_is_given_where_it_lies_in_the_picture(thing: Thing, pose: Pose) -> None:
    frame = picture(thing, pose)
    laid = strip.lift(frame, stripes.find(frame)[0])
    (code,), share = rungs.flat(laid, ("Code128", "ITF"))
    corners = scene.corners(thing, pose, 1280, 720)
    assert overlaps(code.quad, tuple((int(x), int(y)) for x, y in corners))  # type: ignore[arg-type]
    # Where bars begin and end is known to a block of the search, in a rectangle that does not know of perspective.
    inside = cv2.convexHull(corners)
    assert all(cv2.pointPolygonTest(inside, (float(x), float(y)), measureDist=True) > -12 for x, y in code.quad)
    (x0, y0), _, _, (x3, y3) = code.quad
    assert np.hypot(x3 - x0, y3 - y0) > 6 * 1280 / scene.FIELD_MM  # of bars 12 mm high, seen at a slant
    assert 0.3 < share <= 1.1


def test_back_leads_from_a_strips_pixels_to_the_pictures() -> None:
    frame = picture(LABEL, Pose(turn=33, tilt_x=20))
    laid = strip.lift(frame, stripes.find(frame)[0])
    across, down = np.meshgrid(np.arange(150, 750, 50), np.arange(8, 56, 8))
    points = np.stack((across.ravel(), down.ravel(), np.ones(across.size))).astype(np.float64)
    x, y, w = laid.back @ points
    there = cv2.remap(frame, (x / w).astype(np.float32), (y / w).astype(np.float32), cv2.INTER_LINEAR)
    here = laid.picture[down.ravel(), across.ravel()]
    assert np.abs(np.asarray(there).ravel().astype(int) - here).max() <= 3


def test_a_strip_has_its_regions_ends_where_it_says_and_room_beyond() -> None:
    frame = np.full((360, 640), 220, np.uint8)
    frame[:, 120:520] = 40  # exactly the region
    laid = strip.lift(frame, FLAT)
    assert laid.picture.shape == (ROWS, WIDTH)
    dark = np.flatnonzero(laid.picture[ROWS // 2] < 128)
    assert dark[0] == pytest.approx(strip.FIRST, abs=2)
    assert dark[-1] == pytest.approx(strip.LAST, abs=2)


@pytest.mark.parametrize("region", [
    FLAT, Region(0, 0, 0.3, 900, 300), Region(-50, 500, -1.5, 30, 8), Region(320, 180, 1.0, 1, 8), Region(5, 5, 0, 4, 4)
])  # fmt: skip
def test_what_has_no_bars_is_lifted_as_it_is(region: Region) -> None:
    for frame in (np.full((360, 640), 90, np.uint8), np.full((1, 1), 90, np.uint8)):
        assert np.array_equal(strip.lift(frame, region).picture, np.full((ROWS, WIDTH), 90, np.uint8))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-1.57, 1.57), st.floats(1, 2000), st.floats(8, 900), st.floats(-100, 400))
def test_any_region_of_any_picture_can_be_lifted(
    seed: int, angle: float, length: float, height: float, at: float
) -> None:
    noise = np.random.default_rng(seed).integers(0, 255, (180, 240), dtype=np.uint8)
    laid = strip.lift(noise, Region(at, at / 2, angle, length, height))
    assert laid.picture.shape == (ROWS, WIDTH)
    assert np.isfinite(laid.back).all()


# --- rows prepared ------------------------------------------------------------------------------------------------


def wave(dark: float = 40, light: float = 200, period: int = 20) -> NDArray[np.float64]:
    return (dark + light) / 2 + (light - dark) / 2 * np.sin(2 * np.pi * np.arange(WIDTH) / period)


def test_darkness_is_the_mean_of_the_rows_without_the_outermost() -> None:
    rows = np.full((ROWS, WIDTH), 100, np.uint8)
    rows[::2] = 110
    rows[:6] = rows[-6:] = 255  # the label's edge
    dark = strip.darkness(rows)
    assert (dark.shape, dark.dtype) == ((WIDTH,), np.float32)
    assert dark == pytest.approx(np.full(WIDTH, 150.0))


@pytest.mark.parametrize("count", [2, 4, 8])
def test_bands_keep_bars_and_lose_noise(count: int) -> None:
    noise = np.random.default_rng(1).normal(0, 20, (ROWS, WIDTH))
    rows = np.clip(wave() + noise, 0, 255).astype(np.uint8)
    made = strip.bands(rows, count)
    assert made.shape == (count, WIDTH)
    assert (made - wave()).std() == pytest.approx(20 / np.sqrt(ROWS / count), rel=0.25)


def test_each_band_is_of_its_own_rows() -> None:
    rows = np.repeat(np.array([10, 60, 120, 250], np.uint8), ROWS // 4)[:, None].repeat(WIDTH, axis=1)
    assert strip.bands(rows, 4)[:, 5].tolist() == [10, 60, 120, 250]


def test_sharpening_raises_fine_bars_and_leaves_even_paper_and_other_rows() -> None:
    fine = np.stack([wave(110, 140, 12), np.full(WIDTH, 90.0)]).astype(np.uint8)
    sharp = strip.sharpened(fine, 5.0, 1.0)
    assert np.ptp(sharp[0, 50:-50].astype(int)) > 1.7 * np.ptp(fine[0, 50:-50].astype(int))
    assert np.abs(sharp[1].astype(int) - 90).max() <= 1  # nothing of the row above has come down


def test_stretching_evens_light_that_falls_off_and_contrast_that_does_too() -> None:
    fall = np.linspace(1.0, 0.3, WIDTH)
    rows = np.tile((20 + wave(40, 200) * fall).astype(np.uint8), (2, 1))
    made = strip.stretched(rows)[0]
    for part in range(100, WIDTH - 200, 100):
        assert made[part : part + 100].min() < 35
        assert made[part : part + 100].max() > 220


def test_stretching_leaves_a_quiet_zone_quiet() -> None:
    row = wave(40, 200)
    row[:250] = 200 + np.random.default_rng(3).normal(0, 2, 250)
    made = strip.stretched(np.tile(row.astype(np.uint8), (2, 1)))[0]
    assert made[:150].min() > 170


def test_stretching_a_plain_strip_makes_nothing_of_it() -> None:
    for grey in (0, 90, 255):
        assert np.ptp(strip.stretched(np.full((4, WIDTH), grey, np.uint8)).astype(int)) == 0
