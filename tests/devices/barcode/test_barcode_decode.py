"""Rendered labels through a camera's optics, seeded: what must be read, and what must never be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devices.barcode import rungs
from devices.barcode.accept import USABLE, Rules
from devices.barcode.code import BarcodeError, Code, check_formats, middle, normal, overlaps
from devices.barcode.settings import CodeSettings
from devices.barcode.still import decode
from devices.emulators import scene, things
from devices.emulators.scene import HARD, SHARP, TYPICAL, Desk, Optics, Pose
from devices.emulators.things import Thing

ISBN = "9786020324784"
CARD, LABEL = things.membership_card("M0001"), things.book_label("B00417")
LABEL39, PHONE = things.book_label("B00417", "Code39"), things.phone("M0002")


def photograph(thing: Thing, *, turn: float = 0.0, optics: Optics = TYPICAL, seed: int = 0) -> scene.Frame:
    rng = np.random.default_rng(seed)
    hand = scene.hand(rng, turn=5)
    pose = Pose(hand.x_mm, hand.y_mm, hand.turn + turn, hand.tilt_x, hand.tilt_y)
    return scene.photograph([(thing, pose)], optics, rng=rng, kind=Desk.WOOD if seed % 2 else Desk.GREY)


def texts(codes: list[Code]) -> list[tuple[str, str]]:
    return sorted((code.format, code.text) for code in codes)


@pytest.mark.parametrize("turn", range(0, 360, 30))
def test_a_label_is_read_at_any_angle(turn: int) -> None:
    assert texts(decode(photograph(LABEL, turn=turn, seed=turn))) == [("Code128", "B00417")]


@pytest.mark.parametrize("turn", [0, 70, 135])
@pytest.mark.parametrize(("thing", "format_name", "text"), [
    (CARD, "Code128", "M0001"), (LABEL39, "Code39", "B00417"), (PHONE, "QRCode", "M0002"),
    (things.book_label("A31117013206375B", "Codabar"), "Codabar", "31117013206375"),
    (things.book_label("12345678", "ITF"), "ITF", "12345678"), (things.isbn_label(ISBN), "EAN13", ISBN),
])  # fmt: skip
def test_every_kind_of_code_is_read_at_an_angle(thing: Thing, format_name: str, text: str, turn: int) -> None:
    assert texts(decode(photograph(thing, turn=turn, seed=turn))) == [(format_name, text)]


@pytest.mark.parametrize("optics", [SHARP, Optics(noise=20), Optics(exposure=0.3, noise=6), Optics(exposure=1.5)])
@pytest.mark.parametrize("thing", [CARD, LABEL, LABEL39])
def test_noise_and_poor_light_are_overcome(thing: Thing, optics: Optics) -> None:
    for seed in range(2):
        assert len(decode(photograph(thing, optics=optics, turn=25 * seed, seed=seed))) == 1


def test_in_hard_conditions_most_cards_are_read() -> None:
    read = [texts(decode(photograph(CARD, optics=HARD, turn=40 * seed, seed=seed))) for seed in range(8)]
    assert set(map(tuple, read)) <= {(), (("Code128", "M0001"),)}
    assert read.count([("Code128", "M0001")]) >= 5


def test_an_inverted_bar_code_is_read() -> None:
    for turn in (0, 35):
        assert texts(decode(photograph(things.inverted(LABEL), turn=turn))) == [("Code128", "B00417")]


def test_two_labels_at_different_angles_are_both_found() -> None:
    other = things.book_label("B00418", "Code39")
    for seed in range(4):
        laid = [(LABEL, Pose(-35, -18, 10 * seed)), (other, Pose(32, 14, 30 - 25 * seed))]
        frame = scene.photograph(laid, rng=np.random.default_rng(seed))
        assert texts(decode(frame)) == [("Code128", "B00417"), ("Code39", "B00418")]


def test_the_label_beside_an_isbn_is_found_and_is_the_usable_one() -> None:
    rules = Rules(CodeSettings())
    for seed in range(4):
        codes = decode(photograph(things.back_cover("B00417", ISBN), turn=4 * seed, seed=seed))
        assert texts(codes) == [("Code128", "B00417"), ("EAN13", ISBN)]
        assert [code.text for code in codes if rules.judge(code).kind in USABLE] == ["B00417"]


@pytest.mark.parametrize("turn", [0, 33, 120])
@pytest.mark.parametrize("thing", [LABEL, things.inverted(LABEL), PHONE])
def test_quads_lie_on_the_code_in_the_original_picture(thing: Thing, turn: int) -> None:
    pose = Pose(12, -6, turn)
    frame = scene.photograph([(thing, pose)], rng=np.random.default_rng(1))
    (code,) = decode(frame)
    corners = scene.corners(thing, pose, 1280, 720)
    around = tuple((int(x), int(y)) for x, y in corners)
    assert overlaps(code.quad, around)  # type: ignore[arg-type]
    left, right = corners[:, 0].min(), corners[:, 0].max()
    assert all(left - 5 <= x <= right + 5 for x, _ in code.quad)


def test_a_large_photograph_is_read_and_its_quad_is_in_its_own_pixels() -> None:
    frame = scene.photograph([(LABEL, Pose(30, 20, 40))], rng=np.random.default_rng(1), size=(2560, 1440))
    (code,) = decode(frame)
    x, y = middle(code.quad)
    assert abs(x - (1280 + 30 * 2560 / scene.FIELD_MM)) < 80
    assert abs(y - (720 + 20 * 2560 / scene.FIELD_MM)) < 80


def test_grey_colour_and_transparent_pictures_are_taken() -> None:
    grey = np.pad(np.asarray(things.code_picture("Code128", "B00417")), 40, constant_values=255)
    for picture in (grey, grey[..., None], np.dstack([grey] * 3), np.dstack([grey] * 4)):
        assert texts(decode(picture)) == [("Code128", "B00417")]


@pytest.mark.parametrize("picture", [np.zeros((10, 10), np.float32), np.zeros((0, 5), np.uint8), np.zeros(5, np.uint8)])
def test_what_is_no_picture_is_refused(picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a picture is a uint8 array"):
        decode(picture)


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (39, 41), (300, 2), (90, 160)])
def test_pictures_of_any_size_are_taken(shape: tuple[int, int]) -> None:
    assert decode(np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)) == []


def test_only_the_wanted_formats_are_searched() -> None:
    frame = photograph(things.back_cover("B00417", ISBN))
    assert texts(decode(frame, ("Code128",))) == [("Code128", "B00417")]
    assert texts(decode(frame, ("EAN13",))) == [("EAN13", ISBN)]
    assert decode(frame, ("QRCode",)) == []


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(BarcodeError, match="'Plessey' cannot be searched"):
        check_formats(("Code128", "Plessey"))


def test_no_text_is_accepted_that_was_not_in_the_picture() -> None:
    rules, rng = Rules(CodeSettings()), np.random.default_rng(11)
    shown = [CARD, LABEL, LABEL39, PHONE, things.isbn_label(ISBN), things.back_cover("B00417", ISBN)]
    for n in range(12):
        thing = shown[n % len(shown)]
        optics = Optics(rng.uniform(0, 2.5), rng.uniform(0, 25), rng.uniform(0.2, 1.8))
        frame = scene.photograph([(thing, scene.hand(rng, turn=180, tilt=25))], optics, rng=rng)
        accepted = {r.text for r in map(rules.judge, decode(frame)) if r.kind in USABLE}
        assert accepted <= {"M0001", "M0002", "B00417"} & set(thing.name.replace(",", "").split())


def test_stripes_and_noise_are_no_code() -> None:
    rng = np.random.default_rng(3)
    stripes = np.tile((np.arange(1280) // 5 % 2 * 200).astype(np.uint8), (720, 1))
    for picture in (stripes, rng.integers(0, 255, (720, 1280), dtype=np.uint8), scene.desk(Desk.WOOD, 1280, 720, rng)):
        assert [c for c in decode(picture) if Rules(CodeSettings()).judge(c).kind in USABLE] == []


@pytest.mark.parametrize(
    ("format_name", "raw", "plain"),
    [
        ("Codabar", "A12345B", ("Codabar", "12345")),
        ("Codabar", "12345", ("Codabar", "12345")),
        ("Codabar", "A", ("Codabar", "A")),
        ("Code39", "A12345B", ("Code39", "A12345B")),
        ("EAN13", "0036000291452", ("UPCA", "036000291452")),
        ("UPCA", "0036000291452", ("UPCA", "036000291452")),
        ("EAN13", ISBN, ("EAN13", ISBN)),
    ],
)
def test_texts_are_as_printed_whatever_an_engine_adds(format_name: str, raw: str, plain: tuple[str, str]) -> None:
    assert normal(format_name, raw, ("Codabar", "EAN13", "UPCA")) == plain


def test_upc_stays_an_ean_when_only_ean_is_wanted() -> None:
    assert normal("EAN13", "0036000291452", ("EAN13",)) == ("EAN13", "0036000291452")


def test_a_gs1_text_keeps_no_brackets() -> None:
    picture = np.pad(np.asarray(things.code_picture("QRCode", "(01)123", bar=6)), 40, constant_values=255)
    assert texts(rungs.scan(picture, ("QRCode",))) == [("QRCode", "(01)123")]


def test_a_degenerate_quad_overlaps_nothing() -> None:
    point = ((5, 5),) * 4
    assert not overlaps(point, ((100, 100), (200, 100), (200, 150), (100, 150)))


def test_a_code_read_along_one_line_overlaps_the_same_code_read_a_little_lower() -> None:
    assert overlaps(((0, 0), (100, 0), (100, 0), (0, 0)), ((0, 10), (100, 10), (100, 11), (0, 11)))
    assert not overlaps(((0, 0), (100, 0), (100, 0), (0, 0)), ((0, 60), (100, 60), (100, 61), (0, 61)))


def test_what_cannot_be_printed_is_named() -> None:
    with pytest.raises(things.DrawingError, match="cannot be printed as EAN13"):
        things.isbn_label("9786020324785")


def test_importing_settings_and_events_loads_no_opencv(tmp_path: Path) -> None:
    import subprocess
    import sys

    script = "import sys, devices.barcode.settings, devices.barcode.events, devices.barcode.camera, " \
        "devices.barcode.commands; sys.exit('cv2' in sys.modules or 'zxingcpp' in sys.modules)"  # fmt: skip
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
