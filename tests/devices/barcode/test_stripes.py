"""The search for stripes finds bars at any angle, says how they lie, and is calm before anything else."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.barcode import stripes
from devices.barcode.code import middle, overlaps
from devices.barcode.stripes import Gray, Region
from devices.emulators import scene, things
from devices.emulators.scene import Desk, Pose
from devices.emulators.things import Thing

LABEL, ISBN = things.slip("Code128", "B00417"), things.slip("EAN13", "9786020324784")
#: Pixels of a picture a millimetre.
PX = 1280 / scene.FIELD_MM
#: How exact a direction is (degrees): fine bars seem to lie closer to the rows or columns than they do; the strip mends
#: that. And how much longer a region is than its code (px): blocks of the search, and the neighbours of each.
DEGREES, LONGER = 2.5, 100


def picture(*laid: tuple[Thing, Pose], kind: Desk = Desk.GREY, size: tuple[int, int] = (1280, 720)) -> Gray:
    frame = scene.photograph(list(laid), rng=np.random.default_rng(5), kind=kind, size=size)
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def apart(angle: float, degrees: float) -> float:
    """By how much a direction differs from ``degrees``: directions repeat after half a turn."""
    return abs((math.degrees(angle) - degrees + 90) % 180 - 90)


def bars(thing: Thing) -> float:
    """Length of a slip's code in the picture (px), from the first bar to the last."""
    dark = np.flatnonzero(np.asarray(thing.image.convert("L"))[thing.image.height // 4] < 128)
    return float(dark[-1] - dark[0]) / things.PX_PER_MM * PX


@pytest.mark.parametrize("turn", range(-90, 95, 15))
@pytest.mark.parametrize("thing", [LABEL, ISBN])
def test_a_label_is_found_at_any_angle_with_its_direction_and_its_ends(thing: Thing, turn: int) -> None:
    pose = Pose(6, -4, turn)
    region = stripes.find(picture((thing, pose)))[0]
    assert apart(region.angle, turn) < DEGREES
    assert abs(region.angle) <= math.pi / 2
    assert bars(thing) < region.length < bars(thing) + LONGER
    # The bars of a slip begin 2.5 mm below its top and are 12 mm high; the text below them belongs to it at most.
    assert 10 * PX < region.height < 19 * PX
    down = 2.5 + 6 - thing.image.height / things.PX_PER_MM / 2
    x = 640 + PX * (pose.x_mm - math.sin(math.radians(turn)) * down)
    y = 360 + PX * (pose.y_mm + math.cos(math.radians(turn)) * down)
    assert math.hypot(region.x - x, region.y - y) < 4 * PX


@pytest.mark.parametrize("blur", [2, 5, 8])
def test_blur_that_hides_every_bar_does_not_hide_the_direction(blur: float) -> None:
    frame = np.asarray(cv2.GaussianBlur(picture((LABEL, Pose(turn=30, near=1.5))), (0, 0), blur), dtype=np.uint8)
    assert apart(stripes.find(frame)[0].angle, 30) < 3


def test_two_labels_at_their_own_angles_are_two_regions() -> None:
    one, other = Pose(-36, -8, 20), Pose(36, 8, -55)
    found = stripes.find(picture((LABEL, one), (ISBN, other)))[:2]
    left, right = sorted(found, key=lambda region: region.x)
    assert apart(left.angle, 20) < DEGREES
    assert apart(right.angle, -55) < DEGREES
    assert abs(left.x - (640 - 36 * PX)) < 6 * PX
    assert abs(right.x - (640 + 36 * PX)) < 6 * PX


def test_labels_one_above_the_other_are_two_regions_or_the_halves_of_one() -> None:
    high = ISBN.image.height / things.PX_PER_MM
    found = stripes.find(picture((ISBN, Pose(0, -high / 2)), (ISBN, Pose(0, high / 2))))
    parts = [part for region in found for part in (region, *region.halves)]
    for down in (-high / 2, high / 2):
        at = 360 + PX * (down - high / 2 + 8.5)  # the middle of its bars
        assert any(abs(part.y - at) < 4 * PX and part.height < 25 * PX for part in parts)


def test_halves_lie_above_and_below_along_the_bars_and_overlap_a_little() -> None:
    upper, lower = Region(100, 50, math.radians(90), 80, 40, 3.0).halves
    assert (upper.x, upper.y) == pytest.approx((110, 50))  # across the bars is down, so along them is to the left
    assert (lower.x, lower.y) == pytest.approx((90, 50))
    assert upper.height == lower.height == 22
    assert upper.length == lower.length == 80


def test_corners_run_around_from_the_upper_left() -> None:
    assert Region(100, 50, 0.0, 80, 20).quad == ((60, 40), (140, 40), (140, 60), (60, 60))
    assert Region(100, 50, math.pi / 2, 80, 20).quad == ((110, 10), (110, 90), (90, 90), (90, 10))


@settings(max_examples=60, deadline=None)
@given(st.floats(-math.pi / 2, math.pi / 2), st.floats(8, 900), st.floats(8, 400))
def test_corners_have_the_regions_middle_and_size(angle: float, length: float, height: float) -> None:
    region = Region(500, 400, angle, length, height)
    (x0, y0), (x1, y1), (_, _), (x3, y3) = region.quad
    assert middle(region.quad) == pytest.approx((500, 400), abs=1)
    assert math.hypot(x1 - x0, y1 - y0) == pytest.approx(length, abs=2)
    assert math.hypot(x3 - x0, y3 - y0) == pytest.approx(height, abs=2)


def test_a_pale_code_beside_black_print_is_still_found() -> None:
    frame = picture((ISBN, Pose(-36, 0, 10)), (LABEL, Pose(36, 0, 60)))
    pale = frame.copy()
    pale[:, 640:] = 255 - (255 - frame[:, 640:]) // 3
    assert any(apart(region.angle, 60) < DEGREES and region.x > 640 for region in stripes.find(pale))


def test_the_likeliest_come_first_and_no_more_than_asked_for() -> None:
    frame = picture((LABEL, Pose(-36, 0, 20)), (ISBN, Pose(36, 0, -60, near=1.4)), kind=Desk.STRIPES)
    found = stripes.find(frame, 3)
    assert len(found) == 3
    assert [region.weight for region in found] == sorted((region.weight for region in found), reverse=True)
    assert stripes.find(frame, 1) == found[:1]


@pytest.mark.parametrize("kind", list(Desk))
def test_whatever_lies_on_the_desk_what_is_found_is_within_bounds(kind: Desk) -> None:
    frame = picture(kind=kind)
    for region in (*stripes.find(frame), *stripes.outlines(frame)):
        assert 0 <= region.x <= 1280
        assert 0 <= region.y <= 720
        assert abs(region.angle) <= math.pi / 2 + 1e-6
        assert 0 < region.length < 1600
        assert 0 < region.height < 1600


@pytest.mark.parametrize("kind", [Desk.GREY, Desk.STONE])
def test_a_desk_without_grain_has_no_stripes(kind: Desk) -> None:
    assert stripes.find(picture(kind=kind)) == []


def test_plain_paper_has_no_stripes() -> None:
    for grey in (0, 128, 255):
        paper = np.full((480, 640), grey, np.uint8)
        assert stripes.find(paper) == stripes.outlines(paper) == []


def test_a_grid_points_two_ways_and_is_no_region() -> None:
    x, y = np.meshgrid(np.arange(640), np.arange(480))
    assert stripes.find((((x // 6) + (y // 6)) % 2 * 255).astype(np.uint8)) == []


def test_rings_point_all_ways_and_give_no_region_as_large_as_they_are() -> None:
    x, y = np.meshgrid(np.arange(640) - 320, np.arange(480) - 240)
    rings = (np.hypot(x, y) // 5 % 2 * 255).astype(np.uint8)
    assert all(region.length * region.height < 0.6 * rings.size for region in stripes.find(rings))


def test_a_small_target_is_no_region() -> None:
    x, y = np.meshgrid(np.arange(640) - 320, np.arange(480) - 240)
    away = np.hypot(x, y)
    assert stripes.find(np.where(away < 20, away // 5 % 2 * 255, 255).astype(np.uint8)) == []


def test_a_single_edge_is_no_region() -> None:
    edge = np.full((480, 640), 230, np.uint8)
    edge[:, 320:] = 20
    assert stripes.find(edge) == []


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 900), (3, 2000), (2000, 3), (12, 12), (39, 41), (40, 40), (11, 640), (90, 160), (641, 641)]
)
def test_pictures_of_any_shape_are_searched(shape: tuple[int, int]) -> None:
    for seed in range(2):
        noise = np.random.default_rng(seed).integers(0, 255, shape, dtype=np.uint8)
        stripe = np.tile((np.arange(shape[1]) // 3 % 2 * 255).astype(np.uint8), (shape[0], 1))
        for frame in (noise, stripe, np.ascontiguousarray(np.rot90(stripe))):
            for region in (*stripes.find(frame), *stripes.outlines(frame)):
                assert math.isfinite(region.x + region.y + region.angle + region.length + region.height)


def test_a_huge_picture_is_measured_in_its_own_pixels() -> None:
    larger = 4608 / 1280
    frame = cv2.resize(picture((LABEL, Pose(20, 10, 40))), (4608, 2592), interpolation=cv2.INTER_CUBIC)
    region = stripes.find(np.asarray(frame, dtype=np.uint8))[0]
    assert apart(region.angle, 40) < DEGREES
    assert bars(LABEL) < region.length / larger < bars(LABEL) + LONGER
    assert math.hypot(region.x - (2304 + 20 * PX * larger), region.y - (1296 + 10 * PX * larger)) < 4 * PX * larger


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (1920, 1080)])
@pytest.mark.parametrize("turn", [0, 35, 90])
def test_the_other_search_says_the_same_of_a_plain_label(turn: int, size: tuple[int, int]) -> None:
    frame = picture((ISBN, Pose(turn=turn)), size=size)
    (outlined, *_), (found, *_) = stripes.outlines(frame), stripes.find(frame)
    assert overlaps(outlined.quad, found.quad)
    assert apart(outlined.angle, turn) < 8
    assert outlined.length > outlined.height
