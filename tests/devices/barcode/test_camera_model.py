"""The camera in software: each of its faults does what its name says, and the same seed gives the same frame."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from devices.emulators import chance, scene, surfaces, things
from devices.emulators.optics import SHARP, Frame, Glare, Optics, Shadow, compressed, expose
from devices.emulators.scene import Desk, Pose
from devices.emulators.things import DrawingError

WHITE_DOT = np.zeros((41, 41), np.uint8)
WHITE_DOT[20, 20] = 255
FLAT: Frame = np.full((180, 320), 120, np.uint8)


def rng() -> np.random.Generator:
    return np.random.default_rng(4)


def spread(picture: Frame) -> tuple[float, float]:
    """How far the light lies from its middle: across and down (px)."""
    light = picture.astype(float)
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]]
    middle = (light * x).sum() / light.sum(), (light * y).sum() / light.sum()
    across, down = (light * (x - middle[0]) ** 2).sum(), (light * (y - middle[1]) ** 2).sum()
    return float(np.sqrt(across / light.sum())), float(np.sqrt(down / light.sum()))


@pytest.mark.parametrize("kind", list(Desk))
def test_one_seed_gives_one_frame_and_another_seed_another(kind: Desk) -> None:
    laid = [(things.book_label("B00417"), Pose(turn=20))]
    first, again, other = (
        scene.photograph(laid, rng=np.random.default_rng(seed), kind=kind, size=(320, 180)) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_sharp_camera_changes_nothing() -> None:
    assert np.array_equal(expose(FLAT, SHARP, rng()), FLAT)


def test_movement_smears_along_its_own_direction_only() -> None:
    dot = cv2.GaussianBlur(WHITE_DOT, (0, 0), 2)
    still = spread(np.asarray(dot, dtype=np.uint8))
    for turn, moved, steady in ((0, 0, 1), (90, 1, 0)):
        smeared = spread(expose(dot, replace(SHARP, motion=9, motion_turn=turn), rng()))
        assert smeared[moved] > still[moved] + 0.8
        assert smeared[steady] == pytest.approx(still[steady], abs=0.3)


def test_a_point_out_of_focus_is_a_disc_of_the_given_radius() -> None:
    disc = expose(WHITE_DOT, replace(SHARP, defocus=4), rng())
    reach = np.flatnonzero(disc[20] > 0)
    assert (reach[0], reach[-1]) == (16, 24)
    assert disc[20, 20] == disc[20, 22]  # flat, not a bell


def test_noise_is_as_strong_as_said_and_the_lights_own_is_less_in_the_dark() -> None:
    assert expose(FLAT, replace(SHARP, noise=10), rng()).std() == pytest.approx(10, rel=0.05)
    dark, bright = (expose(np.full_like(FLAT, grey), replace(SHARP, shot=10), rng()).std() for grey in (40, 220))
    assert dark < 0.6 * bright


def test_too_much_light_is_clipped_and_too_little_is_dark() -> None:
    assert expose(FLAT, replace(SHARP, exposure=3), rng()).min() == 255
    assert expose(FLAT, replace(SHARP, exposure=0.25), rng()).max() == 30


def test_haze_takes_contrast() -> None:
    halves = np.zeros((20, 20), np.uint8)
    halves[:, 10:] = 240
    seen = expose(halves, replace(SHARP, haze=0.5), rng())
    assert int(seen.max()) - int(seen.min()) == 120


def test_glare_blinds_its_place_and_no_other() -> None:
    seen = expose(FLAT, replace(SHARP, glare=Glare(0.25, 0.25, 0.05)), rng())
    assert seen[80, 80] == 255
    assert seen[150, 300] == 120
    bar = expose(FLAT, replace(SHARP, glare=Glare(0.5, 0.28, 0.03, stretch=6)), rng())
    assert bar[90, 100] > bar[150, 160] == 120


def test_a_shadow_darkens_one_side_of_its_edge() -> None:
    seen = expose(FLAT, replace(SHARP, shadow=Shadow(0.5, 0.28, depth=0.6)), rng())
    assert (seen[90, 20], seen[90, 300]) == (120, 47)
    down = expose(FLAT, replace(SHARP, shadow=Shadow(0.5, 0.28, 90, depth=0.6)), rng())
    assert (down[10, 160], down[170, 160]) == (120, 47)


def test_compression_leaves_its_marks_and_keeps_grey_grey() -> None:
    frame = scene.photograph([(things.book_label("B00417"), Pose())], SHARP, rng=rng(), size=(640, 360))
    grey = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    for picture in (frame, grey):
        poor, fine = compressed(picture, 30), compressed(picture, 95)
        assert poor.shape == picture.shape
        assert cv2.absdiff(poor, picture).mean() > cv2.absdiff(fine, picture).mean() > 0


def test_grey_and_colour_scenes_are_the_same_scene() -> None:
    frame = scene.desk(Desk.WOOD, 640, 360, rng())
    grey = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    card, pose = things.membership_card("M0001"), Pose(5, 3, 25, 10, -8)
    coloured = cv2.cvtColor(scene.place(frame, card, pose), cv2.COLOR_BGR2GRAY)
    assert cv2.absdiff(np.asarray(coloured), scene.place(grey, card, pose)).max() <= 3


def test_a_thing_covers_its_corners_and_nothing_outside_even_at_the_edge() -> None:
    label = things.book_label("B00417")
    for pose in (Pose(), Pose(60, 30, 30), Pose(-90, 0), Pose(500, 0), Pose(turn=45, near=3)):
        shown = scene.place(FLAT, label, pose)
        inside = np.zeros_like(FLAT)
        cv2.fillConvexPoly(inside, np.round(scene.corners(label, pose, 320, 180)).astype(np.int32), 255)
        inside = cv2.dilate(inside, np.ones((5, 5), np.uint8))
        assert np.array_equal(shown[inside == 0], FLAT[inside == 0])
        assert np.array_equal(FLAT, np.full_like(FLAT, 120))  # the picture handed in is left as it was


def test_what_is_nearer_is_larger() -> None:
    label = things.book_label("B00417")
    far, near = (np.ptp(scene.corners(label, Pose(near=near), 1280, 720), axis=0) for near in (1, 2))
    assert near == pytest.approx(2 * far)


def test_a_label_on_a_spine_is_narrower_and_its_outer_bars_crowd() -> None:
    label = things.slip("Code128", "B00417")
    bent = surfaces.curved(label, 120)
    assert bent.image.width == pytest.approx(label.image.width * np.sin(np.pi / 3) / (np.pi / 3), abs=1)
    assert surfaces.curved(label, 120, across=True).image.width == label.image.width


def test_a_screen_is_dim_and_has_bands() -> None:
    shown = surfaces.on_screen(things.slip("QRCode", "M0001"), rng(), light=0.5, moire=0.2)
    light = np.asarray(shown.image.convert("L"))
    assert light.max() <= 0.5 * 255 + 19
    assert np.unique(light[:4]).size > 5  # white paper alone would be one shade


def test_a_text_that_a_code_cannot_hold_is_refused() -> None:
    with pytest.raises(DrawingError, match="'B00417' cannot be printed as EAN13"):
        things.slip("EAN13", "B00417")


@pytest.mark.parametrize("code", chance.CODES)
def test_chance_prints_numbers_that_are_right(code: str) -> None:
    for seed in range(5):
        ((name, text),) = chance.printed(code, np.random.default_rng(seed)).codes
        assert name == code
        if code in ("EAN13", "EAN8", "UPCA"):
            assert chance.with_check([int(digit) for digit in text[:-1]]) == text
        if code == "Codabar":
            assert chance.with_luhn([int(digit) for digit in text[:-1]]) == text


def test_check_digits_are_those_of_published_numbers() -> None:
    assert chance.with_check([9, 7, 8, 6, 0, 2, 0, 3, 2, 4, 7, 8]) == "9786020324784"
    assert chance.with_check([0, 3, 6, 0, 0, 0, 2, 9, 1, 4, 5]) == "036000291452"
    assert chance.with_luhn([3, 1, 1, 1, 7, 0, 1, 3, 2, 0, 6, 3, 7]) == "31117013206375"


def test_every_scene_by_dice_can_be_drawn_and_knows_its_texts() -> None:
    for seed in range(8):
        dice = np.random.default_rng(seed)
        shown = chance.scene(dice, count=seed % 3, bad=seed / 8, size=(320, 180))
        assert len(shown.texts) >= seed % 3
        (frame,) = shown.frames(1, dice)
        assert (frame.shape, frame.dtype) == ((180, 320), np.uint8)


def test_optics_without_faults_named_are_typical() -> None:
    assert Optics() == scene.TYPICAL
